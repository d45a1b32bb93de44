"""This library, `tinygrad_edu.compile`."""

from __future__ import annotations

from typing import Any

import tinygrad_edu
from benchmarks import cases
from benchmarks.cases import Training
from benchmarks.peers import torch_scripts
from tinygrad_edu.nn.scalar import MLP

MISSING = {"chain": "is one call of `backward`, which is never compiled itself"}


mlp, moons, conv, lstm = torch_scripts.trainings(tinygrad_edu, tinygrad_edu.compile)


def demo() -> Training:
    """The demo with the loss of one sample compiled: called for each of the 100 points."""
    start, points, labels = cases.demo()
    model: Any = MLP(2, [16, 16, 1])
    parameters = model.parameters()
    for p, number in zip(parameters, start, strict=True):
        p.data = number
    samples = [(*point, label) for point, label in zip(points, labels, strict=True)]
    loss_of = tinygrad_edu.compile(lambda x, y, label: (1 + -label * model([x, y])).relu())
    penalty = tinygrad_edu.compile(lambda *parameters: 1e-4 * sum(p * p for p in parameters))

    def step() -> Any:
        losses = [loss_of(*sample) for sample in samples]
        total = sum(losses) * (1.0 / len(losses)) + penalty(*parameters)
        model.zero_grad()
        total.backward()
        for p in parameters:
            p.data -= cases.RATE * p.grad
        return total.data

    return Training(step, lambda: [p.data for p in parameters])
