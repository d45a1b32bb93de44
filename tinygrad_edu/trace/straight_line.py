"""The straight-line program of a graph of `Value`s: forward, then backward, one line an operation.

The lines come from the operation table: an operation's `source` forward, and backward its
derivative rule, run on symbols (`symbols.py`). Python and JavaScript share the lines; only what is
around them differs. So a page can compute a graph anew without a derivative rule of its own.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode, read
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.trace.symbols import Symbol, literal, write
from tinygrad_edu.value import Value

FUNCTIONS = ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", "pow", "erf")
"""The functions that lines call: of Python's math, and JavaScript's Math but for the last two."""

_RESERVED = frozenset(keyword.kwlist).union(
    FUNCTIONS,
    ("abs", "arguments", "await", "case", "catch", "const", "debugger", "default", "delete", "do"),
    ("enum", "eval", "export", "extends", "false", "function", "implements", "inf", "inputs"),
    ("instanceof", "interface", "let", "max", "min", "nan", "new", "null", "package", "private"),
    ("program", "protected", "public", "static", "super", "switch", "this", "throw", "true"),
    ("typeof", "undefined", "var", "void", "where", "Math", "Infinity", "NaN"),
)
"""What no variable may be called, in Python or in JavaScript."""


class Line(NamedTuple):
    """One line of a program: `name = expression  # comment`."""

    name: str
    expression: str
    comment: str


class Result(NamedTuple):
    """What a program computes.

    Attributes:
        values: the number of each value of the graph, by its index.
        gradients: the gradient of the output with respect to each; None for constants.
        contributions: what flows back along each arrow, arrows counted by operation and position.
        locals: the local derivative of each arrow.
    """

    values: list[float]
    gradients: list[float | None]
    contributions: list[float | None]
    locals: list[float | None]


@dataclass(frozen=True, repr=False)
class Program:
    """A graph, written out.

    Attributes:
        graph: the graph.
        inputs: the indexes of the values that the program takes: leaves, and constants with a name.
        names: the variable of each value, by its index.
        forward: the lines that compute the values.
        backward: the lines that compute the gradients.

    >>> from tinygrad_edu import Value
    >>> w, x = Value(2.0, label="w"), Value(-0.5, label="x")
    >>> print(program((w * x).tanh()).python)
    from math import tanh
    <BLANKLINE>
    <BLANKLINE>
    def program(w, x):
        # forward
        v1 = w * x  # a · b
        v2 = tanh(v1)  # (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
        # backward
        d_v2 = 1.0
        d_v1 = d_v2 * (1 - (v2 * v2))  # g · (1 − y²)
        d_w = d_v1 * x  # g · b
        d_x = d_v1 * w  # g · a
        return v2, {"w": d_w, "x": d_x}
    <BLANKLINE>
    """

    graph: Graph
    inputs: list[int]
    names: list[str]
    forward: list[Line]
    backward: list[Line]
    _returned: dict[str, list[str | None]]

    @property
    def python(self) -> str:
        """The program as Python: a function of the inputs that returns output and gradients."""
        gradients = ", ".join(
            f'"{self.names[i]}": {self._returned["gradients"][i]}'
            for i in self.inputs
            if self._returned["gradients"][i]
        )
        result = f"{self.names[self.graph.outputs[0].index]}, {{{gradients}}}"
        return _imports(self.forward + self.backward) + self._function(result)

    def __repr__(self) -> str:
        return self.python

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.python}```"

    @property
    def javascript(self) -> str:
        """The program as JavaScript: a function of an array of inputs that returns a `Result`."""
        taken = [f"  const {self.names[i]} = inputs[{k}];" for k, i in enumerate(self.inputs)]
        lines = [f"  const {line.name} = {line.expression};" for line in self._lines()]
        result = ", ".join(
            f"{part}: [{', '.join(text or 'null' for text in texts)}]"
            for part, texts in self._returned.items()
        )
        head = ["function program(inputs) {", '  "use strict";', JAVASCRIPT_HELPERS]
        if any("erf(" in line for line in lines) or "erf(" in result:
            head.append(JAVASCRIPT_ERF)
        return "\n".join([*head, *taken, *lines, f"  return {{{result}}};", "}\n"])

    def __call__(self, *numbers: float) -> Result:
        """Run the program.

        Args:
            numbers: one for each of `inputs`; those of the graph if none is given.

        Raises:
            TypeError: for another number of numbers.

        >>> from tinygrad_edu import Value
        >>> square = program(Value(3.0, label="x") ** 2)
        >>> square().gradients[0], square(5.0).gradients[0]
        (6.0, 10.0)
        """
        given: Sequence[Any] = numbers or [self.graph.values[i].number for i in self.inputs]
        if len(given) != len(self.inputs):
            wanted = ", ".join(self.names[i] for i in self.inputs)
            raise TypeError(f"the program takes {len(self.inputs)} numbers: {wanted}")
        try:
            found = self._run(PLAIN, map(float, given))
        except (ArithmeticError, ValueError):  # where Python raises, numpy has inf and nan
            with np.errstate(all="ignore"):
                found = self._run(IEEE, map(np.float64, given))
        parts: Any = ([None if x is None else float(x) for x in part] for part in found)
        return Result(*parts)

    def _run(self, functions: dict[str, Any], numbers: Iterable[Any]) -> Any:
        parts = (f"[{', '.join(map(str, texts))}]" for texts in self._returned.values())
        namespace = dict(functions)
        exec(compile(self._function(", ".join(parts)), "<program>", "exec"), namespace)
        return namespace["program"](*numbers)

    def _lines(self) -> list[Line]:
        return self.forward + self.backward

    def _function(self, result: str) -> str:
        arguments = ", ".join(self.names[i] for i in self.inputs)
        lines = [f"def program({arguments}):", "    # forward"]
        lines += [_python_line(line) for line in self.forward]
        lines.append("    # backward")
        lines += [_python_line(line) for line in self.backward]
        return "\n".join([*lines, f"    return {result}\n"])


def program(output: Any, params: Any = None) -> Program:
    """Write the graph of a `Value` and its gradients as a straight-line program.

    Args:
        output: the `Value`.
        params: names for the parameters; see `graph.read`.

    Raises:
        TypeError: the graph is one of tensors.

    >>> from tinygrad_edu import Value
    >>> y = program(3 * Value(2.0, label="x"))
    >>> y.names, y().values
    (['3', 'x', 'v1'], [3.0, 2.0, 6.0])
    """
    graph = read(output, params)
    if not all(isinstance(x.source, (Value, int, float)) for x in graph.values):
        raise TypeError(
            "a program is written of a graph of Values; turn a network into one with "
            "model.to(Value)"
        )
    return _Writer(graph).program()


class _Writer:
    """Writes the lines of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names = _variables(graph)
        self.symbols = [  # a number in the code is known already, and so is what follows from it
            x.number if _is_literal(x) else Symbol(name)
            for x, name in zip(graph.values, self.names, strict=True)
        ]
        self.forward: list[Line] = []
        self.backward: list[Line] = []
        self.arriving: dict[int, list[str]] = {}  # by value: what has flowed back to it
        self.contributions: dict[tuple[int, int], str] = {}  # by operation and position

    def program(self) -> Program:
        for operation in self.graph.operations:
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
        return [x.index for x in self.graph.values if x.made_by is None and not _is_literal(x)]

    def _write_forward(self, operation: OperationNode) -> None:
        op = operation.vertex.op
        xs = [_operand(self.names[use.value.index]) for use in operation.arguments]
        expression = write(op, xs, op.parameters)
        name = self.names[operation.results[0].index]
        self.forward.append(Line(name, expression.text, op.definition))

    def _write_backward(self, operation: OperationNode) -> None:
        """Write what flows back to each argument, once the gradient of the result is complete."""
        result = operation.results[0]
        self._add_up(result)
        upstream = Symbol(self._gradient(result))
        for use in operation.arguments:
            if use.value.needs_gradient:
                formula = operation.operation.derivatives[use.position]
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

    def _add_up(self, value: ValueNode) -> None:
        """Write the sum of what has flowed back to a value, in the engine's order."""
        parts = self.arriving.get(value.index, [])
        if len(parts) > 1:
            total = " + ".join(parts)
            self.backward.append(Line(self._gradient(value), total, "the sum over its uses"))

    def _gradient(self, value: ValueNode) -> str:
        return f"d_{self.names[value.index]}"

    def _returned(self) -> dict[str, list[str | None]]:
        """List the texts of what the program returns: see `Result`."""
        arrows = [use for operation in self.graph.operations for use in operation.arguments]
        keys = [(use.operation.index, use.position) for use in arrows]
        return {
            "values": list(self.names),
            "gradients": [
                self._gradient(x) if x.needs_gradient else None for x in self.graph.values
            ],
            "contributions": [self.contributions.get(key) for key in keys],
            "locals": [
                literal(self._apply_rule(use, 1.0)) if use.value.needs_gradient else None
                for use in arrows
            ],
        }


