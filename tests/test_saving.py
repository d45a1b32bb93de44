"""`save` and `load`: what comes back is what was given, and nothing that could run code."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import tinygrad_edu as torch
from tinygrad_edu import nn, optim


def round_trip(obj: Any) -> Any:
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return torch.load(file)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.int8, torch.int16, torch.int32, torch.int64,
              torch.uint8, torch.bool]
)  # fmt: skip
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3)])
def test_a_tensor_comes_back_with_its_dtype_shape_and_numbers(dtype: Any, shape: Any) -> None:
    x = (torch.rand(shape) * 100).to(dtype)
    y = round_trip(x)
    assert (y.dtype, y.shape) == (dtype, shape)
    assert torch.equal(x, y)


def test_special_numbers_keep_their_bits() -> None:
    x = torch.tensor([float("nan"), float("inf"), -0.0, 5e-324], dtype=torch.float64)
    assert round_trip(x).numpy().tobytes() == x.numpy().tobytes()


def test_tensors_that_are_not_contiguous_come_back_in_order() -> None:
    x = torch.arange(6).reshape(2, 3).T
    assert torch.equal(round_trip(x), x)


def test_nests_come_back_as_they_were() -> None:
    nest = {
        "epoch": 3, "lr": 0.1, "best": float("inf"), "name": "a\n<b>", "flag": True, "none": None,
        "list": [1, (2, 3)], 7: "number", ("a", 1): "tuple", "shape": torch.ones(2, 3).shape,
        "ordered": OrderedDict(b=1, a=2), "a.b": torch.tensor(1), "a": {"b": torch.tensor(2)},
        "": {}, "empty": [],
    }  # fmt: skip
    found = round_trip(nest)
    tensors = found["a.b"].item(), found["a"]["b"].item()
    assert tensors == (1, 2)
    for holder, key in ((nest, "a.b"), (nest["a"], "b"), (found, "a.b"), (found["a"], "b")):
        del holder[key]
    assert found == nest
    assert [type(v) for v in found.values()] == [type(v) for v in nest.values()]


def test_one_tensor_in_two_places_is_one_again() -> None:
    x = torch.ones(2)
    a, b = round_trip([x, x])
    assert a is b


def test_parameters_and_requires_grad_come_back() -> None:
    p, x = round_trip((nn.Parameter(torch.ones(2)), torch.ones(2, requires_grad=True)))
    assert isinstance(p, nn.Parameter) and p.requires_grad
    assert type(x) is torch.Tensor and x.requires_grad and x.is_leaf


def test_training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    x, y = torch.randn(8, 3), torch.randn(8, 1)

    def fresh() -> tuple[Any, Any]:
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
        return model, optim.Adam(model.parameters(), lr=0.1)

    def train(model: Any, optimizer: Any, steps: int) -> float:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = nn.MSELoss()(model(x), y)
            loss.backward()
            optimizer.step()
        return float(loss)

    model, optimizer = fresh()
    train(model, optimizer, 3)
    path = tmp_path / "checkpoint.pt"
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)
    expected = train(model, optimizer, 3)

    model, optimizer = fresh()
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    assert train(model, optimizer, 3) == expected


def test_other_programs_read_the_file_and_are_read(tmp_path: Path) -> None:
    model = nn.Linear(2, 1)
    torch.save(model.state_dict(), tmp_path / "model.safetensors")
    arrays = load_file(tmp_path / "model.safetensors")
    assert list(arrays) == ["weight", "bias"] or set(arrays) == {"weight", "bias"}
    assert np.array_equal(arrays["weight"], model.weight.detach().numpy())
    save_file({"w": np.ones((2, 2), np.float32)}, tmp_path / "theirs.safetensors")
    assert torch.load(tmp_path / "theirs.safetensors")["w"].tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_loaded_numbers_can_be_changed() -> None:
    x = round_trip(torch.zeros(2))
    x += 1
    assert x.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (nn.Linear(1, 1), r"Linear is not written.*state_dict\(\)"),
        ({"a": [object()]}, r"object \(at a\.0\)"),
        ({"x": np.ones(2)}, r"ndarray \(at x\)"),
        ({1: {2: 3j}}, r"complex \(at 1\.2\)"),
    ],
)
def test_what_is_no_data_is_refused_and_nothing_written(
    obj: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match=words):
        torch.save(obj, tmp_path / "file")
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pickle.dumps({"a": 1}, 2), "pickle file"),
        (b"PK\x03\x04rest", "pickle file"),
        (b"hello world", "no safetensors file"),
        (b"", "no safetensors file"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x00[]", "no safetensors file"),
    ],
)
def test_files_of_another_kind_are_named(data: bytes, words: str) -> None:
    with pytest.raises(RuntimeError, match=words):
        torch.load(io.BytesIO(data))


def test_damaged_files_missing_files_and_foreign_dtypes(tmp_path: Path) -> None:
    file = io.BytesIO()
    torch.save(torch.ones(100), file)
    with pytest.raises(RuntimeError, match="damaged"):
        torch.load(io.BytesIO(file.getvalue()[:-10]))
    with pytest.raises(FileNotFoundError):
        torch.load(tmp_path / "nothing")
    save_file({"h": np.ones(2, np.float16)}, tmp_path / "half")
    with pytest.raises(NotImplementedError, match="F16"):
        torch.load(tmp_path / "half")
    with pytest.raises((RuntimeError, NotImplementedError), match="cuda"):
        torch.load(tmp_path / "half", map_location="cuda")
