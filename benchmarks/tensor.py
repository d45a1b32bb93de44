"""`Tensor` against torch eager: whole training steps of small networks."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.rounds import Row, compared, in_turns

CASES: list[tuple[Sequence[int], int, str, int]] = [
    ((2, 16, 16, 1), 1, "2.5", 60),
    ((64, 64, 64, 10), 32, "2", 50),
    ((784, 128, 128, 10), 128, "1", 15),
]


def training_step(library: str, sizes: Sequence[int], batch: int) -> Callable[[], Any]:
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

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def rows() -> list[Row]:
    """Measure each network with both libraries, taking turns in one process."""
    importlib.import_module("torch").set_num_threads(1)
    result = []
    for sizes, batch, target, calls in CASES:
        ours = training_step("tinygrad_edu", sizes, batch)
        theirs = training_step("torch", sizes, batch)
        what = f"`Tensor`: training step, MLP {'-'.join(map(str, sizes))}, batch {batch}"
        result.append(compared(what, "torch", target, in_turns(ours, theirs, calls, rounds=75)))
    return result
