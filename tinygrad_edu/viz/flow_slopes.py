"""The slopes of the activations in a recorded graph, after a backward pass went through them.

A slope is what came out of an activation on the way back, divided by what went in: the local
derivative, measured where it was used. It is known wherever a gradient arrived. A graph that was
kept (`loss.backward(retain_graph=True)`) still has the numbers, so there each slope is known.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.node import Node
from tinygrad_edu.trace.graph import OperationNode, ValueNode
from tinygrad_edu.trace.local import local_derivatives
from tinygrad_edu.value import Value

FLAT_SLOPE = 0.01
"""Below this share of the largest slope that it can have, an activation is flat."""


class Shares(NamedTuple):
    """How much of an activation is flat; None where no slope is known.

    Attributes:
        flat: the share of slopes below 1 % of the largest that the activation can have.
        dead: the share of units whose slope is exactly 0 for every sample.
    """

    flat: float | None
    dead: float | None


UNKNOWN = Shares(None, None)


def shares_of(operations: Sequence[OperationNode]) -> Shares:
    """Measure the slopes of operations that together are one activation.

    Args:
        operations: all that was computed in the activation, in order. On tensors, one input and one
            output of the same shape, whose first dim are the samples (unless it has only one dim).
            On `Value`s, any number of uses of one operation: each is a unit of its own.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> x = torch.tensor([[-1.0, 2.0], [-3.0, -4.0]], requires_grad=True)
    >>> y = x.relu()
    >>> y.sum().backward()
    >>> shares_of(read(y).operations)  # off: unit 0 for both samples, unit 1 for one of two
    Shares(flat=0.75, dead=0.5)
    """
    if not operations or not all(map(_is_elementwise, operations)):
        return UNKNOWN
    if isinstance(operations[0].vertex, Value):
        slopes = _slopes_of_values(operations)
        chain = operations[:1]
    else:
        slopes = _slopes_of_tensors(operations)
        chain = operations
    if slopes is None or np.isnan(slopes).all():
        return UNKNOWN
    steepest = _steepest(chain)
    if not steepest > 0:
        return UNKNOWN
    known = ~np.isnan(slopes)
    flat = np.abs(slopes[known]) < FLAT_SLOPE * steepest * (1 - 1e-5)  # leaky relu's is not flat
    units = slopes.reshape(len(slopes), -1) if slopes.ndim > 1 else slopes[None]
    known = ~np.isnan(units)
    dead = ((units == 0) | ~known).all(axis=0)[known.any(axis=0)]
    return Shares(float(flat.mean()), float(dead.mean()))


def _is_elementwise(operation: OperationNode) -> bool:
    """Tell whether an operation is a function of single numbers, with numbers beside them."""
    if getattr(operation.operation, "on_floats", None) is None:
        return False
    given = [use.value for use in operation.arguments]
    return all(value.needs_gradient or not value.shape for value in given)


def _slopes_of_values(operations: Sequence[OperationNode]) -> Any:
    """Return the slope of each use of one operation on `Value`s, None if it is no single one."""
    kinds = {operation.operation.name for operation in operations}
    found = [local_derivatives(operation) for operation in operations]
    if len(kinds) > 1 or any(len(slopes) != 1 for slopes in found):
        return None
    given = [operation.arguments[0].value.number for operation in operations]
    slopes = [math.nan if slope is None else slope for (slope,) in found]
    return np.where([x != x for x in given], math.nan, slopes)  # relu's at nan is written as 0


def _slopes_of_tensors(operations: Sequence[OperationNode]) -> Any:
    """Return the slopes of a chain of operations with one input and one output; nan if unknown."""
    ends = _ends(operations)
    if ends is None:
        return None
    into, out_of = ends
    kept = _by_rule(operations[0].vertex) if len(operations) == 1 else None
    if kept is not None:
        return kept
    upstream = out_of.gradient
    sent = [use.contribution for use in into.uses if use.operation in set(operations)]
    if upstream is None or any(contribution is None for contribution in sent):
        return None
    upstream = np.asarray(upstream)
    if upstream.dtype.kind != "f":
        return None
    limits = np.finfo(upstream.dtype)
    with np.errstate(all="ignore"):
        slopes = sum(sent[1:], start=sent[0]) / upstream
    # A smaller gradient times a small slope may be no float any more: its 0 would mean nothing.
    measurable = (np.abs(upstream) > float(limits.tiny) / float(limits.eps)) & np.isfinite(upstream)
    return np.where(measurable, slopes, math.nan).astype(np.float64)


def _by_rule(vertex: Any) -> Any:
    """Apply the rule to the numbers of forward, where the graph still has them; else None."""
    if not isinstance(vertex, Node) or vertex.saved is None or len(vertex.saved) != 1:
        return None
    keeps_output, numbers, _, _ = vertex.op.keeps(1, 1)
    if keeps_output and vertex.output is None:
        return None
    if not keeps_output and not numbers:
        return None
    with np.errstate(all="ignore"):
        ones = np.ones(vertex.shape)
        slopes = vertex.op.rule(0)(ones, vertex.output, *vertex.saved, **vertex.parameters)
    known = vertex.output if keeps_output else vertex.saved[0]
    return np.where(np.isnan(known), math.nan, slopes)  # relu's at nan is written as 0


def _ends(operations: Collection[OperationNode]) -> tuple[ValueNode, ValueNode] | None:
    """Return what goes into some operations and what comes out, if it is one value each."""
    inside = set(operations)
    into = {
        use.value: None
        for operation in operations
        for use in operation.arguments
        if use.value.needs_gradient and use.value.made_by not in inside
    }
    out_of = results_of(operations)
    if len(into) != 1 or len(out_of) != 1 or next(iter(into)).shape != out_of[0].shape:
        return None
    return next(iter(into)), out_of[0]


def results_of(operations: Collection[OperationNode]) -> list[ValueNode]:
    """Return the values that some operations computed for others, or as outputs of the graph."""
    inside = set(operations)
    return [
        value
        for operation in operations
        for value in operation.results
        if value.kind == "output" or any(use.operation not in inside for use in value.uses)
    ]


def _steepest(operations: Sequence[OperationNode]) -> float:
    """Return the largest slope of an activation between −10 and 10."""
    from tinygrad_edu import autograd, tensor

    ends = _ends(operations)
    if ends is None:
        return math.nan
    x = tensor(np.linspace(-10.0, 10.0, 2001), requires_grad=True)
    computed: dict[ValueNode, Any] = {ends[0]: x}
    with autograd.enable_grad():
        for operation in operations:
            vertex = operation.vertex
            given = [computed.get(use.value, use.value.number) for use in operation.arguments]
            parameters = getattr(vertex, "parameters", None) or {}
            for result in operation.results:
                computed[result] = vertex.op(*given, **parameters)
        (slopes,) = autograd.grad(computed[ends[1]].sum(), x, materialize_grads=True)
    return float(np.nanmax(np.abs(slopes.numpy())))
