"""The activation functions, and what each does to the gradient that flows back through it.

sigmoid and tanh saturate: far from 0 their slope, written with the output y, goes to 0. relu cuts
the gradient off where its unit is silent; leaky_relu and prelu let a part of it through. elu,
softplus, silu and gelu bend where relu has a kink. One operation each, as in torch: the derivative
stays exact where it saturates, and a drawing has one node.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.selection import absolute, chosen, where
from tinygrad_edu.ops.shapes import reshape
from tinygrad_edu.ops.special import erf

_ONE = {np.dtype(kind): np.ones((), kind) for kind in (np.float32, np.float64)}
"""1 as an array: numpy computes with it in half the time that it takes with Python's 1."""


def _sigmoid(input: Any) -> Any:
    # e^(−x) may be inf: then 1/(1 + inf) is 0, which is right. So no case needs a branch.
    y = np.exp(-input)
    y += _ONE.get(y.dtype, 1)  # in place: one array less
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
    on_bool="Boolean inputs not supported for relu: convert them with .float()",
)


def _leaky_relu(input: Any, negative_slope: float = 0.01) -> Any:
    return chosen(input > 0, input, input * negative_slope)


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


prelu_kernel = Operation(
    "prelu_kernel",
    "prelu",
    definition="x where x > 0, else a · x",
    derivatives=("g where x > 0, else a · g", "0 where x > 0, else x · g"),
    on_floats=lambda x, a: x if x > 0.0 else a * x,
    source="where({0} > 0, {0}, {1} * {0})",
    on_arrays=lambda input, weight: chosen(input > 0, input, weight * input),
    rules=(
        lambda g, _y, x, a: where(x > 0, g, a * g),
        lambda g, _y, x, _a: where(x > 0, 0.0, x * g),
    ),
    dtypes="equal",
    is_method=False,
)


def _insist_on_floating(name: str, x: Any) -> None:
    kind = getattr(x.dtype, "numpy", x.dtype)
    if kind.kind in "biu":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{kind.name}': convert it with .float()"
        )


@composite("prelu", "x where x > 0, else a · x, with an a for each channel")
def prelu(input: Any, weight: Any) -> Any:
    """Compute x where x > 0, else a · x.

    Args:
        input: any shape; its dim 1 counts the channels.
        weight: the slope a, shape () or (1,); or (channels,).

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if there are not as many slopes as channels.
    """
    if input.dtype != weight.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}: convert "
            "one with .to(dtype)"
        )
    _insist_on_floating("prelu", input)
    shape, given = tuple(input.shape), tuple(weight.shape)
    if len(given) > 1:
        raise RuntimeError(
            "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = "
            f"{len(given)}, shape {list(given)}"
        )
    if given in ((), (1,)):
        return prelu_kernel(input, reshape(weight, (1,) * len(shape)))
    if not shape:
        raise RuntimeError("Not allow zero-dim input tensor: it takes a weight with one number")
    channels = shape[1] if len(shape) > 1 else 1
    if given != (channels,):
        raise RuntimeError(
            "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
            f"{given[0]} and channel size = {channels}: the input has shape {list(shape)}"
        )
    return prelu_kernel(input, reshape(weight, (1, channels, *(1,) * (len(shape) - 2))))


def _elu(input: Any, alpha: float = 1.0, scale: float = 1.0) -> Any:
    return chosen(input > 0, input * scale, np.expm1(input) * (alpha * scale))


# e to the power of a large x, which is not wanted, would be inf: so the power is cut off at 0.
elu = Operation(
    "elu",
    "elu",
    definition="x where x > 0, else α (eˣ − 1); either times a scale",
    derivatives=("g where x > 0, else g · α eˣ; either times the scale",),
    on_floats=lambda x, alpha=1.0, scale=1.0: (
        x * scale if x > 0.0 else math.expm1(x) * (alpha * scale)
    ),
    source="where({0} > 0, {0} * {scale}, expm1({0}) * ({alpha} * {scale}))",
    on_arrays=_elu,
    rules=(
        lambda g, _y, x, alpha, scale: where(
            x > 0, g * scale, g * (alpha * scale) * exp(where(x >= 0, 0.0, x))
        ),
    ),
    dtypes="float",
    exact=True,
    is_method=False,
)

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
"""With these, layers keep the mean 0 and the variance 1 of what flows through them."""


@composite("selu", "elu with the α and the scale that keep mean 0 and variance 1", is_method=False)
def selu(input: Any) -> Any:
    """Compute scale · elu(x), with torch's constants, of floating numbers."""
    if hasattr(input, "dtype"):
        _insist_on_floating("selu", input)
    return elu(input, SELU_ALPHA, SELU_SCALE)


def _softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    scaled = input * beta
    return np.where(scaled > threshold, input, np.log1p(np.exp(scaled)) / beta)


