"""Functions that are named rather than built from others: erf, and x · ln y with 0 · ln 0 = 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.selection import where

SLOPE_AT_0 = 2 / math.sqrt(math.pi)
"""The derivative of erf at 0."""

_LAST, _STEPS = 6.0, 64  # from 6 on erf is 1; 64 points for each unit before
_TERMS = 9  # (1/128)⁹ is far below the last bit


def _taylor_series() -> list[Any]:
    """Return the coefficients of erf's Taylor series about each of the points.

    They follow from erf″ = −2x · erf′, and erf itself at the points is Python's.
    """
    x = np.arange(int(_LAST * _STEPS) + 1) / _STEPS
    series = [np.array([math.erf(point) for point in x]), SLOPE_AT_0 * np.exp(-x * x)]
    for n in range(_TERMS - 2):
        before, last = series[-2:]
        series.append(-(2 * x * last + 2 * n / (n + 1) * before) / (n + 2))
    return series


_SERIES = _taylor_series()


def erf_of_arrays(input: Any) -> Any:
    """Compute erf of each element of an array."""
    # numpy has no erf. The series about the nearest of 385 points is right to 2 units in the last
    # place, and takes a quarter of the time of Python's erf on each element.
    size = np.fmin(np.absolute(input), _LAST).astype(np.float64)
    nearest = np.rint(size * _STEPS).astype(np.intp)
    offset = size - nearest / _STEPS
    y = np.zeros_like(size)
    for coefficients in reversed(_SERIES):
        y = y * offset + coefficients[nearest]
    return np.where(input != input, input, np.copysign(y, input)).astype(input.dtype)


erf = Operation(
    "erf",
    "erf",
    definition="2/√π · ∫₀ˣ e^(−t²) dt",
    derivatives=("g · 2/√π · e^(−x²)",),
    on_floats=math.erf,
    source="erf({0})",
    on_arrays=erf_of_arrays,
    rules=(lambda g, _y, x: g * (SLOPE_AT_0 * exp(-(x * x))),),
    dtypes="float",
)


def _xlogy(input: Any, other: Any) -> Any:
    other = np.asarray(other, np.result_type(input, other))  # a number does not decide the dtype
    return np.where((input == 0) & (other == other), 0, input * np.log(other))


xlogy: Operation = Operation(
    "xlogy",
    "x ln y",
    definition="a · ln b, 0 where a = 0",
    derivatives=("g · ln b, 0 where a = 0 and b ≤ 0", "g · a / b"),
    on_floats=lambda a, b: 0.0 if a == 0.0 and b == b else a * math.log(b),
    source="where(({0} == 0) & ({1} == {1}), 0, {0} * log({1}))",
    on_arrays=_xlogy,
    rules=(
        lambda g, _y, a, b: where((a == 0) & (b <= 0), 0.0, xlogy(g, b)),
        lambda g, _y, a, b: g * a / b,
    ),
    dtypes="float",
)
