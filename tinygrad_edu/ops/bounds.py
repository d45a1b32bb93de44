"""Bounds on one side, maxima and minima that pass over nan, and numbers in place of nan and inf."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import absolute, where

fmax = Operation(
    "fmax",
    "max",
    definition="the larger of a and b; the other one where one is nan",
    derivatives=("g where y is a, else 0", "0 where y is a, else g"),
    on_floats=lambda a, b: a if a >= b or b != b else b,
    source="where(({0} >= {1}) | ({1} != {1}), {0}, {1})",
    on_arrays=np.fmax,
    rules=(
        lambda g, _y, a, b: where((a >= b) | (b != b), g, 0.0),
        lambda g, _y, a, b: where((a >= b) | (b != b), 0.0, g),
    ),
)

fmin = Operation(
    "fmin",
    "min",
    definition="the smaller of a and b; the other one where one is nan",
    derivatives=("g where y is a, else 0", "0 where y is a, else g"),
    on_floats=lambda a, b: a if a <= b or b != b else b,
    source="where(({0} <= {1}) | ({1} != {1}), {0}, {1})",
    on_arrays=np.fmin,
    rules=(
        lambda g, _y, a, b: where((a <= b) | (b != b), g, 0.0),
        lambda g, _y, a, b: where((a <= b) | (b != b), 0.0, g),
    ),
)

clamp_min = Operation(
    "clamp_min",
    "clamp",
    definition="x, but at least a bound b",
    derivatives=("g where x ≥ b, else 0", "g where x < b, else 0"),
    on_floats=lambda x, b: x if x >= b or x != x else b,
    source="where(({0} >= {1}) | ({0} != {0}), {0}, {1})",
    on_arrays=lambda input, min: np.maximum(input, min),
    rules=(
        lambda g, _y, x, b: where(x >= b, g, 0.0),
        lambda g, _y, x, b: where(x < b, g, 0.0),
    ),
)

clamp_max = Operation(
    "clamp_max",
    "clamp",
    definition="x, but at most a bound b",
    derivatives=("g where x ≤ b, else 0", "g where x > b, else 0"),
    on_floats=lambda x, b: x if x <= b or x != x else b,
    source="where(({0} <= {1}) | ({0} != {0}), {0}, {1})",
    on_arrays=lambda input, max: np.minimum(input, max),
    rules=(
        lambda g, _y, x, b: where(x <= b, g, 0.0),
        lambda g, _y, x, b: where(x > b, g, 0.0),
    ),
)


between = Operation(
    "between",
    "clamp",
    definition="x, but at least a bound a and at most a bound b",
    derivatives=(
        "g where a ≤ x ≤ b, else 0",
        "g where x < a ≤ b, else 0",
        "g where x > b or a > b, else 0",
    ),
    on_arrays=lambda input, min, max: np.minimum(np.maximum(input, min), max),
    on_values=lambda input, min, max: clamp_max(clamp_min(input, min), max),
    rules=(
        lambda g, _y, x, a, b: where((x >= a) & (x <= b), g, 0.0),
        lambda g, _y, x, a, b: where((x < a) & (a < b), g, 0.0),
        lambda g, _y, x, a, b: where((x > b) | (a > b), g, 0.0),
    ),
    grad_fn_name="ClampBackward0",
    is_method=False,
)


def _replacements(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Fill in the defaults: 0 for nan, and for the infinities what the dtype reaches."""
    dtype = getattr(inputs[0], "dtype", None)
    kind = np.dtype(getattr(dtype, "numpy", dtype))  # of a plain number float64
    largest = float(np.finfo(kind).max) if kind.kind == "f" else float(np.finfo(np.float64).max)
    found = {"nan": 0.0, "posinf": largest, "neginf": -largest}
    for name, value in parameters.items():
        if value is not None:
            if not isinstance(value, (int, float)):
                kind_given = type(value).__name__
                raise TypeError(f"nan_to_num(): argument '{name}' must be float, not {kind_given}")
            found[name] = float(value)
    return inputs, found


def _nan_to_num(input: Any, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Any:
    if input.dtype.kind != "f":
        return input.copy()
    return np.nan_to_num(input, nan=nan, posinf=posinf, neginf=neginf)


def _float_to_num(x: float, nan: float, posinf: float, neginf: float) -> float:
    if x != x:
        return nan
    return x if abs(x) < math.inf else posinf if x > 0.0 else neginf


nan_to_num = Operation(
    "nan_to_num",
    "no nan",
    definition="x, but numbers in place of nan, inf and −inf",
    derivatives=("g where x is finite, else 0",),
    on_floats=_float_to_num,
    source=(
        "where({0} != {0}, {nan}, where({0} == inf, {posinf}, where({0} == -inf, {neginf}, {0})))"
    ),
    on_arrays=_nan_to_num,
    rules=(lambda g, _y, x, nan, posinf, neginf: where(absolute(x) < math.inf, g, 0.0),),
    prepare=_replacements,
)
