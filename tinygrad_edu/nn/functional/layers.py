"""What layers with weights compute."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.nn.functional.common import not_a_tensor, record
from tinygrad_edu.nn.values import as_values, holds_values
from tinygrad_edu.ops import linear_algebra
from tinygrad_edu.ops.shapes import reshape
from tinygrad_edu.tensor import Tensor


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Compute x Wᵀ + b.

    Args:
        input: shape (…, in).
        weight: shape (out, in); or (in,) for a single output without a dim, and no bias.
        bias: shape (out,), or None.

    Returns:
        Shape (…, out).

    Raises:
        RuntimeError: if the sizes do not fit, or the dtypes differ.
        TypeError: if the input is no tensor.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.linear(torch.ones(2), torch.ones(3, 2), torch.zeros(3))
    tensor([2., 2., 2.])
    """
    if not isinstance(input, Tensor) or not isinstance(weight, Tensor):
        return _linear_of_values(input, weight, bias)
    if bias is not None and input.array.ndim == 2 == weight.array.ndim:
        return record(linear_algebra.linear, (input, weight, bias), {})
    return _linear_of_any_dims(input, weight, bias)


def _linear_of_any_dims(input: Tensor, weight: Any, bias: Any) -> Any:
    """Compute it as torch does: with a bias, as one matrix of rows if memory allows."""
    shape = input.shape
    if not shape:
        raise RuntimeError(
            "both arguments to linear need to be at least 1D, but they are 0D and "
            f"{weight.array.ndim}D"
        )
    if bias is None:
        return linear_algebra.matmul(input, weight.t())
    if weight.array.ndim != 2:
        raise RuntimeError(f"linear: the weight must be a matrix, got shape {list(weight.shape)}")
    if not input.is_contiguous():
        return linear_algebra.matmul(input, weight.t()) + bias
    rows = reshape(input, (math.prod(shape[:-1]), shape[-1]))
    return reshape(linear_algebra.linear(rows, weight, bias), (*shape[:-1], weight.shape[0]))


def _linear_of_values(input: Any, weight: Any, bias: Any) -> Any:
    if isinstance(weight, Tensor):
        if not holds_values(input):
            raise not_a_tensor("linear", input)
        raise TypeError(
            "linear: the input holds Values, but the weight is a Tensor: model.to(Value) turns the "
            "parameters into Values, too"
        )
    x, w = as_values(input), as_values(weight)
    if not x.ndim or x.shape[-1] != w.shape[-1]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied: an input of shape {list(x.shape)} and a "
            f"weight of shape {list(w.shape)}; their last sizes must be equal"
        )
    product = np.matmul(x, w.T)
    return product if bias is None else product + as_values(bias)
