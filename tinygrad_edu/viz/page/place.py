"""Where everything stands on the page: one layout by Graphviz, after which nothing moves.

The page draws by itself, so that numbers can change in place. Graphviz is only told how large each
box is, and only asked for positions. The numbers of an arrow stand in a cell of the operation that
it enters, one cell below the other: there they cover no other arrow, and the layout takes a fifth
of the time that it takes with texts on arrows.
"""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, ValueNode
from tinygrad_edu.trace.parameter_text import parameter_lines
from tinygrad_edu.viz.by_operation import around, home
from tinygrad_edu.viz.labels import LONGEST
from tinygrad_edu.viz.page.curves import Arrows, Point
from tinygrad_edu.viz.page.stubs import ARROW, Stubs, stubs_of
from tinygrad_edu.viz.render import layout

LETTER = 7.0  # points: the mean width of a letter of 13 points, and some
NUMBER = 9  # the letters of a number of four digits with sign and exponent
CELL_WIDTH, LINE_HEIGHT = 64.0, 16.0
MOST_LETTERS = 22  # of a name
GHOST = 14.0  # points over and under the box of a number, for what it was before it was changed


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in points from the upper left corner."""

    x: float
    y: float
    w: float
    h: float

    def as_list(self) -> list[float]:
        """Return it as the page takes it."""
        return [self.x, self.y, self.w, self.h]


@dataclass(slots=True)
class Places:
    """A layout.

    Attributes:
        size: width and height of the drawing.
        values, operations, calls: the box of each, by index; None for a call that holds nothing.
        arrows: those into the operations, in the order of operations and their arguments, then
            those out of them.
        results: which of them leads to a value, by the index of the value.
        stubs: the arrows into an operation that are only drawn at their ends.
        continued: of each call, what of it stands in further rows.
        arrivals: where an arrow comes from a row above, its name; by the index of the argument.
    """

    size: tuple[float, float]
    values: list[Box]
    operations: list[Box]
    calls: list[Box | None]
    arrows: Arrows
    results: dict[int, int]
    stubs: Stubs
    continued: list[list[Box]]
    arrivals: dict[int, list[tuple[float, float, str]]]


def place(graph: Graph, names: list[str], timeout: float = 60.0) -> Places:
    """Lay a graph out from left to right.

    Args:
        graph: the graph.
        names: what is written into the values, by index.
        timeout: seconds that the layout may take.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> places = place(read(Value(2.0) * Value(3.0)), ["a", "b", "c"])
    >>> places.values[0].x < places.operations[0].x < places.values[2].x
    True
    """
    stubs = stubs_of(graph, names)
    drawn = layout("\n".join(_dot(graph, names, stubs)), "json", timeout=timeout)
    return _read(graph, json.loads(drawn), stubs)


def columns(text: str) -> int:
    """Count the columns that a text takes; the signs of East Asia take two.

    >>> columns("loss"), columns("損失")
    (4, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _dot(graph: Graph, names: list[str], stubs: Stubs) -> Iterator[str]:
    gap = 0.15 if any(map(_has_ghosts, graph.values)) else 0.3
    # Without this an arrow from call to call may lead back. With long arrows, which only graphs
    # with stubs are free of, it takes minutes.
    rank = "newrank=true " if stubs.is_by_module else ""
    yield f'digraph {{ {rank}rankdir=LR nodesep={gap} ranksep=0.2 node [shape=plain label=""]'
    yield "edge [arrowhead=none headclip=true] fontname=Arial fontsize=13"
    inside: dict[ModuleCall | None, list[str]] = {call: [] for call in (None, *graph.calls)}
    for value in graph.values:
        inside[home(value)].append(_value(value, names[value.index]))
    for operation in graph.operations:
        inside[operation.call].append(_operation(operation, stubs.room(operation)))
    for call in reversed(graph.calls):
        if inside[call]:
            width = min(columns(call.title), LONGEST) * LETTER
            label = f"<{_cells([('', width, 14.0)])}>"
            head = f"subgraph cluster_{call.index} {{ margin=10 labeljust=l label={label}"
            inside[call.outer].append("\n".join((head, *inside[call], "}")))
    yield from inside[None]
    yield from _arrows(graph, stubs)
    yield "}"


def _arrows(graph: Graph, stubs: Stubs) -> Iterator[str]:
    for operation in graph.operations:
        for use in operation.arguments:
            head = f"o{operation.index}:p{use.position}:w"
            if (operation.index, use.position) not in stubs.names:
                yield f"v{use.value.index}:e -> {head}"
        for result in operation.results:
            yield f"o{operation.index}:r:e -> v{result.index}:w"
    for earlier, later in sorted(_in_turn(graph)):
        yield f"v{earlier} -> v{later} [style=invis]"


def _in_turn(graph: Graph) -> set[tuple[int, int]]:
    """Return pairs of values of which one stands to the left of the other, though no arrow says so.

    The parameters of a call stand to the right of what the call before it computed: so the boxes of
    the two stand side by side, and those of a deep network in a line.
    """
    found = set()
    for operation in graph.operations:
        leaves = [use.value for use in operation.arguments if use.value.made_by is None]
        made = [use.value for use in operation.arguments if use.value.made_by is not None]
        for leaf, value in itertools.product(leaves, made):
            own = home(leaf)
            if own is not None and own not in around(home(value)):
                found.add((value.index, leaf.index))
    return found


def _value(value: ValueNode, name: str) -> str:
    """Write a box: the name and the number or shape in one line, the gradient in the next."""
    is_bare = value.kind == "constant" and value.name is None and not value.shape
    facts = columns(shape_text(value.shape)) if value.shape else NUMBER
    least = (146 if value.shape else 122) if value.needs_gradient else 0  # grad norm 1.234e-10
    least += 8 * (value.needs_gradient and value.kind != "intermediate")  # for the bar of its hue
    letters = columns(name) if is_bare else min(columns(name), MOST_LETTERS) + 3 + facts
    width = max(letters * LETTER + 16, least)
    height = 2 * LINE_HEIGHT + 16 if value.needs_gradient else LINE_HEIGHT + 11
    height += 2 * GHOST * _has_ghosts(value)
    return f"v{value.index} [shape=box fixedsize=true width={width / 72} height={height / 72}]"


def _has_ghosts(value: ValueNode) -> bool:
    """Tell whether a number can be changed on the page, so that its old one stands beside it."""
    return value.shape is None


def _operation(operation: OperationNode, room: float) -> str:
    """Write a box with a cell for each argument, and one for the symbol to the right of them.

    There is so much room to the left of the cells.
    """
    lines = [str(operation.operation.symbol), *lines_below(operation)]
    width = max(30.0, columns(lines[0]) * 9 + 16.0, *(columns(li) * 6.5 + 12 for li in lines))
    cells = [
        (f"p{use.position}", CELL_WIDTH + room, cell_height(use.value))
        for use in operation.arguments
    ]
    return f"o{operation.index} [label=<{_cells(cells, ('r', width, 14.0 + 14 * len(lines)))}>]"


def cell_height(value: ValueNode) -> float:
    """Return how high the cell of an argument is: a line for each number that it shows."""
    if not value.needs_gradient:
        return LINE_HEIGHT + 1.0
    return 2 * LINE_HEIGHT + 4.0 if value.shape is None else LINE_HEIGHT + 5.0


def lines_below(operation: OperationNode) -> list[str]:
    """Return the lines under the symbol: parameters that are not the usual ones."""
    lines = parameter_lines(operation.parameters)
    return [li if len(li) <= MOST_LETTERS else li[: MOST_LETTERS - 1] + "…" for li in lines]


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Write a shape: `64×10`."""
    return "×".join(map(str, shape or ()))


def _cells(
    left: list[tuple[str, float, float]], right: tuple[str, float, float] | None = None
) -> str:
    """Write a table of empty cells (port, width, height): a column, and a cell to its right."""
    rows = []
    for i, (port, width, height) in enumerate(left):
        cell = _cell(port, width, height)
        if right and i == 0:
            cell += _cell(*right, f' ROWSPAN="{len(left)}"')
        rows.append(f"<TR>{cell}</TR>")
    look = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'
    return f"<TABLE {look}>{''.join(rows)}</TABLE>"


def _cell(port: str, width: float, height: float, more: str = "") -> str:
    size = f'FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"'
    name = f' PORT="{port}"' if port else ""
    return f"<TD{name} {size}{more}></TD>"


def _read(graph: Graph, drawn: dict[str, Any], stubs: Stubs) -> Places:
    """Take the positions out of a layout; Graphviz counts y upwards."""
    *_, width, height = map(float, drawn["bb"].split(","))
    boxes = {node["name"]: _box(node, height) for node in drawn.get("objects", ())}
    operations = [
        _beside(boxes[f"o{operation.index}"], stubs.room(operation))
        for operation in graph.operations
    ]
    made = [value.index for operation in graph.operations for value in operation.results]
    into, out = _arrows_of(graph, drawn, height, operations, stubs)
    return Places(
        (round(width, 1), round(height, 1)),
        [_without_ghosts(boxes[f"v{value.index}"], value) for value in graph.values],
        operations,
        [boxes.get(f"cluster_{call.index}") for call in graph.calls],
        Arrows.through([*into, *out]),
        {index: len(into) + i for i, index in enumerate(made)},
        stubs,
        [[] for _ in graph.calls],
        {},
    )


def _box(node: dict[str, Any], height: float) -> Box:
    """Take the box of a node or of a cluster."""
    if "pos" in node:
        x, y = map(float, node["pos"].split(","))
        w, h = float(node["width"]) * 72, float(node["height"]) * 72
        return Box(*_rounded(x - w / 2, height - y - h / 2, w, h))
    left, bottom, right, top = map(float, node["bb"].split(","))
    return Box(*_rounded(left, height - top, right - left, top - bottom))


def _arrows_of(
    graph: Graph, drawn: dict[str, Any], height: float, boxes: list[Box], stubs: Stubs
) -> tuple[list[list[Point]], list[list[Point]]]:
    """Take the points of the arrows into the operations, and of those out of them."""
    names = {node["_gvid"]: node["name"] for node in drawn.get("objects", ())}
    laid: dict[tuple[str, str, str], list[Point]] = {}
    for edge in drawn.get("edges", ()):
        tail, head = names[edge["tail"]], names[edge["head"]]
        laid[tail, head, edge.get("headport", "")] = _points(edge["pos"], height)
    into, out = [], []
    for operation in graph.operations:
        o, room = operation.index, stubs.room(operation)
        for use in operation.arguments:
            if (o, use.position) in stubs.names:
                into.append(_stub(boxes[o], operation, use.position))
            else:
                points = laid[f"v{use.value.index}", f"o{o}", f"p{use.position}:w"]
                into.append(_longer(points, room))
        out += [laid[f"o{o}", f"v{result.index}", "w"] for result in operation.results]
    return into, out


def _beside(box: Box, room: float) -> Box:
    """Take off the room to the left of a box."""
    return Box(*_rounded(box.x + room, box.y, box.w - room, box.h))


def _longer(points: list[Point], room: float) -> list[Point]:
    """Lead an arrow on through the room to the left of a box."""
    if not room:
        return points
    x, y = points[-1]
    return [*points, (x, y), (x + room, y), (x + room, y)]


def _stub(box: Box, operation: OperationNode, position: int) -> list[Point]:
    """Draw the end of an arrow: a short line to its cell."""
    heights = [cell_height(use.value) for use in operation.arguments]
    y = box.y + (box.h - sum(heights)) / 2 + sum(heights[:position]) + heights[position] / 2
    start, end = (box.x - ARROW, y), (box.x, y)
    return [start, start, end, end]


def _without_ghosts(box: Box, value: ValueNode) -> Box:
    room = GHOST * _has_ghosts(value)
    return Box(*_rounded(box.x, box.y + room, box.w, box.h - 2 * room))


def _points(position: str, height: float) -> list[Point]:
    """Read Graphviz's points of a curve."""
    pairs = (point.split(",") for point in position.split() if point[0] not in "es")
    return [(float(x), height - float(y)) for x, y in pairs]


def _rounded(*numbers: float) -> list[float]:
    return [round(x, 1) for x in numbers]
