"""What a notebook shows of a value or tensor: the graph that it was computed in, and its text."""

from __future__ import annotations

import importlib
from typing import Any

TIMEOUT = 20.0  # seconds that a cell may wait for a drawing before it gets the text alone


def mimebundle(output: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """Return what IPython can show: always the text, and the drawn graph where there is one.

    `tinygrad_edu` makes it the `_repr_mimebundle_` of values and tensors. A leaf, a graph too large
    to read, and a machine without Graphviz have the text alone.

    >>> from tinygrad_edu import Value
    >>> mimebundle(Value(1.0))
    {'text/plain': 'Value(1.0)'}
    >>> sorted(mimebundle(Value(1.0) * 2))
    ['image/svg+xml', 'text/plain']
    """
    bundle = {"text/plain": repr(output)}
    if output.is_leaf:
        return bundle
    from subprocess import SubprocessError  # 4 ms that only a notebook needs

    viz: Any = importlib.import_module("tinygrad_edu.viz")
    try:
        drawing = viz.graph(output)
        drawing.timeout = TIMEOUT
        bundle["image/svg+xml"] = drawing.pipe("svg", encoding="utf-8", quiet=True)
    except (ImportError, OSError, RuntimeError, SubprocessError, ValueError):
        pass  # the text says what can be said
    return bundle
