"""What many operations take: a drawing shows it at the first of them, at the others its name.

A cell that is called 30 times takes the same parameters each time, and so does a layer unrolled in
time. So many long arrows can neither be followed by eye nor laid out in time: Graphviz makes a node
of each column that one crosses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tinygrad_edu.trace.graph import Graph, Use, ValueNode

MANY = 4
"""Up to so many that take the same, an arrow leads to each."""

FAR = 16
"""Up to so many columns apart, a number that many take has an arrow to each, as in a neuron."""

MOST_LETTERS = 16


def short(name: str) -> str:
    """Write the last part of a name, if need be without its end.

    >>> short("blocks.0.weight")
    'weight'
    """
    last = name.rpartition(".")[2]
    return last if len(last) <= MOST_LETTERS else last[: MOST_LETTERS - 1] + "…"


def repeated_leaves(graph: Graph) -> Iterator[ValueNode]:
    """Yield what no operation made: the tensors, and the numbers that are used far apart.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> w = y = Value(0.9)
    >>> for _ in range(20):
    ...     y = y * w
    >>> [len(list(repeated_leaves(read(x)))) for x in (y, w * w)]
    [1, 0]
    """
    columns = _columns(graph)
    for value in graph.values:
        if value.made_by is not None or not value.uses:
            continue
        used = [columns[use.operation.index] for use in value.uses]
        if value.shape or max(used) - min(used) > FAR:
            yield value


def _columns(graph: Graph) -> list[int]:
    """Find the column that each operation stands in: the one after all of its arguments'."""
    found: list[int] = []
    for operation in graph.operations:
        makers = (use.value.made_by for use in operation.arguments)
        found.append(1 + max((found[maker.index] for maker in makers if maker), default=0))
    return found


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
