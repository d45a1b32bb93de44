"""A long drawing in rows, as music is written: it goes on at the left of the row below.

A deep network from left to right is a strip, fifty times as wide as it is high; whole, it could
not be read on any screen. It is cut in gaps between boxes that few arrows cross.
What comes from the row above is named where it arrives.
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass, replace

import numpy as np

from tinygrad_edu.trace.graph import Graph
from tinygrad_edu.viz.page.columns import call_boxes, columns_of, members
from tinygrad_edu.viz.page.curves import Array, Arrows, line
from tinygrad_edu.viz.page.place import GHOST, Box, Places
from tinygrad_edu.viz.page.straight import straightened
from tinygrad_edu.viz.page.stubs import ARROW, room_for, short

WINDOW = (900.0, 380.0)
"""Width and height, in pixels, of the room for drawings in a small window."""
WHOLE = 0.8
"""A drawing that fits the window at this scale stays one row: its texts can be read."""
GAIN = 1.3
"""So much larger must a drawing become, for it to be cut."""
MOST_ROWS = 12
BETWEEN = 34.0  # points between two rows


def in_rows(places: Places, graph: Graph, names: list[str], panes: int = 1) -> Places:
    """Break a layout into as many rows as make it largest in a window.

    Args:
        places: the layout, from left to right.
        graph: what was laid out.
        names: what its values are called, by index.
        panes: how many drawings share the window, one below the other.

    Returns:
        Another layout; the same one where rows do not help.
    """
    window = (WINDOW[0], WINDOW[1] / panes)
    if _scale(places.size, window) >= WHOLE:
        return places
    level = straightened(places, graph)
    gaps = _gaps(level, graph)
    best, scale = None, _scale(level.size, window)
    for count in range(2, min(MOST_ROWS, len(gaps)) + 1):
        broken = _Rows(level, graph, names, _cuts(level, gaps, count))
        larger = _scale(broken.size, window)
        if larger <= scale * (GAIN if best is None else 1.0):
            break
        best, scale = broken, larger
    if scale <= _scale(places.size, window):
        return places
    return best.places() if best else level


def _scale(size: tuple[float, float], window: tuple[float, float]) -> float:
    """Return how large a drawing can be in a window."""
    return min(window[0] / size[0], window[1] / size[1])


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a row may end: between two columns of boxes.

    Attributes:
        x: in the middle of it.
        cost: arrows that cross it, but one; more for a result, which cannot be named where it
            arrives, and for each call of a module that it divides.
    """

    x: float
    cost: float


def _gaps(places: Places, graph: Graph) -> list[Gap]:
    """Find where to cut between the columns: in each gap, where it costs least."""
    calls = [box for box in places.calls if box is not None]
    edges = sorted({edge for box in calls for edge in (box.x, box.x + box.w)})
    lefts, rights = places.arrows.spans()
    weights = np.ones(len(lefts))
    weights[list(places.results.values())] = 3

    def gap(x: float) -> Gap:
        crossing = float(weights[(lefts < x) & (x < rights)].sum())
        return Gap(x, crossing - 1 + 2.0 * sum(box.x < x < box.x + box.w for box in calls))

    columns = columns_of(places, graph)
    found = []
    for (_, start), (end, _) in itertools.pairwise(columns):
        marks = [start, *(edge for edge in edges if start < edge < end), end]
        middles = [(a + b) / 2 for a, b in itertools.pairwise(marks)]
        found.append(min(map(gap, middles), key=lambda one: one.cost))
    return found


def _cuts(places: Places, gaps: list[Gap], count: int) -> list[float]:
    """Choose where to cut: rows about as long as each other, where the gaps are cheap."""
    chosen: list[float] = []
    left, width = 0.0, places.size[0]
    for rows_left in range(count, 1, -1):
        length = (width - left) / rows_left
        near = [gap for gap in gaps if 0.7 * length < gap.x - left < 1.2 * length]
        if not near:
            break
        goal = left + length
        left = min(near, key=lambda gap: gap.cost + 8 * abs(gap.x - goal) / length).x
        chosen.append(left)
    return chosen


