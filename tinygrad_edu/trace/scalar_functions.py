"""The functions that programs of single numbers call: on floats, with IEEE's results, on arrays."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.ops import TABLE, angles, hyperbolic, logarithms, rounding  # noqa: F401

FUNCTIONS = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "floor", "ceil"),
    *("trunc", "sinh", "cosh", "asinh", "acosh", "atanh", "asin", "acos", "atan", "atan2"),
    *("hypot", "log2", "log10", "fmod", "pow", "erf"),
)
"""The functions that lines call: of Python's math, and JavaScript's Math but for the last three."""


def _where(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


_ENTRIES: dict[str, Any] = {name: TABLE[name] for name in FUNCTIONS}
PLAIN = {name: op.on_floats for name, op in _ENTRIES.items()}
PLAIN.update(inf=math.inf, nan=math.nan, where=_where)


def _with_infinities(name: str) -> Callable[..., Any]:
    """Return a function that answers as a `Value` would where Python's own raises."""
    op = _ENTRIES[name]
    return lambda *numbers: np.float64(op.on_float(*map(float, numbers)))


IEEE = PLAIN | {name: _with_infinities(name) for name in FUNCTIONS}
IEEE.update(float64=np.float64, inf=np.float64(math.inf), nan=np.float64(math.nan))


ARRAYS: dict[str, Any] = {name: TABLE[name].on_arrays for name in FUNCTIONS}  # type: ignore[union-attr]
ARRAYS.update(inf=math.inf, nan=math.nan, where=np.where, min=np.minimum, max=np.maximum)
ARRAYS["pow"] = np.float_power  # a sign, of comparisons, is an array of whole numbers


class _NumpysNumbers(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> Any:
        if type(node.value) not in (int, float):
            return node
        return ast.Call(ast.Name("float64", ast.Load()), [node], [])


def with_numpys_numbers(text: str) -> ast.Module:
    """Write `float64(2.0)` for each `2.0` in a program: numpy's numbers can be divided by 0.

    >>> ast.unparse(with_numpys_numbers("y = 2.0 / x"))
    'y = float64(2.0) / x'
    """
    tree: ast.Module = ast.fix_missing_locations(_NumpysNumbers().visit(ast.parse(text)))
    return tree
