"""What property tests are drawn from: shapes that broadcast, arrays of smooth numbers, dims."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

few = settings(max_examples=40, derandomize=True, database=None)
"""How often a property is tried: the same examples in each run."""

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
full_shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)


def pairs_of_shapes(min_side: int = 0) -> st.SearchStrategy[Any]:
    """Draw two shapes that broadcast, and the shape that they broadcast to."""
    return hnp.mutually_broadcastable_shapes(
        num_shapes=2, max_dims=3, min_side=min_side, max_side=3
    ).map(lambda drawn: (*drawn.input_shapes, drawn.result_shape))


def numbers(shape: tuple[int, ...], low: float = -2.0, high: float = 2.0) -> st.SearchStrategy[Any]:
    """Draw an array of numbers in an interval: off its bounds, off 0 where that is the middle."""
    steps = hnp.arrays(np.int64, shape, elements=st.integers(0, 999))
    return steps.map(lambda n: low + (high - low) * (n + 0.5) / 1000)


def different_numbers(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """Draw an array in which no number occurs twice: smooth for maxima and the like."""
    steps = hnp.arrays(np.int64, shape, elements=st.integers(0, 999), unique=True)
    return steps.map(lambda n: (n - 499.5) / 250)


def dims_of(ndim: int) -> st.SearchStrategy[Any]:
    """Draw what a reduction may be given as dim: none, one or several, counted from either end."""
    one = st.integers(-ndim, ndim - 1)
    several = st.lists(one, min_size=1, unique_by=lambda d: d % ndim).map(tuple)
    return st.none() | one | several
