"""Functions that make tensors: from data, filled with a number, or drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu import random as rng
from tinygrad_edu.device import device
from tinygrad_edu.operators import sizes as read_sizes
from tinygrad_edu.tensor import Tensor


def _finish(array: Any, requires_grad: bool) -> Any:
    result = Tensor._wrap(array)
    if requires_grad:
        result.requires_grad = True
    return result


def _kind(dtype: Any) -> np.dtype[Any]:
    return dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    """Make a tensor of numbers, sequences or an array; always a copy (torch.tensor).

    Args:
        data: a number, nested sequences of numbers, an array or a tensor.
        dtype: the number type; by default float32 for floats, int64 for ints, bool for bools, and
            an array's own.
        device: the CPU, if anything.
        requires_grad: whether to record what is done with it.

    >>> import tinygrad_edu as torch
    >>> torch.tensor([[1, 2], [3, 4]]).dtype
    torch.int64
    """
    _check_device(device)
    return _finish(np.array(_to_array(data, dtype)), requires_grad)


def _check_device(name: Any) -> None:
    if name is not None:
        device(name)


def _to_array(data: Any, dtype: Any) -> Any:
    if isinstance(data, Tensor):
        data = data.array
    kind = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.asarray(data)
        kind = kind or dtypes.to_numpy(array.dtype)
    else:
        array = _read(data)
        kind = kind or _inferred(data, array)
        _check_range(array, kind)
    with np.errstate(all="ignore"):  # 1e308 as float32 is inf
        return array.astype(kind, copy=False)


def _inferred(data: Any, array: np.ndarray[Any, Any]) -> np.dtype[Any]:
    """Find the dtype of what was read: numpy's and tensors' numbers keep theirs."""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    first = getattr(_nested(data), "dtype", None)
    if array.size and first is not None and first.kind == array.dtype.kind:
        return first  # type: ignore[no-any-return]
    if array.dtype.kind == "f" or not array.size:
        return dtypes.default_float()
    return array.dtype if array.dtype == bool else dtypes.int64.numpy


def _check_range(array: np.ndarray[Any, Any], kind: np.dtype[Any]) -> None:
    if kind.kind in "iu" and array.dtype != bool:
        top = np.iinfo(kind).max
        if not ((array >= -top - 1) & (array <= top)).all():
            raise RuntimeError(
                f"value cannot be converted to type {kind.name} without overflow: its numbers go "
                f"from {np.iinfo(kind).min} to {top}"
            )


def _read(data: Any) -> np.ndarray[Any, Any]:
    """Read numbers, or nested sequences of them; errors have torch's classes."""
    try:
        array = np.asarray(_nested(data))
    except ValueError:
        raise ValueError(
            "expected nested sequences of equal lengths, but some differ in length"
        ) from None
    if array.dtype == np.uint64 or (array.dtype == object and isinstance(array.flat[0], int)):
        raise ValueError("overflow: an int of a tensor is at most 2**63 - 1")
    if array.dtype.kind not in "biuf":
        first = array.item(0)
        error = TypeError if isinstance(first, (str, complex)) else RuntimeError
        raise error(
            f"a tensor holds numbers, but this is of type {type(first).__name__}: {first!r}"
        )
    return array


def _nested(data: Any) -> Any:
    """Turn tensors inside sequences into arrays."""
    if isinstance(data, Tensor):
        return data.array
    return [_nested(part) for part in data] if isinstance(data, (list, tuple)) else data


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """Return a tensor as it is and an array without a copy, where the dtype allows it."""
    _check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return Tensor._wrap(_to_array(data, dtype))


def from_numpy(ndarray: Any) -> Any:
    """Make a tensor that shares memory with an array.

    Raises:
        TypeError: for anything but an array of a dtype that tensors have.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtypes.to_numpy(ndarray.dtype)
    return Tensor._wrap(ndarray)


def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor of zeros."""
    _check_device(device)
    return _finish(np.zeros(_checked(sizes, size), _kind(dtype)), requires_grad)


def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor of ones."""
    _check_device(device)
    return _finish(np.ones(_checked(sizes, size), _kind(dtype)), requires_grad)


def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor whose numbers are to be filled in; they are 0 here."""
    return zeros(*sizes, size=size, dtype=dtype, device=device, requires_grad=requires_grad)


