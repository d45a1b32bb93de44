"""A compiled function for arguments of one kind: its program, and the node that it records."""

from __future__ import annotations

from collections.abc import Collection
from operator import is_
from types import SimpleNamespace
from typing import Any

import numpy as np

from tinygrad_edu.autograd.clock import clock
from tinygrad_edu.autograd.engine import topological_order
from tinygrad_edu.autograd.function import FunctionNode, Output, Parts
from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.compiling.recorder import Recorder
from tinygrad_edu.compiling.value_variant import NO_SECOND_DERIVATIVES
from tinygrad_edu.ieee import QUIET, restore, silence
from tinygrad_edu.ops.selection import chosen
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.array_program import line
from tinygrad_edu.trace.expressions import Name, Step, names_in
from tinygrad_edu.trace.passes import simplified

OP = SimpleNamespace(name="compiled", symbol="compiled")


class Variant:
    """The program of one recorded call.

    Args:
        recorder: what watched the call.
        arguments: the tensors that the function was called with.
        outputs: the tensors that it returned.

    Attributes:
        reason: why it cannot be run; None if it can.
        source: the two functions, as Python.
    """

    def __init__(self, recorder: Recorder, arguments: list[Any], outputs: list[Any]) -> None:
        self.recorder = recorder
        values = [recorder.value_of(x) for x in outputs]
        self._check_memory(arguments, outputs)
        self.reason = recorder.reason
        if self.reason:
            return
        places = {id(x): i for i, x in enumerate(arguments)}
        self.captured = [x for x in recorder.sources.values() if id(x) not in places]
        self.arrays = [x.array for x in self.captured]  # those of the last call
        self.kinds = [(x.shape, x.dtype, x.strides) for x in self.arrays]
        self.needs = [x._requires_grad for x in self.captured]
        names = {id(x): recorder.names[index] for index, x in recorder.sources.items()}
        self.parameters = [names.get(id(x), f"unused{i}") for i, x in enumerate(arguments)]
        first = {name: i for i, name in reversed(list(enumerate(self.parameters)))}
        self.positions = sorted(first.values())  # of an argument that is given twice, the first
        self.sources = [*(arguments[i] for i in self.positions), *self.captured]
        self.takes = [*(self.parameters[i] for i in self.positions),
                      *(names[id(x)] for x in self.captured)]  # fmt: skip
        self.outputs = [recorder.names[value.index] for value in values]
        self.wanted = [value.needs_gradient for value in values]
        self.same = [self._place(x) for x in outputs]
        self._values, self._vertices = values, [x.vertex for x in outputs]
        self.recorded = [
            i for i, wanted in enumerate(self.wanted) if wanted and self.same[i] is None
        ]
        self.shapes = [x.array.shape for x in outputs]
        self.dtypes = [x.array.dtype for x in outputs]
        self.written: list[Any] = [self._place(x) for x in recorder.written.values()]
        self._write()

    def _place(self, x: Any) -> int | None:
        return next((i for i, source in enumerate(self.sources) if source is x), None)

    def _check_memory(self, arguments: list[Any], outputs: list[Any]) -> None:
        known = list(self.recorder.sources.values())
        for i, x in enumerate(outputs):
            if any(x is source for source in known):
                continue
            for other in [*known, *outputs[:i]]:
                if np.may_share_memory(x.array, other.array):
                    self.recorder.refuse("it returns a view of what it was given or returns")

    # --- the two functions -----------------------------------------------------------------------

    def _write(self) -> None:
        recorder = self.recorder
        names = recorder.names
        every = tuple(i for i, wanted in enumerate(self.wanted) if wanted)
        steps, gradients = self._backward_steps(every)
        needed = {name for step in steps for name in names_in(step.expression)}
        needed.update(name for name in gradients if name)
        changed = [names[recorder.known[key]] for key in recorder.written]
        done = {step.name for step in recorder.forward} | set(self.takes)
        self.saved = sorted(needed & done)
        # A running mean is changed by the next call, which is no harm where no rule needs it.
        free = {i for i in self.written if self.takes[i] not in needed}
        self.guarded = [i for i in range(len(self.sources)) if i not in free]
        kept = [*self.outputs, *self.saved, *changed]
        body = simplified(recorder.forward, kept)
        self.backwards: dict[tuple[int, ...], Any] = {}
        self.namespace = {"np": np, **recorder.functions, **recorder.constants}
        results = [self._own(name) for name in self.outputs]
        tail = f"    return {_tuple(results)}, {_tuple(changed)}, {_tuple(self.saved)}\n"
        self.source = _function("forward", self.takes, body, tail)
        self.forward = self._compiled("forward", self.source)
        self.gradients = [bool(x._requires_grad) for x in self.sources]
        self.has_gradient = bool(every)
        if every:
            self._compile_backward(every, steps, gradients)
        if len(every) < 2:
            self.recorder = None  # type: ignore[assignment]  # and with it the first call's arrays
            self._values = self._vertices = []

    def _own(self, name: str) -> str:
        """Return a result that lives on in nobody else's hands: of a constant, a copy."""
        return f"{name}.copy()" if name in self.recorder.constants else name

    def _backward_steps(self, arrived: tuple[int, ...]) -> tuple[list[Step], list[str | None]]:
        """Write the backward pass from those outputs that a gradient has arrived at."""
        recorder = self.recorder
        recorder.arriving, recorder.backward = {}, []
        recorder.graph.outputs = [self._values[i] for i in arrived]
        for i in arrived:
            recorder.seed(self._values[i], Name(f"g{i}"))
        made = {call.results[0].source: call for call in recorder.graph.operations}
        order = topological_order(self._vertices[i] for i in arrived) if arrived else []
        with recorder.pause(), np.errstate(all="ignore"):
            for vertex in reversed(order):
                if vertex in made:
                    recorder.write_backward(made[vertex], commented=False)
            gradients = [self._total(recorder, x) for x in self.sources]
        return recorder.backward, gradients

    @staticmethod
    def _total(recorder: Recorder, x: Any) -> str | None:
        index = recorder.known.get(id(x))
        if index is None or not x._requires_grad:
            return None
        index = next(i for i, source in recorder.sources.items() if source is x)
        value = recorder.graph.values[index]
        found = recorder.add_up(value)
        return None if found is None else recorder.gradient_name(value)

    def _compile_backward(
        self, arrived: tuple[int, ...], steps: list[Step], gradients: list[str | None]
    ) -> Any:
        wanted = [name for name in gradients if name]
        body = simplified(steps, wanted)
        takes = [*(f"g{i}" for i in arrived), *self.saved]
        results = [name or "None" for name in gradients]
        source = _function("backward", takes, body, f"    return {_tuple(results)}\n")
        self.source += "\n\n" + source
        self.namespace.update(self.recorder.functions)
        self.namespace.update(self.recorder.constants)
        found = self.backwards[arrived] = self._compiled("backward", source)
        return found

    def _compiled(self, name: str, source: str) -> Any:
        self.namespace["chosen"] = chosen  # gives the same bits as np.where, for many sooner
        source = source.replace("np.where(", "chosen(")
        exec(compile(source, "<compiled>", "exec"), self.namespace)
        return self.namespace[name]

    def backward(self, arrived: tuple[int, ...]) -> Any:
        """Return the function of the backward pass from some of the outputs."""
        found = self.backwards.get(arrived)
        return found or self._compile_backward(arrived, *self._backward_steps(arrived))

    # --- running ---------------------------------------------------------------------------------

    def run(self, arguments: list[Any]) -> list[Any] | None:
        """Compute the outputs; None if a captured tensor is not what it was."""
        sources = [arguments[i] for i in self.positions]
        arrays = [x.array for x in sources]
        captured = [x.array for x in self.captured]
        needs = [x._requires_grad for x in self.captured]
        if needs != self.needs or not all(map(is_, captured, self.arrays)):
            kinds = [(x.shape, x.dtype, x.strides) for x in captured]
            if needs != self.needs or kinds != self.kinds:
                return None
            self.arrays = captured
        arrays += captured
        sources += self.captured
        token = silence(QUIET)
        try:
            results, changed, saved = self.forward(*arrays)
        finally:
            restore(token)
        for place, array in zip(self.written, changed):  # noqa: B905
            np.copyto(arrays[place], array)
            sources[place]._changed()
        outputs = [
            _wrap(array) if place is None else sources[place]
            for array, place in zip(results, self.same)  # noqa: B905
        ]
        if self.has_gradient:
            node = CompiledNode(self, outputs, sources, saved)
            for i in self.recorded:
                x = outputs[i]
                x._grad_fn = node if len(outputs) == 1 else Output(node, i)
                x._requires_grad = True
        return outputs


