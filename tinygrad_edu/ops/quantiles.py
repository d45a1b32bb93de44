"""Quantiles: the numbers below which a given part of the elements lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.blends import lerp
from tinygrad_edu.ops.checking import check_tensor, text
from tinygrad_edu.ops.indexing import gather
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.picking import beside, plain
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import normalize_dim, reshape, squeeze, transpose, unsqueeze
from tinygrad_edu.ops.sorting import sort

_ROUNDED = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}
_BETWEEN = ("linear", "midpoint")


def _check(name: str, input: Any, q: Any, interpolation: str) -> Any:
    """Refuse what has no quantiles; return the numbers of q in the dtype of the input."""
    check_tensor(name, input)
    if not hasattr(q, "shape") and not isinstance(q, (int, float)):
        raise TypeError(f"{name}(): q must be a float or a Tensor, not {type(q).__name__}")
    array = plain(input)
    if not array.size:
        raise RuntimeError(
            f"{name}() input tensor must be non-empty; its shape is {list(array.shape)}"
        )
    if array.dtype.kind != "f":
        raise RuntimeError(
            f"{name}() input tensor must be either float or double dtype, not {array.dtype}"
        )
    wanted = getattr(q, "array", q)
    if hasattr(q, "array") and wanted.dtype != array.dtype:
        raise RuntimeError(
            f"{name}() q tensor must be same dtype as the input tensor: it is {wanted.dtype}, and "
            f"the input {array.dtype}"
        )
    if np.ndim(wanted) > 1:
        raise RuntimeError(
            f"{name}() q must be a scalar or 1D tensor, but its shape is {list(np.shape(wanted))}"
        )
    parts = np.asarray(wanted, array.dtype)
    if not ((parts >= 0) & (parts <= 1)).all():
        raise RuntimeError(f"{name}() q values must be in the range [0, 1] but got {wanted}")
    if text(name, "interpolation", interpolation) not in (*_BETWEEN, *_ROUNDED):
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    return parts


def _last_ranks(numbers: Any, dim: int, skip_nans: bool) -> Any:
    """Return the rank of the largest number along a dim, without the nans if they are skipped."""
    nans = (numbers != numbers).sum(dim, keepdims=True) if skip_nans else 0
    last = np.maximum(numbers.shape[dim] - 1 - nans, 0).astype(numbers.dtype)
    return np.broadcast_to(last, (*numbers.shape[:dim], 1, *numbers.shape[dim + 1 :]))


def _has_nan(numbers: Any, dim: int) -> Any:
    return np.isnan(np.max(numbers, dim, keepdims=True))


def _ranks(ordered: Any, q: Any, dim: int, skip_nans: bool) -> Any:
    """Return the rank of each quantile, which may lie between two elements."""
    last = beside(lambda numbers: _last_ranks(numbers, dim, skip_nans), ordered)
    row = (1,) * dim + (-1,) + (1,) * (len(ordered.shape) - 1 - dim)
    ranks = reshape(q, row) * last
    if skip_nans:  # a nan is sorted behind all numbers, and otherwise is the quantile
        return ranks
    return where(beside(lambda numbers: _has_nan(numbers, dim), ordered), last, ranks)


def _read(ordered: Any, dim: int, ranks: Any, interpolation: str) -> Any:
    """Read sorted elements at ranks that may lie between two of them."""

    def at(rounded: Any) -> Any:
        return gather(ordered, dim, beside(lambda at: rounded(at).astype(np.int64), ranks))

    if interpolation in _ROUNDED:
        return at(_ROUNDED[interpolation])
    below, above = at(np.floor), at(np.ceil)
    weight: Any = 0.5
    if interpolation == "linear":
        weight = ranks - beside(np.floor, ranks)
        weight = weight if hasattr(weight, "_record") else weight.astype(below.dtype)
    return lerp(below, above, weight)


def _quantile(
    name: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str, skip_nans: bool
) -> Any:
    parts = _check(name, input, q, interpolation)
    ndim = len(input.shape)
    axis = 0 if dim is None else normalize_dim(dim, ndim)
    x = reshape(input, (-1,)) if dim is None or not ndim else input
    ordered = sort(x, axis).values
    q = q if getattr(q, "requires_grad", False) else parts
    y = _read(ordered, axis, _ranks(ordered, q, axis, skip_nans), interpolation)
    if parts.ndim:  # the dim of the quantiles comes first
        y, axis = transpose(unsqueeze(y, 0), 0, axis + 1), axis + 1
    if keepdim and (dim is None or not ndim):
        return reshape(y, (*parts.shape, *(1,) * ndim))
    return y if keepdim else squeeze(y, axis)


@composite("quantile", "the number below which a part q of the elements lies")
def quantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Any:
    """Find the q-quantiles of all elements, or along a dim (torch.quantile).

    The element at rank q · (n − 1), counted from 0; between two elements by `interpolation`.

    Args:
        input: float numbers, at least one.
        q: between 0 and 1; a float, or a tensor of the input's dtype, with one dim or none.
        dim: the dim; of all elements if None.
        keepdim: keep the dim with size 1.
        interpolation: linear, lower, higher, nearest or midpoint.

    Returns:
        The quantiles; for a q with a dim, that dim comes first. nan where one element is nan.

    Raises:
        RuntimeError: for an input without elements or of integers, or a q that is out of range.

    >>> import tinygrad_edu as torch
    >>> torch.quantile(torch.tensor([1.0, 2.0, 3.0, 5.0]), torch.tensor([0.5, 1.0]))
    tensor([2.5000, 5.0000])
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation, False)


@composite("nanquantile", "the number below which a part q of the elements that are not nan lies")
def nanquantile(
    input: Any,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Any:
    """Find the q-quantiles of the elements that are not nan (torch.nanquantile); see `quantile`.

    >>> import tinygrad_edu as torch
    >>> torch.nanquantile(torch.tensor([1.0, torch.nan, 3.0]), 0.5)
    tensor(2.)
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)
