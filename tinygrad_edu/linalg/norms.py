"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.ops.arranging import movedim
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.decompositions import svdvals
from tinygrad_edu.ops.elimination import LinAlgError
from tinygrad_edu.ops.extremes import amax, amin
from tinygrad_edu.ops.matrices import check_matrices, inverse
from tinygrad_edu.ops.reductions import norm as norm_of_all
from tinygrad_edu.ops.reductions import sum as sum_over
from tinygrad_edu.ops.selection import absolute, where
from tinygrad_edu.ops.shapes import normalize_dim, reshape, to_dtype

Order = float | str | None


def _floating(name: str, x: Any, dtype: Any) -> Any:
    """Refuse what is no floating tensor; convert it to a wider dtype if one is asked for."""
    check_tensor(name, x, "A")
    if x.array.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got "
            f"{x.dtype.title}: convert it with .float()"
        )
    if dtype is None:
        return x
    kind = dtypes.to_numpy(dtype)
    if kind.kind != "f":
        raise RuntimeError(f"{name}: dtype should be floating point or complex. Got {dtype}")
    if not np.can_cast(x.array.dtype, kind):
        raise RuntimeError(
            f"{name}: the dtype of the input ({x.dtype.title}) should be convertible without "
            f"narrowing to the specified dtype ({dtypes.title(kind)})"
        )
    return x if kind == x.array.dtype else to_dtype(x, dtype=kind)


def vector_norm(
    x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """Return (Σ |x|ᵖ)^(1/p) of all numbers, or along dims (torch.linalg.vector_norm).

    Args:
        x: any floating tensor.
        ord: p; `inf` for the largest |x|, `-inf` for the smallest, 0 for how many are not 0.
        dim: along which dim or dims; None for all.
        keepdim: whether these stay, with size 1.
        dtype: a wider dtype to convert to first.

    >>> import tinygrad_edu as torch
    >>> torch.linalg.vector_norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    if isinstance(ord, bool) or not isinstance(ord, (int, float)):
        raise TypeError(
            "linalg_vector_norm(): argument 'ord' (position 2) must be Number, not "
            f"{type(ord).__name__}"
        )
    x = _floating("linalg.vector_norm", x, dtype)
    return norm_of_all(x, float(ord), dim, keepdim)


def _two_dims(x: Any, dim: Any) -> tuple[int, int]:
    if not isinstance(dim, (tuple, list)):
        raise TypeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    if len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    first, second = (normalize_dim(d, x.ndim) for d in dim)
    if first == second:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got {tuple(dim)}")
    return first, second


def matrix_norm(
    A: Any,  # noqa: N803 - torch's spelling
    ord: float | str = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """Return a norm of matrices (torch.linalg.matrix_norm).

    Args:
        A: shape (…, m, n).
        ord: "fro" for √ Σ a²; "nuc" for the sum of the singular values, 2 and −2 for the largest
            and the smallest; 1 and −1 for the largest and smallest sum of |a| in a column, `inf`
            and `-inf` in a row.
        dim: the dims of the matrices.
        keepdim: whether these stay, with size 1.
        dtype: a wider dtype to convert to first.
    """
    A = _floating("linalg.matrix_norm", A, dtype)  # noqa: N806
    if A.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions, but its shape "
            f"is {list(A.shape)}."
        )
    first, second = _two_dims(A, dim)
    if ord == "fro":
        return norm_of_all(A, 2.0, (first, second), keepdim)
    if ord not in ("nuc", 2, -2, 1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    if ord in ("nuc", 2, -2):
        result = _of_singular_values(movedim(A, (first, second), (-2, -1)), ord)
    else:
        result = _of_sums(absolute(A), float(ord), first, second)
    return _with_dims(result, A, (first, second)) if keepdim else result


def _of_singular_values(matrices: Any, ord: float | str) -> Any:
    values = svdvals(matrices)
    if ord == "nuc" or not values.shape[-1]:
        return sum_over(values, -1)  # that of no values is 0
    return (amax if ord == 2 else amin)(values, -1)


def _of_sums(sizes: Any, ord: float, first: int, second: int) -> Any:
    """Add up columns (±1) or rows (±inf), and take the largest or the smallest sum."""
    summed, reduced = (second, first) if math.isinf(ord) else (first, second)
    sums = sum_over(sizes, summed)
    return (amax if ord > 0 else amin)(sums, reduced - (reduced > summed))


def _with_dims(result: Any, A: Any, dims: tuple[int, int]) -> Any:  # noqa: N803
    return reshape(result, tuple(1 if i in dims else n for i, n in enumerate(A.shape)))


def norm(
    A: Any,  # noqa: N803 - torch's spelling
    ord: Order = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """Return a norm of a vector or a matrix, whichever it is (torch.linalg.norm).

    Args:
        A: any floating tensor.
        ord: the order: a number, "fro" or "nuc"; None for √ Σ a².
        dim: an int for vectors along a dim, a pair for matrices; None for all of a vector, a
            matrix or, without `ord`, any tensor.
        keepdim: whether the dims stay, with size 1.
        dtype: a wider dtype to convert to first.
    """
    check_tensor("linalg.norm", A, "A")
    if dim is not None:
        dims = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
        if len(dims) not in (1, 2):
            raise RuntimeError(
                f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}"
            )
    else:
        dims = tuple(range(A.ndim))
        if ord is not None and A.ndim not in (1, 2):
            raise RuntimeError(
                "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
                f"{A.ndim}D."
            )
    if ord is None:
        return vector_norm(A, 2, None if dim is None else dims, keepdim, dtype=dtype)
    if isinstance(ord, str) or len(dims) == 2:
        if len(dims) != 2:
            raise RuntimeError(
                f"linalg.matrix_norm: order {ord!r} is of matrices: dim must be a 2-tuple. Got "
                f"{list(dims)}"
            )
        return matrix_norm(A, ord, dims, keepdim, dtype=dtype)
    return vector_norm(A, ord, dims, keepdim, dtype=dtype)


def cond(A: Any, p: Order = None) -> Any:  # noqa: N803 - torch's spelling
    """Return how much a matrix may enlarge relative errors: ‖A‖ ‖A⁻¹‖ (torch.linalg.cond).

    Args:
        A: shape (…, n, n); for p of None, 2 or −2 any matrix.
        p: the order of the norm; None for 2, the largest over the smallest singular value.
    """
    if p not in (None, 2, -2, "fro", "nuc", 1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    special = p in (None, 2, -2)
    name = "linalg.cond" if special else f"linalg.cond(ord={p})"
    check_matrices(name, A, square=not special)
    if special:
        values = svdvals(A)
        if not values.shape[-1]:
            return sum_over(values, -1)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    assert p is not None
    try:
        inverted = inverse(A)
    except LinAlgError:  # of a batch, torch gives inf for the singular ones alone
        if A.ndim > 2:
            raise
        return where(False, matrix_norm(A, p), A._wrap(np.array(math.inf, A.array.dtype)))
    return matrix_norm(A, p) * matrix_norm(inverted, p)
