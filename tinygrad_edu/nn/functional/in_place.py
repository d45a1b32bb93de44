"""Activation functions that write their result into the input, under torch's names for that."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.functional.activations import elu, hardtanh, leaky_relu, relu, selu
from tinygrad_edu.nn.functional.units import celu, threshold


def relu_(input: Any) -> Any:
    """Do `relu(input, inplace=True)`.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([-1.0, 2.0])
    >>> torch.nn.functional.relu_(x) is x, x
    (True, tensor([0., 2.]))
    """
    return relu(input, inplace=True)


def leaky_relu_(input: Any, negative_slope: float = 0.01) -> Any:
    """Do `leaky_relu(input, negative_slope, inplace=True)`."""
    return leaky_relu(input, negative_slope, inplace=True)


def elu_(input: Any, alpha: float = 1.0) -> Any:
    """Do `elu(input, alpha, inplace=True)`."""
    return elu(input, alpha, inplace=True)


def selu_(input: Any) -> Any:
    """Do `selu(input, inplace=True)`."""
    return selu(input, inplace=True)


def celu_(input: Any, alpha: float = 1.0) -> Any:
    """Do `celu(input, alpha, inplace=True)`."""
    return celu(input, alpha, inplace=True)


def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """Do `hardtanh(input, min_val, max_val, inplace=True)`."""
    return hardtanh(input, min_val, max_val, inplace=True)


def threshold_(input: Any, threshold: float, value: float) -> Any:
    """Do `threshold(input, threshold, value, inplace=True)`."""
    return _threshold(input, threshold, value, inplace=True)


_threshold = threshold
