"""Pooling: the largest number, or the mean, of each window that moves over the last two dims."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.ops.operation import Operation

Array = np.ndarray[Any, Any]
_add_between: Any = np.add.reduceat

Pair = tuple[int, int]

# --- the largest ---------------------------------------------------------------------------------


def largest(
    x: Array, places: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Array:
    """Find where the largest number of each window is.

    Of equal numbers it is the first, of several nans the last, as in torch.

    Args:
        x: shape (…, height, width).
        places: how many windows there are along each dim.
        kernel: how many numbers a window covers along each dim.
        stride: how far windows are apart.
        padding: how far the first window begins before x.
        dilation: how far apart the numbers are that a window covers.

    Returns:
        The index into each image, row by row: int64, shape (…, *places).
    """
    low = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    dims = list(zip(x.shape[-2:], places, kernel, stride, padding, dilation, strict=True))
    padded = _padded(x, low, dims)
    starts = [np.arange(o) * s - p for _, o, _, s, p, _ in dims]
    inside = [at - (at // d) * d * (at < 0) for at, (*_, d) in zip(starts, dims, strict=True)]
    best = np.full((*places, padded.shape[-1]), low, x.dtype)
    index: Any = np.add.outer(inside[0] * x.shape[-1], inside[1])[..., None]
    for offset in itertools.product(*map(range, kernel)):  # each place of all windows at once
        first = [k * d for k, (*_, d) in zip(offset, dims, strict=True)]
        rows, columns = (
            slice(at, at + (o - 1) * s + 1, s)
            for at, (_, o, _, s, _, _) in zip(first, dims, strict=True)
        )
        numbers = padded[rows, columns]
        better = (numbers > best) | (numbers != numbers)
        best = np.where(better, numbers, best)
        row, column = (at + start for at, start in zip(starts, first, strict=True))
        here = np.add.outer(row * x.shape[-1], column)[..., None]
        index = np.where(better, here, index)
    found: Array = index.transpose(2, 0, 1).reshape(*x.shape[:-2], *places)
    return found


def among_all(index: Array, size: int) -> Array:
    """Count through all images of a size what an index counts through each."""
    images = np.arange(math.prod(index.shape[:-2])).reshape(*index.shape[:-2], 1, 1)
    found: Array = index + images * size
    return found


def _padded(x: Array, low: float, dims: list[tuple[int, ...]]) -> Array:
    """Put numbers that no other is below around images, as far as windows reach.

    The images lie along the last dim then, as for convolutions: long rows instead of short ones.
    """
    reach = [max(p + n, (o - 1) * s + (k - 1) * d + 1) for n, o, k, s, p, d in dims]
    images = x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
    padded = np.full((*reach, len(images)), low, x.dtype)
    rows, columns = (slice(p, p + n) for n, _, _, _, p, _ in dims)
    padded[rows, columns] = images.transpose(1, 2, 0)
    return padded


def _put(input: Any, index: Array, shape: tuple[int, ...]) -> Any:
    result = np.zeros(shape, input.dtype)
    np.add.at(result.reshape(-1), index.reshape(-1), input.reshape(-1))
    return result


max_pool: Operation = Operation(
    "max_pool",
    "max pool",
    definition="the numbers of x that an index names, counted through all of x",
    derivatives=("zeros with g added at the index",),
    on_arrays=lambda input, index: input.reshape(-1)[index],
    rules=(lambda g, _y, _x, index: max_unpool(g, index, tuple(_x.shape)),),
    dtypes="as is",
    grad_fn_name="MaxPool2DWithIndicesBackward0",
    is_method=False,
)

max_unpool: Operation = Operation(
    "max_unpool",
    "max unpool",
    definition="zeros with x added at an index, counted through all of the result",
    derivatives=("the numbers of g at the index",),
    on_arrays=_put,
    rules=(lambda g, _y, _x, index, shape: max_pool(g, index),),
    dtypes="as is",
    grad_fn_name="MaxPool2DWithIndicesBackwardBackward0",
    is_method=False,
)


# --- the mean ------------------------------------------------------------------------------------


class Windows(NamedTuple):
    """Where windows lie along one dim: from `starts` to before `ends`, none of them backwards."""

    starts: Array
    ends: Array
    size: int

    def transposed(self) -> Windows:
        """Return for each place the windows that it lies in, which are neighbours."""
        places = np.arange(self.size)
        first = np.searchsorted(self.ends, places, side="right")
        last = np.searchsorted(self.starts, places, side="right")
        return Windows(first, last, len(self.starts))


class Grid(NamedTuple):
    """Windows over two dims, and what the sum over each is divided by.

    Attributes:
        rows: along the second-to-last dim.
        columns: along the last dim.
        divisor: shape (windows along the rows, windows along the columns).
        name: torch's name of the node.
    """

    rows: Windows
    columns: Windows
    divisor: Array
    name: str

    def __repr__(self) -> str:
        return f"{len(self.rows.starts)} × {len(self.columns.starts)} windows"


def _sums(x: Any, windows: Windows, axis: int) -> Any:
    """Add up the numbers of each window along an axis."""
    starts, ends, size = windows
    shape = list(x.shape)
    if not len(starts):
        shape[axis] = 0
        return np.zeros(shape, x.dtype)
    shape[axis] = 1  # a zero at the end, so that a window may end there
    padded = np.concatenate([x, np.zeros(shape, x.dtype)], axis=axis)
    bounds = np.stack([np.minimum(starts, size), ends], axis=1).reshape(-1)
    every_other: list[Any] = [slice(None)] * x.ndim
    every_other[axis] = slice(None, None, 2)  # between the windows it adds up, too
    sums = _add_between(padded, bounds, axis=axis)[tuple(every_other)]
    empty = starts >= ends  # of which it returns the number at the start
    if empty.any():
        every_other[axis] = empty
        sums[tuple(every_other)] = 0
    return sums


def _average(input: Any, grid: Grid) -> Any:
    result = _sums(_sums(input, grid.rows, input.ndim - 2), grid.columns, input.ndim - 1)
    divisor = grid.divisor.astype(result.dtype)
    if result.dtype.kind != "i":
        return result / divisor
    return np.sign(result) * (np.abs(result) // divisor)  # rounded towards 0


def _spread(input: Any, grid: Grid) -> Any:
    rows, columns = grid.rows.transposed(), grid.columns.transposed()
    shares = input / grid.divisor.astype(input.dtype)
    return _sums(_sums(shares, rows, input.ndim - 2), columns, input.ndim - 1)


# By sums between bounds, so that an inf or nan outside of a window is not multiplied by 0.
avg_pool: Operation = Operation(
    "avg_pool",
    "avg pool",
    definition="Σ x / n over each window",
    derivatives=("for each number of x, Σ g / n over the windows that it lies in",),
    on_arrays=_average,
    rules=(lambda g, _y, _x, grid: avg_unpool(g, grid),),
    dtypes="as is",
    grad_fn_name=lambda grid: f"{grid.name}Backward0",
    is_method=False,
)

avg_unpool: Operation = Operation(
    "avg_unpool",
    "avg unpool",
    definition="each number of x, divided by n, added to all places of its window",
    derivatives=("Σ g / n over each window",),
    on_arrays=_spread,
    rules=(lambda g, _y, _x, grid: avg_pool(g, grid),),
    dtypes="as is",
    grad_fn_name=lambda grid: f"{grid.name}BackwardBackward0",
    is_method=False,
)
