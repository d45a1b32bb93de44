"""The curves of arrows: SVG paths of cubic Béziers, taken apart and written again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]


def numbers_of(path: str) -> list[float]:
    """Return all numbers of a path.

    >>> numbers_of("M0 1C2 3 4 5 6 7.5")
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.5]
    """
    return [float(x) for x in re.split("[MC ]", path) if x]


def curves(path: str) -> Iterator[Curve]:
    """Yield the curves of a path, four points each."""
    numbers = numbers_of(path)
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for i in range(0, len(points) - 1, 3):
        yield points[i], points[i + 1], points[i + 2], points[i + 3]


def bounds(path: str) -> tuple[Point, Point]:
    """Return the least and the largest x, and y, of the points of a path."""
    numbers = numbers_of(path)
    xs, ys = numbers[::2], numbers[1::2]
    return (min(xs), max(xs)), (min(ys), max(ys))


def crossings(curve: Curve, x: float) -> list[float]:
    """Find where a curve is at x, as parts of its way."""
    a, b, c, d = (point[0] for point in curve)
    if max(a, b, c, d) <= x or min(a, b, c, d) >= x:
        return []
    roots = np.roots([d - 3 * c + 3 * b - a, 3 * c - 6 * b + 3 * a, 3 * b - 3 * a, a - x])
    return [float(t.real) for t in roots if abs(t.imag) < 1e-9 and 1e-6 < t.real < 1 - 1e-6]


def at(curve: Curve, t: float) -> Point:
    """Return the point of a Bézier curve after a part of its way."""
    s = 1 - t
    weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
    x, y = (sum(w * p[k] for w, p in zip(weights, curve, strict=True)) for k in (0, 1))
    return x, y


def between(curve: Curve, start: float, end: float) -> Curve:
    """Return the part of a Bézier curve between two points of its way (by its polar form).

    >>> between(((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)), 0.0, 0.5)[3]
    (1.5, 0.0)
    """

    def mixed(r: float, s: float, t: float) -> Point:
        points = list(curve)
        for u in (r, s, t):
            points = [
                ((1 - u) * p[0] + u * q[0], (1 - u) * p[1] + u * q[1])
                for p, q in itertools.pairwise(points)
            ]
        return points[0]

    return (
        mixed(start, start, start),
        mixed(start, start, end),
        mixed(start, end, end),
        mixed(end, end, end),
    )


def text(point: Point) -> str:
    """Write a point to a tenth."""
    return " ".join(f"{round(x, 1):g}" for x in point)
