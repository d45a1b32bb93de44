"""The straight-line program of a graph of `Value`s: forward, then backward, one line an operation.

The lines come from the operation table: an operation's `source` forward, and backward its
derivative rule, run on symbols (`symbols.py`). Python and JavaScript share the lines; only what is
around them differs. So a page can compute a graph anew without a derivative rule of its own.
"""

from __future__ import annotations

from typing import Any

from tinygrad_edu.autograd.lines import without_line
from tinygrad_edu.autograd.origins import Origin, Source, origin_of, same
from tinygrad_edu.autograd.recording import RecordedPass
from tinygrad_edu.trace.beside import forward_order, read_with_origins
from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode
from tinygrad_edu.trace.rule_text import definition_with_names, rule_with_names
from tinygrad_edu.trace.scalar_program import RESERVED, Line, Program
from tinygrad_edu.trace.symbols import Symbol, literal, simplified, write
from tinygrad_edu.trace.variables import is_literal, variables
from tinygrad_edu.value import Value


def program(output: Any, params: Any = None, *, names: str | None = "caller") -> Any:
    """Write the graph of a `Value` and its gradients as a straight-line program.

    Args:
        output: the `Value`.
        params: names for the parameters; see `graph.read`.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

    Raises:
        NotImplementedError: for gradients of `Value`s (`create_graph=True`) whose rules have
            compared numbers: the graph has only the branch that was taken.

    >>> from tinygrad_edu import Value
    >>> y = program(3 * Value(2.0, label="x"))
    >>> y.names, y().values
    (['3', 'x', 'v1'], [3.0, 2.0, 6.0])
    """
    known = called(params, names)
    graph = read_with_origins(output, known)
    if not all(isinstance(x.source, (Value, int, float)) for x in graph.values):
        from tinygrad_edu.trace.array_program import program_of_arrays

        return program_of_arrays(graph, known.variables)
    _refuse_choices(graph)
    return program_of(graph)


def program_of(graph: Graph) -> Program:
    """Write the program of a graph of `Value`s, and of nothing beside it."""
    return _Writer(graph).program()


def _refuse_choices(graph: Graph) -> None:
    """Refuse a recorded backward pass in which a rule has chosen: a program would not choose."""
    for operation in graph.operations:
        scope = without_line(operation.vertex.scope)
        if isinstance(scope, RecordedPass) and scope.has_chosen:
            raise NotImplementedError(
                "in this graph of gradients (create_graph=True) a rule has compared numbers, as "
                "that of relu does, and the graph of Values knows only the branch that was taken; "
                "a program of tensors chooses anew for other numbers: use tensors without dims"
            )


