"""The libraries that are measured, each in a module of its own.

A module has a function for each workload it can do, `mlp`, `moons`, `conv`, `lstm`, `demo`,
`chain`, which takes what `benchmarks/cases.py` says and returns a `Training`. What it cannot do is
in its `MISSING`, with the reason. Its docstring's first line names it.
"""

from __future__ import annotations

import importlib
from typing import Any

OURS = ("eager", "compiled", "program", "arrays", "floor")
"""This library's ways to run, and the floor: the same arithmetic by hand."""

PEERS = ("micrograd", "torch", "autograd", "mygrad", "tinygrad", "jax")

MODULES = {
    "arrays": "on_arrays",
    "compiled": "compiled",
    "eager": "eager",
    "floor": "floor",
    "program": "program",
    **{name: f"with_{name}" for name in PEERS},
}


def load(name: str) -> Any:
    """Import the module of a runner; ImportError where its library is not installed."""
    return importlib.import_module(f"benchmarks.peers.{MODULES[name]}")


def missing(name: str, workload: str) -> str | None:
    """Say why a runner cannot do a workload, or None if it can (or is not installed)."""
    module = load(name)
    if hasattr(module, workload):
        return None
    return str(getattr(module, "MISSING", {}).get(workload, "has nothing for it"))
