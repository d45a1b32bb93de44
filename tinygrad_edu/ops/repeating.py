"""Numbers repeated, turned, rolled, or left only on and beside a diagonal: copies, never views."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import diagonal as diagonal_of
from tinygrad_edu.ops.arranging import on_diagonal, two_dims
from tinygrad_edu.ops.checking import (
    check_tensor,
    integer,
    integers,
    several_integers,
    spread_arguments,
)
from tinygrad_edu.ops.indexing import place
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.reductions import sum
from tinygrad_edu.ops.shapes import along, clone, normalize_dim, reshape, transpose


class _Several(Operation):
    """An operation whose ints may be given one by one, as in `x.repeat(2, 3)`."""

    def bind(self, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Read `(x, 2, 3)` as `(x, (2, 3))`."""
        if len(args) > 1:
            args = (args[0], spread_arguments(args[1:]))
        return super().bind(args, kwargs)


# --- repeated ------------------------------------------------------------------------------------


def _repeat_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_tensor("repeat", inputs[0])
    repeats = integers("repeat", "repeats", parameters["repeats"])
    if len(repeats) < len(inputs[0].shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            f"tensor: {len(repeats)} repeats for shape {list(inputs[0].shape)}"
        )
    if any(n < 0 for n in repeats):
        raise RuntimeError(f"repeat: the repeats {list(repeats)} must not be negative")
    return inputs, {"repeats": repeats}


def _sum_of_repeats(g: Any, _x: Any, repeats: tuple[int, ...]) -> Any:
    sizes = (1,) * (len(repeats) - len(_x.shape)) + tuple(_x.shape)
    pairs = [n for pair in zip(repeats, sizes, strict=True) for n in pair]
    total = sum(reshape(g, tuple(pairs)), tuple(range(0, len(pairs), 2))) if repeats else g
    return reshape(total, tuple(_x.shape))


repeat = _Several(
    "repeat",
    "repeat",
    definition="x repeated along each dim",
    derivatives=("g summed over the repeats",),
    on_arrays=lambda input, repeats: np.tile(input, repeats),
    rules=(lambda g, _y, _x, repeats: _sum_of_repeats(g, _x, repeats),),
    prepare=_repeat_arguments,
    dtypes="as is",
)


@composite("tile", "x repeated along its last dims")
def tile(input: Any, *sizes: Any, dims: Any = None) -> Any:
    """Repeat along each dim, as numpy does: missing repeats are 1 (torch.tile)."""
    check_tensor("tile", input)
    given = integers("tile", "dims", spread_arguments(sizes) if dims is None else dims)
    return repeat(input, (1,) * (len(input.shape) - len(given)) + given)


def _sum_of_neighbours(g: Any, _x: Any, repeats: Any, dim: int) -> Any:
    if isinstance(repeats, int):
        shape = tuple(_x.shape)
        return sum(reshape(g, (*shape[: dim + 1], repeats, *shape[dim + 1 :])), dim + 1)
    rows = np.repeat(np.arange(_x.shape[dim]), repeats)
    return place(g, index=along(dim, rows), shape=_x.shape)


interleave = Operation(
    "interleave",
    "repeat",
    definition="each slice of x along a dim, repeated beside itself",
    derivatives=("g summed over the repeats",),
    on_arrays=lambda input, repeats, dim: np.repeat(input, repeats, axis=dim),
    rules=(lambda g, _y, _x, repeats, dim: _sum_of_neighbours(g, _x, repeats, dim),),
    dtypes="as is",
    grad_fn_name=lambda repeats, dim: (
        "ViewBackward0" if isinstance(repeats, int) else "IndexSelectBackward0"
    ),
    is_method=False,
)


