"""Formulas written for numbers and arrays, computed on `Result`s.

The `source` of an operation is Python as well as JavaScript: with results for its names it writes
nodes. The same goes for what the library computes with numpy beside its operations: `np.greater`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.onnx.results import Result


def unary(kind: str) -> Any:
    """Return the function that writes a node with one input."""
    return lambda x: x.writer.node(kind, (x,))


def where(condition: Any, x: Any, y: Any) -> Any:
    """Write a choice between two, any of which may be a number."""
    writer = next(part.writer for part in (condition, x, y) if isinstance(part, Result))
    a, b = writer.alike(x, y) if _are_results(x, y) else _numbers(writer, x, y)
    return writer.node("Where", (writer.of_kind(condition, np.bool_), a, b), a.dtype)


def _are_results(*parts: Any) -> bool:
    return any(isinstance(x, Result) for x in parts)


def _numbers(writer: Any, *numbers: Any) -> Any:
    return [writer.constant(np.asarray(x, writer.output.dtype)) for x in numbers]


def _between(kind: str) -> Any:
    """Return the function that writes a node with two inputs, one of which may be a number."""

    def apply(a: Any, b: Any) -> Any:
        writer = (a if isinstance(a, Result) else b).writer
        return writer.node(kind, writer.alike(a, b))

    return apply


def log1p(x: Any) -> Any:
    """Write ln(1 + x): where 1 + x is rounded, the logarithm is corrected by as much."""
    total = 1 + x
    exact = FUNCTIONS["log"](total) * (x / (total - 1))
    return where((total == 1) | (total == math.inf), x, exact)


def expm1(x: Any) -> Any:
    """Write eˣ − 1: near 0, where the difference cancels, 2t / (1 − t) with t = tanh(x/2)."""
    half = FUNCTIONS["tanh"](0.5 * x)
    near = where(FUNCTIONS["abs"](x) < 1, half, 0.0)
    return where(FUNCTIONS["abs"](x) < 1, 2 * near / (1 - near), FUNCTIONS["exp"](x) - 1)


def trunc(x: Any) -> Any:
    """Write the whole part."""
    return where(x < 0, FUNCTIONS["ceil"](x), FUNCTIONS["floor"](x))


def hypot(a: Any, b: Any) -> Any:
    """Write √(a² + b²), without squares that are too large."""
    sizes = FUNCTIONS["abs"](a), FUNCTIONS["abs"](b)
    large, small = FUNCTIONS["max"](*sizes), FUNCTIONS["min"](*sizes)
    ratio = where(large == 0, 0.0, small / large)
    infinite = (sizes[0] == math.inf) | (sizes[1] == math.inf)
    return where(infinite, math.inf, large * FUNCTIONS["sqrt"](1 + ratio * ratio))


def _fmod(a: Any, b: Any) -> Any:
    a, b = a.writer.alike(a, b) if isinstance(a, Result) else b.writer.alike(a, b)
    return a.writer.node("Mod", (a, b), fmod=1)


NAMES = (
    "abs acos acosh asin asinh atan atanh ceil cos cosh erf exp floor log sin sinh sqrt tan tanh"
)
FUNCTIONS: dict[str, Any] = {name: unary(name.capitalize()) for name in NAMES.split()}
FUNCTIONS |= {
    "where": where, "log1p": log1p, "expm1": expm1, "trunc": trunc, "fmod": _fmod, "hypot": hypot,
    "min": _between("Min"), "max": _between("Max"), "pow": _between("Pow"),
    "inf": math.inf, "nan": math.nan,
    "log2": lambda x: FUNCTIONS["log"](x) / math.log(2),
    "log10": lambda x: FUNCTIONS["log"](x) / math.log(10),
}  # fmt: skip
"""What the formulas of the table call."""


class _Numpy:
    """The functions of numpy that formulas beside the table call."""

    float32, float64, int64, int32, bool_ = np.float32, np.float64, np.int64, np.int32, np.bool_
    inf, nan = math.inf, math.nan
    where = staticmethod(where)
    maximum, minimum = staticmethod(_between("Max")), staticmethod(_between("Min"))
    logical_not = staticmethod(lambda x: ~x)
    logical_and = staticmethod(lambda a, b: a & b)
    logical_or = staticmethod(lambda a, b: a | b)
    argmax = staticmethod(lambda x, axis=None, keepdims=False: x.argmax(axis, keepdims))
    argmin = staticmethod(lambda x, axis=None, keepdims=False: x.argmin(axis, keepdims))

    def __getattr__(self, name: str) -> Any:
        name = {"absolute": "abs", "arctan": "atan", "arcsin": "asin"}.get(name, name)
        if name not in FUNCTIONS:
            raise NotImplementedError(f"np.{name}")
        return FUNCTIONS[name]


def computed(text: str, names: dict[str, Any]) -> Any:
    """Compute a formula.

    Args:
        text: the formula, as an expression of Python.
        names: what stands for its variables.

    Raises:
        NotImplementedError: names a function that ONNX does not have.
    """
    try:
        return eval(text, {"np": _Numpy(), **FUNCTIONS, "bool": np.bool_, **names})
    except NameError as error:
        raise NotImplementedError(str(error.name)) from None
