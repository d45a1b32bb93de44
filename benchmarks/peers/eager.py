"""This library, eager."""

from __future__ import annotations

import tinygrad_edu
from benchmarks.cases import Training
from benchmarks.peers import scalar_scripts, torch_scripts
from tinygrad_edu.nn.scalar import MLP

VERSION = tinygrad_edu.__version__


mlp, moons, conv, lstm = torch_scripts.trainings(tinygrad_edu)


def demo() -> Training:
    return scalar_scripts.demo(tinygrad_edu.Value, MLP)


def chain(nodes: int) -> Training:
    return scalar_scripts.chain(tinygrad_edu.Value, nodes)
