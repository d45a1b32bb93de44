"""`graph`: a recorded graph as a drawing, with the numbers forward and the gradients back.

This file chooses between the two ways to draw one, `by_operation` and `by_module`, or refuses. How
things look is in `style`, `labels` and `legend`.
"""

from __future__ import annotations

from typing import Any

from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.graph import measure, read
from tinygrad_edu.viz.by_module import draw_by_module
from tinygrad_edu.viz.by_operation import draw_by_operation
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.sheet import Sheet
from tinygrad_edu.viz.style import theme as theme_named

DIRECTIONS = ("LR", "RL", "TB", "BT")
DETAILS = ("auto", "full", "modules")


def graph(
    output: Any,
    params: Any = None,
    *,
    limit: int = 300,
    detail: str = "auto",
    direction: str = "LR",
    theme: str = "auto",
    reference: float | None = None,
    show_contributions: bool = True,
    show_legend: bool = True,
    names: str | None = "caller",
) -> Digraph:
    """Draw the graph that a value or tensor was computed in.

    Boxes are values: name, number or shape, and the gradient of the output with respect to them
    (of a tensor, its norm: the root of the sum of squares). Ellipses are operations.
    Arrows show the way forward; the number and the look of an arrow show the gradient that flowed
    back along it in the last backward pass (upstream gradient × local derivative). A gradient that
    was not computed is "–", which is not 0; one to which other passes have added too says how much
    is from here. Boxes around nodes are module calls.

    Args:
        output: a `Value`, a `Tensor`, or a list of them.
        params: names for the parameters: a module, or a dictionary of names to values or tensors.
            By default the outermost modules that took part are asked.
        limit: draw at most so many values; larger graphs are drawn by module.
        detail: "full" for every operation, "modules" for a node per module call, "auto" for the
            first up to the limit.
        direction: "LR" from left to right, "TB" from top to bottom, "RL" or "BT".
        theme: "light", "dark", or "auto": light, and in SVG dark for readers who prefer that.
        reference: the size of a gradient that is drawn as healthy (grey). By default, for tensors
            that of the last layer with weights, as of `gradient_flow` (without modules, the last
            one with dims before the output); for parameters, whose gradients are sums over the
            batch, that of the last weight; for single numbers that of the input of the loss, which
            is the output where there is none.
        show_contributions: write the numbers on the arrows.
        show_legend: draw the legend.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

    Returns:
        A `graphviz.Digraph`: `.render("name.svg")` writes a file (or .png, .pdf), `.source` is the
        DOT text, and a notebook shows it.

    Raises:
        TypeError: `output` is neither a value nor a tensor, or `params` holds no names.
        ValueError: the graph is too large and has no modules; or an option is not one of those.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> (a * b).backward()
    >>> drawing = graph(a * b)
    >>> "<B>a</B>" in drawing.source
    True
    """
    for name, given, known in (("detail", detail, DETAILS), ("direction", direction, DIRECTIONS)):
        if given not in known:
            raise ValueError(f"{name} is one of {', '.join(map(repr, known))}, not {given!r}")
    theme_named(theme)
    by_module = _is_drawn_by_module(output, limit, detail)
    recorded = read(output, called(params, names))
    sheet = Sheet(recorded, direction, theme, reference)
    sheet.show_contributions = show_contributions
    if by_module:
        if reference is None:
            sheet.refer_to_layer()
        draw_by_module(sheet, limit)
    else:
        draw_by_operation(sheet)
    return sheet.finish(show_legend)


def _is_drawn_by_module(output: Any, limit: int, detail: str) -> bool:
    """Choose between the two drawings, or refuse, before anything costly is done."""
    count, in_modules = measure(output)
    if count <= limit and detail != "modules":
        return False
    if in_modules and detail != "full":
        return True
    if detail == "modules":
        raise ValueError(
            "detail='modules' draws a node for each module call, but no module took part in this "
            f"graph: use detail='full'{f' and limit={count}' if count > limit else ''}"
        )
    raise ValueError(
        f"this graph has {count:,} values, more than the limit of {limit:,} up to which a drawing "
        f"can be read: pass limit={count} to draw it anyway"
        + (", or detail='modules' for a node per module call" if in_modules else "")
        + ", or draw a part of it (an inner value, a smaller batch or model)"
    )
