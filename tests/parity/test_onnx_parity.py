"""`onnx.export` is called as torch's is; what its files compute, tests/exporting tells."""

from __future__ import annotations

import inspect

import pytest

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")


def test_export_takes_torchs_arguments_in_their_places() -> None:
    ours = inspect.signature(tinygrad_edu.onnx.export).parameters
    theirs = inspect.signature(torch.onnx.export).parameters
    for place, (name, parameter) in enumerate(ours.items()):
        assert parameter.kind is theirs[name].kind
        assert parameter.default == theirs[name].default
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            assert list(theirs)[place] == name


def test_a_program_is_called_and_saved_as_torchs() -> None:
    assert hasattr(torch.onnx.ONNXProgram, "save") and hasattr(
        torch.onnx.ONNXProgram, "model_proto"
    )
    ours = tinygrad_edu.onnx.ONNXProgram
    assert list(inspect.signature(ours.save).parameters)[1] == "destination"
    theirs = inspect.signature(torch.onnx.ONNXProgram.save).parameters
    assert list(theirs)[1] == "destination"