softplus = Operation(
    "softplus",
    "softplus",
    definition="ln(1 + e^(βx)) / β; x itself where βx is above a threshold",
    derivatives=("g · σ(βx); g above the threshold",),
    on_floats=lambda x, beta=1.0, threshold=20.0: (
        x if x * beta > threshold else math.log1p(math.exp(x * beta)) / beta
    ),
    source="where({0} * {beta} > {threshold}, {0}, log1p(exp({0} * {beta})) / {beta})",
    on_arrays=_softplus,
    rules=(
        lambda g, _y, x, beta, threshold: where(x * beta > threshold, g, g * sigmoid(x * beta)),
    ),
    dtypes="float",
    exact=True,
    is_method=False,
)


def _silu_rule(g: Any, x: Any) -> Any:
    s = sigmoid(x)
    return g * s * (1 + x * (1 - s))


silu = Operation(
    "silu",
    "silu",
    definition="x · σ(x)",
    derivatives=("g · σ(x) · (1 + x · (1 − σ(x)))",),
    on_floats=lambda x: x / (1.0 + math.exp(-x)),
    source="{0} / (1 + exp(-{0}))",
    on_arrays=lambda input: input / (1 + np.exp(-input)),
    rules=(lambda g, _y, x: _silu_rule(g, x),),
    dtypes="float",
    exact=True,
    is_method=False,
)

_ROOT_HALF = math.sqrt(0.5)
_BELL = 1 / math.sqrt(2 * math.pi)  # the height of the normal distribution's bell

gelu = Operation(
    "gelu",
    "gelu",
    definition="x · Φ(x), with Φ(x) = (1 + erf(x/√2)) / 2, the normal distribution",
    derivatives=("g · (Φ(x) + x · Φ′(x))",),
    on_floats=lambda x: x * 0.5 * (1.0 + math.erf(x * _ROOT_HALF)),
    source=f"{{0}} * 0.5 * (1 + erf({{0}} * {_ROOT_HALF!r}))",
    on_arrays=lambda input: input * 0.5 * (1 + erf(input * _ROOT_HALF)),
    rules=(
        lambda g, _y, x: g * (0.5 * (1 + erf(x * _ROOT_HALF)) + x * (_BELL * exp(-0.5 * (x * x)))),
    ),
    dtypes="float",
    exact=True,
    is_method=False,
)

_SLOPE, _CUBE = math.sqrt(2 / math.pi), 0.044715  # tanh(slope · (x + cube · x³)) is near erf(x/√2)


def _gelu_tanh_rule(g: Any, x: Any) -> Any:
    t = tanh(_SLOPE * (x + _CUBE * (x * x * x)))
    slope = _SLOPE * (1 + 3 * _CUBE * (x * x))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)


gelu_tanh = Operation(
    "gelu_tanh",
    "gelu",
    definition="x/2 · (1 + t), with t = tanh(√(2/π) · (x + 0.044715 x³))",
    derivatives=("g · ((1 + t)/2 + x/2 · (1 − t²) · √(2/π) · (1 + 0.134145 x²))",),
    on_floats=lambda x: 0.5 * x * (1.0 + math.tanh(_SLOPE * (x + _CUBE * (x * x * x)))),
    source=f"0.5 * {{0}} * (1 + tanh({_SLOPE!r} * ({{0}} + {_CUBE!r} * ({{0}} * {{0}} * {{0}}))))",
    on_arrays=lambda input: (
        0.5 * input * (1 + np.tanh(_SLOPE * (input + _CUBE * (input * input * input))))
    ),
    rules=(lambda g, _y, x: _gelu_tanh_rule(g, x),),
    dtypes="float",
    exact=True,
    grad_fn_name="GeluBackward0",
    is_method=False,
)

log_sigmoid = Operation(
    "log_sigmoid",
    "ln σ",
    definition="ln σ(x) = min(x, 0) − ln(1 + e^(−|x|))",
    derivatives=("g · σ(−x)",),
    on_floats=lambda x: min(x, 0.0) - math.log1p(math.exp(-abs(x))),
    source="min({0}, 0) - log1p(exp(-abs({0})))",
    on_arrays=lambda input: np.minimum(input, 0) - np.log1p(np.exp(-np.absolute(input))),
    rules=(lambda g, _y, x: g * sigmoid(-x),),
    dtypes="float",
    exact=True,
    is_method=False,
)


def _hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    if input.dtype.kind != "f":
        min_val, max_val = int(min_val), int(max_val)
    return np.minimum(np.maximum(input, min_val), max_val)


hardtanh = Operation(
    "hardtanh",
    "hardtanh",
    definition="x, but at least a lower bound and at most an upper one",
    derivatives=("g where x is between the bounds, else 0",),
    on_floats=lambda x, min_val=-1.0, max_val=1.0: float(min(max(x, min_val), max_val)),
    source="min(max({0}, {min_val}), {max_val})",
    on_arrays=_hardtanh,
    rules=(lambda g, _y, x, min_val, max_val: where((x > min_val) & (x < max_val), g, 0.0),),
    is_method=False,
)


@composite("softsign", "x / (1 + |x|)", is_method=False)
def softsign(input: Any) -> Any:
    """Compute x / (1 + |x|), between −1 and 1; its slope falls more slowly than that of tanh."""
    return input / (absolute(input) + 1)
