"""What was measured, and its file: pyperf's, so `python -m pyperf show docs/benchmarks.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyperf

from benchmarks.rounds import Timing

MACHINE = ("cpu_model_name", "cpu_count", "platform", "python_version", "load_avg_1min", "date")
"""What is told of the machine, of all that pyperf finds out."""


class Entry(NamedTuple):
    """A workload, measured.

    Attributes:
        group: what `--only` calls it.
        title: what the page calls it.
        timings: of each runner; the first is what the others are compared with.
        threads: how many it had.
        unit: what a time, or a number of bytes, is of.
        machine: what it was measured on, and when.
    """

    group: str
    title: str
    timings: dict[str, Timing]
    threads: int = 1
    unit: str = "step"
    machine: dict[str, Any] = {}  # noqa: RUF012 - never changed

    @property
    def key(self) -> tuple[str, int]:
        return self.title, self.threads


def machine() -> dict[str, Any]:
    """Describe what this runs on."""
    run = pyperf.Run([1.0], metadata={"name": "machine"})
    found = pyperf.Benchmark([run]).get_metadata()
    return {name: found[name] for name in MACHINE if name in found}


def save(entries: Sequence[Entry], file: Path) -> None:
    """Write them as a suite of pyperf: a benchmark for each runner, with all its rounds."""
    found = [_benchmark(entry, name) for entry in entries for name in entry.timings]
    pyperf.BenchmarkSuite([x for x in found if x]).dump(str(file), compact=False, replace=True)


def _benchmark(entry: Entry, runner: str) -> Any:
    timing = entry.timings[runner]
    if not timing.seconds:
        return None
    absent = {name: t.reason for name, t in entry.timings.items() if not t.seconds}
    metadata = {
        **entry.machine,
        "name": f"{entry.title}: {runner}, threads: {entry.threads}",
        "unit": "byte" if entry.group == "memory" else "second",
        "loops": timing.calls,
        "workload": json.dumps([entry.group, entry.title, entry.threads, entry.unit]),
        "runner": runner,
        "absent": json.dumps(absent),
    }
    if timing.version:
        metadata["version"] = timing.version
    values = [float(f"{x:.5g}") for x in timing.seconds]
    return pyperf.Benchmark([pyperf.Run(values, metadata=metadata, collect_metadata=False)])


def load(file: Path) -> list[Entry]:
    """Read what `save` wrote."""
    entries: dict[str, Entry] = {}
    for benchmark in pyperf.BenchmarkSuite.load(str(file)):
        told = benchmark.get_metadata()
        group, title, threads, unit = json.loads(told["workload"])
        about = {name: told[name] for name in MACHINE if name in told}
        new = Entry(group, title, {}, threads, unit, about)
        timings = entries.setdefault(told["workload"], new).timings
        timings[told["runner"]] = Timing(
            list(benchmark.get_values()), told.get("loops", 1), "", told.get("version", "")
        )
        for name, reason in json.loads(told["absent"]).items():
            timings.setdefault(name, Timing([], 1, reason))
    return list(entries.values())


def merged(old: Sequence[Entry], new: Sequence[Entry]) -> list[Entry]:
    """Return all entries, the new ones in the place of old ones of the same workload."""
    found = {entry.key: entry for entry in old}
    found.update((entry.key, entry) for entry in new)
    return list(found.values())
