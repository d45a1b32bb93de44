"""`explore`: a recorded graph as one HTML file to step through, explain and play with, offline.

This file has what users call and what they get back; how the page is made is in `viz/page/`.
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinygrad_edu.trace.graph import measure
from tinygrad_edu.trace.microscope import LIMIT as NUMBERS
from tinygrad_edu.trace.microscope import scalars as take_apart
from tinygrad_edu.value import Value
from tinygrad_edu.viz.page.assemble import assemble
from tinygrad_edu.viz.page.data import LIMIT, Described, describe
from tinygrad_edu.viz.style import theme as theme_named

SCALE = ("reference", "referenceOfNumbers", "referenceWords")
"""The facts that the colours of a graph hang on."""


class Explorer:
    """A page; a notebook shows it in a frame of its own.

    Attributes:
        html: the whole page.
    """

    __slots__ = ("html",)

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, and return its path."""
        target = Path(path)
        target.write_text(self.html, encoding="utf-8")
        return target

    def __repr__(self) -> str:
        return f"<Explorer of {len(self.html.encode()) / 1000:.0f} KB: .save('page.html')>"

    def _repr_html_(self) -> str:
        """Show the page in a sandboxed frame, which can reach nothing of the notebook."""
        style = "width:100%;height:680px;border:1px solid #8888"
        return (
            f'<iframe sandbox="allow-scripts" style="{style}" title="tinygrad_edu explorer" '
            f'srcdoc="{html.escape(self.html)}"></iframe>'
        )


def explore(
    output: Any,
    path: str | os.PathLike[str] | None = None,
    params: Any = None,
    *,
    title: str | None = None,
    theme: str = "auto",
    limit: int = LIMIT,
    scalars: bool = False,
) -> Explorer:
    """Make a page in which the graph of a value or tensor can be stepped through and played with.

    The page is one file without a network, a server or a library. On a graph of `Value`s every
    number can be changed in it: it computes values and gradients by itself, with the program that
    `trace.program` writes.

    Args:
        output: a `Value`, or a `Tensor`; `backward` need not have been called.
        path: the file to write; by default none is written.
        params: names for the parameters: a module, or a dictionary of names to values or tensors.
            By default the outermost modules that took part are asked.
        title: the title of the page.
        theme: "light", "dark", or "auto": what the reader's system prefers.
        limit: draw at most so many values.
        scalars: take the graph of a tensor apart into single numbers, with `trace.scalars`: then
            each can be changed and explained. A graph of `Value`s is one already.

    Returns:
        The page: `.html`, `.save(path)`; a notebook shows it.

    Raises:
        TypeError: `output` is neither a value nor a tensor, or several of them.
        ValueError: the graph is too large; there is no such theme; or `scalars` is asked of a
            tensor with several elements.
        NotImplementedError: `scalars` is asked of a graph with a custom `Function`.
        RuntimeError: the graph of a tensor was freed before its gradients were kept.

    >>> from tinygrad_edu import Value
    >>> w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    >>> page = explore((w * x).tanh())
    >>> page.html.startswith("<!doctype html>")
    True

    A tensor's graph, number by number:

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> w.name = "w"
    >>> "w[1]" in explore((w * w).sum(), scalars=True).html
    True
    """
    theme_named(theme)
    _check(output, limit)
    if scalars and not isinstance(output, Value):
        output, params = _taken_apart(output, params, limit), None
        _check(output, limit)
    described = describe(output, params)
    return _saved(Explorer(assemble([described], title or _title(output, described), theme)), path)


def compare(
    outputs: Mapping[str, Any],
    path: str | os.PathLike[str] | None = None,
    params: Any = None,
    *,
    title: str | None = None,
    theme: str = "auto",
    limit: int = LIMIT,
) -> Explorer:
    """Make a page with two graphs (or more), one step control and one scale of colours.

    A leaf that has the same name in several graphs is changed in all of them together.

    Args:
        outputs: a name for each graph, and its `Value` or `Tensor`.
        path: the file to write; by default none is written.
        params: names for the parameters of all of them; see `explore`.
        title: the title of the page.
        theme: "light", "dark" or "auto".
        limit: draw at most so many values in all.

    Raises:
        TypeError, ValueError: as for `explore`; or there is no graph.

    >>> from tinygrad_edu import Value
    >>> x = Value(0.5, label="x")
    >>> page = compare({"sigmoid": x.sigmoid(), "relu": x.relu()})
    >>> "sigmoid and relu" in page.html
    True
    """
    theme_named(theme)
    if not isinstance(outputs, Mapping) or not outputs:
        raise TypeError('compare takes a dictionary: compare({"sigmoid": loss1, "relu": loss2})')
    for output in outputs.values():
        _check(output, limit // len(outputs))
    described = [describe(output, params, str(name)) for name, output in outputs.items()]
    for one in described[1:]:
        one.facts.update({key: described[0].facts[key] for key in SCALE})
    words = title or " and ".join(map(str, outputs))
    return _saved(Explorer(assemble(described, words, theme)), path)


def _check(output: Any, limit: int) -> None:
    """Refuse what cannot be drawn before anything costly is done."""
    if isinstance(output, (list, tuple)):
        raise TypeError(
            "a page goes back from one output; add several up, or call explore for each of them"
        )
    count, in_modules = measure(output)
    if count > limit:
        raise ValueError(
            f"this graph has {count:,} values, more than the limit of {limit:,} up to which a page "
            f"is quick: pass limit={count} to make it anyway, or explore a part of it: "
            + (OF_MODULES if in_modules else OF_OPERATIONS)
        )


OF_MODULES = (
    "the output of one of its modules, called by itself (viz.explore(model[0](x).sum())), or the "
    "loss of a smaller batch or model; viz.graph(loss, detail='modules') draws all of it, a node "
    "for each module"
)
OF_OPERATIONS = "an inner value, or the loss of fewer samples or a smaller model"


def _taken_apart(output: Any, params: Any, limit: int) -> Value:
    found = take_apart(output, params, max(limit, NUMBERS))
    if not isinstance(found, Value):
        raise ValueError(
            "scalars=True goes back from one number, but this tensor has shape "
            f"{tuple(output.shape)}: explore one element or a sum of it"
        )
    return found


def _title(output: Any, described: Described) -> str:
    values = described.facts["values"]
    name = getattr(output, "label", None) or getattr(output, "name", None)
    return f"Graph of {name}" if name else f"A graph of {len(values):,} values"


def _saved(page: Explorer, path: str | os.PathLike[str] | None) -> Explorer:
    if path is not None:
        page.save(path)
    return page
