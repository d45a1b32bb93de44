"""How each operation of the table is written in ONNX.

An operation of numbers needs no entry: its `source` says enough (`formulas.py`). Those that ONNX
has under a name of its own stand in `NATIVE`; what moves, reduces or multiplies has a form, which
is given the writer, the inputs and the parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.onnx.formulas import FUNCTIONS, where
from tinygrad_edu.onnx.results import NodeWriter, Result

NATIVE = {
    "sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "mish": "Mish", "hardswish": "HardSwish",
    "prelu_kernel": "PRelu", "reciprocal": "Reciprocal", "round": "Round",
    "maximum": "Max", "minimum": "Min", "where": "Where", "gelu": "Gelu", "matmul": "MatMul",
    "mm": "MatMul", "bmm": "MatMul", "batched_matmul": "MatMul", "mv": "MatMul", "dot": "MatMul",
    "clone": "Identity", "contiguous": "Identity", "det": "Det",
}  # fmt: skip
"""Operations that are one node without attributes."""


# --- numbers -------------------------------------------------------------------------------------


def _bounded(w: NodeWriter, x: Result, low: Any, high: Any) -> Result:
    if low != low or high != high:
        raise NotImplementedError("a bound that is nan")
    bounds = [None if b is None else w.of_kind(b, x.dtype) for b in (low, high)]
    return w.node("Clip", (x, *bounds))


def _elu(w: NodeWriter, x: Result, alpha: float, scale: float) -> Result:
    if scale != 1:
        return w.node("Selu", (x,), alpha=alpha, gamma=scale)
    return w.node("Elu", (x,), alpha=alpha)


def _softplus(w: NodeWriter, x: Result, beta: float, threshold: float) -> Any:
    grown = beta * x
    return where(grown > threshold, x, w.node("Softplus", (grown,)) / beta)


# --- shapes --------------------------------------------------------------------------------------


def _transposed(w: NodeWriter, x: Result, order: Any) -> Result:
    if not x.ndim:
        return x
    return w.node("Transpose", (x,), perm=[int(d) % x.ndim for d in order])


def _swapped(w: NodeWriter, x: Result, a: int, b: int) -> Result:
    order = list(range(x.ndim))
    if order:
        order[a], order[b] = order[b], order[a]
    return _transposed(w, x, order)


def _shaped(w: NodeWriter, x: Result, **_: Any) -> Result:
    return x.reshape(w.output.shape)


def _expanded(w: NodeWriter, x: Result, shape: Any) -> Result:
    return w.node("Expand", (x, w.numbers(w.output.shape)))


def _squeezed(w: NodeWriter, x: Result, dim: Any) -> Result:
    dims = range(x.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    single = sorted({d % x.ndim for d in dims if x.shape[d] == 1}) if x.ndim else []
    return w.node("Squeeze", (x, w.numbers(single))) if single else x


def _unsqueezed(w: NodeWriter, x: Result, dim: int) -> Result:
    return w.node("Unsqueeze", (x, w.numbers([dim % (x.ndim + 1)])))


def _stacked(w: NodeWriter, *xs: Result, dim: int) -> Result:
    return w.node("Concat", [_unsqueezed(w, x, dim) for x in xs], axis=dim % w.output.ndim)


def _joined(w: NodeWriter, *xs: Result, dim: int) -> Result:
    parts = [x for x in xs if x.array is None or x.shape != (0,)] or xs[:1]
    return w.node("Concat", parts, axis=dim % w.output.ndim)


def indexed(w: NodeWriter, x: Result, index: Any, _cut: Any = None) -> Result:
    """Write `x[index]`: slices, numbers and new dims, or one tensor of numbers."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if any(p is Ellipsis for p in parts):
        at = next(i for i, p in enumerate(parts) if p is Ellipsis)
        given = sum(p is not None and p is not Ellipsis for p in parts)
        parts[at : at + 1] = [slice(None)] * (x.ndim - given)
    arrays = [p for p in parts if isinstance(p, (Result, np.ndarray))]
    if arrays:
        return _gathered(w, x, parts, arrays)
    return _sliced(w, x, parts)