_wrap = Tensor._wrap


class CompiledNode(FunctionNode):
    """The vertex of one call of a compiled function: its pullback runs the backward program."""

    op: Any = OP
    parameters: dict[str, Any] = {}  # noqa: RUF012 - it has none
    wrap: Any = staticmethod(_wrap)
    grad = contributions = hooks = None
    released = False

    def __init__(
        self, variant: Variant, outputs: list[Any], sources: list[Any], saved: Any
    ) -> None:
        self.variant = variant
        self.sources = sources
        self.inputs = tuple(
            [
                (x._grad_fn if x._view is None else x.grad_fn) or x if needs else None
                for x, needs in zip(sources, variant.gradients)  # noqa: B905
            ]
        )
        self.shapes, self.dtypes = variant.shapes, variant.dtypes
        self.shape, self.dtype = self.shapes[0], self.dtypes[0]
        self.scope = thread.here.scope
        self.recorded_at = clock.now
        self.saved = saved
        self.outputs = [x._changes for x in outputs]

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]
        """What it was computed from: vertices, and tensors that get no gradient."""
        pairs = zip(self.inputs, self.sources, strict=True)
        return tuple(x if vertex is None else vertex for vertex, x in pairs)

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool
    ) -> list[Any]:
        """Run the backward program."""
        if self.released:
            raise RuntimeError(
                "Trying to backward through the graph a second time: what it had kept was freed "
                "by the first backward pass. Use retain_graph=True there to go through it twice."
            )
        if create_graph:
            raise NotImplementedError(NO_SECOND_DERIVATIVES)
        if clock.now > self.recorded_at:
            self._refuse_changed()
        given = upstream.parts if isinstance(upstream, Parts) else {0: upstream}
        arrived = tuple(sorted(given))
        backward = self.variant.backwards.get(arrived) or self.variant.backward(arrived)
        found = backward(*(given[i] for i in arrived), *self.saved)
        contributions = list(found)
        if relevant is not None:
            pairs = zip(self.inputs, found, strict=True)
            contributions = [g if source in relevant else None for source, g in pairs]
        self.grad = upstream if len(self.shapes) == 1 else None
        self.contributions = contributions
        return contributions

    def _refuse_changed(self) -> None:
        kept = [self.sources[i] for i in self.variant.guarded]
        guards = [*self.outputs, *(x._changes for x in kept)]
        if any(changes[1] > self.recorded_at for changes in guards):
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an "
                "inplace operation: an input or output of a compiled function was changed after "
                "the forward pass"
            )

    def release(self) -> None:
        """Free what the forward program kept."""
        self.released = True
        self.saved = None

    def name(self) -> str:
        """Return torch's name of the node."""
        return "CompiledFunctionBackward"


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _function(name: str, takes: list[str], steps: list[Step], tail: str) -> str:
    return "\n".join([f"def {name}({', '.join(takes)}):", *map(line, steps), tail])
