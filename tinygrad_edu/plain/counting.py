"""How often, and where: counts of numbers, histograms, and the places of what is not 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.creation import linspace
from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.reductions import reduced_dims
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.tensor import Tensor

histogram_result = named_result("histogram", "hist", "bin_edges")


def _tensor(array: Any) -> Tensor:
    result: Tensor = Tensor._wrap(np.asarray(array))
    return result


def _refuse_dtype(name: str, array: Any) -> None:
    raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{dtypes.title(array.dtype)}'")


# --- what is not 0 -------------------------------------------------------------------------------


def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """Count the elements that are not 0, of all or along dims (torch.count_nonzero).

    >>> import tinygrad_edu as torch
    >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), dim=0)
    tensor([1, 2])
    """
    check_tensor("count_nonzero", input)
    _, found = reduced_dims((input,), {"dim": dim})
    return _tensor(np.sum(input.array != 0, axis=found["dim"], dtype=np.int64))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Find where the elements are that are not 0 (torch.nonzero).

    Args:
        input: any shape.
        as_tuple: whether to return a tensor for each dim, by which `input` can be indexed.

    Returns:
        A row of indices for each element that is not 0, as int64.

    >>> import tinygrad_edu as torch
    >>> torch.nonzero(torch.tensor([[0.0, 2.0], [3.0, 0.0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    check_tensor("nonzero", input)
    if as_tuple:
        return tuple(map(_tensor, np.nonzero(np.atleast_1d(input.array))))
    return _tensor(np.argwhere(input.array))


def argwhere(input: Tensor) -> Tensor:
    """Find where the elements are that are not 0: a row of indices each (torch.argwhere)."""
    check_tensor("argwhere", input)
    return _tensor(np.argwhere(input.array))


# --- how often -----------------------------------------------------------------------------------


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Count how often each of 0, 1, 2, … occurs (torch.bincount).

    Args:
        input: integers that are not negative, with one dim.
        weights: what each counts, in the same shape; 1 if not given.
        minlength: the least number of counts to return.

    Returns:
        One count for each number up to the largest; of weights, their sum.

    Raises:
        RuntimeError: for other shapes, negative numbers, or weights that do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.bincount(torch.tensor([3, 1, 1]))
    tensor([0, 2, 0, 1])
    """
    check_tensor("bincount", input)
    array, minlength = input.array, integer("bincount", "minlength", minlength)
    if array.dtype.kind not in "iu":
        _refuse_dtype("bincount", array)
    if minlength < 0:
        raise RuntimeError(f"bincount(): minlength should be >= 0, but got {minlength}")
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise RuntimeError(
            "bincount only supports 1-d non-negative integral inputs; this one has shape "
            f"{list(array.shape)}"
        )
    if weights is None:
        return _tensor(np.bincount(array, minlength=minlength).astype(np.int64))
    check_tensor("bincount", weights, "weights")
    if weights.array.shape != array.shape:
        raise RuntimeError(
            "bincount(): weights should be 1-d and have the same length as input, but their shapes "
            f"are {list(weights.shape)} and {list(array.shape)}"
        )
    if not array.size:
        return _tensor(np.zeros(minlength, np.int64))
    kind = np.float32 if weights.array.dtype == np.float32 else np.float64
    sums = np.zeros(max(int(array.max()) + 1, minlength), kind)
    np.add.at(sums, array, weights.array.astype(kind))
    return _tensor(sums)


