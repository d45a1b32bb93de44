"""Rounding, and what is left over by it: floor and its like, division with a remainder.

A step has the derivative 0 wherever it has one: nothing flows back through `floor`. A remainder
rises with its dividend and falls by the quotient, rounded, with its divisor.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.refusals import insist_on_floating, no_derivative, refuse
from tinygrad_edu.ops.selection import where


def _rounder(name: str, function: Any) -> Callable[[Any], Any]:
    """Let a function of numpy leave whole numbers as they are, and refuse bools."""

    def rounded(input: Any) -> Any:
        if input.dtype.kind == "b":
            raise refuse(f"{name}_vml", input.dtype)
        return function(input) if input.dtype.kind == "f" else input.copy()

    return rounded


# The sign is that of x, also where the result is 0: floor(-0.0) and ceil(-0.5) are -0.0.
floor = Operation(
    "floor",
    "⌊x⌋",
    definition="the largest whole number that is at most x",
    derivatives=("0",),
    on_floats=lambda x: math.copysign(math.floor(x), x),
    source="floor({0})",
    on_arrays=_rounder("floor", np.floor),
    rules=(lambda g, _y, _x: where(False, g, 0.0),),
)

ceil = Operation(
    "ceil",
    "⌈x⌉",
    definition="the smallest whole number that is at least x",
    derivatives=("0",),
    on_floats=lambda x: math.copysign(math.ceil(x), x),
    source="ceil({0})",
    on_arrays=_rounder("ceil", np.ceil),
    rules=(lambda g, _y, _x: where(False, g, 0.0),),
)

trunc = Operation(
    "trunc",
    "trunc",
    definition="x without its digits after the point",
    derivatives=("0",),
    on_floats=lambda x: math.copysign(math.trunc(x), x),
    source="trunc({0})",
    on_arrays=_rounder("trunc", np.trunc),
    rules=(lambda g, _y, _x: where(False, g, 0.0),),
)

_HALVES = 2**52  # from here on floats have no digits after the point: to add it rounds to even
round_ = Operation(
    "round",
    "round",
    definition="the nearest whole number; of two that are equally near, the even one",
    derivatives=("0",),
    on_floats=lambda x: float(np.rint(x)),
    source=(
        f"where(abs({{0}}) < {_HALVES}, "
        f"where({{0}} < 0, {{0}} - {_HALVES} + {_HALVES}, {{0}} + {_HALVES} - {_HALVES}), {{0}})"
    ),
    on_arrays=_rounder("round", np.rint),
    rules=(lambda g, _y, _x: where(False, g, 0.0),),
)


def _round_decimals(input: Any, decimals: int) -> Any:
    insist_on_floating("round", input)
    scale = np.power(np.array(10, input.dtype), abs(decimals))
    return np.rint(input * scale) / scale if decimals > 0 else np.rint(input / scale) * scale


def _values_to_decimals(input: Any, decimals: int) -> Any:
    scale = 10.0 ** abs(decimals)
    return round_(input * scale) / scale if decimals > 0 else round_(input / scale) * scale


round_decimals = Operation(
    "round_decimals",
    "round",
    definition="x to a number of digits after the point (before it, where the number is negative)",
    derivatives=("0",),
    on_arrays=_round_decimals,
    on_values=_values_to_decimals,
    rules=(lambda g, _y, _x, decimals: where(False, g, 0.0),),
    grad_fn_name="RoundBackward1",
    is_method=False,
)


def round(input: Any, *, decimals: int = 0) -> Any:
    """Round to the nearest whole number, or to so many digits after the point.

    Args:
        input: any shape.
        decimals: how many digits stay; a negative number counts before the point.

    Raises:
        NotImplementedError: for bools; and for whole numbers, where decimals is not 0.

    >>> import tinygrad_edu as torch
    >>> torch.round(torch.tensor([0.5, 1.5, 2.7])), torch.round(torch.tensor(3.14159), decimals=2)
    (tensor([0., 2., 3.]), tensor(3.1400))
    """
    if not isinstance(decimals, int):
        kind = type(decimals).__name__
        raise TypeError(f"round(): argument 'decimals' must be int, not {kind}")
    return round_decimals(input, decimals) if decimals else round_(input)


def _frac(input: Any) -> Any:
    insist_on_floating("frac", input)
    return input - np.trunc(input)


frac = Operation(
    "frac",
    "frac",
    definition="x − trunc(x): the digits after the point, with the sign of x",
    derivatives=("g",),
    on_floats=lambda x: x - math.copysign(math.trunc(x), x),  # of −0 that is 0
    source="{0} - trunc({0})",
    on_arrays=_frac,
    rules=(lambda g, _y, _x: g,),
)

# --- division with a remainder -----------------------------------------------------------------


def _divider(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Refuse bools, and whole numbers divided by 0, for which there is no inf."""

    def divided(input: Any, other: Any) -> Any:
        kind = np.result_type(input, other)
        if kind.kind == "b":
            raise refuse(name, kind)
        if kind.kind in "iu" and not np.all(other):
            raise RuntimeError(
                f"ZeroDivisionError: {name} of whole numbers, of which one is divided by 0; as "
                "floats (.float()) they give inf or nan"
            )
        return function(input, other)

    return divided


