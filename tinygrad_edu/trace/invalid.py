"""Which tensors of a graph hold nan or inf, and where it came in.

A graph keeps few of its numbers, so they are computed again from its leaves: only once a pass has
met nan or inf, and only if no leaf was changed since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.trace.elements import numbers_of
from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode
from tinygrad_edu.trace.wording import computed, is_finite


def is_changed(value: ValueNode) -> bool:
    """Tell whether the numbers of a leaf tensor were changed after an operation had used them.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> w = torch.ones(2, requires_grad=True)
    >>> loss = (w * 3).sum()
    >>> with torch.no_grad():
    ...     _ = w.add_(1)
    >>> [is_changed(value) for value in read(loss).values]
    [True, False, False, False]
    """
    changes = getattr(value.source, "_changes", None)
    if changes is None:
        return False
    last = float("inf")
    times = (getattr(use.operation.vertex, "recorded_at", last) for use in value.uses)
    return bool(changes[1] > min(times, default=last))


def invalid_numbers(graph: Graph) -> dict[int, str]:
    """Tell which tensors hold nan or inf, by the index of the value.

    Args:
        graph: a graph of tensors. That none holds any is taken for granted as long as the output
            and the gradients of the last pass are finite.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> x = torch.tensor([1.0, float("nan")], requires_grad=True)
    >>> loss = (x * 2).sum()
    >>> invalid_numbers(read(loss))
    {0: 'nan', 2: 'nan', 3: 'nan'}
    """
    if not _has_met_any(graph) or any(map(is_changed, graph.values)):
        return {}
    kinds = ((i, _kind(numbers)) for i, numbers in numbers_of(graph).items())
    return {i: kind for i, kind in kinds if kind}


def _has_met_any(graph: Graph) -> bool:
    root = graph.outputs[0]
    sent = (x for operation in graph.operations for x in operation.contributions())
    known = (x for x in (root.number, root.gradient, *sent) if x is not None)
    return any(not is_finite(x) for x in known)


def _kind(numbers: Any) -> str:
    if numbers.dtype.kind not in "fc" or is_finite(numbers):
        return ""
    return "nan" if np.isnan(numbers).any() else "inf"


def arising_in(operation: OperationNode, kinds: Mapping[int, str]) -> str:
    """Name what an operation has made of numbers without any: nan, also of inf, or inf."""
    made = kinds.get(operation.results[0].index, "")
    given = {kinds.get(use.value.index, "") for use in operation.arguments}
    return "" if made in given or (made == "inf" and given != {""}) else made


def first(graph: Graph, kinds: Mapping[int, str], names: Sequence[str]) -> str:
    """Say where nan came in, or else inf; nothing if there is none."""
    worst = "nan" if "nan" in kinds.values() else "inf"
    for operation in graph.operations:
        for use in operation.arguments:
            if use.value.made_by is None and kinds.get(use.value.index) == worst:
                return f"{names[use.value.index]} holds {worst} from the start"
        if arising_in(operation, kinds) == worst:
            arguments = [names[use.value.index] for use in operation.arguments]
            name = names[operation.results[0].index]
            return (
                f"{worst} arises in the forward pass, at {name} = {computed(operation, arguments)}"
            )
    return ""
