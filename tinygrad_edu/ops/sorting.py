"""Operations that put elements in order, or choose by it: sort, topk, median, quantile, mode.

A nan is greater than any number here. The order of equal elements is kept by `sort`; where another
operation must choose one of them, it is the one that torch chooses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops import selecting
from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.extremes import amax, amin, evenly_among_equals
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.picking import pick, picking, plain
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.ops.shapes import normalize_dim

sort_result = named_result("sort", "values", "indices")
topk_result = named_result("topk", "values", "indices")
kthvalue_result = named_result("kthvalue", "values", "indices")
median_result = named_result("median", "values", "indices")
nanmedian_result = named_result("nanmedian", "values", "indices")
mode_result = named_result("mode", "values", "indices")
aminmax_result = named_result("aminmax", "min", "max")


# --- all in order --------------------------------------------------------------------------------


def order(array: Any, dim: int, descending: bool = False) -> Any:
    """Return, along a dim, the places of the elements in order; equal ones as they stood."""
    if not array.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(array, axis=dim, kind="stable")
    backwards = np.argsort(np.flip(array, dim), axis=dim, kind="stable")
    return array.shape[dim] - 1 - np.flip(backwards, dim)


_sort = picking(__name__, "sort", "sort", "the elements along a dim in order")


def sort(input: Any, dim: int = -1, descending: bool = False, *, stable: Any = None) -> Any:
    """Put the elements along a dim in order, and tell where they stood (torch.sort).

    Args:
        input: any shape.
        dim: the dim.
        descending: from the largest on.
        stable: equal elements keep their order here in any case.

    Returns:
        `values` and `indices`, both in the input's shape. A nan comes after all numbers.

    >>> import tinygrad_edu as torch
    >>> torch.sort(torch.tensor([3.0, 1.0, 2.0]))
    torch.return_types.sort(
    values=tensor([1., 2., 3.]),
    indices=tensor([1, 2, 0]))
    """
    check_tensor("sort", input)
    dim = normalize_dim(dim, len(input.shape))
    return sort_result(*pick(_sort, input, dim, lambda x: noted(order, x, dim, descending)))


@composite("msort", "the slices of x along its first dim, each in order")
def msort(input: Any) -> Any:
    """Sort along the first dim (torch.msort)."""
    return sort(input, 0).values


# --- some of them --------------------------------------------------------------------------------

_topk = picking(__name__, "topk", "top k", "the k largest elements along a dim")
_kthvalue = picking(__name__, "kthvalue", "kth", "the kth smallest element along a dim")
_median = picking(__name__, "median", "median", "the middle element along a dim", "MedianBackward1")
_nanmedian = picking(
    __name__, "nanmedian", "nanmedian", "the middle number along a dim", "NanmedianBackward1"
)
_mode = picking(__name__, "mode", "mode", "the most frequent element along a dim")


FEW = 10_000
"""In a row of more elements, the first of equal ones is chosen: Python's steps take 1 µs each."""


def _chosen(
    array: Any, dim: int, first: int, count: int, settle: Any, descending: bool = False
) -> Any:
    """Return the places of `count` elements along a dim, from the one that is `first` in order on.

    Args:
        array: the numbers.
        dim: the dim.
        first: how many come before the first.
        count: how many.
        settle: where equal elements are at stake, gets the ranks of a row and returns the places.
        descending: whether the largest comes first.
    """
    if not array.ndim:
        return np.zeros((), np.int64)
    rows = np.moveaxis(array, dim, -1)
    places = order(rows, -1, descending)
    ordered = np.take_along_axis(rows, places, -1)
    before, after = ordered[..., :-1], ordered[..., 1:]
    equal = (before == after) | ((before != before) & (after != after))
    found = places[..., first : first + count].copy()
    at_stake = equal[..., max(first - 1, 0) : first + count].any(-1)
    for row in map(tuple, np.argwhere(at_stake) if rows.shape[-1] <= FEW else ()):
        ranks = np.zeros(rows.shape[-1], np.int64)
        ranks[places[row][1:]] = np.cumsum(~equal[row])
        found[row] = settle(ranks.tolist())
    return np.moveaxis(found, -1, dim)


