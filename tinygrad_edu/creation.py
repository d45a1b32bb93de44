"""Functions that make tensors: from data, filled with a number, or with a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.device import check_device
from tinygrad_edu.operators import sizes as read_sizes
from tinygrad_edu.ops.checking import integer, number
from tinygrad_edu.reading import to_array
from tinygrad_edu.tensor import Tensor


def finish(array: Any, requires_grad: bool) -> Any:
    """Make a tensor around an array."""
    result = Tensor._wrap(array)
    if requires_grad:
        result.requires_grad = True
    return result


def kind_of(dtype: Any) -> np.dtype[Any]:
    """Return numpy's name of a dtype; of the default one for None."""
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
    check_device(device)
    return finish(np.array(to_array(data, dtype)), requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """Return a tensor as it is and an array without a copy, where the dtype allows it."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype=dtype)
    return Tensor._wrap(to_array(data, dtype))


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
    check_device(device)
    return finish(np.zeros(checked_sizes(sizes, size, "zeros"), kind_of(dtype)), requires_grad)


def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor of ones."""
    check_device(device)
    return finish(np.ones(checked_sizes(sizes, size, "ones"), kind_of(dtype)), requires_grad)


def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor whose numbers are to be filled in; they are 0 here."""
    checked_sizes(sizes, size, "empty")
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
    check_device(device)
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full(): the size must be a tuple of ints, not {type(size).__name__}")
    fill_value = _number("full", fill_value)
    kind = dtypes.common_dtype([fill_value]) if dtype is None else dtypes.to_numpy(dtype)
    return finish(np.full(checked_sizes((size,)), fill_value, kind), requires_grad)


def _number(name: str, x: Any) -> Any:
    if isinstance(x, Tensor):
        return x.item()
    if not isinstance(x, (int, float, np.generic)):
        raise TypeError(f"{name}(): argument 'fill_value' must be Number, not {type(x).__name__}")
    return x


def checked_sizes(given: Sequence[Any], size: Any = None, name: str = "") -> tuple[int, ...]:
    """Read sizes given one by one, as one sequence, or by name."""
    if name and not given and size is None:
        raise TypeError(
            f'{name}() missing 1 required positional arguments: "size"; {name}(()) has no dims'
        )
    sizes = read_sizes(given if size is None else (size,))
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(sizes)}: {list(sizes)}"
        )
    return sizes


def arange(
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make the numbers from start (0) up to, not including, end: `arange(end)` counts to it."""
    check_device(device)
    if end is None:
        start, end = None, start
    if end is None:
        raise TypeError('arange() missing 1 required positional arguments: "end"')
    start = 0 if start is None else start
    start, end, step = (x.item() if isinstance(x, Tensor) else x for x in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError(
            "upper bound and lower bound inconsistent with step sign: "
            f"arange({start}, {end}, {step})"
        )
    whole = all(isinstance(x, (int, np.integer)) for x in (start, end, step))
    kind = (dtypes.int64.numpy if whole else kind_of(None)) if dtype is None else kind_of(dtype)
    if kind.kind == "b":
        raise NotImplementedError(
            "\"arange_cpu\" not implemented for 'Bool': give a dtype of numbers"
        )
    count = -(-(end - start) // step) if whole else int(np.ceil((end - start) / step))
    return finish((start + np.arange(count) * step).astype(kind), requires_grad)


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
    check_device(device)
    start, end = (_end_of_a_line(x) for x in (start, end))
    steps = integer("linspace", "steps", steps)
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, not {steps}")
    kind = kind_of(dtype)
    if kind.kind != "f":
        if kind.kind == "b" and steps > 1:
            raise NotImplementedError("\"linspace_cpu\" not implemented for 'Bool'")
        start, end = int(start), int(end)  # as torch: the ends are made whole first
    if steps < 2:
        return finish(np.full(steps, start, kind), requires_grad)
    # As torch: from both ends towards the middle, in the dtype's own arithmetic, but multiplied and
    # added with one rounding (float64 holds the product of two float32).
    number = kind.type if kind.kind == "f" else np.float32
    step = (number(end) - number(start)) / number(steps - 1)
    index = np.arange(steps, dtype=np.float64)
    ahead = np.float64(number(start)) + step * index
    back = np.float64(number(end)) - step * (steps - 1 - index)
    line = np.where(index < steps // 2, ahead, back).astype(number)
    return finish(line.astype(kind, copy=False), requires_grad)


def _end_of_a_line(x: Any) -> float:
    if getattr(x, "shape", ()):
        raise RuntimeError(
            "linspace only supports 0-dimensional start and end tensors, but one has shape "
            f"{list(x.shape)}"
        )
    return number("linspace", "start or end", x)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make the n×m matrix with ones on its diagonal and zeros elsewhere."""
    check_device(device)
    for name, size in (("n", n), ("m", m)):
        if size is not None and size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    return finish(np.eye(n, m, dtype=kind_of(dtype)), requires_grad)


def blank_like(input: Any, dtype: Any, device: Any) -> Any:
    """Make an array of zeros in the shape and dtype of a tensor, and in its order in memory."""
    check_device(device)
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(input).__name__}")
    kind = None if dtype is None else dtypes.to_numpy(dtype)
    repeats = 0 in getattr(input.array, "strides", ())  # what was expanded has no order of its own
    return np.zeros_like(input.array, kind, order="C" if repeats else "K")


def zeros_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor of zeros in the shape and dtype of another."""
    return finish(blank_like(input, dtype, device), requires_grad)


def ones_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor of ones in the shape and dtype of another."""
    return full_like(input, 1, dtype=dtype, device=device, requires_grad=requires_grad)


def empty_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor in the shape and dtype of another, to be filled in; its numbers are 0 here."""
    return zeros_like(input, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(
    input: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make a tensor of one number in the shape and dtype of another."""
    array = blank_like(input, dtype, device)
    array[...] = _number("full_like", fill_value)
    return finish(array, requires_grad)
