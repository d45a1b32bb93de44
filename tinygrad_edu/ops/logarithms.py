"""Logarithms and powers to the bases 2 and 10, sums of powers by their logarithms, log-odds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.activations import sigmoid
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import log
from tinygrad_edu.ops.refusals import insist_on_floating, kind_of, refuse
from tinygrad_edu.ops.selection import where

_LN2, _LN10 = math.log(2), math.log(10)

log2 = Operation(
    "log2",
    "log₂",
    definition="the logarithm of x to the base 2",
    derivatives=("g / (x · ln 2)",),
    on_floats=math.log2,
    source="log2({0})",
    on_arrays=np.log2,
    rules=(lambda g, _y, x: g / (x * _LN2),),
    dtypes="float",
)

log10 = Operation(
    "log10",
    "log₁₀",
    definition="the logarithm of x to the base 10",
    derivatives=("g / (x · ln 10)",),
    on_floats=math.log10,
    source="log10({0})",
    on_arrays=np.log10,
    rules=(lambda g, _y, x: g / (x * _LN10),),
    dtypes="float",
)

exp2 = Operation(
    "exp2",
    "2ˣ",
    definition="2ˣ",
    derivatives=("g · 2ˣ · ln 2",),
    on_floats=lambda x: math.pow(2.0, x),
    source="pow(2, {0})",
    on_arrays=np.exp2,
    rules=(lambda g, y, _x: g * y * _LN2,),
    dtypes="float",
)


def _no_bools(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if kind_of(inputs[1]) == "b":
        raise refuse("ldexp", np.dtype(bool))
    return inputs, parameters


ldexp = Operation(
    "ldexp",
    "a·2ᵇ",
    definition="a · 2ᵇ",
    derivatives=("g · 2ᵇ", "g · y · ln 2"),
    on_floats=lambda a, b: a * math.pow(2.0, b),
    source="{0} * pow(2, {1})",
    on_arrays=lambda input, other: input * np.exp2(other),
    rules=(lambda g, _y, _a, b: g * exp2(b), lambda g, y, _a, _b: g * y * _LN2),
    prepare=_no_bools,
    dtypes="float",
)


def _logaddexp(input: Any, other: Any) -> Any:
    insist_on_floating("logaddexp", input, other)
    return np.logaddexp(input, other)


def _logaddexp2(input: Any, other: Any) -> Any:
    insist_on_floating("logaddexp2", input, other)
    return np.logaddexp2(input, other)


# Where a = b, of two infinities too, no difference is taken: inf − inf would be nan.
logaddexp = Operation(
    "logaddexp",
    "ln(eᵃ+eᵇ)",
    definition="ln(eᵃ + eᵇ), without overflow",
    derivatives=("g · σ(a − b)", "g · σ(b − a)"),
    on_floats=lambda a, b: a + _LN2 if a == b else max(a, b) + math.log1p(math.exp(-abs(a - b))),
    source=(
        f"where({{0}} == {{1}}, {{0}} + {_LN2!r}, "
        "max({0}, {1}) + log1p(exp(-abs({0} - {1}))))"
    ),
    on_arrays=_logaddexp,
    rules=(lambda g, _y, a, b: g * sigmoid(a - b), lambda g, _y, a, b: g * sigmoid(b - a)),
)

logaddexp2 = Operation(
    "logaddexp2",
    "log₂(2ᵃ+2ᵇ)",
    definition="log₂(2ᵃ + 2ᵇ), without overflow",
    derivatives=("g · σ((a − b) · ln 2)", "g · σ((b − a) · ln 2)"),
    on_floats=lambda a, b: (
        a + 1.0 if a == b else max(a, b) + math.log1p(math.pow(2.0, -abs(a - b))) / _LN2
    ),
    source=(
        "where({0} == {1}, {0} + 1, "
        f"max({{0}}, {{1}}) + log1p(pow(2, -abs({{0}} - {{1}}))) / {_LN2!r})"
    ),
    on_arrays=_logaddexp2,
    rules=(
        lambda g, _y, a, b: g * sigmoid((a - b) * _LN2),
        lambda g, _y, a, b: g * sigmoid((b - a) * _LN2),
    ),
)


def _eps(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    eps = parameters["eps"]
    if eps is not None and not isinstance(eps, (int, float)):
        raise TypeError(f"logit(): argument 'eps' must be float, not {type(eps).__name__}")
    return inputs, {"eps": -1.0 if eps is None else eps}  # below 0 it bounds nothing, as in torch


def _logit(input: Any, eps: Any = None) -> Any:
    inside = np.maximum(np.minimum(input, 1 - eps), eps) if eps >= 0 else input
    return np.log(inside / (1 - inside))


def _logit_of_a_float(x: float, eps: float) -> float:
    inside = max(min(x, 1.0 - eps), eps) if eps >= 0.0 else x
    return math.log(inside / (1.0 - inside))


def _logit_rule(g: Any, x: Any, eps: float) -> Any:
    low = max(eps, 0.0)
    inside = (x >= low) & (x <= 1.0 - low)
    return where(inside, g / (x * (1 - x)), math.nan if eps < 0 else 0.0)


logit = Operation(
    "logit",
    "logit",
    definition="ln(x / (1 − x)), the inverse of sigmoid; x at least eps and at most 1 − eps",
    derivatives=("g / (x · (1 − x)); 0 where eps bounds x",),
    on_floats=_logit_of_a_float,
    source=(
        "log(where({eps} < 0, {0}, max(min({0}, 1 - {eps}), {eps})) / "
        "(1 - where({eps} < 0, {0}, max(min({0}, 1 - {eps}), {eps}))))"
    ),
    on_arrays=_logit,
    rules=(lambda g, _y, x, eps: _logit_rule(g, x, eps),),
    prepare=_eps,
    dtypes="float",
)


def _entr(input: Any) -> Any:
    entropy = np.where(input == 0, 0, -input * np.log(input))
    return np.where(input < 0, -math.inf, entropy)


def _entr_of_a_float(x: float) -> float:
    if x < 0.0:
        return -math.inf
    return -x * math.log(x) if x != 0.0 else 0.0


entr = Operation(
    "entr",
    "−x ln x",
    definition="−x · ln x, what x adds to an entropy; 0 at 0, −∞ below",
    derivatives=("−g · (ln x + 1)",),
    on_floats=_entr_of_a_float,
    source="where({0} < 0, -inf, where({0} == 0, 0, -{0} * log({0})))",
    on_arrays=_entr,
    rules=(lambda g, _y, x: -g * (log(x) + 1),),
    dtypes="float",
    grad_fn_name="SpecialEntrBackward0",
    is_method=False,
)
