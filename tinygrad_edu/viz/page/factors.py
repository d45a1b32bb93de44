"""What the page is told about modules: what each does to the gradient on its way to a tensor.

These are the bars and sentences of `trace.explain(loss, tensor)`. The ways to different tensors
share most of their bars, so each bar is sent once, and a way as runs of their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from tinygrad_edu.trace.graph import Graph, ValueNode
from tinygrad_edu.trace.module_factors import ModuleFactors, module_factors
from tinygrad_edu.trace.waterfall import Bar
from tinygrad_edu.viz.page.elements import short

Facts = dict[str, Any]

WORK = 6_000
"""Tensors times operations up to which all ways are followed: some tenths of a second."""

ROOM, ROOM_PER_VALUE = 40_000, 60
"""Bytes of the page that all ways may take together, and more of them for each value."""


def factor_facts(
    graph: Graph, names: list[str], work: int = WORK, room: int | None = None
) -> Facts:
    """Follow the gradient to each tensor: first to the parameters and leaves, then to the others.

    Args:
        graph: a graph of tensors, read behind its backward pass.
        names: what its values are called, by index.
        work: how many operations may be looked at on all ways together.
        room: how many bytes this may take; what finds no room is left out.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> loss = (x * 3).sum()
    >>> loss.backward()
    >>> facts = factor_facts(read(loss), ["x", "3", "y", "loss"])
    >>> [name for name, *_ in facts["bars"]], facts["ways"][0]["runs"], facts["ways"][2]["runs"]
    (['sum', '×'], [[0, 2]], [[0, 1]])
    """
    writer = _Writer(ROOM + ROOM_PER_VALUE * len(graph.values) if room is None else room)
    if graph.outputs[0].gradient is None:
        return writer.facts()
    asked = [x for x in graph.values if x.needs_gradient and x not in graph.outputs]
    asked.sort(key=lambda x: x.made_by is not None)
    for value in asked[: work // max(len(graph.operations), 1)]:
        if not writer.add(value, module_factors(graph, names, value)):
            break
    return writer.facts()


class _Writer:
    """Writes ways for as long as there is room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.bars: list[list[Any]] = []
        self.ways: dict[int, Facts] = {}
        self.known: dict[tuple[Any, ...], int] = {}

    def facts(self) -> Facts:
        return {"bars": self.bars, "ways": self.ways}

    def add(self, value: ValueNode, found: ModuleFactors) -> bool:
        """Write the way to a value, if there is room for it."""
        falls = found.waterfall
        before = len(self.bars)
        indices = [self._bar(bar) for bar in falls.bars]
        way = {"runs": runs(indices), "sentence": falls.sentence, "remark": falls.remark}
        written = json.dumps([way, self.bars[before:]], separators=(",", ":"), ensure_ascii=False)
        self.room -= len(written.encode())
        if self.room < 0:
            return False
        self.ways[value.index] = way
        return True

    def _bar(self, bar: Bar) -> int:
        """Write a bar, unless it is there: name, kind, factor, what arrives, what is passed on."""
        key = (bar.name, bar.kind, bar.factor, bar.before, bar.product)
        if key not in self.known:
            self.known[key] = len(self.bars)
            with np.errstate(all="ignore"):
                arrives = float(np.power(10.0, bar.before))
            numbers = [short(x) for x in (bar.factor, arrives, bar.product)]
            self.bars.append([bar.name, bar.kind, *numbers])
        return self.known[key]


def runs(indices: Iterable[int]) -> list[list[int]]:
    """Write a list of numbers as runs from … to.

    >>> runs([0, 1, 2, 5])
    [[0, 3], [5, 6]]
    """
    found: list[list[int]] = []
    for i in indices:
        if found and found[-1][1] == i:
            found[-1][1] = i + 1
        else:
            found.append([i, i + 1])
    return found
