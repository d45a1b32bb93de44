"""The time that `import tinygrad_edu` takes, against `import numpy`: new processes, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from benchmarks.rounds import Row, compared, in_turns

NOTHING = "import sys"
OURS = "import tinygrad_edu"
WITH_LAYERS = "import tinygrad_edu, tinygrad_edu.nn, tinygrad_edu.optim"
"""What a training script loads as well; `import tinygrad_edu` loads it on first use."""


def running(program: str) -> Callable[[], object]:
    """Return a function that runs a program in a new Python, from bytecode as is usual."""
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program]
    return lambda: subprocess.run(command, check=True, env=usual)


def rows() -> list[Row]:
    """Measure both, the start of Python included in neither: it is subtracted."""
    nothing = running(NOTHING)
    start = min(in_turns(nothing, nothing, calls=1, rounds=9)[:2])
    return [_row(OURS, "1/1.3 = 0.77", start), _row(WITH_LAYERS, "", start)]


def _row(program: str, target: str, start: float) -> Row:
    ours, theirs, ratios = in_turns(running(program), running("import numpy"), 1, 41)
    pairs = sorted((r * ours - start) / (ours - start) for r in ratios)
    return compared(f"`{program}`", "numpy", target, (ours - start, theirs - start, pairs))