@composite("repeat_interleave", "each element of x, repeated beside itself")
def repeat_interleave(
    input: Any = None,
    repeats: Any = None,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Any:
    """Repeat each slice along a dim, all as often or each as often as is said.

    Args:
        input: what to repeat; alone, a tensor of repeats: the result is then the index that
            repeats the slices of another tensor.
        repeats: an int, or a tensor with an int for each slice.
        dim: along which dim; of the flattened tensor without.
        output_size: the size that comes out, which is checked.

    >>> import tinygrad_edu as torch
    >>> torch.tensor([1, 2]).repeat_interleave(torch.tensor([2, 1]))
    tensor([1, 1, 2])
    """
    if input is None:
        input, repeats = repeats, None
    check_tensor("repeat_interleave", input)
    if output_size is not None:
        output_size = integer("repeat_interleave", "output_size", output_size)
    if repeats is None:
        _counts(input.array)  # what no counts can be is told of before their shape
        index = _one_row(input)
        places = np.repeat(np.arange(index.size), index)
        if not input.shape or output_size not in (None, places.size):
            raise RuntimeError(
                "repeat_interleave only accept 1D vector as repeat, and allocated size does not "
                f"match required size unless output_size is {places.size}, not {output_size}"
            )
        return input._wrap(places)
    if hasattr(repeats, "array"):
        _one_row(repeats)
    if dim is None:
        input, dim = reshape(input, (math.prod(input.shape),)), 0
    elif not input.shape:
        raise IndexError("Dimension out of range: a tensor without dims has none to repeat along")
    dim = normalize_dim(dim, len(input.shape))
    repeats = _repeats_along(repeats, input.shape[dim], dim)
    total = int(np.sum(np.broadcast_to(repeats, input.shape[dim])))
    if output_size not in (None, total):
        raise RuntimeError(
            f"repeat_interleave: Invalid output_size, expected {total} but got {output_size}"
        )
    return interleave(input, repeats=repeats, dim=dim)


def _repeats_along(repeats: Any, size: int, dim: int) -> Any:
    """Return an int, or an array with one for each slice."""
    if not hasattr(repeats, "array"):
        repeats = integer("repeat_interleave", "repeats", repeats)
        if repeats < 0:
            raise RuntimeError(f"Repeats must be non-negative, but got {repeats}")
        return repeats
    counts = _one_row(repeats)
    if counts.size not in (1, size):
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} and input.size({dim}) = {size}"
        )
    return np.broadcast_to(_counts(counts), (size,))


def _one_row(repeats: Any) -> Any:
    array = repeats.array
    if array.ndim > 1:
        raise RuntimeError(f"repeats must be 0-dim or 1-dim tensor, not of {array.ndim} dims")
    return array.reshape(-1)


def _counts(array: Any) -> Any:
    if array.dtype not in (np.int64, np.int32):
        raise NotImplementedError(
            f"repeat_interleave: the repeats must be int32 or int64, not {array.dtype}"
        )
    if (array < 0).any():
        raise RuntimeError(f"repeats can not be negative: {array.tolist()}")
    return array


# --- rolled and turned ---------------------------------------------------------------------------


def _roll_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_tensor("roll", inputs[0])
    shifts = integers("roll", "shifts", parameters["shifts"])
    given = parameters["dims"]
    dims = () if given is None else integers("roll", "dims", given)
    if not shifts:
        raise RuntimeError("`shifts` required: by how many places to roll")
    if len(shifts) != len(dims) and not (len(shifts) == 1 and not dims):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
        )
    if 0 in inputs[0].shape:  # there is nothing to move, along whichever dim
        return inputs, {"shifts": (0,), "dims": ()}
    ndim = len(inputs[0].shape)
    if dims and not ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return inputs, {"shifts": shifts, "dims": tuple(normalize_dim(dim, ndim) for dim in dims)}


roll: Operation = Operation(
    "roll",
    "roll",
    definition="x with its elements moved along dims, in a ring",
    derivatives=("g moved back",),
    on_arrays=lambda input, shifts, dims=None: np.roll(
        input, shifts if dims else shifts[0], dims or None
    ),
    rules=(lambda g, _y, _x, shifts, dims: roll(g, tuple(-n for n in shifts), dims),),
    prepare=_roll_arguments,
    dtypes="as is",
)


def _flip_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_tensor("flip", inputs[0])
    ndim, given = len(inputs[0].shape), integers("flip", "dims", parameters["dims"])
    dims = tuple(normalize_dim(dim, ndim) for dim in given)
    twice = [dim for dim in dims if dims.count(dim) > 1]
    if twice:
        raise RuntimeError(f"dim {twice[0]} appears multiple times in the list of dims")
    return inputs, {"dims": dims if ndim else ()}


flip: Operation = _Several(
    "flip",
    "flip",
    definition="x with the elements along dims in the opposite order",
    derivatives=("g in the opposite order",),
    on_arrays=lambda input, dims: np.flip(input, dims).copy(),
    rules=(lambda g, _y, _x, dims: flip(g, dims),),
    prepare=_flip_arguments,
    dtypes="as is",
)


