"""The time from a graph of 300 nodes to its SVG."""

from __future__ import annotations

from benchmarks.rounds import Row, duration, seconds


def rows() -> list[Row]:
    """Draw a chain of 150 operations, which is some 300 nodes with its constants."""
    from tinygrad_edu import Value, viz

    x = Value(0.5, label="x")
    y = x
    for i in range(149):
        y = (y * 1.01).tanh() if i % 2 else y + x
    y.backward()
    time = min(seconds(lambda: viz.graph(y, limit=1000).pipe("svg"), 1) for _ in range(5))
    return [Row("`viz.graph`, 300 nodes to SVG", "–", duration(time), "–", "–", "under 2 s")]
