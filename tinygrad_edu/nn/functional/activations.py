"""The activation functions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from tinygrad_edu.nn.functional.common import insist_on_floating, of_values, record_one, values
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.ops import activations
from tinygrad_edu.ops import softmax as softmax_
from tinygrad_edu.tensor import Tensor


def sigmoid(input: Any) -> Any:
    """Compute 1 / (1 + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.sigmoid(torch.tensor([0.0, 5.0]))
    tensor([0.5000, 0.9933])
    """
    if isinstance(input, Tensor):
        return record_one(activations.sigmoid, input)
    return activations.sigmoid(values("sigmoid", input))


def tanh(input: Any) -> Any:
    """Compute (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    if isinstance(input, Tensor):
        return record_one(activations.tanh, input)
    return activations.tanh(values("tanh", input))


def relu(input: Any, inplace: bool = False) -> Any:
    """Compute x where x > 0, else 0.

    Args:
        input: any shape.
        inplace: write the result into the input.

    Raises:
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    if not isinstance(input, Tensor):
        return of_values("relu", activations.relu, input, inplace)
    return input._in_place(activations.relu) if inplace else record_one(activations.relu, input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Compute x where x > 0, else slope · x.

    Args:
        input: any shape, floating.
        negative_slope: the slope below 0.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.03)
    tensor([-0.0300,  2.0000])
    """
    if not isinstance(input, Tensor):
        return of_values("leaky_relu", _leaky(negative_slope), input, inplace)
    insist_on_floating("leaky_relu", input)
    if not inplace:
        return activations.leaky_relu(input, negative_slope)
    return input._in_place(activations.leaky_relu, negative_slope=negative_slope)


def _leaky(negative_slope: float) -> Callable[[Any], Any]:
    return lambda x: activations.leaky_relu(x, negative_slope)


def softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Any:
    """Compute eˣ / Σ eˣ along a dim: positive numbers that sum to 1.

    Args:
        input: any shape, floating.
        dim: the dim along which they sum to 1.
        dtype: convert the input to it first.

    Raises:
        IndexError: if there is no such dim.
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softmax(torch.tensor([1.0, 1.0, 1.0, 1.0]), dim=0)
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    return _normalized(softmax_.softmax, input, dim, dtype)


def log_softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Any:
    """Compute ln softmax(x) = x − ln Σ eˣ along a dim; arguments and errors as of `softmax`."""
    return _normalized(softmax_.log_softmax, input, dim, dtype)


def _normalized(op: Any, input: Any, dim: int | None, dtype: Any) -> Any:
    name = op.name
    x = input if isinstance(input, Tensor) else as_values(values(name, input))
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
            "dim=X as an argument.",
            stacklevel=3,
        )
        dim = 0 if x.ndim in (0, 1, 3) else 1
    if not isinstance(x, Tensor):
        if dtype is not None:
            raise TypeError(f"{name}: Values are Python floats, so there is no dtype to choose")
        return op(x, dim)
    if dtype is not None:
        x = x.to(dtype)
    insist_on_floating(name, x)
    return op(x, dim)
