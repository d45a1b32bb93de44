"""Normalising to mean 0 and variance 1: over a batch for each channel, over the last dims of each.

Mean and variance depend on every number that they are taken of, so the gradient of one number goes
to all of them: what is left of it has mean 0, and is at right angles to the normalised numbers.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import rsqrt
from tinygrad_edu.ops.reductions import mean, sum
from tinygrad_edu.ops.shapes import reshape

Dims = tuple[int, ...]


def moments(x: Any, dims: Dims) -> tuple[Any, Any]:
    """Return mean and variance (of all, not of a sample) over dims, which stay with size 1."""
    centre = mean(x, dims, keepdim=True)
    spread = x - centre
    return centre, mean(spread * spread, dims, keepdim=True)


def moments_of_values(x: Any, dims: Dims) -> tuple[Any, Any]:
    """Return the same of an array of `Value`s."""
    n = math.prod(x.shape[d] for d in dims)
    centre = np.sum(x, axis=dims, keepdims=True) / n
    return centre, np.sum((x - centre) ** 2, axis=dims, keepdims=True) / n


def along_channels(w: Any, x: Any) -> Any:
    """Line one number per channel up with x, in which the channels are the second dim."""
    extra = len(x.shape) - 2
    return reshape(w, (*w.shape, *(1,) * extra)) if extra else w


def _standard(x: Any, dims: Dims, eps: float) -> tuple[Any, Any]:
    """Return (x − mean) / √(var + ε), and 1 / √(var + ε)."""
    spread = x - mean(x, dims, keepdim=True)
    scale = rsqrt(mean(spread * spread, dims, keepdim=True) + eps)
    return spread * scale, scale


def _through(g: Any, x: Any, dims: Dims, eps: float) -> Any:
    """Pull the gradient g of the standardised numbers back to x."""
    s, scale = _standard(x, dims, eps)
    return scale * (g - mean(g, dims, keepdim=True) - s * mean(g * s, dims, keepdim=True))


# --- over a batch, for each channel --------------------------------------------------------------


def channel_dims(x: Any) -> Dims:
    """Return all dims but the second, over which the numbers of one channel lie."""
    return (0, *range(2, len(x.shape)))


class Statistics(NamedTuple):
    """What a batch is normalised with.

    Attributes:
        mean: of each channel, in a shape that lines up with the input.
        var: likewise.
        eps: what is added to var.
        own: whether they are the input's own, so that they change with it.
    """

    mean: Any
    var: Any
    eps: float
    own: bool

    def __repr__(self) -> str:
        return f"{'own' if self.own else 'running'}, eps={self.eps}"


def _statistics(input: Any, statistics: Statistics) -> dict[str, Any]:
    if statistics.own:
        mean, var = moments(input, channel_dims(input))
        statistics = statistics._replace(mean=mean, var=var)
    return {"statistics": statistics}


def _batch_norm(input: Any, weight: Any, bias: Any, statistics: Statistics) -> Any:
    result = input - statistics.mean
    result *= along_channels(weight, input) / np.sqrt(statistics.var + statistics.eps)
    result += along_channels(bias, input)
    return result


def _batch_norm_of_values(input: Any, weight: Any, bias: Any, statistics: Statistics) -> Any:
    centre, variance = statistics.mean, statistics.var
    if statistics.own:
        centre, variance = moments_of_values(input, channel_dims(input))
    weight, bias = (w.reshape(-1, *(1,) * (input.ndim - 2)) for w in (weight, bias))
    return (input - centre) / (variance + statistics.eps) ** 0.5 * weight + bias


def _normal(x: Any, statistics: Statistics) -> Any:
    if statistics.own:
        return _standard(x, channel_dims(x), statistics.eps)[0]
    return (x - statistics.mean) * rsqrt(statistics.var + statistics.eps)


def _batch_norm_rule(g: Any, x: Any, weight: Any, statistics: Statistics) -> Any:
    g = g * along_channels(weight, x)
    if statistics.own:
        return _through(g, x, channel_dims(x), statistics.eps)
    return g * rsqrt(statistics.var + statistics.eps)


# Mean and variance are given, since the running ones need them, too; where they are the input's
# own, the rules take them of the input again, so that they can be differentiated.
# One operation instead of ten: a quarter less time for a training step on a batch of 50 × 64.
batch_norm = Operation(
    "batch_norm",
    "batch norm",
    definition="w · (x − mean) / √(var + ε) + b, mean and var over the batch for each channel",
    derivatives=(
        "w / √(var + ε) · (g − mean g − s · mean (g · s)), where s = (x − mean) / √(var + ε)",
        "Σ g · s over the batch",
        "Σ g over the batch",
    ),
    on_arrays=_batch_norm,
    on_values=_batch_norm_of_values,
    rules=(
        lambda g, _y, x, w, _b, statistics: _batch_norm_rule(g, x, w, statistics),
        lambda g, _y, x, _w, _b, statistics: sum(g * _normal(x, statistics), channel_dims(x)),
        lambda g, _y, _x, _w, _b, statistics: sum(g, channel_dims(g)),
    ),
    finds=lambda x, _w, _b, statistics: _statistics(x, statistics),
    dtypes="equal",
    grad_fn_name="NativeBatchNormBackward0",
    is_method=False,
)


# --- over the last dims --------------------------------------------------------------------------


def _last_dims(weight: Any, x: Any) -> Dims:
    return tuple(range(len(x.shape) - len(weight.shape), len(x.shape)))


def _layer_norm(input: Any, weight: Any, bias: Any, eps: float) -> Any:
    centre, variance = moments(input, _last_dims(weight, input))
    result = input - centre
    result /= np.sqrt(variance + eps)
    result *= weight
    result += bias
    return result


def _layer_norm_of_values(input: Any, weight: Any, bias: Any, eps: float) -> Any:
    centre, variance = moments_of_values(input, _last_dims(weight, input))
    return (input - centre) / (variance + eps) ** 0.5 * weight + bias


# The engine sums the gradients of w and b over the other dims.
layer_norm = Operation(
    "layer_norm",
    "layer norm",
    definition="w · (x − mean) / √(var + ε) + b, mean and var over the last dims, those of w",
    derivatives=(
        "(g·w − mean (g·w) − s · mean (g·w·s)) / √(var + ε), where s = (x − mean) / √(var + ε)",
        "Σ g · s",
        "Σ g",
    ),
    on_arrays=_layer_norm,
    on_values=_layer_norm_of_values,
    rules=(
        lambda g, _y, x, w, _b, eps: _through(g * w, x, _last_dims(w, x), eps),
        lambda g, _y, x, _w, _b, eps: g * _standard(x, _last_dims(_w, x), eps)[0],
        lambda g, _y, _x, _w, _b, eps: g,
    ),
    dtypes="equal",
    grad_fn_name="NativeLayerNormBackward0",
    is_method=False,
)
