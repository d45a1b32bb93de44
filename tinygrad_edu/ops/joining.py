"""Tensors put beside each other or into one grid: stacks, blocks, meshes, combinations."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import atleast_1d, atleast_2d, atleast_3d
from tinygrad_edu.ops.checking import (
    check_tensor,
    check_tensors,
    integer,
    spread_arguments,
    text,
)
from tinygrad_edu.ops.indexing import index_select
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.powers import pow
from tinygrad_edu.ops.repeating import flip
from tinygrad_edu.ops.shapes import Shape, cat, expand, reshape, stack, to_dtype
from tinygrad_edu.size import Size

# --- side by side --------------------------------------------------------------------------------


def _some(name: str, tensors: Any) -> Any:
    check_tensors(name, tensors)
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


@composite("concatenate", "the tensors one after another along a dim", is_method=False)
def concatenate(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """Join tensors along a dim: numpy's name of `cat`."""
    return cat(tensors, dim if axis is None else axis)


@composite("hstack", "the tensors from left to right", is_method=False)
def hstack(tensors: Any) -> Any:
    """Join tensors along dim 1, or vectors along dim 0 (torch.hstack)."""
    parts = atleast_1d(_some("hstack", tensors))
    return cat(parts, 0 if len(parts[0].shape) == 1 else 1)


@composite("vstack", "the tensors from top to bottom", is_method=False)
def vstack(tensors: Any) -> Any:
    """Join tensors along dim 0, vectors as rows (torch.vstack)."""
    return cat(atleast_2d(_some("vstack", tensors)), 0)


@composite("row_stack", "the tensors from top to bottom", is_method=False)
def row_stack(tensors: Any) -> Any:
    """Join tensors along dim 0, vectors as rows: another name of `vstack`."""
    return vstack(_some("row_stack", tensors))


@composite("dstack", "the tensors from front to back", is_method=False)
def dstack(tensors: Any) -> Any:
    """Join tensors along dim 2 (torch.dstack)."""
    return cat(atleast_3d(_some("dstack", tensors)), 2)


@composite("column_stack", "the tensors from left to right, vectors as columns", is_method=False)
def column_stack(tensors: Any) -> Any:
    """Join matrices along dim 1, vectors and numbers as columns (torch.column_stack)."""
    parts = _some("column_stack", tensors)
    columns = [x if len(x.shape) > 1 else reshape(x, (math.prod(x.shape), 1)) for x in parts]
    return cat(columns, 1)


# --- one shape for all ---------------------------------------------------------------------------


def _as_shape(given: Any) -> Shape:
    shape = given if isinstance(given, (tuple, list)) else (given,)
    if not all(isinstance(n, (int, np.integer)) for n in shape):
        raise RuntimeError(
            f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {given}"
        )
    if any(n < 0 for n in shape):
        raise ValueError(
            f"Attempting to broadcast a dimension with negative length: shape {tuple(shape)}!"
        )
    return tuple(shape)


def broadcast_shapes(*shapes: Any) -> Size:
    """Find the shape that tensors of these shapes broadcast to (torch.broadcast_shapes).

    Raises:
        RuntimeError: if two sizes differ and neither is 1.

    >>> import tinygrad_edu as torch
    >>> torch.broadcast_shapes((2, 1), (3,))
    torch.Size([2, 3])
    """
    result: Shape = ()
    for i, shape in enumerate(map(_as_shape, shapes)):
        before = result
        result = (1,) * (len(shape) - len(before)) + before
        shape = (1,) * (len(result) - len(shape)) + shape
        wrong = [n for n, m in zip(shape, result, strict=True) if n != m and 1 not in (n, m)]
        if wrong:
            raise RuntimeError(
                f"Attempting to broadcast a dimension of length {wrong[0]}: argument {i} has shape "
                f"{shape}, which does not fit {list(before)}: counted from the last, sizes must be "
                "equal or 1"
            )
        result = tuple(m if n == 1 else n for n, m in zip(shape, result, strict=True))
    return Size(result)


@composite("broadcast_tensors", "the tensors, repeated to a common shape", is_method=False)
def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """Expand tensors to the shape that they have together, without copying."""
    check_tensors("broadcast_tensors", tensors)
    shape = tuple(broadcast_shapes(*(tuple(x.shape) for x in tensors)))
    return tuple(x if tuple(x.shape) == shape else expand(x, shape) for x in tensors)


# --- blocks and grids ----------------------------------------------------------------------------


def _corners(shapes: Any) -> list[Shape]:
    """Return where each block begins, and where the last ends."""
    sizes = [(1,) * (2 - len(shape)) + tuple(shape) for shape in shapes]
    rows, columns = ((0, *itertools.accumulate(n)) for n in zip(*sizes, strict=True))
    return list(zip(rows, columns, strict=True))


def _block_diag(*tensors: Any) -> Any:
    corners = _corners([x.shape for x in tensors])
    result = np.zeros(corners[-1], tensors[0].dtype)
    for x, (row, column), (below, right) in zip(tensors, corners[:-1], corners[1:], strict=True):
        result[row:below, column:right] = x
    return result


def _block(g: Any, *_xs: Any, index: int) -> Any:
    corners = _corners([x.shape for x in _xs])
    (row, column), (below, right) = corners[index : index + 2]
    return reshape(g[row:below, column:right], tuple(_xs[index].shape))


blocks = Operation(
    "blocks",
    "block diag",
    definition="the tensors along the diagonal, else 0",
    derivatives=("the block of g that is x's",),
    on_arrays=_block_diag,
    on_values=_block_diag,
    rules=lambda g, _y, *_xs, index: _block(g, *_xs, index=index),
    grad_fn_name="BlockDiagBackward0",
    is_method=False,
)


