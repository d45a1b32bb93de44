"""Activation functions beyond a first course: bounded, shrunk to 0 in the middle, or gated.

Those called hard are made of straight lines, where a smooth one would need eˣ.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.activations import sigmoid, softplus, tanh
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.refusals import insist_on_floating, refuse
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import normalize_dim


def _alpha(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if parameters["alpha"] == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return inputs, parameters


def _celu(input: Any, alpha: float = 1.0) -> Any:
    insist_on_floating("elu", input)
    return np.where(input > 0, input, np.expm1(input / alpha) * alpha)


# As in elu, e to the power of a large x, which is not wanted, is cut off at 0.
celu = Operation(
    "celu",
    "celu",
    definition="x where x > 0, else α (e^(x/α) − 1)",
    derivatives=("g where x > 0, else g · e^(x/α)",),
    on_floats=lambda x, alpha=1.0: x if x > 0.0 else math.expm1(x / alpha) * alpha,
    source="where({0} > 0, {0}, expm1({0} / {alpha}) * {alpha})",
    on_arrays=_celu,
    rules=(lambda g, _y, x, alpha: where(x > 0, g, g * exp(where(x >= 0, 0.0, x) / alpha)),),
    prepare=_alpha,
    is_method=False,
)

_FAR = 3.0  # where the hard functions have reached what sigmoid only comes near

hardsigmoid = Operation(
    "hardsigmoid",
    "hardsigmoid",
    definition="x/6 + 1/2, but at least 0 and at most 1",
    derivatives=("g / 6 where −3 < x < 3, else 0",),
    on_floats=lambda x: float(min(max(x + _FAR, 0.0), 6.0)) / 6.0,
    source="min(max({0} + 3, 0), 6) / 6",
    on_arrays=lambda input: np.minimum(np.maximum(input + _FAR, 0), 6) / 6,
    rules=(lambda g, _y, x: where((x > -_FAR) & (x < _FAR), g / 6, 0.0),),
    is_method=False,
)

hardswish = Operation(
    "hardswish",
    "hardswish",
    definition="x · (x/6 + 1/2), with the second factor at least 0 and at most 1",
    derivatives=("g · (x/3 + 1/2) where −3 < x < 3; 0 below, g above",),
    on_floats=lambda x: x * min(max(x + _FAR, 0.0), 6.0) / 6.0,
    source="{0} * min(max({0} + 3, 0), 6) / 6",
    on_arrays=lambda input: input * np.minimum(np.maximum(input + _FAR, 0), 6) / 6,
    rules=(lambda g, _y, x: where(x <= -_FAR, 0.0, where(x >= _FAR, g, g * (x / 3 + 0.5))),),
    is_method=False,
)


def _hardshrink(input: Any, lambd: float = 0.5) -> Any:
    insist_on_floating("hardshrink", input)
    return np.where((input >= -lambd) & (input <= lambd), 0, input)


hardshrink = Operation(
    "hardshrink",
    "hardshrink",
    definition="0 where −λ ≤ x ≤ λ, else x",
    derivatives=("0 where −λ ≤ x ≤ λ, else g",),
    on_floats=lambda x, lambd=0.5: 0.0 if -lambd <= x <= lambd else x,
    source="where(({0} >= -({lambd})) & ({0} <= {lambd}), 0, {0})",
    on_arrays=_hardshrink,
    rules=(lambda g, _y, x, lambd: where((x > lambd) | (x < -lambd), g, 0.0),),
)

softshrink = Operation(
    "softshrink",
    "softshrink",
    definition="x − λ above λ, x + λ below −λ, else 0",
    derivatives=("0 where −λ ≤ x ≤ λ, else g",),
    on_floats=lambda x, lambd=0.5: x - lambd if x > lambd else x + lambd if x < -lambd else 0.0 * x,
    source=("where({0} > {lambd}, {0} - {lambd}, where({0} < -({lambd}), {0} + {lambd}, 0 * {0}))"),
    on_arrays=lambda input, lambd=0.5: np.where(
        input > lambd, input - lambd, np.where(input < -lambd, input + lambd, 0 * input)
    ),
    rules=(lambda g, _y, x, lambd: where((x > lambd) | (x < -lambd), g, 0.0),),
    is_method=False,
)


def _two_numbers(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    for name, x in parameters.items():
        if not isinstance(x, (int, float)):
            kind = type(x).__name__
            raise TypeError(f"threshold(): argument '{name}' must be Number, not {kind}")
    return inputs, parameters


def _threshold(input: Any, threshold: float, value: float) -> Any:
    if input.dtype.kind == "b":
        raise refuse("threshold", input.dtype)
    limit, other = (np.asarray(x).astype(input.dtype) for x in (threshold, value))
    return np.where(input <= limit, other, input)


threshold = Operation(
    "threshold",
    "threshold",
    definition="x where x is above a threshold, else a value",
    derivatives=("g where x is above the threshold, else 0",),
    on_floats=lambda x, threshold, value: float(value) if x <= threshold else x,
    source="where({0} <= {threshold}, {value}, {0})",
    on_arrays=_threshold,
    rules=(lambda g, _y, x, threshold, value: where(x <= threshold, 0.0, g),),
    prepare=_two_numbers,
    is_method=False,
)


def _mish_rule(g: Any, x: Any) -> Any:
    t = tanh(softplus(x))
    return g * (t + x * sigmoid(x) * (1 - t * t))


mish = Operation(
    "mish",
    "mish",
    definition="x · tanh(ln(1 + eˣ))",
    derivatives=("g · (t + x · σ(x) · (1 − t²)), with t = tanh(ln(1 + eˣ))",),
    on_floats=lambda x: x * math.tanh(math.log1p(math.exp(x))),
    source="{0} * tanh(log1p(exp({0})))",
    on_arrays=lambda input: input * np.tanh(np.log1p(np.exp(input))),
    rules=(lambda g, _y, x: _mish_rule(g, x),),
    is_method=False,
)


@composite("tanhshrink", "x − tanh(x)", is_method=False)
def tanhshrink(input: Any) -> Any:
    """Compute x − tanh(x): near 0 almost nothing of x is left."""
    return input - tanh(input)


@composite("glu", "a · σ(b), of the halves a and b of x along a dim", is_method=False)
def glu(input: Any, dim: int = -1) -> Any:
    """Gate one half of the input by the other: a · σ(b).

    Args:
        input: any shape, floating; its size along `dim` is even.
        dim: the dim along which it is halved.

    Raises:
        IndexError: if there is no such dim.
        NotImplementedError: for whole numbers and bools.
        RuntimeError: for a tensor without dims, and for an odd size.
    """
    shape = tuple(input.shape)
    if not shape:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = normalize_dim(dim, len(shape))
    if shape[dim] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {shape[dim]}: the input "
            f"has shape {list(shape)}"
        )
    half, before = shape[dim] // 2, (slice(None),) * dim
    return input[(*before, slice(half))] * sigmoid(input[(*before, slice(half, None))])
