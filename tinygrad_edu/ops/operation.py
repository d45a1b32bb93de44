"""What an operation is, an entry of the table, and the dispatch that lets anything flow through.

An `Operation` says how to compute on a float and on an array, and gives one derivative rule per
argument. A rule is ordinary arithmetic `rule(g, y, *x, **parameters)`: the gradient `g` of the
output, the output `y`, the inputs `x`. It never names a number type: floats, arrays, `Value`s and
`Tensor`s all flow through the same line.

An argument of a rule whose name starts with an underscore is one whose numbers the rule does not
need (at most its `.shape` and `.dtype`), so they need not be kept for the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

Rule = Callable[..., Any]

NUMPYS_NAMES = {"axis": "dim", "keepdims": "keepdim"}
"""Names of parameters that torch takes from numpy."""

REQUIRED = object()
"""Stands for the default of a parameter that has none."""

TABLE: dict[str, Operation | Composite] = {}
"""Every operation by name, in the order in which a textbook would tell of them."""


class Kept(NamedTuple):
    """What one use of an operation keeps for the backward pass.

    Attributes:
        output: whether the numbers of the output.
        numbers: the inputs whose numbers are kept.
        shapes: the inputs of which only the shape is needed.
        every: whether every input gets a gradient.
    """

    output: bool
    numbers: tuple[int, ...]
    shapes: tuple[int, ...]
    every: bool


class Operation:
    """A differentiable operation: an entry of the table.

    Args:
        name: torch's name for it.
        symbol: what a drawing writes into its node.
        definition: the formula for people.
        derivatives: the formula of each rule for people, with g for the gradient of the output.
        on_arrays: computes it on numpy arrays. Its parameters beyond the inputs are the
            operation's, with their defaults.
        rules: the vector-Jacobian product for each input, None where there is no derivative; or
            one rule for any number of inputs, told by `index` which one is meant.
        on_floats: computes it on Python floats, where the operation makes sense on scalars. It may
            raise ArithmeticError or ValueError where IEEE arithmetic has inf or nan: the array
            form is used then.
        source: how a program computes it on numbers, as Python and JavaScript both read it, with
            {0}, {1} for the inputs, and parameters by name.
        on_values: computes it on object arrays of `Value`s, written with scalar operations;
            unnecessary where `on_floats` is given.
        prepare: checks and normalises `(inputs, parameters)` before anything is computed.
        finds: finds those of its parameters again, by name, that come from the numbers of its
            inputs, as a program does for other numbers.
        explain: says what is wrong with the shapes of the inputs, where numpy refuses them; cheaper
            than a check beforehand. By default they are taken to be broadcast.
        dtypes: "promote" inputs to a common dtype ("numbers": those that are no bools), to a common
            "float" dtype, insist on "equal" ones, or take them "as is".
        on_bool: what to say to tensors of bools, where the operation refuses them.
        grad_fn_name: what torch prints for its backward node: a string, or a function of the
            parameters; by default made from the name.
        is_view: whether the result shares memory with its input; "piece" if it is one of several
            that do, which torch does not let be changed in place.
        is_method: whether tensors (and values) have a method of this name.
        exact: whether the rules return arrays in the shape and dtype of their inputs, so that the
            engine need not look.
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        *,
        definition: str,
        derivatives: Sequence[str],
        on_arrays: Callable[..., Any],
        rules: Sequence[Rule | None] | Rule,
        on_floats: Callable[..., float] | None = None,
        source: str | None = None,
        on_values: Callable[..., Any] | None = None,
        prepare: Callable[..., tuple[Any, dict[str, Any]]] | None = None,
        finds: Callable[..., dict[str, Any]] | None = None,
        explain: Callable[..., str] | None = None,
        dtypes: str = "promote",
        on_bool: str | None = None,
        grad_fn_name: str | Callable[..., str] | None = None,
        is_view: bool | str = False,
        is_method: bool = True,
        exact: bool = False,
    ) -> None:
        self.name = self.__name__ = name
        self.symbol = symbol
        self.definition = definition
        self.derivatives = tuple(derivatives)
        self.on_arrays = on_arrays
        self.on_floats = on_floats
        self.source = source
        self.on_values = on_values
        every: Any = rules if callable(rules) else tuple(rules)
        self.rules = every
        self.prepare = prepare
        self.finds = finds
        self.explain = explain
        self.dtypes = dtypes
        self.on_bool = on_bool
        self.is_view = is_view
        self.is_method = is_method
        self.exact = exact
        self.keeps = cache(self._keeps)  # asked at each use of the operation
        self.grad_fn_name = grad_fn_name or camel_case(name) + "Backward0"
        self.arity: int | None = None if callable(self.rules) else len(self.rules)
        self.input_names, self.parameters = _signature(on_arrays, self.arity)
        self._optional = REQUIRED not in self.parameters.values()
        self.takes_inputs_only = not (self.parameters or prepare or self.arity is None)
        self._needs: Any = (
            _numbers_needed(rules, None)
            if callable(rules)
            else tuple(_numbers_needed(rule, self.arity) for rule in every)
        )
        self.group = _module_of(self.rules)
        self.__doc__ = f"{definition}; derivative: {', '.join(derivatives)}."
        TABLE[name] = self

    def __repr__(self) -> str:
        return f"<operation {self.name}: {self.definition}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the operation to floats, arrays, values or tensors: each gets its own kind back."""
        if self.takes_inputs_only and not kwargs and len(args) == self.arity:
            inputs, parameters = args, self.parameters
        else:
            inputs, parameters = self.bind(args, kwargs)
        for x in inputs:
            record = getattr(x, "_record", None)
            if record is not None:
                return record(self, inputs, parameters)
        return self.compute(inputs, parameters)

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Sort the arguments of a call into inputs and parameters, as Python would."""
        parameters: dict[str, Any]
        inputs: tuple[Any, ...]
        rest: Sequence[Any]
        arity = self.arity
        if arity is None:
            args = args or self._inputs_by_name(0, kwargs)
            inputs, rest = tuple(args[0]), args[1:]
        elif len(args) >= arity:
            inputs, rest = tuple(args[:arity]), args[arity:]
        else:
            inputs, rest = (*args, *self._inputs_by_name(len(args), kwargs)), ()
        if not kwargs and not rest and self._optional:
            parameters = dict(self.parameters)
        else:
            parameters = self._bind_parameters(rest, dict(kwargs))
        return self.prepare(inputs, parameters) if self.prepare else (inputs, parameters)

    def _inputs_by_name(self, given: int, kwargs: dict[str, Any]) -> list[Any]:
        missing = [name for name in self.input_names[given:] if name not in kwargs]
        if missing:
            raise TypeError(f"{self.name}() misses the argument {missing[0]!r}")
        return [kwargs.pop(name) for name in self.input_names[given:]]

    def _bind_parameters(self, rest: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        names = list(self.parameters)
        if len(rest) > len(names):
            raise TypeError(
                f"{self.name}() takes {len(names)} arguments after its inputs "
                f"({', '.join(names) or 'none'}), but {len(rest)} were given"
            )
        parameters = dict(zip(names, rest, strict=False))
        for given, value in kwargs.items():
            name = NUMPYS_NAMES.get(given, given)
            if name not in self.parameters or name in parameters:
                problem = "got twice" if name in parameters else "does not take"
                raise TypeError(f"{self.name}() {problem} the argument {given!r}")
            parameters[name] = value
        for name, default in self.parameters.items():
            if name not in parameters:
                if default is REQUIRED:
                    raise TypeError(f"{self.name}() misses the argument {name!r}")
                parameters[name] = default
        return parameters

    def compute(self, inputs: Sequence[Any], parameters: dict[str, Any]) -> Any:
        """Compute without recording: on plain numbers, on arrays, or on arrays of `Value`s."""
        arrays = [x for x in inputs if isinstance(x, np.ndarray)]
        if any(x.dtype == object for x in arrays):
            return self._on_object_arrays(inputs, parameters)
        if self.on_floats is None or arrays or any(isinstance(x, np.generic) for x in inputs):
            return self.on_arrays(*inputs, **parameters)
        return self.on_float(*inputs, **parameters)

    def on_float(self, *inputs: float, **parameters: Any) -> float:
        """Compute on floats with IEEE results: inf and nan where Python would raise."""
        assert self.on_floats is not None
        try:
            return self.on_floats(*inputs, **parameters)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(self.on_arrays(*map(np.float64, inputs), **parameters))

    def _on_object_arrays(self, inputs: Sequence[Any], parameters: dict[str, Any]) -> Any:
        if self.on_values is not None:
            return self.on_values(*inputs, **parameters)
        if self.dtypes == "as is":
            return self.on_arrays(*inputs, **parameters)
        if self.on_floats is None:
            raise NotImplementedError(
                f"{self.name} is not there for arrays of Values; the tensor form has it"
            )
        return np.frompyfunc(partial(self, **parameters), len(inputs), 1)(*inputs)

    def rule(self, index: int) -> Rule:
        """Return the derivative rule for the input at `index`."""
        if self.arity is None:
            return partial(self.rules, index=index)
        rule: Rule = self.rules[index]
        return rule

    def letters(self, index: int) -> tuple[str, ...] | None:
        """Return the letters of a rule, in which its entry of `derivatives` is written.

        Returns:
            That of the gradient, of the output, and of each input; None of a rule that is for any
            number of inputs.

        >>> from tinygrad_edu.ops import TABLE
        >>> TABLE["mul"].letters(0)
        ('g', 'y', 'a', 'b')
        """
        if self.arity is None or self.rules[index] is None:
            return None
        rule = self.rules[index]
        code = getattr(rule, "func", rule).__code__  # of a bound operation the rule is partial
        return tuple(name.lstrip("_") for name in code.co_varnames[: 2 + self.arity])

    def node_name(self, parameters: dict[str, Any]) -> str:
        """Return what torch calls the backward node of a use with these parameters."""
        name = self.grad_fn_name
        return name if isinstance(name, str) else name(**parameters)

    def _keeps(self, wanted: int, inputs: int) -> Kept:
        """Tell what the rules of the wanted inputs need the numbers of.

        Args:
            wanted: which inputs get a gradient: bit i for input i.
            inputs: how many inputs there are.
        """
        if callable(self.rules):
            output, each = self._needs
            needed = [each] * inputs
        else:
            needs = [need for i, need in enumerate(self._needs) if need and wanted >> i & 1]
            output, *needed = (any(need[i] for need in needs) for i in range(inputs + 1))
        numbers = tuple(i for i, need in enumerate(needed) if need)
        shapes = tuple(i for i, need in enumerate(needed) if not need)
        return Kept(output, numbers, shapes, all(wanted >> i & 1 for i in range(inputs)))

    @lru_cache(maxsize=256)  # noqa: B019 - operations live as long as the program
    def bound(self, **parameters: Any) -> Operation:
        """Return this operation with its parameters filled in, for a graph of scalars."""
        operation = object.__new__(Operation)
        operation.__dict__.update(self.__dict__)
        operation.on_floats = partial(self.on_floats, **parameters) if self.on_floats else None
        operation.on_arrays = partial(self.on_arrays, **parameters)
        operation.rules = tuple(rule and partial(rule, **parameters) for rule in self.rules)
        operation.parameters = parameters
        return operation


class Composite:
    """A function written with operations: its derivatives follow from theirs.

    Args:
        name: torch's name for it.
        definition: the formula for people.
        function: computes it, on whatever flows through.
        is_method: whether tensors have a method of this name.
    """

    def __init__(
        self, name: str, definition: str, function: Callable[..., Any], is_method: bool = True
    ) -> None:
        self.name = self.__name__ = name
        self.definition = definition
        self.function = function
        self.is_method = is_method
        self.group = _module_of(function)
        self.__doc__ = function.__doc__
        TABLE[name] = self

    def __repr__(self) -> str:
        return f"<composite {self.name}: {self.definition}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply it."""
        return self.function(*args, **kwargs)


