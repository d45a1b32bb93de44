"""Operations whose every element tells of all elements up to it: running sums and their kin.

The gradient runs the other way: each element gets its share from all results from its own on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.indexing import index_select
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.picking import pick, picking
from tinygrad_edu.ops.powers import exp, log
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import along, cat, clone, normalize_dim


def _dim_of(name: str, input: Any, dim: int) -> int:
    check_tensor(name, input)
    return normalize_dim(dim, len(input.shape))


def _dim_and_dtype(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    dtype = parameters["dtype"]
    if dtype is not None and dtypes.to_numpy(dtype).kind == "b":
        raise NotImplementedError(
            "\"cumsum_out_cpu\" not implemented for 'Bool': give a dtype of numbers"
        )
    return inputs, {
        "dim": _dim_of("a running sum or product", inputs[0], parameters["dim"]),
        "dtype": None if dtype is None else dtypes.to_numpy(dtype),
    }


def _accumulate(function: Any, input: Any, dim: int, dtype: Any) -> Any:
    """Accumulate along a dim: floats in float64, as torch does, and integers in int64."""
    if input.dtype == object:  # `Value`s stay what they are
        return function(input, axis=dim) if input.ndim else input
    kind = dtype or (np.dtype(np.int64) if input.dtype.kind in "biu" else input.dtype)
    wide = np.dtype(np.float64) if kind.kind == "f" else kind
    array = input.astype(kind)
    return function(array, axis=dim, dtype=wide).astype(kind, order="C") if array.ndim else array


def _backwards(g: Any, dim: int) -> Any:
    return index_select(g, dim, np.arange(g.shape[dim] if g.shape else 1)[::-1])


def _carried_back(g: Any, factor: Any, dim: int) -> Any:
    """Solve sₖ = gₖ + factorₖ · sₖ₊₁, from the last k to the first, in log₂ n steps.

    Args:
        g: what each element adds.
        factor: what the sum of those behind is multiplied by: one less than `g` along the dim.
        dim: the dim.
    """
    n, step = g.shape[dim], 1
    while step < n:  # s is complete up to `step` elements ahead, and factor leads so far
        ahead, last = along(dim, slice(step, n)), along(dim, slice(n - step, n))
        g = cat((g[along(dim, slice(0, n - step))] + factor * g[ahead], g[last]), dim)
        further = along(dim, slice(step, factor.shape[dim]))
        factor = factor[along(dim, slice(0, max(n - 2 * step, 0)))] * factor[further]
        step *= 2
    return g


cumsum: Operation = Operation(
    "cumsum",
    "Σ…",
    definition="each element plus all before it along a dim",
    derivatives=("Σ g from the element on",),
    on_arrays=lambda input, dim, dtype=None: _accumulate(np.add.accumulate, input, dim, dtype),
    rules=(lambda g, _y, _x, dim, dtype: _backwards(cumsum(_backwards(g, dim), dim), dim),),
    prepare=_dim_and_dtype,
    dtypes="as is",
)


def _cumprod_rule(g: Any, y: Any, x: Any, dim: int) -> Any:
    """Add up g · y / x without dividing, so that it is right where elements are 0."""
    if not x.shape or not x.shape[dim]:
        return g
    ones = np.ones((*x.shape[:dim], 1, *x.shape[dim + 1 :]), bool)
    before = cat((ones, y[along(dim, slice(0, -1))]), dim)
    return before * _carried_back(g, x[along(dim, slice(1, None))], dim)


cumprod = Operation(
    "cumprod",
    "Π…",
    definition="each element times all before it along a dim",
    derivatives=("Σ g · y / x from the element on",),
    on_arrays=lambda input, dim, dtype=None: _accumulate(np.multiply.accumulate, input, dim, dtype),
    rules=(lambda g, y, x, dim, dtype: _cumprod_rule(g, y, x, dim),),
    prepare=_dim_and_dtype,
    dtypes="as is",
)


# --- ln Σ eˣ -------------------------------------------------------------------------------------


def _one_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    x = inputs[0]
    kind = getattr(x, "array", x).dtype
    if kind.kind in "biu":
        raise NotImplementedError(
            f"\"logcumsumexp\" not implemented for '{dtypes.title(kind)}': convert it with .float()"
        )
    return inputs, {"dim": _dim_of("logcumsumexp", x, parameters["dim"])}


def _log_add_exp(a: Any, b: Any) -> Any:
    top = max(float(a), float(b))
    return log(exp(a - top) + exp(b - top)) + top if np.isfinite(top) else a + b


def _logcumsumexp(input: Any, dim: int) -> Any:
    add: Any = np.frompyfunc(_log_add_exp, 2, 1) if input.dtype == object else np.logaddexp
    return _accumulate(add.accumulate, input, dim, None)


def _logcumsumexp_rule(g: Any, y: Any, x: Any, dim: int) -> Any:
    if not x.shape:
        return g
    before, after = y[along(dim, slice(0, -1))], y[along(dim, slice(1, None))]
    less = where(before == after, 0.0, before - after)  # inf − inf is 0 here
    return exp(x - y) * _carried_back(g, exp(less), dim)  # no exponent is positive


logcumsumexp = Operation(
    "logcumsumexp",
    "ln Σ… eˣ",
    definition="ln Σ eˣ of each element and all before it along a dim",
    derivatives=("Σ g · e^(x − y) from the element on",),
    on_arrays=_logcumsumexp,
    rules=(lambda g, y, x, dim: _logcumsumexp_rule(g, y, x, dim),),
    prepare=_one_dim,
    dtypes="as is",
)


# --- the largest and the smallest so far ---------------------------------------------------------


_cummax = picking(
    __name__, "cummax", "max…", "the largest of each element and all before it along a dim"
)
_cummin = picking(
    __name__, "cummin", "min…", "the smallest of each element and all before it along a dim"
)
cummax_result = named_result("cummax", "values", "indices")
cummin_result = named_result("cummin", "values", "indices")


def _last_extreme(array: Any, dim: int, largest: bool) -> Any:
    """Find, for each element, the last place up to it that holds the extreme, or a nan."""
    if not array.ndim:
        return np.zeros((), np.int64)
    accumulate = np.maximum.accumulate if largest else np.minimum.accumulate
    reached = (array == accumulate(array, axis=dim)) | (array != array)
    places = np.arange(array.shape[dim]).reshape((-1,) + (1,) * (array.ndim - 1 - dim))
    return np.maximum.accumulate(np.where(reached, places, 0), axis=dim)


def _so_far(op: Operation, input: Any, dim: int, largest: bool) -> Any:
    return pick(op, input, dim, lambda array: noted(_last_extreme, array, dim, largest))


def cummax(input: Any, dim: int) -> Any:
    """Find the largest element so far along a dim, and where it is (torch.cummax).

    Among equal elements it is the last; from a nan on it is nan.

    >>> import tinygrad_edu as torch
    >>> torch.tensor([2.0, 1.0, 3.0]).cummax(0)
    torch.return_types.cummax(
    values=tensor([2., 2., 3.]),
    indices=tensor([0, 0, 2]))
    """
    dim = _dim_of("cummax", input, dim)
    return cummax_result(*_so_far(_cummax, input, dim, True))


def cummin(input: Any, dim: int) -> Any:
    """Find the smallest element so far along a dim, and where it is (torch.cummin)."""
    dim = _dim_of("cummin", input, dim)
    return cummin_result(*_so_far(_cummin, input, dim, False))


# --- the other way -------------------------------------------------------------------------------


@composite("diff", "what each element adds to the one before it along a dim")
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Subtract neighbours along a dim, n times (torch.diff); of bools, tell where they differ.

    Args:
        input: at least one dim.
        n: how often.
        dim: the dim, which loses n elements.
        prepend: what to put before the input: the same shape, apart from the dim.
        append: what to put behind it.

    Raises:
        RuntimeError: for a number without dims, a negative n, or shapes that do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.diff(torch.tensor([1, 4, 9, 16]), n=2)
    tensor([2, 2])
    """
    n, ends = integer("diff", "n", n), {"prepend": prepend, "append": append}
    for name, x in {"input": input, **ends}.items():
        if x is not None or name == "input":
            check_tensor("diff", x, name)
    if not input.shape:
        raise RuntimeError("diff expects input to be at least one-dimensional, not a number")
    dim = normalize_dim(dim, len(input.shape))
    if n < 0:
        raise RuntimeError(f"diff: order must be non-negative but got {n}")
    before, after = (
        [] if x is None else [_fitting(input, x, name, dim)] for name, x in ends.items()
    )
    x = cat((*before, input, *after), dim) if n and (before or after) else input
    is_bool = getattr(x, "array", x).dtype == bool
    for _ in range(min(n, x.shape[dim])):
        later, earlier = x[along(dim, slice(1, None))], x[along(dim, slice(0, -1))]
        x = later != earlier if is_bool else later - earlier
    return x if n else clone(x)


def _fitting(input: Any, x: Any, name: str, dim: int) -> Any:
    rest = [tuple(n for d, n in enumerate(y.shape) if d != dim) for y in (x, input)]
    if len(x.shape) != len(input.shape) or rest[0] != rest[1]:
        raise RuntimeError(
            f"diff expects {name} to have the shape of the input except along dim {dim}; it has "
            f"{list(x.shape)}, and the input {list(input.shape)}"
        )
    return x