class _Rows:
    """A layout that is cut at some places."""

    def __init__(self, places: Places, graph: Graph, names: list[str], cuts: list[float]) -> None:
        self.old = places
        self.graph = graph
        self.cuts = cuts
        self.ends = [0.0, *cuts, places.size[0]]
        self.arrows, self.rows = places.arrows.cut(cuts)
        owners = self.arrows.owners
        goes_on, leaves = owners[1:] == owners[:-1], self.rows[1:] != self.rows[:-1]
        self.turns = np.flatnonzero(goes_on & leaves) + 1  # curves that begin another row
        uses = [use for operation in graph.operations for use in operation.arguments]
        self.names = {i: short(names[use.value.index]) for i, use in enumerate(uses)}
        turning = owners[self.turns].tolist()
        self.margin = room_for(self.names[i] for i in turning if i in self.names)
        self.calls = call_boxes(places, graph, self.row_of, self.width_of)
        self.shifts, self.size = self.stacked()

    def places(self) -> Places:
        """Return the layout in rows."""
        calls = [[self.moved(box, row) for row, box in sorted(rows.items())] for rows in self.calls]
        return replace(
            self.old,
            size=self.size,
            values=[self.moved(box, self.row_of(box)) for box in self.old.values],
            operations=[self.moved(box, self.row_of(box)) for box in self.old.operations],
            calls=[boxes[0] if boxes else None for boxes in calls],
            continued=[boxes[1:] for boxes in calls],
            arrows=self.turned(),
            arrivals=self.arrivals(),
        )

    def arrivals(self) -> dict[int, list[tuple[float, float, str]]]:
        """Find where arrows to arguments come from a row above, and what they are called."""
        found: dict[int, list[tuple[float, float, str]]] = {}
        for turn in self.turns.tolist():
            arrow, row = int(self.arrows.owners[turn]), self.rows[turn]
            if arrow in self.names and row > self.rows[turn - 1]:
                x, y = (self.arrows.points[turn, 0] + self.shifts[row]).tolist()
                found.setdefault(arrow, []).append((round(x, 1), round(y, 1), self.names[arrow]))
        return found

    def row_at(self, x: float) -> int:
        """Return the row that a place belongs to."""
        return bisect.bisect_left(self.cuts, x)

    def row_of(self, box: Box) -> int:
        """Return the row that a box stands in."""
        return self.row_at(box.x + box.w / 2)

    def width_of(self, call: Box, row: int) -> tuple[float, float]:
        """Tell from where to where the box of a call reaches: up to the ends of the row."""
        start, end = self.ends[row], self.ends[row + 1]
        return max(call.x, start + 3), min(call.x + call.w, end - 3)

    def stacked(self) -> tuple[Array, tuple[float, float]]:
        """Find how far each row moves, and how large the drawing becomes."""
        reached: list[list[float]] = [[] for _ in self.ends[1:]]
        for box, _ in members(self.old, self.graph):
            reached[self.row_of(box)] += (box.y, box.y + box.h)
        for rows in self.calls:
            for row, box in rows.items():
                reached[row] += (box.y, box.y + box.h)
        heights = self.arrows.heights()
        for row in range(len(reached)):
            reached[row] += heights[self.rows == row].ravel().tolist()
        shifts, y = [], GHOST
        for row, ys in enumerate(reached):
            shifts.append((max(self.margin, ARROW) - self.ends[row] if row else 0.0, y - min(ys)))
            y += max(ys) - min(ys) + BETWEEN
        longest = max(end - start for start, end in itertools.pairwise(self.ends))
        size = round(longest + self.margin + 2 * ARROW, 1), round(y - BETWEEN + GHOST, 1)
        return np.array(shifts), size

    def moved(self, box: Box, row: int) -> Box:
        """Put a box where it stands in its row."""
        x, y = ((box.x, box.y) + self.shifts[row]).tolist()
        return Box(round(x, 1), round(y, 1), box.w, box.h)

    def turned(self) -> Arrows:
        """Move the arrows; at the end of a row one goes on for a little, as before the next one."""
        turns, rows, shifts = self.turns, self.rows, self.shifts
        points, starts = self.arrows.points + shifts[rows][:, None], self.arrows.points[turns, 0]
        on = np.where(rows[turns] > rows[turns - 1], ARROW, -ARROW)[:, None] * (1.0, 0.0)
        end, start = starts + shifts[rows[turns - 1]], starts + shifts[rows[turns]]
        both = np.stack([line(end, end + on), line(start - on, start)], 1).reshape(-1, 4, 2)
        where = np.repeat(turns, 2)
        owners = np.insert(self.arrows.owners, where, self.arrows.owners[where])
        return Arrows(np.insert(points, where, both, axis=0), owners)
