"""What one can do with a recorded graph: read it, step through it, explain it, write it out.

- `steps(loss)` lists what was computed, and what a backward pass does, rule by rule.
- `explain(loss, wrt)` explains one derivative: chain rule, paths, and what made it small or large.
- `program(loss)` writes a graph and its gradients as Python and JavaScript.
- `scalars(loss)` takes a graph of tensors apart into single numbers.
- `read(loss)` turns a graph into plain lists, on which everything else here works.
- `with remember_lines():` notes the line of code of each operation, and `line_of` tells it.

`help(trace.steps)` describes one of them. Called as a function, `trace(matrix)` is torch.trace.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinygrad_edu.autograd.lines import line_of, remember_lines
    from tinygrad_edu.trace.explanation import explain
    from tinygrad_edu.trace.graph import read
    from tinygrad_edu.trace.ledger import steps
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


class _Package(ModuleType):
    """This package, which bears the name of a function of torch, and can be called as that."""

    def __call__(self, input: Any) -> Any:
        """Sum the diagonal of a matrix (torch.trace)."""
        from tinygrad_edu.ops.products import trace

        return trace(input)


sys.modules[__name__].__class__ = _Package
