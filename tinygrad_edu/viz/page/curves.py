"""The arrows of a drawing: cubic Bézier curves, moved, cut and written as SVG paths together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
Array = npt.NDArray[Any]

PARTS = np.linspace(0.0, 1.0, 5)[:, None]
BERNSTEIN = np.hstack(
    [(1 - PARTS) ** 3, 3 * PARTS * (1 - PARTS) ** 2, 3 * PARTS**2 * (1 - PARTS), PARTS**3]
)
"""The weights of the four points of a curve, for the point after each quarter of its way."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """All arrows of a drawing.

    Attributes:
        points: the four points of each curve, of shape (curves, 4, 2); the curves of an arrow
            follow one another, and where one does not begin at the end of the last is a gap.
        owners: which arrow each curve belongs to, of shape (curves,).
    """

    points: Array
    owners: Array

    @classmethod
    def through(cls, arrows: Sequence[Sequence[Point]]) -> Arrows:
        """Take the points of each arrow: a start, and three for each curve.

        >>> Arrows.through([[(0, 0), (1, 0), (2, 0), (3, 0)]]).points.shape
        (1, 4, 2)
        """
        curves = [arrow[i : i + 4] for arrow in arrows for i in range(0, len(arrow) - 1, 3)]
        counts = [(len(arrow) - 1) // 3 for arrow in arrows]
        points = np.array(curves, float).reshape(-1, 4, 2)
        return cls(points, np.repeat(np.arange(len(arrows)), counts))

    def spans(self) -> tuple[Array, Array]:
        """Return the least and the largest x of each arrow."""
        xs = self.points[:, :, 0]
        starts = np.flatnonzero(np.diff(self.owners, prepend=-1))
        left, right = xs.min(1), xs.max(1)
        return np.minimum.reduceat(left, starts), np.maximum.reduceat(right, starts)

    def heights(self) -> Array:
        """Return the y of five points of each curve, of shape (curves, 5)."""
        return self.points[:, :, 1] @ BERNSTEIN.T

    def cut(self, cuts: list[float]) -> tuple[Arrows, Array]:
        """Divide the curves where they cross some x, into parts that lie between two of these.

        Returns:
            The arrows, and between which two each of their curves lies.

        >>> arrow = Arrows.through([[(0, 0), (1, 0), (2, 0), (3, 0)]])
        >>> parts, between = arrow.cut([1.5])
        >>> parts.points[:, -1].tolist(), between.tolist()
        ([[1.5, 0.0], [3.0, 0.0]], [0, 1])
        """
        xs = self.points[:, :, 0]
        first, last = np.searchsorted(cuts, xs.min(1)), np.searchsorted(cuts, xs.max(1))
        parts = [points[None] for points in self.points]
        for i in np.flatnonzero(first != last):
            ts = {t for cut in cuts for t in _crossings(self.points[i], cut)}
            ends = itertools.pairwise(sorted({0.0, 1.0, *ts}))
            parts[i] = np.array([_between(self.points[i], *pair) for pair in ends])
        owners = np.repeat(self.owners, [len(part) for part in parts])
        points = np.concatenate(parts) if parts else self.points
        middles = points[:, :, 0] @ BERNSTEIN[2]
        return Arrows(points, owners), np.searchsorted(cuts, middles)

    def paths(self) -> list[str]:
        """Write each arrow as the path of an SVG, to a tenth.

        >>> Arrows.through([[(0, 1), (2, 3), (4, 5), (6, 7.25)]]).paths()
        ['M0 1C2 3 4 5 6 7.2']
        """
        written = [""] * (int(self.owners[-1]) + 1 if len(self.owners) else 0)
        end: tuple[int, list[float]] | None = None
        numbers = np.round(self.points, 1) + 0.0  # no -0
        for owner, points in zip(self.owners.tolist(), numbers.tolist(), strict=True):
            start, *others = points
            if end != (owner, start):
                written[owner] += f"M{start[0]:g} {start[1]:g}"
            written[owner] += "C" + " ".join(f"{x:g} {y:g}" for x, y in others)
            end = owner, others[-1]
        return written


def line(start: Array, end: Array) -> Array:
    """Return straight lines as curves: of points of shape (…, 2), of shape (…, 4, 2)."""
    return np.stack([start, start, end, end], -2)


def _crossings(curve: Array, x: float) -> list[float]:
    """Find where a curve is at x, as parts of its way."""
    a, b, c, d = curve[:, 0]
    if max(a, b, c, d) <= x or min(a, b, c, d) >= x:
        return []
    roots = np.roots([d - 3 * c + 3 * b - a, 3 * c - 6 * b + 3 * a, 3 * b - 3 * a, a - x])
    return [float(t.real) for t in roots if abs(t.imag) < 1e-9 and 1e-6 < t.real < 1 - 1e-6]


def _between(curve: Array, start: float, end: float) -> Array:
    """Return the part of a curve between two points of its way (by its polar form)."""

    def mixed(*parts: float) -> Array:
        points: Array = curve
        for t in parts:
            points = (1 - t) * points[:-1] + t * points[1:]
        first: Array = points[0]
        return first

    ends = (start, start, start), (start, start, end), (start, end, end), (end, end, end)
    return np.array([mixed(*parts) for parts in ends])
