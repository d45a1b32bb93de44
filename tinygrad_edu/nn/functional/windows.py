"""What convolutions and pooling share: sizes given as one number or one for each dim, batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.nn.functional.common import not_a_tensor
from tinygrad_edu.nn.values import as_values, holds_values
from tinygrad_edu.tensor import Tensor

Sizes = tuple[int, ...]


def each_dim(function: str, name: str, value: Any, dims: int, otherwise: str = "") -> Sizes:
    """Return a size for each dim, of which one may stand for all.

    Args:
        function: whose argument it is.
        name: of the argument.
        value: the argument.
        dims: how many dims there are.
        otherwise: what to say where there are neither one nor `dims` sizes.

    Raises:
        RuntimeError: for another number of sizes.
        TypeError: for what is no int.
    """
    sizes = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise TypeError(
                f"{function}(): argument '{name}' must be an int or a tuple of ints, not {value!r}"
            )
    if len(sizes) not in (1, dims):
        raise RuntimeError(
            otherwise
            or f"expected {name} to be a single integer value or a list of {dims} values to match "
            f"the convolution dimensions, but got {name}={list(sizes)}"
        )
    return tuple(map(int, sizes)) * (dims // len(sizes))


def tensor_or_values(name: str, input: Any) -> Any:
    """Return a tensor as it is, and `Value`s as an array of them."""
    if isinstance(input, Tensor):
        return input
    if not holds_values(input):
        raise not_a_tensor(name, input)
    return as_values(input)
