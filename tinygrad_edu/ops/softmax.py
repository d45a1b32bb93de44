"""softmax and its kin: numbers made positive with sum 1, computed without overflow.

Subtracting the largest element first changes nothing, but keeps every eˣ finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import exp, log
from tinygrad_edu.ops.reductions import (
    Dims,
    Reduction,
    keep_dims,
    one_reduced_dim,
    reduced_dims,
    sum,
)
from tinygrad_edu.ops.refusals import insist_on_floating
from tinygrad_edu.ops.selection import maximum


def _logsumexp(input: Any, dim: Dims, keepdim: bool = False) -> Any:
    # An infinite largest element is left where it is.
    top = np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf)
    top = np.where(np.isinf(top), 0, top).astype(input.dtype)
    total = np.log(np.add.reduce(np.exp(input - top), axis=dim, keepdims=True)) + top
    return total if keepdim else np.squeeze(total, axis=dim)


def _logsumexp_of_values(input: Any, dim: Dims, keepdim: bool = False) -> Any:
    top = _largest(input, dim)
    total = log(np.asarray(np.sum(exp(input - top), axis=dim, keepdims=True))) + top
    return total if keepdim else np.squeeze(total, axis=dim)


def _largest(x: Any, dim: Dims) -> Any:
    """Find the largest values as constants, of which a program knows how they came about."""
    top = _detached(x)
    for axis in dim if isinstance(dim, tuple) else (dim,):
        top = _larger.reduce(top, axis=axis, keepdims=True)
    return top


_detached = np.frompyfunc(lambda x: x.detach(), 1, 1)
_larger = np.frompyfunc(maximum, 2, 1)


logsumexp = Operation(
    "logsumexp",
    "ln Σ eˣ",
    definition="ln Σ eˣ",
    derivatives=("g · softmax(x)",),
    on_arrays=_logsumexp,
    on_values=_logsumexp_of_values,
    rules=(
        lambda g, y, x, dim, keepdim: (
            keep_dims(g, x, dim, keepdim) * exp(x - keep_dims(y, x, dim, keepdim))
        ),
    ),
    prepare=reduced_dims,
    dtypes="float",
)


def _one_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if parameters["dim"] is None:
        raise TypeError("argument 'dim' must be int, not NoneType: along which dim is the sum 1?")
    return one_reduced_dim(inputs, parameters)


class Softmax(Reduction):
    """A reduction whose dtype may be given by position, too: `softmax(x, 0, torch.float64)`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute in the dtype, if one is given."""
        if len(args) == 3 and "dtype" not in kwargs:
            return super().__call__(*args[:2], dtype=args[2], **kwargs)
        return super().__call__(*args, **kwargs)


def _softmax(input: Any, dim: int) -> Any:
    insist_on_floating("softmax", input)
    e = np.exp(input - np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf))
    y = e / np.add.reduce(e, axis=dim, keepdims=True)
    return np.asarray(y, order="C")  # as torch lays it out, whatever the layout of the input


def _minus_largest(x: Any, dim: int) -> Any:
    """Subtract the largest number as a constant, which changes nothing but keeps eˣ finite."""
    return x - _largest(x, dim)


def _softmax_of_values(input: Any, dim: int) -> Any:
    e = exp(_minus_largest(input, dim))
    return e / np.sum(e, axis=dim, keepdims=True)


softmax = Softmax(
    "softmax",
    "softmax",
    definition="eˣ / Σ eˣ",
    derivatives=("y · (g − Σ g·y)",),
    on_arrays=_softmax,
    on_values=_softmax_of_values,
    rules=(lambda g, y, _x, dim: y * (g - sum(g * y, dim, keepdim=True)),),
    prepare=_one_dim,
    dtypes="as is",
)


def _log_softmax(input: Any, dim: int) -> Any:
    insist_on_floating("log_softmax", input)
    shifted = input - np.maximum.reduce(input, axis=dim, keepdims=True, initial=-np.inf)
    y = shifted - np.log(np.add.reduce(np.exp(shifted), axis=dim, keepdims=True))
    return np.asarray(y, order="C")


def _log_softmax_of_values(input: Any, dim: int) -> Any:
    shifted = _minus_largest(input, dim)
    return shifted - log(np.sum(exp(shifted), axis=dim, keepdims=True))


log_softmax = Softmax(
    "log_softmax",
    "ln softmax",
    definition="x − ln Σ eˣ",
    derivatives=("g − softmax(x) · Σ g",),
    on_arrays=_log_softmax,
    on_values=_log_softmax_of_values,
    rules=(lambda g, y, _x, dim: g - exp(y) * sum(g, dim, keepdim=True),),
    prepare=_one_dim,
    dtypes="as is",
)
