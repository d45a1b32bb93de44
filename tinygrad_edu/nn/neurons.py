"""A network of tensors as a network of `Value`s, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.value import Value


def to_values(module: Any) -> Any:
    """Turn each number of each parameter into a `Value` named after its place."""
    for path, part in module.named_modules():
        for name, parameter in part._parameters.items():
            if isinstance(parameter, Parameter):
                full = f"{path}.{name}" if path else name
                setattr(part, name, _values(full, parameter.array))
    return module


def _values(name: str, array: Any) -> Any:
    values = np.empty(array.shape, dtype=object)
    for index, number in np.ndenumerate(array):
        values[index] = Value(number, label=f"{name}{list(index)}".replace(" ", ""))
    return values


def to_tensors(module: Any) -> Any:
    """Turn the `Value`s of each parameter into one tensor again, of float32."""
    for part in module.modules():
        for name, parameter in part._parameters.items():
            if isinstance(parameter, np.ndarray):
                numbers = np.vectorize(float, otypes=[np.float32])(parameter)
                setattr(part, name, Parameter(Parameter._wrap(numbers)))
    return module


def as_values(x: Any) -> Any:
    """Return lists and arrays of numbers or `Value`s as an object array of `Value`s."""
    array = np.asarray(getattr(x, "array", x), dtype=object)
    return np.frompyfunc(lambda e: e if isinstance(e, Value) else _constant(e), 1, 1)(array)


def _constant(number: Any) -> Any:
    from tinygrad_edu.value import Constant

    return Constant(float(number))


def holds_values(x: Any) -> bool:
    """Tell whether something is an array of `Value`s, or lists of them."""
    if isinstance(x, np.ndarray):
        return bool(x.dtype == object)
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return isinstance(x, Value)
