"""What the page is told about single elements of tensors: numbers, and how each was computed.

The formulas are those of `trace.elements`. What is alike is sent once: the elements of a matrix
product share one formula, and differ in which numbers go into its blanks. Even these differ from
one element to the next in a few ways only, so each of these steps is sent once too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.trace.elements import Element, Marked, numbers_of, size_of, starts, unroll
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode
from tinygrad_edu.trace.text import number

Facts = dict[str, Any]

SMALL = 64
"""Up to so many elements of a tensor are shown at once; of a larger one, a sample at a time."""

LARGE = 256
"""Up to so many elements of a tensor are in the page, and up to so many of a result written out."""

PLACES = 130
"""Up to so many numbers in the formula of one element: 64 products and a bias."""

GIVEN = 1_200
"""Up to so many numbers that go into one operation."""

ROOM = 100_000
"""Bytes of the page that the elements of all tensors may take together."""

LEAST = ROOM // 50
"""With less room left, nothing is tried: it would be written out in vain."""

NO_ROOM = "there was no room left in this page for its numbers"


def element_facts(graph: Graph, gradients: dict[int, Any], room: int = ROOM) -> Facts:
    """Write down the numbers of the small tensors of a graph, and how each was computed.

    Args:
        graph: a graph of tensors, behind its backward pass.
        gradients: the gradient of each value, by its index.
        room: how many bytes this may take; what finds no room is left out, and told of.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.ledger import steps
    >>> x, w = torch.tensor([[2.0, 5.0]]), torch.tensor([[3.0], [4.0]], requires_grad=True)
    >>> ledger = steps(x @ w)
    >>> facts = element_facts(ledger.graph, ledger.gradients())
    >>> facts["templates"], facts["operations"][0]["groups"]
    ([['{0}·{1} + {2}·{3}']], [{'template': 0, 'slopes': ['1', '0', '3', '2'], 'steps': [[0, 0, 2, 1, 3]], 'order': [0]}])
    """  # noqa: E501 - one line of output
    return _Writer(graph, gradients, room).facts


class _Writer:
    """Writes the facts of one graph, for as long as there is room."""

    def __init__(self, graph: Graph, gradients: dict[int, Any], room: int) -> None:
        self.gradients = gradients
        self.room = room
        self.is_short = False  # something large found no room already
        self.numbers = numbers_of(graph)
        self.templates: list[tuple[str, ...]] = []
        self.tensors: dict[int, Facts] = {}
        arrows = [use for operation in graph.operations for use in operation.arguments]
        self.index_of = {id(use): i for i, use in enumerate(arrows)}
        # What is small comes first where there is no room for all.
        by_size = sorted(graph.operations, key=lambda o: size_of(o.results[0]) > SMALL)
        operations = {o.index: self._operation(o) for o in by_size}
        for value in sorted(graph.values, key=lambda value: size_of(value) > SMALL):
            self._fits(self._with_numbers([value]))
        self.facts: Facts = {
            "small": SMALL,
            "large": LARGE,
            "templates": [list(template) for template in self.templates],
            "operations": operations,
            "tensors": self.tensors,
        }

    def _operation(self, operation: OperationNode) -> Facts | str:
        """Write out an operation, or say why not."""
        reason = self._reason(operation)
        if reason:
            return reason
        arguments = [self.numbers[use.value.index] for use in operation.arguments]
        try:
            elements = unroll(operation, arguments)
        except (NotImplementedError, ValueError) as error:
            return str(error)
        if max((len(e.places) for e in elements), default=0) > PLACES:
            return f"more than {PLACES} numbers go into one element"
        known = len(self.templates)
        found = self._written(operation, elements)
        values = [operation.results[0], *(use.value for use in operation.arguments)]
        new = self._with_numbers(values, must=True)
        if not self._fits(new, [found, self.templates[known:]]):
            del self.templates[known:]
            self.is_short = self.is_short or size_of(values[0]) > SMALL
            return NO_ROOM
        return found

    def _reason(self, operation: OperationNode) -> str:
        """Say why an operation cannot be written out; nothing if it can."""
        if not hasattr(operation.operation, "compute"):
            return "is a function of your own, which works on whole tensors only"
        values = [use.value for use in operation.arguments]
        if any(value.index not in self.numbers for value in values):
            return "the numbers behind a function of your own are not kept"
        result = size_of(operation.results[0])
        if self.room < LEAST or (self.is_short and result > SMALL):
            return NO_ROOM
        if result > LARGE:
            return f"its result has {result:,} elements, and up to {LARGE} are written out"
        given = sum(map(size_of, values))
        if given > GIVEN:
            return f"{given:,} numbers go into it, and up to {GIVEN:,} are written out"
        return ""

    def _written(self, operation: OperationNode, elements: Sequence[Element]) -> Facts:
        groups: dict[tuple[str, ...], list[int]] = {}
        for i, element in enumerate(elements):
            groups.setdefault((*element.definitions, element.template), []).append(i)
        found: Facts = {
            "starts": starts(operation),
            "groups": [
                self._group(template, members, elements) for template, members in groups.items()
            ],
        }
        own = np.ravel(self.numbers[operation.results[0].index])
        results = [element.result for element in elements]
        found.update(_if_any("results", _differing(results, own)))
        found.update(_if_any("sums", self._sums(operation, elements)))
        return found

    def _group(
        self, template: tuple[str, ...], members: Sequence[int], elements: Sequence[Element]
    ) -> Facts:
        """Write elements with one formula; a slope that they all share is written once."""
        slopes = [
            _common([elements[i].slopes[k] for i in members])
            for k in range(len(elements[members[0]].places))
        ]
        own = []
        for i in members:
            element = elements[i]
            pairs = zip(element.slopes, slopes, strict=True)
            differ = [short(slope) for slope, common in pairs if common is None]
            own.append([*map(short, element.helpers), *differ])
        if template not in self.templates:
            self.templates.append(template)
        found = {"template": self.templates.index(template), "slopes": slopes}
        found.update(_as_steps([[i, *elements[i].places] for i in members]))
        return {**found, **({"own": own} if own[0] else {})}

    def _sums(self, operation: OperationNode, elements: Sequence[Element]) -> Facts:
        """Compare what upstream · slope adds up to with what the pass has sent back."""
        upstream = self.gradients.get(operation.results[0].index)
        if upstream is None:
            return {}
        begins = starts(operation)
        sums = np.zeros(begins[-1])
        with np.errstate(all="ignore"):
            for element, g in zip(elements, np.ravel(upstream), strict=True):
                np.add.at(sums, list(element.places), float(g) * np.array(element.slopes))
        found: Facts = {}
        for use, start in zip(operation.arguments, begins, strict=False):
            if use.contribution is not None and use.value.shape is not None:
                own = np.ravel(use.contribution)
                found.update(_differing(sums[start : start + own.size], own, start))
        return found

    def _with_numbers(self, values: Iterable[ValueNode], must: bool = False) -> dict[int, Facts]:
        """Write the numbers of the tensors that have none yet: of small ones, or of all."""
        found: dict[int, Facts] = {}
        for value in values:
            i = value.index
            if value.shape is None or i in self.tensors or i not in self.numbers:
                continue
            if size_of(value) <= LARGE or must:
                found[i] = {"dims": value.shape, "numbers": _list(self.numbers[i])}
                if size_of(value) <= LARGE and self.gradients.get(i) is not None:
                    found[i]["gradients"] = _list(self.gradients[i])
                    found[i].update(_if_any("sent", self._sent(value.uses)))
        return found

    def _sent(self, uses: Sequence[Use]) -> Facts:
        """Write what came back along each arrow, where several add up."""
        if len(uses) < 2:
            return {}
        known = [use for use in uses if use.contribution is not None]
        return {str(self.index_of[id(use)]): _list(use.contribution) for use in known}

    def _fits(self, tensors: dict[int, Facts], more: Any = None) -> bool:
        """Take what is written, if there is room for it."""
        text = json.dumps([tensors, more], separators=(",", ":"), ensure_ascii=False)
        length = len(text.encode()) if tensors or more else 0
        if length > self.room:
            return False
        self.room -= length
        self.tensors.update(tensors)
        return True


def _as_steps(rows: Sequence[Sequence[int]]) -> Facts:
    """Write rows of numbers as steps from each to the next, and in which order they are taken.

    >>> _as_steps([[0, 5], [1, 6], [2, 7], [3, 5]])
    {'steps': [[0, 5], [1, 1], [1, -2]], 'order': [0, 1, 1, 2]}
    """
    known: dict[tuple[int, ...], int] = {}
    order = []
    before: Sequence[int] = [0] * len(rows[0])
    for row in rows:
        step = tuple(x - y for x, y in zip(row, before, strict=True))
        order.append(known.setdefault(step, len(known)))
        before = row
    return {"steps": [list(step) for step in known], "order": order}


def _common(slopes: Sequence[float]) -> str | float | None:
    """Return the slope that all elements share: a number, or as text which number it is."""
    first = slopes[0]
    if isinstance(first, Marked):
        same = all(isinstance(x, Marked) and x.mark == first.mark for x in slopes)
        return str(first.mark) if same else None
    same = np.isfinite(first) and all(type(x) is float and x == first for x in slopes)
    return first if same else None


def _differing(found: Iterable[Any], own: Iterable[Any], start: int = 0) -> Facts:
    """List the numbers that do not read as the tensor's own, by their place."""
    pairs = enumerate(zip(found, own, strict=True), start)
    return {str(i): short(x) for i, (x, y) in pairs if number(float(x)) != number(float(y))}


def _if_any(name: str, facts: Facts) -> Facts:
    return {name: facts} if facts else {}


def _list(numbers: Any) -> list[Any]:
    return [short(x) for x in np.ravel(numbers).tolist()]


def short(x: float) -> float | str:
    """Write a number with as few digits as are needed for people to read the same.

    >>> short(0.1 + 0.2), short(1 / 3), short(123456.78), short(float("inf"))
    (0.3, 0.333333, 123456.78, 'inf')
    """
    x = float(x)
    if not np.isfinite(x):
        return str(x)
    rounded = float(f"{x:.6g}")
    return rounded if number(rounded) == number(x) else x
