"""What a local derivative is: the slope of an activation, a weight, a leaf, or something else.

Only what the graph knows counts. A leaf is a weight where a module has it, or where `params` names
it. In `w * x` between plain `Value`s nothing says which of the two is the weight: both are leaves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tinygrad_edu.trace.graph import OperationNode, Use, ValueNode

KINDS = ("activation", "weight", "leaf", "other")
"""The kinds of factors; a "leaf" is one that is not known to be a weight, or a named constant."""


def role_of(use: Use) -> str:
    """Tell which of `KINDS` the local derivative along an arrow is.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> w, x = Value(2.0, label="w"), Value(3.0, label="x")
    >>> [role_of(use) for use in read(w * x, {"w": w}).operations[0].arguments]
    ['leaf', 'weight']
    """
    if is_activation(use.operation):
        return "activation"
    other = factor_beside(use)
    if other is None or other.made_by is not None:
        return "other"
    if is_weight(other):
        return "weight"
    return "leaf" if other.kind == "leaf" or other.name is not None else "other"


def is_weight(value: ValueNode) -> bool:
    """Tell whether a value is known to be a parameter: by its name, its module or its class."""
    made_to_train = getattr(value.source, "_is_param", False)
    return value.kind == "parameter" or value.is_member or made_to_train


def is_activation(operation: OperationNode) -> bool:
    """Tell whether an operation is from the activations' chapter of the table."""
    return getattr(operation.operation, "group", "") == "activations"


@lru_cache(maxsize=256)
def slopes_of(op: Any) -> tuple[float, float] | None:
    """Find the smallest and the largest |slope| that an activation has between −10 and 10.

    None for an operation of several arguments. Where the smallest is exactly 0, it has a gate that
    can be closed.

    >>> from tinygrad_edu.ops import TABLE
    >>> slopes_of(TABLE["relu"]), slopes_of(TABLE["sigmoid"])[1]
    ((0.0, 1.0), 0.25)
    """
    if getattr(op, "arity", 0) != 1 or op.on_floats is None:
        return None
    rule = op.rule(0)
    slopes = [abs(float(rule(1.0, op.on_float(x / 10), x / 10))) for x in range(-100, 101)]
    return min(slopes), max(slopes)


def factor_beside(use: Use) -> ValueNode | None:
    """Return the other factor of a product; None for any other operation.

    An operation is a product here if the local derivative is the other argument.
    """
    arguments, op = use.operation.arguments, use.operation.operation
    if len(arguments) != 2:
        return None
    beside = 1 - use.position
    kept = op.keeps(1 << use.position, 2)
    if kept.output or kept.numbers != (beside,):
        return None
    rule = op.rule(use.position)
    for probe in (3.0, 5.0):
        numbers: list[Any] = [None, None]
        numbers[beside] = probe
        if rule(1.0, None, *numbers) != probe:
            return None
    return arguments[beside].value
