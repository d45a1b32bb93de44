"""The columns of a layout from left to right, and the boxes of calls around their members."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tinygrad_edu.trace.graph import Graph, ModuleCall
from tinygrad_edu.viz.by_operation import home
from tinygrad_edu.viz.page.place import Box, Places

MARGIN, TITLE = 10.0, 21.0  # points around what is inside a call of a module, and for its name


def columns_of(places: Places, graph: Graph) -> list[tuple[float, float]]:
    """Return from where to where each column of boxes reaches; between them are only arrows."""
    spans = [(box.x, box.x + box.w) for box in places.values]
    for operation in graph.operations:
        box = places.operations[operation.index]
        spans.append((box.x - places.stubs.room(operation), box.x + box.w))
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def members(places: Places, graph: Graph) -> Iterator[tuple[Box, ModuleCall | None]]:
    """Yield each box of a value or an operation, and the call of a module that it stands in."""
    for value in graph.values:
        yield places.values[value.index], home(value)
    for operation in graph.operations:
        yield places.operations[operation.index], operation.call


def call_boxes(
    places: Places,
    graph: Graph,
    row_of: Callable[[Box], int],
    width_of: Callable[[Box, int], tuple[float, float]],
) -> list[dict[int, Box]]:
    """Draw a box around what stands in each call of a module, in each row of its own.

    Args:
        places: the layout.
        graph: what was laid out.
        row_of: tells the row that a box stands in.
        width_of: tells from where to where the box of a call reaches in a row.
    """
    found: list[dict[int, Box]] = [{} for _ in graph.calls]
    inside: list[dict[int, list[Box]]] = [{} for _ in graph.calls]
    for box, call in members(places, graph):
        if call is not None:
            inside[call.index].setdefault(row_of(box), []).append(box)
    for call in reversed(graph.calls):  # what is inside a call comes before it
        whole = places.calls[call.index]
        if whole is None:
            continue
        for row, boxes in inside[call.index].items():
            left, right = width_of(whole, row)
            top = min(box.y for box in boxes) - MARGIN - TITLE
            bottom = max(box.y + box.h for box in boxes) + MARGIN
            box = Box(*(round(x, 1) for x in (left, top, right - left, bottom - top)))
            found[call.index][row] = box
            if call.outer is not None:
                inside[call.outer.index].setdefault(row, []).append(box)
    return found
