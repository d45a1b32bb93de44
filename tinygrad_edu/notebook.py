"""What a notebook shows of a value or tensor: the graph that it was computed in, and its text."""

from __future__ import annotations

import base64
import html
import importlib
from typing import Any

TIMEOUT = 20.0  # seconds that a cell may wait for a drawing before it gets the text alone


def mimebundle(output: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """Return what IPython can show: always the text, and the drawn graph where there is one.

    `tinygrad_edu` makes it the `_repr_mimebundle_` of values and tensors. The drawing of a value
    has its number in it; a tensor's numbers stand above its drawing. A leaf, a graph too large to
    read, and a machine without Graphviz have the text alone.

    >>> from tinygrad_edu import Value, tensor
    >>> mimebundle(Value(1.0))
    {'text/plain': 'Value(1.0)'}
    >>> sorted(mimebundle(Value(1.0) * 2)), sorted(mimebundle(tensor(1.0, requires_grad=True) * 2))
    (['image/svg+xml', 'text/html', 'text/plain'], ['text/html', 'text/plain'])
    """
    bundle = {"text/plain": repr(output)}
    if output.is_leaf:
        return bundle
    from subprocess import SubprocessError  # 4 ms that only a notebook needs

    viz: Any = importlib.import_module("tinygrad_edu.viz")
    try:
        drawing = viz.graph(output, names=None)  # the caller is the notebook itself
        drawing.timeout = TIMEOUT
        svg: str = drawing.pipe("svg", encoding="utf-8", quiet=True)
    except (ImportError, OSError, RuntimeError, SubprocessError, ValueError):
        return bundle  # the text says what can be said
    picture = image(svg, "the graph it was computed in")
    if hasattr(output, "grad_fn"):
        bundle["text/html"] = f"{preformatted(bundle['text/plain'])}\n{picture}"
    else:
        bundle |= {"text/html": picture, "image/svg+xml": svg}
    return bundle


def preformatted(text: str) -> str:
    """Write a text as HTML, line by line; notebooks have it in letters of several widths else."""
    return f'<pre style="font-family:monospace;line-height:1.4">{html.escape(text)}</pre>'


def image(svg: str, description: str) -> str:
    """Write a drawing as HTML: an image, no wider than its cell.

    The stylesheet of an image cannot reach the page, nor that of the page the image. Notebooks that
    are given the SVG itself cut off what is wider than the cell.
    """
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return f'<img src="{source}" alt="{html.escape(description)}" style="max-width:100%">'
