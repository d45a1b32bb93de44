"""Timing in turns: two functions, one round each at a time, so that both see the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Row:
    """One line of the table; times in seconds per call, `ratio` above 1 where this one is ahead."""

    what: str
    peer: str
    ours: str
    theirs: str
    ratio: str
    target: str

    def markdown(self) -> str:
        """Write it as a line of a Markdown table."""
        cells = (self.what, self.peer, self.ours, self.theirs, self.ratio, self.target)
        return f"| {' | '.join(cells)} |"


def seconds(function: Callable[[], object], calls: int) -> float:
    """Time one call, as the mean of several."""
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object], calls: int = 20, rounds: int = 21
) -> tuple[float, float, list[float]]:
    """Time two functions in turns; return both medians and the ratios theirs / ours."""
    for _ in range(3):
        ours(), theirs()
    pairs = [(seconds(ours, calls), seconds(theirs, calls)) for _ in range(rounds)]
    ratios = sorted(b / a for a, b in pairs)
    return (*(statistics.median(times) for times in zip(*pairs, strict=True)), ratios)  # type: ignore[return-value]


def compared(what: str, peer: str, target: str, timing: tuple[float, float, list[float]]) -> Row:
    """Make a line of the table."""
    ours, theirs, ratios = timing
    spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} – {ratios[-1]:.2f})"
    return Row(what, peer, duration(ours), duration(theirs), spread, target)


def duration(seconds: float) -> str:
    """Write a time with three digits and its unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
