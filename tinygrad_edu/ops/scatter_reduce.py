"""`scatter_reduce`: what meets at a place is added, multiplied, averaged, or the extreme of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.indexing import getitem, without
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.picking import plain
from tinygrad_edu.ops.reductions import prod
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import reshape

_UFUNCS: dict[str, Any] = {
    "sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum,
}  # fmt: skip
KINDS = tuple(_UFUNCS)
"""What can be made of the numbers that meet at a place."""


def _neutral(reduce: str, kind: np.dtype[Any]) -> Any:
    """Return the number that changes nothing."""
    if reduce in ("amax", "amin"):
        if kind.kind in "iu":
            limits = np.iinfo(kind)
            return limits.min if reduce == "amax" else limits.max
        return -math.inf if reduce == "amax" else math.inf
    return 1 if reduce == "prod" else 0


def _counts(shape: Any, index: Any, include_self: bool) -> Any:
    """Count what meets at each place; 1 where nothing does."""
    counts = np.full(shape, int(include_self))
    np.add.at(counts, index, 1)
    return np.maximum(counts, 1)


def _reduce(input: Any, src: Any, index: Any, reduce: str, include_self: bool = True) -> Any:
    result = input.copy()
    if not include_self:
        result[index] = _neutral(reduce, input.dtype)
    _UFUNCS[reduce].at(result, index, src)
    if reduce != "mean":
        return result
    counts = _counts(input.shape, index, include_self)
    if input.dtype.kind in "iu":
        return result // counts.astype(input.dtype)
    return result / (counts if input.dtype == object else counts.astype(input.dtype))


def _sum_at(x: Any, src: Any, index: Any) -> Any:
    return scatter_reduce(x, src, index=index, reduce="sum")


def _shared(g: Any, y: Any, x: Any, src: Any, index: Any, include_self: bool) -> tuple[Any, ...]:
    """Divide a gradient evenly among the elements that reach an extreme: those of x, of src."""
    counted = np.ones(x.shape, bool)
    if not include_self:
        counted[index] = False
    in_x = (x == y) & counted
    in_src = src == getitem(y, index=index)
    reached = _sum_at(where(in_x, 1.0, 0.0), where(in_src, 1.0, 0.0), index)
    part = g / where(reached == 0, 1.0, reached)
    return where(in_x, part, 0.0), where(in_src, getitem(part, index=index), 0.0)


def _of_x(g: Any, y: Any, x: Any, src: Any, index: Any, reduce: str, include_self: bool) -> Any:
    if reduce in ("amax", "amin"):
        return _shared(g, y, x, src, index, include_self)[0]
    if reduce == "mean":
        g = g / _counts(x.shape, index, include_self)
    if reduce == "prod":
        ones = np.ones(x.shape, getattr(x.dtype, "numpy", x.dtype))
        g = g * scatter_reduce(ones, src, index=index, reduce="prod")
    return g if include_self else without(g, index)


def _of_src(g: Any, y: Any, x: Any, src: Any, index: Any, reduce: str, include_self: bool) -> Any:
    if reduce in ("amax", "amin"):
        return _shared(g, y, x, src, index, include_self)[1]
    if reduce == "mean":
        g = g / _counts(x.shape, index, include_self)
    if reduce != "prod":
        return getitem(g, index=index)
    if not (plain(src) == 0).any():
        product = scatter_reduce(x, src, index=index, reduce="prod", include_self=include_self)
        return getitem(g * product, index=index) / src
    at_places = _product_of_the_others(src, index, x.shape)
    if include_self:
        at_places = at_places * getitem(x, index=index)
    return getitem(g, index=index) * at_places


def _product_of_the_others(src: Any, index: Any, shape: Any) -> Any:
    """Multiply, for each element of `src`, the others at its place: right where elements are 0."""
    places = np.arange(math.prod(shape)).reshape(shape)[index].reshape(-1)
    others = (places[:, None] == places) & ~np.eye(len(places), dtype=bool)
    return reshape(prod(where(others, reshape(src, (1, len(places))), 1.0), 1), src.shape)


scatter_reduce: Operation = Operation(
    "scatter_reduce",
    "scatter",
    definition="x with the sum, product, mean or extreme of it and b at the places of an index",
    derivatives=(
        "g times the slope of the reduction",
        "g at the places, times the slope of the reduction",
    ),
    on_arrays=_reduce,
    rules=(_of_x, _of_src),
    dtypes="as is",
    is_method=False,
)
