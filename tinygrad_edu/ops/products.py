"""Sums of products over chosen dims, sums with a product, and distances between rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import diagonal
from tinygrad_edu.ops.checking import check_tensor, integer, number
from tinygrad_edu.ops.einsum import LETTERS, sum_of_products
from tinygrad_edu.ops.linear_algebra import bmm, dot, mm, mv, outer
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.reductions import norm, sum
from tinygrad_edu.ops.shapes import along, expand, normalize_dim, unsqueeze

# --- sums over chosen dims -----------------------------------------------------------------------


def _same_dtype(a: Any, b: Any) -> None:
    if a.dtype != b.dtype:
        raise RuntimeError(f"both inputs should have same dtype, but got {a.dtype} and {b.dtype}")


def _dims_to_sum(input: Any, other: Any, dims: Any) -> tuple[list[int], list[int]]:
    """Read the last n dims of one and the first n of the other, or those that are listed."""
    ndims = len(input.shape), len(other.shape)
    if isinstance(dims, (tuple, list)):
        if len(dims) != 2 or not all(isinstance(each, (tuple, list)) for each in dims):
            raise RuntimeError(
                f"tensordot expects dims to be int or two lists of ints, but got dims={dims}"
            )
        if len(dims[0]) != len(dims[1]):
            raise RuntimeError(f"both dimension lists should have same length, but got {dims}")
        if any(each and not ndim for each, ndim in zip(dims, ndims, strict=True)):
            raise IndexError(f"tensordot: a tensor without dims has none to sum over: {dims}")
        first, second = (
            [normalize_dim(dim, ndim) for dim in each]
            for each, ndim in zip(dims, ndims, strict=True)
        )
        return first, second
    try:
        n = integer("tensordot", "dims", dims)
    except TypeError:
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims!r}"
        ) from None
    if n < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={n}")
    if n > min(ndims):
        raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={n}")
    return list(range(ndims[0] - n, ndims[0])), list(range(n))


@composite("tensordot", "Σ a · b over chosen dims", is_method=False)
def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Sum the products over some dims of a and as many of b (torch.tensordot).

    Args:
        a: any tensor.
        b: any tensor.
        dims: how many: the last of a and the first of b; or two lists of dims.

    Returns:
        The other dims of a, then those of b.
    """
    check_tensor("tensordot", a, "a")
    check_tensor("tensordot", b, "b")
    _same_dtype(a, b)
    first, second = _dims_to_sum(a, b, dims)
    for i, j in zip(first, second, strict=True):
        n, m = a.shape[i], b.shape[j]
        if n != m and 1 not in (n, m):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {n} in dim {i} and "
                f"second has size {m} in dim {j}"
            )
    left = list(LETTERS[: len(a.shape)])
    right = list(LETTERS[len(a.shape) : len(a.shape) + len(b.shape)])
    for i, j in zip(first, second, strict=True):
        right[j] = left[i]
    shared = {left[i] for i in first}
    output = [c for c in (*left, *right) if c not in shared]
    return sum_of_products([a, b], [left, right], output)


@composite("inner", "Σ a · b over the last dim")
def inner(input: Any, other: Any) -> Any:
    """Sum the products over the last dim of both; with a number, multiply (torch.inner)."""
    check_tensor("inner", input)
    check_tensor("inner", other, "other")
    if not input.shape or not other.shape:
        return input * other
    _same_dtype(input, other)
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, dims=([-1], [-1]))


@composite("vdot", "Σ a · b of two vectors")
def vdot(input: Any, other: Any) -> Any:
    """Sum the products of two vectors, as `dot` does: no number here is complex."""
    return dot(input, other)


def ger(input: Any, vec2: Any) -> Any:
    """Multiply every element of a vector with every one of another: torch's old name of `outer`."""
    return outer(input, vec2)


@composite("trace", "the sum of the diagonal")
def trace(input: Any) -> Any:
    """Sum the diagonal of a matrix (torch.trace)."""
    check_tensor("trace", input)
    if getattr(input, "array", input).dtype == np.bool_:
        raise NotImplementedError("\"trace\" not implemented for 'Bool': convert with .int()")
    if len(input.shape) != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {len(input.shape)}")
    return sum(diagonal(input))


# --- the product that is at right angles ---------------------------------------------------------


def _cross(input: Any, other: Any, dim: int) -> Any:
    next_, last = along(dim, [1, 2, 0]), along(dim, [2, 0, 1])
    return input[next_] * other[last] - input[last] * other[next_]


linalg_cross: Operation = Operation(
    "linalg_cross",
    "×",
    definition="a × b",
    derivatives=("b × g", "g × a"),
    on_arrays=_cross,
    on_values=_cross,
    rules=(
        lambda g, _y, _a, b, dim: linalg_cross(b, g, dim=dim),
        lambda g, _y, a, _b, dim: linalg_cross(g, a, dim=dim),
    ),
    dtypes="equal",
    is_method=False,
)