@composite("block_diag", "the tensors along the diagonal, else 0", is_method=False)
def block_diag(*tensors: Any) -> Any:
    """Make a matrix with the given ones as blocks on its diagonal (torch.block_diag).

    Args:
        tensors: matrices; a vector counts as one row, a number as a 1 × 1 matrix.
    """
    check_tensors("block_diag", tensors)
    for i, x in enumerate(tensors):
        if len(x.shape) > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{i} has {len(x.shape)} dimensions"
            )
    if not tensors:
        raise RuntimeError("torch.block_diag: give at least one tensor")
    return blocks(tensors)


@composite("meshgrid", "the coordinates of each point of a grid", is_method=False)
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """Make a grid of vectors: for each the coordinate of every point (torch.meshgrid).

    Args:
        tensors: vectors, one by one or in a sequence.
        indexing: "ij": the first vector runs along dim 0; "xy": it runs along dim 1.

    Returns:
        Views of the vectors, in the shape of the grid.

    >>> import tinygrad_edu as torch
    >>> x, y = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    >>> y
    tensor([[0, 1, 2],
            [0, 1, 2]])
    """
    given = spread_arguments(tensors)
    if indexing is None:
        indexing = "ij"
        if given:
            warnings.warn(
                "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
                "argument: 'ij' is what you get now, 'xy' exchanges the first two dims",
                stacklevel=4,
            )
    if text("meshgrid", "indexing", indexing) not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    return _grid(given, indexing == "xy")


def _grid(tensors: Any, exchanged: bool = False) -> tuple[Any, ...]:
    check_tensors("meshgrid", tensors)
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for x in tensors:
        if len(x.shape) > 1:
            raise RuntimeError(
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got shape "
                f"{list(x.shape)}"
            )
    if len({x.dtype for x in tensors}) > 1:
        raise RuntimeError(
            "meshgrid expects all tensors to have the same dtype, but got "
            f"{', '.join(str(x.dtype) for x in tensors)}"
        )
    count = len(tensors)
    order = (1, 0, *range(2, count)) if exchanged and count > 1 else tuple(range(count))
    shape = tuple(math.prod(tensors[i].shape) for i in order)

    def spread(x: Any, at: int) -> Any:
        along = (1,) * at + (shape[at],) + (1,) * (count - at - 1)
        return expand(reshape(x, along), shape)

    return tuple(spread(x, order.index(i)) for i, x in enumerate(tensors))


def _check_vectors(tensors: Any) -> None:
    for x in tensors:
        if hasattr(x, "shape") and len(x.shape) != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")


@composite("cartesian_prod", "every combination of one element of each vector", is_method=False)
def cartesian_prod(*tensors: Any) -> Any:
    """Pair every element with every one of the other vectors: a combination in each row."""
    check_tensors("cartesian_prod", tensors)
    _check_vectors(tensors)
    if len(tensors) == 1:
        return tensors[0]
    grid = _grid(tensors)
    return stack([reshape(x, (math.prod(x.shape),)) for x in grid], 1)


@composite("combinations", "every choice of r elements of a vector", is_method=False)
def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Choose r elements of a vector in every way, in their order: a choice in each row.

    Args:
        input: a vector.
        r: how many to choose.
        with_replacement: whether an element may be chosen again.
    """
    check_tensor("combinations", input)
    r = integer("combinations", "r", r)
    _check_vectors([input])
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if not r:
        return getattr(input, "detach", lambda: input)()[:0]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(input.shape[0]), r)), np.int64).reshape(-1, r)
    return stack([index_select(input, 0, column) for column in rows.T], 1)


@composite("kron", "every number of a times b")
def kron(input: Any, other: Any) -> Any:
    """Multiply each element of one tensor with the whole of the other: the Kronecker product.

    Args:
        input: shape (n, m), say.
        other: shape (k, l), say.

    Returns:
        Shape (n · k, m · l): b times each element of a, where it stood.
    """
    check_tensor("kron", input)
    check_tensor("kron", other, "other")
    ndim = max(len(input.shape), len(other.shape))
    a, b = ((1,) * (ndim - len(x.shape)) + tuple(x.shape) for x in (input, other))
    left = reshape(input, tuple(n for size in a for n in (size, 1)))
    right = reshape(other, tuple(n for size in b for n in (1, size)))
    return reshape(left * right, tuple(n * m for n, m in zip(a, b, strict=True)))


@composite("vander", "the powers of each element of x", is_method=False)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803
    """Make the matrix whose row i is xᵢⁿ⁻¹, …, xᵢ, 1: of a fit by a polynomial (torch.vander).

    Args:
        x: a vector.
        N: how many powers; by default as many as elements.
        increasing: whether they begin with 1.
    """
    check_tensor("vander", x, "x")
    if len(x.shape) != 1:
        raise RuntimeError(f"x must be a one-dimensional tensor, but has shape {list(x.shape)}.")
    count = x.shape[0] if N is None else integer("vander", "N", N)
    if count < 0:
        raise RuntimeError(f"N must be non-negative, but is {count}.")
    column = reshape(x, (x.shape[0], 1))
    if getattr(getattr(x, "array", x), "dtype", None) == np.bool_:
        column = to_dtype(column, dtype=np.dtype(np.int64))
    exponents = np.arange(count)
    if hasattr(x, "_wrap"):
        exponents = x._wrap(exponents)
    powers = pow(column, exponents)
    return powers if increasing else flip(powers, (1,))
