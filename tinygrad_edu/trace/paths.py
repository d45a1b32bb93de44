"""The paths along which a derivative flows back: counted, added up, and listed largest first.

By the chain rule, ∂L/∂w is the sum over all paths from L back to w of the product of the local
derivatives along the path. There may be more paths than atoms, so nothing here lists them all: they
are counted and added up value by value, and enumerated one at a time.

A path is "zero" if a factor is 0 (a closed gate), "infinite" if one is inf, "nan" if one is nan or
if both 0 and inf are there, else "finite". The largest come first: nan, infinite, finite, zero.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, count
from operator import mul
from typing import Any, NamedTuple

from tinygrad_edu.trace.graph import Graph, Use, ValueNode
from tinygrad_edu.trace.local import local_derivatives

KINDS = ("nan", "infinite", "finite", "zero")
"""What a path can be, in the order in which paths are listed."""


def kind_of(factor: float) -> str:
    """Tell which of `KINDS` a single factor is.

    >>> kind_of(-2.0), kind_of(0.0), kind_of(float("-inf")), kind_of(float("nan"))
    ('finite', 'zero', 'infinite', 'nan')
    """
    if math.isfinite(factor):
        return "finite" if factor else "zero"
    return "infinite" if math.isinf(factor) else "nan"


def joined(one: str, other: str) -> str:
    """Tell which of `KINDS` a path is that is made of two parts.

    >>> joined("finite", "zero"), joined("zero", "infinite")
    ('zero', 'nan')
    """
    if "finite" in (one, other):
        return other if one == "finite" else one
    return one if one == other else "nan"


def log10_of(factor: float) -> float:
    """Return log10|factor|: −inf for 0, nan for nan.

    >>> log10_of(-100.0), log10_of(0.0)
    (2.0, -inf)
    """
    return math.log10(abs(factor)) if factor else -math.inf


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One way back from the output to the value that is asked about.

    Attributes:
        uses: the arrows, the first of them into the operation that made the output.
        factors: the local derivative of each.
    """

    uses: tuple[Use, ...]
    factors: tuple[float, ...]

    @property
    def running(self) -> list[float]:
        """The product after each factor, as the backward pass multiplies it: from 1 on."""
        return list(accumulate(self.factors, mul, initial=1.0))[1:]

    @property
    def product(self) -> float:
        """What the path contributes to the gradient; 0 or inf where a float cannot hold it."""
        return self.running[-1] if self.factors else 1.0

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        kind = "finite"
        for factor in self.factors:
            kind = joined(kind, kind_of(factor))
        return kind

    @property
    def log10(self) -> float:
        """log10 of |product|, also where a float cannot hold the product."""
        if self.kind != "finite":
            return {"zero": -math.inf, "infinite": math.inf, "nan": math.nan}[self.kind]
        return math.fsum(map(log10_of, self.factors))

    @property
    def values(self) -> list[ValueNode]:
        """The values on the way, from the output to the one asked about; of an empty path none."""
        if not self.uses:
            return []
        made = [use.operation.results[0] for use in self.uses]
        return [*made, self.uses[-1].value]


class _Choice(NamedTuple):
    """One way on from a value: an arrow, what it adds to the logarithm, and what must follow."""

    bound: float  # log10 of the largest product from here on along this arrow
    log10: float
    use: Use
    rest: str


