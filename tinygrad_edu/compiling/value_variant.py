"""A compiled function of `Value`s: one program for all outputs, one line of nodes for each.

The program of an output computes its number and its slope with respect to everything that went in.
So the output is recorded as what it is to first order, a sum of slopes times inputs: a node for
each input, instead of one for each operation.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.trace.straight_line import program
from tinygrad_edu.value import Constant, Value, is_number

MOST = 50_000
"""A graph of more values than these is not compiled: Python takes seconds to read its program."""

_COMPUTE = ("apply", "detach", "_plain")
_HERE = Value.backward.__code__.co_filename
_slot: Any = Value.__dict__["data"]
_gradient: Any = Value.__dict__["grad"]
_lock = threading.RLock()
_new = object.__new__


class Looks:
    """Watches whether anybody looks at the number of a `Value` in this thread."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.thread = threading.get_ident()

    def read(self, x: Any) -> Any:
        """Return a number; note who asks, unless it is an operation."""
        if threading.get_ident() == self.thread:
            frame: Any = sys._getframe(1)
            code = frame.f_code
            if not _is_an_operation(frame):
                self.reason = self.reason or f"it looks at the number of a Value ({code.co_name})"
        return _slot.__get__(x)

    def write(self, x: Any, number: Any) -> None:
        """Set a number; of a new value, as operations do."""
        code = sys._getframe(1).f_code
        if threading.get_ident() == self.thread and code.co_name not in ("apply", "__init__"):
            self.reason = self.reason or "it changes the number of a Value"
        _slot.__set__(x, number)

    def read_gradient(self, x: Any) -> Any:
        """Return a gradient, which is another one after the next backward pass."""
        if threading.get_ident() == self.thread:
            self.reason = self.reason or "it looks at the gradient of a Value"
        return _gradient.__get__(x)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let the property stand in the place of the slot."""
        with _lock:
            cls: Any = Value
            cls.data = property(self.read, self.write)
            cls.grad = property(self.read_gradient, _gradient.__set__)
            try:
                yield
            finally:
                cls.data, cls.grad = _slot, _gradient


def _is_an_operation(frame: Any) -> bool:
    """Tell whether a frame is an operation of `value.py` that computes."""
    code = frame.f_code
    return code.co_name in _COMPUTE and code.co_filename == _HERE


@contextmanager
def named_constants(values: Iterable[Any]) -> Iterator[None]:
    """Give constants a name for a while: one with a name is no number in the code."""
    nameless = [x for x in values if type(x) is Constant and x.label is None]
    for x in nameless:
        x.label = "constant"
    try:
        yield
    finally:
        for x in nameless:
            x.label = None


class Slope:
    """The operation of a node that adds slope · input."""

    __slots__ = ("rules",)

    name, symbol, definition, derivatives = "compiled", "compiled", "a program", ("g · slope",) * 2
    parameters: dict[str, Any] = {}  # noqa: RUF012 - it has none

    def __init__(self, slope: float, is_first: bool) -> None:
        if is_first:
            self.rules: Any = (lambda g, _y, _x: g * slope,)
        else:
            self.rules = (lambda g, _y, _sum, _x: g, lambda g, _y, _sum, _x: g * slope)

    def rule(self, index: int) -> Any:
        """Return the rule of an input."""
        return self.rules[index]

    def letters(self, index: int) -> None:
        """Say that its formula has no letters of its own."""


class ValueVariant:
    """The program of one recorded call.

    Args:
        arguments: the values that the function was called with.
        outputs: the values that it returned.
        reachable: the values that it can reach besides, by id.

    Attributes:
        reason: why it cannot be run; None if it can.
        source: the programs, as Python.
    """

    def __init__(self, arguments: list[Any], outputs: list[Any], reachable: dict[int, Any]) -> None:
        self.reason: str | None = None
        try:
            self.programs = [program(x, names=None) for x in outputs]
        except NotImplementedError as error:
            self.reason = str(error)
            return
        if sum(len(p.graph.values) for p in self.programs) > MOST:
            self.reason = f"it takes more than {MOST:,} operations on single numbers"
        places = {id(x): i for i, x in enumerate(arguments)}
        self.takes: list[list[Any]] = []
        self.fixed: list[float] = []
        for written in self.programs:
            takes = []
            for index in written.inputs:
                source = written.graph.values[index].source
                takes.append(self._taken(source, places, reachable))
            self.takes.append(takes)
        self.source = "\n\n".join(p.python for p in self.programs)

    def _taken(self, source: Any, places: dict[int, int], reachable: dict[int, Any]) -> Any:
        if id(source) in places:
            return places[id(source)]
        if id(source) in reachable:
            return source
        if not is_number(source):
            self.reason = "it has a number that was computed without a graph, as under no_grad()"
        self.fixed.append(source.data)
        return Constant(source.data)  # a number in the code

    def run(self, arguments: list[Any]) -> list[Any]:
        """Compute the outputs."""
        outputs = []
        for written, takes in zip(self.programs, self.takes, strict=True):
            sources = [arguments[x] if type(x) is int else x for x in takes]
            numbers = [x.data if isinstance(x, Value) else x for x in sources]
            try:
                number, slopes = written.on_floats(*numbers)
            except (ArithmeticError, ValueError):
                result = written(*numbers)
                number = result.values[written.graph.outputs[0].index]
                slopes = [result.gradients[i] for i in written.inputs]
            outputs.append(_recorded(number, sources, slopes))
        return outputs


def _recorded(number: float, sources: list[Any], slopes: list[Any]) -> Any:
    scope = thread.here.scope
    total: Any = None
    if scope is not None:
        for x, slope in zip(sources, slopes, strict=True):
            if slope is not None and isinstance(x, Value) and x.requires_grad:
                node: Any = _new(Value)
                node.data, node.scope = number, scope
                node.grad = node.label = None
                node.op = Slope(slope, total is None)
                node.left, node.right = (x, None) if total is None else (total, x)
                total = node
    return Constant(number) if total is None else total
