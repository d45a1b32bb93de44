"""The program of a graph of `Value`s, as it was written: printed, run, or as JavaScript.

Python and JavaScript share the lines; only what is around them differs.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.trace import passes
from tinygrad_edu.trace.expressions import Expression, Name, Step, text
from tinygrad_edu.trace.graph import Graph
from tinygrad_edu.trace.layout import with_comment, wrapped
from tinygrad_edu.trace.scalar_functions import (
    ARRAYS,
    FUNCTIONS,
    IEEE,
    PLAIN,
    with_numpys_numbers,
)

RESERVED = frozenset(keyword.kwlist).union(
    FUNCTIONS,
    ("abs", "arguments", "await", "case", "catch", "const", "debugger", "default", "delete", "do"),
    ("enum", "eval", "export", "extends", "false", "function", "implements", "inf", "inputs"),
    ("instanceof", "interface", "let", "max", "min", "nan", "new", "null", "package", "private"),
    ("program", "protected", "public", "static", "super", "switch", "this", "throw", "true"),
    ("float64", "typeof", "undefined", "var", "void", "where", "Math", "Infinity", "NaN"),
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
    >>> from tinygrad_edu.trace import program
    >>> w, x = Value(2.0, label="w"), Value(-0.5, label="x")
    >>> print(program((w * x).tanh()).python)
    from math import tanh
    <BLANKLINE>
    <BLANKLINE>
    def program(w, x):
        # forward
        v1 = w * x  # w · x
        v2 = tanh(v1)  # (e^v1 − e^(−v1)) / (e^v1 + e^(−v1))
        # backward
        d_v2 = 1.0
        d_v1 = d_v2 * (1 - (v2 * v2))  # ∂v2/∂v2 · (1 − v2²)
        d_w = d_v1 * x  # ∂v2/∂v1 · x
        d_x = d_v1 * w  # ∂v2/∂v1 · w
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
        pairs = [(self.names[i], self._returned["gradients"][i]) for i in self.inputs]
        gradients = [f'"{name}": {gradient}' for name, gradient in pairs if gradient]
        result = (
            f"{self.names[self.graph.outputs[0].index]}, {wrapped(gradients, '{}', 20, each=True)}"
        )
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
        >>> from tinygrad_edu.trace import program
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
                found = self._run(IEEE, map(np.float64, given), self._code_of_numpys_numbers)
        parts: Any = ([None if x is None else float(x) for x in part] for part in found)
        return Result(*parts)

    def _run(self, functions: dict[str, Any], numbers: Iterable[Any], code: Any = None) -> Any:
        namespace = dict(functions)
        exec(code or self._code, namespace)
        return namespace["program"](*numbers)

    @cached_property
    def _text(self) -> str:
        parts = (f"[{', '.join(map(str, texts))}]" for texts in self._returned.values())
        return self._function(", ".join(parts))

    @cached_property
    def _code(self) -> Any:
        return compile(self._text, "<program>", "exec")

    @property
    def _code_of_numpys_numbers(self) -> Any:
        """The code with numpy's numbers in place of Python's, which cannot be divided by 0."""
        return compile(with_numpys_numbers(self._text), "<program>", "exec")

    @cached_property
    def on_floats(self) -> Callable[..., tuple[Any, list[Any]]]:
        """The program as a function of floats that returns the output and its gradients.

        The gradients are those of `inputs`, None where there is none. It is what `python` says,
        but for lines that nothing needs or that say what another says; and it raises where Python
        does: `log(0.0)`.

        >>> from tinygrad_edu import Value
        >>> from tinygrad_edu.trace import program
        >>> program(Value(3.0, label="x") ** 2).on_floats(5.0)
        (25.0, [10.0])
        """
        return self._lean(PLAIN)

    @cached_property
    def on_arrays(self) -> Callable[..., tuple[Any, list[Any]]]:
        """The same on numpy arrays in place of floats: one sample's program on a whole batch.

        >>> from tinygrad_edu import Value
        >>> from tinygrad_edu.trace import program
        >>> program(Value(3.0, label="x") ** 2).on_arrays(np.array([5.0, 1.0]))
        (array([25.,  1.]), [array([10.,  2.])])
        """
        run = self._lean(ARRAYS)

        def quiet(*arrays: Any) -> tuple[Any, list[Any]]:
            with np.errstate(all="ignore"):
                return run(*arrays)

        return quiet

    @property
    def differentiated(self) -> list[int]:
        """The places in `inputs` of those that get a gradient."""
        gradients = self._returned["gradients"]
        return [k for k, i in enumerate(self.inputs) if gradients[i]]

    def _lean(self, functions: dict[str, Any]) -> Callable[..., tuple[Any, list[Any]]]:
        """Compile the program without lines that nothing needs or that are there already."""
        output = self.names[self.graph.outputs[0].index]
        gradients = [self._returned["gradients"][i] for i in self.inputs]
        steps = passes.simplified(map(_step, self._lines()), [output, *filter(None, gradients)])
        lines = [f"    {step.name} = {text(step.expression)}" for step in steps]
        head = f"def program({', '.join(self.names[i] for i in self.inputs)}):"
        result = f"    return {output}, [{', '.join(map(str, gradients))}]"
        namespace = dict(functions)
        exec(compile("\n".join([head, *lines, result]), "<program>", "exec"), namespace)
        run: Callable[..., tuple[Any, list[Any]]] = namespace["program"]
        return run

    def _lines(self) -> list[Line]:
        return self.forward + self.backward

    def _function(self, result: str) -> str:
        arguments = wrapped([self.names[i] for i in self.inputs], "()", 12, indent="")
        lines = [f"def program{arguments}:", "    # forward"]
        lines += [_python_line(line) for line in self.forward]
        lines.append("    # backward")
        lines += [_python_line(line) for line in self.backward]
        return "\n".join([*lines, f"    return {result}\n"])


def _step(line: Line) -> Step:
    """Take a line apart into its names and what is around them, for the passes."""
    found = [x for x in _NAMES.findall(line.expression) if x not in RESERVED]
    names = sorted(set(found), key=found.index)
    blank = {name: f"{{{i}}}" for i, name in enumerate(names)}
    form = _NAMES.sub(lambda x: blank.get(x.group(), x.group()), line.expression)
    if form == "{0}":
        return Step(line.name, Name(line.expression))
    return Step(line.name, Expression(form, tuple(map(Name, names))))


_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def _python_line(line: Line) -> str:
    return with_comment(f"    {line.name} = {line.expression}", line.comment)


def _imports(lines: list[Line]) -> str:
    """Write what must stand before a function with these lines."""
    used = set(re.findall(r"[a-z_]\w*", " ".join(line.expression for line in lines)))
    functions = sorted({*FUNCTIONS, "inf", "nan"} & used)
    text = f"from math import {', '.join(functions)}\n\n\n" if functions else ""
    if "where" in used:
        text += "def where(condition, a, b):\n    return a if condition else b\n\n\n"
    return text


JAVASCRIPT_HELPERS = f"""\
  const {{ {", ".join(FUNCTIONS[:-3])}, abs, min, max }} = Math;
  const inf = Infinity, nan = NaN, fmod = (a, b) => a % b;
  const where = (condition, a, b) => (condition ? a : b);
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
