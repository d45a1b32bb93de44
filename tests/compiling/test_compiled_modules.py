"""Compiled modules in training and evaluation, against eager ones, bit for bit."""

import copy
import warnings
from collections.abc import Callable
from itertools import pairwise

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


# --- the networks of the examples ----------------------------------------------------------------


class Oracle(nn.Module):
    """The network of the lesson on LSTMs, without what it keeps for its picture."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(1, 8)
        self.head = nn.Linear(8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = None
        for x_t in x:
            state = self.cell(x_t, state)
        return self.head(state[0])


def layers(*sizes: int, between: tuple) -> list:
    """Make linear layers with other modules after each but the last."""
    found: list = []
    for n_in, n_out in pairwise(sizes):
        found += [nn.Linear(n_in, n_out), *(make(n_out) for make in between)]
    return found[: -len(between)]


def convolutions() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 4, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 6, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(6 * 2 * 2, 10)),
    )


def classes(n: int) -> torch.Tensor:
    return torch.randint(10, (n,))


def plain(make: Callable) -> Callable:
    return lambda _size: make()


def stacked(*sizes: int, between: tuple) -> Callable:
    return lambda: nn.Sequential(*layers(*sizes, between=between))


NETWORKS = {
    "vanishing": (
        stacked(64, *[32] * 4, 10, between=(plain(nn.Sigmoid),)),
        (16, 64), classes, nn.CrossEntropyLoss,
    ),
    "initialisation": (
        stacked(16, 16, 16, 1, between=(plain(nn.Tanh),)),
        (8, 16), lambda n: torch.randn(n, 1), nn.MSELoss,
    ),
    "batch norm": (
        stacked(64, *[32] * 4, 10, between=(nn.BatchNorm1d, plain(nn.Sigmoid))),
        (16, 64), classes, nn.CrossEntropyLoss,
    ),
    "two moons": (
        lambda: nn.Sequential(
            *layers(2, 16, 16, 1, between=(plain(nn.Tanh),)), nn.Flatten(0)
        ),
        (15, 2), lambda n: torch.randint(2, (n,)).float(), nn.BCEWithLogitsLoss,
    ),
    "digits": (
        stacked(64, 128, 128, 10, between=(nn.BatchNorm1d, plain(nn.ReLU))),
        (16, 64), classes, nn.CrossEntropyLoss,
    ),
    "dropout": (
        stacked(64, 128, 10, between=(plain(nn.ReLU), plain(nn.Dropout))),
        (16, 64), classes, nn.CrossEntropyLoss,
    ),
    "convolution": (convolutions, (8, 1, 8, 8), classes, nn.CrossEntropyLoss),
    "lstm": (Oracle, (20, 4, 1), lambda n: torch.randn(4, 1), nn.MSELoss),
}  # fmt: skip


def trained(name: str, wrap: Callable) -> tuple[list, Callable]:
    """Train with Adam; return losses and parameters, and the function that was called."""
    make, shape, target, criterion = NETWORKS[name]
    torch.manual_seed(0)
    model, loss_of = make(), criterion()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    function = wrap(lambda x, y: loss_of(model(x), y))
    found = []
    for _ in range(6):
        x, y = torch.randn(*shape), target(shape[0])
        optimizer.zero_grad()
        loss = function(x, y)
        loss.backward()
        optimizer.step()
        found.append(loss.detach().array)
    return found + [x.detach().array for x in model.state_dict().values()], function


@pytest.mark.parametrize("name", NETWORKS)
def test_the_networks_of_the_examples_train_to_the_same_bits(name: str) -> None:
    expected, _ = trained(name, lambda f: f)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, function = trained(name, compiled)
    assert function.source.count("def backward") == 1
    for a, b in zip(found, expected, strict=True):
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