def full(
    size: Sequence[int],
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor of one number; its dtype is the number's unless given."""
    _check_device(device)
    kind = dtypes.common_dtype([fill_value]) if dtype is None else dtypes.to_numpy(dtype)
    return _finish(np.full(_checked((size,)), fill_value, kind), requires_grad)


def _checked(given: Sequence[Any], size: Any = None) -> tuple[int, ...]:
    """Read sizes given one by one, as one sequence, or by name."""
    sizes = read_sizes(given if size is None else (size,))
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(sizes)}: {list(sizes)}"
        )
    return sizes


def arange(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make the numbers from start (0) up to, not including, end: `arange(end)` counts to it."""
    _check_device(device)
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, Tensor) else x for x in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError(
            "upper bound and lower bound inconsistent with step sign: "
            f"arange({start}, {end}, {step})"
        )
    whole = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    kind = (dtypes.int64.numpy if whole else _kind(None)) if dtype is None else _kind(dtype)
    count = -(-(end - start) // step) if whole else int(np.ceil((end - start) / step))
    return _finish((start + np.arange(count) * step).astype(kind), requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make `steps` numbers evenly spaced from start to end, both included."""
    _check_device(device)
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, not {steps}")
    kind = _kind(dtype)
    if steps < 2:
        return _finish(np.full(steps, start, kind), requires_grad)
    # As torch: from both ends towards the middle, in the dtype's own arithmetic.
    number = kind.type if kind.kind == "f" else np.float32
    step = (number(end) - number(start)) / number(steps - 1)
    index = np.arange(steps, dtype=number)
    ahead = number(start) + step * index
    back = number(end) - step * (number(steps - 1) - index)
    return _finish(np.where(index < steps // 2, ahead, back).astype(kind), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Make the n×m matrix with ones on its diagonal and zeros elsewhere."""
    return _finish(np.eye(n, m, dtype=_kind(dtype)), requires_grad)


def zeros_like(input: Any, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Make a tensor of zeros in the shape and dtype of another."""
    return zeros(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def ones_like(input: Any, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Make a tensor of ones in the shape and dtype of another."""
    return ones(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def empty_like(input: Any, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Make a tensor in the shape and dtype of another, to be filled in; its numbers are 0 here."""
    return zeros_like(input, dtype=dtype, requires_grad=requires_grad)


def full_like(
    input: Any, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor of one number in the shape and dtype of another."""
    return full(input.shape, fill_value, dtype=dtype or input.dtype, requires_grad=requires_grad)


# --- at random -----------------------------------------------------------------------------------


def _floating(name: str, dtype: Any) -> np.dtype[Any]:
    kind = _kind(dtype)
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
    _check_device(device)
    draws = generator or rng.default_generator
    return _finish(draws.uniform(_checked(sizes, size), _floating("rand", dtype)), requires_grad)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw numbers from the normal distribution with mean 0 and standard deviation 1."""
    _check_device(device)
    draws = generator or rng.default_generator
    return _finish(draws.normal(_checked(sizes, size), _floating("randn", dtype)), requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Draw integers from low up to, not including, high: `randint(high, size)` starts at 0."""
    _check_device(device)
    if size is None:
        low, high, size = 0, low, high
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got {low} >= {high}")
    draws = (generator or rng.default_generator).integers(low, high, _checked((size,)))
    return _finish(draws.astype(dtypes.to_numpy(dtype or dtypes.int64)), requires_grad)


def randperm(n: int, *, generator: Any = None, dtype: Any = None, device: Any = None) -> Any:
    """Draw an order of the numbers 0 … n−1."""
    _check_device(device)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    order = (generator or rng.default_generator).permutation(n)
    return Tensor._wrap(order.astype(dtypes.to_numpy(dtype or dtypes.int64)))


def rand_like(input: Any, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Draw numbers evenly from 0 to 1 in the shape and dtype of another tensor."""
    return rand(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(input: Any, *, dtype: Any = None, requires_grad: bool = False) -> Any:
    """Draw normal numbers in the shape and dtype of another tensor."""
    return randn(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)
