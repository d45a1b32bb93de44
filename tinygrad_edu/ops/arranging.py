"""Other views of the same memory: parts of it, diagonals, windows, dims in another order or number.

What other chapters have under another name is written with their operations; only a diagonal and
the windows of `unfold` are views of a kind of their own.
"""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinygrad_edu.ops.checking import check_tensor, integer, integers, spread_arguments
from tinygrad_edu.ops.indexing import getitem, place
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.shapes import (
    Shape,
    along,
    expand,
    normalize_dim,
    permute,
    reshape,
    transpose,
    unsqueeze,
)

contiguous = Operation(
    "contiguous",
    "copy",
    definition="a copy of x that lies in memory row by row",
    derivatives=("g",),
    on_arrays=lambda input: input.copy(),
    rules=(lambda g, _y, _x: g,),
    dtypes="as is",
    grad_fn_name="CloneBackward0",
    is_method=False,
)


# --- a part of it --------------------------------------------------------------------------------


@composite("narrow", "x from start on, along a dim")
def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """Return `length` slices along a dim, from `start` on (torch.narrow).

    Raises:
        IndexError: if the dim or the start is not there.
        RuntimeError: if the length is negative, or reaches beyond the end.
    """
    check_tensor("narrow", input)
    if getattr(start, "shape", ()) or (hasattr(start, "array") and start.array.dtype.kind == "f"):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    start, length = integer("narrow", "start", start), integer("narrow", "length", length)
    shape = tuple(input.shape)
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    dim = normalize_dim(dim, len(shape))
    size = shape[dim]
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, but is {length}.")
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [-{size}, {size}], but got {start})"
        )
    start = start + size if start < 0 else start
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return getitem(input, index=along(dim, slice(start, start + length)))


@composite("select", "the slice of x at an index along a dim")
def select(input: Any, dim: int, index: Any) -> Any:
    """Return the slice at an index, without its dim: x[index] for dim 0 (torch.select).

    Raises:
        IndexError: if the dim or the index is not there.
    """
    check_tensor("select", input)
    shape, index = list(input.shape), integer("select", "index", index)
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = normalize_dim(dim, len(shape))
    if not -shape[dim] <= index < shape[dim]:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {shape} at dimension {dim}"
        )
    return getitem(input, index=along(dim, index))


# --- diagonals -----------------------------------------------------------------------------------


def two_dims(name: str, ndim: int, dim1: int, dim2: int) -> tuple[int, int]:
    """Normalise two dims, which must not be the same."""
    first, second = normalize_dim(dim1, ndim), normalize_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"{name} dimensions cannot be identical {dim1}, {dim2}")
    return first, second


def _diagonal_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_tensor("diagonal", inputs[0])
    offset = integer("diagonal", "offset", parameters["offset"])
    dim1, dim2 = parameters["dim1"], parameters["dim2"]
    first, second = two_dims("diagonal", len(inputs[0].shape), dim1, dim2)
    return inputs, {"offset": offset, "dim1": first, "dim2": second}


def _diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    # numpy's is read-only, and a view of a tensor can be written to.
    row, column = builtins.max(-offset, 0), builtins.max(offset, 0)
    rows, columns = input.shape[dim1] - row, input.shape[dim2] - column
    length = builtins.max(builtins.min(rows, columns), 0)
    rest = [i for i in range(input.ndim) if i not in (dim1, dim2)]
    if length:
        corner = [slice(None)] * input.ndim
        corner[dim1], corner[dim2] = slice(row, None), slice(column, None)
        input = input[tuple(corner)]
    step = input.strides[dim1] + input.strides[dim2]
    shape = (*(input.shape[i] for i in rest), length)
    return as_strided(input, shape, (*(input.strides[i] for i in rest), step))


def _on_diagonal(input: Any, shape: Shape, offset: int, dim1: int, dim2: int) -> Any:
    result = np.zeros(shape, input.dtype)
    _diagonal(result, offset, dim1, dim2)[...] = input
    return result


diagonal: Operation = Operation(
    "diagonal",
    "diagonal",
    definition="the elements of x on a diagonal",
    derivatives=("zeros with g on the diagonal",),
    on_arrays=_diagonal,
    rules=(
        lambda g, _y, _x, offset, dim1, dim2: on_diagonal(
            g, shape=_x.shape, offset=offset, dim1=dim1, dim2=dim2
        ),
    ),
    prepare=_diagonal_arguments,
    dtypes="as is",
    is_view=True,
)

