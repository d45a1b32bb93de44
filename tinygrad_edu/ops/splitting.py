"""Cutting a tensor into pieces along a dim: each piece is a view.

The arguments are checked once, and each piece is then one use of `x[index]`.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any

from tinygrad_edu.ops.checking import check_tensor, integer, integers, several_integers
from tinygrad_edu.ops.indexing import getitem, piece
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.shapes import normalize_dim


def pieces(x: Any, dim: int, indices: Iterable[Any], cut: str = "") -> tuple[Any, ...]:
    """Return the views of x at several indices along a dim, all of which are known to be there.

    Args:
        x: what to cut.
        dim: along which dim.
        indices: where each piece is.
        cut: how torch calls what made the pieces, where it forbids to change them in place.
    """
    before = (slice(None),) * dim
    record = getattr(x, "_record", None)
    if record is None:
        return tuple([x[(*before, index)] for index in indices])
    if not cut:
        return tuple([record(getitem, (x,), {"index": (*before, index)}) for index in indices])
    return tuple(
        [record(piece, (x,), {"index": (*before, index), "_cut": cut}) for index in indices]
    )


def _between(x: Any, dim: int, bounds: Sequence[int], cut: str = "") -> tuple[Any, ...]:
    return pieces(x, dim, [slice(start, end) for start, end in pairwise(bounds)], cut)


def _dim_to_cut(name: str, x: Any, dim: int) -> tuple[int, int]:
    check_tensor(name, x, "tensor" if name == "split" else "input")
    shape = x.shape
    if not shape:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor, not a number")
    if type(dim) is not int or not 0 <= dim < len(shape):
        dim = normalize_dim(dim, len(shape))
    return dim, shape[dim]


@composite("split", "x cut along a dim into pieces of given sizes")
def split(
    tensor: Any, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None
) -> tuple[Any, ...]:
    """Cut a tensor into pieces of one size (the last may be smaller) or of listed sizes.

    Args:
        tensor: what to cut.
        split_size_or_sections: the size of the pieces along the dim, or a list of their sizes.
        dim: along which dim.
        split_size: the method's name for the sizes, in torch.

    Returns:
        Views of the tensor.

    Raises:
        RuntimeError: if sizes are negative or do not sum to the size that there is.
    """
    if (split_size is None) == (split_size_or_sections is None):
        raise TypeError("split() takes the size of the pieces, or a list of their sizes")
    given = split_size_or_sections if split_size is None else split_size
    if isinstance(given, (tuple, list)):
        sizes = integers("split_with_sizes", "split_sizes", given)
        dim, total = _dim_to_cut("split", tensor, dim)
        return _between(tensor, dim, _ends_of_sections(sizes, dim, total), "SplitWithSizes")
    size = integer("split", "split_size", given)
    dim, total = _dim_to_cut("split", tensor, dim)
    if size < 0 or (size == 0 and total):
        raise RuntimeError(f"split expects split_size be positive, but got {size}")
    if not total:
        return pieces(tensor, dim, [slice(0, 0)], "Split")
    return pieces(tensor, dim, [slice(i, i + size) for i in range(0, total, size)], "Split")


def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """Cut a tensor into pieces of listed sizes; see `split`."""
    check_tensor("split_with_sizes", input)
    return split(input, several_integers("split_with_sizes", "split_sizes", split_sizes), dim)  # type: ignore[no-any-return]


def _ends_of_sections(sizes: Sequence[int], dim: int, total: int) -> list[int]:
    if builtins.sum(sizes) != total or builtins.any(n < 0 for n in sizes):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {total} "
            f"(input tensor's size at dimension {dim}), but got split_sizes={list(sizes)}"
        )
    return list(accumulate(sizes, initial=0))


@composite("chunk", "x cut along a dim into a number of pieces")
def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """Cut a tensor into at most `chunks` pieces of one size; the last may be smaller."""
    chunks = integer("chunk", "chunks", chunks)
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim, total = _dim_to_cut("chunk", input, dim)
    if not total:
        return pieces(input, dim, [slice(0, 0)] * chunks, "SplitWithSizes")
    size = -(-total // chunks)
    return pieces(input, dim, [slice(i, i + size) for i in range(0, total, size)], "Split")


@composite("unbind", "the slices of x along a dim, which they lack")
def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """Return each slice of a tensor along a dim, without that dim (torch.unbind).

    >>> import tinygrad_edu as torch
    >>> torch.tensor([[1, 2], [3, 4]]).unbind(1)
    (tensor([1, 3]), tensor([2, 4]))
    """
    check_tensor("unbind", input)
    shape, dim = input.shape, integer("unbind", "dim", dim)
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = normalize_dim(dim, len(shape))
    return pieces(input, dim, range(shape[dim]), "Unbind")


# --- torch's other spellings, after numpy --------------------------------------------------------


def _sections_or_indices(name: str, given: Any) -> int | tuple[int, ...]:
    """Read an int, ints, or either as a tensor."""
    array = getattr(given, "array", None)
    if array is not None:
        if array.dtype.kind not in "iu" or array.itemsize < 8:
            raise RuntimeError(
                f"{name} expected tensor_indices_or_sections to have dtype of long, but got "
                f"{given.dtype}"
            )
        if array.ndim > 1:
            raise RuntimeError(
                f"{name} expected tensor_indices_or_sections to be a zero-dimensional or "
                f"one-dimensional tensor, but got a tensor with {array.ndim} dims"
            )
        given = array.tolist()
    if isinstance(given, (tuple, list)):
        return integers(name, "indices", given)
    return integer(name, "indices_or_sections", given)


def _cut_at(x: Any, dim: int, indices: Sequence[int]) -> tuple[Any, ...]:
    bounds = (0, *indices, x.shape[dim])
    return _between(x, dim, bounds)


@composite("tensor_split", "x cut along a dim into a number of pieces, or at indices")
def tensor_split(
    input: Any,
    indices_or_sections: Any = None,
    dim: int = 0,
    *,
    indices: Any = None,
    sections: Any = None,
) -> tuple[Any, ...]:
    """Cut a tensor into pieces whose sizes differ by one at most, or before each of some indices.

    Args:
        input: what to cut.
        indices_or_sections: how many pieces, or the indices to cut at; also as a tensor.
        dim: along which dim.
        indices: another name for the indices.
        sections: another name for the number of pieces.

    Raises:
        RuntimeError: for a number of pieces below 1, or a tensor without dims.
    """
    given = [x for x in (indices_or_sections, indices, sections) if x is not None]
    if len(given) != 1:
        raise TypeError("tensor_split() takes the number of pieces, or the indices to cut at")
    check_tensor("tensor_split", input)
    at = _sections_or_indices("tensor_split", given[0])
    if not input.shape:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    dim = normalize_dim(dim, len(input.shape))
    if isinstance(at, tuple):
        return _cut_at(input, dim, at)
    if at <= 0:
        raise RuntimeError(f"number of sections must be larger than 0, got {at}")
    size, more = divmod(input.shape[dim], at)
    return _between(input, dim, [i * size + builtins.min(i, more) for i in range(at + 1)])


def _evenly(name: str, x: Any, dim: int, least: int, given: Any) -> tuple[Any, ...]:
    check_tensor(name, x)
    ndim, at = len(x.shape), _sections_or_indices(name, given)
    if ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
            f"with {ndim} dimensions!"
        )
    if isinstance(at, tuple):
        return _cut_at(x, dim, at)
    if at == 0 or x.shape[dim] % at:
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the "
            f"dimension {x.shape[dim]} is not divisible by the split_size {at}!"
        )
    result: tuple[Any, ...] = tensor_split(x, at, dim)
    return result


@composite("hsplit", "x cut from left to right into equal pieces, or at indices")
def hsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """Cut along dim 1, or dim 0 of a vector (torch.hsplit)."""
    dim = 0 if len(getattr(input, "shape", ())) == 1 else 1
    return _evenly("hsplit", input, dim, 1, indices_or_sections)


@composite("vsplit", "x cut from top to bottom into equal pieces, or at indices")
def vsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """Cut along dim 0 (torch.vsplit)."""
    return _evenly("vsplit", input, 0, 2, indices_or_sections)


@composite("dsplit", "x cut from front to back into equal pieces, or at indices")
def dsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """Cut along dim 2 (torch.dsplit)."""
    return _evenly("dsplit", input, 2, 3, indices_or_sections)
