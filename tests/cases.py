"""The table of operation tests: at least one row for each entry of `ops.TABLE`, by chapter.

What a row is, is in `rows/kinds.py`; a chapter `ops/NAME.py` has its rows in `rows/NAME.py`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from rows.kinds import SPECIAL, Call, Row, Shape, Shapes, grid, inf, nan, numbers, ours, run, torchs

__all__ = [
    "ROWS",
    "SPECIAL",
    "Call",
    "Row",
    "Shape",
    "Shapes",
    "grid",
    "inf",
    "nan",
    "numbers",
    "ours",
    "run",
    "torchs",
]

_CHAPTERS = sorted(path.stem for path in (Path(__file__).parent / "rows").glob("[!_]*.py"))

ROWS: tuple[Row, ...] = tuple(
    row for name in _CHAPTERS if name != "kinds" for row in import_module(f"rows.{name}").ROWS
)
