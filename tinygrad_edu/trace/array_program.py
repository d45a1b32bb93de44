"""The straight-line program of a graph of tensors: forward, then backward, in numpy.

The lines are what the operations of the table compute on arrays, and what their derivative rules
compute on symbols (`array_symbols.py`). A graph of the gradients (`create_graph`) would give lines
too, but only those of the branch that was taken: in it a mask such as `x > 0` is an array of this
run, where a program must choose anew for every input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.autograd.engine import topological_order
from tinygrad_edu.autograd.origins import origin_of
from tinygrad_edu.trace.array_symbols import ArraySymbol
from tinygrad_edu.trace.array_writer import RESERVED, GraphWriter
from tinygrad_edu.trace.beside import Beside, forward_order
from tinygrad_edu.trace.expressions import Expression, Name, Step, names_in, text
from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode
from tinygrad_edu.trace.layout import with_comment, wrapped
from tinygrad_edu.trace.passes import shortened, simplified
from tinygrad_edu.trace.sources import Sources
from tinygrad_edu.trace.variables import variables

_PACKAGE = __name__.partition(".")[0] + "."

CALL = re.compile(r"([\w.]+)\((.*)\)")

WIDTH = 90
"""How long an expression may be before it is broken into several lines."""


class ArrayResult(NamedTuple):
    """What a program of tensors computes.

    Attributes:
        output: the array of the output.
        gradients: the gradient of the output with respect to each input that has one, by name.
    """

    output: Any
    gradients: dict[str, Any]


@dataclass(frozen=True, repr=False)
class ArrayProgram:
    """A graph of tensors, written out.

    Attributes:
        inputs: the names of the arrays that it takes: leaves, and constants that are no numbers.
        output: the name of the result.
        gradients: the name of the gradient of each input that has one.
        forward: the lines that compute the output.
        backward: the lines that compute the gradients.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([1.0, -2.0], requires_grad=True)
    >>> x = torch.tensor([3.0, 0.5])
    >>> from tinygrad_edu import trace
    >>> print(trace.program((w * x).tanh().sum()))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def program(w, x):
        # forward
        v1 = w * x  # w · x
        v2 = np.tanh(v1)  # (e^v1 − e^(−v1)) / (e^v1 + e^(−v1))
        v3 = v2.sum()  # Σ v2
        # backward
        d_v3 = np.ones_like(v3)
        d_v2 = np.broadcast_to(d_v3, (2,))  # ∂v3/∂v3 for every element
        d_v1 = d_v2 * (1 - v2 * v2)  # ∂v3/∂v2 · (1 − v2²)
        d_w = d_v1 * x  # ∂v3/∂v1 · x
        return v3, {"w": d_w}
    <BLANKLINE>
    """

    inputs: Sequence[str]
    output: str
    gradients: Mapping[str, str]
    forward: Sequence[Step]
    backward: Sequence[Step]
    _functions: Mapping[str, Any]
    _given: Sequence[Any]

    @property
    def python(self) -> str:
        """The program as Python that needs nothing but numpy."""
        sources = Sources(self._functions)
        return sources.text() + self.function()

    source = python

    def __repr__(self) -> str:
        return self.python

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.python}```"

    def __call__(self, *arrays: Any) -> ArrayResult:
        """Run the program.

        Args:
            arrays: an array or tensor for each of `inputs`, in the shapes of the graph; those of
                the graph if none is given.

        Raises:
            TypeError: for another number of arrays, or numbers of another kind: whole numbers are
                taken for floats, and nothing else.
            ValueError: for an array of another shape.
        """
        given = [np.asarray(getattr(x, "array", x)) for x in arrays or self._given]
        if len(given) != len(self.inputs):
            raise TypeError(
                f"the program takes {len(self.inputs)} arrays: {', '.join(self.inputs)}; "
                f"{len(given)} were given"
            )
        for i, (name, x, known) in enumerate(zip(self.inputs, given, self._given, strict=True)):
            given[i] = _in_kind(name, x, known.dtype)
            if x.shape != known.shape:
                raise ValueError(
                    f"the program was written for {name} of shape {known.shape}, not {x.shape}: "
                    "its lines have sizes in them; write one of a graph of these shapes"
                )
        namespace: dict[str, Any] = {"np": np, **self._functions}
        exec(compile(self.function(), "<program>", "exec"), namespace)
        with np.errstate(all="ignore"):
            output, gradients = namespace["program"](*given)
        return ArrayResult(output, gradients)

    def function(self) -> str:
        """Write the function, without what must stand above it."""
        found = wrapped(
            [f'"{name}": {d}' for name, d in self.gradients.items()], "{}", 20, each=True
        )
        lines = [f"def program{wrapped(self.inputs, '()', 12, indent='')}:", "    # forward"]
        lines += map(line, self.forward)
        if self.backward:
            lines += ["    # backward", *map(line, self.backward)]
        return "\n".join([*lines, f"    return {self.output}, {found}\n"])


def _in_kind(name: str, x: Any, known: np.dtype[Any]) -> Any:
    """Return an array as the program can compute with it: float32 and float64 are one kind."""
    if x.dtype.kind == known.kind:
        return x
    if known.kind == "f" and x.dtype.kind in "iu":
        return x.astype(known)
    raise TypeError(f"the program was written for {name} of {known}, not {x.dtype}")


def line(step: Step) -> str:
    """Write a step as a line of a function."""
    target = f"{step.name} = " if step.name else ""
    return with_comment(broken(f"    {target}", step.expression), step.comment)


def broken(target: str, x: Any) -> str:
    """Write what a variable is set to; a call that is too long with a line for each argument."""
    line = f"{target}{text(x)}"
    call = CALL.fullmatch(x.form) if len(line) > 100 and isinstance(x, Expression) else None
    if call is None:
        return line
    needs = x.needs or (0,) * len(x.parts)
    parts = [text(part, need) for part, need in zip(x.parts, needs, strict=True)]
    blanks = call.group(2).split(", ")
    return f"{target}{call.group(1)}{wrapped([y.format(*parts) for y in blanks], '()', 100)}"


def program_of_arrays(graph: Graph, known: Mapping[int, str]) -> ArrayProgram:
    """Write the program of a graph of tensors with one output, and of what is beside it.

    Args:
        graph: the graph.
        known: the names of the caller's variables, by the id of what they hold.

    Raises:
        NotImplementedError: for what cannot be written: a custom `Function`, a gradient hook, an
            index or a size that follows from the numbers.
    """
    for value in graph.values:
        _refuse_hooks(value)
    with np.errstate(all="ignore"):  # what is written is computed too; nan needs no warning
        return _written(graph, known)


def _refuse_hooks(value: ValueNode) -> None:
    for hook in getattr(value.source, "hooks", None) or ():
        if not str(getattr(hook, "__module__", "")).startswith(_PACKAGE):
            raise NotImplementedError(
                f"a hook on {value.name or 'an intermediate value'} may change its gradient, which "
                "is no arithmetic that can be written out: take it away with handle.remove()"
            )


def _written(graph: Graph, known: Mapping[int, str]) -> ArrayProgram:
    root = graph.outputs[0]
    writer = ProgramWriter(graph, known)
    for operation in forward_order(graph):
        writer.write_forward(operation)
    if not graph.operations:
        writer.take(root)
    if root.needs_gradient:
        writer.seed(root, Expression("np.ones_like({0})", (Name(writer.output),)))
        for operation in backward_order(graph):
            writer.write_backward(operation)
    gradients = {}
    for value in graph.values:
        if value.made_by is None and value.needs_gradient and writer.add_up(value) is not None:
            gradients[writer.names[value.index]] = writer.gradient_name(value)
    return _finished(writer, gradients)


class ProgramWriter(GraphWriter):
    """Writes the program of a graph that was recorded before."""

    def __init__(self, graph: Graph, known: Mapping[int, str]) -> None:
        super().__init__(graph, variables(graph, RESERVED), {})
        self._beside = Beside(self, known)
        self._parameters: dict[OperationNode, dict[str, Any]] = {}
        for value in graph.values:
            is_constant = value.made_by is None and not value.needs_gradient
            if value.made_by is None and not (is_constant and origin_of(value.source)):
                self.take(value)

    def take(self, value: ValueNode) -> None:
        """Let the program take a leaf or a constant; a number it has in its lines."""
        array = getattr(value.source, "array", value.source)
        self.symbols[value.index] = array
        if isinstance(array, np.ndarray):
            name = self.names[value.index]
            self.inputs[name] = array
            self.symbols[value.index] = ArraySymbol(self, Name(name), array)

    def write_forward(self, operation: OperationNode) -> None:
        """Write one operation, and before it what it was given from beside the graph."""
        for use in operation.arguments:
            if use.value.index not in self.symbols:
                self._write_constant(use.value, operation)
        super().write_forward(operation)

    def _write_constant(self, value: ValueNode, user: OperationNode) -> None:
        found = self._beside.symbol(value.source, user)
        if found is None:
            self.take(value)
        else:
            name = self.names[value.index]
            self.forward.append(Step(name, found.expression))
            self.symbols[value.index] = ArraySymbol(self, Name(name), found.value)

    def parameters_of(self, operation: OperationNode) -> dict[str, Any]:
        """Return the parameters of a use, with symbols for numbers of tensors."""
        found = self._parameters.get(operation)
        if found is None:
            found = self._beside.parameters(operation.vertex.parameters, operation)
            if operation.operation.finds is not None:
                given = [self.symbols[use.value.index] for use in operation.arguments]
                found |= operation.operation.finds(*given, **found)
            self._parameters[operation] = found
        return found


def backward_order(graph: Graph) -> list[OperationNode]:
    """List the operations as the engine visits them, so that sums are added in its order."""
    made = {operation.vertex: operation for operation in graph.operations}
    order = topological_order(x.source for x in graph.outputs)
    return [made[vertex] for vertex in reversed(order) if vertex in made]


def _finished(writer: GraphWriter, gradients: dict[str, str]) -> ArrayProgram:
    wanted = [writer.output, *gradients.values()]
    steps = shortened(simplified(writer.forward + writer.backward, wanted), WIDTH)
    start = writer.backward[0].name if writer.backward else None
    count = next((i for i, step in enumerate(steps) if step.name == start), len(steps))
    used = {name for step in steps for name in names_in(step.expression)}
    used.update(gradients, (writer.output,))
    inputs = {name: x for name, x in writer.inputs.items() if name in used}
    source = "\n".join(map(line, steps))
    called = {n: f for n, f in writer.functions.items() if re.search(rf"\b{n}\(", source)}
    return ArrayProgram(
        list(inputs), writer.output, gradients, steps[:count], steps[count:], called,
        list(inputs.values()),
    )  # fmt: skip