def _truncated(a: Any, b: Any) -> Any:
    whole = np.result_type(a, b).kind in "iu"
    return (a - np.fmod(a, b)) // b if whole else np.trunc(a / b)


def _modulo(a: Any, b: Any) -> Any:
    left = np.fmod(a, b)  # np.remainder gives another 0 than torch: with the sign of b
    return np.where((left != 0) & ((left < 0) != (b < 0)), left + b, left)


def _modulo_of_floats(a: float, b: float) -> float:
    left = math.fmod(a, b)
    return left + b if left and (left < 0.0) != (b < 0.0) else left


_DOWN = "((fmod({0}, {1}) != 0) & ((fmod({0}, {1}) < 0) != ({1} < 0)))"
"""Whether the quotient must go down by 1: fmod leaves something, of another sign than b."""

div_trunc = Operation(
    "div_trunc",
    "÷",
    definition="a / b without its digits after the point",
    derivatives=("0", "0"),
    on_floats=lambda a, b: math.copysign(math.trunc(a / b), a / b),
    source="trunc({0} / {1})",
    on_arrays=_divider("div_trunc", _truncated),
    rules=(
        lambda g, _y, _a, _b: where(False, g, 0.0),
        lambda g, _y, _a, _b: where(False, g, 0.0),
    ),
    grad_fn_name="DivBackward2",
    is_method=False,
)

div_floor = Operation(
    "div_floor",
    "÷",
    definition="⌊a / b⌋",
    derivatives=("0", "0"),
    on_floats=lambda a, b: a // b,
    source=(
        "where({1} == 0, {0} / {1}, "
        f"floor(({{0}} - fmod({{0}}, {{1}})) / {{1}} + 0.5) - where({_DOWN}, 1, 0))"
    ),
    on_arrays=_divider("div_floor", np.floor_divide),
    rules=(
        lambda g, _y, _a, _b: where(False, g, 0.0),
        lambda g, _y, _a, _b: where(False, g, 0.0),
    ),
    grad_fn_name="DivBackward2",
    is_method=False,
)

_no_rule = no_derivative(
    "floor_divide", "divide detached tensors, or by div(a, b, rounding_mode='floor')"
)
floor_divide = Operation(
    "floor_divide",
    "//",
    definition="⌊a / b⌋",
    derivatives=("none", "none"),
    on_arrays=_divider("div_floor", np.floor_divide),
    rules=(_no_rule, _no_rule),
    grad_fn_name="NotImplemented",
)

fmod = Operation(
    "fmod",
    "mod",
    definition="a − b · trunc(a / b): what is left of a, with its sign",
    derivatives=("g", "−g · trunc(a / b)"),
    on_floats=math.fmod,
    source="fmod({0}, {1})",
    on_arrays=_divider("fmod", np.fmod),
    rules=(lambda g, _y, _a, _b: g, lambda g, _y, a, b: -g * div_trunc(a, b)),
    grad_fn_name="FmodBackward0",
)

remainder = Operation(
    "remainder",
    "mod",
    definition="a − b · ⌊a / b⌋: what is left of a, with the sign of b",
    derivatives=("g", "−g · ⌊a / b⌋"),
    on_floats=_modulo_of_floats,
    source=f"where({_DOWN}, fmod({{0}}, {{1}}) + {{1}}, fmod({{0}}, {{1}}))",
    on_arrays=_divider("remainder", _modulo),
    rules=(lambda g, _y, _a, _b: g, lambda g, _y, a, b: -g * div_floor(a, b)),
    grad_fn_name="RemainderBackward0",
)

_QUOTIENTS = {"trunc": div_trunc, "floor": div_floor}


def rounded_division(input: Any, other: Any, rounding_mode: Any) -> Any:
    """Divide and round the quotient, towards 0 ("trunc") or down ("floor").

    Raises:
        RuntimeError: for another mode; for whole numbers divided by 0.
        NotImplementedError: for two bools.
    """
    if not isinstance(rounding_mode, str):
        raise TypeError(
            f"div(): argument 'rounding_mode' must be str, not {type(rounding_mode).__name__}"
        )
    if rounding_mode not in _QUOTIENTS:
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    return _QUOTIENTS[rounding_mode](input, other)


fix = trunc