def _operand(text: str) -> Symbol:
    return Symbol(text, is_atom=not text.startswith("-"))


def _is_literal(value: ValueNode) -> bool:
    """Tell whether a value is a number in the code, which the program has in its lines."""
    return value.kind == "constant" and value.name is None and value.made_by is None


def _variables(graph: Graph) -> list[str]:
    """Turn the names of all values into variables, each different, in Python and in JavaScript."""
    taken = set(_RESERVED)
    variables = []
    for value, name in zip(graph.values, short_names(graph), strict=True):
        if _is_literal(value):
            number: Any = value.number
            is_whole = 0 < abs(number) < 1e15 and number == round(number)
            variables.append(f"{number:.0f}" if is_whole else repr(number))
            continue
        base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "v"
        base = f"v_{base}" if base[0].isdigit() or re.match(r"d\d*_", base) else base
        variable, copy = base, 1
        while variable in taken:
            copy += 1
            variable = f"{base}_{copy}"
        taken.add(variable)
        variables.append(variable)
    return variables


def _python_line(line: Line) -> str:
    comment = f"  # {line.comment}" if line.comment else ""
    return f"    {line.name} = {line.expression}{comment}"


def _imports(lines: list[Line]) -> str:
    """Write what must stand before a function with these lines."""
    used = set(re.findall(r"[a-z_]\w*", " ".join(line.expression for line in lines)))
    functions = sorted({*FUNCTIONS, "inf", "nan"} & used)
    text = f"from math import {', '.join(functions)}\n\n\n" if functions else ""
    if "where" in used:
        text += "def where(condition, a, b):\n    return a if condition else b\n\n\n"
    return text


