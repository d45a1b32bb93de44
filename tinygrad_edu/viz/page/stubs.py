"""What many steps take: an arrow leads to the first of them, at the others stands its name.

A cell that is called 30 times takes the same parameters each time, and so does a layer unrolled in
time. So many long arrows can neither be followed by eye nor laid out in time: Graphviz makes a node
of each column that one crosses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tinygrad_edu.trace.calls import CallEntry
from tinygrad_edu.trace.graph import Graph, OperationNode

MANY = 4
"""Up to so many that take the same, an arrow leads to each."""

ARROW = 16.0  # points: the length of the arrow from a name
LETTER = 6.5  # the mean width of a small letter
MOST_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Stubs:
    """The arrows that are only drawn at their ends.

    Attributes:
        names: what stands there, by the operation and the position of the argument.
        is_by_module: whether the graph has joined calls; no other graph has stubs.
    """

    names: dict[tuple[int, int], str]
    is_by_module: bool

    def room(self, operation: OperationNode) -> float:
        """Return how wide the space is that names need on the left of an operation."""
        found = [self.names.get((operation.index, use.position)) for use in operation.arguments]
        return room_for(name for name in found if name is not None)


def short(name: str) -> str:
    """Write the last part of a name, if need be without its end.

    >>> short("blocks.0.weight")
    'weight'
    """
    last = name.rpartition(".")[2]
    return last if len(last) <= MOST_LETTERS else last[: MOST_LETTERS - 1] + "…"


def room_for(names: Iterable[str]) -> float:
    """Return how wide the longest of some names is, with an arrow behind it; 0 for no name."""
    letters = max(map(_columns, names), default=0)
    return letters * LETTER + ARROW + 4 if letters else 0.0


def stubs_of(graph: Graph, names: list[str]) -> Stubs:
    """Choose the arrows that would be too many.

    Args:
        graph: the graph.
        names: what its values are called, by index.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> from tinygrad_edu.trace.module_steps import module_steps
    >>> cell, h = nn.RNNCell(2, 2), torch.zeros(1, 2)
    >>> for _ in range(6):
    ...     h = cell(torch.ones(1, 2), h)
    >>> ledger = module_steps(h.sum())
    >>> sorted(set(stubs_of(ledger.graph, ledger.names).names.values()))
    ['bias_hh', 'bias_ih', 'weight_hh', 'weight_ih']
    """
    joined = {op.index for op in graph.operations if isinstance(op.operation, CallEntry)}
    found: dict[tuple[int, int], str] = {}
    for value in graph.values:
        is_leaf = value.made_by is None and bool(value.shape)
        uses = [use for use in value.uses if is_leaf or use.operation.index in joined]
        if len(uses) > MANY:
            shown = short(names[value.index])
            uses.sort(key=lambda use: use.operation.index)
            found.update({(use.operation.index, use.position): shown for use in uses[1:]})
    return Stubs(found, bool(joined))


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
