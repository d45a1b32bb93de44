"""From one recorded call of a model to ONNX nodes.

The call is watched as `compile` does it (`compiling/recorder.py`), which sees every operation on
tensors and whatever looks at their numbers otherwise. Here its list of operations is read.
"""

from __future__ import annotations

from typing import Any

from tinygrad_edu.autograd import no_grad
from tinygrad_edu.compiling.recorder import Recorder
from tinygrad_edu.compiling.watching import watching
from tinygrad_edu.onnx.formulas import computed
from tinygrad_edu.onnx.layers import NOTED
from tinygrad_edu.onnx.operations import OperationWriter
from tinygrad_edu.onnx.results import NodeWriter, Result
from tinygrad_edu.random import Generator
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.array_symbols import ArraySymbol, values
from tinygrad_edu.trace.expressions import Expression, Name, names_in, parts_in
from tinygrad_edu.trace.graph import OperationNode


def recorded(
    model: Any, args: Any, kwargs: dict[str, Any], inputs: dict[str, Tensor]
) -> tuple[NodeWriter, list[Result]]:
    """Call a model and write its nodes.

    Args:
        model: the module.
        args: what it is called with.
        kwargs: likewise, by name.
        inputs: the tensors in both, under the names that they get.

    Returns:
        The writer and the outputs.

    Raises:
        NotImplementedError: for what ONNX does not have, or what a file cannot do.
    """
    recorder = Recorder(list(inputs.values()))
    try:
        returned = _watched(recorder, model, args, kwargs)
        _refuse(recorder, model, inputs)
        reader = _Reader(recorder, inputs, {id(x): name for name, x in _members(model)})
        outputs = [reader.of_tensor(x) for x in tensors_in(returned)]
        _refuse(recorder, model, inputs)  # an output may be a view of what was changed
    finally:
        recorder.undo()
    return reader.writer, outputs


