"""Sine, cosine and tangent, of radians."""

from __future__ import annotations

import math

import numpy as np

from tinygrad_edu.ops.operation import Operation

sin = Operation(
    "sin",
    "sin",
    definition="sin x",
    derivatives=("g · cos x",),
    on_floats=math.sin,
    source="sin({0})",
    on_arrays=np.sin,
    rules=(lambda g, _y, x: g * cos(x),),
    dtypes="float",
)

cos: Operation = Operation(
    "cos",
    "cos",
    definition="cos x",
    derivatives=("−g · sin x",),
    on_floats=math.cos,
    source="cos({0})",
    on_arrays=np.cos,
    rules=(lambda g, _y, x: -g * sin(x),),
    dtypes="float",
)

tan = Operation(
    "tan",
    "tan",
    definition="tan x",
    derivatives=("g · (1 + tan² x)",),
    on_floats=math.tan,
    source="tan({0})",
    on_arrays=np.tan,
    rules=(lambda g, y, _x: g * (1 + y * y),),
    dtypes="float",
)
