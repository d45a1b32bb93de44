"""Writes the lines of a graph of tensors: each operation, then each rule, in the engine's order."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.mixing import adapt
from tinygrad_edu.node import fit
from tinygrad_edu.trace.array_symbols import (
    ArraySymbol,
    Writer,
    parts_of,
    plain_call,
    results,
    values,
)
from tinygrad_edu.trace.expressions import Expression, Name, Step, UnwritableError, size, text
from tinygrad_edu.trace.graph import Graph, OperationNode, Use, ValueNode
from tinygrad_edu.trace.rule_text import definition_with_names, rule_with_names

MOST_INSIDE = 6
"""A function of at most so many operations is written into the line; others are called."""

NOT_WRITABLE = (UnwritableError, AttributeError, TypeError, ValueError)
"""What a function raises that cannot compute with symbols; ValueError is numpy's word for it."""

RESERVED = frozenset((*keyword.kwlist, "np", "program", "inputs", "forward", "backward"))


class ArrayWriter(Writer):
    """Writes expressions; keeps the functions that they call, and the arrays that they need.

    Attributes:
        taken: the names of the program.
        functions: those of the library that lines call, by name.
        inputs: arrays, and other things that are no source code, by name.
    """

    def __init__(self) -> None:
        self.taken: set[str] = set(RESERVED)
        self.functions: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}
        self._bound: dict[int, Name] = {}

    def constant(self, array: Any) -> Any:
        """Write a small array as it is, and give a large one a name."""
        try:
            text(array)
            return array
        except UnwritableError:
            return self.bound(array, "c")

    def named(self, cls: Any) -> None:
        """Note that lines make named tuples of this class."""
        self.functions[cls.__name__] = cls

    def bound(self, thing: Any, stem: str) -> Name:
        """Give something a name, under which the program takes it."""
        found = self._bound.get(id(thing))
        if found is None and not isinstance(thing, np.ndarray):
            raise NotImplementedError(
                f"an operation of the graph was given a {type(thing).__name__}, as by a change in "
                "place through a view: that cannot be written out"
            )
        if found is None:
            found = self._bound[id(thing)] = Name(self.unused(stem))
            self.inputs[found.text] = thing
        return found

    def unused(self, stem: str) -> str:
        """Find a name that is not taken, and take it."""
        name, copy = stem, 1
        while name in self.taken:
            copy += 1
            name = f"{stem}_{copy}"
        self.taken.add(name)
        return name

    def call(self, function: Any, operands: Any, parameters: dict[str, Any], name: str) -> Any:
        """Write what a function computes, if that is short, else a call of it."""
        if isinstance(function, np.ufunc) or len(function.__code__.co_cellvars) == 0:
            inside = self._inside(function, operands, parameters)
            if inside is not None:
                return inside
        return self.called(function, operands, parameters, name)

    def called(self, function: Any, operands: Any, parameters: dict[str, Any], name: str) -> Any:
        """Write a call of a function of the library."""
        defaults = _defaults(function)
        given = {
            key: _dtype(value) if isinstance(value, np.dtype) else value
            for key, value in parameters.items()
            if not (key in defaults and _same(defaults[key], value))
        }
        known = next((n for n, f in self.functions.items() if f is function), None)
        name = known or self.unused(name)
        value = function(*map(values, operands), **values(parameters))
        self.functions[name] = function
        return results(self, plain_call(self, name, operands, given), value)

    def _inside(self, function: Any, operands: Any, parameters: dict[str, Any]) -> Any:
        kept = self.state()
        try:
            result = function(*operands, **parameters)
        except NOT_WRITABLE:
            result = None
        if isinstance(result, ArraySymbol):
            before = sum(size(parts_of(self, x)) for x in operands)
            if size(result.expression) - before <= MOST_INSIDE:
                return result
        self.go_back(kept)
        return None

    def state(self) -> tuple[Any, ...]:
        """Return what has been written down so far, besides lines."""
        return dict(self.functions), set(self.taken), dict(self.inputs), dict(self._bound)

    def go_back(self, state: tuple[Any, ...]) -> None:
        """Forget what has been written down since."""
        self.functions, self.taken, self.inputs, self._bound = state


def _dtype(kind: np.dtype[Any]) -> Expression:
    return Expression(f'np.dtype("{kind.name}")', ())


def _same(default: Any, value: Any) -> bool:
    return default is value or (
        isinstance(value, (int, float, str, tuple)) and repr(default) == repr(value)
    )


def _defaults(function: Any) -> dict[str, Any]:
    if isinstance(function, np.ufunc):
        return {}
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    given = function.__defaults__ or ()
    found = dict(zip(names[len(names) - len(given) :], given, strict=True))
    return {**found, **(function.__kwdefaults__ or {})}


