"""The graph of ONNX nodes while it is written, and results that compute with operators.

What flows through a formula decides what comes out, here as in a rule: of a `Result`, `x * 2` is
another `Result`, of a node that is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np


@dataclass
class Node:
    """One node: an ONNX operator, the names of what goes in and comes out, its attributes."""

    kind: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)


class NodeWriter:
    """Writes nodes one after the other.

    Attributes:
        nodes: those that were written.
        constants: arrays by name, which the nodes are given.
        output: the array that the operation which is being written computed.
        beside: a second output of a node, by the name of the first.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.output: Any = None
        self.beside: dict[str, Result] = {}
        self._taken: set[str] = set()
        self._outside: dict[str, str] = {}  # what was renamed

    def unused(self, stem: str) -> str:
        """Return a name that nothing has yet."""
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f"{stem}_{count}"
        self._taken.add(name)
        return name

    def constant(self, array: Any, name: str = "constant") -> Result:
        """Give an array a name."""
        array = np.array(array)
        name = self.unused(name)
        self.constants[name] = array
        return Result(self, name, array.dtype, array)

    def numbers(self, whole: Iterable[int]) -> Result:
        """Give whole numbers a name: a shape, or dims."""
        return self.constant(np.array(list(whole), np.int64), "sizes")

    def node(
        self, kind: str, inputs: Sequence[Any], dtype: Any = None, **attributes: Any
    ) -> Result:
        """Write a node with one output.

        Args:
            kind: the ONNX operator.
            inputs: results, and None for what is left out.
            dtype: of the output; by default that of the first input.
            attributes: those of the operator.
        """
        return self.several(kind, inputs, 1, dtype, **attributes)[0]

    def operation(self, op: Any, operands: Sequence[Any], parameters: dict[str, Any]) -> Result:
        """Write an operation of the table; see `operations.py`."""
        raise NotImplementedError

    def several(
        self, kind: str, inputs: Sequence[Any], count: int, dtype: Any = None, **attributes: Any
    ) -> list[Result]:
        """Write a node with several outputs, all of one dtype."""
        outputs = [self.unused(kind) for _ in range(count)]
        names = ["" if x is None else x.name for x in inputs]
        self.nodes.append(Node(kind, names, outputs, attributes))
        kind_of_numbers = np.dtype(inputs[0].dtype if dtype is None else dtype)
        return [Result(self, name, kind_of_numbers, None) for name in outputs]

    def alike(self, a: Any, b: Any) -> tuple[Result, Result]:
        """Bring two operands, one of which may be a number, to one dtype."""
        kinds = [x.dtype if isinstance(x, Result) else x for x in (a, b)]
        common = np.result_type(*kinds)
        if common.kind == "b" and self.output is not None:
            common = self.output.dtype
        return self.of_kind(a, common), self.of_kind(b, common)

    def of_kind(self, x: Any, dtype: Any) -> Result:
        """Return a result, or a number, in a dtype."""
        if isinstance(x, Result):
            return x.astype(dtype)
        return self.constant(np.asarray(x, dtype))

    def renamed(self, x: Result, name: str) -> str:
        """Give a result a name for the world outside; return it.

        What no node makes, or has such a name already, is copied.
        """
        if name in self._taken:  # by a parameter, which yields
            self._rename(name, self.unused(name))
        self._taken.add(name)
        old = self._outside.get(x.name, x.name)
        if old == x.name and any(old in node.outputs for node in self.nodes):
            self._rename(old, name)
        else:
            self.nodes.append(Node("Identity", [old], [name]))
        return name

    def _rename(self, old: str, new: str) -> None:
        for node in self.nodes:
            node.inputs = [new if i == old else i for i in node.inputs]
            node.outputs = [new if o == old else o for o in node.outputs]
        self.constants = {new if n == old else n: x for n, x in self.constants.items()}
        self._outside[old] = new

    def drop_unused(self, outputs: Iterable[str]) -> None:
        """Take out the nodes and constants from which no output is computed."""
        needed, kept = set(outputs), []
        for node in reversed(self.nodes):
            if needed & set(node.outputs):
                needed.update(node.inputs)
                kept.append(node)
        self.nodes = kept[::-1]
        self.constants = {name: x for name, x in self.constants.items() if name in needed}


def _operator(kind: str, *, swapped: bool = False) -> Callable[[Any, Any], Result]:
    """Make the method that writes arithmetic with another result, or with a number."""

    def method(self: Result, other: Any) -> Result:
        pair = self.writer.alike(self, other)
        return self.writer.node(kind, pair[::-1] if swapped else pair)

    return method


