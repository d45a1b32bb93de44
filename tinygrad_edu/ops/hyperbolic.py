"""The hyperbolic functions and their inverses; tanh is among the activations."""

from __future__ import annotations

import math

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import rsqrt

sinh: Operation = Operation(
    "sinh",
    "sinh",
    definition="(eˣ − e⁻ˣ) / 2",
    derivatives=("g · cosh x",),
    on_floats=math.sinh,
    source="sinh({0})",
    on_arrays=np.sinh,
    rules=(lambda g, _y, x: g * cosh(x),),
    dtypes="float",
)

cosh: Operation = Operation(
    "cosh",
    "cosh",
    definition="(eˣ + e⁻ˣ) / 2",
    derivatives=("g · sinh x",),
    on_floats=math.cosh,
    source="cosh({0})",
    on_arrays=np.cosh,
    rules=(lambda g, _y, x: g * sinh(x),),
    dtypes="float",
)

asinh = Operation(
    "asinh",
    "arsinh",
    definition="the number whose sinh is x",
    derivatives=("g / √(x² + 1)",),
    on_floats=math.asinh,
    source="asinh({0})",
    on_arrays=np.arcsinh,
    rules=(lambda g, _y, x: g * rsqrt(x * x + 1),),
    dtypes="float",
)

acosh = Operation(
    "acosh",
    "arcosh",
    definition="the number at least 0 whose cosh is x",
    derivatives=("g / √(x² − 1)",),
    on_floats=math.acosh,
    source="acosh({0})",
    on_arrays=np.arccosh,
    rules=(lambda g, _y, x: g * rsqrt(x * x - 1),),
    dtypes="float",
)

atanh = Operation(
    "atanh",
    "artanh",
    definition="the number whose tanh is x",
    derivatives=("g / (1 − x²)",),
    on_floats=math.atanh,
    source="atanh({0})",
    on_arrays=np.arctanh,
    rules=(lambda g, _y, x: g / (1 - x * x),),
    dtypes="float",
)

arcsinh, arccosh, arctanh = asinh, acosh, atanh
