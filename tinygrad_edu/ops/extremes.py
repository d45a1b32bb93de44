"""The largest and the smallest: of all elements, along a dim with its index, or over several dims.

Where several elements reach the extreme, `amax`, `amin` and the reductions of all share the
gradient evenly among them; `max` and `min` along a dim pick one, as torch does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import NUMPYS_NAMES, Operation, composite
from tinygrad_edu.ops.picking import pick, picking
from tinygrad_edu.ops.reductions import Dims, count, keep_dims, reduced_dims, sum
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.ops.selection import maximum, minimum, where
from tinygrad_edu.ops.shapes import normalize_dim


def _evenly(g: Any, y: Any, x: Any, dim: Dims, keepdim: bool) -> Any:
    """Divide the gradient evenly among the elements that reach the extreme."""
    reached = x == keep_dims(y, x, dim, keepdim)
    return keep_dims(g, x, dim, keepdim) * reached / sum(reached, dim, keepdim=True)


def _extreme(name: str, symbol: str, word: str, on_arrays: Any, on_values: Any) -> Operation:
    def compute(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        _refuse_empty(name, input, dim)
        return on_arrays(input, axis=dim, keepdims=keepdim)

    return Operation(
        name,
        symbol,
        definition=f"the {word} element",
        derivatives=("g shared evenly by the elements that reach it, else 0",),
        on_arrays=compute,
        on_values=lambda input, dim=None, keepdim=False: on_values(
            input, axis=dim, keepdims=keepdim
        ),
        rules=(lambda g, y, x, dim, keepdim: _evenly(g, y, x, dim, keepdim),),
        prepare=reduced_dims,
        dtypes="as is",
    )


def _refuse_empty(name: str, input: Any, dim: Dims) -> None:
    if count(input, dim) == 0:
        raise (RuntimeError if dim is None else IndexError)(
            f"{name}(): Expected reduction dim to be specified and to have a size > 0, but the "
            f"input has shape {list(input.shape)}: of no elements there is no {name}"
        )


amax = _extreme("amax", "max", "largest", np.maximum.reduce, np.max)
amin = _extreme("amin", "min", "smallest", np.minimum.reduce, np.min)


max_dim, min_dim = (
    picking(
        __name__,
        f"{name}_dim",
        name,
        f"the {word} element along a dim",
        f"{name.capitalize()}Backward0",
        "g at the element that was picked, else 0",
    )
    for name, word in (("max", "largest"), ("min", "smallest"))
)


max_result = named_result("max", "values", "indices")
min_result = named_result("min", "values", "indices")


def _extreme_along(op: Operation, find: Any, input: Any, dim: int, keepdim: bool) -> Any:
    dim = normalize_dim(dim, len(input.shape))
    _refuse_empty(op.symbol, getattr(input, "array", input), dim if input.shape else None)

    def place(array: Any) -> Any:
        if not array.ndim:
            return np.zeros((), np.int64)
        return find(array, axis=dim, keepdims=True)

    return pick(op, input, dim, place, keepdim)


def _split_max_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, bool, Any]:
    """Read (dim, keepdim, other) off a call of max or min, which take either a dim or a tensor."""
    given = {NUMPYS_NAMES.get(name, name): value for name, value in kwargs.items()}
    names = ("dim", "keepdim") if args and isinstance(args[0], int) else ("other",)
    allowed = {"dim", "keepdim"} if "dim" in (*names, *given) else {"other"}
    given.update(zip(names, args, strict=False))
    if len(args) > len(names) or given.keys() - allowed or isinstance(given.get("other"), tuple):
        raise TypeError(
            "max and min take a dim and keepdim, or another tensor, "
            f"not {len(args)} arguments and {list(kwargs)}"
        )
    return given.get("dim"), given.get("keepdim", False), given.get("other")


def _a_tensor_beside(input: Any, other: Any) -> Any:
    if hasattr(input, "array") and isinstance(other, float):
        raise TypeError("max and min take a dim or another tensor, not a number: use clamp")
    return other


@composite("max", "the largest element; along a dim, with its index; or the larger of two tensors")
def max(input: Any, *args: Any, **kwargs: Any) -> Any:
    """Find the largest: `max(x)`, `max(x, dim, keepdim=False)` or `max(x, other)`."""
    dim, keepdim, other = _split_max_arguments(args, kwargs)
    if other is not None:
        return maximum(input, _a_tensor_beside(input, other))
    if dim is None:
        return max_all(input)
    return max_result(*_extreme_along(max_dim, np.argmax, input, dim, keepdim))


@composite(
    "min", "the smallest element; along a dim, with its index; or the smaller of two tensors"
)
def min(input: Any, *args: Any, **kwargs: Any) -> Any:
    """Find the smallest: `min(x)`, `min(x, dim, keepdim=False)` or `min(x, other)`."""
    dim, keepdim, other = _split_max_arguments(args, kwargs)
    if other is not None:
        return minimum(input, _a_tensor_beside(input, other))
    if dim is None:
        return min_all(input)
    return min_result(*_extreme_along(min_dim, np.argmin, input, dim, keepdim))


def evenly_among_equals(g: Any, y: Any, x: Any) -> Any:
    """Divide a gradient among the elements that are equal to the one that was chosen."""
    reached = (x == y) | ((x != x) & (y != y))  # a nan is an extreme, and equal to any other
    return where(reached, g / sum(reached), 0.0)


def _extreme_of_all(name: str, word: str, on_arrays: Any) -> Operation:
    def compute(input: Any) -> Any:
        _refuse_empty(name, input, None)
        return on_arrays(input, axis=None)

    def rule(g: Any, y: Any, x: Any) -> Any:
        return evenly_among_equals(g, y, x)

    return Operation(
        f"{name}_all",
        name,
        definition=f"the {word} element",
        derivatives=("g shared evenly by the elements that reach it, else 0",),
        on_arrays=compute,
        rules=(rule,),
        dtypes="as is",
        grad_fn_name=f"{name.capitalize()}Backward1",
        is_method=False,
    )


max_all = _extreme_of_all("max", "largest", np.maximum.reduce)
min_all = _extreme_of_all("min", "smallest", np.minimum.reduce)
