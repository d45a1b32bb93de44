"""Array symbols: what stands for an array while a program is written.

An `ArraySymbol` looks like a numpy array to whatever computes with it: numpy's own protocols
(`__array_ufunc__`, `__array_function__`) tell it what is done, and it notes the source of that. It
also carries numbers, those of one run, so that shapes and dtypes are known. What asks for the
numbers themselves (`if x > 0`, `float(x)`) is told to the `Writer`, which decides what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.trace.expressions import (
    ATOM,
    INDEXED,
    POWER,
    Expression,
    Name,
    UnwritableError,
    text,
)
from tinygrad_edu.trace.numpy_names import COUNTED, FACTS, FUNCTIONS, METHODS, REDUCTIONS, SIGNS


class Writer:
    """What the symbols of one program share: it decides what happens at the limits."""

    def constant(self, array: Any) -> Any:
        """Return what stands for an array that the program did not compute: it, if it is small."""
        text(array)
        return array

    def named(self, cls: Any) -> None:
        """Take note of a class of named tuples that lines make."""

    def looked(self, what: str) -> None:
        """Refuse a look at the numbers."""
        raise UnwritableError(f"{what} needs the numbers themselves")

    def change(self, symbol: ArraySymbol, ufunc: Any, other: Any) -> Any:
        """Refuse to change an array in place."""
        raise UnwritableError("a change in place is no expression")

    def assign(self, target: Any, source: Any) -> None:
        """Refuse `np.copyto`."""
        raise UnwritableError("a change in place is no expression")

    def put(self, symbol: ArraySymbol, index: Any, value: Any) -> None:
        """Refuse `x[index] = y`."""
        raise UnwritableError("a change in place is no expression")

    def note(self, function: Any, arguments: Any) -> Any:
        """Write a call of a function that looks at numbers; a check is left out."""
        if function(*map(values, arguments)) is None:
            return None
        return self.called(function, arguments, {}, function.__name__)

    def called(self, function: Any, operands: Any, parameters: dict[str, Any], name: str) -> Any:
        """Write a call of a function of the library."""
        raise UnwritableError(f"{name} is no function of numpy")

    def operation(self, op: Operation, operands: Any, parameters: dict[str, Any]) -> Any:
        """Write an operation of the table on symbols and numbers."""
        return self.call(op.on_arrays, operands, parameters, op.name)

    def call(self, function: Any, operands: Any, parameters: dict[str, Any], name: str) -> Any:
        """Write a call of a function on arrays."""
        return function(*operands, **parameters)


class ArraySymbol:
    """A piece of source code that stands for an array.

    Args:
        writer: what it belongs to.
        expression: the source.
        value: the array in the run that the program is written from.

    >>> import numpy as np
    >>> x = ArraySymbol(Writer(), Name("x"), np.ones(3, np.float32))
    >>> y = np.exp(-x) * (x + 1)
    >>> str(y), y.shape, y.dtype
    ('np.exp(-x) * (x + 1)', (3,), dtype('float32'))
    """

    __slots__ = ("expression", "value", "writer")

    is_array = True

    def __init__(self, writer: Writer, expression: Any, value: Any) -> None:
        self.writer = writer
        self.expression = expression
        self.value = value

    def __str__(self) -> str:
        return text(self.expression)

    # --- facts -----------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, which is the same in every run."""
        return self.value.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype."""
        return self.value.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size  # type: ignore[no-any-return]

    @property
    def strides(self) -> tuple[int, ...]:
        """The way the elements lie in memory."""
        return self.value.strides  # type: ignore[no-any-return]

    @property
    def flags(self) -> Any:
        """Further facts about memory."""
        return self.value.flags

    def __len__(self) -> int:
        return len(self.value)

    # --- what is done with it --------------------------------------------------------------------

    @staticmethod
    def _record(op: Operation, operands: Any, parameters: dict[str, Any]) -> Any:
        """Write the source of an operation of the table."""
        writer = next(x.writer for x in operands if isinstance(x, ArraySymbol))
        return writer.operation(op, operands, parameters)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs or method not in ("__call__", "reduce"):
            self.writer.looked(f"np.{ufunc.__name__}.{method} in place")
            values = [_value(x) for x in inputs]
            return getattr(ufunc, method)(*values, **_values(kwargs))
        value = getattr(ufunc, method)(*map(_value, inputs), **_values(kwargs))
        if method == "reduce":
            kwargs = {"axis": 0, **kwargs}
        if method == "reduce" and ufunc in REDUCTIONS and "initial" not in kwargs:
            return self._made(f"{{0}}.{REDUCTIONS[ufunc]}", inputs, kwargs, value, is_method=True)
        if method == "reduce":
            return self._made(f"np.{ufunc.__name__}.reduce", inputs, kwargs, value)
        if set(kwargs) == {"dtype"} and ufunc(*map(_value, inputs)).dtype == value.dtype:
            kwargs = {}
        if ufunc in SIGNS and not kwargs and isinstance(value, (np.ndarray, np.generic)):
            form, rank, needs = SIGNS[ufunc]
            return self._symbol(Expression(form, self._parts(inputs), rank, needs), value)
        return self._made(f"np.{ufunc.__name__}", inputs, kwargs, value)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name, home = function.__name__, function.__module__.partition(".")[2]
        if name == "copyto":
            return self.writer.assign(*args)
        result = function(*_values(args), **_values(kwargs))
        if name in FACTS:
            return result
        counts = [*args[1:2], *kwargs.values()] if name in COUNTED else ()
        if (
            name not in FUNCTIONS
            or kwargs.get("out") is not None
            or any(isinstance(x, ArraySymbol) for x in counts)
        ):
            self.writer.looked(f"np.{name}")
            return result
        return self._made(f"np.{home + '.' if home else ''}{name}", args, kwargs, result)

    def __getattr__(self, name: str) -> Any:
        if name in ("T", "mT"):
            value = getattr(self.value, name)
            if name == "mT" and self.ndim == 2:
                name = "T"
            expression = Expression(f"{{0}}.{name}", (self.expression,), ATOM, (ATOM,))
            return self._symbol(expression, value)
        if name not in METHODS:
            raise AttributeError(f"a symbol of an array has no {name!r}")

        def method(*args: Any, **kwargs: Any) -> Any:
            value = getattr(self.value, name)(*_values(args), **_values(kwargs))
            return self._made(f"{{0}}.{name}", (self, *args), kwargs, value, is_method=True)

        return method

    def __getitem__(self, index: Any) -> Any:
        value = self.value[_values(index)]
        if any(getattr(i, "dtype", None) == np.bool_ for i in _flat(index)):
            self.writer.looked("picking by a mask")
            return value
        only = isinstance(index, tuple) and len(index) == 1 and index[0] is not Ellipsis
        parts = self._parts(index[0] if only else index)
        return self._symbol(Indexed(self.expression, parts), value)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    # --- looks at the numbers --------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        self.writer.looked("numpy.asarray")
        return np.asarray(self.value, dtype)

    def __bool__(self) -> bool:
        self.writer.looked("if")
        return bool(self.value)

    def __float__(self) -> float:
        self.writer.looked("float()")
        return float(self.value)

    def __int__(self) -> int:
        self.writer.looked("int()")
        return int(self.value)

    def __index__(self) -> int:
        self.writer.looked("its use as an index")
        return int(self.value.__index__())

    def item(self, *place: int) -> Any:
        """Look at a number."""
        self.writer.looked("item()")
        return self.value.item(*place)

    def tolist(self) -> Any:
        """Look at all numbers."""
        self.writer.looked("tolist()")
        return self.value.tolist()

    def __setitem__(self, index: Any, value: Any) -> None:
        self.writer.put(self, index, value)

    def note_call(self, function: Any, arguments: Any) -> Any:
        """Note a call of a function that looks at the numbers (see `ops.noted`)."""
        return self.writer.note(function, arguments)

    # --- making symbols --------------------------------------------------------------------------

    def _symbol(self, expression: Any, value: Any) -> ArraySymbol:
        return ArraySymbol(self.writer, expression, value)

    def _power(self, base: Any, exponent: Any) -> Any:
        """Write `base ** exponent`, which numpy computes otherwise than np.power."""
        parts = self._parts((base, exponent))
        expression = Expression("{0} ** {1}", parts, POWER, (ATOM, POWER))
        return self._symbol(expression, _value(base) ** _value(exponent))

    def _parts(self, inputs: Any) -> Any:
        return parts_of(self.writer, inputs)

    def _made(
        self, function: str, args: Any, kwargs: dict[str, Any], value: Any, is_method: bool = False
    ) -> Any:
        expression = call(self.writer, function, args, kwargs, is_method)
        return results(self.writer, expression, value)


class Indexed(Expression):
    """`x[index]`."""

    def __init__(self, x: Any, index: Any) -> None:
        super().__init__(INDEXED, (x, index))


def call(
    writer: Writer, function: str, args: Any, kwargs: dict[str, Any], is_method: bool = False
) -> Expression:
    """Write a call of a function of numpy, without parameters that are what they are anyway."""
    reduces = function.endswith(".reduce")
    named = {
        name: value
        for name, value in kwargs.items()
        if (value is not None or reduces) and not (name == "keepdims" and value is False)
    }
    return plain_call(writer, function, args, named, is_method)


def plain_call(
    writer: Writer, function: str, args: Any, named: dict[str, Any], is_method: bool = False
) -> Expression:
    """Write a call with every argument that is given."""
    blanks = [f"{{{i}}}" for i in range(len(args))][is_method:]
    blanks += [f"{name}={{{i}}}" for i, name in enumerate(named, start=len(args))]
    parts = parts_of(writer, (*args, *named.values()))
    needs = (ATOM if is_method else 0, *(0,) * (len(parts) - 1))
    return Expression(f"{function}({', '.join(blanks)})", parts, ATOM, needs)


def results(writer: Writer, expression: Any, value: Any) -> Any:
    """Make symbols of a result: of each part, where it has several."""
    if isinstance(value, (np.ndarray, np.generic)):
        return ArraySymbol(writer, expression, value)
    if isinstance(value, (tuple, list)):
        symbols = [results(writer, Indexed(expression, i), part) for i, part in enumerate(value)]
        return type(value)(*symbols) if hasattr(value, "_fields") else type(value)(symbols)
    writer.looked("a result that is no array")
    return value


def parts_of(writer: Writer, x: Any) -> Any:
    """Turn symbols in what a function is given into expressions, and arrays into constants."""
    if isinstance(x, ArraySymbol):
        return x.expression
    if isinstance(x, np.ndarray):
        return writer.constant(x)
    if hasattr(x, "_fields"):
        writer.named(type(x))
        return type(x)(*(parts_of(writer, part) for part in x))
    if isinstance(x, (tuple, list)):
        kind = list if isinstance(x, list) else tuple  # of a torch.Size, too
        return kind(parts_of(writer, part) for part in x)
    return x if _is_source(x) else writer.constant(x)


def _is_source(x: Any) -> bool:
    plain = (bool, int, float, str, type(None), type(...), np.generic, np.dtype, type, slice)
    return isinstance(x, (*plain, Name, Expression))


def _flat(index: Any) -> Any:
    return index if isinstance(index, tuple) else (index,)


def _value(x: Any) -> Any:
    return x.value if isinstance(x, ArraySymbol) else _values(x)


def _values(x: Any) -> Any:
    """Put the numbers in the place of symbols."""
    if isinstance(x, ArraySymbol):
        return x.value
    if hasattr(x, "_fields"):
        return type(x)(*map(_values, x))
    if type(x) in (tuple, list):
        return type(x)(map(_values, x))
    if type(x) is dict:
        return {name: _values(value) for name, value in x.items()}
    return x


values = _values


def _operator(ufunc: Any, swapped: bool = False) -> Callable[[Any, Any], Any]:
    def apply(self: ArraySymbol, other: Any) -> Any:
        if hasattr(other, "grad_fn"):
            return NotImplemented
        pair = (other, self) if swapped else (self, other)
        return self.__array_ufunc__(ufunc, "__call__", *pair)

    return apply


_OPERATORS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "matmul": np.matmul,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "mod": np.remainder,
    "floordiv": np.floor_divide,
}
_COMPARISONS = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}


def _attach_operators() -> None:
    cls: Any = ArraySymbol
    for name, ufunc in _OPERATORS.items():
        setattr(cls, f"__{name}__", _operator(ufunc))
        setattr(cls, f"__r{name}__", _operator(ufunc, swapped=True))
        setattr(cls, f"__i{name}__", _change(ufunc))
    for name, ufunc in _COMPARISONS.items():
        setattr(cls, f"__{name}__", _operator(ufunc))
    cls.__pow__ = lambda self, other: self._power(self, other)
    cls.__rpow__ = lambda self, other: self._power(other, self)
    cls.__neg__ = lambda self: self.__array_ufunc__(np.negative, "__call__", self)
    cls.__invert__ = lambda self: self.__array_ufunc__(np.invert, "__call__", self)
    cls.__abs__ = lambda self: self.__array_ufunc__(np.absolute, "__call__", self)
    cls.__hash__ = object.__hash__


def _change(ufunc: Any) -> Callable[[Any, Any], Any]:
    """Make `x += y`: the array is changed, and the symbol stands for what it is afterwards."""

    def apply(self: ArraySymbol, other: Any) -> Any:
        return self.writer.change(self, ufunc, other)

    return apply


_attach_operators()
