"""What one can do with a recorded graph: read it, step through it, explain it, write it out.

`graph.read` turns one into plain lists, on which everything else here works.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinygrad_edu.trace.explanation import explain
    from tinygrad_edu.trace.graph import read
    from tinygrad_edu.trace.ledger import steps
    from tinygrad_edu.trace.lines import line_of, remember_lines
    from tinygrad_edu.trace.microscope import scalars
    from tinygrad_edu.trace.straight_line import program

_HOMES = {
    "explain": "explanation",
    "line_of": "lines",
    "program": "straight_line",
    "read": "graph",
    "remember_lines": "lines",
    "scalars": "microscope",
    "steps": "ledger",
}

__all__ = ["explain", "line_of", "program", "read", "remember_lines", "scalars", "steps"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tinygrad_edu.trace' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"tinygrad_edu.trace.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
