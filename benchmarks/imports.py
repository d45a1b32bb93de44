"""The time that `import tinygrad_edu` takes, against `import numpy`: new processes, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from benchmarks.rounds import Row, compared, in_turns


def importing(module: str) -> Callable[[], object]:
    """Return a function that starts Python and imports a module, from bytecode as is usual."""
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"import {module}"]
    return lambda: subprocess.run(command, check=True, env=usual)


def rows() -> list[Row]:
    """Measure both, the start of Python included in neither: it is subtracted."""
    nothing = importing("sys")
    start = min(in_turns(nothing, nothing, calls=1, rounds=9)[:2])
    ours, theirs, ratios = in_turns(importing("tinygrad_edu"), importing("numpy"), 1, 41)
    pairs = sorted((r * ours - start) / (ours - start) for r in ratios)
    timing = (ours - start, theirs - start, pairs)
    return [compared("`import tinygrad_edu`", "numpy", "1/1.3 = 0.77", timing)]