def _watched(recorder: Recorder, model: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    with no_grad():
        try:
            with watching(recorder):
                return model(*args, **kwargs)
        except Exception as error:
            recorder.undo()
            model(*args, **kwargs)  # what is wrong without being watched, too, is told as ever
            raise NotImplementedError(
                f"onnx.export: the call cannot be recorded: {recorder.reason or error}"
            ) from error


def tensors_in(x: Any) -> list[Tensor]:
    """List the tensors in what a model was given, or has returned."""
    if isinstance(x, Tensor):
        return [x]
    if isinstance(x, (tuple, list)):
        return [tensor for part in x for tensor in tensors_in(part)]
    raise NotImplementedError(
        f"onnx.export: a model is given and returns tensors, and tuples and lists of them, but "
        f"here is a {type(x).__name__}"
    )


def _members(model: Any) -> list[tuple[str, Tensor]]:
    return [*model.named_parameters(), *model.named_buffers()]


def _refuse(recorder: Recorder, model: Any, inputs: dict[str, Tensor]) -> None:
    """Refuse what a call does besides computing."""
    if any(isinstance(thing, Generator) for thing, _ in recorder._before.values()):
        raise NotImplementedError(
            "onnx.export: the model draws random numbers, as dropout does in training: call "
            "model.eval() first"
        )
    given = {id(x) for x in inputs.values()}
    for name, x in _members(model):
        if id(x) in recorder.written and id(x) not in given:
            raise NotImplementedError(
                f"onnx.export: the call changes '{name}', as a batch norm does in training: call "
                "model.eval() first"
            )
    if recorder.reason:
        raise NotImplementedError(
            f"onnx.export: what the model does depends on numbers: {recorder.reason}"
        )


class _Reader:
    """Writes the nodes of one recorded call.

    Args:
        recorder: what watched it.
        inputs: the inputs by name.
        members: names of parameters and buffers, by id.
    """

    def __init__(
        self, recorder: Recorder, inputs: dict[str, Tensor], members: dict[int, str]
    ) -> None:
        self.recorder, self.members = recorder, members
        self.inputs = {id(x): name for name, x in inputs.items()}
        self.writer = OperationWriter()
        self._results: dict[str, Any] = {}
        self._steps = {step.name: step.expression for step in recorder.forward}
        self._given = {recorder.names[i]: x for i, x in recorder.sources.items()}
        self._changing = {name for name, x in self._given.items() if id(x) in self.inputs}
        for name in sorted(self._changing):
            self._named(name)
        for step in recorder.forward:
            if self._changes(step.expression):
                self._changing.add(step.name)
        for operation in recorder.graph.operations:
            self._write(operation)

    def _changes(self, expression: Any) -> bool:
        """Tell whether something follows from the inputs of the model."""
        return not self._changing.isdisjoint(names_in(expression))

    def of_tensor(self, x: Tensor) -> Result:
        """Return the result that a tensor is."""
        value = self.recorder.value_of(x)
        found = self._named(self.recorder.names[value.index])
        return Result(self.writer, found.name, found.dtype, x.array)

    def _take(self, x: Tensor) -> Result:
        writer = self.writer
        array = values(self.recorder.symbols[self.recorder.known[id(x)]])
        if id(x) in self.inputs:
            return Result(writer, writer.unused(self.inputs[id(x)]), array.dtype, array)
        return writer.constant(array, self.members.get(id(x), "constant"))

    def _named(self, name: str) -> Any:
        """Return what a name of the recorded program stands for."""
        if name not in self._results:
            self._results[name] = self._found(name)
        return self._results[name]

    def _found(self, name: str) -> Any:
        recorder = self.recorder
        if name in self._given:
            return self._take(self._given[name])
        if name in recorder.constants:
            return self.writer.constant(recorder.constants[name])
        if name in self._steps:
            return self._computed(self._steps[name])
        index = recorder.names.index(name)  # a number among the operands
        return recorder.symbols[index]

    # --- operations ------------------------------------------------------------------------------

    def _write(self, operation: OperationNode) -> None:
        op, value = operation.operation, operation.results[0]
        self.writer.output = array = values(self.recorder.symbols[value.index])
        given = [self._named(self.recorder.names[use.value.index]) for use in operation.arguments]
        parameters = {
            name: self._parameter(x)
            for name, x in operation.vertex.parameters.items()
            if not name.startswith("_")
        }
        found = self.writer.operation(op, given, parameters)
        result = found.astype(array.dtype)
        self._results[self.recorder.names[value.index]] = Result(
            self.writer, result.name, array.dtype, array
        )

    # --- what was computed beside them -----------------------------------------------------------

    def _parameter(self, x: Any) -> Any:
        if isinstance(x, ArraySymbol):
            return self._computed(x.expression) if self._changes(x.expression) else x.value
        if isinstance(x, Tensor):
            return self.of_tensor(x)
        if hasattr(x, "_fields"):
            return type(x)(*map(self._parameter, x))
        if type(x) in (tuple, list):
            return type(x)(map(self._parameter, x))
        return x

    def _computed(self, x: Any) -> Any:
        """Write an expression in numpy."""
        if isinstance(x, Name):
            return self._named(x.text)
        if not isinstance(x, Expression):
            if type(x) in (tuple, list):
                return type(x)(map(self._computed, x))
            return x
        parts = [self._computed(part) for part in parts_in(x)]
        called = self.recorder.functions.get(x.form.partition("(")[0])
        if called in NOTED:
            return NOTED[called](self.writer, *parts)
        text = x.form.format(*(f"x{i}" for i in range(len(parts))))
        try:
            return computed(text, {f"x{i}": part for i, part in enumerate(parts)})
        except (NotImplementedError, TypeError, AttributeError) as error:
            raise NotImplementedError(
                f"onnx.export: {text.partition('(')[0]} has no form in ONNX here ({error})"
            ) from None
