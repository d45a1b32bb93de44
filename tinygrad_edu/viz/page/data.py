"""What the page is told about a graph: where things stand, what they are called, and every step.

On a graph of `Value`s the page computes all numbers by itself, with the program that
`trace.program` wrote; on a graph of tensors it is told how large each gradient was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode, measure, read
from tinygrad_edu.trace.ledger import steps
from tinygrad_edu.trace.microscope import taken_apart
from tinygrad_edu.trace.module_steps import module_steps
from tinygrad_edu.trace.roles import role_of
from tinygrad_edu.trace.rule_text import rule_template
from tinygrad_edu.trace.scalar_program import JAVASCRIPT_HELPERS
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.step import Slot, Step, Steps
from tinygrad_edu.trace.straight_line import program_of
from tinygrad_edu.trace.symbols import Symbol, literal
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import applied
from tinygrad_edu.value import Value
from tinygrad_edu.viz.legend import SAMPLES
from tinygrad_edu.viz.page.by_module import call_facts, module_facts, results_of
from tinygrad_edu.viz.page.code import lines_of_steps
from tinygrad_edu.viz.page.elements import element_facts
from tinygrad_edu.viz.page.factors import factor_facts
from tinygrad_edu.viz.page.place import Places, cell_height, lines_below, place, shape_text
from tinygrad_edu.viz.page.rounding import is_rounding
from tinygrad_edu.viz.page.rows import in_rows
from tinygrad_edu.viz.page.verdict import judge
from tinygrad_edu.viz.style import BOUNDS, RANGES, STEPS, WORDS

Facts = dict[str, Any]

LIMIT = 1_000
"""Values up to which a page is quick to make (about a second) and to open."""

MANY = 120
"""Values from which on a page says that it could go by module."""

BY_MODULE = 'viz.explore(loss, "modules.html", detail="modules")'

LOOK: Facts = {
    "bounds": BOUNDS,
    "steps": STEPS,
    "ranges": RANGES,
    "words": WORDS,
    "samples": SAMPLES,
}
"""The scale of gradients, from `viz.style`, and all verdicts, the worst first."""


@dataclass(frozen=True, slots=True)
class Described:
    """A graph for the page: facts that become JSON, the source of its programs, and its name."""

    facts: Facts
    javascript: str | None
    name: str | None


def describe(
    output: Any,
    params: Any = None,
    title: str = "",
    by_module: int | None = None,
    panes: int = 1,
) -> Described:
    """Write down all that the page is to know about a graph.

    Args:
        output: a `Value` or a `Tensor`.
        params: names for the parameters; see `trace.read`.
        title: what to call the graph.
        by_module: join the calls of modules until there are so many values at most.
        panes: how many drawings the page has, one below the other.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> facts = describe(a * b).facts
    >>> [value["name"] for value in facts["values"]], [step["formula"] for step in facts["steps"]]
    (['a', 'b', 'v1'], ['v1 = {0} × {1}', '', ''])
    """
    ledger = steps(output, params) if by_module is None else module_steps(output, params, by_module)
    of_numbers = all(isinstance(value.source, (Value, int, float)) for value in ledger.graph.values)
    written = program_of(read(output, called(params, "caller"))) if of_numbers else None
    places = in_rows(place(ledger.graph, ledger.names), ledger.graph, ledger.names, panes)
    facts = _Writer(ledger, places, tensors=not of_numbers).facts()
    facts["title"] = title
    name = ledger.graph.outputs[0].name
    full = ledger if by_module is None else steps(output, params)
    facts.update(verdict_facts(facts, full, output, params))
    facts["inputs"] = written.inputs if written else []
    facts["code"] = written.python if written else ""
    facts["lines"] = lines_of_steps(written, ledger) if written else []
    if written is None:
        facts["microscope"] = microscope_note(output, ledger.graph)
        facts["numbers"] = sum(math.prod(value.shape or ()) for value in full.graph.values)
        if by_module is None:
            facts["byModule"] = module_note(output)
            facts["elements"] = element_facts(ledger.graph, ledger.gradients())
            facts["factors"] = factor_facts(read(output, params), ledger.names)
        else:
            facts.update(module_facts(ledger, measure(output)[0]))
        return Described(facts, None, name)
    javascript = f"{{program: {written.javascript.strip()}, slips: {slips(ledger.graph)}}}"
    return Described(facts, javascript, name)


def verdict_facts(facts: Facts, ledger: Steps, output: Any, params: Any) -> Facts:
    """Write the verdict; of a network, its reference layer is the page's reference too."""
    place = facts["referenceWords"].partition(" at ")[2].partition("; ")[0]
    found = judge(ledger, output, params, (facts["reference"], place))
    if found is None:
        return {}
    told: Facts = {"verdict": {"word": found.word, "sentence": found.sentence}}
    if found.leaf is not None and not facts["tensors"]:
        told["verdict"].update(leaf=found.leaf, behind=found.behind, groups=found.groups)
    if found.weight is not None:
        told["verdict"]["weight"] = next(
            value.index for value in ledger.graph.values if value.source is found.weight
        )
    if found.reference and math.isfinite(found.reference):
        _, _, others = facts["referenceWords"].partition("; ")
        if not facts["tensors"]:
            told["referenceOfNumbers"] = found.reference
        words = f"{number(found.reference)} at {found.place}"
        told.update(
            reference=found.reference,
            referencePlace=found.place,
            referenceWords="; ".join(filter(None, (words, others))),
        )
    return told


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
        self.paths = places.arrows.paths()

    def facts(self) -> Facts:
        reference, of_numbers, words = self._reference()
        of_parameters = self._parameter_reference()
        if of_parameters:
            words += f"; parameters to {number(of_parameters[0])} at {of_parameters[1]}"
        return {
            "tensors": self.tensors,
            "size": self.places.size,
            "output": self.graph.outputs[0].index,
            "reference": reference,
            "referenceOfNumbers": of_numbers,
            "referenceOfParameters": of_parameters[0] if of_parameters else None,
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
        of_output = norm(self.gradients.get(root.index, 1.0))
        of_output = of_output if 0 < of_output < math.inf else 1.0
        for value in reversed(self.graph.values):
            size = norm(self.gradients.get(value.index, 0.0))
            if value.made_by is not None and value.shape and 0 < size < math.inf:
                return size, of_output, f"{number(size)} at {self.ledger.names[value.index]}"
        return of_output, of_output, f"{number(of_output)} at the output"

    def _parameter_reference(self) -> tuple[float, str] | None:
        """Return the healthy size of a parameter's gradient, and whose it is.

        It is a sum over the batch, so it is compared with that of the last weight, and not with
        what arrives at the values of one sample.
        """
        for operation in reversed(self.graph.operations):
            found = {
                use.value: norm(self.gradients[use.value.index])
                for use in operation.arguments
                if use.value.kind == "parameter"
                and use.value.shape
                and use.value.index in self.gradients
            }
            known = [value for value, size in found.items() if 0 < size < math.inf]
            if known:
                value = max(known, key=lambda value: len(value.shape or ()))
                return found[value], self.ledger.names[value.index]
        return None

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
            facts.update(by=value.made_by.index, path=self.paths[self.places.results[i]])
        if self.tensors:
            facts["gradient"] = plain(_size(self.gradients.get(i)))
            if is_rounding(value, self.gradients):
                facts["rounding"] = True
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
        facts.update(call_facts(operation))
        if operation.parameters:
            facts["lines"] = lines_below(operation)
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
            "path": self.paths[i],
            "height": cell_height(use.value),
        }
        if self.tensors:
            facts["contribution"] = plain(_size(use.contribution))
        else:
            facts["role"] = role_of(use)
        stub = self.places.stubs.names.get((use.operation.index, use.position))
        if stub is not None:
            facts["stub"] = stub
        if i in self.places.arrivals:
            facts["arrivals"] = self.places.arrivals[i]
        return facts

    def _call(self, i: int) -> Facts:
        call, box = self.graph.calls[i], self.places.calls[i]
        facts: Facts = {"title": call.title, "depth": call.depth, "innermost": call.is_innermost}
        if call.outer is not None:
            facts["outer"] = call.outer.index
        if box is not None:
            facts["box"] = box.as_list()
        if self.places.continued[i]:
            facts["continued"] = [part.as_list() for part in self.places.continued[i]]
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
        made = [result.index for result in results_of(step)]
        if len(made) > 1:
            facts["results"] = made
        if step.operation is not None:
            facts["operation"] = step.operation.index
            if step.phase == "forward":
                blanks = [f"{{{i}}}" for i in range(len(step.operation.arguments))]
                written = applied(step.operation.operation, blanks)
                called = ", ".join(self.ledger.names[i] for i in made)
                facts["formula"] = f"{called} = {written}"
        if step.line:
            facts["line"] = step.line
        if self.tensors and step.phase == "backward":
            facts["upstream"] = plain(_size(step.upstream))
        return facts

    def _slot(self, slot: Slot) -> Facts:
        """Write a slot; the rule of `Value`s with blanks, for names as well as numbers."""
        use = slot.use
        facts: Facts = {
            "arrow": self._number(use),
            "formula": slot.formula if self.tensors else rule_template(use.operation, use.position),
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
    '  return [1 - (v[0] * v[0])];'
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
        count, _ = measure(taken_apart(output)[0])
    except (ValueError, NotImplementedError):
        return ""
    more = f", limit={count}" if count > LIMIT else ""
    name = root.name if root.name and root.name.isidentifier() else "loss"
    return f'viz.explore({name}, "numbers.html", scalars=True{more})'


def module_note(output: Any) -> str:
    """Say how to open a large graph by module; nothing of a small one, or one without modules."""
    count, in_modules = measure(output)
    return BY_MODULE if in_modules and count > MANY else ""


def _size(gradient: Any) -> float | None:
    return None if gradient is None else norm(gradient)


def plain(x: float | None) -> float | str | None:
    """Write a number so that JSON can hold it: nan and inf as text.

    >>> plain(1.5), plain(math.inf), plain(None)
    (1.5, 'inf', None)
    """
    if x is None or math.isfinite(x):
        return x
    return str(float(x))
