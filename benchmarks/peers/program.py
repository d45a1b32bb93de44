"""This library, the program that `trace.program` prints: on floats, or as numpy source."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import add, itemgetter
from typing import Any

import numpy as np

import tinygrad_edu
from benchmarks import cases
from benchmarks.cases import RATE, Case, Training
from benchmarks.peers import torch_scripts
from tinygrad_edu import Constant, trace
from tinygrad_edu.nn.scalar import MLP

MISSING = {"chain": "has no `backward` of its own to time"}


def sample() -> tuple[Any, list[int], list[int]]:
    """Return the program of one sample of the demo, and where its parameters and its data stand."""
    model: Any = MLP(2, [16, 16, 1])
    data = [Constant(0.5, label="x"), Constant(-0.3, label="y"), Constant(1.0, label="label")]
    program = trace.program((1 - data[2] * model(data[:2])).relu(), names=None)
    place = {id(program.graph.values[i].source): k for k, i in enumerate(program.inputs)}
    return program, [place[id(p)] for p in model.parameters()], [place[id(x)] for x in data]


def demo() -> Training:
    """The program of one sample, run for each of the 100 points."""
    start, points, labels = cases.demo()
    program, of_parameters, (i, j, k) = sample()
    run, pick = program.on_floats, itemgetter(*of_parameters)
    given = [0.0] * len(program.inputs)
    for place, number in zip(of_parameters, start, strict=True):
        given[place] = number
    scale = RATE / len(points)
    decay = 2e-4 * RATE

    def step() -> Any:
        total, loss = [0.0] * len(of_parameters), 0.0
        for (given[i], given[j]), given[k] in zip(points, labels, strict=True):
            of_sample, gradients = run(*given)
            loss += of_sample
            total = list(map(add, total, pick(gradients)))
        numbers = pick(given)
        loss = loss / len(points) + 1e-4 * sum([p * p for p in numbers])
        for place, p, g in zip(of_parameters, numbers, total, strict=True):
            given[place] = p - (scale * g + decay * p)
        return loss

    return Training(step, lambda: list(pick(given)))


def _printed(network: Callable[[Any, Case], torch_scripts.Network], case: Case) -> Training:
    """Run the source of the program, with nothing of this library, and update in place."""
    model, loss_of = network(tinygrad_edu, case)
    x, y = tinygrad_edu.from_numpy(case.x), tinygrad_edu.from_numpy(case.y)
    program = trace.program(loss_of(x, y), params=model, names=None)
    namespace: dict[str, Any] = {}
    exec(program.source, namespace)
    run = namespace["program"]
    arrays = [p.detach().numpy() for p in model.parameters()]
    given = list(program._given)  # arrays, in the order of `program.inputs`
    names = [
        next(name for name, g in zip(program.inputs, given, strict=True) if np.shares_memory(g, p))
        for p in arrays
    ]

    def step() -> Any:
        loss, gradients = run(*given)
        for p, name in zip(arrays, names, strict=True):
            p -= RATE * gradients[name]
        return loss

    return Training(step, lambda: arrays)


mlp, moons, conv, lstm = (
    partial(_printed, make)
    for make in (torch_scripts.mlp, torch_scripts.moons, torch_scripts.conv, torch_scripts.lstm)
)
