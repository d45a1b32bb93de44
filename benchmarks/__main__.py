"""Measure this library beside its peers: `python -m benchmarks`, after `pip install -e .[bench]`.

jax brings opt_einsum, which changes how torch's einsum fails: so the peers have an environment of
their own, in which the comparison with torch (`tests/parity`) is not run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import drawing, growth, page, processes, results, rounds, suite
from benchmarks.peers import OURS, PEERS
from benchmarks.results import Entry
from benchmarks.suite import Workload

WORKLOADS = [*suite.WORKLOADS, *growth.WORKLOADS]

OTHERS = {"start": processes.measured, "memory": processes.measured, "drawing": drawing.measured}
"""The groups that are measured in other ways than with a process for each runner."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    groups = [*dict.fromkeys(workload.group for workload in WORKLOADS), *OTHERS]
    parser.add_argument("--quick", action="store_true", help="a tenth of the time: for a look")
    parser.add_argument("--only", nargs="+", choices=groups, default=groups, metavar="GROUP",
                        help=f"some of {', '.join(groups)}")  # fmt: skip
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, metavar="PEER",
                        help=f"some of {', '.join(PEERS)}")  # fmt: skip
    parser.add_argument("--again", action="store_true",
                        help="measure nothing, and take what was written last")  # fmt: skip
    parser.add_argument("--write", nargs="?", const="docs", type=Path, metavar="DIRECTORY",
                        help="write benchmarks.json, the tables of benchmarks.md and the pictures "
                        "of growth.md there, docs unless told; what is not measured keeps "
                        "its old numbers")  # fmt: skip
    return parser.parse_args()


def measured(only: Sequence[str], wanted: Sequence[str], quick: bool) -> Iterator[Entry]:
    """Measure group by group, those with two threads last."""
    for threads in (1, 2):
        some = [w for w in WORKLOADS if w.group in only and threads in w.threads]
        yield from _in_processes(some, threads, wanted, 0.1 if quick else 1.0)
    for group, measure in OTHERS.items():
        if group in only:
            yield from measure(group, wanted, quick)


def _in_processes(
    workloads: Sequence[Workload], threads: int, wanted: Sequence[str], share: float
) -> Iterator[Entry]:
    needed = dict.fromkeys(name for workload in workloads for name in workload.runners)
    with rounds.runners([x for x in needed if x in OURS or x in wanted], threads) as found:
        for workload in workloads:
            some = {name: found[name] for name in workload.runners if name in found}
            timings = rounds.in_turns(
                some, list(workload.make), share * workload.budget, workload.collector
            )
            yield Entry(workload.group, workload.title, timings, threads, workload.unit)


def told(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Say on stderr what was measured, as it comes, and note the machine."""
    for entry in entries:
        times = [
            f"{name} {page.amount(entry, t) if t.seconds else t.reason}"
            for name, t in entry.timings.items()
        ]
        print(f"{entry.title}, threads {entry.threads}: {', '.join(times)}", file=sys.stderr)
        yield entry._replace(machine=results.machine())


def main() -> None:
    options: Any = arguments()
    kept = (options.write or Path("docs")) / "benchmarks.json"
    old = results.load(kept) if kept.exists() else []
    new: list[Entry] = []
    only = [] if options.again else options.only
    for entry in told(measured(only, options.peers, options.quick)):
        new.append(entry)
        if options.write:  # at once: the whole takes long
            results.save(results.merged(old, new), kept)
    print(page.tables(old if options.again else new))
    if options.write:
        entries = results.merged(old, new)
        page.write(entries, options.write / "benchmarks.md")
        growth.draw(entries, options.write / "images")


if __name__ == "__main__":
    main()
