"""`scalars`: a recorded graph of tensors computed again, number by number, as a graph of `Value`s.

Operations know how to compute on arrays of `Value`s, so nothing has to be known here of any of
them: what was recorded is replayed on arrays of `Value`s, in the module calls it happened in.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode, read
from tinygrad_edu.trace.roles import is_weight
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Constant, Value, as_value

LIMIT = 2000
BEARABLE = 10  # times the limit: more than this takes minutes, and cannot be looked through


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

    Warns:
        UserWarning: the leaves were changed since the output was computed, by an optimizer, say.

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
    result, _ = taken_apart(output, params, limit)
    warn_of_changes(output, result)
    return result


class NumbersOf:
    """The numbers that a network was taken apart into, named as a module names its parameters.

    Args:
        modules: the outermost modules of the graph.
        weights: for the name of each parameter an array of `Value`s.
    """

    def __init__(self, modules: Iterable[Any], weights: dict[str, Any]) -> None:
        self._modules = list(modules)
        self._weights = weights

    def named_modules(self) -> Iterator[tuple[str, Any]]:
        """Yield the modules that the tensors were in."""
        for module in self._modules:
            yield from module.named_modules()

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """Yield the parameters, as arrays of `Value`s."""
        yield from self._weights.items()

    def named_buffers(self) -> Iterator[tuple[str, Any]]:
        """Yield nothing: a buffer has become constants."""
        yield from ()


def taken_apart(output: Any, params: Any = None, limit: int = LIMIT) -> tuple[Any, NumbersOf]:
    """Do what `scalars` does; return also what names the numbers, to be passed on as `params`."""
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
    weights = {x.name or "": found[x.index] for x in graph.values if is_weight(x) and x.name}
    result = found[graph.outputs[0].index]
    if np.size(result) == 1:
        result = as_value(result.item())  # an empty sum is a plain 0
    given = getattr(params, "params", params)
    outermost = dict.fromkeys(call.module for call in graph.calls if call.outer is None)
    modules = (given,) if hasattr(given, "named_modules") else outermost
    return result, NumbersOf(modules, weights)


def warn_of_changes(output: Any, result: Any) -> None:
    """Warn if the numbers are others than those that the output was computed from."""
    before = np.ravel(output.array)
    now = np.array([as_value(x).data for x in np.ravel(np.asarray(result, dtype=object))])
    if np.allclose(now, before, rtol=1e-3, atol=1e-6, equal_nan=True):
        return
    was = f": the output was {number(float(before[0]))}, and is {number(float(now[0]))} with them"
    warnings.warn(
        "the leaves were changed after the forward pass, and single numbers are computed from what "
        f"they hold now{was if now.size == 1 else ''}. Call it before the optimizer's step, or run "
        "the forward pass again.",
        stacklevel=3,
    )


def _refuse_too_many(graph: Graph, limit: int) -> None:
    count = sum(int(np.prod(value.shape or ())) for value in graph.values)
    if count > limit:
        more = f", or pass limit={count}" if count <= BEARABLE * limit else ""
        raise ValueError(
            f"the tensors of this graph have {count:,} numbers, more than the {limit:,} that can "
            f"be looked at one by one: take fewer samples or a smaller network{more}"
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
    with np.errstate(all="ignore"):  # inf and nan are numbers to be looked at, too
        result = op.compute(arguments, vertex.parameters)
    return np.asarray(result, dtype=object)
