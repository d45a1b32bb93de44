"""A chain that sinks from column to column, as Graphviz lays it out, made level.

Columns of boxes move up and down as a whole, so that no arrow comes to lie across a box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tinygrad_edu.trace.graph import Graph
from tinygrad_edu.viz.by_operation import around
from tinygrad_edu.viz.page.columns import call_boxes, columns_of, members
from tinygrad_edu.viz.page.curves import Array, Arrows
from tinygrad_edu.viz.page.place import GHOST, Box, Places

SINKS = 0.3
"""The part of the height of a drawing that its trend must make up, for it to be made level."""


def straightened(places: Places, graph: Graph) -> Places:
    """Take the trend out of a layout that sinks or rises from left to right.

    Args:
        places: the layout.
        graph: what was laid out.

    Returns:
        Another layout; the same one if it has no such trend, or if a box of a module would come to
        lie over what does not belong to it.
    """
    boxes = [box for box, _ in members(places, graph)]
    xs, ys = (np.array(side) for side in zip(*map(_middle, boxes), strict=True))
    width, height = places.size
    spread = float(((xs - xs.mean()) ** 2).sum())
    slope = float(((xs - xs.mean()) * (ys - ys.mean())).sum()) / spread if spread else 0.0
    if abs(slope) * width < SINKS * height:
        return places
    level = _level(places, graph, slope)
    return level if _is_tidy(level, graph) else places


def _level(places: Places, graph: Graph, slope: float) -> Places:
    columns = columns_of(places, graph)
    ends = [x for column in columns for x in column]
    shifts = [-slope * (left + right) / 2 for left, right in columns for _ in range(2)]

    level = _moved(places, lambda xs: np.interp(xs, ends, shifts))
    around = call_boxes(level, graph, lambda _: 0, lambda box, _: (box.x, box.x + box.w))
    return _from_the_top(replace(level, calls=[box.get(0) for box in around]), graph)


def _from_the_top(places: Places, graph: Graph) -> Places:
    """Move a drawing up or down, so that it begins at 0; find its height."""
    boxes = [box for box, _ in members(places, graph)] + [box for box in places.calls if box]
    heights = places.arrows.heights()
    top = min([heights.min(initial=np.inf), *(box.y for box in boxes)]) - GHOST
    bottom = max([heights.max(initial=-np.inf), *(box.y + box.h for box in boxes)]) + GHOST

    raised = _moved(places, lambda xs: np.full_like(xs, -top))
    return replace(raised, size=(places.size[0], round(float(bottom - top), 1)))


def _moved(places: Places, shift: Callable[[Array], Array]) -> Places:
    """Move everything up or down, as far as is told for where it stands."""

    def moved(boxes: list[Box]) -> list[Box]:
        ups = shift(np.array([box.x + box.w / 2 for box in boxes])).tolist()
        return [replace(box, y=round(box.y + up, 1)) for box, up in zip(boxes, ups, strict=True)]

    calls = iter(moved([box for box in places.calls if box]))
    points = places.arrows.points.copy()
    points[:, :, 1] += shift(points[:, :, 0])
    return replace(
        places,
        values=moved(places.values),
        operations=moved(places.operations),
        calls=[next(calls) if box else None for box in places.calls],
        arrows=Arrows(points, places.arrows.owners),
    )


def _is_tidy(places: Places, graph: Graph) -> bool:
    """Tell whether nothing lies over the box of a module call that does not belong to it."""
    for box, call in members(places, graph):
        own = {each.index for each in around(call)}
        others = (each for i, each in enumerate(places.calls) if each is not None and i not in own)
        if any(_overlap(box, other) for other in others):
            return False
    return True


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w
        and other.x < one.x + one.w
        and one.y < other.y + other.h
        and other.y < one.y + one.h
    )


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2
