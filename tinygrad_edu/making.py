"""More functions that make tensors: like another one (x.new_zeros …), in steps, or of anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import creation, dtypes
from tinygrad_edu.creation import finish, kind_of
from tinygrad_edu.device import check_device
from tinygrad_edu.ops.checking import check_tensor, integer, integers, number, spread_arguments
from tinygrad_edu.reading import to_array
from tinygrad_edu.tensor import Tensor


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Any:
    """Make a tensor of anything that holds numbers, without a copy where that is possible.

    Args:
        obj: a tensor, an array, a number or nested sequences.
        dtype: the number type; by default that of what is given.
        device: the CPU, if anything.
        copy: True always copies, False never; None where it must.
        requires_grad: whether to record what is done with it; by default as what is given.

    Raises:
        ValueError: if `copy` is False and a copy cannot be avoided.
    """
    check_device(device)
    if isinstance(obj, str):
        raise TypeError("asarray(): a str holds no numbers")
    if not isinstance(obj, (Tensor, np.ndarray)):
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return finish(to_array(obj, dtype), bool(requires_grad))
    result = obj if isinstance(obj, Tensor) else creation.as_tensor(obj)
    kind = None if dtype is None else dtypes.to_numpy(dtype)
    if kind is not None and kind != result.array.dtype:
        if copy is False:
            raise ValueError(f"can't alias a tensor of {result.dtype} into one of {dtype}")
        result = result.to(dtype)
    elif copy:
        result = result.clone()
    if requires_grad and not result.requires_grad:
        result.requires_grad = True
    elif requires_grad is False and result.requires_grad:
        result = result.detach()
    return result


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Make numbers evenly spaced on a logarithmic scale: from baseˢᵗᵃʳᵗ to baseᵉⁿᵈ.

    >>> import tinygrad_edu as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    kind = kind_of(dtype)
    if kind.kind == "b" and integer("logspace", "steps", steps) > 1:
        raise NotImplementedError("\"logspace_cpu\" not implemented for 'Bool'")
    if kind.kind != "f":  # as torch: the ends are made whole first
        start, end = (int(number("logspace", "start or end", x)) for x in (start, end))
    exponents = creation.linspace(start, end, steps, dtype=dtypes.float64, device=device).array
    with np.errstate(all="ignore"):
        powers = np.power(np.float64(number("logspace", "base", base)), exponents)
        return finish(powers.astype(kind), requires_grad)


def scalar_tensor(
    s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor without dims of a number, in the default dtype unless another is given.

    >>> import tinygrad_edu as torch
    >>> torch.scalar_tensor(3)
    tensor(3.)
    """
    if isinstance(s, Tensor) and not s.ndim:
        s = s.item()
    if not isinstance(s, (int, float)):
        raise TypeError(f"scalar_tensor(): argument 's' must be Number, not {type(s).__name__}")
    return creation.full((), s, dtype=dtype or dtypes.get_default_dtype(), device=device,
                         requires_grad=requires_grad)  # fmt: skip


# --- like another tensor -------------------------------------------------------------------------


def _options(self: Any, options: dict[str, Any]) -> dict[str, Any]:
    if options.get("dtype") is None:
        options["dtype"] = self.dtype
    return options


def new_tensor(
    self: Any, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Make a tensor of numbers in this tensor's dtype; always a copy."""
    return creation.tensor(
        data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad
    )


def new_zeros(self: Any, *sizes: Any, size: Any = None, **options: Any) -> Any:
    """Make zeros in this tensor's dtype; options as of `torch.zeros`."""
    return creation.zeros(*sizes, size=size, **_options(self, options))


def new_ones(self: Any, *sizes: Any, size: Any = None, **options: Any) -> Any:
    """Make ones in this tensor's dtype; options as of `torch.ones`."""
    return creation.ones(*sizes, size=size, **_options(self, options))


def new_empty(self: Any, *sizes: Any, size: Any = None, **options: Any) -> Any:
    """Make a tensor in this tensor's dtype, to be filled in; its numbers are 0 here."""
    return creation.empty(*sizes, size=size, **_options(self, options))


def new_full(self: Any, size: Any, fill_value: Any, **options: Any) -> Any:
    """Make a tensor of one number in this tensor's dtype; options as of `torch.full`."""
    return creation.full(size, fill_value, **_options(self, options))


# --- in the shape of another tensor --------------------------------------------------------------


def view_as(self: Any, other: Any) -> Any:
    """Return the same memory in the shape of another tensor."""
    check_tensor("view_as", other, "other")
    return self.view(other.shape)


def reshape_as(self: Any, other: Any) -> Any:
    """Return the same numbers in the shape of another tensor."""
    check_tensor("reshape_as", other, "other")
    return self.reshape(other.shape)


def expand_as(self: Any, other: Any) -> Any:
    """Repeat along dims of size 1, without copying, to the shape of another tensor."""
    check_tensor("expand_as", other, "other")
    return self.expand(other.shape)


def sum_to_size(self: Any, *size: Any) -> Any:
    """Sum over the dims that broadcasting would have made, so that the shape is `size`.

    Raises:
        RuntimeError: for a size that does not expand to the shape.

    >>> import tinygrad_edu as torch
    >>> torch.ones(4, 3).sum_to_size(1, 3)
    tensor([[4., 4., 4.]])
    """
    if not size:
        raise TypeError('sum_to_size() missing 1 required positional arguments: "size"')
    wanted, shape = integers("sum_to_size", "size", spread_arguments(size)), tuple(self.shape)
    before = len(shape) - len(wanted)
    if before < 0 or any(n not in (1, m) for n, m in zip(wanted, shape[before:], strict=True)):
        raise RuntimeError(f"size {list(wanted)} is not expandable to size {list(shape)}.")
    dims = [d for d, n in enumerate(shape) if d < before or wanted[d - before] != n]
    return self.sum(dims, keepdim=True).reshape(wanted) if dims else self
