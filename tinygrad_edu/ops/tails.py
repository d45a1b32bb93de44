"""The tail of the normal distribution: what erf lacks to 1, as exact far out as near 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.special import SLOPE_AT_0, erf


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
