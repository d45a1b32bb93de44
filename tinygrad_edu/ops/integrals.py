"""Integrals by the trapezoidal rule: the area below the lines that connect samples."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.indexing import getitem
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.reductions import sum
from tinygrad_edu.ops.refusals import kind_of
from tinygrad_edu.ops.scans import cumsum
from tinygrad_edu.ops.shapes import along, normalize_dim, reshape


def _neighbours(name: str, y: Any, x: Any, dx: Any, dim: int) -> tuple[Any, Any, int]:
    """Return the sum of each sample and the next, how far they are apart, and the dim.

    The distances are None where all are `dx`.
    """
    check_tensor(name, y, "y")
    if isinstance(dx, str) or not hasattr(dx, "__float__"):
        raise TypeError(f"{name}(): argument 'dx' must be a number, not {type(dx).__name__}")
    if x is not None and dx != 1:
        raise TypeError(f"{name}() takes x, the places of the samples, or dx, their distance")
    ndim = len(y.shape)
    dim = normalize_dim(integer(name, "dim", dim), ndim)
    if not ndim:
        raise IndexError(f"{name}: Dimension specified as {dim} but tensor has no dimensions")
    if kind_of(y) == "b":
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")
    left, right = along(dim, slice(None, -1)), along(dim, slice(1, None))
    sums = getitem(y, index=left) + getitem(y, index=right)
    if x is None:
        return sums, None, dim
    check_tensor(name, x, "x")
    return sums, _distances(name, x, ndim, y.shape[dim], dim), dim


def _distances(name: str, x: Any, ndim: int, count: int, dim: int) -> Any:
    """Return how far each place is from the next, in a shape that lines up with the samples."""
    if kind_of(x) == "b":
        raise RuntimeError(f"{name}: received a bool input for `x`, but bool is not supported")
    if len(x.shape) == 1:
        if x.shape[0] != count:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = reshape(x, (*(1,) * dim, count, *(1,) * (ndim - dim - 1)))
    elif len(x.shape) < ndim:
        x = reshape(x, (*(1,) * (ndim - len(x.shape)), *x.shape))
    left, right = along(dim, slice(None, -1)), along(dim, slice(1, None))
    return getitem(x, index=right) - getitem(x, index=left)


@composite("trapezoid", "Σ (yᵢ + yᵢ₊₁)/2 · (xᵢ₊₁ − xᵢ)", is_method=False)
def trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Any:
    """Integrate samples along a dim by the trapezoidal rule (torch.trapezoid).

    Args:
        y: the samples, any shape with at least one dim.
        x: where they were taken: a place for each sample, or a shape that broadcasts with `y`.
        dx: how far apart they are, where `x` is not given.
        dim: along which dim.

    Raises:
        IndexError: for a tensor without dims.
        RuntimeError: for bools, or if there are not as many places as samples.

    >>> import tinygrad_edu as torch
    >>> torch.trapezoid(torch.tensor([1.0, 5.0, 10.0]), torch.tensor([1.0, 3.0, 6.0]))
    tensor(28.5000)
    """
    sums, distances, dim = _neighbours("trapezoid", y, x, dx, dim)
    if distances is None:
        return sum(sums, dim) * (dx / 2)
    return sum(distances * sums, dim) / 2


@composite("cumulative_trapezoid", "the sums of areas so far", is_method=False)
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Any:
    """Integrate up to each sample but the first (torch.cumulative_trapezoid).

    Arguments and errors as of `trapezoid`.

    >>> import tinygrad_edu as torch
    >>> torch.cumulative_trapezoid(torch.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])
    """
    sums, distances, dim = _neighbours("cumulative_trapezoid", y, x, dx, dim)
    if distances is None:
        return cumsum(dx / 2 * sums, dim)
    return cumsum(distances * sums, dim) / 2


trapz = trapezoid
