"""What elementwise operations refuse: dtypes, and derivatives, that torch does not have either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu import dtypes


def refuse(name: str, kind: np.dtype[Any]) -> NotImplementedError:
    """Say that a function is not there for a dtype, in torch's words."""
    return NotImplementedError(
        f"\"{name}_cpu\" not implemented for '{dtypes.title(kind)}': convert it with .float()"
    )


def insist_on_floating(name: str, *inputs: Any) -> None:
    """Refuse arrays of whole numbers or bools."""
    kind = np.result_type(*inputs)
    if kind.kind != "f":
        raise refuse(name, kind)


def no_derivative(name: str, instead: str) -> Callable[..., Any]:
    """Make the rule of what torch has no derivative of."""

    def rule(_g: Any, _y: Any, _a: Any, _b: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{name} is not implemented: {instead}")

    return rule


def kind_of(x: Any) -> str:
    """Return numpy's letter for the kind of a tensor, an array or a number, such as i and f."""
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return "b" if isinstance(x, bool) else "i" if isinstance(x, int) else "f"
    return str(getattr(dtype, "numpy", dtype).kind)