class _Writer:
    """Writes the lines of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names = variables(graph, RESERVED)
        self.symbols = [  # a number in the code is known already, and so is what follows from it
            x.number if is_literal(x) else Symbol(name)
            for x, name in zip(graph.values, self.names, strict=True)
        ]
        self.output = self.names[graph.outputs[0].index]
        self.forward: list[Line] = []
        self.backward: list[Line] = []
        self.arriving: dict[int, list[str]] = {}  # by value: what has flowed back to it
        self.contributions: dict[tuple[int, int], str] = {}  # by operation and position
        self.places = {id(x.source): x.index for x in graph.values}
        self.computed: set[int] = set()  # constants that are computed beside the graph

    def program(self) -> Program:
        for operation in forward_order(self.graph):
            self._write_forward(operation)
        root = self.graph.outputs[0]
        if root.needs_gradient:
            self.backward.append(Line(self._gradient(root), "1.0", ""))
        for operation in reversed(self.graph.operations):
            self._write_backward(operation)
        for value in self.graph.values:
            if value.made_by is None:
                self._add_up(value)
        return Program(
            self.graph, self._inputs(), self.names, self.forward, self.backward, self._returned()
        )

    def _inputs(self) -> list[int]:
        leaves = (x for x in self.graph.values if x.made_by is None and not is_literal(x))
        return [x.index for x in leaves if x.index not in self.computed]

    def _write_constant(self, value: ValueNode) -> None:
        """Write how a constant was computed, such as `x.detach()`; else the program takes it."""
        origin = origin_of(value.source)
        found = None if origin is None else self._beside(origin)
        if found is not None and repr(found[1]) == repr(value.number):
            name = self.names[value.index]
            self.forward.append(Line(name, literal(found[0]), "through which no gradient flows"))
            self.computed.add(value.index)

    def _beside(self, x: Any) -> tuple[Any, float] | None:
        """Return what stands for an operand beside the graph, and its number; None if unknown."""
        if type(x) is Source:
            place = self.places.get(id(x.vertex()))
            if place is None:
                return None
            value = self.graph.values[place]
            return self.symbols[place], value.source.data
        if type(x) is not Origin:
            return x, x
        found = [self._beside(operand) for operand in x.operands]
        known = [part for part in found if part is not None]
        if not found or len(known) < len(found):
            return None
        symbols, numbers = zip(*known, strict=True)
        if x.function is same:
            return symbols[0], numbers[0]
        return write(x.function, symbols, x.function.parameters), x.function.on_float(*numbers)

    def _write_forward(self, operation: OperationNode) -> None:
        for use in operation.arguments:
            if use.value.index not in self.computed and not use.value.needs_gradient:
                self._write_constant(use.value)
        op = operation.vertex.op
        places = [use.value.index for use in operation.arguments]
        expression = simplified(op, [self.symbols[i] for i in places])
        if expression is None:
            expression = write(op, [_operand(self.names[i]) for i in places], op.parameters)
        name = self.names[operation.results[0].index]
        note = definition_with_names(operation, self.names)
        self.forward.append(Line(name, expression.text, note))

    def _write_backward(self, operation: OperationNode) -> None:
        """Write what flows back to each argument, once the gradient of the result is complete."""
        result = operation.results[0]
        if not self._add_up(result):
            return
        upstream = Symbol(self._gradient(result))
        for use in operation.arguments:
            if use.value.needs_gradient:
                formula = rule_with_names(operation, use.position, self.names, self.output)
                name = self._contribution(use)
                text = literal(self._apply_rule(use, upstream))
                self.backward.append(Line(name, text, formula))
                self.arriving.setdefault(use.value.index, []).append(name)
                self.contributions[operation.index, use.position] = name

    def _apply_rule(self, use: Use, upstream: Any) -> Any:
        operation = use.operation
        xs = [self.symbols[use.value.index] for use in operation.arguments]
        y = self.symbols[operation.results[0].index]
        return operation.vertex.op.rule(use.position)(upstream, y, *xs)

    def _contribution(self, use: Use) -> str:
        """Name what flows back along an arrow: the gradient itself, if no other arrives."""
        name = self._gradient(use.value)
        alone = sum(1 for _ in use.value.uses) == 1
        count = len(self.arriving.get(use.value.index, ())) + 1
        return name if alone else f"d{count}_{self.names[use.value.index]}"

    def _add_up(self, value: ValueNode) -> bool:
        """Write the sum of what has flowed back to a value, in the engine's order, if anything."""
        parts = self.arriving.get(value.index, [])
        if len(parts) > 1:
            total = " + ".join(parts)
            self.backward.append(Line(self._gradient(value), total, "the sum over its uses"))
        return bool(parts) or value in self.graph.outputs

    def _gradient(self, value: ValueNode) -> str:
        return f"d_{self.names[value.index]}"

    def _returned(self) -> dict[str, list[str | None]]:
        """List the texts of what the program returns: see `Result`."""
        arrows = [use for operation in self.graph.operations for use in operation.arguments]
        keys = [(use.operation.index, use.position) for use in arrows]
        return {
            "values": list(self.names),
            "gradients": [
                self._gradient(x) if x.index in self.arriving or x in self.graph.outputs else None
                for x in self.graph.values
            ],
            "contributions": [self.contributions.get(key) for key in keys],
            "locals": [
                literal(self._apply_rule(use, 1.0)) if use.value.needs_gradient else None
                for use in arrows
            ],
        }


def _operand(text: str) -> Symbol:
    return Symbol(text, is_atom=not text.startswith("-"))
