"""Watches one ordinary call of a function, and writes down every operation on tensors in it.

The call is computed as always, so nothing is different for who made it. Meanwhile `tensor.array`,
for the code of this library, is a symbol that knows its source beside its numbers
(`trace/array_symbols.py`); so what the library computes with numpy, such as the running statistics
of a batch norm, is written down like the operations of the table. Whoever looks at the numbers
themselves gets them, and the recorder notes that no program can be made of this function.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

from tinygrad_edu.ops.indexing import write
from tinygrad_edu.random import Generator
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.array_symbols import ArraySymbol, parts_of, plain_call, results, values
from tinygrad_edu.trace.array_writer import GraphWriter
from tinygrad_edu.trace.expressions import Expression, Name, Step
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode
from tinygrad_edu.trace.masks import shape_depends_on_masks

DRAWS = ("uniform", "normal", "bernoulli", "integers", "permutation", "exponential")
_slot: Any = Tensor.__dict__["array"]
_wrap: Any = Tensor.__dict__["_wrap"].__func__
_record: Any = Tensor.__dict__["_record"].__func__


class Recorder(GraphWriter):
    """Writes down one call.

    Args:
        arguments: the tensors that the function is called with.

    Attributes:
        reason: why no program can be made of it; None if one can.
        sources: the tensors that came from outside, with the index of their value.
        written: those of them that were changed in place, with what they became.
    """

    def __init__(self, arguments: list[Any]) -> None:
        super().__init__(Graph([], [], [], []), [], {})
        self.reason: str | None = None
        self.thread = threading.get_ident()
        self.paused = 0
        self.known: dict[int, int] = {}  # by id of a tensor: the index of its value
        self.kept: list[Any] = []  # so that ids stay theirs
        self.made: set[int] = set()
        self.stale: set[int] = set()
        self.twins: dict[int, int] = {}  # by id of a tensor: the value whose numbers it shows
        self.sources: dict[int, Any] = {}  # by index of the value
        self.written: dict[int, Any] = {}  # by index of the value: the tensor
        self.owners: dict[int, Any] = {}  # by id of a symbol: the tensor that it stands for
        self.constants: dict[str, Any] = {}
        self._before: dict[int, tuple[Any, Any]] = {}  # what is to be put back: see `undo`
        for x in arguments:
            if id(x) not in self.known:
                self.source(x)

    # --- values ----------------------------------------------------------------------------------

    def looked(self, what: str) -> None:
        """Note a look at the numbers; inside of an operation, which is called then, refuse it."""
        if self.paused:
            super().looked(what)
        self.refuse(f"it looks at the numbers of a tensor ({what})")

    def refuse(self, reason: str) -> None:
        """Note why no program can be made."""
        if not self.paused:
            self.reason = self.reason or reason

    def _value(self, stem: str, kind: Any, source: Any, shape: Any) -> ValueNode:
        value = ValueNode(len(self.graph.values), kind, None, source, tuple(shape), None, None)
        self.graph.values.append(value)
        self.names.append(self.unused(f"{stem}{value.index}"))
        return value

    def _know(self, x: Any, value: ValueNode) -> ValueNode:
        self.known[id(x)] = value.index
        self.kept.append(x)
        array = _slot.__get__(x)
        self.symbols[value.index] = ArraySymbol(self, Name(self.names[value.index]), array)
        return value

    def source(self, x: Any) -> ValueNode:
        """Take in a tensor that comes from outside."""
        kind = "leaf" if x._requires_grad else "constant"
        value = self._know(x, self._value("x", kind, x, _slot.__get__(x).shape))
        self.sources[value.index] = x
        return value

    def value_of(self, x: Any) -> ValueNode:
        """Return the value that a tensor is."""
        index = self.known.get(id(x))
        if id(x) in self.stale:
            self.refuse("it uses a view of what it has changed in place")
        if index is None and id(x) in self.made:
            value = self._know(x, self._value("k", "constant", x, _slot.__get__(x).shape))
            array = _slot.__get__(x).copy()
            name = self.names[value.index]
            self.constants[name] = array
            return value
        value = self.source(x) if index is None else self.graph.values[index]
        if bool(x._requires_grad) != value.needs_gradient:
            twin = self.twins.get(id(x))
            if twin is not None and self.graph.values[twin].source is x.vertex:
                return self.graph.values[twin]
            self.refuse("requires_grad was changed, or an operation is a custom Function")
        return value

    def constant(self, array: Any) -> Any:
        """Give what is no short source code a name."""
        if id(array) in self._bound:
            return self._bound[id(array)]
        name = Name(self.unused("k"))
        self.kept.append(array)
        self._bound[id(array)] = name
        self.constants[name.text] = array
        return name

    def settle(self) -> None:
        """Leave arrays in the graph of the call, where the library has put what stood for them."""
        for call in self.graph.operations:
            node = call.results[0].source
            if isinstance(getattr(node, "output", None), ArraySymbol):
                node.output = node.output.value

    def undo(self) -> None:
        """Put back what a call has changed that could not be watched to its end."""
        for thing, state in self._before.values():
            if isinstance(thing, Generator):
                _SET_STATE(thing, state)
            else:
                np.copyto(_slot.__get__(thing), state)

    def _remember(self, thing: Any) -> None:
        if id(thing) not in self._before and id(thing) not in self.made:
            is_generator = isinstance(thing, Generator)
            state = _GET_STATE(thing) if is_generator else _slot.__get__(thing).copy()
            self._before[id(thing)] = thing, state

    # --- what happens ----------------------------------------------------------------------------

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Do something as if nobody watched."""
        self.paused += 1
        try:
            yield
        finally:
            self.paused -= 1

    def apply(self, op: Any, operands: Any, parameters: dict[str, Any]) -> Any:
        """Compute an operation on tensors, and write it down."""
        given = [self.value_of(x) if isinstance(x, Tensor) else x for x in operands]
        with self.pause():
            result = _record(op, [values(x) for x in operands], values(parameters))
        kind: Any = "intermediate" if result._requires_grad else "constant"
        vertex = SimpleNamespace(parameters=parameters, op=op)
        call = OperationNode(len(self.graph.operations), op, {}, None, vertex)
        value = self._value("v", kind, result._grad_fn, _slot.__get__(result).shape)
        for i, x in enumerate(given):
            if not isinstance(x, ValueNode):
                number = self._value("n", "constant", x, ())
                self.symbols[number.index] = x
                x = number
            use = Use(x, call, i)
            call.arguments.append(use)
            x.uses.append(use)
        call.results.append(value)
        value.made_by = call
        self.graph.operations.append(call)
        plain = [_slot.__get__(x) if isinstance(x, Tensor) else values(x) for x in operands]
        if shape_depends_on_masks(op, plain, values(parameters)):
            self.looked("picking by a mask")
        try:
            with self.pause(), np.errstate(all="ignore"):
                self._write(call, value)
        except Exception as error:
            self.refuse(f"{op.name} cannot be written out: {error}")
        self._know(result, value)
        self.made.add(id(result))
        return result

    def _write(self, call: OperationNode, value: ValueNode) -> None:
        """Write an operation, without a comment: few programs that are run are read."""
        from tinygrad_edu.trace.array_writer import adapted, plain_parameters

        given = [self.symbols[use.value.index] for use in call.arguments]
        op = call.operation
        found = self.operation(op, adapted(op, given), plain_parameters(call.vertex.parameters))
        self.forward.append(Step(self.names[value.index], parts_of(self, found)))

    def wrap(self, array: Any) -> Any:
        """Make a tensor of an array, or of a symbol."""
        x = _wrap(Tensor, values(array))
        self.kept.append(x)
        self.made.add(id(x))
        if isinstance(array, ArraySymbol):
            value = self._value("w", "constant", x, array.shape)
            self.forward.append(Step(self.names[value.index], array.expression))
            self._know(x, value)
            shown = self.owners.get(id(array))
            if shown is not None:
                self.twins[id(x)] = self.value_of(shown).index
        return x

    def give(self, x: Any, symbol: ArraySymbol) -> None:
        """Do `x.array = y`."""
        if symbol.value is _slot.__get__(x):
            return
        if id(x) not in self.made:
            self.refuse("it gives a tensor another array")
        _slot.__set__(x, symbol.value)
        if id(x) not in self.twins:
            value = self._value("w", "constant", x, symbol.shape)
            self.forward.append(Step(self.names[value.index], symbol.expression))
            self._know(x, value)

    def read(self, x: Any) -> Any:
        """Return what stands for the array of a tensor."""
        symbol = self.symbols[self.value_of(x).index]
        owned = ArraySymbol(self, symbol.expression, _slot.__get__(x))
        self.owners[id(owned)] = x
        self.kept.append(owned)
        return owned

    def change(self, symbol: ArraySymbol, ufunc: Any, other: Any) -> Any:
        """Write `x += y`: the tensor stands for the sum from now on."""
        if self.paused:  # inside of an operation, which is called then
            super().change(symbol, ufunc, other)
        found = ufunc(symbol, other)
        self._changing(symbol)
        ufunc(symbol.value, values(other), out=symbol.value, casting="same_kind")
        return self._becomes(symbol, found)

    def assign(self, target: Any, source: Any) -> None:
        """Write `np.copyto(x, y)`."""
        if self.paused:
            super().assign(target, source)
        self._changing(target)
        np.copyto(values(target), values(source), casting="unsafe")
        if isinstance(target, ArraySymbol):
            self._becomes(target, source)
        else:
            self.looked("writing into an array")

    def put(self, symbol: ArraySymbol, index: Any, value: Any) -> None:
        """Write `x[index] = y`."""
        if self.paused:
            super().put(symbol, index, value)
        found = self.called(_replaced, (symbol, index, value), {}, "replaced")
        self._changing(symbol)
        write(symbol.value, values(index), values(value))
        self._becomes(symbol, found)

    def _changing(self, symbol: Any) -> None:
        x = self.owners.get(id(symbol))
        if x is not None:
            self._remember(x)

    def _becomes(self, symbol: ArraySymbol, found: Any) -> ArraySymbol:
        """Let a symbol, and the tensor whose array it is, stand for something else."""
        array, x = symbol.value, self.owners.get(id(symbol))
        if not isinstance(found, ArraySymbol):
            found = ArraySymbol(self, parts_of(self, np.asarray(found)), np.asarray(found))
        maker = self.owners.get(id(found))
        if found.shape != array.shape:
            spread = Expression("np.broadcast_to({0}, {1})", (found.expression, array.shape))
            found = ArraySymbol(self, spread, found.value)
        if found.dtype != array.dtype:
            found = found.astype(array.dtype)
        symbol.expression = found.expression
        if x is None:
            return symbol
        before = self.graph.values[self.known[id(x)]]
        if x._requires_grad and not (maker is not None and before.index not in self.sources):
            self.refuse("it changes a tensor in place that requires a gradient")
        if maker is not None and self.value_of(maker).needs_gradient:
            if id(x) not in self.made:
                self.refuse("it gives a history to a tensor from outside")
            self.known[id(x)] = self.known[id(maker)]
        else:
            value = self._value("w", "constant", x, array.shape)
            self.forward.append(Step(self.names[value.index], found.expression))
            self._know(x, value)
        symbol.expression = Name(self.names[self.known[id(x)]])
        self._outdate(x, array)
        if id(x) not in self.made:
            self.written[id(x)] = x
        return symbol

    def _outdate(self, x: Any, array: Any) -> None:
        """Note that other tensors that show the same memory are not known any more."""
        for other in self.kept:
            if isinstance(other, Tensor) and other is not x:
                shown = _slot.__get__(other)
                if np.may_share_memory(shown, array):
                    self.stale.add(id(other))
                    if self.known.get(id(other)) in self.sources:
                        self.refuse("it changes a view of a tensor from outside")

    def draw(self, generator: Any, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        """Write a draw of random numbers, which is drawn anew at every call."""
        self._remember(generator)
        with self.pause():
            drawn = _DRAWS[name](generator, *map(values, args), **values(kwargs))
        call = plain_call(self, f"{self.constant(generator).text}.{name}", args, kwargs)
        line = self.unused("drawn")
        self.forward.append(Step(line, call, draws=True))
        return results(self, Name(line), drawn)

    def note(self, function: Any, arguments: Any) -> Any:
        """Write a call of a function that looks at numbers."""
        if self.paused:  # inside of an operation, or of a rule
            return super().note(function, arguments)
        with self.pause():
            found = function(*map(values, arguments))
        name = self.unused(function.__name__)
        self.functions[name] = function
        call = plain_call(self, name, arguments, {})
        if found is None:
            self.forward.append(Step("", call, draws=True))
            return None
        line = self.unused("noted")
        self.forward.append(Step(line, call))
        return results(self, Name(line), found)


def _replaced(array: Any, index: Any, value: Any) -> Any:
    result = array.copy()
    write(result, index, value)
    return result


_GET_STATE, _SET_STATE = Generator.get_state, Generator.set_state
_DRAWS: dict[str, Any] = {name: getattr(Generator, name) for name in DRAWS}
