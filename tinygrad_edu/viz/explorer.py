"""`explore`: a recorded graph as one HTML file to step through, explain and play with, offline.

This file has what users call and what they get back; how the page is made is in `viz/page/`.
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.graph import measure
from tinygrad_edu.trace.microscope import LIMIT as NUMBERS
from tinygrad_edu.trace.microscope import NumbersOf, taken_apart, warn_of_changes
from tinygrad_edu.value import Value
from tinygrad_edu.viz.page.assemble import assemble
from tinygrad_edu.viz.page.data import LIMIT, Described, describe
from tinygrad_edu.viz.style import theme as theme_named
from tinygrad_edu.viz.writing import PAGES, refuse_other_kind

DETAILS = ("auto", "values", "modules")


class Explorer:
    """A page; a notebook shows it in a frame of its own.

    Attributes:
        html: the whole page.
    """

    __slots__ = ("html",)

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, and return its path.

        Raises:
            FileExistsError: there is a file of this name that is no page, such as a script.
        """
        target = Path(path)
        refuse_other_kind(target, PAGES, "<!doctype html", "page")
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
    detail: str = "auto",
    predict: bool = False,
    names: str | None = "caller",
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
        limit: draw at most so many values; larger graphs of tensors open by module.
        scalars: take the graph of a tensor apart into single numbers, with `trace.scalars`: then
            each can be changed and explained. A graph of `Value`s is one already.
        detail: "values" for every value and operation, "modules" for one step per module call (of
            tensors only), "auto" for the first up to the limit.
        predict: open at the first step, and ask for each gradient before it is shown: an exercise.
            Who only looks leaves it off, and finds everything computed.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

    Returns:
        The page: `.html`, `.save(path)`; a notebook shows it.

    Raises:
        TypeError: `output` is neither a value nor a tensor, or several of them.
        ValueError: the graph is too large, and no module took part in it; there is no such theme,
            detail or `names`; `scalars` is asked of a tensor with several elements; or `predict` of
            a graph of tensors.
        NotImplementedError: `scalars` is asked of a graph with a custom `Function`.
        RuntimeError: the graph of a tensor was freed before its gradients were kept.

    >>> from tinygrad_edu import Value
    >>> w, x = Value(2.0), Value(-3.0)
    >>> page = explore((w * x).tanh())
    >>> page.html.startswith("<!doctype html>")
    True

    A tensor's graph, number by number:

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> "w[1]" in explore((w * w).sum(), scalars=True).html
    True
    """
    theme_named(theme)
    detail = _detail(detail, scalars)
    named = called(params, names)
    described = _described(output, named, limit, scalars=scalars, detail=detail)
    if predict and described.javascript is None:
        raise ValueError(
            "predict=True asks for single numbers, but this is a graph of tensors: pass "
            "scalars=True as well, or explore a graph of Values"
        )
    words = title or _title(described)
    return _saved(Explorer(assemble([described], words, theme, predict)), path)


def compare(
    outputs: Mapping[str, Any],
    path: str | os.PathLike[str] | None = None,
    params: Any = None,
    *,
    title: str | None = None,
    theme: str = "auto",
    limit: int = LIMIT,
    scalars: bool = False,
    names: str | None = "caller",
) -> Explorer:
    """Make a page with two graphs (or more), one step control and one scale of colours.

    On that scale the gradients of each graph stand relative to its own reference, as its verdict
    does: a loss ten times as large does not make a network explode.

    A leaf that has the same name in several graphs is changed in all of them together.

    Args:
        outputs: a name for each graph, and its `Value` or `Tensor`.
        path: the file to write; by default none is written.
        params: names for the parameters of all of them; see `explore`.
        title: the title of the page.
        theme: "light", "dark" or "auto".
        limit: draw at most so many values in all; graphs of tensors over their share of it open by
            module.
        scalars: take graphs of tensors apart into single numbers; see `explore`.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

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
    named, detail = called(params, names), _detail("auto", scalars)
    share = limit // len(outputs)
    described = [
        _described(output, named, share, str(name), len(outputs), scalars=scalars, detail=detail)
        for name, output in outputs.items()
    ]
    words = title or " and ".join(map(str, outputs))
    return _saved(Explorer(assemble(described, words, theme)), path)


def _described(
    output: Any,
    params: Any,
    limit: int,
    title: str = "",
    panes: int = 1,
    *,
    scalars: bool,
    detail: str,
) -> Described:
    """Describe a graph as it is, by module, or taken apart."""
    by_module = _is_by_module(output, limit, detail)
    if scalars and not isinstance(output, Value):
        output, weights = _taken_apart(output, params, limit)
        params = called(weights, None)
        _is_by_module(output, limit, detail)
    return describe(output, params, title, limit if by_module else None, panes)


def _detail(detail: str, scalars: bool) -> str:
    if detail not in DETAILS:
        raise ValueError(f"detail is one of {', '.join(map(repr, DETAILS))}, not {detail!r}")
    if scalars and detail == "modules":
        raise ValueError(
            "scalars=True takes a graph apart into numbers, and detail='modules' joins all that "
            "happens in a module: choose one of them"
        )
    return "values" if scalars else detail


def _is_by_module(output: Any, limit: int, detail: str = "auto") -> bool:
    """Choose between values and modules, or refuse, before anything costly is done."""
    if isinstance(output, (list, tuple)):
        raise TypeError(
            "a page goes back from one output; add several up, or call explore for each of them"
        )
    count, in_modules = measure(output)
    can_join = in_modules and not isinstance(output, Value)
    if detail == "modules" and not can_join:
        raise ValueError(
            "detail='modules' makes a step of each module call on tensors, but "
            + ("these are Values" if in_modules else "no module took part in this graph")
            + ": leave it out"
        )
    if count <= limit or (can_join and detail != "values"):
        return count > limit or detail == "modules"
    raise ValueError(
        f"this graph has {count:,} values, more than the limit of {limit:,} up to which a page "
        f"is quick: pass limit={count} to make it anyway, or explore a part of it: "
        + (OF_MODULES if in_modules else OF_OPERATIONS)
        + (BY_MODULE if can_join else "")
    )


OF_MODULES = (
    "the output of one of its modules, called by itself (viz.explore(model[0](x).sum())), or the "
    "loss of a smaller batch or model"
)
BY_MODULE = "; detail='modules' opens all of it, a step for each module call"
OF_OPERATIONS = "an inner value, or the loss of fewer samples or a smaller model"


def _taken_apart(output: Any, params: Any, limit: int) -> tuple[Value, NumbersOf]:
    found, weights = taken_apart(output, params, max(limit, NUMBERS))
    if not isinstance(found, Value):
        raise ValueError(
            "scalars=True goes back from one number, but this tensor has shape "
            f"{tuple(output.shape)}: explore one element or a sum of it"
        )
    warn_of_changes(output, found)
    return found, weights


def _title(described: Described) -> str:
    values = described.facts["values"]
    if described.name:
        return f"Graph of {described.name}"
    modules = described.facts.get("modules")
    if modules:
        return f"A graph of {modules['values']:,} values by module"
    return f"A graph of {len(values):,} values"


def _saved(page: Explorer, path: str | os.PathLike[str] | None) -> Explorer:
    if path is not None:
        page.save(path)
    return page
