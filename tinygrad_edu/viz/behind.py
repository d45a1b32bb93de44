"""What lies behind a loss: the values from whose gradients a page measures how others fare.

A loss that is nearly at its least sends a small gradient to everything: that is what success looks
like, and says nothing of the layers before it. So the gradients of a graph of `Value`s are compared
with the largest that the loss itself asks for.
"""

from __future__ import annotations

from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode
from tinygrad_edu.trace.roles import factor_beside, is_activation


def behind_the_loss(graph: Graph) -> list[ValueNode]:
    """Go back from the output to the first activations and products with weights.

    What is passed on the way (differences, squares, means, logarithms) counts as the loss. The
    output alone if there is nothing but such operations.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> w, x, y = (Value(n, label=name) for n, name in ((2.0, "w"), (3.0, "x"), (1.0, "y")))
    >>> prediction = (w * x).tanh()
    >>> prediction.label = "prediction"
    >>> [value.name for value in behind_the_loss(read((prediction - y) ** 2))]
    ['prediction']
    >>> [value.name for value in behind_the_loss(read(prediction))]
    ['prediction']
    """
    output = graph.outputs[0]
    found: list[ValueNode] = []
    seen, waiting = {output.index}, [output]
    while waiting:
        value = waiting.pop()
        operation = value.made_by
        if operation is None:
            continue
        if _is_of_a_layer(operation):
            found.append(value)
            continue
        for use in operation.arguments:
            if use.value.needs_gradient and use.value.index not in seen:
                seen.add(use.value.index)
                waiting.append(use.value)
    return sorted(found, key=lambda value: value.index) or [output]


def _is_of_a_layer(operation: OperationNode) -> bool:
    """Tell whether an operation is an activation, or a product with a leaf or of two unknowns."""
    if is_activation(operation):
        return True
    for use in operation.arguments:
        other = factor_beside(use)
        if other is not None and use.value.needs_gradient:
            return other.needs_gradient or use.value.made_by is None
    return False
