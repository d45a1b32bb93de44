"""What `trace.steps` returns: the steps of a graph, and how they read as text and as a handout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from tinygrad_edu.notebook import preformatted
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode

State = Literal["known", "zero", "underflow", "cancelled", "invalid", "missing"]


@dataclass(slots=True, repr=False)
class Slot:
    """What a backward step does for one argument of its operation.

    Attributes:
        use: the arrow from the argument to the operation.
        upstream: the gradient of the operation's result.
        local: the local derivative, between `Value`s; None for tensors.
        formula: the rule, as in `∂L/∂v1 · x`.
        numbers: the rule with numbers, for `Value`s; else the formula.
        contribution: upstream × local: a float or an array; None where no gradient is asked for.
        before: the argument's gradient before; None if nothing had arrived yet.
        after: its gradient afterwards.
        state: "known"; "zero", exactly, through a closed gate; "underflow", a product smaller than
            a float can hold; "cancelled" by an earlier contribution of the other sign; "invalid",
            nan or inf; "missing" where no gradient is asked for.
        arises: whether this is where nan or inf comes from.
        held_by: what says that a tensor which the rule needs holds nan or inf itself.
        is_stale: whether a number that the rule needs was changed after the forward pass.
        ledger: how it was added: `– → −2 × 3 = −6`.
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
    held_by: str = ""
    is_stale: bool = False
    ledger: str = ""

    def __repr__(self) -> str:
        return (
            f"<Slot of argument {self.use.position}: {self.formula}; {self.ledger or self.state}>"
        )


@dataclass(slots=True, repr=False)
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
        numbers: the same with numbers, or the shapes of tensors.
        brief: of a step forward, the same with numbers and the names of tensors.
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
    brief: str = ""
    line: str | None = None
    sentence: str = ""

    def __repr__(self) -> str:
        return f"<Step {self.index + 1}, {self.phase}: {self.numbers}>"


class Steps(Sequence[Step]):
    """All steps of a graph, in order; `print` shows them, `markdown` makes a handout.

    Attributes:
        graph: the graph that was read.
        names: a name for each of its values, by index.
        forward: the steps forward.
        backward: the steps backward.
        notes: what one should know beside the steps, in sentences.
    """

    def __init__(
        self, graph: Graph, names: list[str], steps: list[Step], notes: Sequence[str] = ()
    ) -> None:
        self.graph = graph
        self.names = names
        self.notes = list(notes)
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

    def gradient_name(self, value: ValueNode) -> str:
        """Write what the gradient of a value is called: ∂L/∂w."""
        return f"∂{self.names[self.graph.outputs[0].index]}/∂{self.names[value.index]}"

    def gradients(self) -> dict[int, Any]:
        """Replay the steps: the gradient of each value that one reached, by its index.

        >>> from tinygrad_edu import Value, trace
        >>> a = Value(3.0)
        >>> trace.steps(a * a).gradients()
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
        yield from (f"Note: {note}" for note in self.notes)
        phase, line = "", None
        for step in self._steps:
            if step.phase != phase:
                phase = step.phase
                yield phase
            if step.line not in (line, None):
                line = step.line
                yield f"      # {line}"
            yield f"{step.index + 1:4}  {step.brief or step.numbers}"
            for slot in step.slots:
                if slot.state != "missing":
                    yield f"        {self.gradient_name(slot.use.value)}: {slot.ledger}"
            if phase == "backward":
                yield f"      {step.sentence}"

    def markdown(self) -> str:
        """Write all steps as Markdown tables, for a handout."""
        lines = [line for note in self.notes for line in (f"> {note}", "")]
        lines += ["## Forward", "", "| step | operation | with numbers |", "| ---: | --- | --- |"]
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
        return preformatted(str(self))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
