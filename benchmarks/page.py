"""The tables of the page: what had to be reached, and the time of every runner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import suite
from benchmarks.results import Entry
from benchmarks.rounds import Ratio, Timing, duration, ratio
from benchmarks.suite import Mark

BEGIN, END = "<!-- begin: python -m benchmarks --write -->", "<!-- end -->"

NAMES = {
    "eager": "this library, eager",
    "compiled": "this library, `compile`",
    "program": "this library, printed program",
    "arrays": "this library, program on arrays",
    "floor": "by hand",
    "value": "this library, `Value`",
    "tensor": "this library, `Tensor`",
    "package": "this library",
    "layers": "this library, with `nn` and `optim`",
    "drawing": "`viz.graph`",
    "graphviz": "Graphviz alone",
    "jax": "jax without jit",
}
GROUPS = {
    "demo": "micrograd's demo: a step of training on 100 points",
    "mlp": "Multi-layer perceptrons: a step of training",
    "conv": "A convolutional network: a step of training",
    "lstm": "A recurrent network: a step of training",
    "chain": "`backward` on a chain of products of single numbers",
    "start": "Starting: a new process, without Python's own start",
    "memory": "Memory",
    "drawing": "Drawing",
}

Rows = list[list[str]]


def tables(entries: Sequence[Entry]) -> str:
    """Write everything that was measured, as Markdown."""
    parts = [about(entries), "## What must be reached", _table(*marks(entries))]
    for group, title in GROUPS.items():
        some = [entry for entry in entries if entry.group == group]
        if some:
            parts += [f"## {title}", _table(*times(some)), *absent(some)]
    return "\n\n".join(parts)


def about(entries: Sequence[Entry]) -> str:
    """Say on what it was measured, when, and with which libraries."""
    machines = [entry.machine for entry in entries if entry.machine]
    if not machines:
        return ""
    last = machines[-1]
    days = sorted({str(x["date"])[:10] for x in machines})
    loads = [float(x["load_avg_1min"]) for x in machines]
    versions = {
        name: timing.version
        for entry in entries
        for name, timing in entry.timings.items()
        if timing.version
    }
    libraries = {"this library": versions.pop("eager", ""), "numpy": versions.pop("floor", "")}
    used = ", ".join(f"{name} {version}" for name, version in {**libraries, **versions}.items())
    when = " to ".join(days[:: len(days) - 1 or 1])
    return (
        f"Measured on {last['cpu_count']} cores of {last.get('cpu_model_name', 'a processor')}, "
        f"Python {str(last['python_version']).split()[0]}, {when}, while {min(loads):.1f} to "
        f"{max(loads):.1f} processes wanted a core.\n{used}."
    )


# --- what must be reached ------------------------------------------------------------------------


def marks(entries: Sequence[Entry]) -> tuple[list[str], Rows]:
    """Return the head and the rows of the marks."""
    rows = []
    for entry in entries:
        found = suite.marks().get(entry.title, ())
        leaders = [mark for mark in found if mark.is_ahead]
        rows += [_row(entry, mark) for mark in found if not mark.is_ahead]
        rows += [_nearest(entry, leaders)] if leaders else []
    rows += _linear([entry for entry in entries if entry.group == "chain"])
    head = ["what", "compared", "must be", "is (middle half)", "reached"]
    return head, [row for row in rows if row]


def _row(entry: Entry, mark: Mark) -> list[str]:
    found = compared(entry, mark.runner, mark.reference)
    if found is None:
        return []
    shown = found.inverse() if mark.at_most else found
    pair = f"{_name(mark.runner)}, and {_name(mark.reference)}"
    return [_title(entry), pair, mark.text(), str(shown), verdict(found.median / mark.bound)]


def _nearest(entry: Entry, leaders: Sequence[Mark]) -> list[str]:
    """Return the row of those that this library must be ahead of: the nearest of them."""
    runner = leaders[0].runner
    found = {mark.reference: compared(entry, runner, mark.reference) for mark in leaders}
    ratios = {name: x for name, x in found.items() if x}
    if not ratios:
        return []
    nearest = min(ratios, key=lambda name: ratios[name].median)
    pair = f"{_name(runner)}, and the nearest of {', '.join(ratios)}: {nearest}"
    shown = ratios[nearest]
    return [_title(entry), pair, "faster", str(shown), verdict(shown.median)]


def _linear(chains: Sequence[Entry]) -> Rows:
    """Return the row that holds the time per node of long chains against each other."""
    per_node = [
        entry.timings["eager"].median / suite.nodes(entry.title)
        for entry in chains
        if entry.timings["eager"].seconds and suite.nodes(entry.title) >= 1000
    ]
    if len(per_node) < 2:
        return []
    spread = max(per_node) / min(per_node)
    title = "chains from 1,000 nodes: the slowest time per node over the fastest"
    return [[title, _name("eager"), "≤ 1.5", f"{spread:.3g}", verdict(1.5 / spread)]]


def verdict(share: float) -> str:
    """Say whether a mark is reached, and by how much."""
    return f"yes, by {share - 1:.0%}" if share >= 1 else f"no, {1 - share:.0%} short"


def compared(entry: Entry, runner: str, reference: str) -> Ratio | None:
    """Return how many times as long the reference takes, if both were measured."""
    ours, theirs = (entry.timings.get(name, Timing([])) for name in (runner, reference))
    return ratio(ours, theirs) if ours.seconds and theirs.seconds else None


# --- the times -----------------------------------------------------------------------------------


def times(entries: Sequence[Entry]) -> tuple[list[str], Rows]:
    """Return a column for each workload and a row for each runner."""
    runners = list(dict.fromkeys(name for entry in entries for name in entry.timings))
    head = ["", *(_title(entry) for entry in entries)]
    rows = [[_name(name), *(_cell(entry, name) for entry in entries)] for name in runners]
    return head, [row for row in rows if set(row[1:]) - {"", "–"}]


def _cell(entry: Entry, name: str) -> str:
    timing, first = entry.timings.get(name), next(iter(entry.timings))
    if timing is None or not timing.seconds:
        return "" if timing is None else "–"
    shown = amount(entry, timing)
    against = compared(entry, first, name)
    return shown if name == first or against is None else f"{shown} · {against}"


def amount(entry: Entry, timing: Timing) -> str:
    """Write a time, or a number of bytes."""
    is_memory = entry.group == "memory"
    return f"{timing.median:,.0f} bytes" if is_memory else duration(timing.median)


def absent(entries: Sequence[Entry]) -> list[str]:
    """Say why what is missing in the table is missing."""
    reasons = {
        (name, timing.reason): None
        for entry in entries
        for name, timing in entry.timings.items()
        if not timing.seconds
    }
    told = "; ".join(f"{_name(name)}: {reason}" for name, reason in reasons)
    return [f"Not measured: {told}."] if told else []


def _title(entry: Entry) -> str:
    return entry.title if entry.threads == 1 else f"{entry.title}, {entry.threads} threads"


def _name(runner: str) -> str:
    return NAMES.get(runner, runner)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(entries: Sequence[Entry], file: Path) -> None:
    """Put the tables between the markers of a page.

    Raises:
        ValueError: the page has no markers.
    """
    page = file.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{file} has no place for the tables: {BEGIN} … {END}")
    file.write_text(f"{before}{begin}\n\n{tables(entries)}\n\n{end}{after}")