def _sliced(w: NodeWriter, x: Result, parts: list[Any]) -> Result:
    old = [p for p in parts if p is not None]
    bounds: dict[str, list[int]] = {"starts": [], "ends": [], "axes": [], "steps": []}
    gone, shape = [], x.shape
    for axis, part in enumerate(old):
        is_slice = isinstance(part, slice)
        if is_slice:
            found = part.indices(shape[axis])
            if found == (0, shape[axis], 1):
                continue
        else:
            at = int(part) % shape[axis]
            found = (at, at + 1, 1)
            gone.append(axis)
        for name, number in zip(bounds, (found[0], found[1], axis, found[2]), strict=True):
            bounds[name].append(number)
    if bounds["axes"]:
        x = w.node("Slice", (x, *(w.numbers(numbers) for numbers in bounds.values())))
    if gone:
        x = w.node("Squeeze", (x, w.numbers(gone)))
    kept = [p for p in parts if p is None or isinstance(p, slice)]
    new = [at for at, p in enumerate(kept) if p is None]
    return w.node("Unsqueeze", (x, w.numbers(new))) if new else x


def _gathered(w: NodeWriter, x: Result, parts: list[Any], arrays: list[Any]) -> Result:
    rest = [p for p in parts if not isinstance(p, (Result, np.ndarray))]
    if len(arrays) > 1 or any(p != slice(None) for p in rest) or arrays[0].dtype == bool:
        raise NotImplementedError("an index of masks, or of tensors and more")
    axis = next(i for i, p in enumerate(parts) if isinstance(p, (Result, np.ndarray)))
    return w.node("Gather", (x, _given(w, arrays[0])), axis=axis)


def _given(w: NodeWriter, x: Any) -> Result:
    return x if isinstance(x, Result) else w.constant(x)


def _flipped(w: NodeWriter, x: Result, dims: Any) -> Result:
    if not dims:
        return x
    last, before_the_first, back = ([n] * len(dims) for n in (-1, -(2**31), -1))
    bounds = (last, before_the_first, [d % x.ndim for d in dims], back)
    return w.node("Slice", (x, *map(w.numbers, bounds)))


def _padded(w: NodeWriter, x: Result, pairs: Any, value: float) -> Result:
    sizes = [before for before, _ in pairs] + [after for _, after in pairs]
    return w.node("Pad", (x, w.numbers(sizes), w.constant(np.asarray(value, x.dtype))))


def _triangle(upper: int) -> Any:
    def form(w: NodeWriter, x: Result, diagonal: int) -> Result:
        return w.node("Trilu", (x, w.constant(np.int64(diagonal))), upper=upper)

    return form


# --- reductions ----------------------------------------------------------------------------------


def _axes(w: NodeWriter, dim: Any) -> Result | None:
    if dim is None:
        return None
    return w.numbers(dim if isinstance(dim, (tuple, list)) else [dim])


def _reduction(kind: str) -> Any:
    def form(w: NodeWriter, x: Result, dim: Any = None, keepdim: bool = False, **_: Any) -> Result:
        x = x.astype(w.output.dtype)
        if dim == ():  # of no dims, which ONNX takes for all
            return x
        return w.node(kind, (x, _axes(w, dim)), keepdims=int(keepdim))

    return form


def _variance(w: NodeWriter, x: Result, dim: Any, correction: float, keepdim: bool) -> Any:
    spread = x - w.node("ReduceMean", (x, _axes(w, dim)), keepdims=1)
    total = w.node("ReduceSum", (spread * spread, _axes(w, dim)), keepdims=int(keepdim))
    count = x.array.size / max(w.output.size, 1)
    return total / max(count - correction, 0)


def _spread(w: NodeWriter, x: Result, **parameters: Any) -> Any:
    return FUNCTIONS["sqrt"](_variance(w, x, **parameters))


