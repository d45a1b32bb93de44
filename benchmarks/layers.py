"""Training steps of a convolutional and of a recurrent network, against torch eager."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from benchmarks.rounds import Row, compared, in_turns


def conv_step(library: str) -> Callable[[], Any]:
    """Return one training step of a small convolutional network on 64 images of 8 × 8."""
    torch: Any = importlib.import_module(library)
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    images, labels = torch.rand(64, 1, 8, 8), torch.randint(0, 10, (64,))
    return _step(torch, model, lambda: nn.functional.cross_entropy(model(images), labels))


def lstm_step(library: str, dtype: str = "float32") -> Callable[[], Any]:
    """Return one training step of an LSTM over 50 times of 16 waves."""
    torch: Any = importlib.import_module(library)
    nn = torch.nn
    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    model = nn.ModuleDict({"lstm": nn.LSTM(1, 32), "head": nn.Linear(32, 1)}).to(kind)
    times = torch.arange(51, dtype=kind)[:, None, None] / 5
    waves = torch.sin(times + torch.rand(1, 16, 1, dtype=kind))

    def loss() -> Any:
        hidden, _ = model["lstm"](waves[:-1])
        return nn.functional.mse_loss(model["head"](hidden), waves[1:])

    return _step(torch, model, loss)


def _step(torch: Any, model: Any, compute_loss: Callable[[], Any]) -> Callable[[], Any]:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def step() -> Any:
        optimizer.zero_grad()
        loss = compute_loss()
        loss.backward()
        optimizer.step()
        return loss

    return step


def rows() -> list[Row]:
    """Measure each network with both libraries, taking turns in one process."""
    importlib.import_module("torch").set_num_threads(1)
    cases: list[tuple[str, Callable[[str], Any]]] = [
        ("conv net, 64 images of 8×8", conv_step),
        ("LSTM, 50 times, 16 waves, float32", lstm_step),
        ("LSTM, 50 times, 16 waves, float64", lambda library: lstm_step(library, "float64")),
    ]
    result = []
    for what, make in cases:
        timing = in_turns(make("tinygrad_edu"), make("torch"), calls=3, rounds=25)
        result.append(compared(f"`Tensor`: training step, {what}", "torch", "", timing))
    return result
