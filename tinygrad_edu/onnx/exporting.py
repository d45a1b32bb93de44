"""`export`: checks what is given, records calls, and puts the file together."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from tinygrad_edu.nn.module import Module
from tinygrad_edu.onnx.recording import recorded, tensors_in
from tinygrad_edu.onnx.results import Node, Result
from tinygrad_edu.onnx.sizes import Batch, Merged, merged
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.version import __version__

OPSET = 20
"""The version of ONNX's operators in which the forms are written."""

IR = 9
"""The version of the file format that goes with it."""


@dataclass(frozen=True)
class ONNXProgram:
    """What `export` has written.

    Attributes:
        model_proto: the `onnx.ModelProto`.
    """

    model_proto: Any

    def save(self, destination: str | os.PathLike[str]) -> None:
        """Write it to a file."""
        with open(destination, "wb") as file:
            file.write(self.model_proto.SerializeToString())


def export(
    model: Any,
    args: tuple[Any, ...] = (),
    f: str | os.PathLike[str] | None = None,
    *,
    kwargs: dict[str, Any] | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset_version: int | None = None,
    dynamic_shapes: dict[str, Any] | Sequence[Any] | None = None,
) -> ONNXProgram:
    """Write a model as an ONNX file (torch.onnx.export).

    The model is called with the example as it is, in training or evaluation mode; of code that
    decides by numbers, no file can be made.

    Args:
        model: the module.
        args: an example of what it is called with: tensors, and tuples and lists of them.
        f: the file to write; None to write none.
        kwargs: further arguments of the call, by name.
        input_names: what the inputs are called; by default as the arguments of `forward`.
        output_names: what the outputs are called.
        opset_version: that of ONNX's operations: 20, or None for the same.
        dynamic_shapes: the one size that may be another one in each run, such as `{0: "batch"}`
            for each argument that has it: a sequence in the order of the arguments, or a dictionary
            by their names; None for an argument without it. All other sizes are fixed.

    Returns:
        The program, with the file's contents in `model_proto`.

    Raises:
        ImportError: if the onnx library is not installed.
        NotImplementedError: names an operation that has no form in ONNX here, or what a file
            cannot do: draw random numbers, change a buffer.
        TypeError: if the model is no module.
        ValueError: if names or dynamic shapes do not fit.

    >>> import tinygrad_edu as torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh())
    >>> program = torch.onnx.export(
    ...     model, (torch.ones(5, 3),), dynamic_shapes=({0: "batch"},)
    ... )  # doctest: +SKIP
    >>> [node.op_type for node in program.model_proto.graph.node]  # doctest: +SKIP
    ['Gemm', 'Tanh']
    """
    onnx = _onnx()
    if not isinstance(model, Module):
        raise TypeError(f"onnx.export: model must be an nn.Module, not {type(model).__name__}")
    if opset_version not in (None, OPSET):
        raise NotImplementedError(
            f"onnx.export: opset_version={opset_version} is not there, only {OPSET} is; "
            "onnx.version_converter converts the file"
        )
    args = args if isinstance(args, tuple) else (args,)
    call = _Call(model, args, dict(kwargs or {}), input_names, dynamic_shapes)
    found = call.written()
    outputs = _named_outputs(found, output_names, set(call.inputs))
    graph = _graph(onnx, type(model).__name__, call, found, outputs)
    proto = onnx.helper.make_model(
        graph,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="tinygrad_edu",
        producer_version=__version__,
    )
    onnx.checker.check_model(proto, full_check=True)
    program = ONNXProgram(proto)
    if f is not None:
        program.save(f)
    return program


def _onnx() -> Any:
    try:
        for part in ("checker", "helper", "numpy_helper"):
            import_module(f"onnx.{part}")
        return import_module("onnx")
    except ImportError as error:
        raise ImportError(
            'onnx.export needs the onnx library: pip install "tinygrad-edu[onnx]"'
        ) from error


