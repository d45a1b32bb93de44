"""Training scripts as PyTorch's users write them; `torch` may be torch or this library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

from benchmarks.cases import RATE, Case, Training

Network = tuple[Any, Callable[[Any, Any], Any]]
"""A model with the numbers of the case, and the function of its loss."""


def mlp(torch: Any, case: Case) -> Network:
    """A Sequential of Linear and Sigmoid, MSELoss, SGD."""
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(case.sizes):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.Sigmoid()]
    model, criterion = torch.nn.Sequential(*layers), torch.nn.MSELoss()
    return _started(torch, case, model), lambda x, y: criterion(model(x), y)


def moons(torch: Any, case: Case) -> Network:
    """A Sequential of Linear and ReLU, hinge loss, L2."""
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(case.sizes):
        layers += [torch.nn.Linear(fan_in, fan_out, dtype=torch.float64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    parameters = list(model.parameters())

    def loss(x: Any, y: Any) -> Any:
        data_loss = (1 - y * model(x)).relu().mean()
        return data_loss + 1e-4 * sum((p * p).sum() for p in parameters)

    return _started(torch, case, model), loss


def conv(torch: Any, case: Case) -> Network:
    """Two convolutions, a pooling and a linear layer; cross entropy."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    return _started(torch, case, model), lambda x, y: nn.functional.cross_entropy(model(x), y)


def lstm(torch: Any, case: Case) -> Network:
    """LSTM and a linear layer over all times."""
    nn, hidden = torch.nn, case.sizes[2]
    model = nn.ModuleDict({"lstm": nn.LSTM(1, hidden), "head": nn.Linear(hidden, 1)})

    def loss(x: Any, y: Any) -> Any:
        found, _ = model["lstm"](x)
        return nn.functional.mse_loss(model["head"](found), y)

    return _started(torch, case, model), loss


def chain(torch: Any, nodes: int) -> Training:
    """A chain of multiplications of tensors of no dimension."""
    a = torch.tensor(1.0, requires_grad=True)
    kept: list[Any] = [None]

    def prepare() -> None:
        y = a
        for _ in range(nodes):
            y = y * a
        kept[0] = y
        a.grad = None

    def step() -> Any:
        kept[0].backward()
        return kept[0]

    return Training(step, lambda: [a.grad.numpy()], prepare)


def _started(torch: Any, case: Case, model: Any) -> Any:
    with torch.no_grad():
        for p, array in zip(model.parameters(), case.parameters, strict=True):
            p.copy_(torch.from_numpy(array))
    return model


def training(torch: Any, case: Case, network: Network, wrap: Any = lambda f: f) -> Training:
    """The loop of every script; `wrap` may be `torch.compile`."""
    model, loss_of = network[0], wrap(network[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    x, y = torch.from_numpy(case.x), torch.from_numpy(case.y)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of(x, y)
        loss.backward()
        optimizer.step()
        return loss

    return Training(step, lambda: [p.detach().numpy() for p in model.parameters()])


def trainings(torch: Any, wrap: Any = lambda f: f) -> Iterator[Callable[[Case], Training]]:
    """Yield the training of each network, to be called with a case."""

    def trained(make: Callable[[Any, Case], Network], case: Case) -> Training:
        return training(torch, case, make(torch, case), wrap)

    return (partial(trained, make) for make in (mlp, moons, conv, lstm))
