"""What the functions share: `Value`s in any form, and errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.nn.values import as_values, holds_values, is_array_of_values
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value


def record(op: Operation, operands: Sequence[Any], parameters: dict[str, Any]) -> Tensor:
    """Do what calling the operation comes to, up to 1.8 µs sooner."""
    return Tensor._record(op, operands, parameters)  # asked each time: `compile` has its own


def record_one(op: Operation, x: Tensor) -> Tensor:
    """Do the same for one input and no parameters."""
    return Tensor._record_one(op, x)


def values(name: str, input: Any) -> Any:
    """Return `Value`s in any form as an array of them, and a single one as it is."""
    if isinstance(input, Value):
        return input
    if not holds_values(input):
        raise not_a_tensor(name, input)
    return as_values(input)


def pair_of_values(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    """Return input and target of a loss as arrays of `Value`s, warning if their shapes differ."""
    if not holds_values(input) and not holds_values(target):
        raise not_a_tensor(name, input if not isinstance(input, Tensor) else target)
    x, t = as_values(input), as_values(target)
    if x.shape != t.shape:
        warn_of_sizes(x, t)
    return x, t


def of_values(name: str, op: Callable[[Any], Any], input: Any, inplace: bool) -> Any:
    """Apply a function to `Value`s in any form, writing into an array if that is asked for."""
    result = op(values(name, input))
    if not inplace:
        return result
    if not is_array_of_values(input):
        raise NotImplementedError(
            f"{name}: inplace=True is there for tensors and arrays of Values, not for a "
            f"{type(input).__name__}"
        )
    input[...] = result
    return input


def floating(name: str, op: Any, input: Any, inplace: bool = False, **parameters: Any) -> Any:
    """Apply an operation to a floating tensor or to `Value`s."""
    if not isinstance(input, Tensor):
        return of_values(name, lambda x: op(x, **parameters), input, inplace)
    insist_on_floating(name, input)
    for parameter, number in parameters.items():
        if not isinstance(number, (int, float, np.number)):
            raise TypeError(
                f"{name}(): argument {parameter!r} must be a number, not {type(number).__name__}"
            )
    return input._in_place(op, **parameters) if inplace else op(input, **parameters)


def not_a_tensor(name: str, input: Any) -> TypeError:
    """Say that an argument is neither a tensor nor made of `Value`s."""
    return TypeError(
        f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}: make "
        "one with torch.tensor(...), or give Values"
    )


def insist_on_floating(name: str, x: Tensor) -> None:
    """Refuse a tensor of whole numbers or bools."""
    if x.array.dtype.kind != "f":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{x.dtype.title}': convert it with .float()"
        )


def warn_of_sizes(input: Any, target: Any) -> None:
    """Warn that input and target differ in shape and will be broadcast."""
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size "
        f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        stacklevel=3,
    )
