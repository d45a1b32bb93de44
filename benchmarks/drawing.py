"""The time from a graph to its SVG, beside Graphviz alone with the same text."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.processes import seconds_of_children
from benchmarks.results import Entry
from benchmarks.rounds import Timing

SIZES = {300: [8, 8, 1], 1000: [16, 24, 1], 3000: [32, 40, 1]}
"""The layers of a network of `Value`s whose graph has about that many values."""


def graph_of(sizes: list[int]) -> Any:
    """Return the loss of a small network on one sample, gone backward."""
    from tinygrad_edu.nn.scalar import MLP

    random.seed(1337)
    loss = (MLP(2, sizes)([0.5, -0.3]) - 1) ** 2  # type: ignore[operator]
    loss.backward()
    return loss


def measured(group: str, wanted: Sequence[str], quick: bool) -> Iterator[Entry]:
    """Draw each graph, in turns with Graphviz alone."""
    from tinygrad_edu import viz
    from tinygrad_edu.trace import read

    for count, sizes in SIZES.items():
        loss = graph_of(sizes)
        drawing = viz.graph(loss, limit=10_000)
        ways: dict[str, Callable[[], Any]] = {
            "drawing": lambda loss=loss: viz.graph(loss, limit=10_000).pipe("svg"),
            "graphviz": lambda drawing=drawing: drawing.pipe("svg"),
        }
        timings = {name: Timing([]) for name in ways}
        for _ in range(1 if quick else max(1, 3000 // count)):
            for name, way in ways.items():
                start = _clock()
                way()
                timings[name].seconds.append(_clock() - start)
        yield Entry(group, f"{len(read(loss).values):,} values as SVG", timings, unit="drawing")


def _clock() -> float:
    return time.process_time() + seconds_of_children()  # Graphviz runs in a process of its own
