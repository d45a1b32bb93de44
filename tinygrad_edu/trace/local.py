"""What a recorded graph says about single operations: local derivatives; and names for values."""

from __future__ import annotations

from tinygrad_edu.float_backward import apply_rule
from tinygrad_edu.trace.graph import Graph, OperationNode
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Value

__all__ = ["local_derivatives", "short_names"]


def local_derivatives(operation: OperationNode) -> list[float | None]:
    """Differentiate the result of an operation on `Value`s with respect to each of its arguments.

    That is the rule of each argument, for an upstream gradient of 1.

    Returns:
        One number for each argument; None where no gradient is asked for.

    Raises:
        TypeError: for an operation on tensors, whose derivatives are no single numbers.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> local_derivatives(read(Value(2.0) * Value(3.0)).operations[0])
    [3.0, 2.0]
    """
    vertex = operation.vertex
    if not isinstance(vertex, Value):
        raise TypeError(f"{operation.operation.name} is on tensors: see its rule's formula instead")
    numbers = [x.data for x in vertex.operands]
    return [
        apply_rule(vertex.op.rule(i), 1.0, vertex.data, *numbers) if x.requires_grad else None
        for i, x in enumerate(vertex.operands)
    ]


def short_names(graph: Graph) -> list[str]:
    """Name every value of a graph, each differently: by its own name, by its number, or v1, v2, ….

    The number is for constants without a name, which may share one.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> x = Value(2.0, label="x")
    >>> short_names(read((3 * x).tanh() + x))
    ['3', 'x', 'v1', 'v2', 'v3']
    """
    taken: set[str] = set()
    names: list[str] = []
    count = 0
    for value in graph.values:
        if value.kind == "constant" and value.name is None and value.number is not None:
            names.append(number(value.number, 6))
            continue
        name = value.name or ""
        copy = 1
        while not name or name in taken:
            if value.name:
                copy += 1
                name = f"{value.name}′{copy}"
            else:
                count += 1
                name = f"v{count}"
        taken.add(name)
        names.append(name)
    return names