def _comparison(kind: str) -> Callable[[Any, Any], Result]:
    def method(self: Result, other: Any) -> Result:
        return self.writer.node(kind, self.writer.alike(self, other), np.bool_)

    return method


def _logic(kind: str) -> Callable[[Any, Any], Result]:
    def method(self: Result, other: Any) -> Result:
        return self.writer.node(kind, (self, self.writer.of_kind(other, np.bool_)))

    return method


class Result:
    """What a node computes, an input or a constant.

    Attributes:
        writer: what it belongs to.
        name: its name in the file.
        dtype: the numpy dtype.
        array: its numbers in the call that was recorded; None within an operation.

    >>> writer = NodeWriter()
    >>> x = Result(writer, "x", np.dtype(np.float32), None)
    >>> y = 1 - x * x
    >>> [node.kind for node in writer.nodes]
    ['Mul', 'Sub']
    """

    __slots__ = ("array", "dtype", "name", "writer")
    __array_ufunc__ = None  # so that numpy leaves `number * result` to the result
    __hash__ = object.__hash__  # two results are equal where a node says so

    def __init__(self, writer: NodeWriter, name: str, dtype: Any, array: Any) -> None:
        self.writer, self.name, self.dtype, self.array = writer, name, dtype, array

    @staticmethod
    def _record(op: Any, operands: Sequence[Any], parameters: dict[str, Any]) -> Result:
        """Write an operation: what `exp(result)` does."""
        writer = next(x.writer for x in operands if isinstance(x, Result))
        return writer.operation(op, operands, parameters)

    def __array__(self, *_: Any, **__: Any) -> Any:
        """Refuse to be numbers, in particular of no dims."""
        raise TypeError("a result has no numbers yet")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in the call that was recorded."""
        return self.array.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return self.array.ndim  # type: ignore[no-any-return]

    def astype(self, dtype: Any) -> Result:
        """Convert it, where it is of another dtype."""
        if self.dtype == dtype:
            return self
        helper: Any = import_module("onnx.helper")
        code = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        result = self.writer.node("Cast", (self,), dtype, to=code)
        result.array = None if self.array is None else self.array.astype(dtype)
        return result

    def copy(self) -> Result:
        """Return itself: nothing changes it."""
        return self

    def reshape(self, *shape: Any) -> Result:
        """Write the other shape."""
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return self.writer.node("Reshape", (self, self.writer.numbers(shape)))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Result:
        """Write the sum along dims."""
        dims = (axis,) if isinstance(axis, int) else axis
        axes = None if dims is None else self.writer.numbers(dims)
        return self.writer.node("ReduceSum", (self, axes), keepdims=int(keepdims))

    def squeeze(self, axis: int) -> Result:
        """Write the same without a dim of size 1."""
        return self.writer.node("Squeeze", (self, self.writer.numbers([axis])))

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Result:
        """Write where the largest is."""
        return self._place("ArgMax", axis, keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Result:
        """Write where the smallest is."""
        return self._place("ArgMin", axis, keepdims)

    def _place(self, kind: str, axis: int | None, keepdims: bool) -> Result:
        x = self.reshape(-1) if axis is None else self
        return self.writer.node(kind, (x,), np.int64, axis=axis or 0, keepdims=int(keepdims))

    # --- operators -------------------------------------------------------------------------------

    __add__, __radd__ = _operator("Add"), _operator("Add", swapped=True)
    __sub__, __rsub__ = _operator("Sub"), _operator("Sub", swapped=True)
    __mul__, __rmul__ = _operator("Mul"), _operator("Mul", swapped=True)
    __truediv__, __rtruediv__ = _operator("Div"), _operator("Div", swapped=True)
    __pow__, __rpow__ = _operator("Pow"), _operator("Pow", swapped=True)
    __matmul__, __rmatmul__ = _operator("MatMul"), _operator("MatMul", swapped=True)
    __lt__, __le__ = _comparison("Less"), _comparison("LessOrEqual")
    __gt__, __ge__ = _comparison("Greater"), _comparison("GreaterOrEqual")
    __eq__: Any = _comparison("Equal")
    __and__, __or__, __xor__ = _logic("And"), _logic("Or"), _logic("Xor")

    def __neg__(self) -> Result:
        return self.writer.node("Neg", (self,))

    def __invert__(self) -> Result:
        return self.writer.node("Not", (self,))

    def __ne__(self, other: object) -> Any:
        return ~(self == other)
