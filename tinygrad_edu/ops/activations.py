"""The activation functions, and what each does to the gradient that flows back through it.

sigmoid and tanh saturate: far from 0 their slope, written with the output y, goes to 0. relu cuts
the gradient off where its unit is silent; leaky_relu lets a part of it through.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import where


def _sigmoid(input: Any) -> Any:
    # e^(−x) may be inf: then 1/(1 + inf) is 0, which is right. So no case needs a branch.
    y = np.exp(-input)
    y += 1  # in place: one array less
    return np.reciprocal(y)


sigmoid = Operation(
    "sigmoid",
    "σ",
    definition="1 / (1 + e⁻ˣ)",
    derivatives=("g · y · (1 − y)",),
    on_floats=lambda x: 1.0 / (1.0 + math.exp(-x)),
    source="1 / (1 + exp(-{0}))",
    on_arrays=_sigmoid,
    rules=(lambda g, y, _x: g * (y * (1 - y)),),
    dtypes="float",
    exact=True,
)

tanh = Operation(
    "tanh",
    "tanh",
    definition="(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    derivatives=("g · (1 − y²)",),
    on_floats=math.tanh,
    source="tanh({0})",
    on_arrays=np.tanh,
    rules=(lambda g, y, _x: g * (1 - y * y),),
    dtypes="float",
    exact=True,
)

relu = Operation(
    "relu",
    "relu",
    definition="x where x > 0, else 0",
    derivatives=("g where x > 0, else 0",),
    on_floats=lambda x: 0.0 if x <= 0.0 else x,
    source="where({0} <= 0, 0, {0})",
    on_arrays=lambda input: np.maximum(input, 0),
    rules=(lambda g, y, _x: where(y <= 0, 0.0, g),),  # y ≤ 0 just where x ≤ 0, and y is kept anyway
)


def _leaky_relu(input: Any, negative_slope: float = 0.01) -> Any:
    return np.where(input > 0, input, input * negative_slope)


leaky_relu = Operation(
    "leaky_relu",
    "leaky relu",
    definition="x where x > 0, else slope · x",
    derivatives=("g where x > 0, else slope · g",),
    on_floats=lambda x, negative_slope=0.01: x if x > 0.0 else x * negative_slope,
    source="where({0} > 0, {0}, {0} * {negative_slope})",
    on_arrays=_leaky_relu,
    rules=(lambda g, _y, x, negative_slope: where(x > 0, g, g * negative_slope),),
    dtypes="float",
    exact=True,
    is_method=False,
)
