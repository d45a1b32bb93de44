"""Dropout: setting numbers to 0 at random while training, so that no unit relies on another."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tinygrad_edu import random as rng
from tinygrad_edu.nn.functional.common import values
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.tensor import Tensor


def check_probability(p: float) -> None:
    """Refuse what is no probability."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set each number to 0 with probability p and multiply the others by 1 / (1 − p).

    Their expected sum stays the same, so that nothing need be done outside of training.

    Args:
        input: any shape, floating.
        p: the probability of a 0.
        training: without it, the input is returned as it is.
        inplace: write the result into the input.

    Raises:
        RuntimeError: for integers, or in place for a leaf that requires grad.
        ValueError: if p is not between 0 and 1.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.dropout(torch.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    """
    check_probability(p)
    return _dropped("dropout", input, p, training, inplace, channels=False)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Set whole channels to 0 with probability p and multiply the others by 1 / (1 − p).

    Args:
        input: shape (n, channels, height, width), floating.
        p: the probability that a channel is dropped.
        training: without it, the input is returned as it is.
        inplace: write the result into the input.

    Raises:
        RuntimeError: for fewer than 2 dims, for integers, or in place for a leaf that requires
            grad.
        ValueError: if p is not between 0 and 1.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.dropout2d(torch.ones(1, 3, 1, 2))
    tensor([[[[0., 0.]],
    <BLANKLINE>
             [[0., 0.]],
    <BLANKLINE>
             [[2., 2.]]]])
    """
    check_probability(p)
    ndim = input.ndim if isinstance(input, Tensor) else np.ndim(input)
    if ndim not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {ndim}-D input to dropout2d, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead.",
            stacklevel=2,
        )
    if ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout "
            "behavior is desired - input is interpreted as shape (N, C, L), where C is the channel "
            "dim, not as one sample of shape (C, H, W).",
            stacklevel=2,
        )
    return _dropped("dropout2d", input, p, training, inplace, channels=True)


def _dropped(name: str, input: Any, p: float, training: bool, inplace: bool, channels: bool) -> Any:
    if not isinstance(input, Tensor):
        return _dropped_values(name, input, p, training, inplace, channels)
    array = input.array
    if p == 0 or not training or not array.size:
        return input
    if array.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {input.dtype.title}: "
            f"{name} divides by 1 − p; convert the input with .float()"
        )
    noise = Tensor._wrap(_noise(name, array, p, channels))
    return input.mul_(noise) if inplace else input * noise


def _dropped_values(
    name: str, input: Any, p: float, training: bool, inplace: bool, channels: bool
) -> Any:
    x = as_values(values(name, input))
    if inplace:
        raise NotImplementedError(f"{name}: inplace=True is there for tensors, not for Values")
    return x if p == 0 or not training else x * _noise(name, np.zeros(x.shape), p, channels)


def _noise(name: str, array: Any, p: float, channels: bool) -> Any:
    """Draw 0 with probability p, else 1 / (1 − p), for each number or for each channel.

    The numbers are drawn in the order in which those of the input lie in memory, as torch does.
    """
    if p == 1:
        return np.zeros((), array.dtype)  # and no random number is drawn
    if channels and array.ndim < 2:
        raise RuntimeError(
            f"Feature dropout requires at least 2 dimensions in the input, but its shape is "
            f"{list(array.shape)}"
        )
    if channels:
        shape = (*array.shape[:2], *(1,) * (array.ndim - 2))
        return rng.default_generator.bernoulli(1 - p, shape, array.dtype) / (1 - p)
    order = sorted(range(array.ndim), key=lambda dim: -array.strides[dim])
    in_memory = tuple(array.shape[dim] for dim in order)
    noise = rng.default_generator.bernoulli(1 - p, in_memory, array.dtype) / (1 - p)
    return np.transpose(noise, [order.index(dim) for dim in range(array.ndim)])
