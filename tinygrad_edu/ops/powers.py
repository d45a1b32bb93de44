"""Powers, roots, exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import where

log = Operation(
    "log",
    "ln",
    definition="ln x",
    derivatives=("g / x",),
    on_floats=math.log,
    source="log({0})",
    on_arrays=np.log,
    rules=(lambda g, _y, x: g / x,),
    dtypes="float",
)

exp = Operation(
    "exp",
    "eˣ",
    definition="eˣ",
    derivatives=("g · eˣ",),
    on_floats=math.exp,
    source="exp({0})",
    on_arrays=np.exp,
    rules=(lambda g, y, _x: g * y,),
    dtypes="float",
)

# A power that is 0 has derivative 0 even where a^(b−1) is infinite, and 0^b does not change with b.
pow: Operation = Operation(
    "pow",
    "^",
    definition="aᵇ",
    derivatives=("g · b · aᵇ⁻¹", "g · aᵇ · ln a"),
    on_floats=math.pow,
    source="pow({0}, {1})",
    on_arrays=lambda input, exponent: np.power(input, exponent),
    rules=(
        lambda g, _y, a, b: where(b == 0, 0.0, g * (b * pow(a, b - 1))),
        lambda g, y, a, b: g * where((b >= 0) & (a == 0), 0.0, y * log(a)),
    ),
)

log1p = Operation(
    "log1p",
    "ln(1+x)",
    definition="ln(1 + x), exact for small x",
    derivatives=("g / (1 + x)",),
    on_floats=math.log1p,
    source="log1p({0})",
    on_arrays=np.log1p,
    rules=(lambda g, _y, x: g / (x + 1),),
    dtypes="float",
    grad_fn_name="Log1PBackward0",
)

expm1 = Operation(
    "expm1",
    "eˣ−1",
    definition="eˣ − 1, exact for small x",
    derivatives=("g · eˣ",),
    on_floats=math.expm1,
    source="expm1({0})",
    on_arrays=np.expm1,
    rules=(lambda g, y, _x: g * (y + 1),),
    dtypes="float",
)

sqrt = Operation(
    "sqrt",
    "√",
    definition="√x",
    derivatives=("g / (2√x)",),
    on_floats=math.sqrt,
    source="sqrt({0})",
    on_arrays=np.sqrt,
    rules=(lambda g, y, _x: g / (2 * y),),
    dtypes="float",
)

rsqrt = Operation(
    "rsqrt",
    "1/√x",
    definition="1 / √x",
    derivatives=("−g / (2x√x)",),
    on_floats=lambda x: 1.0 / math.sqrt(x),
    source="1 / sqrt({0})",
    on_arrays=lambda input: np.reciprocal(np.sqrt(input)),
    rules=(lambda g, y, _x: -0.5 * g * (y * y * y),),
    dtypes="float",
)

reciprocal = Operation(
    "reciprocal",
    "1/x",
    definition="1 / x",
    derivatives=("−g / x²",),
    on_floats=lambda x: 1.0 / x,
    source="1 / {0}",
    on_arrays=np.reciprocal,
    rules=(lambda g, y, _x: -g * (y * y),),
    dtypes="float",
)


def _square(input: Any) -> Any:
    return np.square(input.astype(np.int64) if input.dtype == bool else input)


square = Operation(
    "square",
    "x²",
    definition="x²",
    derivatives=("g · 2x",),
    on_floats=lambda x: x * x,
    source="{0} * {0}",
    on_arrays=_square,
    rules=(lambda g, _y, x: g * (2 * x),),
    grad_fn_name="PowBackward0",
)