def top_places(array: Any, dim: int, k: int, largest: bool, ordered: bool) -> Any:
    """Return the places of the k best along a dim, as torch arranges them."""

    def settle(ranks: list[int]) -> list[int]:
        if k * 64 <= len(ranks):
            return selecting.partial_sort(ranks, k)[:k]
        places = selecting.nth_element(ranks, k - 1)
        if ordered:
            selecting.sort(ranks, places, k - 1)
        return places[:k]

    return _chosen(array, dim, 0, k, settle, largest)


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """Find the k largest elements along a dim, or the smallest, and where they are (torch.topk).

    Args:
        input: any shape; not bool.
        k: how many.
        dim: the dim.
        largest: the largest, else the smallest.
        sorted: the best one first; otherwise in any order.

    Raises:
        RuntimeError: for a k that is negative or larger than the dim.

    >>> import tinygrad_edu as torch
    >>> torch.topk(torch.tensor([1.0, 4.0, 2.0, 3.0]), 2)
    torch.return_types.topk(
    values=tensor([4., 3.]),
    indices=tensor([1, 3]))
    """
    check_tensor("topk", input)
    k, dim, array = integer("topk", "k", k), normalize_dim(dim, len(input.shape)), plain(input)
    size = array.shape[dim] if array.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(
            f"topk: selected index k out of range: {k} of {size} elements along dim {dim}"
        )
    if array.dtype == bool:
        raise RuntimeError("topk does not support bool dtypes on CPU; convert with .int()")
    find = lambda x: noted(top_places, x, dim, k, largest, sorted)
    return topk_result(*pick(_topk, input, dim, find))


def _row_of_some(name: str, input: Any, dim: int) -> tuple[int, Any, int]:
    """Check a dim of which one element is to be chosen; return it, the numbers, and its size."""
    check_tensor(name, input)
    dim, array = normalize_dim(dim, len(input.shape)), plain(input)
    size = array.shape[dim] if array.ndim else 1
    if not size:
        raise IndexError(
            f"{name}(): Expected reduction dim {dim} to have non-zero size, but the input has "
            f"shape {list(array.shape)}"
        )
    return dim, array, size


def _refuse_bool(name: str, array: Any) -> None:
    if array.dtype == bool:
        raise NotImplementedError(
            f"\"{name}_cpu\" not implemented for 'Bool': convert it with .int()"
        )


def kth_place(array: Any, dim: int, k: int) -> Any:
    """Return the place of the kth smallest along a dim, counted from 1."""
    settle = lambda ranks: selecting.quick_select(ranks, k - 1)[k - 1]
    return _chosen(array, dim, k - 1, 1, settle)


def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """Find the kth smallest element along a dim, counted from 1 (torch.kthvalue).

    Raises:
        RuntimeError: for a k that is not between 1 and the size of the dim.
        IndexError: for a dim without elements.

    >>> import tinygrad_edu as torch
    >>> torch.kthvalue(torch.tensor([5.0, 7.0, 6.0]), 2).values
    tensor(6.)
    """
    k = integer("kthvalue", "k", k)
    dim, array, size = _row_of_some("kthvalue", input, dim)
    if not 1 <= k <= size:
        raise RuntimeError(
            f"kthvalue(): selected number k out of range for dimension {dim}: {k} of {size}"
        )
    _refuse_bool("kthvalue", array)
    find = lambda x: noted(kth_place, x, dim, k)
    return kthvalue_result(*pick(_kthvalue, input, dim, find, keepdim))


def _sorted_like_torch(rows: Any) -> tuple[Any, Any]:
    """Sort rows, equal elements in the order of the C++ library; return also their places."""
    places = order(rows, -1)
    ordered = np.take_along_axis(rows, places, -1)
    if 16 < rows.shape[-1] <= FEW:  # of 16 or fewer, equal ones keep their order
        for row in np.ndindex(rows.shape[:-1]):
            ranks = np.zeros(rows.shape[-1], np.int64)
            ranks[places[row][1:]] = np.cumsum(ordered[row][1:] != ordered[row][:-1])
            arranged = list(range(len(ranks)))
            selecting.sort(ranks.tolist(), arranged, len(arranged))
            places[row] = arranged
    return ordered, places