class _Call:
    """An example call of the model.

    Attributes:
        inputs: the tensors in it, by the names that they get.
        batch: which of their sizes may be another one in each run; None if none may.
    """

    def __init__(
        self,
        model: Module,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        names: Sequence[str] | None,
        dynamic: Any,
    ) -> None:
        self.model, self.args, self.kwargs = model, args, kwargs
        by_argument = _by_argument(model, args, kwargs)
        self.inputs = _named_inputs(by_argument, names)
        self.batch = Batch.of(by_argument, self.inputs, dynamic)

    def written(self) -> Merged:
        """Record the call, of several sizes if one may change."""
        runs = []
        for size in (None,) if self.batch is None else self.batch.sizes():
            twins = self._twins(size)
            args, kwargs = _replaced((self.args, self.kwargs), twins)
            inputs = {name: twins[id(x)] for name, x in self.inputs.items()}
            runs.append(recorded(self.model, args, kwargs, inputs))
        return merged(runs, self.batch)

    def _twins(self, size: int | None) -> dict[int, Tensor]:
        """Return copies of the inputs, so that the example stays as it is."""
        twins = {}
        for name, x in self.inputs.items():
            copy = x.detach().clone()
            if self.batch is not None and size is not None:
                copy = self.batch.resized(name, copy, size)
            twins[id(x)] = copy
        return twins


def _by_argument(model: Module, args: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return what the model is called with by the names of the arguments of `forward`."""
    try:
        bound = inspect.signature(model.forward).bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(
            f"onnx.export: {type(model).__name__} cannot be called so: {error}"
        ) from None
    found: dict[str, Any] = {}
    for name, x in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            found |= {f"{name}_{i}": part for i, part in enumerate(x)}
        elif kind is inspect.Parameter.VAR_KEYWORD:
            found |= x
        elif x is not None:
            found[name] = x
    return found


def _named_inputs(by_argument: dict[str, Any], names: Sequence[str] | None) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name, x in by_argument.items():
        parts = tensors_in(x)
        alone = isinstance(x, Tensor)
        found |= {name if alone else f"{name}_{i}": part for i, part in enumerate(parts)}
    if len({id(x) for x in found.values()}) != len(found):
        raise ValueError(
            f"onnx.export: of the inputs {', '.join(found)} two are the same tensor, so that it "
            "cannot be told which is meant where: give a copy, x.clone()"
        )
    if names is None:
        return found
    if len(names) != len(found) or len(set(names)) != len(names):
        raise ValueError(
            f"onnx.export: input_names must be {len(found)} different names, for "
            f"{', '.join(found)}, but are {list(names)}"
        )
    return dict(zip(names, found.values(), strict=True))


def _replaced(x: Any, twins: dict[int, Tensor]) -> Any:
    if isinstance(x, Tensor):
        return twins[id(x)]
    if isinstance(x, Mapping):
        return {name: _replaced(part, twins) for name, part in x.items()}
    if isinstance(x, (tuple, list)):
        return type(x)([_replaced(part, twins) for part in x])
    return x


# --- the file ------------------------------------------------------------------------------------


def _named_outputs(
    found: Merged, names: Sequence[str] | None, inputs: set[str]
) -> list[tuple[str, Result]]:
    """Give the outputs their names."""
    outputs = found.outputs
    if not outputs:
        raise ValueError("onnx.export: the model returns no tensor")
    if names is None:
        names = ["output"] if len(outputs) == 1 else [f"output_{i}" for i in range(len(outputs))]
    if len(names) != len(outputs) or len({*names, *inputs}) != len(names) + len(inputs):
        raise ValueError(
            f"onnx.export: output_names must be {len(outputs)} different names, and none of the "
            f"inputs', but are {list(names)}"
        )
    return [(found.writer.renamed(x, name), x) for name, x in zip(names, outputs, strict=True)]


def _graph(
    onnx: Any, title: str, call: _Call, found: Merged, outputs: list[tuple[str, Result]]
) -> Any:
    writer = found.writer
    writer.drop_unused(name for name, _ in outputs)

    def described(name: str, dtype: Any, shape: Any) -> Any:
        kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return onnx.helper.make_tensor_value_info(name, kind, shape)

    return onnx.helper.make_graph(
        [_node(onnx, node) for node in writer.nodes],
        title,
        [
            described(name, x.array.dtype, found.shape(name, x.array.shape))
            for name, x in call.inputs.items()
        ],
        [described(name, x.dtype, found.output_shape(x)) for name, x in outputs],
        [onnx.numpy_helper.from_array(x, name) for name, x in writer.constants.items()],
    )


def _node(onnx: Any, node: Node) -> Any:
    attributes = {
        name: [int(x) for x in value] if isinstance(value, (tuple, list)) else value
        for name, value in node.attributes.items()
    }
    return onnx.helper.make_node(
        node.kind, node.inputs, node.outputs, name=f"{node.outputs[0]}_node", **attributes
    )