class Paths:
    """All paths from a value back to another one, in a graph of `Value`s.

    Iterating over it lists them one at a time, the largest |product| first.

    Args:
        graph: the graph.
        output: where the paths start.
        wrt: where they end; no other than `output`, or something that it was computed from.

    Attributes:
        factors: the local derivative of every arrow on a path.
        counts: how many paths there are of each of `KINDS`.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> x = y = Value(1.0)
    >>> for _ in range(100):
    ...     y = y + y
    >>> graph = read(y)
    >>> paths = Paths(graph, graph.outputs[0], graph.values[0])
    >>> paths.count == 2**100, next(iter(paths)).product
    (True, 1.0)
    """

    def __init__(self, graph: Graph, output: ValueNode, wrt: ValueNode) -> None:
        self.output = output
        self.wrt = wrt
        self.factors: dict[Use, float] = {}
        self._arrows: dict[int, list[Use]] = {wrt.index: []}  # by value, those on a path
        for operation in graph.operations:
            self._enter(operation)
        self._best: dict[int, dict[str, float]] = {}
        found: dict[int, dict[str, int]] = {}
        for index in self._arrows:
            self._best[index], found[index] = self._look_ahead(index, found)
        self.counts = {kind: found.get(output.index, {}).get(kind, 0) for kind in KINDS}

    def _enter(self, operation: Any) -> None:
        """Note the arrows of an operation along which `wrt` is reached."""
        result = operation.results[0]
        if result is self.wrt:
            return
        uses = [use for use in operation.arguments if use.value.index in self._arrows]
        if not uses:
            return
        factors = local_derivatives(operation)
        for use in uses:
            factor = factors[use.position]
            if factor is not None:
                self.factors[use] = float(factor)
                self._arrows.setdefault(result.index, []).append(use)

    def _look_ahead(
        self, index: int, found: dict[int, dict[str, int]]
    ) -> tuple[dict[str, float], dict[str, int]]:
        """Find the largest log10 from a value to `wrt`, and the number of paths, of each kind."""
        if index == self.wrt.index:
            return {"finite": 0.0}, {"finite": 1}
        best: dict[str, float] = {}
        counts: dict[str, int] = {}
        for use in self._arrows[index]:
            factor = self.factors[use]
            size = _finite_log10(factor)
            for rest, further in self._best[use.value.index].items():
                kind = joined(kind_of(factor), rest)
                best[kind] = max(best.get(kind, -math.inf), size + further)
                counts[kind] = counts.get(kind, 0) + found[use.value.index][rest]
        return best, counts

    @property
    def count(self) -> int:
        """How many paths there are."""
        return sum(self.counts.values())

    def is_on_a_path(self, value: ValueNode) -> bool:
        """Tell whether a value lies on a path."""
        return value.index in self._arrows

    def sums(self) -> tuple[float, float]:
        """Add up the products of all paths: the positive ones, and the negative ones.

        Each value gets the sums of the paths from the output to it, so this takes one pass. Paths
        that are no finite numbers are left out.
        """
        positive = dict.fromkeys(self._arrows, 0.0)
        negative = dict.fromkeys(self._arrows, 0.0)
        positive[self.output.index] = 1.0
        for index in reversed(list(self._arrows)):
            for use in self._arrows[index]:
                factor, source = self.factors[use], use.value.index
                if not math.isfinite(factor) or not factor:
                    continue
                up, down = (positive, negative) if factor > 0 else (negative, positive)
                positive[source] += abs(factor) * up[index]
                negative[source] += abs(factor) * down[index]
        return positive[self.wrt.index], -negative[self.wrt.index]

    def __iter__(self) -> Iterator[Path]:
        for kind in KINDS:
            if self.counts[kind]:
                yield from self._of_kind(kind)

    def _of_kind(self, kind: str) -> Iterator[Path]:
        """Yield the paths of one kind, the largest first.

        An entry of the heap is a beginning of a path, and stands for its best completion; taking it
        out puts in, for each value on that completion, the other ways to go on from there. So each
        path comes up once, and a path costs no more than its own length.
        """
        number = count()
        start: tuple[Any, ...] = (0.0, next(number), 0.0, None, self.output.index, kind)
        heap = [start]
        while heap:
            _, _, so_far, beginning, index, rest = heapq.heappop(heap)
            others = []
            while index != self.wrt.index:
                best, *worse = self._choices(index, rest)
                for other in worse:
                    others.append((so_far, beginning, other))
                so_far += best.log10
                beginning = (beginning, best.use)
                index, rest = best.use.value.index, best.rest
            yield self._path(beginning)
            for before, path, other in others:
                entry = (before + other.log10, (path, other.use), other.use.value.index, other.rest)
                heapq.heappush(heap, (-before - other.bound, next(number), *entry))

    def _choices(self, index: int, kind: str) -> list[_Choice]:
        """List the ways on from a value that make a path of a kind, the best first."""
        choices = []
        for use in self._arrows[index]:
            factor = self.factors[use]
            size = _finite_log10(factor)
            for rest, further in self._best[use.value.index].items():
                if joined(kind_of(factor), rest) == kind:
                    choices.append(_Choice(size + further, size, use, rest))
        return sorted(choices, key=lambda choice: -choice.bound)

    def _path(self, last: Any) -> Path:
        """Follow the links of a finished path back to its beginning."""
        uses: list[Use] = []
        while last is not None:
            last, use = last
            uses.append(use)
        uses.reverse()
        return Path(tuple(uses), tuple(self.factors[use] for use in uses))


def _finite_log10(factor: float) -> float:
    """Return log10|factor|, and 0 where the kind of the path says all there is to say."""
    return math.log10(abs(factor)) if factor and math.isfinite(factor) else 0.0
