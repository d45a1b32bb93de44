"""Operations that make many numbers one: sums, means, extremes, norms, softmax.

A rule may return a gradient in which the reduced dims have size 1: the engine spreads it over them.
"""

from __future__ import annotations

import builtins
import math
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.powers import exp
from tinygrad_edu.ops.selection import absolute, maximum, minimum, sign, where
from tinygrad_edu.ops.indexing import gather_index, place
from tinygrad_edu.ops.shapes import along, cat, normalize_dim, reshape

Dims = int | tuple[int, ...] | None


def _reduced_dims(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Normalise `dim`: an int, several, or None for all."""
    dim = parameters.get("dim")
    ndim = len(inputs[0].shape)
    if isinstance(dim, (tuple, list)):
        dims = tuple(normalize_dim(d, ndim) for d in dim)
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"dim {list(dim)} appears multiple times in the list of dims")
        dim = dims if dims and ndim else None
    elif dim is not None:
        dim = normalize_dim(dim, ndim) if ndim else normalize_dim(dim, 0) and None
    return inputs, {**parameters, "dim": dim}


def keep_dims(g: Any, _x: Any, dim: Dims, keepdim: bool) -> Any:
    """Give a reduced result its dims back, with size 1, so that it lines up with the input."""
    if dim is None or keepdim:
        return g
    dims = dim if isinstance(dim, tuple) else (dim,)
    return reshape(g, tuple(1 if i in dims else n for i, n in enumerate(_x.shape)))


def count(_x: Any, dim: Dims) -> int:
    """Return how many elements go into each element of the result."""
    dims = range(len(_x.shape)) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    return math.prod(_x.shape[d] for d in dims)


def _divide(g: Any, n: float) -> Any:
    return g / n if n else g * math.nan


# --- sums and products -------------------------------------------------------------------------


def _sum(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    kind = np.int64 if input.dtype.kind in "biu" else None
    return np.add.reduce(input, axis=dim, keepdims=keepdim, dtype=kind)


sum = Operation(
    "sum",
    "Σ",
    definition="Σ x",
    derivatives=("g for every element",),
    on_arrays=_sum,
    on_values=lambda input, dim=None, keepdim=False: np.sum(input, axis=dim, keepdims=keepdim),
    rules=(lambda g, _y, _x, dim, keepdim: keep_dims(g, _x, dim, keepdim),),
    prepare=_reduced_dims,
    dtypes="as is",
    grad_fn_name=lambda dim, keepdim: "SumBackward0" if dim is None else "SumBackward1",
)


def _mean(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    total = np.add.reduce(input, axis=dim, keepdims=keepdim)
    return np.true_divide(total, count(input, dim), dtype=getattr(total, "dtype", None))


mean = Operation(
    "mean",
    "mean",
    definition="Σ x / n",
    derivatives=("g / n for every element",),
    on_arrays=_mean,
    on_values=lambda input, dim=None, keepdim=False: (
        np.sum(input, axis=dim, keepdims=keepdim) / count(input, dim)
    ),
    rules=(
        lambda g, _y, _x, dim, keepdim: _divide(keep_dims(g, _x, dim, keepdim), count(_x, dim)),
    ),
    prepare=_reduced_dims,
    dtypes="floating",
    grad_fn_name=lambda dim, keepdim: "MeanBackward0" if dim is None else "MeanBackward1",
)


@composite("prod", "Π x")
def prod(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Multiply all elements, or those along a dim, pairing them up like a tournament.

    Written with `mul` alone, so that the derivative is right where elements are 0, where the
    product divided by the element is not.
    """
    if dim is None:
        return prod(reshape(input, (-1 if math.prod(input.shape) else 0,)), 0)
    dim = normalize_dim(dim, len(input.shape))
    if not input.shape:
        return input * 1
    while input.shape[dim] > 1:
        half = input.shape[dim] // 2
        paired = input[along(dim, slice(0, half))] * input[along(dim, slice(half, 2 * half))]
        if input.shape[dim] % 2:
            first = along(dim, slice(0, 1))
            odd = paired[first] * input[along(dim, slice(2 * half, None))]
            paired = cat((odd, paired[along(dim, slice(1, None))]), dim)
        input = paired
    if input.shape[dim] == 0:
        input = sum(input, dim, keepdim=True) + 1  # the product of nothing
    return input if keepdim else input[along(dim, 0)]


# --- extremes ----------------------------------------------------------------------------------


def _evenly(g: Any, y: Any, x: Any, dim: Dims, keepdim: bool) -> Any:
    """Divide the gradient evenly among the elements that reach the extreme."""
    best = keep_dims(y, x, dim, keepdim)
    reached = (x == best) | ((x != x) & (best != best))
    share = keep_dims(g, x, dim, keepdim) / sum(reached, dim, keepdim=True)
    return where(reached, share, 0.0)


def _extreme(name: str, symbol: str, word: str, on_arrays: Any, on_values: Any) -> Operation:
    def compute(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
        _refuse_empty(name, input, dim)
        return on_arrays(input, axis=dim, keepdims=keepdim)

    return Operation(
        name,
        symbol,
        definition=f"the {word} element",
        derivatives=("g shared evenly by the elements that reach it, else 0",),
        on_arrays=compute,
        on_values=lambda input, dim=None, keepdim=False: on_values(
            input, axis=dim, keepdims=keepdim
        ),
        rules=(lambda g, y, x, dim, keepdim: _evenly(g, y, x, dim, keepdim),),
        prepare=_reduced_dims,
        dtypes="as is",
    )


def _refuse_empty(name: str, input: Any, dim: Dims) -> None:
    if count(input, dim) == 0:
        raise (RuntimeError if dim is None else IndexError)(
            f"{name}(): Expected reduction dim to be specified and to have a size > 0, but the "
            f"input has shape {list(input.shape)}: of no elements there is no {name}"
        )


amax = _extreme("amax", "max", "largest", np.maximum.reduce, np.max)
amin = _extreme("amin", "min", "smallest", np.minimum.reduce, np.min)


def _picked(name: str, word: str) -> Operation:
    """Make the operation that reads the extreme along a dim, at an index that was found before."""

    def compute(input: Any, dim: int, index: Any, keepdim: bool) -> Any:
        picked = input[gather_index(index, dim)]
        return picked if keepdim or not input.ndim else picked.squeeze(dim)

    def rule(g: Any, _y: Any, _x: Any, dim: int, index: Any, keepdim: bool) -> Any:
        g = keep_dims(g, _x, dim, keepdim or not _x.shape)
        return place(g, gather_index(index, dim), _x.shape)

    return Operation(
        f"{name}_dim",
        name,
        definition=f"the {word} element along a dim",
        derivatives=("g at the element that was picked, else 0",),
        on_arrays=compute,
        rules=(rule,),
        dtypes="as is",
        grad_fn_name=f"{name.capitalize()}Backward0",
        is_method=False,
    )


max_dim = _picked("max", "largest")
min_dim = _picked("min", "smallest")


class max_result(NamedTuple):  # noqa: N801 - torch's spelling
    """What `max` along a dim returns."""

    values: Any
    indices: Any


class min_result(NamedTuple):  # noqa: N801 - torch's spelling
    """What `min` along a dim returns."""

    values: Any
    indices: Any


def _extreme_along(pick: Operation, find: Any, input: Any, dim: int, keepdim: bool) -> Any:
    dim = normalize_dim(dim, len(input.shape))
    array = getattr(input, "array", input)
    _refuse_empty(pick.symbol, array, dim if array.ndim else None)
    index = np.asarray(find(array, axis=dim if array.ndim else None, keepdims=True))
    values = pick(input, dim=dim, index=index, keepdim=keepdim)
    indices = index if keepdim or not array.ndim else index.squeeze(dim)
    return values, input._wrap(indices) if hasattr(input, "array") else indices


def _split_max_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, bool, Any]:
    """Read (dim, keepdim, other) off a call of max or min, which take either a dim or a tensor."""
    kwargs = dict(kwargs)
    if args and not isinstance(args[0], int):
        kwargs["other"], args = args[0], args[1:]
    for name, value in zip(("dim", "keepdim"), args, strict=False):
        kwargs[name] = value
    return kwargs.pop("dim", None), kwargs.pop("keepdim", False), kwargs.pop("other", None)


@composite("max", "the largest element; along a dim, with its index; or the larger of two tensors")
def max(input: Any, *args: Any, **kwargs: Any) -> Any:
    """Find the largest: `max(x)`, `max(x, dim, keepdim=False)` or `max(x, other)`."""
    dim, keepdim, other = _split_max_arguments(args, kwargs)
    if other is not None:
        return maximum(input, other)
    if dim is None:
        return max_all(input)
    return max_result(*_extreme_along(max_dim, np.argmax, input, dim, keepdim))


@composite(
    "min", "the smallest element; along a dim, with its index; or the smaller of two tensors"
)
def min(input: Any, *args: Any, **kwargs: Any) -> Any:
    """Find the smallest: `min(x)`, `min(x, dim, keepdim=False)` or `min(x, other)`."""
    dim, keepdim, other = _split_max_arguments(args, kwargs)
    if other is not None:
        return minimum(input, other)
    if dim is None:
        return min_all(input)
    return min_result(*_extreme_along(min_dim, np.argmin, input, dim, keepdim))


def _extreme_of_all(name: str, word: str, on_arrays: Any) -> Operation:
    def compute(input: Any) -> Any:
        _refuse_empty(name, input, None)
        return on_arrays(input, axis=None)

    return Operation(
        f"{name}_all",
        name,
        definition=f"the {word} element",
        derivatives=("g shared evenly by the elements that reach it, else 0",),
        on_arrays=compute,
        rules=(lambda g, y, x: _evenly(g, y, x, None, False),),
        dtypes="as is",
        grad_fn_name=f"{name.capitalize()}Backward1",
        is_method=False,
    )


max_all = _extreme_of_all("max", "largest", np.maximum.reduce)
min_all = _extreme_of_all("min", "smallest", np.minimum.reduce)

# --- spread ------------------------------------------------------------------------------------


def _var(input: Any, dim: Dims = None, correction: float = 1, keepdim: bool = False) -> Any:
    spread = input - np.asarray(_mean(input, dim, True))
    total = np.add.reduce(spread * spread, axis=dim, keepdims=keepdim)
    return np.true_divide(total, builtins.max(count(input, dim) - correction, 0), dtype=input.dtype)


def _var_rule(g: Any, x: Any, dim: Dims, correction: float, keepdim: bool) -> Any:
    spread = x - mean(x, dim, keepdim=True)
    return keep_dims(g, x, dim, keepdim) * _divide(2 * spread, count(x, dim) - correction)


def _correction(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Accept torch's older spelling: var(unbiased) and var(dim, unbiased)."""
    parameters = dict(parameters)
    for name in ("dim", "correction"):
        if isinstance(parameters[name], bool):
            parameters["correction"] = int(parameters[name])
            if name == "dim":
                parameters["dim"] = None
    return _reduced_dims(inputs, parameters)


var = Operation(
    "var",
    "var",
    definition="Σ (x − mean)² / (n − correction)",
    derivatives=("g · 2 (x − mean) / (n − correction)",),
    on_arrays=_var,
    rules=(lambda g, _y, x, dim, correction, keepdim: _var_rule(g, x, dim, correction, keepdim),),
    prepare=_correction,
    dtypes="floating",
)


def _std(input: Any, dim: Dims = None, correction: float = 1, keepdim: bool = False) -> Any:
    return np.sqrt(_var(input, dim, correction, keepdim))


std = Operation(
    "std",
    "std",
    definition="√ Σ (x − mean)² / (n − correction)",
    derivatives=("g · (x − mean) / (std · (n − correction)), 0 where std = 0",),
    on_arrays=_std,
    rules=(
        lambda g, y, x, dim, correction, keepdim: _var_rule(
            where(y == 0, 0.0, g / (2 * y)), x, dim, correction, keepdim
        ),
    ),
    prepare=_correction,
    dtypes="floating",
)


def _norm(input: Any, dim: Dims = None, keepdim: bool = False) -> Any:
    return np.sqrt(np.add.reduce(input * input, axis=dim, keepdims=keepdim))


euclidean_norm = Operation(
    "euclidean_norm",
    "‖x‖",
    definition="√ Σ x²",
    derivatives=("g · x / ‖x‖, 0 where ‖x‖ = 0",),
    on_arrays=_norm,
    rules=(
        lambda g, y, x, dim, keepdim: (
            x
            * where(
                (best := keep_dims(y, x, dim, keepdim)) == 0,
                0.0,
                keep_dims(g, x, dim, keepdim) / best,
            )
        ),
    ),
    prepare=_reduced_dims,
    dtypes="floating",
    grad_fn_name="LinalgVectorNormBackward0",
    is_method=False,
)


@composite("norm", "(Σ |x|ᵖ)^(1/p)")
def norm(input: Any, p: Any = "fro", dim: Dims = None, keepdim: bool = False) -> Any:
    """Measure the size of a tensor, or of its slices along `dim` (torch.norm).

    Args:
        input: any shape, floating.
        p: the order: 2 (also "fro"), 1, inf, −inf, 0 (counts what is not 0) or any number.
        dim: the dims to reduce; None for all.
        keepdim: keep them with size 1.
    """
    if p is None or p in (2, "fro"):
        return euclidean_norm(input, dim, keepdim)
    if p == 0:
        return sum(absolute(sign(input)), dim, keepdim)
    if p == 1:
        return sum(absolute(input), dim, keepdim)
    if not isinstance(p, (int, float)):
        raise NotImplementedError(f"norm: p={p!r} is not there; a number or 'fro' is")
    if math.isinf(p):
        return (amax if p > 0 else amin)(absolute(input), dim, keepdim)
    return sum(absolute(input) ** p, dim, keepdim) ** (1 / p)


# --- softmax and its kin -----------------------------------------------------------------------


def _logsumexp(input: Any, dim: Dims, keepdim: bool = False) -> Any:
    # Subtracting the largest element keeps e^x finite; an infinite one is left where it is.
    top = np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf)
    top = np.where(np.isinf(top), 0, top).astype(input.dtype)
    total = np.log(np.add.reduce(np.exp(input - top), axis=dim, keepdims=True)) + top
    return total if keepdim else np.squeeze(total, axis=dim)


logsumexp = Operation(
    "logsumexp",
    "ln Σ eˣ",
    definition="ln Σ eˣ",
    derivatives=("g · softmax(x)",),
    on_arrays=_logsumexp,
    rules=(
        lambda g, y, x, dim, keepdim: (
            keep_dims(g, x, dim, keepdim) * exp(x - keep_dims(y, x, dim, keepdim))
        ),
    ),
    prepare=_reduced_dims,
    dtypes="float",
)


def _softmax(input: Any, dim: int) -> Any:
    e = np.exp(input - np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf))
    return e / np.add.reduce(e, axis=dim, keepdims=True)


softmax = Operation(
    "softmax",
    "softmax",
    definition="eˣ / Σ eˣ",
    derivatives=("y · (g − Σ g·y)",),
    on_arrays=_softmax,
    rules=(lambda g, y, _x, dim: y * (g - sum(g * y, dim, keepdim=True)),),
    prepare=_reduced_dims,
    dtypes="float",
)


def _log_softmax(input: Any, dim: int) -> Any:
    shifted = input - np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=dim, keepdims=True))


log_softmax = Operation(
    "log_softmax",
    "ln softmax",
    definition="x − ln Σ eˣ",
    derivatives=("g − softmax(x) · Σ g",),
    on_arrays=_log_softmax,
    rules=(lambda g, y, _x, dim: g - exp(y) * sum(g, dim, keepdim=True),),
    prepare=_reduced_dims,
    dtypes="float",
)
