"""The ledger: a recorded graph as a list of steps, forward, then backward, rule by rule.

A backward step is one use of one rule. For each argument it says what arrived, what the rule made
of it, and what the gradient was before and after: replayed, the steps give `.grad` to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.engine import backpropagate, topological_order
from tinygrad_edu.autograd.lines import line_of
from tinygrad_edu.float_backward import apply_rule
from tinygrad_edu.trace import wording
from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode, read
from tinygrad_edu.trace.invalid import arising_in, invalid_numbers
from tinygrad_edu.trace.leftover import has_run, leftovers, tell
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.trace.rule_text import rule_with_names, rule_with_numbers
from tinygrad_edu.trace.step import Slot, State, Step, Steps
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Value

EMPTY: Mapping[int, str] = {}

TRIAL = " No backward() was called on {}: this is what it would do."

STALE = " A number that this needs was changed after the forward pass."

CANCELLED = 1e-6
"""Contributions of both signs cancel where their sum is below this share of the largest."""


def steps(output: Any, params: Any = None, *, names: str | None = "caller") -> Steps:
    """List what a recorded graph computes, and what its backward pass does, step by step.

    Works on graphs of `Value`s and of tensors. A pass need not have run; `.grad` is not touched.

    Args:
        output: a `Value` or a `Tensor`; if no pass has run, a tensor with one element.
        params: names for the parameters; see `graph.read`.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

    Raises:
        RuntimeError: the graph of a tensor was freed before its gradients were kept.
        TypeError: `output` is neither a value nor a tensor, or several of them.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> (c := a * b).backward()
    >>> print(steps(c))
    forward
       1  c = 2 × (−3) = −6
    backward
       2  ∂c/∂c = 1
          The pass starts at the output: its gradient with respect to itself is 1.
       3  ∂c/∂a += 1 · (−3); ∂c/∂b += 1 · 2
            ∂c/∂a: – → 1 × (−3) = −3
            ∂c/∂b: – → 1 × 2 = 2
          a gets the upstream gradient times (−3). b gets the upstream gradient times 2.
    """
    graph = read(output, called(params, names))
    if len(graph.outputs) != 1:
        raise TypeError(
            f"a pass goes back from one output, and these are {len(graph.outputs)}: list the steps "
            "of each, or of their sum"
        )
    has_gradient = graph.outputs[0].gradient is not None
    if not isinstance(graph.outputs[0].source, Value):
        ensure_pass(output)
        return Ledger(output, graph, has_gradient, invalid_numbers(graph)).steps()
    return Ledger(output, graph, has_gradient).steps()


class Ledger:
    """Writes the steps of one graph.

    Args:
        output: what they are of.
        graph: its graph.
        has_gradient: whether it had a gradient before one was computed here.
        invalid: which tensors hold nan or inf, by index.
    """

    def __init__(
        self, output: Any, graph: Graph, has_gradient: bool, invalid: Mapping[int, str] = EMPTY
    ) -> None:
        self.output = output
        self.graph = graph
        self.has_gradient = has_gradient
        self.invalid = invalid
        self.names = short_names(self.graph)
        self.output_name = self.names[graph.outputs[0].index]
        self.found: list[Step] = []
        self.gradients: dict[int, Any] = {}
        self.largest: dict[int, Any] = {}  # the largest |contribution| to each value so far

    def steps(self) -> Steps:
        """List them."""
        for operation in self.graph.operations:
            self._add_forward(operation)
        root = self.graph.outputs[0]
        before = self.has_gradient and has_run(self.graph)
        if root.needs_gradient:
            self._start(root)
            for operation in self._backward_order():
                self._add_backward(operation)
            said = leftovers(self.graph, self.gradients, self.names, before)
            tell(self.found, said, self.names)
        return Steps(self.graph, self.names, self.found, self._notes())

    def _notes(self) -> list[str]:
        copies = wording.same_names(self.graph.values, self.names)
        changed = next((x for x in self.graph.operations if x.is_changed()), None)
        if changed is not None:
            copies.append(
                f"A number was changed after {self.names[changed.results[0].index]} was computed: "
                "rules that need it mix the old numbers with the new. List the steps before such a "
                "change, or run the forward pass again."
            )
        return copies

    # --- forward ---------------------------------------------------------------------------------

    def _add_forward(self, operation: OperationNode) -> None:
        values = [use.value for use in operation.arguments]
        names = [self.names[value.index] for value in values]
        facts = [fact(value) for value in values]
        told = [n if x.number is None else f for x, n, f in zip(values, names, facts, strict=True)]
        for result in operation.results:
            name, made = self.names[result.index], fact(result)
            kind = wording.arising([value.number for value in values], result.number)
            kind = kind or arising_in(operation, self.invalid)
            notes = (
                (kind and f" ({kind} arises here)")
                + "".join(f" ({held})" for held in self._given_invalid(values))
                + (" (a number was changed since)" if operation.is_changed() else "")
            )
            formula, numbers, brief = (
                f"{name} = {wording.computed(operation, given)}" for given in (names, facts, told)
            )
            self._add(
                "forward",
                operation,
                result,
                formula=formula,
                numbers=f"{numbers} = {made}{notes}",
                brief=f"{brief} = {made}{notes}",
                sentence=wording.forward_sentence(operation, [*names, name], [*facts, made])
                + (kind and f" Here {kind} arises.")
                + "".join(f" {held} from the start." for held in self._given_invalid(values)),
            )

    def _given_invalid(self, values: Sequence[ValueNode]) -> list[str]:
        """Tell which of some values were given and hold nan or inf."""
        given = dict.fromkeys(value for value in values if value.made_by is None)
        return [self._holds(value) for value in given if value.index in self.invalid]

    def _holds(self, value: ValueNode) -> str:
        return f"{self.names[value.index]} holds {self.invalid[value.index]}"

    def _add(self, phase: Any, operation: Any, result: ValueNode, **more: Any) -> Step:
        line = line_of(operation.vertex) if operation is not None else None
        step = Step(len(self.found), phase, operation, result, **more)
        step.line = str(line) if line else None
        self.found.append(step)
        return step

    # --- backward --------------------------------------------------------------------------------

    def _start(self, root: ValueNode) -> None:
        start: Any = 1.0
        if not isinstance(root.source, Value):
            start = self._gradient_of_tensor(root)
        self.gradients[root.index] = start
        name = self.names[root.index]
        self._add(
            "backward",
            None,
            root,
            upstream=start,
            formula=f"∂{name}/∂{name}",
            numbers=f"∂{name}/∂{name} = {wording.amount(start)}",
            sentence="The pass starts at the output: its gradient with respect to itself is 1."
            + ("" if self.has_gradient else TRIAL.format(name)),
        )

    def _gradient_of_tensor(self, root: ValueNode) -> Any:
        """Return the gradient that the last pass started with."""
        start = root.source.grad if root.made_by is not None else np.ones(root.shape or ())
        return getattr(start, "array", start)

    def _backward_order(self) -> list[OperationNode]:
        """List the operations in the order in which the engine applies their rules."""
        root = self.graph.outputs[0].source
        if isinstance(root, Value):
            return self.graph.operations[::-1]
        makers = {operation.vertex: operation for operation in self.graph.operations}
        order = [makers.get(vertex) for vertex in topological_order([root])]
        return [operation for operation in reversed(order) if operation is not None]

    def _add_backward(self, operation: OperationNode) -> None:
        result = operation.results[0]
        upstream = self.gradients.get(result.index)
        if upstream is None and len(operation.results) == 1:
            return
        slots = [self._slot(operation, use, upstream) for use in operation.arguments]
        wanted = [slot for slot in slots if slot.state != "missing"]
        texts = [(self._gradient_name(slot.use.value), slot) for slot in wanted]
        self._add(
            "backward",
            operation,
            result,
            upstream=upstream,
            slots=slots,
            formula="; ".join(f"{name} += {slot.formula}" for name, slot in texts),
            numbers="; ".join(f"{name} += {slot.numbers}" for name, slot in texts),
            sentence=wording.backward_sentence(operation.operation, slots, self.names)
            + (STALE if any(slot.is_stale for slot in slots) else ""),
        )

    def _gradient_name(self, value: ValueNode) -> str:
        return f"∂{self.output_name}/∂{self.names[value.index]}"

    def _slot(self, operation: OperationNode, use: Use, upstream: Any) -> Slot:
        formula = rule_with_names(operation, use.position, self.names, self.output_name)
        before = self.gradients.get(use.value.index)
        slot = Slot(use, upstream, None, formula, formula, None, before, before, "missing")
        if not use.value.needs_gradient:
            return slot
        if wording.is_on_values(operation):
            self._apply(slot, operation)
        else:
            slot.contribution = use.contribution
        if slot.contribution is None:
            return slot
        slot.after = slot.contribution if before is None else before + slot.contribution
        self.gradients[use.value.index] = slot.after
        slot.state = self._state(slot)
        if slot.state == "invalid" and wording.is_finite(upstream):
            around = (*(other.value for other in operation.arguments), *operation.results)
            slot.held_by = next((self._holds(x) for x in around if x.index in self.invalid), "")
            slot.arises = not slot.held_by
        slot.ledger = wording.ledger(slot, upstream)
        return slot

    def _apply(self, slot: Slot, operation: OperationNode) -> None:
        """Apply the rule of one argument between `Value`s."""
        vertex, position = operation.vertex, slot.use.position
        numbers = [vertex.data, *(x.data for x in vertex.operands)]
        rule = vertex.op.rule(position)
        slot.local = apply_rule(rule, 1.0, *numbers)
        slot.contribution = apply_rule(rule, slot.upstream, *numbers)
        slot.numbers = rule_with_numbers(operation, position, slot.upstream)
        slot.is_stale = slot.use.is_stale
        slot.numbers += " (a number was changed since)" if slot.is_stale else ""

    def _state(self, slot: Slot) -> State:
        contribution, i = slot.contribution, slot.use.value.index
        size = float(np.abs(contribution).max(initial=0.0))
        largest = max(self.largest.get(i, 0.0), size)
        self.largest[i] = largest
        if not wording.is_finite(contribution):
            return "invalid"
        if size == 0:
            lost = slot.local not in (0, None) and slot.upstream != 0
            return "underflow" if lost else "zero"
        left = float(np.abs(slot.after).max(initial=0.0))
        if slot.before is not None and left <= CANCELLED * largest:
            return "cancelled"
        return "known"


def ensure_pass(output: Any) -> None:
    """Run a backward pass through the graph of a tensor if there was none; no `.grad` is touched.

    Raises:
        RuntimeError: the graph was freed before its gradients were kept.
    """
    vertex = output.vertex
    if getattr(vertex, "op", None) is not None and vertex.grad is None:
        backpropagate({vertex: output.seed(None, False)}, retain_graph=True)


def fact(value: ValueNode) -> str:
    """Write the number of a value, or its shape."""
    if value.number is not None:
        return number(value.number)
    shape: Any = value.shape
    return "[" + "×".join(map(str, shape)) + "]" if shape else "scalar"
