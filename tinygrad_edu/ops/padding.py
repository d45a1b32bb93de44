"""Padding: numbers around a tensor; its derivative cuts them off again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation

Pairs = Sequence[tuple[int, int]]


def _constant_pad(input: Any, pairs: Pairs, value: float = 0.0) -> Any:
    """Put numbers before and after, in each dim; a negative amount cuts elements off."""
    kept = tuple(
        slice(max(-before, 0), size - max(-after, 0))
        for size, (before, after) in zip(input.shape, pairs, strict=True)
    )
    inside = input[kept]
    around = [(max(before, 0), max(after, 0)) for before, after in pairs]
    shape = [low + size + high for size, (low, high) in zip(inside.shape, around, strict=True)]
    result = np.full(shape, value, input.dtype)
    at = zip(inside.shape, around, strict=True)
    result[tuple(slice(low, low + size) for size, (low, _) in at)] = inside
    return result


constant_pad_nd: Operation = Operation(
    "constant_pad_nd",
    "pad",
    definition="x with a number around it",
    derivatives=("g without what is around",),
    on_arrays=_constant_pad,
    rules=(lambda g, _y, _x, pairs, value: constant_pad_nd(g, [(-a, -b) for a, b in pairs]),),
    dtypes="as is",
    is_method=False,
)