@composite("fliplr", "x with its columns in the opposite order")
def fliplr(input: Any) -> Any:
    """Turn the order along dim 1 around (torch.fliplr)."""
    check_tensor("fliplr", input)
    if len(input.shape) < 2:
        raise RuntimeError(f"Input must be >= 2-d., but has shape {list(input.shape)}")
    return flip(input, (1,))


@composite("flipud", "x with its rows in the opposite order")
def flipud(input: Any) -> Any:
    """Turn the order along dim 0 around (torch.flipud)."""
    check_tensor("flipud", input)
    if not input.shape:
        raise RuntimeError("Input must be >= 1-d., but is a number")
    return flip(input, (0,))


@composite("rot90", "x turned by quarters of a circle in the plane of two dims")
def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turn by k · 90°, from the first of two dims towards the second (torch.rot90)."""
    check_tensor("rot90", input)
    quarters = integer("rot90", "k", k) % 4
    ndim, dims = len(input.shape), several_integers("rot90", "dims", dims)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == ndim:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    first, second = (normalize_dim(dim, ndim) for dim in dims)
    if quarters == 2:
        return flip(input, (first, second))
    if quarters == 1:
        return transpose(flip(input, (second,)), first, second)
    return transpose(flip(input, (first,)), first, second) if quarters else clone(input)


# --- diagonals and triangles ---------------------------------------------------------------------


def _triangle_of(name: str) -> Any:
    def prepare(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        check_tensor(name, inputs[0])
        diagonal = integer(name, "diagonal", parameters["diagonal"])
        if len(inputs[0].shape) < 2:
            raise RuntimeError(
                f"{name}: input tensor must have at least 2 dimensions, but its shape is "
                f"{list(inputs[0].shape)}"
            )
        return inputs, {"diagonal": diagonal}

    return prepare


tril: Operation = Operation(
    "tril",
    "tril",
    definition="x on and below a diagonal, else 0",
    derivatives=("g on and below the diagonal, else 0",),
    on_arrays=lambda input, diagonal=0: np.tril(input, diagonal),
    rules=(lambda g, _y, _x, diagonal: tril(g, diagonal),),
    prepare=_triangle_of("tril"),
    dtypes="as is",
)

triu: Operation = Operation(
    "triu",
    "triu",
    definition="x on and above a diagonal, else 0",
    derivatives=("g on and above the diagonal, else 0",),
    on_arrays=lambda input, diagonal=0: np.triu(input, diagonal),
    rules=(lambda g, _y, _x, diagonal: triu(g, diagonal),),
    prepare=_triangle_of("triu"),
    dtypes="as is",
)


@composite("diag_embed", "matrices with the vectors of x on a diagonal, else 0")
def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Put the last dim on the diagonal of a matrix of zeros (torch.diag_embed).

    Args:
        input: shape (…, n).
        offset: how far above the main diagonal; below if negative.
        dim1: the dim of the rows in the result.
        dim2: the dim of its columns.
    """
    check_tensor("diag_embed", input)
    offset, shape = integer("diag_embed", "offset", offset), list(input.shape)
    first, second = two_dims("diagonal", len(shape) + 1, dim1, dim2)
    if not shape:
        raise IndexError("diag_embed: a number has no last dim to put on a diagonal")
    if first > second:
        first, second, offset = second, first, -offset
    size = shape.pop() + abs(offset)
    shape.insert(first, size)
    shape.insert(second, size)
    return on_diagonal(input, shape=tuple(shape), offset=offset, dim1=first, dim2=second)


@composite("diag", "the diagonal of a matrix, or the matrix with a diagonal")
def diag(input: Any, diagonal: int = 0) -> Any:
    """Read the diagonal of a matrix, or make the matrix that has a vector on it (torch.diag)."""
    check_tensor("diag", input)
    diagonal, ndim = integer("diag", "diagonal", diagonal), len(input.shape)
    if ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    return diag_embed(input, diagonal) if ndim == 1 else clone(diagonal_of(input, diagonal))


@composite("diagflat", "the matrix with the numbers of x on a diagonal, else 0")
def diagflat(input: Any, offset: int = 0) -> Any:
    """Put all numbers on the diagonal of a matrix of zeros (torch.diagflat)."""
    check_tensor("diagflat", input)
    return diag_embed(reshape(input, (math.prod(input.shape),)), offset)
