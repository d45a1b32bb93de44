"""What the page is told about a graph: where things stand, what they are called, and every step.

On a graph of `Value`s the page computes all numbers by itself, with the program that
`trace.program` wrote; on a graph of tensors it is told how large each gradient was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode, measure
from tinygrad_edu.trace.ledger import Slot, Step, Steps, steps
from tinygrad_edu.trace.microscope import scalars
from tinygrad_edu.trace.straight_line import JAVASCRIPT_HELPERS, program
from tinygrad_edu.trace.symbols import Symbol, literal
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import applied, rms
from tinygrad_edu.value import Value
from tinygrad_edu.viz.legend import BOUNDS as RANGES
from tinygrad_edu.viz.legend import SAMPLES
from tinygrad_edu.viz.page.code import lines_of_steps
from tinygrad_edu.viz.page.place import Places, cell_height, parameter_lines, place, shape_text
from tinygrad_edu.viz.style import BOUNDS, STEPS

Facts = dict[str, Any]

LIMIT = 1_000
"""Values up to which a page is quick to make (about a second) and to open."""

LOOK: Facts = {"bounds": BOUNDS, "steps": STEPS, "ranges": RANGES, "samples": SAMPLES}
"""The scale of gradients, from `viz.style`."""


@dataclass(frozen=True, slots=True)
class Described:
    """A graph for the page: facts that become JSON, and the source of its programs, if any."""

    facts: Facts
    javascript: str | None


def describe(output: Any, params: Any = None, title: str = "") -> Described:
    """Write down all that the page is to know about a graph.

    Args:
        output: a `Value` or a `Tensor`.
        params: names for the parameters; see `trace.read`.
        title: what to call the graph.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> facts = describe(a * b).facts
    >>> [value["name"] for value in facts["values"]], [step["formula"] for step in facts["steps"]]
    (['a', 'b', 'v1'], ['v1 = {0} × {1}', '', ''])
    """
    ledger = steps(output, params)
    of_numbers = all(isinstance(value.source, (Value, int, float)) for value in ledger.graph.values)
    written = program(output, params) if of_numbers else None
    facts = _Writer(ledger, place(ledger.graph, ledger.names), tensors=not of_numbers).facts()
    facts["title"] = title
    facts["inputs"] = written.inputs if written else []
    facts["code"] = written.python if written else ""
    facts["lines"] = lines_of_steps(written, ledger) if written else []
    if written is None:
        facts["microscope"] = microscope_note(output, ledger.graph)
        return Described(facts, None)
    return Described(
        facts, f"{{program: {written.javascript.strip()}, slips: {slips(ledger.graph)}}}"
    )


class _Writer:
    """Turns the steps and places of one graph into facts."""

    def __init__(self, ledger: Steps, places: Places, tensors: bool) -> None:
        self.ledger = ledger
        self.graph: Graph = ledger.graph
        self.places = places
        self.tensors = tensors
        self.arrows = [use for operation in self.graph.operations for use in operation.arguments]
        self.number_of = {(u.operation.index, u.position): i for i, u in enumerate(self.arrows)}
        self.gradients = ledger.gradients()

    def facts(self) -> Facts:
        reference, of_numbers, words = self._reference()
        return {
            "tensors": self.tensors,
            "size": self.places.size,
            "output": self.graph.outputs[0].index,
            "reference": reference,
            "referenceOfNumbers": of_numbers,
            "referenceWords": words,
            "values": [self._value(value) for value in self.graph.values],
            "operations": [self._operation(operation) for operation in self.graph.operations],
            "arrows": [self._arrow(i, use) for i, use in enumerate(self.arrows)],
            "calls": [self._call(i) for i in range(len(self.graph.calls))],
            "steps": [self._step(step) for step in self.ledger],
        }

    def _reference(self) -> tuple[float, float, str]:
        """Return the healthy size of a tensor's gradient and of a number's, and what they are."""
        root = self.graph.outputs[0]
        of_output = rms(self.gradients.get(root.index, 1.0))
        of_output = of_output if 0 < of_output < math.inf else 1.0
        for value in reversed(self.graph.values):
            size = rms(self.gradients.get(value.index, 0.0))
            if value.made_by is not None and value.shape and 0 < size < math.inf:
                return size, of_output, f"{number(size)} at {self.ledger.names[value.index]}"
        return of_output, of_output, f"{number(of_output)} at the output"

    def _value(self, value: ValueNode) -> Facts:
        i = value.index
        facts: Facts = {
            "name": self.ledger.names[i],
            "kind": value.kind,
            "box": self.places.values[i].as_list(),
            "number": plain(value.number),
        }
        if value.shape is not None:
            facts["shape"] = shape_text(value.shape)
        if value.made_by is not None:
            facts.update(by=value.made_by.index, path=self.places.results[i])
        if self.tensors:
            facts["gradient"] = plain(_size(self.gradients.get(i)))
        return facts

    def _operation(self, operation: OperationNode) -> Facts:
        entry = operation.operation
        facts: Facts = {
            "symbol": str(entry.symbol),
            "name": entry.name.replace("_", " "),
            "group": getattr(entry, "group", ""),
            "definition": getattr(entry, "definition", "an operation of the user's own"),
            "box": self.places.operations[operation.index].as_list(),
            "arguments": [use.value.index for use in operation.arguments],
            "arrows": [self._number(use) for use in operation.arguments],
            "results": [value.index for value in operation.results],
        }
        if operation.parameters:
            facts["lines"] = parameter_lines(operation)
        if operation.call is not None:
            facts["call"] = operation.call.index
        return facts

    def _number(self, use: Use) -> int:
        return self.number_of[use.operation.index, use.position]

    def _arrow(self, i: int, use: Use) -> Facts:
        facts: Facts = {
            "value": use.value.index,
            "operation": use.operation.index,
            "position": use.position,
            "path": self.places.arguments[i],
            "height": cell_height(use.value),
        }
        if self.tensors:
            facts["contribution"] = plain(_size(use.contribution))
        return facts

    def _call(self, i: int) -> Facts:
        call, box = self.graph.calls[i], self.places.calls[i]
        facts: Facts = {"title": call.title, "depth": call.depth, "innermost": call.is_innermost}
        if call.outer is not None:
            facts["outer"] = call.outer.index
        if box is not None:
            facts["box"] = box.as_list()
        return facts

    def _step(self, step: Step) -> Facts:
        """Write a step. Numbers of `Value`s are left to the page, which has them all."""
        facts: Facts = {
            "phase": step.phase,
            "result": step.result.index,
            "formula": "",
            "numbers": step.numbers if self.tensors else "",
            "sentence": step.sentence,
            "slots": [self._slot(slot) for slot in step.slots if slot.state != "missing"],
        }
        if step.operation is not None:
            facts["operation"] = step.operation.index
            if step.phase == "forward":
                blanks = [f"{{{i}}}" for i in range(len(step.operation.arguments))]
                written = applied(step.operation.operation, blanks)
                facts["formula"] = f"{self.ledger.names[step.result.index]} = {written}"
        if step.line:
            facts["line"] = step.line
        if self.tensors and step.phase == "backward":
            facts["upstream"] = plain(_size(step.upstream))
        return facts

    def _slot(self, slot: Slot) -> Facts:
        facts: Facts = {
            "arrow": self._number(slot.use),
            "formula": slot.formula,
            "state": slot.state,
        }
        if self.tensors:
            facts.update(before=plain(_size(slot.before)), after=plain(_size(slot.after)))
        return facts


def slips(graph: Graph) -> str:
    """Write a JavaScript function that makes a learner's favourite mistake, for each arrow.

    That is the local derivative with the input used where the output belongs, or one argument where
    the other belongs; null where there is no such mistake to make. The rules are the table's.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> slips(read(Value(0.5).tanh())).splitlines()[-2]
    '  return [1.0 * (1 - (v[0] * v[0]))];'
    """
    mistaken = [
        _slip(operation, use) for operation in graph.operations for use in operation.arguments
    ]
    lines = ["function (v) {", '  "use strict";', JAVASCRIPT_HELPERS]
    return "\n".join([*lines, f"  return [{', '.join(mistaken)}];", "}"])


def _slip(operation: OperationNode, use: Use) -> str:
    if not use.value.needs_gradient:
        return "null"
    xs = [Symbol(f"v[{argument.value.index}]") for argument in operation.arguments]
    y = Symbol(f"v[{operation.results[0].index}]")
    rule = operation.vertex.op.rule(use.position)
    right = literal(rule(1.0, y, *xs))
    wrong = literal(rule(1.0, xs[0], y) if len(xs) == 1 else rule(1.0, y, *reversed(xs)))
    return "null" if wrong == right else wrong


def microscope_note(output: Any, graph: Graph) -> str:
    """Say how to open a graph of tensors as one of numbers; nothing if it has too many.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> y = (torch.tensor([2.0, 3.0], requires_grad=True) ** 2).sum()
    >>> microscope_note(y, read(y))
    'viz.explore(loss, "numbers.html", scalars=True)'
    """
    root = graph.outputs[0]
    try:
        count, _ = measure(scalars(output))
    except (ValueError, NotImplementedError):
        return ""
    more = f", limit={count}" if count > LIMIT else ""
    name = root.name if root.name and root.name.isidentifier() else "loss"
    return f'viz.explore({name}, "numbers.html", scalars=True{more})'


def _size(gradient: Any) -> float | None:
    return None if gradient is None else rms(gradient)


def plain(x: float | None) -> float | str | None:
    """Write a number so that JSON can hold it: nan and inf as text.

    >>> plain(1.5), plain(math.inf), plain(None)
    (1.5, 'inf', None)
    """
    if x is None or math.isfinite(x):
        return x
    return str(float(x))
