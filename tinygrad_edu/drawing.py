"""Functions that draw tensors at random; their numbers are torch's from the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu import random as rng
from tinygrad_edu.creation import checked_sizes, empty_like, finish, kind_of
from tinygrad_edu.device import check_device
from tinygrad_edu.filling import check_bounds
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.tensor import Tensor


def _floating(kernel: str, dtype: Any) -> np.dtype[Any]:
    kind = kind_of(dtype)
    if kind.kind != "f":
        raise NotImplementedError(
            f"\"{kernel}\" not implemented for '{dtypes.title(kind)}': give a floating dtype"
        )
    return kind


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw numbers evenly from 0 to 1 (not included).

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(4)
    tensor([0.4963, 0.7682, 0.0885, 0.1320])
    """
    check_device(device)
    shape, kind = checked_sizes(sizes, size, "rand"), _floating("check_uniform_bounds", dtype)
    return finish(rng.chosen(generator).uniform(shape, kind), requires_grad)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw numbers from the normal distribution with mean 0 and standard deviation 1."""
    check_device(device)
    shape, kind = checked_sizes(sizes, size, "randn"), _floating("normal_kernel_cpu", dtype)
    return finish(rng.chosen(generator).normal(shape, kind), requires_grad)


def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw integers from low up to, not including, high: `randint(high, size)` starts at 0."""
    check_device(device)
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"randint(): the size must be a tuple of ints, not {type(size).__name__}")
    kind = dtypes.to_numpy(dtype or dtypes.int64)
    return finish(_integers(low, high, checked_sizes((size,)), kind, generator), requires_grad)


def randint_like(
    input: Any,
    low: Any = 0,
    high: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw integers in the shape and dtype of another tensor; bounds as of `randint`."""
    low, high = (0, low) if high is None else (low, high)
    if isinstance(high, Tensor):
        if high.ndim:
            raise RuntimeError("high must be a scalar tensor and on CPU")
        high = int(high.item())
    low = integer("randint_like", "low", low)
    high = integer("randint_like", "high", high)
    result = empty_like(input, dtype=dtype, device=device)
    return finish(result.random_(low, high, generator=generator).array, requires_grad)


def _integers(low: Any, high: Any, shape: Any, kind: np.dtype[Any], generator: Any) -> Any:
    low, high = integer("randint", "low", low), integer("randint", "high", high)
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got {low} >= {high}")
    check_bounds(kind, low, high)
    return rng.chosen(generator).integers(low, high, shape).astype(kind)


def randperm(n: int, *, generator: Any = None, dtype: Any = None, device: Any = None) -> Any:
    """Draw an order of the numbers 0 … n−1."""
    check_device(device)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    kind = dtypes.to_numpy(dtype or dtypes.int64)
    if kind.kind == "b":
        raise NotImplementedError(
            "\"randperm\" not implemented for 'Bool': give a dtype of numbers"
        )
    order = rng.chosen(generator).permutation(n)
    return Tensor._wrap(order.astype(kind))


def rand_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw numbers evenly from 0 to 1 in the shape and dtype of another tensor."""
    result = empty_like(input, dtype=dtype, device=device)
    return finish(result.uniform_(generator=generator).array, requires_grad)


def randn_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw normal numbers in the shape and dtype of another tensor."""
    result = empty_like(input, dtype=dtype, device=device)
    return finish(result.normal_(generator=generator).array, requires_grad)
