"""Operations that make many numbers one: sums, means, products, variance, norms.

A rule may return a gradient in which the reduced dims have size 1: the engine spreads it over them.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.ops.indexing import index_select
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import absolute, sign, where
from tinygrad_edu.ops.shapes import along, cat, normalize_dim, reshape, to_dtype

_add_up: Any = np.add.reduce
_largest: Any = np.maximum.reduce
_smallest: Any = np.minimum.reduce
_multiply_up: Any = np.multiply.reduce

Dims = int | tuple[int, ...] | None


def reduced_dims(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Normalise `dim`: None for all, an int, or several; () only where there are none."""
    dim = parameters["dim"]
    ndim = len(inputs[0].shape)
    if isinstance(dim, (tuple, list)):
        dims = tuple(normalize_dim(d, ndim) for d in dim) or tuple(range(ndim))
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"dim {list(dim)} appears multiple times in the list of dims")
        dim = dims
    elif dim is not None:
        dim = normalize_dim(dim, ndim)
    return inputs, {**parameters, "dim": dim if ndim or dim is None else ()}


def one_reduced_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Normalise `dim`, of which there is one, or None."""
    if isinstance(parameters["dim"], (tuple, list)):
        raise TypeError(f"dim must be an int, not {parameters['dim']!r}")
    return reduced_dims(inputs, parameters)


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


def _overload(name: str) -> Any:
    """Name the node as torch does: 0 for a reduction of all, 1 for one along dims."""
    return lambda dim, keepdim: f"{name}Backward{int(dim is not None or keepdim)}"


class Reduction(Operation):
    """An operation that first converts its input where a dtype is given: `sum(x, dtype=…)`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute in the dtype, in which the result is as well."""
        dtype = kwargs.pop("dtype", None)
        if dtype is None:
            return super().__call__(*args, **kwargs)
        kind = dtypes.to_numpy(dtype)
        inputs, parameters = self.bind(args, kwargs)
        result = super().__call__(to_dtype(*inputs, dtype=kind), **parameters)
        return result if result.dtype == dtype else to_dtype(result, dtype=kind)


# --- sums and products ---------------------------------------------------------------------------


def _sum(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    kind = np.int64 if input.dtype.kind in "biu" else None
    return _add_up(input, axis=dim, keepdims=keepdim, dtype=kind)


sum = Reduction(
    "sum",
    "Σ",
    definition="Σ x",
    derivatives=("g for every element",),
    on_arrays=_sum,
    on_values=lambda input, dim=None, keepdim=False: np.sum(input, axis=dim, keepdims=keepdim),
    rules=(lambda g, _y, _x, dim, keepdim: keep_dims(g, _x, dim, keepdim),),
    prepare=reduced_dims,
    dtypes="as is",
    grad_fn_name=_overload("Sum"),
)


def _mean(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    total = _add_up(input, axis=dim, keepdims=keepdim)
    return np.true_divide(total, count(input, dim), dtype=getattr(total, "dtype", None))


mean = Reduction(
    "mean",
    "mean",
    definition="Σ x / n",
    derivatives=("g / n for every element",),
    on_arrays=_mean,
    on_values=lambda input, dim=None, keepdim=False: (
        np.sum(input, axis=dim, keepdims=keepdim) / count(input, dim)
    ),
    rules=(  # of no elements there is no gradient: any number will do as the divisor
        lambda g, _y, _x, dim, keepdim: keep_dims(g, _x, dim, keepdim) / (count(_x, dim) or 1),
    ),
    prepare=reduced_dims,
    dtypes="floating",
    grad_fn_name=_overload("Mean"),
)


def _prod(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    kind = np.int64 if input.dtype.kind in "biu" else None
    return _multiply_up(input, axis=dim, keepdims=keepdim, dtype=kind)


def _products_before(x: Any, dim: int) -> Any:
    """Multiply, for each element along a dim, all that come before it: in log₂ n steps."""
    n = x.shape[dim]
    before = _shifted(x, dim, 1)
    step = 1
    while step < n:
        before = before * _shifted(before, dim, step)
        step *= 2
    return before


def _shifted(x: Any, dim: int, by: int) -> Any:
    """Move the elements along a dim, with ones in the places that become free."""
    n = x.shape[dim]
    ones = np.ones((*x.shape[:dim], builtins.min(by, n), *x.shape[dim + 1 :]), bool)
    return cat((ones, x[along(dim, slice(0, builtins.max(n - by, 0)))]), dim)


def _product_of_the_others(x: Any, dim: int | None) -> Any:
    """Multiply, for each element, all others: right where elements are 0, unlike y / x."""
    if not x.shape:
        return 1.0
    if dim is None:
        return reshape(_product_of_the_others(reshape(x, (math.prod(x.shape),)), 0), x.shape)
    backwards = np.arange(x.shape[dim])[::-1]
    after = index_select(_products_before(index_select(x, dim, backwards), dim), dim, backwards)
    return _products_before(x, dim) * after


prod = Reduction(
    "prod",
    "Π",
    definition="Π x",
    derivatives=("g · the product of the other elements",),
    on_arrays=_prod,
    on_values=lambda input, dim=None, keepdim=False: np.prod(input, axis=dim, keepdims=keepdim),
    rules=(
        lambda g, _y, x, dim, keepdim: (
            keep_dims(g, x, dim, keepdim) * _product_of_the_others(x, dim)
        ),
    ),
    prepare=one_reduced_dim,
    dtypes="as is",
    grad_fn_name=_overload("Prod"),
)


# --- spread and size -----------------------------------------------------------------------------


def _var(input: Any, dim: Any = None, correction: float = 1, keepdim: bool = False) -> Any:
    spread = input - np.asarray(_mean(input, dim, True))
    total = _add_up(spread * spread, axis=dim, keepdims=keepdim)
    return np.true_divide(total, builtins.max(count(input, dim) - correction, 0), dtype=input.dtype)


def _var_of_values(
    input: Any, dim: Any = None, correction: float = 1, keepdim: bool = False
) -> Any:
    spread = input - np.sum(input, axis=dim, keepdims=True) / count(input, dim)
    degrees = builtins.max(count(input, dim) - correction, 0)
    return np.sum(spread**2, axis=dim, keepdims=keepdim) / degrees


def _var_rule(g: Any, x: Any, dim: Dims, correction: float) -> Any:
    degrees = count(x, dim) - correction
    scale = 2 / degrees if degrees else math.inf
    return scale * g * (x - mean(x, dim, keepdim=True))


def _std_rule(g: Any, y: Any, x: Any, dim: Dims, correction: float, keepdim: bool) -> Any:
    g, y = keep_dims(g, x, dim, keepdim), keep_dims(y, x, dim, keepdim)
    return _var_rule(where(y == 0, 0.0, g / (2 * y)), x, dim, correction)


class _Spread(Operation):
    """`var` or `std`; torch's older word for correction=1 is unbiased=True, also by position."""

    def bind(self, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Read `(x, unbiased)` and `(x, dim, unbiased, keepdim)` as well."""
        if len(args) == 2 and isinstance(args[1], bool):
            args, kwargs = args[:1], {**kwargs, "unbiased": args[1]}
        if "unbiased" in kwargs:
            kwargs = dict(kwargs)
            kwargs["correction"] = int(kwargs.pop("unbiased"))
        return super().bind(args, kwargs)


def _correction(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    correction = parameters["correction"]
    parameters = {**parameters, "correction": 1 if correction is None else correction}
    return reduced_dims(inputs, parameters)


var = _Spread(
    "var",
    "var",
    definition="Σ (x − mean)² / (n − correction)",
    derivatives=("g · 2 (x − mean) / (n − correction)",),
    on_arrays=_var,
    on_values=_var_of_values,
    rules=(
        lambda g, _y, x, dim, correction, keepdim: _var_rule(
            keep_dims(g, x, dim, keepdim), x, dim, correction
        ),
    ),
    prepare=_correction,
    dtypes="floating",
)


def _std(input: Any, dim: Any = None, correction: float = 1, keepdim: bool = False) -> Any:
    return np.sqrt(_var(input, dim, correction, keepdim))


std = _Spread(
    "std",
    "std",
    definition="√ Σ (x − mean)² / (n − correction)",
    derivatives=("g · (x − mean) / (std · (n − correction)), 0 where std = 0",),
    on_arrays=_std,
    on_values=lambda input, dim=None, correction=1, keepdim=False: (
        np.asarray(_var_of_values(input, dim, correction, keepdim)) ** 0.5
    ),
    rules=(lambda g, y, x, dim, correction, keepdim: _std_rule(g, y, x, dim, correction, keepdim),),
    prepare=_correction,
    dtypes="floating",
)


def _norm_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    p = 2 if parameters["p"] in (None, "fro") else parameters["p"]
    if p == "nuc":
        raise NotImplementedError("norm: p='nuc' is not there; a number or 'fro' is")
    if not isinstance(p, (int, float)):
        raise RuntimeError(f"norm: order {p!r} is not supported; a number or 'fro' is")
    inputs, parameters = reduced_dims(inputs, {**parameters, "p": float(p)})
    if (p < 0 or p == math.inf) and count(inputs[0], parameters["dim"]) == 0:
        raise RuntimeError(
            f"norm: of no elements there is no norm of order {p}; the input has shape "
            f"{list(inputs[0].shape)}"
        )
    return inputs, parameters


def _norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False) -> Any:
    size = np.absolute(input)
    if p == 0:
        return _add_up(size != 0, axis=dim, keepdims=keepdim, dtype=input.dtype)
    if math.isinf(p):
        return (_largest if p > 0 else _smallest)(size, axis=dim, keepdims=keepdim)
    if p == 1:
        return _add_up(size, axis=dim, keepdims=keepdim)
    if p == 2:
        return np.sqrt(_add_up(size * size, axis=dim, keepdims=keepdim))
    return np.power(_add_up(np.power(size, p), axis=dim, keepdims=keepdim), 1 / p)


def _norm_of_values(input: Any, p: Any = 2.0, dim: Any = None, keepdim: bool = False) -> Any:
    size = np.asarray(absolute(input))
    if math.isinf(p):
        return (np.max if p > 0 else np.min)(size, axis=dim, keepdims=keepdim)
    if p == 0:
        return np.sum(size != 0, axis=dim, keepdims=keepdim)
    return np.asarray(np.sum(size**p, axis=dim, keepdims=keepdim)) ** (1 / p)


def _norm_rule(g: Any, y: Any, x: Any, p: float, dim: Dims, keepdim: bool) -> Any:
    g, y = keep_dims(g, x, dim, keepdim), keep_dims(y, x, dim, keepdim)
    if p == 0:
        return where(False, g, 0.0)
    if p == 1:
        return g * sign(x)
    if p == 2:
        return g * where(y == 0, 0.0, x / y)
    if math.isinf(p):
        reached = (absolute(x) == y) | (x != x)
        return sign(x) * (g / sum(reached, dim, keepdim=True) * reached)
    slope = sign(x) * where(x == 0, 0.0, absolute(x) ** (p - 1))
    if p < 1:
        return slope * g * y ** (1 - p)
    return slope * where(y == 0, 0.0, g / y ** (p - 1))


class Norm(Reduction):
    """A reduction of floating numbers only, to whatever dtype."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute in the dtype, if one is given."""
        x: Any = args[0] if args else kwargs.get("input")
        if kwargs.get("dtype") is not None and hasattr(x, "array") and x.array.dtype.kind != "f":
            raise RuntimeError(
                "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
                f"{x.dtype.title}"
            )
        return super().__call__(*args, **kwargs)


norm = Norm(
    "norm",
    "‖x‖",
    definition="(Σ |x|ᵖ)^(1/p), the largest |x| for p = inf; p is 2 unless given",
    derivatives=("g · sign(x) · (|x| / ‖x‖)^(p−1), 0 where ‖x‖ = 0",),
    on_arrays=_norm,
    on_values=_norm_of_values,
    rules=(lambda g, y, x, p, dim, keepdim: _norm_rule(g, y, x, p, dim, keepdim),),
    prepare=_norm_arguments,
    dtypes="floating",
    grad_fn_name="LinalgVectorNormBackward0",
)
