"""What is measured: the workloads, who runs them, and what must be reached."""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks import processes
from benchmarks.peers import PEERS

ARRAYS = ("torch", "autograd", "mygrad", "tinygrad", "jax")
OTHERS = ARRAYS[1:]
NUMPY_LIKE = ("eager", "compiled", "program", "floor")


class Mark(NamedTuple):
    """What must be reached: `reference` takes at least `bound` times as long as `runner`.

    A mark "at most 1.3 times the floor" has a `bound` of 1 / 1.3 and `at_most` of 1.3.
    """

    runner: str
    reference: str
    bound: float
    at_most: float | None = None

    @property
    def is_ahead(self) -> bool:
        """Whether it is no more than to be faster."""
        return self.bound == 1.0 and self.reference in OTHERS

    def text(self) -> str:
        """Say it."""
        if self.at_most:
            return f"≤ {self.at_most:g} times its time"
        return "faster" if self.bound == 1 else f"≥ {self.bound:g} times faster"


class Workload(NamedTuple):
    """One thing that every runner does.

    Attributes:
        group: what `--only` calls it.
        title: what the page calls it.
        make: the function of a runner's module, and its arguments.
        runners: who does it, those that are compared first.
        marks: what must be reached.
        budget: how many seconds it may take, without setting up.
        threads: with how many threads.
        collector: whether Python's garbage collector is on.
        unit: what the time is of.
    """

    group: str
    title: str
    make: tuple[str, list[Any]]
    runners: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    budget: float = 10.0
    threads: tuple[int, ...] = (1,)
    collector: bool = True
    unit: str = "step"


def at_most(runner: str, factor: float, reference: str = "floor") -> Mark:
    """Make the mark: at most `factor` times the time of another."""
    return Mark(runner, reference, 1 / factor, factor)


def ahead(*runners: str) -> tuple[Mark, ...]:
    """Make the marks: faster than the engines without compiled operations of their own."""
    return tuple(Mark(runner, other, 1.0) for runner in runners for other in OTHERS)


def _mlp(
    sizes: list[int],
    batch: int,
    eager: Any,
    compiled: Any,
    floor: float,
    budget: float,
    threads: Any,
) -> Workload:
    title = f"MLP {'-'.join(map(str, sizes))}, batch {batch}"
    to_torch = [
        mark if isinstance(mark, Mark) else Mark(runner, "torch", mark)
        for runner, mark in (("eager", eager), ("compiled", compiled))
    ]
    marks = (*to_torch, at_most("compiled", floor), *ahead("eager"))
    runners = (*NUMPY_LIKE, *ARRAYS)
    return Workload("mlp", title, ("mlp", [sizes, batch]), runners, marks, budget, threads)


WORKLOADS = [
    Workload(
        "demo", "micrograd's demo", ("demo", []),
        ("eager", "compiled", "program", "arrays", "floor", "micrograd"),
        (
            Mark("eager", "micrograd", 10), Mark("program", "micrograd", 120),
            at_most("program", 1.3), Mark("arrays", "micrograd", 400),
        ),
        24,
    ),
    Workload(
        "demo", "micrograd's demo, garbage collector off", ("demo", []),
        ("eager", "micrograd"), (Mark("eager", "micrograd", 2),), 10, collector=False,
    ),
    Workload(
        "demo", "micrograd's demo as matrices", ("moons", []), (*NUMPY_LIKE, *ARRAYS),
        ahead("eager"), 8,
    ),
    _mlp([2, 16, 16, 1], 1, 3, 5, 1.5, 10, (1,)),
    _mlp([64, 64, 64, 10], 32, 2.5, 4, 1.2, 10, (1,)),
    _mlp([784, 128, 128, 10], 128, 1, 1.3, 1.2, 12, (1, 2)),
    _mlp(
        [784, 512, 512, 10], 1024, at_most("eager", 1.2, "torch"),
        at_most("compiled", 1.2, "torch"), 1.1, 25, (1, 2),
    ),
    Workload(
        "conv", "convolutional network, 64 digits of 8×8", ("conv", []), (*NUMPY_LIKE, *ARRAYS),
        ahead("eager"), 12, (1, 2),
    ),
    Workload(
        "lstm", "LSTM of 32, 50 times of 16 sine waves", ("lstm", []), (*NUMPY_LIKE, *ARRAYS),
        ahead("eager"), 16, (1, 2),
    ),
    *(
        Workload(
            "chain", f"chain of {nodes:,} nodes", ("chain", [nodes]),
            ("eager", "floor", *others), ahead("eager"), budget, unit="chain",
        )
        for nodes, budget, others in (
            (100, 4, PEERS), (1_000, 4, PEERS), (10_000, 6, PEERS[:4]), (100_000, 8, PEERS[:4]),
            (1_000_000, 12, ("torch",)),
        )
    ),
]  # fmt: skip

PROCESSES = {
    processes.IMPORT: (at_most("package", 1.3, "numpy"),),
    processes.NODE: (Mark("value", "micrograd", 3),),
}
"""The marks of what is measured in other ways."""


def marks() -> dict[str, tuple[Mark, ...]]:
    """Return what must be reached, by the title of the workload."""
    return {**{workload.title: workload.marks for workload in WORKLOADS}, **PROCESSES}


def nodes(title: str) -> int:
    """Return how many nodes the chain of a title has."""
    return int("".join(filter(str.isdigit, title)))
