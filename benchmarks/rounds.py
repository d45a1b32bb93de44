"""Timing in turns: each runner in its process, one round each at a time, on the same machine.

The turns are ours, since pyperf runs one benchmark to its end before the next, and a machine that
slows down between the two would change their ratio. The file and the description of the machine
are pyperf's (`results.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

ROUND = 0.03
"""Seconds that a round of one runner takes at least."""

KERNELS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""They would make numpy choose another kernel than the machine's."""


def environment(threads: int = 1) -> dict[str, str]:
    """Return the variables of a process in which numbers are computed by some threads."""
    found = {name: x for name, x in os.environ.items() if name not in KERNELS}
    for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
        found[f"{name}_NUM_THREADS"] = str(threads)
    return found


class Runner:
    """The process of one library."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self.name = name
        self.process: Any = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(threads),
        )
        self.about = self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"reason": "the process ended"}

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask and wait for the answer."""
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return {"reason": "the process ended"}
        return self._answer()


@contextlib.contextmanager
def runners(names: Sequence[str], threads: int = 1) -> Iterator[dict[str, Runner]]:
    """Start the processes, and end them."""
    found = {name: Runner(name, threads) for name in names}
    try:
        yield found
    finally:
        for runner in found.values():
            runner.process.stdin.close()
            runner.process.wait()


class Timing(NamedTuple):
    """What was measured of one runner.

    Attributes:
        seconds: of a step, in each round.
        calls: how many steps a round had.
        reason: why there is nothing.
        version: of the library.
    """

    seconds: list[float]
    calls: int = 1
    reason: str = ""
    version: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def in_turns(
    found: dict[str, Runner], make: list[Any], budget: float, collector: bool = True
) -> dict[str, Timing]:
    """Run one workload with each runner, in turns, for about `budget` seconds in all.

    A runner for which a further round would be more than its share stops, after three rounds if
    they fit in three shares, else after one.

    Raises:
        ArithmeticError: a runner computes other losses than the first.
    """
    timings = _set_up(found, make)
    running = [name for name, timing in timings.items() if not timing.reason]
    share = budget / max(len(running), 1)
    spent = dict.fromkeys(running, 0.0)
    for turn in range(75):
        for name in running:
            start, timing = time.perf_counter(), timings[name]
            answer = found[name].ask({"calls": timing.calls, "collector": collector})
            spent[name] += time.perf_counter() - start
            if "reason" in answer:
                timings[name] = Timing([], 1, answer["reason"])
            else:
                timing.seconds.append(answer["seconds"])
        limit = share if turn >= 2 else 3 * share
        running = [
            name
            for name in running
            if timings[name].seconds and spent[name] * (turn + 2) <= limit * (turn + 1)
        ]
    for runner in found.values():
        runner.ask({})
    return timings


def _set_up(found: dict[str, Runner], make: list[Any]) -> dict[str, Timing]:
    timings: dict[str, Timing] = {}
    losses: list[float] = []
    for name, runner in found.items():
        answer = runner.about if "reason" in runner.about else runner.ask({"make": make})
        if "reason" in answer:
            timings[name] = Timing([], 1, answer["reason"])
            continue
        losses = losses or answer["losses"]
        _check(name, answer["losses"], losses)
        calls = max(1, round(ROUND / max(answer["seconds"], 1e-7)))
        timings[name] = Timing([], calls, "", runner.about["version"])
    return timings


def _check(name: str, losses: list[float], expected: list[float]) -> None:
    pairs = zip(losses, expected, strict=False)
    if any(abs(a - b) > 1e-4 * max(1e-3, abs(b)) for a, b in pairs):
        raise ArithmeticError(f"{name} computes the losses {losses}, where others have {expected}")


class Ratio(NamedTuple):
    """How many times as long another takes: the median over the rounds, and their middle half."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} – {self.high:.3g})"

    def inverse(self) -> Ratio:
        """Return how many times as long this one takes."""
        return Ratio(1 / self.median, 1 / self.high, 1 / self.low)


def ratio(ours: Timing, theirs: Timing) -> Ratio:
    """Compare two runners, round by round."""
    found = sorted(b / a for a, b in zip(ours.seconds, theirs.seconds, strict=False))
    quarter = len(found) // 4
    return Ratio(statistics.median(found), found[quarter], found[-1 - quarter])


def duration(seconds: float) -> str:
    """Write a time with three digits and its unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
