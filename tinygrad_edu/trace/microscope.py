"""`scalars`: a recorded graph of tensors computed again, number by number, as a graph of `Value`s.

Operations know how to compute on arrays of `Value`s, so nothing has to be known here of any of
them: what was recorded is replayed on arrays of `Value`s, in the module calls it happened in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode, read
from tinygrad_edu.value import Constant, Value, as_value

LIMIT = 2000


def scalars(output: Any, params: Any = None, limit: int = LIMIT) -> Any:
    """Take a graph of tensors apart into single numbers.

    Leaves become arrays of `Value`s, labelled by name and place (`0.weight[1,2]`), with the numbers
    that they have now; constants become `Constant`s. The result can be differentiated, stepped
    through, drawn and explained as any `Value`.

    Args:
        output: a tensor with a graph.
        params: names for the parameters; see `graph.read`.
        limit: the most numbers that the tensors of the graph may have together.

    Returns:
        A `Value` for an output with one element, otherwise an array of them.

    Raises:
        TypeError: the output has no graph of tensors.
        ValueError: there are more numbers than `limit`.
        NotImplementedError: an operation does not compute on `Value`s.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> w.name = "w"
    >>> loss = scalars((w * torch.tensor([1.0, 4.0])).sum())
    >>> loss.backward()
    >>> loss, [(x.label, x.grad) for x in loss.operands[0].operands[:1]]
    (Value(14.0, grad=1.0), [('w[0]', 1.0)])
    """
    graph = read(output, params)
    if not graph.operations or isinstance(graph.outputs[0].source, Value):
        raise TypeError(
            "scalars takes the graph of a tensor apart, but this "
            + ("is a Value already" if isinstance(output, Value) else "has no graph")
        )
    _refuse_too_many(graph, limit)
    found: dict[int, Any] = {}
    for value in graph.values:
        if value.made_by is None:
            found[value.index] = _given(value)
    here = thread.here
    before = here.scope
    try:
        for operation in graph.operations:
            here.scope = operation.vertex.scope
            arguments = [found[use.value.index] for use in operation.arguments]
            found[operation.results[0].index] = _computed(operation, arguments)
    finally:
        here.scope = before
    result = found[graph.outputs[0].index]
    return as_value(result.item()) if np.size(result) == 1 else result  # an empty sum is a plain 0


def _refuse_too_many(graph: Graph, limit: int) -> None:
    count = sum(int(np.prod(value.shape or ())) for value in graph.values)
    if count > limit:
        raise ValueError(
            f"the tensors of this graph have {count:,} numbers, more than the {limit:,} that can "
            "be looked at one by one: take fewer samples or a smaller network, or pass "
            f"limit={count}"
        )


def _given(value: ValueNode) -> Any:
    """Make an array of `Value`s of a leaf or a constant; a plain number stays one."""
    array = getattr(value.source, "array", None)
    if array is None:
        return value.source
    if array.dtype.kind != "f":
        return array
    make = Value if value.needs_gradient else Constant
    numbers = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        label = value.name and (
            f"{value.name}[{','.join(map(str, place))}]" if place else value.name
        )
        numbers[place] = make(float(array[place]), label)
    return numbers


def _computed(operation: OperationNode, arguments: list[Any]) -> Any:
    op, vertex = operation.operation, operation.vertex
    if not hasattr(op, "compute"):
        raise NotImplementedError(f"{op.name} is a custom Function, which works on tensors only")
    result = op.compute(arguments, vertex.parameters)
    return np.asarray(result, dtype=object)
