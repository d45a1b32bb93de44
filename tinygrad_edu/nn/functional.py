"""What layers compute, as functions without parameters of their own (torch.nn.functional)."""

from __future__ import annotations

import warnings
from typing import Any

from tinygrad_edu.nn.neurons import as_values, holds_values
from tinygrad_edu.ops import activations, indexing, linear_algebra, losses, reductions, selection
from tinygrad_edu.ops.shapes import reshape
from tinygrad_edu.tensor import Tensor

_linear, _mse = linear_algebra.linear, losses.mse_loss
_record = Tensor._record
_MEAN = {"reduction": "mean"}


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Compute x Wᵀ + b.

    Args:
        input: shape (…, in).
        weight: shape (out, in).
        bias: shape (out,), or None.

    Returns:
        Shape (…, out).

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.linear(torch.ones(2), torch.ones(3, 2), torch.zeros(3))
    tensor([2., 2., 2.])
    """
    if not isinstance(input, Tensor) or not isinstance(weight, Tensor):
        return _linear_of_values(input, weight, bias)
    if bias is None:
        return linear_algebra.matmul(input, weight.t())
    ndim = input.array.ndim
    if ndim == 2:
        return _record(_linear, (input, weight, bias), {})
    if ndim == 1 or ndim == 0:
        return linear_algebra.matmul(input, weight.t()) + bias
    shape = input.shape
    rows = reshape(input, (-1 if input.array.size else 0, shape[-1]))
    return reshape(_record(_linear, (rows, weight, bias), {}), (*shape[:-1], weight.shape[0]))


def _linear_of_values(input: Any, weight: Any, bias: Any) -> Any:
    x = as_values(input)
    if x.shape[-1:] != weight.shape[1:]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied: the input of shape {list(x.shape)} has "
            f"{x.shape[-1:]} features, the weight of shape {list(weight.shape)} takes others"
        )
    y = x @ weight.T
    return y if bias is None else y + bias


def _elementwise(op: Any, input: Any, *parameters: Any) -> Any:
    return op(input if isinstance(input, Tensor) else as_values(input), *parameters)


def sigmoid(input: Any) -> Any:
    """Compute 1 / (1 + e⁻ˣ) of each element."""
    return _elementwise(activations.sigmoid, input)


def tanh(input: Any) -> Any:
    """Compute the hyperbolic tangent of each element."""
    return _elementwise(activations.tanh, input)


def relu(input: Any, inplace: bool = False) -> Any:
    """Replace negative elements by 0; in the tensor itself with `inplace`."""
    if inplace:
        return input._in_place(activations.relu)
    return _elementwise(activations.relu, input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Multiply negative elements by `negative_slope`; in the tensor itself with `inplace`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.03)
    tensor([-0.0300,  2.0000])
    """
    if inplace:
        if negative_slope < 0:
            raise RuntimeError(
                "In-place leakyReLu backward calculation is triggered with a negative slope which "
                "is not supported."
            )
        # The rule needs the numbers that are written over, so it works on a copy of them.
        return input.copy_(activations.leaky_relu(input.clone(), negative_slope))
    return _elementwise(activations.leaky_relu, input, negative_slope)


def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Compute eˣ / Σ eˣ along a dim."""
    return reductions.softmax(input if dtype is None else input.to(dtype), dim)


def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Compute x − ln Σ eˣ along a dim."""
    return reductions.log_softmax(input if dtype is None else input.to(dtype), dim)


def _check_sizes(input: Any, target: Any) -> None:
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute the squared errors (input − target)², their mean or their sum.

    Args:
        input: any shape.
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: for another reduction.
    """
    if holds_values(input) or holds_values(target):
        return _mse(as_values(input), as_values(target), reduction)
    if input.array.shape != target.array.shape:
        _check_sizes(input, target)
    if reduction == "mean":
        return _record(_mse, (input, target), _MEAN)
    return _mse(input, target, reduction)


def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Compute the absolute errors |input − target|, their mean or their sum.

    Args:
        input: any shape.
        target: the same shape.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: for another reduction.
    """
    losses.check_reduction(reduction)
    if holds_values(input) or holds_values(target):
        input, target = as_values(input), as_values(target)
    else:
        _check_sizes(input, target)
    errors = selection.absolute(input - target)
    if reduction == "none":
        return errors
    return (reductions.mean if reduction == "mean" else reductions.sum)(errors)


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Turn class numbers, shape (…), into rows with a 1 at the class, shape (…, classes), int64."""
    index = indexing._index_array("one_hot", tensor)
    if index.size and index.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = num_classes if num_classes >= 0 else int(index.max()) + 1
    if index.size and index.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    import numpy as np

    return Tensor._wrap(np.eye(count, dtype=np.int64)[index])
