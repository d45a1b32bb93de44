"""The operation table: every differentiable operation, one entry each, grouped by kind.

Importing the package fills `TABLE`; drawing, checking, explaining and documenting iterate it, so
that a new entry is known to all of them.
"""

from tinygrad_edu.ops import (
    activations,
    arithmetic,
    extremes,
    indexing,
    linear_algebra,
    losses,
    powers,
    reductions,
    selection,
    shapes,
    softmax,
    trigonometry,
)
from tinygrad_edu.ops.operation import TABLE, Composite, Operation

__all__ = [
    "TABLE",
    "Composite",
    "Operation",
    "activations",
    "arithmetic",
    "extremes",
    "indexing",
    "linear_algebra",
    "losses",
    "powers",
    "reductions",
    "selection",
    "shapes",
    "softmax",
    "trigonometry",
]
