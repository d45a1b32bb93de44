"""Places in an order, what occurs more than once, and where a number belongs among sorted ones."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.origins import remember
from tinygrad_edu.ops.checking import check_tensor, text
from tinygrad_edu.ops.shapes import normalize_dim
from tinygrad_edu.ops.sorting import order
from tinygrad_edu.tensor import Tensor


def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Tensor:
    """Find where the elements stand that would be in order along a dim (torch.argsort).

    Args:
        input: any shape.
        dim: the dim.
        descending: from the largest on.
        stable: equal elements keep their order here in any case.

    >>> import tinygrad_edu as torch
    >>> torch.argsort(torch.tensor([3.0, 1.0, 2.0]))
    tensor([1, 2, 0])
    """
    check_tensor("argsort", input)
    dim = normalize_dim(dim, input.ndim)
    find = partial(order, dim=dim, descending=descending)
    return remember(_tensor(find(input.array)), find, (input,))  # type: ignore[no-any-return]


def _tensor(array: Any) -> Tensor:
    result: Tensor = Tensor._wrap(np.asarray(array))
    return result


# --- what occurs more than once ------------------------------------------------------------------


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Return each number, or each slice along a dim, once (torch.unique).

    Args:
        input: any shape.
        sorted: they are in order in any case.
        return_inverse: return also, for each element, where it is in the result.
        return_counts: return also how often each occurs.
        dim: the dim of the slices; all numbers, whatever their dim, if None.

    Returns:
        The numbers or slices; or a tuple of them with what else was asked for.

    Raises:
        IndexError: for a dim that is not there.
        RuntimeError: for slices without elements.

    >>> import tinygrad_edu as torch
    >>> torch.unique(torch.tensor([3, 1, 2, 3]), return_counts=True)
    (tensor([1, 2, 3]), tensor([1, 1, 2]))
    """
    rows, shape = _slices("unique", input, dim)
    places = np.lexsort(rows.T[::-1]) if rows.shape[1] else np.arange(len(rows))
    starts = _starts(rows[places])
    inverse = np.empty(len(rows), np.int64)
    inverse[places] = np.cumsum(starts) - 1
    chosen = places[starts]
    return _once(input, dim, chosen, inverse.reshape(shape), starts, return_inverse, return_counts)


def unique_consecutive(
    input: Tensor,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Return each number, or each slice along a dim, that differs from the one before it.

    Args:
        input: any shape.
        return_inverse: return also, for each element, where it is in the result.
        return_counts: return also how often each occurs in a row.
        dim: the dim of the slices; all numbers, whatever their dim, if None.

    >>> import tinygrad_edu as torch
    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]), return_counts=True)
    (tensor([1, 2, 1]), tensor([2, 1, 1]))
    """
    rows, shape = _slices("unique_consecutive", input, dim)
    starts = _starts(rows)
    inverse = (np.cumsum(starts) - 1).reshape(shape)
    return _once(input, dim, np.flatnonzero(starts), inverse, starts, return_inverse, return_counts)


def _slices(name: str, input: Tensor, dim: int | None) -> tuple[Any, tuple[int, ...]]:
    """Return what is compared as the rows of a matrix, and the shape of the inverse."""
    check_tensor(name, input)
    array = input.array
    if dim is None:
        return array.reshape(-1, 1), array.shape
    dim = normalize_dim(dim, array.ndim)
    if not array.ndim:
        raise IndexError(f"{name}: Dimension specified as {dim} but tensor has no dimensions")
    if not array.size and array.shape[dim]:
        raise RuntimeError(
            f"{name}: There are 0 sized dimensions, and they aren't selected: the slices along dim "
            f"{dim} of shape {list(array.shape)} have no elements"
        )
    size = array.shape[dim]
    return np.moveaxis(array, dim, 0).reshape(size, -1 if size else 0), (size,)


def _starts(rows: Any) -> Any:
    """Tell which rows differ from the one before; a nan is not equal to anything."""
    starts = np.ones(len(rows), bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(1)
    return starts


def _once(
    input: Tensor,
    dim: int | None,
    chosen: Any,
    inverse: Any,
    starts: Any,
    return_inverse: bool,
    return_counts: bool,
) -> Any:
    array = input.array.reshape(-1) if dim is None else input.array
    result = [np.take(array, chosen, axis=dim or 0)]
    if return_inverse:
        result.append(inverse)
    if return_counts:
        result.append(np.diff(np.append(np.flatnonzero(starts), len(starts))))
    tensors = tuple(map(_tensor, result))
    return tensors if len(tensors) > 1 else tensors[0]


# --- where a number belongs ----------------------------------------------------------------------


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Find where numbers could be inserted so that a sequence stays in order (torch.searchsorted).

    Args:
        sorted_sequence: numbers in order along the last dim.
        input: a tensor with the same dims before the last; anything for a sequence of one dim.
        out_int32: return int32 instead of int64.
        right: behind the numbers that are equal, not before.
        side: "right" or "left", another word for it.
        sorter: places that put the sequence in order, where it is not.

    Raises:
        RuntimeError: if the shapes do not fit, or `side` contradicts `right`.

    >>> import tinygrad_edu as torch
    >>> torch.searchsorted(torch.tensor([1, 3, 5, 7]), torch.tensor([3, 6]))
    tensor([1, 3])
    """
    check_tensor("searchsorted", sorted_sequence, "sorted_sequence")
    array = sorted_sequence.array
    values = _numbers("searchsorted", input)
    if side is not None and text("searchsorted", "side", side) not in ("left", "right"):
        raise RuntimeError(f"searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "searchsorted(): side and right can't be set to opposites, got side of left while "
            "right was True"
        )
    if array.ndim != 1 and (not array.ndim or array.shape[:-1] != values.shape[:-1]):
        raise RuntimeError(
            "searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions "
            f"of boundaries tensor and input value tensor must match, but their shapes are "
            f"{list(array.shape)} and {list(values.shape)}"
        )
    if array.dtype == bool and values.dtype == bool:
        raise NotImplementedError(
            "\"searchsorted_out_cpu\" not implemented for 'Bool': convert with .int()"
        )
    if sorter is not None:
        array = _in_order(array, sorter)
    places = _bisect(array, values, right or side == "right")
    return _tensor(places.astype(np.int32 if out_int32 else np.int64))


