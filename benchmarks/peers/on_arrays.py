"""This library, the program of one sample of `Value`s on arrays of all samples."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import numpy as np

from benchmarks import cases
from benchmarks.cases import RATE, Training
from benchmarks.peers import program

MISSING = dict.fromkeys(("mlp", "moons", "conv", "lstm", "chain"), "is a way to run scalar code")


def demo() -> Training:
    """The program of one sample, run once on 100 points."""
    start, points, labels = cases.demo()
    written, of_parameters, of_data = program.sample()
    run, pick = written.on_arrays, itemgetter(*of_parameters)
    given: list[Any] = [0.0] * len(written.inputs)
    for place, array in zip(of_data, (*np.array(points).T.copy(), np.array(labels)), strict=True):
        given[place] = array
    numbers = np.array(start)

    def step() -> Any:
        for place, number in zip(of_parameters, numbers.tolist(), strict=True):
            given[place] = number
        losses, gradients = run(*given)
        total = np.concatenate(pick(gradients)).reshape(len(numbers), -1).mean(1)
        loss = losses.mean() + 1e-4 * (numbers @ numbers)
        total += 2e-4 * numbers
        total *= RATE
        np.subtract(numbers, total, out=numbers)
        return loss

    return Training(step, lambda: list(numbers))
