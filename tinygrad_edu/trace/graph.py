"""A recorded graph as plain lists: the values, the operations, and which value went into which.

Reads graphs of `Value`s and of `Tensor`s alike, and knows nothing of pictures. Gradients are those
of the last backward pass; what no pass has reached is None, which is not the same as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tinygrad_edu.autograd.function import FunctionNode, Output
from tinygrad_edu.autograd.lines import call_of
from tinygrad_edu.autograd.recording import PartOfCall, Scope
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.caller import Called, name_by_variables
from tinygrad_edu.trace.lines import name_by_lines
from tinygrad_edu.trace.names import Names, describe, outermost_modules
from tinygrad_edu.value import Value

Kind = Literal["leaf", "constant", "parameter", "intermediate", "output"]


@dataclass(slots=True, eq=False, repr=False)
class ModuleCall:
    """One call of a module, around the operations that happened in it.

    Attributes:
        index: its place in `Graph.calls`.
        module: the module.
        outer: the call in which it was called; None at the top.
        depth: how many calls it happened in.
        title: its name in the outer module and its sizes: `0: Linear(3 -> 2)`.
        is_innermost: whether it called no other module, and has no named parts.
        part: where it is only a part of the call of its module, the name: `step 3`.
    """

    index: int
    module: Any
    outer: ModuleCall | None
    depth: int
    title: str
    is_innermost: bool = True
    part: str = ""

    def __repr__(self) -> str:
        return f"<ModuleCall {self.index}: {self.title}>"


@dataclass(slots=True, eq=False, repr=False)
class ValueNode:
    """A number or array that flows through the graph.

    Attributes:
        index: its place in `Graph.values`; what it was computed from comes before it.
        kind: "parameter" (a leaf with a name in `params`), another "leaf" (a gradient is asked for
            it), "constant" (none is), "output" (of the whole graph), or "intermediate".
        name: what the user calls it; None if nothing.
        source: the `Value`, `Tensor`, number or `grad_fn` that it stands for.
        shape: the shape of a tensor; None for a `Value` or a number.
        number: the number of a `Value` or a tensor without dims; None if it is not kept.
        gradient: of the last output that was differentiated, with respect to this: a float, an
            array, or None if it was not computed. A leaf's is summed over all backward passes.
        made_by: the operation that computed it; None for a leaf or constant.
        uses: where it went.
        is_member: whether it is a parameter or buffer of a module.
    """

    index: int
    kind: Kind
    name: str | None
    source: Any
    shape: tuple[int, ...] | None
    number: float | None
    gradient: Any
    made_by: OperationNode | None = None
    uses: list[Use] = field(default_factory=list)
    is_member: bool = False

    def __repr__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        content = "" if self.number is None else f" = {self.number!r}"
        shape = f" of shape {self.shape}" if self.shape else content
        return f"<ValueNode {self.index}: {self.kind}{name}{shape}>"

    @property
    def needs_gradient(self) -> bool:
        """Whether a gradient is asked for it."""
        return self.kind != "constant"

    @property
    def is_given(self) -> bool:
        """Whether it came from outside, as data do.

        That is: no operation made it, no module has it, and it is no number in the code.
        """
        number = self.kind == "constant" and self.shape is None and self.name is None
        in_code = number and len(self.uses) <= 1
        return self.made_by is None and not self.is_member and not in_code


@dataclass(slots=True, eq=False, repr=False)
class OperationNode:
    """One use of an operation.

    Attributes:
        index: its place in `Graph.operations`, which is an order of computation.
        operation: its entry in the table of operations (or the user's own `Function`).
        parameters: those of its parameters that differ from their defaults.
        call: the innermost module call that it happened in; None outside.
        arguments: what went in, by position; a value used twice is there twice.
        results: what came out.
    """

    index: int
    operation: Any
    parameters: dict[str, Any]
    call: ModuleCall | None
    vertex: Any
    arguments: list[Use] = field(default_factory=list)
    results: list[ValueNode] = field(default_factory=list)
    _sent_back: list[Any] | None = None
    _changed: bool | None = None

    def __repr__(self) -> str:
        given = ", ".join(str(use.value.index) for use in self.arguments)
        return f"<OperationNode {self.index}: {self.operation.name} of values {given}>"

    def contributions(self) -> list[Any]:
        """Return what flowed back to each argument: None where nothing did, or it is not known."""
        if self._sent_back is None:
            sent = _contributions(self.vertex)
            self._sent_back = sent or [None] * len(self.arguments)
        return self._sent_back

    def is_changed(self) -> bool:
        """Tell whether a number that went in was changed after the operation was computed.

        Then the number that came out is no longer that of the numbers that went in. Only `Value`s
        need this: a tensor's node remembers what it has sent back.
        """
        if self._changed is None:
            self._changed = isinstance(self.vertex, Value) and _gives_another_number(self.vertex)
        return self._changed


@dataclass(slots=True, eq=False, repr=False)
class Use:
    """One argument of one operation: an arrow from a value to an operation."""

    value: ValueNode
    operation: OperationNode
    position: int

    def __repr__(self) -> str:
        return f"<Use of value {self.value.index} as argument {self.position} of {self.operation}>"

    @property
    def contribution(self) -> Any:
        """The gradient that flowed back along the arrow: upstream · local derivative.

        A float, or an array of the value's shape; None if it was not computed, or if `is_stale`.
        """
        return None if self.is_stale else self.operation.contributions()[self.position]

    @property
    def is_stale(self) -> bool:
        """Whether the contribution cannot be known any more, as a number it needs was changed."""
        operation = self.operation
        if not operation.is_changed():
            return False
        kept = operation.operation.keeps(1 << self.position, len(operation.arguments))
        return bool(kept.numbers)


@dataclass(slots=True, eq=False, repr=False)
class Graph:
    """A recorded graph, in an order of computation.

    Attributes:
        values: the values, each after those that it was computed from.
        operations: the operations, in the same order.
        calls: the module calls, each after the one that it happened in.
        outputs: the values that the graph was read from.
    """

    values: list[ValueNode]
    operations: list[OperationNode]
    calls: list[ModuleCall]
    outputs: list[ValueNode]

    def __repr__(self) -> str:
        values, operations = len(self.values), len(self.operations)
        return f"<Graph of {values:,} values and {operations:,} operations>"


def read(output: Any, params: Any = None, also: Iterable[Any] = ()) -> Graph:
    """Read the graph that a value or tensor was computed in.

    Args:
        output: a `Value`, a `Tensor`, or several of them.
        params: names for the parameters: a module, or a dictionary of names to values or tensors;
            by default the modules are asked in which the graph was recorded.
        also: further vertices, which are read with all behind them, but are no outputs.

    Raises:
        TypeError: for anything else.

    >>> from tinygrad_edu import Value
    >>> a = Value(3.0, label="a")
    >>> graph = read(a + a)
    >>> [(value.kind, value.name, value.number) for value in graph.values]
    [('leaf', 'a', 3.0), ('output', None, 6.0)]
    >>> len(graph.operations[0].arguments)  # an arrow for each use
    2
    """
    return _Reader(_outputs(output), params, also).graph


def measure(output: Any) -> tuple[int, bool]:
    """Count the values of a graph without reading it, and tell whether modules took part.

    >>> from tinygrad_edu import Value
    >>> x = Value(1.0)
    >>> for _ in range(10):
    ...     x = x * 2
    >>> measure(x)  # 10 products, the first factor and 10 times the other
    (21, False)
    """
    count, in_modules, leaves = 0, False, set()
    for vertex in _walk(_outputs(output)):
        count += 1
        in_modules = in_modules or vertex.scope.module is not None
        for x in vertex.operands:
            if getattr(x, "op", None) is None:
                if hasattr(x, "vertex"):
                    leaves.add(id(x))
                else:
                    count += 1
    return max(count + len(leaves), 1), in_modules


def _outputs(output: Any) -> dict[Any, Any]:
    """Return one output or several, each by its vertex."""
    flat = output.ravel() if isinstance(output, np.ndarray) else output
    outputs = list(flat) if isinstance(flat, (tuple, list, np.ndarray)) else [flat]
    for x in outputs:
        if not hasattr(x, "vertex"):
            raise TypeError(
                f"a graph is recorded behind a Value or a Tensor, not {type(x).__name__}"
                + (": call it first, and give what it returns" if callable(x) else "")
            )
    if not outputs:
        raise TypeError("give at least one Value or Tensor")
    return {x.vertex: x for x in outputs}


def _walk(roots: Iterable[Any]) -> Iterator[Any]:
    """Yield every vertex that an operation made, after those it was computed from, left first."""
    seen = set()
    stack = [root for root in reversed(list(roots)) if getattr(root, "op", None) is not None]
    while stack:
        vertex = stack.pop()
        if vertex is None:  # the mark under which a vertex waits for its arguments
            yield stack.pop()
        elif vertex not in seen:
            seen.add(vertex)
            stack += (vertex, None)
            stack += [x for x in reversed(vertex.operands) if getattr(x, "op", None) is not None]


class _Reader:
    """Builds a `Graph`: one pass over the vertices, in the order in which they were computed."""

    def __init__(self, roots: dict[Any, Any], params: Any, also: Iterable[Any] = ()) -> None:
        known = params if isinstance(params, Called) else Called(params, {})
        params = known.params
        self.graph = Graph([], [], [], [])
        self._roots = roots
        self._values: dict[Any, ValueNode] = {}
        self._operations: dict[Any, OperationNode] = {}
        self._calls: dict[Scope, ModuleCall] = {}
        vertices = list(_walk([*roots, *also]))
        outermost = outermost_modules(vertices) if params is None else ()
        self._names = Names(params, outermost)
        for vertex in vertices:
            self._add(vertex)
        for vertex in also:
            self._value(vertex)
        for root in roots:
            self.graph.outputs.append(self._value(root))
        name_by_variables(self.graph.values, known.variables)
        name_by_lines(self.graph.operations)

    def _add(self, vertex: Any) -> None:
        """Add the operation that made a vertex, its arguments and, unless it is a tuple, itself."""
        parts = isinstance(vertex, Output)
        maker = vertex.inputs[0] if parts else vertex
        operation = self._operations.get(maker)
        if operation is None:
            operation = self._operations[maker] = OperationNode(
                len(self.graph.operations),
                maker.op,
                _shown_parameters(maker),
                self._call(maker.scope),
                maker,
            )
            self.graph.operations.append(operation)
            for i, operand in enumerate(maker.operands):
                use = Use(self._value(operand), operation, i)
                operation.arguments.append(use)
                use.value.uses.append(use)
        if parts or not (isinstance(maker, FunctionNode) and len(maker.shapes) > 1):
            value = self._value(vertex)
            value.made_by = operation
            operation.results.append(value)

    def _value(self, x: Any) -> ValueNode:
        """Return the node of a vertex; a number is a node of its own wherever it is used."""
        key = x if hasattr(x, "vertex") or hasattr(x, "op") else object()
        found = self._values.get(key)
        if found is None:
            known = self._roots.get(key, x)  # the output itself knows more than its vertex
            found = ValueNode(
                len(self.graph.values),
                self._kind(x),
                self._names.of(x) or self._names.of(known),
                x,
                None if isinstance(x, Value) or not hasattr(x, "shape") else tuple(x.shape),
                _number(known),
                _plain(getattr(x, "grad", None)),
            )
            found.is_member = self._names.belongs_to_module(x)
            self._values[key] = found
            self.graph.values.append(found)
        return found

    def _kind(self, x: Any) -> Kind:
        if getattr(x, "op", None) is not None:
            return "output" if x in self._roots else "intermediate"
        if not getattr(x, "requires_grad", False):
            return "constant"
        return "parameter" if self._names.is_parameter(x) else "leaf"

    def _call(self, scope: Scope) -> ModuleCall | None:
        """Return the module call of a scope, after entering those around it."""
        missing = []
        inner: Scope | None = call_of(scope)
        while inner is not None and inner.module is not None and inner not in self._calls:
            missing.append(inner)
            inner = call_of(inner.outer)
        call = None if inner is None else self._calls.get(inner)
        for entered in reversed(missing):
            outer = call
            part = entered.name if isinstance(entered, PartOfCall) else ""
            name = part or self._names.of_module(entered.module, outer and outer.module)
            title = f"{name}: {describe(entered.module)}" if name else describe(entered.module)
            depth = outer.depth + 1 if outer else 0
            place = len(self.graph.calls)
            call = ModuleCall(place, entered.module, outer, depth, title, part=part)
            if outer is not None:
                outer.is_innermost = False
            self._calls[entered] = call
            self.graph.calls.append(call)
        return call


def _shown_parameters(vertex: Any) -> dict[str, Any]:
    """Return the parameters of an operation that are not what they are by default.

    One whose name begins with a line only tells where the operation came from.
    """
    op = vertex.op
    given = getattr(vertex, "parameters", None)
    if given is None:  # a Value's operation has its parameters bound
        given = op.parameters
    defaults = getattr(TABLE.get(op.name), "parameters", {})
    return {
        name: value
        for name, value in given.items()
        if not name.startswith("_")
        and not (name in defaults and repr(defaults[name]) == repr(value))
    }


def _number(x: Any) -> float | None:
    """Return the number that a value, a tensor without dims or a plain number is, if it is kept."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, (bool, int, float, np.generic)):
        return float(x)
    array = getattr(x, "array", None)
    if array is None:
        array = getattr(x, "output", None)
    return float(array) if array is not None and array.ndim == 0 else None


def _plain(gradient: Any) -> Any:
    """Take the float or array out of a gradient that may be a value or tensor itself."""
    return gradient.data if isinstance(gradient, Value) else getattr(gradient, "array", gradient)


def _gives_another_number(value: Value) -> bool:
    """Tell whether the operation, done again, does not give the number that a value holds."""
    if value.op is None:
        return False
    again = value.op.on_float(*(x.data for x in value.operands))
    return again != value.data and not (again != again and value.data != value.data)  # nan is nan


def _contributions(vertex: Any) -> list[Any] | None:
    """Return what a vertex has sent back to each of its arguments, None if it has not."""
    if not isinstance(vertex, Value):
        sent = vertex.contributions
        return None if sent is None else [_plain(contribution) for contribution in sent]
    upstream = _plain(vertex.grad)
    if upstream is None:
        return None
    return list(vertex.pullback(upstream, {x for x in vertex.inputs if x is not None}))
