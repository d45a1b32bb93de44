"""The operation table: every differentiable operation, one entry each, grouped by kind.

Importing the package fills `TABLE`; drawing, checking, explaining and documenting iterate it, so
that a new entry is known to all of them.
"""

from tinygrad_edu.ops import (
    activations,
    arithmetic,
    class_losses,
    convolution,
    embedding,
    extremes,
    indexing,
    linear_algebra,
    losses,
    normalization,
    pooling,
    powers,
    reductions,
    selection,
    shapes,
    softmax,
    special,
    trigonometry,
)
from tinygrad_edu.ops.operation import TABLE, Composite, Operation

__all__ = [
    "TABLE",
    "Composite",
    "Operation",
    "activations",
    "arithmetic",
    "class_losses",
    "convolution",
    "embedding",
    "extremes",
    "indexing",
    "linear_algebra",
    "losses",
    "normalization",
    "pooling",
    "powers",
    "reductions",
    "selection",
    "shapes",
    "softmax",
    "special",
    "trigonometry",
]