def _norm(w: NodeWriter, x: Result, p: Any, dim: Any, keepdim: bool) -> Any:
    size = FUNCTIONS["abs"](x)
    power = 2.0 if p == "fro" else float(p)
    if power in (1.0, 2.0):
        return w.node(f"ReduceL{int(power)}", (x, _axes(w, dim)), keepdims=int(keepdim))
    if abs(power) == float("inf"):
        kind = "ReduceMax" if power > 0 else "ReduceMin"
        return w.node(kind, (size, _axes(w, dim)), keepdims=int(keepdim))
    if power == 0:
        raise NotImplementedError("a norm with p = 0")
    total = w.node("ReduceSum", (size**power, _axes(w, dim)), keepdims=int(keepdim))
    return total ** (1 / power)


def _softmax(kind: str) -> Any:
    return lambda w, x, dim: w.node(kind, (x,), axis=dim) if x.ndim else _alone(w, x, kind)


def _alone(w: NodeWriter, x: Result, kind: str) -> Result:
    return w.constant(np.asarray(float(kind == "Softmax"), x.dtype))


def _cumulative(w: NodeWriter, x: Result, dim: int, dtype: Any = None) -> Result:
    if not x.ndim:
        return x
    return w.node("CumSum", (x.astype(w.output.dtype), w.constant(np.int64(dim))))


FORMS: dict[str, Any] = {
    # numbers
    "add": lambda w, a, b: a + b,
    "leaky_relu": lambda w, x, negative_slope: w.node("LeakyRelu", (x,), alpha=negative_slope),
    "elu": _elu,
    "celu": lambda w, x, alpha: w.node("Celu", (x,), alpha=alpha),
    "gelu_tanh": lambda w, x: w.node("Gelu", (x,), approximate="tanh"),
    "hardsigmoid": lambda w, x: w.node("HardSigmoid", (x,), alpha=1 / 6, beta=0.5),
    "softplus": _softplus,
    "log_sigmoid": lambda w, x: -w.node("Softplus", (-x,)),
    "hardtanh": lambda w, x, min_val, max_val: _bounded(w, x, min_val, max_val),
    "clamp": lambda w, x, min, max: _bounded(w, x, min, max),
    # shapes
    "reshape": _shaped,
    "view": _shaped,
    "t": lambda w, x: _swapped(w, x, 0, -1),
    "transpose": lambda w, x, dim0, dim1: _swapped(w, x, dim0, dim1),
    "permute": lambda w, x, dims: _transposed(w, x, dims),
    "expand": _expanded,
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "stack": _stacked,
    "cat": _joined,
    "getitem": indexed,
    "piece": indexed,
    "flip": _flipped,
    "constant_pad_nd": _padded,
    "tril": _triangle(0),
    "triu": _triangle(1),
    "repeat": lambda w, x, repeats: w.node(
        "Tile", (x.reshape((*(1,) * (len(repeats) - x.ndim), *x.shape)), w.numbers(repeats))
    ),
    "masked_fill": lambda w, x, src, index, **_: where(_given(w, index[0]), src, x),
    "to_dtype": lambda w, x, dtype: x.astype(w.output.dtype),
    "index_select": lambda w, x, dim, index: w.node("Gather", (x, _given(w, index)), axis=dim),
    "gather": lambda w, x, dim, index: w.node("GatherElements", (x, _given(w, index)), axis=dim),
    # reductions
    "sum": _reduction("ReduceSum"),
    "mean": _reduction("ReduceMean"),
    "prod": _reduction("ReduceProd"),
    "amax": _reduction("ReduceMax"),
    "amin": _reduction("ReduceMin"),
    "max_all": _reduction("ReduceMax"),
    "min_all": _reduction("ReduceMin"),
    "max_dim": _reduction("ReduceMax"),
    "min_dim": _reduction("ReduceMin"),
    "logsumexp": _reduction("ReduceLogSumExp"),
    "var": _variance,
    "std": _spread,
    "norm": _norm,
    "softmax": _softmax("Softmax"),
    "log_softmax": _softmax("LogSoftmax"),
    "cumsum": _cumulative,
    # products
    "linear": lambda w, x, weight, bias: w.node("Gemm", (x, weight, bias), transB=1),
    "contract": lambda w, a, b, equation: w.node("Einsum", (a, b), equation=equation),
}
"""The form of an operation, by its name in the table."""
