"""Files of tensors go both ways between this library and torch."""

from __future__ import annotations

from pathlib import Path

import pytest

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")
files = pytest.importorskip("safetensors.torch")


def test_torch_reads_a_state_dict_that_was_saved_here(tmp_path: Path) -> None:
    here = tinygrad_edu.nn.Sequential(tinygrad_edu.nn.Linear(3, 2), tinygrad_edu.nn.BatchNorm1d(2))
    tinygrad_edu.save(here.state_dict(), tmp_path / "model")
    there = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    there.load_state_dict(files.load_file(tmp_path / "model"))
    for name, tensor in there.state_dict().items():
        assert tensor.tolist() == here.state_dict()[name].tolist()


def test_what_torch_wrote_is_loaded_here(tmp_path: Path) -> None:
    there = torch.nn.LSTM(3, 2)
    files.save_file(there.state_dict(), tmp_path / "model")
    here = tinygrad_edu.nn.LSTM(3, 2)
    here.load_state_dict(tinygrad_edu.load(tmp_path / "model"))
    x = torch.rand(4, 3)
    expected = there(x)[0].detach().numpy()
    found = here(tinygrad_edu.tensor(x.numpy()))[0].detach().numpy()
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_a_file_of_torch_own_save_is_refused_by_name(tmp_path: Path) -> None:
    torch.save(torch.ones(1), tmp_path / "pickled")
    with pytest.raises(RuntimeError, match=r"pickle file.*safetensors"):
        tinygrad_edu.load(tmp_path / "pickled")