# --- histograms ----------------------------------------------------------------------------------


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """Count the numbers in bins of equal width (torch.histc).

    Args:
        input: float numbers of any shape; those out of the range, and nans, are not counted.
        bins: how many bins.
        min: where the first begins.
        max: where the last ends, which belongs to it. If both are equal, the range of the numbers.

    Returns:
        The counts, in the dtype of the input.

    Raises:
        RuntimeError: for a range that is not finite or goes backwards, or fewer than one bin.

    >>> import tinygrad_edu as torch
    >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    check_tensor("histc", input)
    array, bins = input.array.reshape(-1), integer("histc", "bins", bins)
    if array.dtype.kind != "f":
        _refuse_dtype("histogram", array)
    _refuse_no_bins("histc", bins)
    if min > max:
        raise RuntimeError(f"histc: max must be larger than min, but got min {min} and max {max}")
    low, high = _ends("histc", array, (min, max) if min != max else None)
    inside = array[(array >= low) & (array <= high)]
    at = ((inside - low) * array.dtype.type(bins) / (high - low)).astype(np.int64)
    counts = np.bincount(np.minimum(at, bins - 1), minlength=bins)
    return _tensor(counts.astype(array.dtype))


def _refuse_no_bins(name: str, bins: int) -> None:
    if bins < 1:
        raise RuntimeError(f"{name}(): bins must be > 0, but got {bins} for dimension 0")


def _ends(name: str, array: Any, given: Any) -> tuple[Any, Any]:
    """Return where the first bin begins and the last one ends, in the dtype of the numbers."""
    if given is None:
        given = (array.min(), array.max()) if array.size else (0, 1)
    low, high = (array.dtype.type(x) for x in given)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"{name}: range of [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"{name}: min should not exceed max, but got min {low} max {high}")
    half = array.dtype.type(0.5)
    return (low, high) if low < high else (low - half, high + half)


def histogram(
    input: Tensor,
    bins: Any = 100,
    *,
    range: Any = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """Count the numbers in bins, and tell where these begin and end (torch.histogram).

    Args:
        input: float numbers of any shape; those out of the range, and nans, are not counted.
        bins: how many bins of equal width, or a tensor of their edges in order.
        range: where the first of a number of bins begins and the last ends; by default at the
            smallest and the largest number.
        weight: what each number counts, in the input's shape and dtype.
        density: divide by the sum and by the widths, so that the area is 1.

    Returns:
        `hist` and `bin_edges`.

    Raises:
        RuntimeError: for dtypes, shapes or a range that do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.histogram(torch.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 4.0))
    torch.return_types.histogram(
    hist=tensor([0., 2., 1., 0.]),
    bin_edges=tensor([0., 1., 2., 3., 4.]))
    """
    check_tensor("histogram", input)
    array = input.array.reshape(-1)
    edges = _edges(input, bins, range)
    if array.dtype.kind != "f":
        _refuse_dtype("histogramdd", array)
    weights = None if weight is None else _weights(input, weight)
    inside = (array >= edges[0]) & (array <= edges[-1])
    at = np.searchsorted(edges, array[inside], side="right") - 1
    at = np.minimum(at, len(edges) - 2)  # the last bin has its right edge too
    taken = None if weights is None else weights[inside]
    counts = np.bincount(at, taken, len(edges) - 1).astype(array.dtype)
    if density:
        with np.errstate(all="ignore"):
            counts = counts / counts.sum() / np.diff(edges)
    return histogram_result(_tensor(counts), _tensor(edges))


def _edges(input: Tensor, bins: Any, range: Any) -> Any:
    """Return the edges of the bins of a histogram."""
    if isinstance(bins, Tensor):
        edges = bins.array
        if range is not None:
            raise TypeError("histogram(): a range is for a number of bins, not for their edges")
        if edges.ndim != 1 or edges.dtype != input.array.dtype:
            raise RuntimeError(
                "histogram(): the edges of bins should have one dimension and the dtype of the "
                f"input, {input.dtype}, but they have shape {list(edges.shape)} and {bins.dtype}"
            )
        _refuse_no_bins("histogram", len(edges) - 1)
        return edges.copy()
    count = integer("histogram", "bins", bins)
    _refuse_no_bins("histogram", count)
    if range is not None and len(range) != 2:
        raise RuntimeError(
            f"histogram(): range should have 2 elements, the smallest and the largest, not "
            f"{len(range)}"
        )
    if input.array.dtype.kind != "f":
        _refuse_dtype("histogramdd", input.array)
    low, high = _ends("histogram", input.array, range)
    return linspace(low, high, count + 1, dtype=input.dtype).array


def _weights(input: Tensor, weight: Any) -> Any:
    check_tensor("histogram", weight, "weight")
    if weight.shape != input.shape or weight.dtype != input.dtype:
        raise RuntimeError(
            "histogram(): if weight tensor is provided it should have the shape and dtype of the "
            f"input, {list(input.shape)} and {input.dtype}, but it has {list(weight.shape)} and "
            f"{weight.dtype}"
        )
    return weight.array.reshape(-1)
