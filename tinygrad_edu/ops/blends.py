"""Sums and products of three: between two numbers, and with a product or quotient added."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.arithmetic import sub
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import pow
from tinygrad_edu.ops.refusals import kind_of, refuse


def _equal_dtypes(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    input, end, weight = inputs
    for name, x in (("end", end), ("weight", weight)):
        if not hasattr(x, "dtype"):
            if name == "end":
                raise TypeError(f"lerp(): argument 'end' must be Tensor, not {type(x).__name__}")
        elif x.dtype != input.dtype and (name == "end" or x.ndim):
            raise RuntimeError(
                f"expected dtype {input.dtype} for `{name}` but got dtype {x.dtype}: convert one "
                "with .float() or .double()"
            )
    if kind_of(input) in "biu":
        raise refuse("lerp_kernel_scalar", np.dtype(getattr(input.dtype, "numpy", input.dtype)))
    return inputs, parameters


def _lerp(input: Any, end: Any, weight: Any) -> Any:
    way = end - input  # counted from the nearer end, so that a weight of 1 gives `end` itself
    return np.where(np.abs(weight) < 0.5, input + weight * way, end - way * (1 - weight))


lerp = Operation(
    "lerp",
    "lerp",
    definition="a + w · (b − a): from a to b, as w goes from 0 to 1",
    derivatives=("g · (1 − w)", "g · w", "g · (b − a)"),
    on_arrays=_lerp,
    on_values=lambda input, end, weight: input + weight * (end - input),
    rules=(
        lambda g, _y, _a, _b, w: g * (1 - w),
        lambda g, _y, _a, _b, w: g * w,
        lambda g, _y, a, b, _w: g * (b - a),
    ),
    prepare=_equal_dtypes,
)


def _check_value(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    value = parameters["value"]
    if not isinstance(value, (int, float)):
        raise TypeError(f"argument 'value' must be a number, not {type(value).__name__}")
    return inputs, parameters


def _check_quotient(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if all(kind_of(x) in "biu" for x in inputs[1:]):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported: convert tensor1 or tensor2 with "
            ".float(), or round as in input + value * (tensor1 // tensor2)"
        )
    return _check_value(inputs, parameters)


def _addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Any:
    kind = np.result_type(input, tensor1, tensor2)
    if kind.kind == "b":
        raise refuse("addcmul", kind)
    return input + (int(value) if kind.kind in "iu" else value) * tensor1 * tensor2


addcmul = Operation(
    "addcmul",
    "+ v·×",
    definition="x + value · a · b",
    derivatives=("g", "g · value · b", "g · value · a"),
    on_arrays=_addcmul,
    on_values=lambda input, tensor1, tensor2, value: input + value * tensor1 * tensor2,
    rules=(
        lambda g, _y, _x, _a, _b, value: g,
        lambda g, _y, _x, _a, b, value: g * (value * b),
        lambda g, _y, _x, a, _b, value: g * (value * a),
    ),
    prepare=_check_value,
)


def _addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Any:
    return input + value * tensor1 / tensor2


addcdiv = Operation(
    "addcdiv",
    "+ v·÷",
    definition="x + value · a / b",
    derivatives=("g", "g · value / b", "−g · value · a / b²"),
    on_arrays=_addcdiv,
    on_values=_addcdiv,
    rules=(
        lambda g, _y, _x, _a, _b, value: g,
        lambda g, _y, _x, _a, b, value: g * (value / b),
        lambda g, _y, _x, a, b, value: -g * (value * a / (b * b)),
    ),
    prepare=_check_quotient,
)


def rsub(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """Subtract the other way round: other − alpha · input.

    Raises:
        RuntimeError: for bools; for whole numbers with an alpha that is none.

    >>> import tinygrad_edu as torch
    >>> torch.rsub(torch.tensor([1.0, 2.0]), 5)
    tensor([4., 3.])
    """
    kinds = kind_of(input) + kind_of(other)
    if "b" in kinds:
        raise RuntimeError(sub.on_bool)
    if isinstance(alpha, float) and "f" not in kinds:
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    return sub(other, input if alpha == 1 else input * alpha)


def float_power(input: Any, exponent: Any) -> Any:
    """Raise to a power in float64, whatever the dtypes are.

    >>> import tinygrad_edu as torch
    >>> torch.float_power(torch.tensor([1, 2, 3]), -1)
    tensor([1.0000, 0.5000, 0.3333], dtype=torch.float64)
    """
    base, exponent = (x.double() if hasattr(x, "double") else x for x in (input, exponent))
    return pow(base, exponent)


def float_power_(self: Any, exponent: Any) -> Any:
    """Raise to a power in place.

    Raises:
        RuntimeError: for a tensor that is not float64, which the result is.
    """
    if self.array.dtype != np.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype.title} but the operation's "
            "result requires dtype Double: convert it with .double(), or use pow_"
        )
    return self._in_place(float_power, exponent)
