"""PyTorch on the CPU, eager."""

from __future__ import annotations

import os

import torch

from benchmarks.cases import Case, Training
from benchmarks.peers import torch_scripts

VERSION = torch.__version__
MISSING = {"demo": "as single numbers it would be 60,000 tensors: see the demo as matrices"}

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def mlp(case: Case) -> Training:
    return torch_scripts.training(torch, case, torch_scripts.mlp(torch, case))


def moons(case: Case) -> Training:
    return torch_scripts.training(torch, case, torch_scripts.moons(torch, case))


def conv(case: Case) -> Training:
    return torch_scripts.training(torch, case, torch_scripts.conv(torch, case))


def lstm(case: Case) -> Training:
    return torch_scripts.training(torch, case, torch_scripts.lstm(torch, case))


def chain(nodes: int) -> Training:
    return torch_scripts.chain(torch, nodes)
