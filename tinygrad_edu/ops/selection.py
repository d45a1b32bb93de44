"""Operations that pick: where, maximum and minimum, clamp, absolute value and sign.

Their derivative is 0 or ±1, so their rules select the gradient instead of multiplying it: 0 · inf
would be nan where the truth is 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.refusals import refuse


class Where(Operation):
    """`where`, which needs no graph to choose between two things by a plain True or False."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Choose elements of `input` where `condition` is true, else of `other`.

        Of a condition alone, tell where it holds: a tensor of indices for each dim.
        """
        if args and isinstance(args[0], (bool, np.bool_)):
            return args[1] if args[0] else args[2]
        condition: Any = args[0] if args else kwargs.get("condition")
        if not hasattr(condition, "array"):
            return super().__call__(*args, **kwargs)
        if len(args) + len(kwargs) == 1:
            return tuple(map(condition._wrap, np.nonzero(np.atleast_1d(condition.array))))
        if condition.array.dtype not in (np.bool_, np.uint8):
            raise RuntimeError(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{condition.dtype.title}: compare it with something, such as x != 0"
            )
        return super().__call__(*args, **kwargs)


def _where(condition: Any, input: Any, other: Any) -> Any:
    return np.where(condition, input, other)


def chosen(condition: Any, input: Any, other: Any) -> Any:
    """Do `np.where`, faster for many numbers: as in the rule of relu, which replaces some by 0.

    numpy asks for each number, which takes 4 ns where the answers are mixed, as the processor
    guesses them wrong. To choose between the bits of two numbers, `b ^ ((a ^ b) & mask)`, takes a
    fifth of that, and gives the same bits.
    """
    bits = _bits(condition, input, other)
    if bits is None:
        return np.where(condition, input, other)
    mask = condition.view(np.int8).astype(bits)
    np.negative(mask, out=mask)  # all bits where it holds, else none
    kind = (other if type(input) is float else input).dtype
    a = 0 if type(input) is float else input.view(bits)
    b = 0 if type(other) is float else other.view(bits)
    mask &= a ^ b
    mask ^= b
    return mask.view(kind)


chosen.__wrapped__ = _where  # type: ignore[attr-defined]  # what a printed program does

MANY = 16_384
"""From so many numbers on it pays to choose between bits."""

_BITS = {"f": np.int32, "d": np.int64}


def _bits(condition: Any, a: Any, b: Any) -> Any:
    """Return the integers to read numbers as; None where numpy is to choose between them."""
    if type(condition) is not np.ndarray or condition.size < MANY or condition.dtype != np.bool_:
        return None
    arrays = [x for x in (a, b) if type(x) is not float or x or math.copysign(1.0, x) < 0]
    if not arrays or any(type(x) is not np.ndarray for x in arrays):
        return None
    kind = arrays[0].dtype
    is_plain = all(
        x.shape == condition.shape and x.dtype == kind and x.flags.c_contiguous for x in arrays
    )
    return _BITS.get(kind.char) if is_plain and condition.flags.c_contiguous else None


where: Operation = Where(
    "where",
    "where",
    definition="a where the condition holds, else b",
    derivatives=("none", "g where the condition holds, else 0", "0 where it holds, else g"),
    source="where({0}, {1}, {2})",
    on_arrays=chosen,
    on_values=_where,
    rules=(
        None,
        lambda g, _y, condition, _a, _b: where(condition, g, 0.0),
        lambda g, _y, condition, _a, _b: where(condition, 0.0, g),
    ),
)


def _sign(input: Any) -> Any:
    if input.dtype.kind != "f":
        return input.copy() if input.dtype == bool else np.sign(input)
    return (input > 0).astype(input.dtype) - (input < 0)


sign = Operation(
    "sign",
    "sign",
    definition="−1, 0 or 1, the sign of x; 0 for nan, as in torch",
    derivatives=("0",),
    on_floats=lambda x: float((x > 0.0) - (x < 0.0)),
    source="1 * ({0} > 0) - ({0} < 0)",  # times 1: numpy subtracts no bools
    on_arrays=_sign,
    rules=(lambda g, _y, _x: where(False, g, 0.0),),
)


def _absolute(input: Any) -> Any:
    if input.dtype.kind == "b":
        raise refuse("abs", input.dtype)
    return np.absolute(input)


absolute = Operation(
    "abs",
    "|x|",
    definition="|x|",
    derivatives=("g · sign(x)",),
    on_floats=abs,
    source="abs({0})",
    on_arrays=_absolute,
    rules=(lambda g, _y, x: g * sign(x),),
)


def _larger(a: float, b: float) -> float:
    return a if a >= b or a != a else b  # a nan on either side wins


def _smaller(a: float, b: float) -> float:
    return a if a <= b or a != a else b


maximum = Operation(
    "maximum",
    "max",
    definition="the larger of a and b",
    derivatives=(
        "g where a > b, g/2 where a = b, else 0",
        "g where b > a, g/2 where a = b, else 0",
    ),
    on_floats=_larger,
    source="where(({0} >= {1}) | ({0} != {0}), {0}, {1})",
    on_arrays=np.maximum,
    rules=(
        lambda g, _y, a, b: where(a == b, g / 2, where(a < b, 0.0, g)),
        lambda g, _y, a, b: where(a == b, g / 2, where(a > b, 0.0, g)),
    ),
)

minimum = Operation(
    "minimum",
    "min",
    definition="the smaller of a and b",
    derivatives=(
        "g where a < b, g/2 where a = b, else 0",
        "g where b < a, g/2 where a = b, else 0",
    ),
    on_floats=_smaller,
    source="where(({0} <= {1}) | ({0} != {0}), {0}, {1})",
    on_arrays=np.minimum,
    rules=(
        lambda g, _y, a, b: where(a == b, g / 2, where(a > b, 0.0, g)),
        lambda g, _y, a, b: where(a == b, g / 2, where(a < b, 0.0, g)),
    ),
)


def _bounds(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    low, high = parameters["min"], parameters["max"]
    if low is None and high is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    for name, bound in parameters.items():
        if bound is not None and not isinstance(bound, (int, float, np.number)):
            raise TypeError(
                f"clamp(): argument '{name}' must be a number, or both bounds Tensors, not "
                f"{type(bound).__name__}"
            )
    low, high = (b.item() if isinstance(b, np.generic) else b for b in (low, high))
    low = -math.inf if low is None else low
    return inputs, {"min": low, "max": math.inf if high is None else high}


def _clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    if input.dtype.kind != "f":
        if not all(
            isinstance(bound, (int, np.integer)) or math.isinf(bound) for bound in (min, max)
        ):
            return np.clip(input.astype(np.float32), min, max)
        input = input.astype(np.int64) if input.dtype == bool else input
        range_ = np.iinfo(input.dtype)  # a bound may be ±inf, which no integer is
        min, max = (int(np.clip(bound, range_.min, range_.max)) for bound in (min, max))
    return np.minimum(np.maximum(input, min), max)


class Clamp(Operation):
    """`clamp`, whose bounds are numbers; between tensors it is another operation."""

    def __call__(self, input: Any, min: Any = None, max: Any = None) -> Any:
        """Compute x, but at least min and at most max: of two numbers, or of two tensors."""
        given = [bound for bound in (min, max) if bound is not None]
        if given and all(hasattr(bound, "_record") for bound in given):
            from tinygrad_edu.ops import bounds

            if max is None:
                return bounds.clamp_min(input, min)
            return bounds.clamp_max(input, max) if min is None else bounds.between(input, min, max)
        min, max = (_number(bound) for bound in (min, max))
        return super().__call__(input, min, max)


def _number(bound: Any) -> Any:
    """Return the number of a tensor without dims, beside a bound that is a number."""
    is_one = hasattr(bound, "array") and not (bound.array.ndim or bound.requires_grad)
    return bound.item() if is_one else bound


clamp: Operation = Clamp(
    "clamp",
    "clamp",
    definition="x, but at least min and at most max",
    derivatives=("g where min ≤ x ≤ max, else 0",),
    on_floats=lambda x, min=None, max=None: float(_smaller(_larger(x, min), max)),
    source="min(max({0}, {min}), {max})",
    on_arrays=_clamp,
    rules=(lambda g, _y, x, min, max: where((x >= min) & (x <= max), g, 0.0),),
    prepare=_bounds,
    grad_fn_name="ClampBackward1",
)
