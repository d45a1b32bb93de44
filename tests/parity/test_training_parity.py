"""Whole trainings beside torch: the same seed, the same script, every loss the same.

Three networks of a first course, a hundred steps each, with every optimizer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import tinygrad_edu
from tinygrad_edu.datasets import digits

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

STEPS = 100
RTOL = 1e-4
CHAOTIC = 20
"""Steps of LBFGS: a change of 4e-16 in one weight moves torch's own later losses as much."""

OPTIMIZERS: dict[str, Callable[[Any, Any], Any]] = {
    "SGD": lambda lib, p: lib.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "Adam": lambda lib, p: lib.optim.Adam(p, lr=1e-3),
    "AdamW": lambda lib, p: lib.optim.AdamW(p, lr=1e-3, weight_decay=0.1),
    "RMSprop": lambda lib, p: lib.optim.RMSprop(p, lr=1e-3, momentum=0.5),
    "Adagrad": lambda lib, p: lib.optim.Adagrad(p, lr=1e-2),
    "Adadelta": lambda lib, p: lib.optim.Adadelta(p, lr=1.0),
    "LBFGS": lambda lib, p: lib.optim.LBFGS(p, lr=0.1, max_iter=1),
}


def mlp(lib: Any, dtype: Any) -> tuple[Any, Callable[[int], Any]]:
    """A classifier of the digits, in batches of 32."""
    nn = lib.nn
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 10))
    data = digits()
    images, labels = lib.tensor(data.images, dtype=dtype), lib.tensor(data.labels)

    def loss(step: int) -> Any:
        batch = slice(step * 17, step * 17 + 32)
        return nn.functional.cross_entropy(model(images[batch]), labels[batch])

    return model, loss


def cnn(lib: Any, dtype: Any) -> tuple[Any, Callable[[int], Any]]:
    """A convolutional one, with batch normalization and pooling."""
    nn = lib.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(32, 10),
    )
    data = digits()
    images = lib.tensor(data.images, dtype=dtype).reshape(-1, 1, 8, 8)
    labels = lib.tensor(data.labels)

    def loss(step: int) -> Any:
        batch = slice(step * 17, step * 17 + 24)
        return nn.functional.cross_entropy(model(images[batch]), labels[batch])

    return model, loss


def lstm(lib: Any, dtype: Any) -> tuple[Any, Callable[[int], Any]]:
    """A forecast of sine waves."""
    nn = lib.nn
    model = nn.ModuleDict({"lstm": nn.LSTM(1, 8, num_layers=2), "head": nn.Linear(8, 1)})
    waves = lib.sin(lib.arange(16.0)[:, None, None] / 3 + lib.rand(1, 6, 1)).to(dtype)

    def loss(step: int) -> Any:
        hidden, _ = model["lstm"](waves[:-1])
        return nn.functional.mse_loss(model["head"](hidden), waves[1:])

    return model, loss


def losses(lib: Any, network: Any, make: Callable[[Any, Any], Any], dtype: str) -> list[float]:
    """Train, and return the loss of every step."""
    lib.manual_seed(0)
    model, compute = network(lib, getattr(lib, dtype))
    model.to(getattr(lib, dtype))
    optimizer = make(lib, model.parameters())
    found = []
    for step in range(STEPS):

        def closure(step: int = step) -> Any:
            optimizer.zero_grad()
            loss = compute(step)
            loss.backward()
            return loss

        found.append(optimizer.step(closure).item())
    return found


CASES = [(name, "float64") for name in OPTIMIZERS] + [("Adam", "float32"), ("RMSprop", "float32")]
"""In float32 the last bit of a sum grows, under some optimizers, to more than this in 100 steps."""


@pytest.mark.parametrize(("optimizer", "dtype"), CASES)
@pytest.mark.parametrize("network", [mlp, cnn, lstm], ids=lambda network: network.__name__)
def test_every_loss_of_a_training_is_torchs(network: Any, optimizer: str, dtype: str) -> None:
    found = losses(tinygrad_edu, network, OPTIMIZERS[optimizer], dtype)
    expected = losses(torch, network, OPTIMIZERS[optimizer], dtype)
    steps = CHAOTIC if optimizer == "LBFGS" else STEPS
    assert found[:steps] == pytest.approx(expected[:steps], rel=RTOL)
    assert min(found[-20:]) < found[0]
