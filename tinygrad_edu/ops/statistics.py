"""Statistics made of sums and means: several at once, without the nans, and between variables."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.linear_algebra import matmul
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.picking import beside, plain
from tinygrad_edu.ops.powers import sqrt
from tinygrad_edu.ops.reductions import mean, reduced_dims, std, var
from tinygrad_edu.ops.reductions import sum as sum_over
from tinygrad_edu.ops.repeating import diag
from tinygrad_edu.ops.selection import clamp, where
from tinygrad_edu.ops.shapes import reshape, squeeze, t, unsqueeze


@composite("var_mean", "the variance and the mean, of all elements or along dims", is_method=False)
def var_mean(input: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """Compute the variance and the mean: takes what `var` takes (torch.var_mean).

    >>> import tinygrad_edu as torch
    >>> torch.var_mean(torch.tensor([1.0, 3.0]))
    (tensor(2.), tensor(2.))
    """
    return _with_mean(var, input, args, kwargs)


@composite(
    "std_mean",
    "the standard deviation and the mean, of all elements or along dims",
    is_method=False,
)
def std_mean(input: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """Compute the standard deviation and the mean: takes what `std` takes (torch.std_mean)."""
    return _with_mean(std, input, args, kwargs)


def _with_mean(spread: Any, input: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    check_tensor(f"{spread.name}_mean", input)
    _, given = spread.bind((input, *args), kwargs)
    return spread(input, **given), mean(input, given["dim"], given["keepdim"])


# --- without the nans ----------------------------------------------------------------------------


def _are_numbers(array: Any) -> Any:
    return array == array


@composite("nansum", "Σ of the elements that are not nan")
def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Add up the elements that are not nan, all or along dims (torch.nansum).

    >>> import tinygrad_edu as torch
    >>> torch.nansum(torch.tensor([1.0, torch.nan, 2.0]))
    tensor(3.)
    """
    check_tensor("nansum", input)
    numbers = plain(input)
    x = where(beside(_are_numbers, input), input, 0.0) if numbers.dtype.kind == "f" else input
    return sum_over(x, dim, keepdim, dtype=dtype)


@composite("nanmean", "the mean of the elements that are not nan")
def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Compute the mean of the elements that are not nan (torch.nanmean); nan where there is none.

    Raises:
        RuntimeError: for integers.
    """
    check_tensor("nanmean", input)
    numbers = plain(input)
    if numbers.dtype.kind != "f":
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{dtypes.title(numbers.dtype)}; convert it with .float()"
        )
    if dtype is not None and dtypes.to_numpy(dtype).kind != "f":
        raise RuntimeError(
            "nanmean(): could not infer output dtype. Optional dtype must be either a floating "
            f"point or complex dtype. Got: {dtype}"
        )
    _, given = reduced_dims((input,), {"dim": dim})
    counted = {"axis": given["dim"], "keepdims": keepdim}
    count = beside(lambda array: np.sum(_are_numbers(array), **counted), input)
    return nansum(input, dim, keepdim, dtype=dtype) / count


# --- between variables ---------------------------------------------------------------------------


@composite("cov", "the covariances of the rows of x")
def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """Compute how much each two variables vary together (torch.cov).

    `Σ w (x − mean x)(y − mean y) / (Σ w − correction)` for the rows x and y of the input.

    Args:
        input: a row for each variable, a column for each observation; or one variable.
        correction: 1 for an estimate from a sample.
        fweights: how often each observation occurs: integers.
        aweights: how much each observation counts.

    Returns:
        A matrix of covariances, with variances on its diagonal; a number for one variable.

    Raises:
        RuntimeError: for more than two dims, bools, or weights that do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    correction = integer("cov", "correction", correction)
    x = _variables("cov", input)
    total: Any = x.shape[1]
    weights = None
    for kind, given in (("fweights", fweights), ("aweights", aweights)):
        if given is not None:
            _check_weights(kind, given, x.shape[1])
            weights = given if weights is None else weights * given
    if weights is not None:
        total = sum_over(weights)
        if _number(total) == 0:
            raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    degrees = total - correction
    if aweights is not None and correction:
        degrees = total - correction * sum_over(weights * aweights) / total
    if _number(degrees) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations.",
            stacklevel=3,
        )
        degrees = 0
    weighted = x if weights is None else x * weights
    x = x - unsqueeze(sum_over(weighted, 1) / total, 1)
    return squeeze(matmul(x, t(x if weights is None else x * weights)) / degrees)


def _number(x: Any) -> float:
    return float(getattr(x, "array", x))


def _variables(name: str, input: Any) -> Any:
    """Return the input as a matrix with a row for each variable."""
    check_tensor(name, input)
    if len(input.shape) > 2:
        raise RuntimeError(
            f"{name}(): expected input to have two or fewer dimensions but got an input with "
            f"{len(input.shape)} dimensions"
        )
    if getattr(input, "array", input).dtype == bool:
        raise RuntimeError(f"{name}(): bool dtype is not supported for input; convert with .int()")
    return input if len(input.shape) == 2 else reshape(input, (1, math.prod(input.shape)))


def _check_weights(kind: str, weights: Any, observations: int) -> None:
    check_tensor("cov", weights, kind)
    array = getattr(weights, "array", weights)
    wanted = "integral" if kind == "fweights" else "floating point"
    if (array.dtype.kind in "iu") != (kind == "fweights") or array.dtype == bool:
        raise RuntimeError(
            f"cov(): expected {kind} to have {wanted} dtype but got {kind} with "
            f"{dtypes.title(array.dtype)} dtype"
        )
    if array.ndim > 1 or array.size != observations:
        raise RuntimeError(
            f"cov(): expected {kind} to have one dimension and the same numel as there are "
            f"observations in the input, {observations}, but its shape is {list(array.shape)}"
        )
    if (array < 0).any():
        raise RuntimeError(f"cov(): {kind} cannot be negative")


@composite("corrcoef", "the correlations of the rows of x")
def corrcoef(input: Any) -> Any:
    """Compute how closely each two variables vary together, from −1 to 1 (torch.corrcoef).

    Args:
        input: a row for each variable, a column for each observation; or one variable.

    Returns:
        A matrix of correlations, with ones on its diagonal; 1 for one variable.

    Raises:
        RuntimeError: for more than two dims, or bools.

    >>> import tinygrad_edu as torch
    >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [4.0, 2.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    _variables("corrcoef", input)
    c = cov(input)
    if not c.shape:
        return c / c
    deviation = sqrt(diag(c))
    return clamp(c / unsqueeze(deviation, 1) / unsqueeze(deviation, 0), -1, 1)