def _where(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


PLAIN: dict[str, Any] = {name: getattr(math, name) for name in (*FUNCTIONS, "inf", "nan")}
PLAIN["where"] = _where


def _with_infinities(name: str) -> Callable[..., Any]:
    """Return a function that answers as a `Value` would where Python's own raises."""
    op: Any = TABLE[name]
    return lambda *numbers: np.float64(op.on_float(*map(float, numbers)))


IEEE = PLAIN | {name: _with_infinities(name) for name in FUNCTIONS}


JAVASCRIPT_HELPERS = f"""\
  const {{ {", ".join(FUNCTIONS[:-2])}, abs, min, max }} = Math;
  const inf = Infinity, nan = NaN, where = (condition, a, b) => (condition ? a : b);
  // As C, Python and numpy have it; Math.pow says NaN here.
  const pow = (a, b) =>
    a === 1 || (a === -1 && abs(b) === inf) ? 1 : Math.pow(a, b);"""

JAVASCRIPT_ERF = """\
  // By a series of positive terms, or far from 0 by the continued fraction of 1 - erf.
  const erf = (x) => {
    const z = abs(x), slope = 2 * Math.sqrt(1 / Math.PI);
    let sum = z, rest = 0;
    if (!(z > 0 && z < 6)) return z > 0 ? Math.sign(x) : x;
    if (z < 2.5) {
      for (let n = 1, term = z; term > 1e-17 * sum; n++) sum += term *= (2 * z * z) / (2 * n + 1);
      return Math.sign(x) * slope * exp(-z * z) * sum;
    }
    for (let k = 60; k > 0; k--) rest = k / 2 / (z + rest);
    return Math.sign(x) * (1 - (slope * exp(-z * z)) / (2 * (z + rest)));
  };"""