class GraphWriter(ArrayWriter):
    """Writes the lines of one graph.

    Args:
        graph: the graph.
        names: what its values are called.
        arrays: what its leaves and constants are: arrays, symbols or plain numbers, by index.

    Attributes:
        forward: the lines that compute the values.
        backward: the lines that compute the gradients.
        reached: the values that a gradient has reached.
    """

    def __init__(self, graph: Graph, names: Sequence[str], arrays: dict[int, Any]) -> None:
        super().__init__()
        self.graph = graph
        self.names = list(names)
        self.taken.update(names)
        self.symbols: dict[int, Any] = arrays
        self.forward: list[Step] = []
        self.backward: list[Step] = []
        self.arriving: dict[int, list[ArraySymbol]] = {}
        self.output = self.names[graph.outputs[0].index] if graph.outputs else ""

    # --- forward ---------------------------------------------------------------------------------

    def write_forward(self, operation: OperationNode) -> None:
        """Write one operation."""
        op = operation.operation
        if not hasattr(op, "on_arrays"):
            raise NotImplementedError(
                f"{op.name} is a custom Function, of which no program can be written"
            )
        given = [self.symbols[use.value.index] for use in operation.arguments]
        found = self.operation(op, adapted(op, given), self.parameters_of(operation))
        value = operation.results[0]
        name = self.names[value.index]
        note = definition_with_names(operation, self.names)
        self.forward.append(Step(name, parts_of(self, found), note))
        self.symbols[value.index] = ArraySymbol(self, Name(name), np.asarray(values(found)))

    def parameters_of(self, operation: OperationNode) -> dict[str, Any]:
        """Return the parameters of a use of an operation, as arrays and symbols."""
        return plain_parameters(operation.vertex.parameters)

    # --- backward --------------------------------------------------------------------------------

    def seed(self, value: ValueNode, expression: Any) -> None:
        """Write the gradient that the backward pass starts with."""
        like = values(self.symbols[value.index])
        start = ArraySymbol(self, expression, np.ones_like(like))
        self.arriving.setdefault(value.index, []).append(self._line(value, start, ""))

    def _line(self, value: ValueNode, found: Any, comment: str) -> ArraySymbol:
        """Write a contribution to the gradient of a value."""
        count = len(self.arriving.get(value.index, ())) + 1
        alone = len(value.uses) + (value in self.graph.outputs) == 1
        name = self.gradient_name(value) if alone else f"d{count}_{self.names[value.index]}"
        self.taken.add(name)
        self.backward.append(Step(name, parts_of(self, found), comment))
        return ArraySymbol(self, Name(name), values(found))

    def gradient_name(self, value: ValueNode) -> str:
        """Return the variable of the gradient of a value."""
        return f"d_{self.names[value.index]}"

    def write_backward(self, operation: OperationNode, commented: bool = True) -> None:
        """Write what flows back to each argument, once the gradient of the result is complete."""
        result = operation.results[0]
        upstream = self.add_up(result)
        if upstream is None:
            return
        for use in operation.arguments:
            if use.value.needs_gradient:
                found = self._contribution(use, upstream)
                note = self._note(use) if commented else ""
                symbol = self._line(use.value, found, note)
                self.arriving.setdefault(use.value.index, []).append(symbol)

    def _note(self, use: Use) -> str:
        return rule_with_names(use.operation, use.position, self.names, self.output)

    def add_up(self, value: ValueNode) -> ArraySymbol | None:
        """Write the sum of what has flowed back to a value, in the engine's order."""
        parts = self.arriving.get(value.index, [])
        if not parts:
            return None
        total: Any = parts[0]
        for part in parts[1:]:
            total = total + part
        name = self.gradient_name(value)
        if parts_of(self, total) != Name(name):
            note = "the sum over its uses" if len(parts) > 1 else ""
            self.backward.append(Step(name, parts_of(self, total), note))
            self.taken.add(name)
        return ArraySymbol(self, Name(name), values(total))

    def _contribution(self, use: Use, upstream: ArraySymbol) -> Any:
        operation = use.operation
        op = operation.operation
        xs = [self.symbols[x.value.index] for x in operation.arguments]
        y = self.symbols[operation.results[0].index]
        arguments = (upstream, y, *xs)
        parameters = self.parameters_of(operation)
        rule = op.rule(use.position)
        try:
            found = rule(*arguments, **parameters)
        except NOT_WRITABLE:
            if op.arity is None:
                rule, parameters = op.rules, {**parameters, "index": use.position}
            found = self.called(rule, arguments, parameters, f"{op.name}_gradient")
        like = xs[use.position]
        if not isinstance(found, ArraySymbol):
            found = self._constant_gradient(found, like)
        return found if op.exact else fit(found, like)

    def _constant_gradient(self, found: Any, like: Any) -> ArraySymbol:
        """Write what a rule computed without what flows: a number, or an array."""
        if not isinstance(found, np.ndarray):
            found = np.full(like.shape, found, like.dtype)
        return ArraySymbol(self, self.constant(found), found)


def adapted(op: Any, given: list[Any]) -> list[Any]:
    """Write the conversions that bring operands to the dtypes on which an operation works."""
    arrays = [values(x) for x in given]
    kinds = {x.dtype for x in arrays if isinstance(x, (np.ndarray, np.generic))}
    if op.dtypes == "as is" or (len(kinds) == 1 and next(iter(kinds)) in (np.float32, np.float64)):
        return given
    changed = []
    for x, before, after in zip(given, arrays, adapt(op, arrays), strict=True):
        if getattr(before, "dtype", None) == after.dtype:
            changed.append(x)
        else:
            changed.append(x.astype(after.dtype) if isinstance(x, ArraySymbol) else after)
    return changed


def plain_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Put arrays in the place of tensors."""
    return {name: getattr(x, "array", x) for name, x in parameters.items()}


__all__ = ["ArrayWriter", "Expression", "GraphWriter", "adapted"]
