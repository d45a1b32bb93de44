"""PyTorch on the CPU, eager."""

from __future__ import annotations

import os

import torch

from benchmarks.cases import Training
from benchmarks.peers import torch_scripts

VERSION = torch.__version__
MISSING = {"demo": "as single numbers it would be 60,000 tensors: see the demo as matrices"}

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


mlp, moons, conv, lstm = torch_scripts.trainings(torch)


def chain(nodes: int) -> Training:
    return torch_scripts.chain(torch, nodes)
