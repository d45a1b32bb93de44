"""The ledger: a recorded graph as a list of steps, forward, then backward, rule by rule.

A backward step is one use of one rule. For each argument it says what arrived, what the rule made
of it, and what the gradient was before and after: replayed, the steps give `.grad` to the bit.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np

from tinygrad_edu.autograd.engine import backpropagate, topological_order
from tinygrad_edu.trace import wording
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode, read
from tinygrad_edu.trace.lines import line_of
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Value, apply_rule

State = Literal["known", "zero", "underflow", "cancelled", "invalid", "missing"]

CANCELLED = 1e-6
"""Contributions of both signs cancel where their sum is below this share of the largest."""


@dataclass(slots=True)
class Slot:
    """What a backward step does for one argument of its operation.

    Attributes:
        use: the arrow from the argument to the operation.
        upstream: the gradient of the operation's result.
        local: the local derivative, between `Value`s; None for tensors.
        formula: the rule, as in `g · b`.
        numbers: the rule with numbers, for `Value`s; else the formula.
        contribution: upstream × local: a float or an array; None where no gradient is asked for.
        before: the argument's gradient before; None if nothing had arrived yet.
        after: its gradient afterwards.
        state: "known"; "zero", exactly, through a closed gate; "underflow", a product smaller than
            a float can hold; "cancelled" by an earlier contribution of the other sign; "invalid",
            nan or inf; "missing" where no gradient is asked for.
        arises: whether this is where nan or inf comes from.
        ledger: how it was added: `0 → 0 + (−2 × 3) = −6`.
    """

    use: Use
    upstream: Any
    local: float | None
    formula: str
    numbers: str
    contribution: Any
    before: Any
    after: Any
    state: State
    arises: bool = False
    ledger: str = ""


@dataclass(slots=True)
class Step:
    """One operation computed, or one rule applied.

    Attributes:
        index: its place in the list.
        phase: "forward" or "backward".
        operation: the operation; None for the start of the backward pass, ∂L/∂L = 1.
        result: what the operation computed.
        upstream: the gradient of the result, in a backward step.
        slots: a backward step's work, argument by argument.
        formula: `v1 = w × x`, or `∂L/∂w += ∂L/∂v1 · x`.
        numbers: the same with numbers.
        line: the line of code that recorded it; None unless `remember_lines` was on.
        sentence: what happens, in plain words.
    """

    index: int
    phase: Literal["forward", "backward"]
    operation: OperationNode | None
    result: ValueNode
    upstream: Any = None
    slots: list[Slot] = field(default_factory=list)
    formula: str = ""
    numbers: str = ""
    line: str | None = None
    sentence: str = ""


class Steps(Sequence[Step]):
    """All steps of a graph, in order; `print` shows them, `markdown` makes a handout.

    Attributes:
        graph: the graph that was read.
        names: a name for each of its values, by index.
        forward: the steps forward.
        backward: the steps backward.
    """

    def __init__(self, graph: Graph, names: list[str], steps: list[Step]) -> None:
        self.graph = graph
        self.names = names
        self._steps = steps
        self.forward = [step for step in steps if step.phase == "forward"]
        self.backward = [step for step in steps if step.phase == "backward"]

    def __len__(self) -> int:
        return len(self._steps)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: Any) -> Any:
        return self._steps[index]

    def gradients(self) -> dict[int, Any]:
        """Replay the steps: the gradient of each value that one reached, by its index.

        >>> from tinygrad_edu import Value
        >>> a = Value(3.0)
        >>> steps(a * a).gradients()
        {1: 1.0, 0: 6.0}
        """
        found: dict[int, Any] = {}
        for step in self.backward:
            if step.operation is None:
                found[step.result.index] = step.upstream
            for slot in step.slots:
                if slot.contribution is not None:
                    i = slot.use.value.index
                    found[i] = found[i] + slot.contribution if i in found else slot.contribution
        return found

    def __str__(self) -> str:
        return "\n".join(self._text())

    __repr__ = __str__

    def _text(self) -> Iterator[str]:
        phase, line = "", None
        for step in self._steps:
            if step.phase != phase:
                phase = step.phase
                yield phase
            if step.line not in (line, None):
                line = step.line
                yield f"      # {line}"
            yield f"{step.index + 1:4}  {step.numbers}"
            for slot in step.slots:
                if slot.state != "missing":
                    yield f"        ∂/∂{self.names[slot.use.value.index]}: {slot.ledger}"
            if phase == "backward":
                yield f"      {step.sentence}"

    def markdown(self) -> str:
        """Write all steps as Markdown tables, for a handout."""
        lines = ["## Forward", "", "| step | operation | with numbers |", "| ---: | --- | --- |"]
        for step in self.forward:
            cells = (str(step.index + 1), step.formula, step.numbers)
            lines.append(_row(cells))
        lines += ["", "## Backward", ""]
        lines += ["| step | gradient of | ledger | in words |", "| ---: | --- | --- | --- |"]
        for step in self.backward:
            wanted = [slot for slot in step.slots if slot.state != "missing"]
            targets = [self.names[slot.use.value.index] for slot in wanted] or [step.formula]
            ledgers = [slot.ledger for slot in wanted] or [step.numbers]
            for i, (target, text) in enumerate(zip(targets, ledgers, strict=True)):
                first = i == 0
                cells = (str(step.index + 1) if first else "", target, text)
                lines.append(_row((*cells, step.sentence if first else "")))
        return "\n".join([*lines, ""])

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_html_(self) -> str:
        return f'<pre style="line-height:1.4">{html.escape(str(self))}</pre>'


def steps(output: Any, params: Any = None) -> Steps:
    """List what a recorded graph computes, and what its backward pass does, step by step.

    Works on graphs of `Value`s and of tensors. A pass need not have run; `.grad` is not touched.

    Args:
        output: a `Value` or a `Tensor`; if no pass has run, a tensor with one element.
        params: names for the parameters; see `graph.read`.

    Raises:
        RuntimeError: the graph of a tensor was freed before its gradients were kept.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> print(steps(a * b))
    forward
       1  v1 = 2 × (−3) = −6
    backward
       2  ∂v1/∂v1 = 1
          The pass starts at the output: its gradient with respect to itself is 1.
       3  a += 1 · (−3), b += 1 · 2
            ∂/∂a: 0 → 0 + (1 × −3) = −3
            ∂/∂b: 0 → 0 + (1 × 2) = 2
          a gets the upstream gradient times (−3). b gets the upstream gradient times 2.
    """
    return _Ledger(output, params).steps()


class _Ledger:
    """Writes the steps of one graph."""

    def __init__(self, output: Any, params: Any) -> None:
        self.output = output
        self.graph = read(output, params)
        self.names = short_names(self.graph)
        self.found: list[Step] = []
        self.gradients: dict[int, Any] = {}
        self.largest: dict[int, Any] = {}  # the largest |contribution| to each value so far

    def steps(self) -> Steps:
        for operation in self.graph.operations:
            self._add_forward(operation)
        root = self.graph.outputs[0]
        if root.needs_gradient:
            self._start(root)
            for operation in self._backward_order():
                self._add_backward(operation)
        return Steps(self.graph, self.names, self.found)

    # --- forward ---------------------------------------------------------------------------------

    def _add_forward(self, operation: OperationNode) -> None:
        values = [use.value for use in operation.arguments]
        names = [self.names[value.index] for value in values]
        facts = [_fact(value) for value in values]
        for result in operation.results:
            name, fact = self.names[result.index], _fact(result)
            with_numbers = wording.applied(operation.operation, facts)
            self._add(
                "forward",
                operation,
                result,
                formula=f"{name} = {wording.applied(operation.operation, names)}",
                numbers=f"{name} = {with_numbers} = {fact}",
                sentence=wording.forward_sentence(
                    operation.operation, [*names, name], [*facts, fact]
                ),
            )

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
            sentence="The pass starts at the output: its gradient with respect to itself is 1.",
        )

    def _gradient_of_tensor(self, root: ValueNode) -> Any:
        """Return the gradient that the last pass started with; run one if there was none."""
        vertex = root.source
        if root.made_by is not None and vertex.grad is None:
            backpropagate({vertex: self.output.seed(None, False)}, retain_graph=True)
        start = vertex.grad if root.made_by is not None else np.ones(root.shape or ())
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
        texts = [(self.names[slot.use.value.index], slot) for slot in wanted]
        self._add(
            "backward",
            operation,
            result,
            upstream=upstream,
            slots=slots,
            formula=", ".join(f"{name} += {slot.formula}" for name, slot in texts),
            numbers=", ".join(f"{name} += {slot.numbers}" for name, slot in texts),
            sentence=wording.backward_sentence(operation.operation, slots, self.names),
        )

    def _slot(self, operation: OperationNode, use: Use, upstream: Any) -> Slot:
        formulas = getattr(operation.operation, "derivatives", ("backward(g)",))
        formula = formulas[min(use.position, len(formulas) - 1)]
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
        slot.arises = slot.state == "invalid" and wording.is_finite(upstream)
        slot.ledger = wording.ledger(slot, upstream)
        return slot

    def _apply(self, slot: Slot, operation: OperationNode) -> None:
        """Apply the rule of one argument between `Value`s."""
        vertex, position = operation.vertex, slot.use.position
        numbers = [vertex.data, *(x.data for x in vertex.operands)]
        rule = vertex.op.rule(position)
        slot.local = apply_rule(rule, 1.0, *numbers)
        slot.contribution = apply_rule(rule, slot.upstream, *numbers)
        slot.numbers = wording.rule_with_numbers(operation, position, slot.upstream)

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


def _fact(value: ValueNode) -> str:
    """Write the number of a value, or its shape."""
    if value.number is not None:
        return number(value.number)
    shape: Any = value.shape
    return "[" + "×".join(map(str, shape)) + "]" if shape else "scalar"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
