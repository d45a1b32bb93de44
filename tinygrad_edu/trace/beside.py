"""Writes what was computed beside the graph: masks, indices, what was detached.

A graph has them as constants, but they follow from its numbers. How, their origins tell (see
`autograd/origins.py`); so a program computes them, too. What has no origin is an input of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import (
    SMALL,
    Followed,
    Kept,
    Origin,
    Source,
    follows,
    origin_of,
)
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.trace.array_symbols import ArraySymbol
from tinygrad_edu.trace.array_writer import NOT_WRITABLE, GraphWriter, adapted, plain_parameters
from tinygrad_edu.trace.expressions import Name, Step
from tinygrad_edu.trace.graph import Graph, OperationNode, read
from tinygrad_edu.trace.masks import shape_depends_on_masks
from tinygrad_edu.value import Value


def read_with_origins(output: Any, params: Any) -> Graph:
    """Read a graph, and with it what the numbers beside it were computed from."""
    graph, also = read(output, params), dict[int, Any]()
    while True:
        known = {id(value.source) for value in graph.values}
        found = {id(x): x for x in _vertices(graph) if id(x) not in known and id(x) not in also}
        if not found:
            return graph
        also |= found
        graph = read(output, params, also.values())


def _vertices(graph: Graph) -> Iterator[Any]:
    """Yield the vertices with a history of which the origins in a graph tell."""
    for operation in graph.operations:
        for origin in origins_of(operation):
            for source in sources_of(origin):
                vertex = source.vertex()
                is_leaf = getattr(vertex, "op", None) is None
                if vertex is not None and (isinstance(vertex, Value) or not is_leaf):
                    yield vertex


def origins_of(operation: OperationNode) -> Iterator[Origin]:
    """Yield the origins of what an operation was given, and of what it keeps."""
    given = [use.value.source for use in operation.arguments if not use.value.needs_gradient]
    parameters = getattr(operation.vertex, "parameters", None) or {}
    for x in (*given, *kept_in(parameters.values())):
        origin = origin_of(x)
        if origin is not None:
            yield origin


def kept_in(things: Iterable[Any]) -> Iterator[Kept]:
    """Yield the numbers of tensors among the parameters of an operation."""
    for x in things:
        if type(x) is Kept:
            yield x
        elif isinstance(x, (tuple, list)):
            yield from kept_in(x)


def sources_of(origin: Origin) -> Iterator[Source]:
    """Yield the tensors from which something was computed, at the end of all origins."""
    for x in origin.operands:
        if type(x) is Origin:
            yield from sources_of(x)
        elif type(x) is Source:
            yield x
    for x in kept_in(origin.parameters.values()):
        inner = origin_of(x)
        if inner is not None:
            yield from sources_of(inner)


def forward_order(graph: Graph) -> list[OperationNode]:
    """List the operations so that what origins tell of is computed before it is needed."""
    makers = {id(value.source): value.made_by for value in graph.values}
    done: set[OperationNode] = set()
    order: list[OperationNode] = []
    stack = graph.operations[::-1]
    while stack:
        operation = stack[-1]
        missing = [x for x in _before(operation, makers) if x not in done]
        if missing:
            stack += missing
            continue
        stack.pop()
        if operation not in done:
            done.add(operation)
            order.append(operation)
    return order


def _before(operation: OperationNode, makers: dict[int, Any]) -> list[OperationNode]:
    found = [use.value.made_by for use in operation.arguments]
    for origin in origins_of(operation):
        found += [makers.get(id(source.vertex())) for source in sources_of(origin)]
    return [x for x in found if x is not None]


class Beside:
    """Writes the origins of one graph.

    Args:
        writer: what writes the graph.
        variables: the names of the caller's variables, by the id of what they hold.
    """

    def __init__(self, writer: GraphWriter, variables: Mapping[int, str]) -> None:
        self.writer = writer
        self.variables = variables
        self._stem = "data"  # what an array is called that has no name
        self._places = {id(value.source): value.index for value in writer.graph.values}
        self._kept: dict[int, Any] = {}  # what stands for a parameter, by the id of the array

    def symbol(self, x: Any, user: OperationNode) -> ArraySymbol | None:
        """Return what stands for a constant or parameter with an origin; None without one.

        Args:
            x: a tensor, or an array that an operation keeps.
            user: the operation that it was given to.
        """
        origin = origin_of(x)
        if origin is None or not _is_known(origin, user.vertex.recorded_at):
            return None
        state, like = self.writer.state(), getattr(x, "array", x)
        try:
            found = self._compute(origin, user)
        except (*NOT_WRITABLE, NotImplementedError):
            found = None
        if isinstance(found, ArraySymbol) and _facts(found) == _facts(like):
            return found
        self.writer.go_back(state)
        return None

    def parameters(self, parameters: dict[str, Any], user: OperationNode) -> dict[str, Any]:
        """Put symbols in the place of the numbers of tensors among parameters.

        Raises:
            NotImplementedError: for a mask that decides how many numbers there are.
        """
        if any(map(_has_followed, parameters.values())):
            raise NotImplementedError(
                f"a whole number that {user.operation.name} was given follows from the numbers of "
                "the graph, and would stay what it is: a program computes an index that is a "
                "tensor of one dim, such as i[None] instead of i"
            )
        if _decides_shapes(user):
            _refuse_masks(user)
            return plain_parameters(parameters)
        return {name: self._parameter(x, user, name) for name, x in parameters.items()}

    def _parameter(self, x: Any, user: OperationNode, name: str) -> Any:
        if type(x) is Kept:
            if id(x) not in self._kept:
                self._kept[id(x)] = self._line(x, user, "mask" if x.dtype == bool else name)
            return self._kept[id(x)]
        if hasattr(x, "_fields"):
            parts = zip(x, x._fields, strict=True)
            return type(x)(*(self._parameter(part, user, field) for part, field in parts))
        if type(x) in (tuple, list):
            return type(x)(self._parameter(part, user, name) for part in x)
        return getattr(x, "array", x)

    def _line(self, x: Kept, user: OperationNode, name: str) -> ArraySymbol:
        """Write a line for an array that is a parameter, or let the program take it."""
        self._stem = name
        found = self.symbol(x, user)
        self._stem = "data"
        if found is not None and isinstance(found.expression, Name):
            return found
        name = self.writer.unused(name)
        if found is None:
            self.writer.inputs[name] = np.asarray(x)
            return ArraySymbol(self.writer, Name(name), np.asarray(x))
        self.writer.forward.append(Step(name, found.expression))
        return ArraySymbol(self.writer, Name(name), found.value)

    def _compute(self, origin: Origin, user: OperationNode) -> Any:
        given = [self._operand(x, user) for x in origin.operands]
        if not isinstance(origin.function, Operation):
            return origin.function(*given)
        parameters = self.parameters(origin.parameters, user)
        return self.writer.operation(origin.function, adapted(origin.function, given), parameters)

    def _operand(self, x: Any, user: OperationNode) -> Any:
        if type(x) is Origin:
            return self._compute(x, user)
        if type(x) is not Source:
            return getattr(x, "array", x)
        vertex = x.vertex()
        if vertex is None:
            return x.array
        place = self._places.get(id(vertex))
        if place is not None and place in self.writer.symbols:
            return self.writer.symbols[place]
        array = vertex.array
        name = vertex.name or self.variables.get(id(vertex)) or self._stem
        return ArraySymbol(self.writer, self.writer.bound(array, name), array)


def _decides_shapes(user: OperationNode) -> bool:
    """Tell whether an operation has as many numbers as a mask of it is true."""
    if not any(x.dtype == bool for x in kept_in(user.vertex.parameters.values())):
        return False
    arguments = [np.empty(use.value.shape or ()) for use in user.arguments]
    return shape_depends_on_masks(user.operation, arguments, user.vertex.parameters)


def _refuse_masks(user: OperationNode) -> None:
    """Refuse a mask that may be another one in the next run; a short one may be in the code."""
    for x in kept_in(user.vertex.parameters.values()):
        if x.dtype == bool and (_follows(origin_of(x)) or x.size > SMALL):
            raise NotImplementedError(
                f"{user.operation.name} has as many numbers as its mask is true, which is another "
                "number in another run; a program has fixed shapes: use where(mask, x, 0), or an "
                "index of whole numbers"
            )


def _has_followed(x: Any) -> bool:
    if isinstance(x, slice):
        x = (x.start, x.stop, x.step)
    if isinstance(x, (tuple, list)):
        return any(map(_has_followed, x))
    return type(x) is Followed or (hasattr(x, "_grad_fn") and not x.shape and follows(x))


def _follows(origin: Origin | None) -> bool:
    """Tell whether numbers follow from those of a graph, and are not data."""
    vertices = [source.vertex() for source in sources_of(origin)] if origin is not None else []
    return any(getattr(x, "requires_grad", False) for x in vertices)


def _facts(x: Any) -> tuple[Any, ...]:
    return x.shape, x.dtype


def _is_known(origin: Origin, until: int) -> bool:
    """Tell whether all that something was computed from is there, and was not changed since.

    Args:
        origin: how it was computed.
        until: when it was used; what changed later has changed for the graph as well.
    """
    for source in sources_of(origin):
        vertex = source.vertex()
        if vertex is None:
            if source.array is None:
                return False
        elif origin.time < getattr(vertex, "_changes", (0, 0))[1] <= until:
            return False
    return True
