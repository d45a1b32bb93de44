"""Running what was exported with onnxruntime, and comparing it with what the model computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.onnx.recording import tensors_in

onnx = pytest.importorskip("onnx", reason="the onnx library writes the files")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime runs the files")


def session(program: Any) -> Any:
    """Load a program into onnxruntime."""
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    data = program.model_proto.SerializeToString()
    return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(program: Any, args: tuple[Any, ...]) -> list[Any]:
    """Run a program on tensors, given in the order of its inputs."""
    loaded = session(program)
    given = [x.detach().numpy() for x in tensors_in(args)]
    names = [x.name for x in program.model_proto.graph.input]
    assert len(names) == len(given)
    return loaded.run(None, dict(zip(names, given, strict=True)))


def assert_same(
    program: Any, model: Any, args: Any, rtol: float = 1e-5, atol: float = 2e-6
) -> None:
    """Compare the outputs of a program with those of the model: numbers, shapes, dtypes."""
    found = run(program, args)
    with torch.no_grad():
        expected = [x.numpy() for x in tensors_in(model(*args))]
    assert [(x.shape, x.dtype) for x in found] == [(x.shape, x.dtype) for x in expected]
    for x, y in zip(found, expected, strict=True):
        np.testing.assert_allclose(x, y, rtol, atol)


def kinds(program: Any) -> list[str]:
    """List the operators of the nodes."""
    return [node.op_type for node in program.model_proto.graph.node]
