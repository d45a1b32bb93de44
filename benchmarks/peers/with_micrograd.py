"""micrograd, by A. Karpathy."""

from __future__ import annotations

import sys
from importlib.metadata import version

from micrograd.engine import Value  # type: ignore[import-not-found]
from micrograd.nn import MLP  # type: ignore[import-not-found]

from benchmarks.cases import Training
from benchmarks.peers import scalar_scripts

VERSION = version("micrograd")
MISSING = dict.fromkeys(("mlp", "moons", "conv", "lstm"), "has no arrays")


def demo() -> Training:
    return scalar_scripts.demo(Value, MLP)


def chain(nodes: int) -> Training:
    """The chain, with Python's limit of recursion raised: as it comes, 1,000 nodes are too deep."""
    return scalar_scripts.chain(Value, nodes, lambda: sys.setrecursionlimit(nodes + 1000))
