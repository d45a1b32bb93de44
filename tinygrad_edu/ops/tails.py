"""Beside erf: what it lacks to 1, as exact far out as near 0, and its inverse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.special import SLOPE_AT_0, erf, erf_of_arrays


def _erfc(input: Any) -> Any:
    found = [math.erfc(x) for x in input.ravel().tolist()]  # numpy has none; 1 − erf would cancel
    return np.array(found, input.dtype).reshape(input.shape)


erfc = Operation(
    "erfc",
    "erfc",
    definition="1 − erf x",
    derivatives=("−g · 2/√π · e^(−x²)",),
    on_arrays=_erfc,
    on_values=lambda input: 1 - erf(input),
    rules=(lambda g, _y, x: -g * (SLOPE_AT_0 * exp(-(x * x))),),
    dtypes="float",
)


def _ratio(x: Any, above: tuple[float, ...], below: tuple[float, ...]) -> Any:
    return np.polynomial.polynomial.polyval(x, above) / np.polynomial.polynomial.polyval(x, below)


def _erfinv(input: Any) -> Any:
    y = input.astype(np.float64)
    far = np.sqrt(-np.log((1 - np.abs(y)) / 2))
    # Rational functions that are right to about 7 digits; Newton's steps double these.
    near = _ratio(y * y, (0.886226899, -1.645349621, 0.914624893, -0.140543331),
                  (1.0, -2.118377725, 1.442710462, -0.329097515, 0.012229801))  # fmt: skip
    tail = _ratio(far, (-1.970840454, -1.624906493, 3.429567803, 1.641345311),
                  (1.0, 3.543889200, 1.637067800))  # fmt: skip
    x = np.where(np.abs(y) <= 0.7, y * near, np.copysign(tail, y))
    for _ in range(2):
        x = x - (erf_of_arrays(x) - y) / (SLOPE_AT_0 * np.exp(-x * x))
    return np.where(np.abs(y) == 1, np.copysign(np.inf, y), x).astype(input.dtype)


erfinv: Operation = Operation(
    "erfinv",
    "erf⁻¹",
    definition="the number whose erf is x",
    derivatives=("g · √π/2 · e^(y²)",),
    on_arrays=_erfinv,
    rules=(lambda g, y, _x: g * (exp(y * y) / SLOPE_AT_0),),
    dtypes="float",
)
