"""Compiled modules in training and evaluation, against eager ones, bit for bit."""

import copy
import warnings

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.compiling import compile as compiled

MODULES = {
    "mlp": (lambda: nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2), nn.Tanh()), (5, 3)),
    "dropout": (lambda: nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.4), nn.Linear(8, 2)), (5, 3)),
    "batch norm": (lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU()), (6, 3)),
    "layer norm": (lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.GELU()), (6, 3)),
    "conv": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(18, 3), nn.LogSoftmax(1),
        ),
        (4, 1, 8, 8),
    ),
    "average pool": (lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(2)), (4, 1, 8, 8)),
    "lstm": (lambda: nn.LSTM(3, 4), (5, 2, 3)),
    "gru": (lambda: nn.GRU(3, 4, num_layers=2), (5, 2, 3)),
    "rnn": (lambda: nn.RNN(3, 4), (5, 2, 3)),
}  # fmt: skip


def tensors_in(x: object) -> list:
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for part in x for t in tensors_in(part)] if isinstance(x, (tuple, list)) else []


def train(model: object, original: object, shape: tuple, steps: int = 5) -> list:
    """Train, evaluate and train again; return all numbers on the way."""
    generator = torch.Generator().manual_seed(3)
    optimizer = torch.optim.SGD(original.parameters(), lr=0.1, momentum=0.9)
    found = []
    torch.manual_seed(7)
    for step in range(steps):
        model.train(step != 2)
        x = torch.rand(*shape, generator=generator)
        out = tensors_in(model(x))
        optimizer.zero_grad()
        loss = sum((x * x).mean() for x in out)
        if step != 2:
            loss.backward()
            optimizer.step()
        found += [x.detach().array.copy() for x in out]
        found += [p.detach().array.copy() for p in original.parameters()]
        found += [b.array.copy() for b in original.buffers()]
    return found


@pytest.mark.parametrize("name", MODULES)
def test_training_is_the_same_to_the_bit(name: str) -> None:
    make, shape = MODULES[name]
    torch.manual_seed(0)
    model = make()
    twin = copy.deepcopy(model)
    fast = compiled(twin)
    expected = train(model, model, shape, steps=7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is a program, and does not run as it is
        found = train(fast, twin, shape, steps=7)
    assert fast.compiled.source.count("def backward") == 1
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b) and a.dtype == b.dtype


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 2.0, 0.5])], ids=["", "weights"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_loss_ignores_other_targets_in_a_replay(
    reduction: str, weight: torch.Tensor | None, smoothing: float
) -> None:
    loss = nn.CrossEntropyLoss(weight, label_smoothing=smoothing, reduction=reduction)
    fast = torch.compile(loss, fullgraph=True)
    x = torch.tensor([[1.0, 2.0, 0.0], [0.5, -1.0, 3.0], [0.0, 0.0, 1.0]], requires_grad=True)
    for targets in ([0, 1, 2], [2, 1, 0], [2, -100, 0], [-100, 1, 1], [-100, -100, -100]):
        found, expected = (f(x, torch.tensor(targets)) for f in (fast, loss))
        assert np.array_equal(found.detach().array, expected.detach().array, equal_nan=True)
        grads = [torch.autograd.grad(out.sum(), x)[0].array for out in (found, expected)]
        assert np.array_equal(*grads, equal_nan=True)
