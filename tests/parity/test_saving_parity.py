"""Files of tensors go both ways between this library and torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


KINDS = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_every_dtype_goes_both_ways(tmp_path: Path, shape: tuple[int, ...]) -> None:
    here = {kind: tinygrad_edu.ones(shape).to(getattr(tinygrad_edu, kind)) for kind in KINDS}
    there = {kind: torch.ones(shape).to(getattr(torch, kind)) for kind in KINDS}
    tinygrad_edu.save(here, tmp_path / "here")
    files.save_file(there, tmp_path / "there")
    found, back = files.load_file(tmp_path / "here"), tinygrad_edu.load(tmp_path / "there")
    for kind in KINDS:
        assert torch.equal(found[kind], there[kind]) and found[kind].dtype is there[kind].dtype
        assert tinygrad_edu.equal(back[kind], here[kind]) and back[kind].dtype is here[kind].dtype


def test_buffers_that_training_has_moved_go_both_ways(tmp_path: Path) -> None:
    def trained(library: Any) -> Any:
        library.manual_seed(0)
        model = library.nn.Sequential(library.nn.Linear(3, 4), library.nn.BatchNorm1d(4))
        for _ in range(3):
            model(library.randn(5, 3))
        return model

    for source, write, target, read in (
        (tinygrad_edu, tinygrad_edu.save, torch, files.load_file),
        (torch, files.save_file, tinygrad_edu, tinygrad_edu.load),
    ):
        write(trained(source).state_dict(), tmp_path / "model")
        model = target.nn.Sequential(target.nn.Linear(3, 4), target.nn.BatchNorm1d(4))
        model.load_state_dict(read(tmp_path / "model"))
        assert int(model[1].num_batches_tracked) == 3
        expected = trained(target)
        for name, tensor in model.state_dict().items():
            other = expected.state_dict()[name]
            assert tensor.numpy() == pytest.approx(other.numpy(), abs=1e-6)
        x = target.arange(6.0).reshape(2, 3)
        found, wanted = (m.eval()(x).detach().numpy() for m in (model, expected))
        assert found == pytest.approx(wanted, abs=1e-5)
