"""The training script of the examples: one process here, and two of PyTorch's, end the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")
pytestmark = pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(),
    reason="this PyTorch has no gloo",
)

SCRIPT = Path(__file__).parents[2] / "examples" / "distributed.py"
HERE, THERE = "import tinygrad_edu as torch\n", "import torch\n"
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")

GLOO_ABORTED = "terminate called without an active exception"
"""What the C++ library says where a thread of gloo is still there as its process ends: once in
dozens of runs on a busy machine. Then the script is run again."""


def losses(*command: str) -> list[tuple[str, float]]:
    """Run a command of Python; return which processes ended, and with which loss."""
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        if GLOO_ABORTED not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    found = re.findall(r"process (\d of \d): loss ([\d.]+)", done.stdout)
    return sorted((which, float(loss)) for which, loss in found)


def test_the_halves_of_a_batch_in_two_processes_train_as_the_batch_does_here(
    tmp_path: Path,
) -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.count(HERE) == 1
    changed = tmp_path / "distributed.py"
    changed.write_text(text.replace(HERE, THERE), encoding="utf-8")
    ((_, here),) = losses(str(SCRIPT))
    (first, second) = losses(*TORCHRUN, str(changed))
    assert (first[0], second[0]) == ("0 of 2", "1 of 2")
    assert first[1] == second[1] == pytest.approx(here, rel=1e-3)
    assert losses(str(changed)) == [("0 of 1", pytest.approx(here, rel=1e-3))]
    assert here < 0.05  # it has learnt something
