"""The workloads: the same starting numbers and data for every library, as numpy arrays."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

RATE = 0.1
"""The learning rate of every training step."""


class Training(NamedTuple):
    """A workload, set up in one library.

    Attributes:
        step: what is timed: one training step (forward, loss, backward, update), or a backward
            pass. Returns the loss.
        parameters: returns the parameters as they are, in the order of `Case.parameters`.
        prepare: what must be done anew before each step and is not timed.
    """

    step: Callable[[], Any]
    parameters: Callable[[], list[Any]]
    prepare: Callable[[], Any] | None = None


class Case(NamedTuple):
    """Where a training starts, in torch's layout: a weight is (outputs, inputs)."""

    parameters: list[Any]
    x: Any
    y: Any
    sizes: tuple[int, ...]


def mlp(sizes: Sequence[int], batch: int) -> Case:
    """Linear and sigmoid layers, mean squared error."""
    rng = np.random.default_rng(0)
    parameters: list[Any] = []
    for fan_in, fan_out in pairwise(sizes):
        parameters += [_draw(rng, fan_in, (fan_out, fan_in)), _draw(rng, fan_in, (fan_out,))]
    x, y = rng.random((batch, sizes[0]), np.float32), rng.random((batch, sizes[-1]), np.float32)
    return Case(parameters, x, y, tuple(sizes))


def moons() -> Case:
    """Micrograd's demo as matrices: relu layers 2-16-16-1 on 100 points, hinge loss, L2."""
    start, points, labels = demo()
    parameters, place = [], 0
    for fan_in, fan_out in pairwise((2, 16, 16, 1)):
        rows = np.array(start[place : place + fan_out * (fan_in + 1)]).reshape(fan_out, -1)
        parameters += [rows[:, :-1].copy(), rows[:, -1].copy()]
        place += rows.size
    return Case(parameters, np.array(points), np.array(labels, float)[:, None], (2, 16, 16, 1))


def conv(batch: int = 64) -> Case:
    """Two convolutions and a linear layer, on the digits that ship with the package."""
    from tinygrad_edu.datasets import digits

    rng, (images, labels) = np.random.default_rng(0), digits()
    shapes = [((8, 1, 3, 3), 9), ((16, 8, 3, 3), 72), ((10, 256), 256)]
    parameters: list[Any] = []
    for shape, fan_in in shapes:
        parameters += [_draw(rng, fan_in, shape), _draw(rng, fan_in, shape[:1])]
    return Case(parameters, images[:batch].reshape(-1, 1, 8, 8), labels[:batch], (batch,))


def lstm(times: int = 50, batch: int = 16, hidden: int = 32) -> Case:
    """An LSTM that predicts the next value of sine waves; mean squared error."""
    rng = np.random.default_rng(0)
    shapes = [(4 * hidden, 1), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,), (1, hidden)]
    parameters = [_draw(rng, hidden, shape) for shape in (*shapes, (1,))]
    when = np.arange(times + 1)[:, None, None] / 5 + rng.random((1, batch, 1))
    waves = np.sin(when).astype(np.float32)
    return Case(parameters, waves[:-1], waves[1:], (times, batch, hidden))


def demo() -> tuple[list[float], list[list[float]], list[int]]:
    """Micrograd's demo, number by number: the parameters of its MLP, 100 points, their labels."""
    random.seed(1337)
    parameters: list[float] = []
    for fan_in, fan_out in pairwise((2, 16, 16, 1)):
        for _ in range(fan_out):
            parameters += [*(random.uniform(-1, 1) for _ in range(fan_in)), 0.0]
    points = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(100)]
    return parameters, points, [1 if x * y > 0 else -1 for x, y in points]


def _draw(rng: Any, fan_in: int, shape: tuple[int, ...]) -> Any:
    bound = fan_in**-0.5
    return rng.uniform(-bound, bound, shape).astype(np.float32)
