"""The arrows of the page that are only drawn at their ends: those from what many steps take."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tinygrad_edu.trace.calls import CallEntry
from tinygrad_edu.trace.graph import Graph, OperationNode
from tinygrad_edu.viz.repeats import repeated_leaves, repeats
from tinygrad_edu.viz.repeats import short as short  # re-exported: the rows of the page use it

ARROW = 16.0  # points: the length of the arrow from a name
LETTER = 6.5  # the mean width of a small letter


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
    leaves = set(repeated_leaves(graph))
    found: dict[tuple[int, int], str] = {}
    for value in graph.values:
        uses = [use for use in value.uses if value in leaves or use.operation.index in joined]
        shown = short(names[value.index])
        found.update({(use.operation.index, use.position): shown for use in repeats(uses)})
    return Stubs(found, bool(joined))


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
