"""This library, eager."""

from __future__ import annotations

import tinygrad_edu
from benchmarks.cases import Case, Training
from benchmarks.peers import scalar_scripts, torch_scripts
from tinygrad_edu.nn.scalar import MLP

VERSION = tinygrad_edu.__version__


def mlp(case: Case) -> Training:
    return torch_scripts.training(tinygrad_edu, case, torch_scripts.mlp(tinygrad_edu, case))


def moons(case: Case) -> Training:
    return torch_scripts.training(tinygrad_edu, case, torch_scripts.moons(tinygrad_edu, case))


def conv(case: Case) -> Training:
    return torch_scripts.training(tinygrad_edu, case, torch_scripts.conv(tinygrad_edu, case))


def lstm(case: Case) -> Training:
    return torch_scripts.training(tinygrad_edu, case, torch_scripts.lstm(tinygrad_edu, case))


def demo() -> Training:
    return scalar_scripts.demo(tinygrad_edu.Value, MLP)


def chain(nodes: int) -> Training:
    return scalar_scripts.chain(tinygrad_edu.Value, nodes)
