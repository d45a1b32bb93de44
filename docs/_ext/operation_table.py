"""The operation table as a page, written from the table itself: `tinygrad_edu.ops.TABLE`.

A new entry is on it without another line: symbol, formula, derivative, torch's name, and for a
function of one number a small plot of it (solid) and of its derivative (dashed), which the engine
has computed.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from importlib import import_module

import tinygrad_edu
from tinygrad_edu import Value, later
from tinygrad_edu.ops.operation import Composite, Operation

FIRST = ("arithmetic", "powers", "activations", "trigonometry", "selection", "reductions",
         "extremes", "linear_algebra", "losses", "special", "shapes", "indexing")  # fmt: skip
"""The chapters of a first course; the others follow as they come in the table."""

PLACES = ("", "nn.functional", "linalg", "special", "Tensor")
"""Where torch's name for an operation is looked for."""

WIDTH, HEIGHT, REACH = 96, 64, 3.0
"""Of a plot: its size in pixels, and how far both of its axes go to each side of 0."""


def fragment() -> str:
    """Write the table as Markdown, a section for each chapter."""
    table = later.load_all()
    chapters: dict[str, list[Operation | Composite]] = {name: [] for name in FIRST}
    for entry in table.values():
        if not entry.name.startswith("_"):
            chapters.setdefault(entry.group, []).append(entry)
    return "\n".join(_chapter(name, entries) for name, entries in chapters.items())


def _chapter(name: str, entries: Sequence[Operation | Composite]) -> str:
    about = (import_module(f"tinygrad_edu.ops.{name}").__doc__ or "").split("\n\n")[0]
    title = name.replace("_", " ").capitalize()
    rows = "".join(map(_row, (e for e in entries if isinstance(e, Operation))))
    parts = [f"## {title}\n\n{about}\n"]
    if rows:
        head = "<th>name</th><th>symbol</th><th>formula</th><th>derivative</th><th></th>"
        parts.append(f'<div class="table-wrapper"><table class="operations docutils"><thead>'
                     f"<tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>\n")  # fmt: skip
    made = [
        f"- {_named(e)}: {html.escape(e.definition)}" for e in entries if isinstance(e, Composite)
    ]
    if made:
        parts.append(
            "Made of operations, so that their derivatives follow:\n\n" + "\n".join(made) + "\n"
        )
    return "\n".join(parts)


def _row(operation: Operation) -> str:
    rules = "<br>".join(map(html.escape, operation.derivatives))
    cells = (
        _named(operation, "<code>", "</code>").replace(".", ".<wbr>"),
        html.escape(operation.symbol),
        html.escape(operation.definition),
        rules,
        plot(operation),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _named(entry: Operation | Composite, start: str = "`", end: str = "`") -> str:
    return f"{start}{torch_name(entry.name) or entry.name}{end}"


def torch_name(name: str) -> str | None:
    """Return torch's name for an operation; None of one that torch has no public name for.

    >>> torch_name("sigmoid"), torch_name("leaky_relu"), torch_name("place")
    ('torch.sigmoid', 'torch.nn.functional.leaky_relu', None)
    """
    for place in PLACES:
        home = tinygrad_edu
        for part in filter(None, place.split(".")):
            home = getattr(home, part)
        if hasattr(home, name):
            return ".".join(filter(None, ("torch", place, name)))
    return None


def plot(operation: Operation) -> str:
    """Draw a function of one number and its derivative; nothing for any other operation."""
    if operation.arity != 1 or operation.on_floats is None or not operation._optional:
        return ""
    xs = [REACH * i / 60 for i in range(-60, 61)]
    try:
        points = [_point(operation, x) for x in xs]
    except RuntimeError:  # it wants an argument, as clamp does
        return ""
    lines = [
        _path([(x, y) for x, (y, _) in zip(xs, points, strict=True)], "function"),
        _path([(x, slope) for x, (_, slope) in zip(xs, points, strict=True)], "slope"),
    ]
    axes = f"M0,{HEIGHT / 2}H{WIDTH}M{WIDTH / 2},0V{HEIGHT}"
    label = f"{operation.name} and its derivative from −3 to 3"
    return (
        f'<svg class="operation" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{label}"><path class="axes" d="{axes}"/>{"".join(lines)}</svg>'
    )


def _point(operation: Operation, x: float) -> tuple[float, float]:
    """Return a function's value and its derivative, by the engine; nan where there is none."""
    value = Value(x)
    y = operation(value)
    if y.is_leaf or math.isnan(y.data):  # it has no derivative, or is not defined here
        return y.data, math.nan
    y.backward()
    return y.data, math.nan if value.grad is None else value.grad


def _path(points: Sequence[tuple[float, float]], kind: str) -> str:
    drawn = "".join(
        ("M" if i == 0 else "L")
        + f"{(x / REACH + 1) * WIDTH / 2:.1f},{(1 - y / REACH) * HEIGHT / 2:.1f}"
        for piece in _pieces(points)
        for i, (x, y) in enumerate(piece)
    )
    return f'<path class="{kind}" d="{drawn}"/>' if drawn else ""


def _pieces(points: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Cut a curve where it leaves the picture, has no number, or jumps."""
    piece: list[tuple[float, float]] = []
    for x, y in points:
        is_inside = math.isfinite(y) and abs(y) <= REACH
        if not is_inside or (piece and abs(y - piece[-1][1]) > REACH / 4):
            if len(piece) > 1:
                yield piece
            piece = []
        if is_inside:
            piece.append((x, y))
    if len(piece) > 1:
        yield piece
