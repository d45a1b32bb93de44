"""What many operations take: a drawing shows it at the first of them, at the others its name.

A cell that is called 30 times takes the same parameters each time, and so does a layer unrolled in
time. So many long arrows can neither be followed by eye nor laid out in time: Graphviz makes a node
of each column that one crosses.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_edu.trace.graph import Use, ValueNode

MANY = 4
"""Up to so many that take the same, an arrow leads to each."""

MOST_LETTERS = 16


def short(name: str) -> str:
    """Write the last part of a name, if need be without its end.

    >>> short("blocks.0.weight")
    'weight'
    """
    last = name.rpartition(".")[2]
    return last if len(last) <= MOST_LETTERS else last[: MOST_LETTERS - 1] + "…"


def is_tensor_leaf(value: ValueNode) -> bool:
    """Tell whether no operation made a value, and it is no single number."""
    return value.made_by is None and bool(value.shape)


def repeats(uses: Sequence[Use]) -> list[Use]:
    """Return the uses of one value at which only its name stands: all but the first, if many.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> w, y = torch.ones(2, requires_grad=True), torch.ones(2)
    >>> for _ in range(6):
    ...     y = w * y
    >>> [use.operation.index for use in repeats(read(y).values[0].uses)]
    [1, 2, 3, 4, 5]
    """
    if len(uses) <= MANY:
        return []
    return sorted(uses, key=lambda use: use.operation.index)[1:]
