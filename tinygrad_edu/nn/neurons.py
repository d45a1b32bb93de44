"""Networks of `Value`s: a network of tensors turned into one, and back.

A tensor becomes an array of `Value`s, which are the parameters then; the same modules compute with
it, one node per scalar operation, because numpy's arithmetic on arrays of objects is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.nn.hooks import forget_hook
from tinygrad_edu.nn.members import PARAMETER
from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.nn.values import as_values, is_array_of_values, named_values, numbers_of
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Constant, Value


def to_values(module: Any) -> None:
    """Turn each number of the floating parameters and buffers into a `Value` named by its place.

    Numbers that do not require grad (of buffers, of frozen parameters) become `Constant`s. From
    then on the modules take lists, too.
    """

    def convert(name: str, tensor: Any, _trained: bool) -> Any:
        if not isinstance(tensor, Tensor) or tensor.array.dtype.kind != "f":
            return tensor
        make = Value if tensor.requires_grad else Constant
        values = np.empty(tensor.shape, dtype=object)
        named = named_values(name, tensor.array.astype(object))
        for place, (label, number) in zip(np.ndindex(values.shape), named, strict=True):
            values[place] = make(number, label)
        return values

    _convert_members(module, convert)
    for part in module.modules():
        forget_hook(part, lists_as_values)
        part.register_forward_pre_hook(lists_as_values, prepend=True)


def to_tensors(module: Any, dtype: Any = None) -> None:
    """Turn arrays of `Value`s into tensors again, of the default float dtype unless given."""
    kind = dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)

    def convert(_name: str, values: Any, is_parameter: bool) -> Any:
        if not is_array_of_values(values):
            return values
        tensor = Tensor._wrap(numbers_of(values).astype(kind))
        if not is_parameter:
            return tensor
        return Parameter(tensor, any(value.requires_grad for value in values.flat))

    _convert_members(module, convert)
    for part in module.modules():
        forget_hook(part, lists_as_values)


def _convert_members(module: Any, convert: Callable[[str, Any, bool], Any]) -> None:
    """Replace each tensor of a network, and one that occurs several times by the same new one."""
    done: dict[int, tuple[Any, Any]] = {}  # holds what was replaced, lest its id be given again
    for path, part in module.named_modules():
        for members in (part._parameters, part._buffers):
            for name, old in members.items():
                if id(old) not in done:
                    full = f"{path}.{name}" if path else name
                    done[id(old)] = old, convert(full, old, members.kinds == (PARAMETER,))
                part.__dict__[name] = done[id(old)][1]


def lists_as_values(_module: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give a module of a network of `Value`s arrays of them where it was called with lists."""
    return tuple(as_values(x) if isinstance(x, (list, tuple)) else x for x in args)