on_diagonal: Operation = Operation(
    "on_diagonal",
    "diag",
    definition="zeros with x on a diagonal",
    derivatives=("the elements of g on the diagonal",),
    on_arrays=_on_diagonal,
    rules=(lambda g, _y, _x, shape, offset, dim1, dim2: diagonal(g, offset, dim1, dim2),),
    dtypes="as is",
    grad_fn_name="DiagEmbedBackward0",
    is_method=False,
)


# --- windows -------------------------------------------------------------------------------------


def _window_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    shape = inputs[0].shape
    dim = normalize_dim(parameters["dimension"], len(shape))
    size = integer("unfold", "size", parameters["size"])
    step = integer("unfold", "step", parameters["step"])
    there = shape[dim] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > there:
        raise RuntimeError(
            f"maximum size for tensor at dimension {dim} is {there} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return inputs, {"dimension": dim, "size": size, "step": step}


def _unfold(input: Any, dimension: int, size: int, step: int) -> Any:
    if not input.ndim:
        return input.reshape(1)[:size]
    shape, strides = list(input.shape), list(input.strides)
    stride = strides[dimension]
    shape[dimension] = (shape[dimension] - size) // step + 1
    strides[dimension] = stride * step
    return as_strided(input, (*shape, size), (*strides, stride))


def _from_windows(g: Any, _x: Any, dimension: int, size: int, step: int) -> Any:
    """Add up, for each element, the gradients of the windows that it is in.

    The windows that begin at a multiple of their width do not overlap, so that each place in the
    window is one slice of x.
    """
    if not _x.shape or not size:
        return reshape(g, ()) if size else 0.0
    end = (g.shape[dimension] - 1) * step + 1
    total: Any = 0
    for i in range(size):
        index = along(dimension, slice(i, i + end, step))
        total = total + place(g[..., i], index=index, shape=_x.shape)
    return total


unfold = Operation(
    "unfold",
    "unfold",
    definition="the windows of x along a dim, one for each step, as a new last dim",
    derivatives=("for each element the sum of g over the windows that it is in",),
    on_arrays=_unfold,
    rules=(lambda g, _y, _x, dimension, size, step: _from_windows(g, _x, dimension, size, step),),
    prepare=_window_arguments,
    dtypes="as is",
    is_view=True,
)

# --- dims in another order or number -------------------------------------------------------------


@composite("movedim", "x with some dims in other places")
def movedim(input: Any, source: Any, destination: Any) -> Any:
    """Move dims to other places; the others keep their order (torch.movedim).

    Args:
        input: any tensor.
        source: the dim to move, or several.
        destination: where it comes to lie, or they.

    Raises:
        IndexError: if a dim is not there.
        RuntimeError: if one is named twice, or the two are not as many.
    """
    check_tensor("movedim", input)
    if isinstance(source, (tuple, list)) != isinstance(destination, (tuple, list)):
        raise TypeError("movedim(): source and destination must both be ints or both tuples")
    from_, to = (
        integers("movedim", name, dims)
        for name, dims in (("source", source), ("destination", destination))
    )
    if len(from_) != len(to):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(from_)} dims) should "
            f"contain the same number of dims as destination ({list(to)} dims)"
        )
    ndim = len(input.shape)
    from_, to = (tuple(normalize_dim(dim, ndim) for dim in dims) for dims in (from_, to))
    for name, dims in (("source", from_), ("destination", to)):
        if ndim and len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(dims)})")
    if not ndim:
        return getitem(input, index=...)
    order = [i for i in range(ndim) if i not in from_]
    for place_, dim in sorted(zip(to, from_, strict=True)):
        order.insert(place_, dim)
    return permute(input, tuple(order))


@composite("moveaxis", "x with some dims in other places")
def moveaxis(input: Any, source: Any, destination: Any) -> Any:
    """Move dims to other places: numpy's name of `movedim`."""
    return movedim(input, source, destination)


@composite("swapaxes", "x with two dims exchanged")
def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    """Exchange two dims: numpy's name of `transpose`."""
    return transpose(input, axis0, axis1)


