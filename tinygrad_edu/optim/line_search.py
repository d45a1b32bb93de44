"""The line search of LBFGS: how far to go in a direction, by the strong Wolfe conditions.

A step is far enough when it lowers the loss by a share of what the slope promises, and when the
slope there is flat enough (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6).
Loss and slopes are numbers of the parameters' dtype, so that all comparisons come out as torch's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LOWERS = 1e-4  # c₁: the share of the promised decrease
FLATTENS = 0.9  # c₂: the share of the first slope


class Point(NamedTuple):
    """A point on the line, `t` times the direction away."""

    t: Any
    loss: float
    gradient: Any
    slope: Any


Evaluate = Callable[[Any], Point]


def strong_wolfe(
    evaluate: Evaluate, t: Any, start: Point, width: Any, tolerance: float, most: int
) -> tuple[Point, int]:
    """Find a point that meets the strong Wolfe conditions, or the best one tried.

    Args:
        evaluate: gives the point at a `t`.
        t: the first one to try.
        start: the point at t = 0.
        width: the largest change of a parameter at t = 1.
        tolerance: a bracket in which parameters change less than this is not narrowed further.
        most: how many points are tried after the first.

    Returns:
        The point, and how many were tried.
    """
    bracket, tried = _find_bracket(evaluate, t, start, most)
    if len(bracket) == 1:
        return bracket[0], tried + 1
    point, more = _narrow(evaluate, start, bracket, width, tolerance, most - tried)
    return point, tried + more + 1


def _find_bracket(evaluate: Evaluate, t: Any, start: Point, most: int) -> tuple[list[Point], int]:
    """Go on until a point is right, or two have one between them."""
    before, point, tried = start, evaluate(t), 0
    while tried < most:
        if _too_high(point, start) or (tried > 1 and point.loss >= before.loss):
            return [before, point], tried
        if _flat(point, start):
            return [point], tried
        if point.slope >= 0:
            return [before, point], tried
        nearest, farthest = point.t + 0.01 * (point.t - before.t), point.t * 10
        t = lowest_of_cubic(before, point, nearest, farthest)
        before, point = point, evaluate(t)
        tried += 1
    return [start, point], tried


def _narrow(
    evaluate: Evaluate, start: Point, bracket: list[Point], width: Any, tolerance: float, most: int
) -> tuple[Point, int]:
    """Replace the ends of a bracket by points between them until one is right."""
    low = 0 if bracket[0].loss <= bracket[1].loss else 1
    stuck = done = False
    tried = 0
    while tried < most and not done:
        first, last = bracket
        if abs(last.t - first.t) * width < tolerance:
            break
        t = lowest_of_cubic(first, last, min(first.t, last.t), max(first.t, last.t))
        t, stuck = _away_from_ends(t, first.t, last.t, stuck)
        point = evaluate(t)
        tried += 1
        if _too_high(point, start) or point.loss >= bracket[low].loss:
            bracket[1 - low] = point
            low = 0 if bracket[0].loss <= bracket[1].loss else 1
            continue
        done = bool(_flat(point, start))
        if not done and point.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = point
    return bracket[low], tried


def _away_from_ends(t: Any, first: Any, last: Any, stuck: bool) -> tuple[Any, bool]:
    """Move t a tenth of the bracket away from an end that it came near to twice."""
    least, most = min(first, last), max(first, last)
    margin = 0.1 * (most - least)
    if not min(most - t, t - least) < margin:
        return t, False
    if not (stuck or t >= most or t <= least):
        return t, True
    return (most - margin if abs(t - most) < abs(t - least) else least + margin), False


def _too_high(point: Point, start: Point) -> Any:
    return point.loss > start.loss + LOWERS * point.t * start.slope


def _flat(point: Point, start: Point) -> Any:
    return abs(point.slope) <= -FLATTENS * start.slope


def lowest_of_cubic(a: Point, b: Point, least: Any, most: Any) -> Any:
    """Return where the cubic through two points, with their slopes, is lowest.

    Args:
        a: a point.
        b: another point.
        least: the smallest answer.
        most: the largest answer.
    """
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2.0
    d2 = np.sqrt(square)
    if a.t > b.t:
        a, b = b, a
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, least), most)
