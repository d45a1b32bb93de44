"""Telling `Value`s from tensors, and bringing numbers in any form into arrays of `Value`s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value, as_value

Array = np.ndarray[Any, Any]


def is_array_of_values(x: Any) -> bool:
    """Tell whether something is a numpy array of `Value`s."""
    return isinstance(x, np.ndarray) and x.dtype == object


def holds_values(x: Any) -> bool:
    """Tell whether something is a `Value`, an array of them, or a list with one somewhere in it."""
    if isinstance(x, (list, tuple)):
        return any(map(holds_values, x))
    return isinstance(x, Value) or is_array_of_values(x)


def named_values(name: str, member: Any) -> Iterator[tuple[str, Any]]:
    """Yield a tensor under its name, and each `Value` of an array under the name of its place."""
    if not is_array_of_values(member):
        yield name, member
        return
    for index, value in np.ndenumerate(member):
        yield f"{name}[{','.join(map(str, index))}]" if index else name, value


def as_values(x: Any) -> Array:
    """Return numbers or `Value`s, in nested lists or an array, as an array of `Value`s.

    Raises:
        TypeError: for anything else.
        ValueError: for nested lists of different lengths.

    >>> as_values([[1, 2], [3, Value(4.0)]])[1]
    array([Constant(3.0), Value(4.0)], dtype=object)
    """
    if isinstance(x, Tensor):
        raise TypeError(
            "a Tensor cannot be mixed with Values: give numbers with .tolist(), or turn the model "
            "back with model.to(Tensor)"
        )
    return np.asarray(_each_as_value(np.asarray(x, dtype=object)), dtype=object)


def _as_value(x: Any) -> Value:
    value = as_value(x)
    if value is NotImplemented:
        if isinstance(x, (list, tuple)):
            raise ValueError("expected nested lists of equal lengths, but they differ in length")
        raise TypeError(f"expected numbers or Values, but got a {type(x).__name__}: {x!r}")
    return value  # type: ignore[no-any-return]


_each_as_value = np.frompyfunc(_as_value, 1, 1)


def numbers_of(values: Array) -> Array:
    """Return the numbers of an array of `Value`s as an array of float64."""
    return np.array([value.data for value in values.flat], np.float64).reshape(values.shape)
