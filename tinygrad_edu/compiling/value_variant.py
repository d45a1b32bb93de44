"""A compiled function of `Value`s: a program and a node for each output.

The program of an output computes its number and its slope with respect to everything that went in.
So the output is recorded as what it is to first order, a sum of slopes times inputs: one node,
instead of one for each operation.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.compiling.recorder import DRAWS
from tinygrad_edu.ops.operation import Kept
from tinygrad_edu.random import Generator
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.scalar_program import Program
from tinygrad_edu.trace.straight_line import program
from tinygrad_edu.value import Constant, Value, is_number

MOST = 50_000
"""A graph of more values than these is not compiled: Python takes seconds to read its program."""

NO_SECOND_DERIVATIVES = (
    "derivatives of derivatives are not recorded through a compiled function: call the function "
    "itself, or compile one that takes the gradient inside"
)

_COMPUTE = ("apply", "detach", "_plain")
_HERE = Value.backward.__code__.co_filename
_slot: Any = Value.__dict__["data"]
_gradient: Any = Value.__dict__["grad"]
_draws: dict[str, Any] = {name: getattr(Generator, name) for name in DRAWS}
_lock = threading.RLock()
_new = object.__new__


class Looks:
    """Watches whether anybody looks at the number of a `Value` in this thread.

    Args:
        tensors: those that the function can reach, which it may change.
    """

    def __init__(self, tensors: Iterable[Tensor] = ()) -> None:
        self.reason: str | None = None
        self.thread = threading.get_ident()
        self._tensors = [(x, x._changes[0], x.array.copy()) for x in tensors]
        self._numbers: dict[int, tuple[Any, float]] = {}  # of values, before they were changed
        self._states: dict[int, tuple[Any, Any]] = {}  # of generators, before they drew

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
            self._numbers.setdefault(id(x), (x, _slot.__get__(x)))
        _slot.__set__(x, number)

    def drawing(self, name: str) -> Any:
        """Return a method that draws random numbers, which a program of numbers cannot."""

        def draw(generator: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == self.thread:
                self.reason = self.reason or "it draws random numbers"
                self._states.setdefault(id(generator), (generator, generator.get_state()))
            return _draws[name](generator, *args, **kwargs)

        return draw

    def check_tensors(self) -> None:
        """Note that a tensor was changed, of which a program of numbers knows nothing."""
        if any(x._changes[0] != before for x, before, _ in self._tensors):
            self.reason = self.reason or "it changes a tensor in place"

    def undo(self) -> None:
        """Put back what the call has changed, before it is made once more."""
        for x, number in self._numbers.values():
            _slot.__set__(x, number)
        for generator, state in self._states.values():
            generator.set_state(state)
        for x, _, array in self._tensors:
            np.copyto(x.array, array)

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
            for name in _draws:
                setattr(Generator, name, self.drawing(name))
            try:
                yield
            finally:
                cls.data, cls.grad = _slot, _gradient
                for name, method in _draws.items():
                    setattr(Generator, name, method)
                self.check_tensors()


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


@contextmanager
def as_leaves(values: Iterable[Any]) -> Iterator[None]:
    """Hide for a while how values were computed: a program is of what is done with them."""
    before = [(x, x.op) for x in values]
    for x, _ in before:
        x.op = None
    try:
        yield
    finally:
        for x, op in before:
            x.op = op


class CompiledValue(Value):
    """A value that a program has computed of others, with its slope by each of them.

    Attributes:
        sources: the others, as far as they get a gradient.
        slopes: d(this)/d(source), for each.
    """

    __slots__ = ("slopes", "sources")

    sources: list[Any]
    slopes: list[float]

    @property
    def operands(self) -> tuple[Any, ...]:
        """What it was computed from."""
        return tuple(self.sources)

    inputs = operands

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool = False
    ) -> list[Any]:
        """Multiply by the slopes."""
        if create_graph:
            raise NotImplementedError(NO_SECOND_DERIVATIVES)
        if relevant is None:
            return [upstream * slope for slope in self.slopes]
        return [
            upstream * slope if source in relevant else None
            for source, slope in zip(self.sources, self.slopes, strict=True)
        ]


class Compiled:
    """The operation of a node: what is shown of it, and asked of any operation."""

    name, symbol, definition, group, source = "compiled", "compiled", "a program", "", None
    parameters: dict[str, Any] = {}  # noqa: RUF012 - it has none

    def __init__(self, node: CompiledValue) -> None:
        self.number, self.slopes = node.data, node.slopes
        self.derivatives = ("g · slope",) * len(node.slopes)

    def rule(self, index: int) -> Any:
        """Return the rule of an input."""
        slope = self.slopes[index]
        return lambda g, _y, *_xs: g * slope

    def on_float(self, *_numbers: float) -> float:
        """Return the number that the program gave."""
        return self.number

    def keeps(self, _wanted: int, inputs: int) -> Kept:
        """Say that its rules need no numbers of the inputs: the slopes are known."""
        return Kept(False, (), tuple(range(inputs)), every=True)

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
        fixed: the numbers in its code.
        source: the programs, as Python.
    """

    def __init__(self, arguments: list[Any], outputs: list[Any], reachable: dict[int, Any]) -> None:
        self.reason: str | None = None
        self.fixed: list[float] = []
        try:
            programs = [program(x, names=None) for x in outputs]
        except NotImplementedError as error:
            self.reason = str(error)
            return
        if sum(len(p.graph.values) for p in programs) > MOST:
            self.reason = f"it takes more than {MOST:,} operations on single numbers"
        places = {id(x): i for i, x in enumerate(arguments)}
        self.runs = [OfOutput(p, [self._taken(p, i, places, reachable) for i in p.inputs])
                     for p in programs]  # fmt: skip
        self.source = "\n\n".join(p.python for p in programs)

    def _taken(
        self, written: Program, index: int, places: dict[int, int], reachable: dict[int, Any]
    ) -> Any:
        source = written.graph.values[index].source
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
        given = [x if isinstance(x, Value) else Constant(x) for x in arguments]
        return [run(given) for run in self.runs]


class OfOutput:
    """Computes one output.

    Args:
        written: its program.
        takes: what the program takes: a value, or the place of an argument.
    """

    def __init__(self, written: Program, takes: list[Any]) -> None:
        self.written = written
        self.sources: list[Any] = [None if type(x) is int else x for x in takes]
        self.places = [(i, x) for i, x in enumerate(takes) if type(x) is int]
        self.wanted = written.differentiated

    def __call__(self, given: list[Any]) -> Any:
        """Run the program, and record what it gave as one node."""
        sources = self.sources.copy()
        for i, place in self.places:
            sources[i] = given[place]
        numbers = [x.data for x in sources]
        try:
            number, slopes = self.written.on_floats(*numbers)
        except (ArithmeticError, ValueError):
            result = self.written(*numbers)
            number = result.values[self.written.graph.outputs[0].index]
            slopes = [result.gradients[i] for i in self.written.inputs]
        wanted = self.wanted
        if not wanted:
            return Constant(number)
        node: Any = _new(CompiledValue)
        node.data, node.scope = number, thread.here.scope
        node.grad = node.label = node.left = node.right = None
        node.sources = [sources[i] for i in wanted]
        node.slopes = [slopes[i] for i in wanted]
        node.op = Compiled(node)
        return node
