"""`Tensor`, eager and compiled, against torch eager and numpy by hand: whole training steps."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.rounds import Row, compared, in_turns

CASES: list[tuple[Sequence[int], int, str, str, str, int]] = [
    ((2, 16, 16, 1), 1, "2.5", "5", "0.67", 60),
    ((64, 64, 64, 10), 32, "2", "4", "0.83", 50),
    ((784, 128, 128, 10), 128, "1", "1.3", "0.83", 15),
    ((784, 512, 512, 10), 1024, "0.83", "0.83", "0.83", 1),
]
"""Sizes, batch, what must be reached: eager, compiled, compiled against numpy; calls a round."""


def training_step(
    library: str, sizes: Sequence[int], batch: int, compiled: bool = False
) -> Callable[[], Any]:
    """Return one step: forward, MSELoss, backward, SGD; the same script for either library."""
    torch: Any = importlib.import_module(library)
    torch.manual_seed(0)
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    criterion = torch.nn.MSELoss()
    x, y = torch.rand(batch, sizes[0]), torch.rand(batch, sizes[-1])

    def loss_of(x: Any, y: Any) -> Any:
        return criterion(model(x), y)

    forward = torch.compile(loss_of) if compiled else loss_of

    def step() -> Any:
        optimizer.zero_grad()
        loss = forward(x, y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def by_hand(sizes: Sequence[int], batch: int) -> Callable[[], Any]:
    """Return the same step written in numpy: what no library can be much faster than."""
    rng, kind = np.random.default_rng(0), np.float32
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(-0.1, 0.1, (m, n)).astype(kind) for n, m in pairs]
    biases = [np.zeros(m, kind) for _, m in pairs]
    x, y = rng.random((batch, sizes[0]), kind), rng.random((batch, sizes[-1]), kind)
    one, rate, scale = np.array(1, kind), np.array(0.1, kind), np.array(2 / y.size, kind)

    def step() -> Any:
        layers = [x]
        for w, b in zip(weights, biases, strict=True):
            z = layers[-1].dot(w.T)
            z += b
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += one
            layers.append(np.reciprocal(z, out=z))
        error = layers[-1] - y
        loss = np.vdot(error, error) / y.size
        gradient = np.multiply(error, scale, out=error)
        for i in reversed(range(len(weights))):
            slope = one - layers[i + 1]
            slope *= layers[i + 1]
            slope *= gradient
            if i:
                gradient = slope.dot(weights[i])
            of_weight, of_bias = slope.T.dot(layers[i]), slope.sum(0)
            of_weight *= rate
            of_bias *= rate
            weights[i] -= of_weight
            biases[i] -= of_bias
        return loss

    return step


def rows() -> list[Row]:
    """Measure each network with both libraries and by hand, taking turns in one process."""
    importlib.import_module("torch").set_num_threads(1)
    result = []
    for sizes, batch, eager, compiled, floor, calls in CASES:
        what = f"`Tensor`: training step, MLP {'-'.join(map(str, sizes))}, batch {batch}"
        rounds = 75 if calls > 1 else 15
        theirs = training_step("torch", sizes, batch)
        ours = training_step("tinygrad_edu", sizes, batch)
        fast = training_step("tinygrad_edu", sizes, batch, compiled=True)
        hand = by_hand(sizes, batch)
        result += [
            compared(what, "torch", eager, in_turns(ours, theirs, calls, rounds)),
            compared(f"{what}, compiled", "torch", compiled, in_turns(fast, theirs, calls, rounds)),
            compared(f"{what}, compiled", "numpy", floor, in_turns(fast, hand, calls, rounds)),
        ]
    return result
