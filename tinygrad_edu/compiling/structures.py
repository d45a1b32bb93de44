"""What goes into a function and comes out of it: structures with tensors or values in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value


def kinds(args: Any, tensors: list[Any]) -> tuple[Any, ...]:
    """Describe arguments, and collect the tensors in them."""
    found = []
    for x in args:
        if type(x) is Tensor:
            tensors.append(x)
            array = x.array
            found.append((array.dtype.char, array.shape, array.strides, x._requires_grad))
        else:
            found.append(kind(x, tensors))
    return tuple(found)


def kind(x: Any, tensors: list[Any]) -> Any:
    """Describe an argument, and collect the tensors in it."""
    if isinstance(x, Tensor):
        tensors.append(x)
        array = x.array
        return (array.dtype.char, array.shape, array.strides, x._requires_grad, type(x))
    if isinstance(x, (tuple, list)):
        return (type(x), *kinds(x, tensors))
    if isinstance(x, dict):
        return (dict, *((name, kind(part, tensors)) for name, part in x.items()))
    if isinstance(x, (int, float, str, bool, type(None))):
        return type(x), repr(x)
    raise TypeError(f"it is given a {type(x).__name__}")


class _Place:
    """Stands for a tensor in what a function returned."""


_PLACE = _Place()


def holds_values(x: Any) -> bool:
    """Tell whether there are `Value`s in arguments."""
    if isinstance(x, (tuple, list)):
        return any(map(holds_values, x))
    if isinstance(x, dict):
        return any(map(holds_values, x.values()))
    return isinstance(x, Value) or (isinstance(x, np.ndarray) and x.dtype == object)


def kind_of_values(x: Any, leaves: list[Any]) -> Any:
    """Describe arguments that are `Value`s and numbers, and collect those."""
    if isinstance(x, Value):
        leaves.append(x)
        return Value, x.requires_grad
    if isinstance(x, float):
        leaves.append(x)
        return type(x)
    if isinstance(x, (tuple, list)):
        return (type(x), *(kind_of_values(part, leaves) for part in x))
    if isinstance(x, dict):
        return (dict, *((name, kind_of_values(part, leaves)) for name, part in x.items()))
    if isinstance(x, np.ndarray) and x.dtype == object:
        return (x.shape, *(kind_of_values(part, leaves) for part in x.flat))
    if isinstance(x, (int, str, bool, type(None))):
        return type(x), repr(x)
    raise TypeError(f"it is given a {type(x).__name__}")


def with_leaves(x: Any, leaves: Iterator[Any]) -> Any:
    """Put other things in the place of values and floats."""
    if isinstance(x, (Value, float)):
        return next(leaves)
    if isinstance(x, (tuple, list)):
        return type(x)(with_leaves(part, leaves) for part in x)
    if isinstance(x, dict):
        return {name: with_leaves(part, leaves) for name, part in x.items()}
    if isinstance(x, np.ndarray):
        found = np.empty(x.shape, object)
        found[...] = np.array([with_leaves(y, leaves) for y in x.flat], object).reshape(x.shape)
        return found
    return x


def shape_of(x: Any, cls: type, outputs: list[Any]) -> Any:
    """Take the tensors out of what a function returned."""
    if isinstance(x, cls):
        outputs.append(x)
        return _PLACE
    if isinstance(x, dict):
        return {name: shape_of(part, cls, outputs) for name, part in x.items()}
    if hasattr(x, "_fields"):
        return type(x)(*(shape_of(part, cls, outputs) for part in x))
    if isinstance(x, (tuple, list)):
        return type(x)(shape_of(part, cls, outputs) for part in x)
    if isinstance(x, np.ndarray) and x.dtype == object:
        return _Array(x.shape, [shape_of(part, cls, outputs) for part in x.flat])
    return x


class _Array:
    """Stands for an array of values in what a function returned."""

    def __init__(self, shape: tuple[int, ...], parts: list[Any]) -> None:
        self.shape, self.parts = shape, parts


def rebuilt(shape: Any, outputs: Any) -> Any:
    """Put outputs in the places of what a function returned."""
    if shape is _PLACE:
        return next(outputs)
    if isinstance(shape, _Array):
        found = np.empty(len(shape.parts), object)
        found[:] = [rebuilt(part, outputs) for part in shape.parts]
        return found.reshape(shape.shape)
    if isinstance(shape, dict):
        return {name: rebuilt(part, outputs) for name, part in shape.items()}
    if hasattr(shape, "_fields"):
        return type(shape)(*(rebuilt(part, outputs) for part in shape))
    if isinstance(shape, (tuple, list)):
        return type(shape)(rebuilt(part, outputs) for part in shape)
    return shape
