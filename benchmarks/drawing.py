"""The time from a graph of 300 nodes to its SVG."""

from __future__ import annotations

from benchmarks.rounds import Row, duration, seconds


def rows() -> list[Row]:
    """Draw an MLP 2-8-8-1 of `Value`s on one sample: 300 values and their operations."""
    import random

    from tinygrad_edu import viz
    from tinygrad_edu.nn.scalar import MLP

    random.seed(1337)
    loss = (MLP(2, [8, 8, 1])([0.5, -0.3]) - 1) ** 2
    loss.backward()
    time = min(seconds(lambda: viz.graph(loss, limit=1000).pipe("svg"), 1) for _ in range(5))
    return [Row("`viz.graph`, 300 values to SVG", "–", duration(time), "–", "–", "under 2 s")]
