"""The figures of `tinygrad-edu flow` are those of the same networks in torch, to 5 digits."""

import numpy as np
import pytest

from tinygrad_edu.datasets import digits
from tinygrad_edu.viz.flow_network import ACTIVATIONS, INITS, Settings, network_flow

torch = pytest.importorskip("torch")

CASES = [
    *((name, Settings(init=init)) for name in ACTIVATIONS for init in INITS),
    *((name, Settings(depth=4, width=16, seed=7, batch=100, steps=30)) for name in ACTIVATIONS),
    ("relu", Settings(depth=3, batch=500, steps=5, lr=0.5)),  # goes over the end of the data
]


def network(name, settings):
    """Build the network of `network_flow` with torch, as its docstring says."""
    torch.manual_seed(settings.seed)
    modules, size = [], 64
    for _ in range(settings.depth):
        modules += [torch.nn.Linear(size, settings.width), getattr(torch.nn, ACTIVATIONS[name])()]
        size = settings.width
    model = torch.nn.Sequential(*modules, torch.nn.Linear(size, 10))
    for linear in model[::2]:
        if settings.init == "kaiming":
            torch.nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
        if settings.init == "xavier":
            torch.nn.init.xavier_uniform_(linear.weight)
        if settings.init != "torch":
            torch.nn.init.zeros_(linear.bias)
    return model


def batch(start, size):
    images, labels = digits()
    rows = [(start + i) % len(images) for i in range(size)]
    one_hot = torch.nn.functional.one_hot(torch.tensor(labels[rows]), 10).float()
    return torch.tensor(images[rows]), one_hot


def figures(name, settings):
    """Return the loss, and for each layer mean |dL/da| and the norm of dL/dW."""
    model = network(name, settings)
    criterion = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=settings.lr)
    for step in range(settings.steps):
        x, y = batch(step * settings.batch, settings.batch)
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()
    model.zero_grad()
    x, y = batch(0, settings.batch)
    activations = []
    for i, module in enumerate(model):
        x = module(x)
        if i % 2 or i == len(model) - 1:
            x.retain_grad()
            activations.append(x)
    loss = criterion(x, y)
    loss.backward()
    gradients = [a.grad.double().abs().mean().item() for a in activations]
    weights = [linear.weight.grad.double().norm().item() for linear in model[::2]]
    return loss.item(), gradients, weights


@pytest.mark.parametrize(
    ("name", "settings"), CASES, ids=lambda x: x if isinstance(x, str) else f"{x.init}-{x.steps}"
)
def test_the_figures_are_torchs(name, settings):
    loss, gradients, weights = figures(name, settings)
    flow = network_flow(name, settings)
    assert flow.loss == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose([layer.gradient for layer in flow.layers], gradients, rtol=1e-5)
    np.testing.assert_allclose([layer.weight_gradient for layer in flow.layers], weights, rtol=1e-5)
