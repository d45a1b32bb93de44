"""Signs: taken from another number, and the step from 0 to 1; `sign` is in ops/selection.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.refusals import insist_on_floating, kind_of, no_derivative
from tinygrad_edu.ops.selection import sign, where


def _copysign(a: float, b: float) -> float:
    """Copy the sign; that of a nan, which no program could read, counts as none."""
    return math.copysign(a, b) if b == b else abs(a)


copysign = Operation(
    "copysign",
    "±",
    definition="|a| with the sign of b, of a zero too",
    derivatives=("g · y / a, 0 where a = 0", "0"),
    on_floats=_copysign,
    source="where(({1} < 0) | (1 / {1} < 0), -abs({0}), abs({0}))",
    on_arrays=np.copysign,
    rules=(
        lambda g, y, a, _b: g * (y / where(a == 0, 1.0, a)),
        lambda g, _y, _a, _b: where(False, g, 0.0),
    ),
    dtypes="float",
)


def _tensors_of_one_dtype(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    for name, x in zip(("input", "values"), inputs, strict=True):
        if not hasattr(x, "dtype"):
            kind = type(x).__name__
            raise TypeError(f"heaviside(): argument '{name}' must be Tensor, not {kind}")
    a, b = inputs
    if a.dtype != b.dtype:
        raise RuntimeError(
            "heaviside is not yet implemented for tensors with different dtypes: these are "
            f"{a.dtype} and {b.dtype}"
        )
    return inputs, parameters


def _heaviside(input: Any, values: Any) -> Any:
    return np.where(input == 0, values, (input > 0).astype(input.dtype))  # nan gives 0, as in torch


_no_rule = no_derivative("heaviside", "it is 0 where there is one; detach() the inputs")
heaviside = Operation(
    "heaviside",
    "step",
    definition="0 where a < 0, b where a = 0, 1 where a > 0",
    derivatives=("none", "none"),
    on_arrays=_heaviside,
    rules=(_no_rule, _no_rule),
    prepare=_tensors_of_one_dtype,
    grad_fn_name="NotImplemented",
)


def _neighbours(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    for name, x in zip(("input", "other"), inputs, strict=True):
        check_tensor("nextafter", x, name)
    return inputs, parameters


def _nextafter(input: Any, other: Any) -> Any:
    insist_on_floating("nextafter", input, other)
    return np.nextafter(input, other)


nextafter = Operation(
    "nextafter",
    "next",
    definition="the number that comes next after a in its dtype, on the way to b",
    derivatives=("g where a ≠ b, else 0", "0"),
    on_arrays=_nextafter,
    rules=(
        lambda g, _y, a, b: where(a == b, 0.0, g),
        lambda g, _y, _a, _b: where(False, g, 0.0),
    ),
    prepare=_neighbours,
)

sgn = sign  # they differ for complex numbers, which are not here


def positive(input: Any) -> Any:
    """Return the input itself: +x.

    Raises:
        RuntimeError: for bools.
    """
    if kind_of(input) == "b":
        raise RuntimeError(
            "The `+` operator, on a bool tensor is not supported: convert it with .int()"
        )
    return input