def mode_place(array: Any, dim: int) -> Any:
    """Return a place of the most frequent element along a dim, the smallest of several."""
    if not array.ndim:
        return np.zeros((), np.int64)
    ordered, places = _sorted_like_torch(np.moveaxis(array, dim, -1))
    size = places.shape[-1]
    starts = np.zeros(places.shape, np.int64)
    starts[..., 1:] = np.where(ordered[..., 1:] != ordered[..., :-1], np.arange(1, size), 0)
    run = np.arange(size) - np.maximum.accumulate(starts, axis=-1)
    last = np.argmax(run, axis=-1, keepdims=True)  # where the first of the longest runs ends
    return np.moveaxis(np.take_along_axis(places, last, -1), -1, dim)


def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """Find the most frequent element along a dim, the smallest of several (torch.mode).

    Raises:
        IndexError: for a dim without elements.

    >>> import tinygrad_edu as torch
    >>> torch.mode(torch.tensor([1, 2, 2, 1, 3]))
    torch.return_types.mode(
    values=tensor(1),
    indices=tensor(3))
    """
    dim, _, _ = _row_of_some("mode", input, dim)
    return mode_result(*pick(_mode, input, dim, lambda x: noted(mode_place, x, dim), keepdim))


# --- the middle ----------------------------------------------------------------------------------


def _of_all(name: str, definition: str, on_arrays: Any) -> Operation:
    def rule(g: Any, y: Any, x: Any) -> Any:
        return evenly_among_equals(g, y, x)

    return Operation(
        f"{name}_all",
        name,
        definition=definition,
        derivatives=("g shared evenly by the elements that are equal to it, else 0",),
        on_arrays=on_arrays,
        rules=(rule,),
        dtypes="as is",
        grad_fn_name=f"{name.capitalize()}Backward0",
        is_method=False,
    )


def _middle_of_all(input: Any, skip_nans: bool) -> Any:
    numbers = plain(input).reshape(-1)
    if not numbers.size:
        return np.full((), np.nan).astype(input.dtype)
    place = middle_place(numbers, 0, skip_nans)[0]
    return input.reshape(-1)[place : place + 1].reshape(())


def middle_place(array: Any, dim: int, skip_nans: bool) -> Any:
    """Return the place of the lower median along a dim, with the dim kept; the first of equals."""
    if not array.ndim:
        return np.zeros((), np.int64)
    isnan = array != array
    nans = isnan.sum(dim, keepdims=True)
    nth = np.maximum(array.shape[dim] - 1 - nans * skip_nans, 0) // 2
    found = np.take_along_axis(order(array, dim), nth, dim)
    return found if skip_nans else np.where(nans, np.argmax(isnan, dim, keepdims=True), found)


_median_all = _of_all("median", "the middle element", lambda input: _middle_of_all(input, False))
_nanmedian_all = _of_all(
    "nanmedian", "the middle number", lambda input: _middle_of_all(input, True)
)


def _medians(
    name: str, ops: tuple[Operation, Operation], result: Any, input: Any, dim: Any, keepdim: bool
) -> Any:
    check_tensor(name, input)
    of_all, along_dim = ops
    _refuse_bool(name, getattr(input, "array", input))
    if dim is None:
        if keepdim:
            raise TypeError(f"{name}(): keepdim needs a dim, of which one element is kept")
        return of_all(input)
    dim, _, _ = _row_of_some(name, input, dim)
    find = lambda x: noted(middle_place, x, dim, name != "median")
    return result(*pick(along_dim, input, dim, find, keepdim))


def median(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Find the middle element; along a dim, with its index (torch.median).

    Of an even number of elements it is the lower one of the two in the middle; nan where one
    element is nan.

    Raises:
        IndexError: for a dim without elements.

    >>> import tinygrad_edu as torch
    >>> torch.median(torch.tensor([3.0, 1.0, 4.0, 2.0]))
    tensor(2.)
    """
    ops = _median_all, _median
    return _medians("median", ops, median_result, input, dim, keepdim)


def nanmedian(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Find the middle element of those that are not nan (torch.nanmedian); see `median`."""
    ops = _nanmedian_all, _nanmedian
    return _medians("nanmedian", ops, nanmedian_result, input, dim, keepdim)


# --- both ends -----------------------------------------------------------------------------------


@composite("aminmax", "the smallest and the largest element, of all or along a dim")
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """Find the smallest and the largest element; a named result of `min` and `max`."""
    check_tensor("aminmax", input)
    if isinstance(dim, (tuple, list)):
        raise TypeError(f"aminmax(): argument 'dim' must be int, not {type(dim).__name__}")
    return aminmax_result(amin(input, dim, keepdim), amax(input, dim, keepdim))
