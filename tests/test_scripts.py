"""PyTorch teaching scripts: they run here with their imports changed, and print what torch prints.

The scripts are in `tests/scripts/`, written for PyTorch. Words must be equal, and numbers to within
1e-3 of their size: scripts print few digits, and training multiplies the last bit.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[-+]?\d+)?")


def ours(source: str) -> str:
    """Change the imports of a script, and nothing else."""
    source = re.sub(r"^import torch$", "import tinygrad_edu as torch", source, flags=re.M)
    return re.sub(r"^(import|from) torch\b", r"\1 tinygrad_edu", source, flags=re.M)


def printed(source: str, name: str) -> str:
    """Run a script and return what it prints."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()) as shown:
        warnings.simplefilter("ignore")
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
    return shown.getvalue()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_and_prints_what_torch_prints(path: Path) -> None:
    source = path.read_text()
    found = printed(ours(source), path.name)
    assert found
    pytest.importorskip("torch", reason="what is printed is compared with torch")
    compare(found, printed(source, path.name))


def compare(found: str, expected: str) -> None:
    """Hold two texts against each other, words exactly and numbers nearly."""
    assert len(found.splitlines()) == len(expected.splitlines())
    for line, torchs in zip(found.splitlines(), expected.splitlines(), strict=True):
        assert words(line) == words(torchs), f"{line!r} instead of {torchs!r}"
        assert numbers(line) == pytest.approx(numbers(torchs), rel=1e-3, abs=2e-4), (line, torchs)


def words(line: str) -> list[str]:
    return NUMBER.sub("#", line).split()


def numbers(line: str) -> list[Any]:
    return [float(text) for text in NUMBER.findall(line)]
