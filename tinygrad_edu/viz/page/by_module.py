"""What the page is told beside the rest about a graph that it shows by module."""

from __future__ import annotations

import re
from typing import Any

from tinygrad_edu.trace.calls import CallEntry
from tinygrad_edu.trace.graph import ModuleCall, OperationNode, ValueNode
from tinygrad_edu.trace.step import Step, Steps
from tinygrad_edu.viz.page.elements import LARGE, SMALL
from tinygrad_edu.viz.page.factors import factor_facts


def call_facts(operation: OperationNode) -> dict[str, Any]:
    """Say of a call which one it is; of any other operation there is nothing more to say."""
    entry = operation.operation
    if not isinstance(entry, CallEntry):
        return {}
    return {"title": entry.title, "reused": [operation.results[i].index for i in entry.reused]}


def results_of(step: Step) -> list[ValueNode]:
    """Return what a step computes, or goes back from: all results of a call at once."""
    operation = step.operation
    if operation is not None and isinstance(operation.operation, CallEntry):
        return operation.results
    return [step.result]


def module_facts(ledger: Steps, count: int) -> dict[str, Any]:
    """Say what was joined, how to see inside a call, and what each module does to the gradient.

    Args:
        ledger: the steps by module.
        count: how many values the graph has.
    """
    graph = ledger.graph
    calls = [op.call for op in graph.operations if isinstance(op.operation, CallEntry) and op.call]
    example = next((path for path in map(path_to, calls) if path), "")
    modules = {
        "values": count,
        "calls": len(calls),
        "inside": f'viz.explore(model{example}(x).sum(), "inside.html")' if example else "",
        "all": f'viz.explore(loss, "values.html", detail="values", limit={count})',
    }
    reasons = {op.index: NO_NUMBERS for op in graph.operations}
    elements = {
        "small": SMALL,
        "large": LARGE,
        "templates": [],
        "operations": reasons,
        "tensors": {},
    }
    factors = factor_facts(graph, ledger.names)
    return {"modules": modules, "elements": elements, "factors": factors}


NO_NUMBERS = "a page by module has no single numbers"


def path_to(call: ModuleCall) -> str:
    """Write how to reach a module from the outermost one; nothing for the outermost itself.

    >>> outer = ModuleCall(0, None, None, 0, "Net")
    >>> path_to(ModuleCall(1, None, outer, 1, "blocks.0: Linear(3 -> 2)"))
    '.blocks[0]'
    """
    names: list[str] = []
    inner: ModuleCall | None = call
    while inner is not None and inner.outer is not None:
        name, colon, _ = inner.title.partition(": ")
        if not colon:
            return ""
        names = [*name.partition(", ")[0].split("."), *names]
        inner = inner.outer
    return "".join(f"[{name}]" if re.fullmatch(r"\d+", name) else f".{name}" for name in names)
