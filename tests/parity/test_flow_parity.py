"""The figures of gradient flow are those of the same networks in torch, to 5 digits."""

import numpy as np
import pytest

from tinygrad_edu import nn
from tinygrad_edu.datasets import digits
from tinygrad_edu.viz.flow_network import (
    ACTIVATIONS,
    INITS,
    Settings,
    build,
    digits_batch,
    network_flow,
    train,
)
from tinygrad_edu.viz.flow_of_loss import gradient_flow

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


def backward(name, settings):
    """Train as `network_flow` does; return the loss, the modules and their outputs."""
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
    outputs = []
    for module in model:
        x = module(x)
        x.retain_grad()
        outputs.append(x)
    loss = criterion(x, y)
    loss.backward()
    return loss.item(), model, outputs


def figures(name, settings):
    """Return the loss, and for each layer mean |dL/da| and the norm of dL/dW."""
    loss, model, outputs = backward(name, settings)
    activations = [*outputs[1::2], outputs[-1]]
    gradients = [a.grad.double().abs().mean().item() for a in activations]
    weights = [linear.weight.grad.double().norm().item() for linear in model[::2]]
    return loss, gradients, weights


@pytest.mark.parametrize(
    ("name", "settings"), CASES, ids=lambda x: x if isinstance(x, str) else f"{x.init}-{x.steps}"
)
def test_the_figures_are_torchs(name, settings):
    loss, gradients, weights = figures(name, settings)
    flow = network_flow(name, settings)
    assert flow.loss == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose([layer.gradient for layer in flow.layers], gradients, rtol=1e-5)
    np.testing.assert_allclose([layer.weight_gradient for layer in flow.layers], weights, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "settings"), CASES, ids=lambda x: x if isinstance(x, str) else f"{x.init}-{x.steps}"
)
def test_the_figures_of_every_module_are_torchs(name, settings):
    _, model, outputs = backward(name, settings)
    ours = build(name, settings)
    train(ours, settings)
    ours.zero_grad()
    images, targets = digits_batch(0, settings.batch)
    loss = nn.MSELoss()(ours(images), targets)
    loss.backward()
    layers = gradient_flow(ours, loss, lr=settings.lr).layers

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=1e-5)

    grads = [output.grad.double() for output in outputs]
    same([layer.rms for layer in layers], [grad.square().mean().sqrt().item() for grad in grads])
    same([layer.norm for layer in layers], [grad.double().norm().item() for grad in grads])
    same([layer.mean for layer in layers], [grad.abs().mean().item() for grad in grads])
    weights = [linear.weight for linear in model[::2]]
    norms = [weight.grad.double().norm().item() for weight in weights]
    same([layer.weight_gradient for layer in layers[::2]], norms)
    sizes = [weight.detach().double().norm().item() for weight in weights]
    updates = [settings.lr * norm / size for norm, size in zip(norms, sizes, strict=True)]
    same([layer.update for layer in layers[::2]], updates)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_saturated_and_dead_shares_are_torchs(name):
    _, model, outputs = backward(name, Settings(depth=3, init="torch"))
    ours = build(name, Settings(depth=3, init="torch"))
    images, targets = digits_batch(0, 64)
    loss = nn.MSELoss()(ours(images), targets)
    loss.backward()
    flow = gradient_flow(ours, loss)
    for i in (1, 3, 5):
        x = outputs[i - 1].detach().requires_grad_()
        (slopes,) = torch.autograd.grad(model[i](x).sum(), x)
        steepest = 0.25 if name == "sigmoid" else 1.0
        flat = (slopes.abs() < 0.01 * steepest * (1 - 1e-5)).double().mean().item()
        dead = (slopes == 0).all(dim=0).double().mean().item()
        assert flow.layers[i].flat == pytest.approx(flat)
        assert flow.layers[i].dead == pytest.approx(dead)