@composite("swapdims", "x with two dims exchanged")
def swapdims(input: Any, dim0: int, dim1: int) -> Any:
    """Exchange two dims: another name of `transpose`."""
    return transpose(input, dim0, dim1)


@composite("adjoint", "x with its last two dims exchanged")
def adjoint(input: Any) -> Any:
    """Transpose each matrix (and conjugate it, which changes no real number)."""
    check_tensor("adjoint", input)
    ndim = len(input.shape)
    if ndim == 1:
        raise RuntimeError(
            "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    return transpose(input, -2, -1) if ndim else input


@composite("broadcast_to", "x repeated along dims of size 1")
def broadcast_to(input: Any, *sizes: Any, size: Any = None) -> Any:
    """Repeat along dims of size 1 without copying: numpy's name of `expand`."""
    check_tensor("broadcast_to", input)
    return expand(
        input, integers("broadcast_to", "size", spread_arguments(sizes) if size is None else size)
    )


@composite("ravel", "the numbers of x in one row")
def ravel(input: Any) -> Any:
    """Make all dims one; a view where the numbers lie in order (torch.ravel)."""
    check_tensor("ravel", input)
    return reshape(input, (math.prod(input.shape),))


@composite("unflatten", "x with one dim made several")
def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """Make several dims of one, the opposite of `flatten` (torch.unflatten).

    Args:
        input: any tensor.
        dim: the dim to divide.
        sizes: the new sizes, which multiply to the old; one may be −1.

    >>> import tinygrad_edu as torch
    >>> torch.ones(2, 6).unflatten(1, (3, -1)).shape
    torch.Size([2, 3, 2])
    """
    check_tensor("unflatten", input)
    if not isinstance(sizes, (tuple, list)):
        raise TypeError(
            "unflatten(): argument 'sizes' (position 2) must be tuple of ints, not "
            f"{type(sizes).__name__}"
        )
    shape = tuple(input.shape)
    dim, sizes = normalize_dim(dim, len(shape)), integers("unflatten", "sizes", sizes)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    size = shape[dim] if shape else 1
    known = math.prod(n for n in sizes if n != -1)
    filled = tuple(size // known if n == -1 and known else n for n in sizes)
    if not shape or math.prod(filled) != size or builtins.min(filled) < 0 or sizes.count(-1) > 1:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
            f"({size}) in the input tensor of shape {list(shape)}"
        )
    return reshape(input, (*shape[:dim], *filled, *shape[dim + 1 :]))


def _each(name: str, tensors: Any, function: Any) -> Any:
    """Apply a function to a tensor, or to each of several given one by one or in a sequence."""
    if len(tensors) == 1 and hasattr(tensors[0], "shape"):
        return function(tensors[0])
    given = spread_arguments(tensors)
    for x in given:
        check_tensor(name, x, "tensors")
    return tuple(function(x) for x in given)


@composite("atleast_1d", "x, with a dim if it has none", is_method=False)
def atleast_1d(*tensors: Any) -> Any:
    """Give a number a dim; takes one tensor, several, or a sequence (torch.atleast_1d)."""
    return _each("atleast_1d", tensors, lambda x: x if x.shape else reshape(x, (1,)))


@composite("atleast_2d", "x as a matrix, if it has fewer than two dims", is_method=False)
def atleast_2d(*tensors: Any) -> Any:
    """Make a number or a vector a matrix of one row (torch.atleast_2d)."""

    def matrix(x: Any) -> Any:
        if not x.shape:
            return reshape(x, (1, 1))
        return unsqueeze(x, 0) if len(x.shape) == 1 else x

    return _each("atleast_2d", tensors, matrix)


@composite("atleast_3d", "x with three dims, if it has fewer", is_method=False)
def atleast_3d(*tensors: Any) -> Any:
    """Give a number, a vector (1, n, 1) or a matrix (n, m, 1) three dims (torch.atleast_3d)."""

    def block(x: Any) -> Any:
        if not x.shape:
            return reshape(x, (1, 1, 1))
        if len(x.shape) == 1:
            return unsqueeze(unsqueeze(x, 0), -1)
        return unsqueeze(x, -1) if len(x.shape) == 2 else x

    return _each("atleast_3d", tensors, block)
