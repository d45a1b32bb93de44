"""The size that may be another one in each run, such as that of the batch.

The model is recorded with several sizes. What differs between the recordings are numbers that
follow from the size: shapes, bounds of slices, zeros to begin with. Each must be a·n + b of the
size n, and is computed as that in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinygrad_edu.onnx.recording import tensors_in
from tinygrad_edu.onnx.results import Node, NodeWriter, Result
from tinygrad_edu.ops.indexing import index_select
from tinygrad_edu.tensor import Tensor


@dataclass(frozen=True)
class Batch:
    """Which sizes of the inputs may change, together.

    Attributes:
        name: what the size is called.
        axes: by the name of an input, its axes of this size.
        example: the size in the example.
    """

    name: str
    axes: dict[str, tuple[int, ...]]
    example: int

    @staticmethod
    def of(by_argument: dict[str, Any], inputs: dict[str, Tensor], dynamic: Any) -> Batch | None:
        """Read `dynamic_shapes`."""
        if not dynamic:
            return None
        names, sizes, called = iter(inputs), set(), set()
        axes: dict[str, tuple[int, ...]] = {}
        for given in _given_for(by_argument, dynamic):
            name = next(names)
            shape = inputs[name].shape
            for axis, title in (given or {}).items():
                if not isinstance(title, str) or not -len(shape) <= axis < len(shape):
                    raise ValueError(
                        f"onnx.export: dynamic_shapes of {name}, of shape {list(shape)}, must be a "
                        f'name for an axis, such as {{0: "batch"}}, but is {given}'
                    )
                called.add(title)
                sizes.add(shape[axis])
                axes[name] = (*axes.get(name, ()), axis % len(shape))
        if len(called) != 1 or len(sizes) != 1:
            raise NotImplementedError(
                "onnx.export: one size may change, the same in each input that has it, but "
                f"dynamic_shapes names {sorted(called)} for the sizes {sorted(sizes)}"
            )
        return Batch(called.pop(), axes, sizes.pop())

    def sizes(self) -> tuple[int, ...]:
        """Return the sizes that are recorded: that of the example, and larger ones."""
        n = max(self.example, 2)  # where a size is 1, numbers are repeated, which is another matter
        return (n, n + 1, n + 3)

    def resized(self, name: str, x: Tensor, size: int) -> Tensor:
        """Return an input with as many rows: those of the example, again and again."""
        for axis in self.axes.get(name, ()):
            rows = Tensor._wrap(np.arange(size) % max(self.example, 1))
            x = index_select(x, axis, rows)
        return x


def _given_for(by_argument: dict[str, Any], dynamic: Any) -> list[Any]:
    """Return what is given for each tensor, in the order of the inputs."""
    if isinstance(dynamic, dict):
        unknown = set(dynamic) - set(by_argument)
        if unknown:
            raise ValueError(
                f"onnx.export: dynamic_shapes names {sorted(unknown)}, but the arguments are "
                f"{', '.join(by_argument)}"
            )
        dynamic = [dynamic.get(name) for name in by_argument]
    if len(dynamic) != len(by_argument):
        raise ValueError(
            f"onnx.export: dynamic_shapes has {len(dynamic)} entries for {len(by_argument)} "
            f"arguments: {', '.join(by_argument)}"
        )
    found = []
    for x, given in zip(by_argument.values(), dynamic, strict=True):
        parts = tensors_in(x)
        same = given is None or isinstance(given, dict)
        found += [given] * len(parts) if same else list(given)
    return found


@dataclass
class Merged:
    """One graph for all sizes.

    Attributes:
        writer: its nodes and constants.
        outputs: what it returns.
        batch: the size that may change.
        shapes: of each output, in each recording.
    """

    writer: NodeWriter
    outputs: list[Result]
    batch: Batch | None = None
    shapes: dict[int, list[tuple[int, ...]]] = field(default_factory=dict)

    def shape(self, name: str, shape: tuple[int, ...]) -> list[Any]:
        """Return the shape of an input, with a name for the size that may change."""
        axes = self.batch.axes.get(name, ()) if self.batch else ()
        return [self.batch.name if self.batch and i in axes else n for i, n in enumerate(shape)]

    def output_shape(self, output: Result) -> list[Any]:
        """Return the shape of an output: None for a size that follows from the one that changes."""
        if self.batch is None:
            return list(output.shape)
        each = list(zip(*self.shapes[id(output)], strict=True))
        sizes = self.batch.sizes()
        return [
            ns[0] if len(set(ns)) == 1 else self.batch.name if ns == sizes else None for ns in each
        ]


def merged(runs: Sequence[tuple[NodeWriter, list[Result]]], batch: Batch | None) -> Merged:
    """Make one graph of recordings with several sizes.

    Raises:
        NotImplementedError: if they differ otherwise than by numbers that follow from the size.
    """
    writer, outputs = runs[0]
    if batch is None:
        return Merged(writer, outputs)
    for other, _ in runs[1:]:
        _insist_on_same_nodes(writer, other)
    shapes = {id(output): [each[1][i].shape for each in runs] for i, output in enumerate(outputs)}
    replaced = []
    for name in list(writer.constants):
        arrays = [each.constants[name] for each, _ in runs]
        if not all(map(_same, arrays, arrays[1:] + arrays[:1])):
            replaced.append((name, arrays))
    if replaced:
        _Resizer(writer, batch).replace(replaced)
    return Merged(writer, outputs, batch, shapes)


def _same(a: Any, b: Any) -> bool:
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _insist_on_same_nodes(first: NodeWriter, other: NodeWriter) -> None:
    if len(first.nodes) != len(other.nodes) or list(first.constants) != list(other.constants):
        raise NotImplementedError(
            "onnx.export: the model does other operations for another size of the batch, so that "
            "no file can be made for all: leave dynamic_shapes out"
        )
    for a, b in zip(first.nodes, other.nodes, strict=True):
        if a != b:
            raise NotImplementedError(
                f"onnx.export: {a.kind} is another one for another size of the batch "
                f"({a.attributes} and {b.attributes}): leave dynamic_shapes out"
            )


_OTHERS = (
    "onnx.export: the numbers {} in the model become {} for another size of the batch: leave "
    "dynamic_shapes out"
)


class _Resizer:
    """Computes constants that follow from the size, at the beginning of the graph."""

    def __init__(self, writer: NodeWriter, batch: Batch) -> None:
        self.writer, self.batch = writer, batch

    def replace(self, constants: list[tuple[str, list[Any]]]) -> None:
        """Put nodes in the place of constants."""
        writer, rest = self.writer, self.writer.nodes
        writer.nodes = []
        size = None
        for name, arrays in constants:
            left = self._left_to_reshape(name, arrays, rest)
            if left is not None:
                writer.constants[name] = left
                continue
            size = size or self._size()
            del writer.constants[name]
            made = self._made(size, arrays)
            writer.nodes.append(Node("Identity", [made.name], [name]))
        writer.nodes += rest

    def _left_to_reshape(self, name: str, arrays: list[Any], nodes: list[Node]) -> Any:
        """Return a shape with −1 for its one size that changes, which Reshape finds itself."""
        users = [node for node in nodes if name in node.inputs]
        if {node.kind for node in users} != {"Reshape"}:
            return None
        changes = np.flatnonzero(arrays[0] != arrays[1])
        if len(changes) != 1 or -1 in arrays[0] or not arrays[0].all():
            return None
        left = arrays[0].copy()
        left[changes] = -1
        return left

    def _size(self) -> Result:
        writer, (name, axes) = self.writer, next(iter(self.batch.axes.items()))
        x = Result(writer, name, np.dtype(np.int64), None)
        shape = writer.node("Shape", (x,), np.int64)
        return writer.node("Gather", (shape, writer.constant(np.int64(axes[0]))))

    def _made(self, size: Result, arrays: list[Any]) -> Result:
        if len({x.shape for x in arrays}) == 1:
            return self._numbers(size, arrays)
        first = arrays[0].flat[0] if arrays[0].size else 0
        if all((x == first).all() for x in arrays):
            shape = self._numbers(size, [np.array(x.shape, np.int64) for x in arrays])
            return self.writer.node("Expand", (self.writer.constant(first), shape))
        raise NotImplementedError(
            f"onnx.export: numbers of shape {list(arrays[0].shape)} in the model are others for "
            "another size of the batch: leave dynamic_shapes out"
        )

    def _numbers(self, size: Result, arrays: list[Any]) -> Result:
        """Write a·n + b."""
        n = self.batch.sizes()
        if arrays[0].dtype == bool:
            raise NotImplementedError(_OTHERS.format(*(x.tolist() for x in arrays)))
        slope = (arrays[1] - arrays[0]) / (n[1] - n[0])
        start = arrays[0] - slope * n[0]
        whole = (slope == np.floor(slope)).all() and (start == np.floor(start)).all()
        if not whole or not np.array_equal(start + slope * n[2], arrays[2]):
            raise NotImplementedError(_OTHERS.format(*(x.tolist() for x in arrays)))
        found = size * slope.astype(np.int64) if slope.ndim else size * int(slope)
        total = found + self.writer.constant(start.astype(np.int64))
        return total.astype(arrays[0].dtype)
