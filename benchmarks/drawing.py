"""The time from a graph to its SVG, beside Graphviz alone with the same text."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.processes import seconds_of_children
from benchmarks.results import Entry
from benchmarks.rounds import Timing

PATIENCE = 200
"""Seconds that a layout may take."""

SIZES = {300: [8, 8, 1], 1000: [16, 16, 1], 3000: [32, 28, 1]}
"""The layers of a network of `Value`s whose graph has about that many values."""


def graph_of(sizes: list[int]) -> Any:
    """Return the loss of a small network on one sample, gone backward."""
    from tinygrad_edu.nn.scalar import MLP

    random.seed(1337)
    loss = (MLP(2, sizes)([0.5, -0.3]) - 1) ** 2  # type: ignore[operator]
    loss.backward()
    return loss


def _drawing(loss: Any) -> Any:
    from tinygrad_edu import viz

    drawing = viz.graph(loss, limit=10_000)
    drawing.timeout = PATIENCE
    return drawing


def measured(group: str, wanted: Sequence[str], quick: bool) -> Iterator[Entry]:
    """Draw each graph, in turns with Graphviz alone."""
    from tinygrad_edu.trace import read

    for count, sizes in SIZES.items():
        loss = graph_of(sizes)
        drawing = _drawing(loss)
        ways: dict[str, Callable[[], Any]] = {
            "drawing": lambda loss=loss: _drawing(loss).pipe("svg"),
            "graphviz": lambda drawing=drawing: drawing.pipe("svg"),
        }
        timings = {name: Timing([]) for name in ways}
        for _ in range(1 if quick else max(1, 1500 // count)):
            for name, way in ways.items():
                if not timings[name].reason:
                    timings[name] = _again(timings[name], way, count)
        yield Entry(group, f"{len(read(loss).values):,} values as SVG", timings, unit="drawing")


def _again(timing: Timing, way: Callable[[], Any], count: int) -> Timing:
    """Draw once more; say so if it takes too long."""
    from tinygrad_edu.viz.render import LayoutTimeout

    start = _clock()
    try:
        way()
    except LayoutTimeout:
        return Timing([], 1, f"Graphviz takes more than {PATIENCE} s to lay {count:,} values out")
    return timing._replace(seconds=[*timing.seconds, _clock() - start])


def _clock() -> float:
    return time.process_time() + seconds_of_children()  # Graphviz runs in a process of its own
