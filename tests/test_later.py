"""Names that load on first use: each is where the list says, and the list misses no entry."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import tinygrad_edu as torch
from tinygrad_edu import later
from tinygrad_edu.functions import INTERNAL
from tinygrad_edu.ops import TABLE, Operation

NAMES = {**later.FUNCTION_HOMES, **later.METHOD_HOMES}


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_where_the_list_says(name: str) -> None:
    found = later.load(NAMES[name], name)
    assert callable(found)
    module = import_module(f"tinygrad_edu.{NAMES[name]}")
    assert name in vars(module) or TABLE[name].group == NAMES[name].rpartition(".")[2]


@pytest.mark.parametrize("name", later.METHOD_HOMES)
def test_methods_belong_to_tensors(name: str) -> None:
    assert callable(getattr(torch.Tensor, name))


@pytest.mark.parametrize("name", later.VALUE_HOMES)
def test_methods_of_values_compute_on_floats(name: str) -> None:
    op = TABLE[name]
    assert isinstance(op, Operation) and op.on_floats is not None
    assert callable(getattr(torch.Value, name))


def test_every_public_entry_of_the_table_has_a_name_in_the_torch_namespace() -> None:
    unnamed = {name for name, op in TABLE.items() if op.group in _groups(later.UNNAMED)}
    missing = [
        name
        for name in TABLE
        if name not in INTERNAL | unnamed | later.METHOD_HOMES.keys() and not hasattr(torch, name)
    ]
    assert not missing, f"add them to tinygrad_edu/later.py: {missing}"


def _groups(homes: tuple[str, ...]) -> set[str]:
    return {home.rpartition(".")[2] for home in homes}


def test_importing_the_package_loads_no_layer_and_no_drawing() -> None:
    program = "import sys, tinygrad_edu; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = set(shown.stdout.split())
    assert "tinygrad_edu.tensor" in loaded
    for module in ("nn", "optim", "trace", "viz", "ops.softmax", "printing", "autograd.functional"):
        assert f"tinygrad_edu.{module}" not in loaded
    assert not loaded & {"graphviz", "rich", "matplotlib"}


def test_names_load_in_a_new_process_whichever_is_asked_for_first() -> None:
    program = """if True:
        import tinygrad_edu as torch
        x = torch.tensor([1.0, 2.0])
        print(torch.nn.ReLU(), x.softmax(0), torch.softmax(x, 0), torch.autograd.gradcheck.__name__)
    """
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    expected = "ReLU() tensor([0.2689, 0.7311]) tensor([0.2689, 0.7311]) gradcheck\n"
    assert shown.stdout == expected


def test_a_name_that_is_not_here_points_to_the_list() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'stft'.*docs/what-is-here\.md"):
        torch.stft  # noqa: B018
    assert "softmax" in dir(torch)