def cross_along(input: Any, other: Any, dim: int) -> Any:
    """Multiply the vectors of 3 along a dim: the result is at right angles to both."""
    check_tensor("linalg.cross", input)
    check_tensor("linalg.cross", other, "other")
    if len(input.shape) != len(other.shape):
        raise RuntimeError(
            "linalg.cross: inputs must have the same number of dimensions, but their shapes are "
            f"{list(input.shape)} and {list(other.shape)}."
        )
    if not input.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = normalize_dim(dim, len(input.shape))
    sizes = [x.shape[dim] for x in (input, other)]
    if sizes != [3, 3]:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and "
            f"{sizes[1]}"
        )
    return linalg_cross(input, other, dim=dim)


@composite("cross", "a × b")
def cross(input: Any, other: Any, dim: int | None = None) -> Any:
    """Multiply vectors of 3: the result is at right angles to both (torch.cross).

    Args:
        input: vectors along a dim.
        other: likewise, in as many dims.
        dim: the dim of size 3; by default the first that has it.
    """
    check_tensor("cross", input)
    if dim is None:
        found = [i for i, n in enumerate(input.shape) if n == 3]
        if not found:
            raise RuntimeError(f"no dimension of size 3 in input of shape {list(input.shape)}")
        dim = found[0]
    return cross_along(input, other, dim)


# --- β · a + α · a product -----------------------------------------------------------------------


def _plus(name: str, input: Any, product: Any, beta: Any, alpha: Any, shape: Any = None) -> Any:
    """Add what is broadcast to the product's shape; β = 0 leaves it out, nan or not."""
    check_tensor(name, input)
    kind = getattr(product, "array", product).dtype.kind
    if kind in "biu" and any(isinstance(x, float) for x in (alpha, beta)):
        raise RuntimeError(
            f"{name}: For integral input tensors, arguments alpha and beta must not be floating "
            f"point numbers, but are {alpha} and {beta}."
        )
    scaled = product if alpha == 1 else alpha * product
    if tuple(input.shape) != tuple(product.shape):
        input = expand(input, tuple(product.shape))
    if beta == 0:
        return scaled
    return (input if beta == 1 else beta * input) + scaled


def _check_dtypes(name: str, *tensors: Any) -> None:
    kinds = [x.dtype for x in tensors if hasattr(x, "dtype")]
    if len(set(kinds)) > 1:
        raise RuntimeError(
            f"{name}: self and mat2 must have the same dtype, but got {', '.join(map(str, kinds))}"
        )


@composite("addmm", "β a + α (B C)")
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """Add the product of two matrices (torch.addmm).

    Args:
        input: what is added; broadcast to the shape of the product.
        mat1: shape (n, m).
        mat2: shape (m, k).
        beta: what `input` is multiplied by.
        alpha: what the product is multiplied by.
    """
    _check_dtypes("addmm", input, mat1, mat2)
    return _plus("addmm", input, mm(mat1, mat2), beta, alpha)


@composite("addmv", "β a + α (B v)")
def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """Add the product of a matrix and a vector, as `addmm` does (torch.addmv)."""
    _check_dtypes("addmv", input, mat, vec)
    return _plus("addmv", input, mv(mat, vec), beta, alpha)


@composite("baddbmm", "β a + α (B C) for each pair of a batch")
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """Add the product of each pair of matrices, as `addmm` does (torch.baddbmm)."""
    _check_dtypes("baddbmm", input, batch1, batch2)
    return _plus("baddbmm", input, bmm(batch1, batch2), beta, alpha)


@composite("addbmm", "β a + α Σ (B C) over a batch")
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """Add the sum of the products of a batch of pairs (torch.addbmm)."""
    _check_dtypes("addbmm", input, batch1, batch2)
    product = sum(bmm(batch1, batch2), 0)
    return _plus("addbmm", input, product, beta, alpha)


@composite("addr", "β a + α (v ⊗ w)")
def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """Add every product of an element of one vector with one of another (torch.addr)."""
    return _plus("addr", input, outer(vec1, vec2), beta, alpha)


# --- distances -----------------------------------------------------------------------------------


@composite("dist", "‖a − b‖")
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """Return the norm of the difference (torch.dist)."""
    check_tensor("dist", input)
    return norm(input - other, number("dist", "p", p))


_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@composite("cdist", "‖aᵢ − bⱼ‖ of every pair of rows", is_method=False)
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = _MODES[0]) -> Any:
    """Return the distance of each row of x1 from each row of x2 (torch.cdist).

    Args:
        x1: shape (…, n, d).
        x2: shape (…, m, d).
        p: which norm; `inf` for the largest difference.
        compute_mode: torch's names for ways to compute it, of which there is one here.

    Returns:
        Shape (…, n, m).
    """
    if compute_mode not in _MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for which, x in (("X1", x1), ("X2", x2)):
        check_tensor("cdist", x, which.lower())
        if len(x.shape) < 2:
            raise RuntimeError(
                f"cdist only supports at least 2D tensors, {which} got: {len(x.shape)}D"
            )
        if getattr(x, "array", x).dtype.kind in "biu":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {which} got: {x.dtype}")
    _same_dtype(x1, x2)
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError(f"cdist only supports non-negative p values, not {p}")
    order = 2.0 if math.isinf(p) and not x1.shape[-1] else float(p)
    return norm(unsqueeze(x1, -2) - unsqueeze(x2, -3), order, -1)
