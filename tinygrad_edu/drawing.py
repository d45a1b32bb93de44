"""Functions that draw tensors at random; their numbers are torch's from the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu import random as rng
from tinygrad_edu.creation import checked_sizes, facts_of, finish, kind_of
from tinygrad_edu.device import check_device
from tinygrad_edu.tensor import Tensor


def _floating(name: str, dtype: Any) -> np.dtype[Any]:
    kind = kind_of(dtype)
    if kind.kind != "f":
        raise RuntimeError(
            f"{name}: the dtype must be floating, not {dtypes.dtype.__repr__(dtype)}"
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
    shape, kind = checked_sizes(sizes, size, "rand"), _floating("rand", dtype)
    return finish((generator or rng.default_generator).uniform(shape, kind), requires_grad)


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
    shape, kind = checked_sizes(sizes, size, "randn"), _floating("randn", dtype)
    return finish((generator or rng.default_generator).normal(shape, kind), requires_grad)


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
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"randint(): the size must be a tuple of ints, not {type(size).__name__}")
    kind = dtypes.to_numpy(dtype or dtypes.int64)
    return finish(_integers(low, high, checked_sizes((size,)), kind, generator), requires_grad)


def randint_like(
    input: Any,
    low: int,
    high: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw integers in the shape and dtype of another tensor; bounds as of `randint`."""
    check_device(device)
    low, high = (0, low) if high is None else (low, high)
    like = facts_of(input, dtype)
    kind = dtypes.to_numpy(like["dtype"])
    return finish(_integers(low, high, like["size"], kind, generator), requires_grad)


def _integers(low: Any, high: Any, shape: Any, kind: np.dtype[Any], generator: Any) -> Any:
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got {low} >= {high}")
    return (generator or rng.default_generator).integers(low, high, shape).astype(kind)


def randperm(n: int, *, generator: Any = None, dtype: Any = None, device: Any = None) -> Any:
    """Draw an order of the numbers 0 … n−1."""
    check_device(device)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    order = (generator or rng.default_generator).permutation(n)
    return Tensor._wrap(order.astype(dtypes.to_numpy(dtype or dtypes.int64)))


def rand_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw numbers evenly from 0 to 1 in the shape and dtype of another tensor."""
    more = {"generator": generator, "device": device, "requires_grad": requires_grad}
    return rand(**_floating_like("check_uniform_bounds", input, dtype), **more)


def randn_like(
    input: Any,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw normal numbers in the shape and dtype of another tensor."""
    more = {"generator": generator, "device": device, "requires_grad": requires_grad}
    return randn(**_floating_like("normal_kernel_cpu", input, dtype), **more)


def _floating_like(kernel: str, input: Any, dtype: Any) -> dict[str, Any]:
    like = facts_of(input, dtype)
    if not like["dtype"].is_floating_point:
        raise NotImplementedError(
            f"\"{kernel}\" not implemented for '{like['dtype'].title}': give a floating dtype"
        )
    return like
