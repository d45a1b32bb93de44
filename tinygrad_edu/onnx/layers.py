"""How the operations of layers and losses are written in ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.onnx.formulas import FUNCTIONS, where
from tinygrad_edu.onnx.results import NodeWriter, Result
from tinygrad_edu.ops import pooling

# --- convolution and normalisation ---------------------------------------------------------------


def _convolution(
    w: NodeWriter, *given: Result, stride: Any, padding: Any, dilation: Any, groups: int
) -> Result:
    pads = [before for before, _ in padding] + [after for _, after in padding]
    sizes = {"strides": list(stride), "pads": pads, "dilations": list(dilation)}
    return w.node("Conv", given, group=groups, **sizes)


def _batch_norm(w: NodeWriter, x: Result, weight: Result, bias: Result, statistics: Any) -> Any:
    mean, var, eps, own = statistics
    if not own:
        running = [
            part.reshape(-1) if isinstance(part, Result) else w.constant(part.reshape(-1))
            for part in (mean, var)
        ]
        return w.node("BatchNormalization", (x, weight, bias, *running), epsilon=eps)
    shape = (-1, *(1,) * (x.ndim - 2))
    scale = weight.reshape(shape) / FUNCTIONS["sqrt"](var + eps)
    return (x - mean) * scale + bias.reshape(shape)


def _layer_norm(w: NodeWriter, x: Result, weight: Result, bias: Result, eps: float) -> Result:
    return w.node("LayerNormalization", (x, weight, bias), axis=-weight.ndim, epsilon=eps)


# --- pooling -------------------------------------------------------------------------------------


def _as_images(x: Result) -> Result:
    """Give a single image the dim of the batch, without which ONNX does not pool."""
    if x.ndim == 4:
        return x
    found = x.writer.node("Unsqueeze", (x, x.writer.numbers([0])))
    found.array = x.array[None]
    return found


def _as_before(found: Result, x: Result) -> Result:
    w = found.writer
    return found if x.ndim == 4 else w.node("Squeeze", (found, w.numbers([0])))


def largest(
    w: NodeWriter, x: Result, places: Any, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Result:
    """Write where the largest of each window is in its image; `max_pool` takes the largest."""
    dims = zip(x.shape[-2:], places, kernel, stride, padding, dilation, strict=True)
    after = [max(0, (o - 1) * s + (k - 1) * d + 1 - n - p) for n, o, k, s, p, d in dims]
    sizes = {"kernel_shape": kernel, "strides": stride, "dilations": dilation}
    found, index = w.several("MaxPool", (_as_images(x),), 2, pads=[*padding, *after], **sizes)
    index.dtype = np.dtype(np.int64)
    size = w.constant(np.int64(x.shape[-2] * x.shape[-1]))
    result = _as_before(w.node("Mod", (index, size)), x)
    w.beside[result.name] = _as_before(found, x)
    return result


def _average(w: NodeWriter, x: Result, grid: Any) -> Result:
    """Write means of windows: where all are alike by AveragePool, else as two products."""
    sizes = [np.unique(part.ends - part.starts) for part in (grid.rows, grid.columns)]
    steps = [np.unique(np.diff(part.starts)) for part in (grid.rows, grid.columns)]
    alike = all(len(s) == 1 for s in sizes) and all(len(s) == 1 for s in steps)
    starts_at_0 = all(part.starts[:1].tolist() == [0] for part in (grid.rows, grid.columns))
    if alike and starts_at_0 and (grid.divisor == sizes[0][0] * sizes[1][0]).all():
        strides = [int(s[0]) for s in steps]
        kernel = [int(s[0]) for s in sizes]
        found = w.node("AveragePool", (_as_images(x),), kernel_shape=kernel, strides=strides)
        return _as_before(found, x)
    rows, columns = (w.constant(_members(part, x.dtype)) for part in (grid.rows, grid.columns))
    sums = rows @ x @ w.node("Transpose", (columns,), perm=[1, 0])
    return sums / w.constant(np.asarray(grid.divisor, x.dtype))


def _members(windows: Any, dtype: Any) -> Any:
    """Return 1 where a place (a column) lies in a window (a row), else 0."""
    places = np.arange(windows.size)
    inside = (places >= windows.starts[:, None]) & (places < windows.ends[:, None])
    return inside.astype(dtype)


# --- losses --------------------------------------------------------------------------------------


def _reduced(w: NodeWriter, losses: Result, reduction: str) -> Result:
    if reduction == "none":
        return losses
    return w.node("ReduceSum" if reduction == "sum" else "ReduceMean", (losses,), keepdims=0)


def _squared(w: NodeWriter, x: Result, t: Result, reduction: str) -> Result:
    error = x - t
    return _reduced(w, error * error, reduction)


def _smooth(w: NodeWriter, x: Result, t: Result, reduction: str, beta: float) -> Result:
    size = FUNCTIONS["abs"](x - t)
    near = size * size * (0.5 / beta) if beta else size
    return _reduced(w, where(size < beta, near, size - 0.5 * beta), reduction)


def _huber(w: NodeWriter, x: Result, t: Result, reduction: str, delta: float) -> Result:
    size = FUNCTIONS["abs"](x - t)
    far = delta * (size - 0.5 * delta)
    return _reduced(w, where(size < delta, 0.5 * size * size, far), reduction)


def _weighted(w: NodeWriter, losses: Result, weight: Any) -> Result:
    return losses if weight is None else losses * _given(w, weight)


def _given(w: NodeWriter, x: Any) -> Result:
    return x if isinstance(x, Result) else w.constant(x)


def _binary(w: NodeWriter, p: Result, t: Result, weight: Any, reduction: str) -> Result:
    certain, other = (w.node("Max", w.alike(FUNCTIONS["log"](x), -100.0)) for x in (p, 1 - p))
    losses = (t - 1) * other - t * certain
    return _reduced(w, _weighted(w, losses, weight), reduction)


def _binary_of_logits(
    w: NodeWriter, x: Result, t: Result, weight: Any, pos_weight: Any, reduction: str
) -> Result:
    uncertain = w.node("Softplus", (-x,))
    if pos_weight is not None:
        uncertain = uncertain * ((_given(w, pos_weight) - 1) * t + 1)
    return _reduced(w, _weighted(w, (1 - t) * x + uncertain, weight), reduction)


def _of_classes(
    w: NodeWriter, x: Result, t: Result, weight: Any, ignore_index: int, reduction: str
) -> Result:
    if x.ndim < 2:
        raise NotImplementedError("the loss of one sample without a batch")
    weights = () if weight is None else (_given(w, weight),)
    options = {"ignore_index": ignore_index, "reduction": reduction}
    given = (x, t.astype(np.int64), *weights)
    return w.node("NegativeLogLikelihoodLoss", given, **options)


LAYERS: dict[str, Any] = {
    "convolution": _convolution,
    "convolution_bias": _convolution,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "max_pool": lambda w, x, index: w.beside[index.name],
    "avg_pool": _average,
    "embedding": lambda w, weight, index, padding_idx: w.node("Gather", (weight, _given(w, index))),
    "mse_loss": _squared,
    "smooth_l1_loss": _smooth,
    "huber_loss": _huber,
    "binary_cross_entropy": _binary,
    "binary_cross_entropy_with_logits": _binary_of_logits,
    "nll_loss": _of_classes,
    "nll_loss2d": _of_classes,
}
"""The form of an operation of a layer, by its name in the table."""

NOTED: dict[Any, Any] = {
    pooling.largest: largest,
    pooling.among_all: lambda w, index, size: index,
}
"""The form of a function that looks at numbers beside the table; see `ops.noted`."""
