"""The operation table: every differentiable operation, one entry each, grouped by kind.

Importing the package fills `TABLE` with the chapters of a first lesson; the others enter theirs
when they are first used (`later.load_all` loads them all). Drawing, checking, explaining and
documenting iterate the table, so that a new entry is known to all of them.
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
    "extremes",
    "indexing",
    "linear_algebra",
    "losses",
    "powers",
    "reductions",
    "selection",
    "shapes",
    "special",
    "trigonometry",
]