def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """Find for each number between which of the boundaries it lies (torch.bucketize).

    Args:
        input: a tensor or a number.
        boundaries: numbers in order, with one dim.
        out_int32: return int32 instead of int64.
        right: a number that equals a boundary lies behind it.

    Raises:
        RuntimeError: for boundaries that have not one dim.

    >>> import tinygrad_edu as torch
    >>> torch.bucketize(torch.tensor([3, 6, 9]), torch.tensor([1, 3, 5, 7]))
    tensor([1, 3, 4])
    """
    check_tensor("bucketize", boundaries, "boundaries")
    if boundaries.ndim != 1:
        raise RuntimeError(
            f"bucketize(): boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})"
        )
    _numbers("bucketize", input)
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def _numbers(name: str, input: Any) -> Any:
    if isinstance(input, Tensor):
        array = input.array
    elif isinstance(input, (int, float)):
        array = np.asarray(input, dtypes.common_dtype([input]))
    else:
        raise TypeError(f"{name}(): input must be a Tensor or a number, not {type(input).__name__}")
    return array


def _in_order(array: Any, sorter: Any) -> Any:
    check_tensor("searchsorted", sorter, "sorter")
    places = sorter.array
    if places.shape != array.shape:
        raise RuntimeError(
            "searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(array.shape)} and sorter {list(places.shape)}"
        )
    if places.dtype != np.int64:
        raise RuntimeError(
            f"searchsorted(): sorter must be a tensor of long dtype but got {sorter.dtype}"
        )
    if ((places < 0) | (places >= array.shape[-1])).any():
        raise RuntimeError("searchsorted(): sorter index out of range")
    return np.take_along_axis(array, places, -1)


def _bisect(array: Any, values: Any, right: bool) -> Any:
    """Halve, for all values at once, the interval in which each belongs.

    numpy's searchsorted takes one sequence only, and finds other places among nans.
    """
    low = np.zeros(values.shape, np.int64)
    high = np.full(values.shape, array.shape[-1])
    for _ in range(array.shape[-1].bit_length()):
        middle = np.minimum((low + high) // 2, array.shape[-1] - 1)
        found = array[middle] if array.ndim == 1 else np.take_along_axis(array, middle, -1)
        before = ~(found > values) if right else ~(found >= values)
        open_ = low < high
        low = np.where(open_ & before, middle + 1, low)
        high = np.where(open_ & ~before, middle, high)
    return low
