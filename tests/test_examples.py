"""The examples run from top to bottom and say what they should."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name, folder):
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**__import__("os").environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("[a-z]*.py")} == {
        "distributed",
        "layers",
    }


def test_layers(tmp_path):
    out = run("layers", tmp_path)
    symbols = {
        "conv": "conv",
        "lstm": "weight_hh_l0",
        "cross_entropy": "ln softmax",
        "batch_norm": "batch norm",
        "dropout": "Dropout",
        "containers": "heads.size.weight",
    }
    for name, symbol in symbols.items():
        assert symbol in (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    gradient, expected = re.findall(r"(?:Loss|less 1) +(\[.*?\])", out)
    assert gradient == expected
    dropped = re.search(r"Dropout +\[(.*?)\]", out)[1].split(", ")
    assert set(dropped) == {"0.0", "2.0"}


def test_distributed(tmp_path):
    assert re.fullmatch(r"process 0 of 1: loss 0\.0[0-4]\d+\n", run("distributed", tmp_path))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_examples_open_as_notebooks(path):
    assert path.read_text(encoding="utf-8").startswith("# %% [markdown]\n# # ")