def composite(
    name: str, definition: str, is_method: bool = True
) -> Callable[[Callable[..., Any]], Composite]:
    """Enter the decorated function into the table as a composite of operations."""
    return lambda function: Composite(name, definition, function, is_method)


def camel_case(name: str) -> str:
    """Spell a name as torch spells classes: `leaky_relu` is `LeakyRelu`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _signature(function: Any, arity: int | None) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Read the names of the inputs, and the parameters with their defaults, off a function."""
    if isinstance(function, np.ufunc):
        return ("input", "other")[: function.nin], {}
    code = function.__code__  # what `inspect` would say, without its 4 ms of import
    given = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    values = dict(zip(given[len(given) - len(defaults) :], defaults, strict=True))
    values.update(function.__kwdefaults__ or {})
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    count = arity or 0
    if arity is None:
        return ("tensors",), {name: values.get(name, REQUIRED) for name in names}
    return names[:count], {name: values.get(name, REQUIRED) for name in names[count:]}


def _numbers_needed(rule: Any, inputs: int | None) -> tuple[bool, ...]:
    """Read off the argument names (g, y, *x) of a rule which of y and x it needs the numbers of."""
    if rule is None:
        return ()
    code = rule.__code__
    names = code.co_varnames[1 : 2 + (inputs or 0)]
    if inputs is None:  # *xs stands behind all named arguments
        names += (code.co_varnames[code.co_argcount + code.co_kwonlyargcount],)
    return tuple(not name.startswith("_") for name in names)


def _module_of(rules: Any) -> str:
    """Name the chapter of the table: the module that the rules are written in."""
    functions = [rules] if callable(rules) else [rule for rule in rules if rule]
    return str(functions[0].__module__).rpartition(".")[2]
