"""Run all benchmarks and print the table: `python -m benchmarks [--write docs/benchmarks.md]`."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before numpy and torch are imported: the same for both

from benchmarks import drawing, imports, layers, scalar, tensor  # noqa: E402
from benchmarks.rounds import Row  # noqa: E402

HEAD = """# Benchmarks

Written by `python -m benchmarks --write docs/benchmarks.md`, which needs micrograd and torch.
Each line is measured in one run: this library and its peer take turns, and the ratio is the median
over the turns, with the lowest and the highest in brackets. One thread each. Above 1 the library is
ahead.
"""

NOTE = """
Of the step of the smallest network numpy's arithmetic alone, called by hand, takes a third; the
rest is Python: seven module calls, recording seven operations, ordering the graph and applying its
rules one by one. The ratio moves with the machine: Python, numpy and torch do not slow down alike.
"""


def table(rows: list[Row]) -> str:
    """Write the rows as Markdown."""
    lines = [
        "| what | peer | this | peer | ratio | must reach |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join(lines + [row.markdown() for row in rows]) + "\n"


def machine() -> str:
    """Name what it was measured on."""
    import numpy as np

    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    return (
        f"Measured on {os.cpu_count()} cores of {cpu}, Python {platform.python_version()}, "
        f"numpy {np.__version__}.\n"
    )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", metavar="FILE", help="write the page there as well")
    options = parser.parse_args()
    rows = [*scalar.rows(), *tensor.rows(), *layers.rows(), *imports.rows(), *drawing.rows()]
    page = f"{HEAD}\n{table(rows)}{NOTE}\n{machine()}"
    print(page)
    if options.write:
        Path(options.write).write_text(page)


if __name__ == "__main__":
    main()
