"""`module_steps`: the steps of a graph of tensors by module, one for each call of a module.

A step back is one call: the gradient that arrives at its results, the one that it passes on to each
of its inputs, and those of its parameters. Operations outside of all calls are steps as ever.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.trace import wording
from tinygrad_edu.trace.calls import CallEntry, is_own, join_calls
from tinygrad_edu.trace.graph import OperationNode, read
from tinygrad_edu.trace.invalid import arising_in, invalid_numbers
from tinygrad_edu.trace.ledger import Ledger, ensure_pass, fact
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.step import Slot, Steps
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import plural

SHOWN = 4  # the parameters that a sentence lists


def module_steps(output: Any, params: Any = None, limit: int = 1_000) -> Steps:
    """List what a recorded graph of tensors computes, and its backward pass, module by module.

    Args:
        output: a `Tensor`; if no pass has run, one with one element. `.grad` is not touched.
        params: names for the parameters; see `graph.read`.
        limit: the most values to be left; if the innermost calls are too many, those further out
            become steps.

    Raises:
        RuntimeError: the graph was freed before its gradients were kept.
        ValueError: even the outermost calls have more values between them.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> _ = torch.manual_seed(0)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))
    >>> found = module_steps(model(torch.randn(2, 3)).sum())
    >>> [step.operation.operation.title for step in found.backward[2:]]
    ['1: LayerNorm', '0: Linear(3 -> 4)']
    """
    has_gradient = getattr(output.vertex, "grad", None) is not None
    ensure_pass(output)
    graph = read(output, params)
    kinds = invalid_numbers(graph)
    kind_of = {id(value.source): kinds.get(value.index, "") for value in graph.values}
    joined = join_calls(graph, limit)
    found = {value.index: kind_of.get(id(value.source), "") for value in joined.values}
    invalid = {i: kind for i, kind in found.items() if kind}
    return _ByModule(output, joined, has_gradient, invalid).steps()


class _ByModule(Ledger):
    """Writes the steps of a graph whose calls are joined."""

    def _add_forward(self, operation: OperationNode) -> None:
        entry = operation.operation
        if not isinstance(entry, CallEntry):
            super()._add_forward(operation)
            return
        values = [use.value for use in operation.arguments]
        names = [self.names[value.index] for value in values]
        results = [self.names[value.index] for value in operation.results]
        shapes = ", ".join(map(fact, operation.results))
        called = ", ".join(results)
        data = [
            f"{name} {fact(value)}"
            for name, value in zip(names, values, strict=True)
            if not is_own(value)
        ]
        kind = arising_in(operation, self.invalid)
        own = sum(value.kind == "parameter" for value in values)
        having = f", with {plural(own, 'parameter')}," if own else ""
        self._add(
            "forward",
            operation,
            operation.results[0],
            formula=f"{called} = {wording.applied(entry, names)}",
            numbers=f"{called} = {wording.applied(entry, list(map(fact, values)))} = {shapes}",
            sentence=f"{entry.title} makes {called} {shapes} of "
            f"{wording.listed(data) or 'nothing from outside'}{having} in "
            f"{plural(entry.count, 'operation')}."
            + (kind and f" Here {kind} arises.")
            + "".join(f" {held} from the start." for held in self._given_invalid(values)),
        )

    def _backward_order(self) -> list[OperationNode]:
        return self.graph.operations[::-1]

    def _add_backward(self, operation: OperationNode) -> None:
        entry = operation.operation
        if not isinstance(entry, CallEntry):
            super()._add_backward(operation)
            return
        upstream = together([self.gradients.get(x.index) for x in operation.results])
        if upstream is None:
            return
        slots = [self._slot(operation, use, upstream) for use in operation.arguments]
        wanted = [slot for slot in slots if slot.state != "missing"]
        targets = [self.names[slot.use.value.index] for slot in wanted]
        gradients = [self._gradient_name(slot.use.value) for slot in wanted]
        self._add(
            "backward",
            operation,
            operation.results[0],
            upstream=upstream,
            slots=slots,
            formula=", ".join(f"{name} += {wanted[0].formula}" for name in gradients),
            numbers=f"back through {entry.title}",
            sentence=call_sentence(entry.title, upstream, wanted, targets),
        )


def together(gradients: Sequence[Any]) -> Any:
    """Put the gradients of several results into one array; None if none has arrived."""
    known = [gradient for gradient in gradients if gradient is not None]
    if len(known) <= 1:
        return known[0] if known else None
    return np.concatenate([np.ravel(gradient) for gradient in known])


def call_sentence(title: str, upstream: Any, slots: Sequence[Slot], names: Sequence[str]) -> str:
    """Say what a module does with the gradient: what it passes on, and what its parameters get."""
    pairs = list(zip(slots, names, strict=True))
    passed = [(slot, name) for slot, name in pairs if not is_own(slot.use.value)]
    own = [(slot, name) for slot, name in pairs if is_own(slot.use.value)]
    arrives = f"a gradient of {wording.amount(upstream)} arrives at {title}"
    sentences = [f"{arrives[0].upper()}{arrives[1:]}; {_passed_on(upstream, passed)}."]
    if any(slot.arises for slot in slots):
        sentences.append("Here nan or inf arises.")
    if own:
        sentences.append(_to_parameters(own))
    return " ".join(sentences)


def _passed_on(upstream: Any, passed: Sequence[tuple[Slot, str]]) -> str:
    if not passed:
        return "nothing before it asks for one"
    parts = [
        f"{wording.amount(slot.contribution)} goes on to {name}{_compared(slot, upstream)}"
        for slot, name in passed
    ]
    return wording.listed(parts)


def _compared(slot: Slot, upstream: Any) -> str:
    """Say how many times larger the gradient is that is passed on."""
    before, after = norm(upstream), norm(slot.contribution)
    if not before or not math.isfinite(before) or not math.isfinite(after):
        return ""
    if not after:
        return ": nothing passes"
    return f" (×{number(after / before, 3)})"


def _to_parameters(own: Sequence[tuple[Slot, str]]) -> str:
    """Say how large the gradients of its parameters are, by the last part of their names."""
    parts = [
        f"{name.rpartition('.')[2]} {wording.amount(slot.contribution)}"
        for slot, name in own[:SHOWN]
    ]
    if len(own) > SHOWN:
        parts.append(plural(len(own) - SHOWN, "more parameter"))
    return f"To its parameters: {wording.listed(parts)}."
