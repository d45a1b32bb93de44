"""The deep networks that `tinygrad-edu flow` compares: the same but for their activation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tinygrad_edu.viz.flow import NetworkFlow, batch_flow


@dataclass(frozen=True)
class Settings:
    """How `network_flow` builds and trains its network.

    Attributes:
        depth: hidden layers.
        width: units in each.
        seed: for `manual_seed`.
        init: "kaiming" (He et al.'s uniform weights for relu), "xavier" (Glorot's), both with
            biases of 0; or "torch", what `nn.Linear` starts with.
        batch: images in the batch.
        lr: learning rate of the training steps.
        steps: training steps (plain SGD) before the measurement.
    """

    depth: int = 10
    width: int = 32
    seed: int = 0
    init: str = "kaiming"
    batch: int = 64
    lr: float = 0.1
    steps: int = 0


INITS = ("kaiming", "xavier", "torch")
ACTIVATIONS = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "leaky_relu": "LeakyReLU"}
"""The activations on offer, and the modules of `nn` that compute them."""


def network_flow(activation: str, settings: Settings | None = None) -> NetworkFlow:
    """Measure the gradient in a deep network that reads handwritten digits.

    The network is `depth` times (nn.Linear, activation), then an nn.Linear to 10 outputs, made
    after `manual_seed(seed)`; "kaiming" and "xavier" then draw the weights anew, in order, with
    `nn.init.kaiming_uniform_(weight, nonlinearity="relu")` or `nn.init.xavier_uniform_(weight)`, so
    that with one seed the networks differ in nothing but the activation. The loss is nn.MSELoss
    against one-hot targets. Training step k takes the images k·batch to (k+1)·batch − 1 in the
    order of the data set, from the start again behind its end; what is measured is the first batch.

    Args:
        activation: one of `ACTIVATIONS`.
        settings: depth, width and so on.

    Raises:
        ValueError: there is no such activation or init, or a size is less than 1.

    >>> network_flow("sigmoid").verdict, network_flow("relu").verdict
    ('vanishing', 'healthy')
    """
    settings = settings or Settings()
    model = build(activation, settings)
    train(model, settings)
    images, targets = digits_batch(0, settings.batch)
    return batch_flow(model, images, targets, name=activation)


def build(activation: str, settings: Settings) -> Any:
    """Build the network that `network_flow` describes."""
    from tinygrad_edu import manual_seed, nn

    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is one of {', '.join(ACTIVATIONS)}, not {activation!r}")
    if settings.init not in INITS:
        raise ValueError(f"init is one of {', '.join(INITS)}, not {settings.init!r}")
    for name in ("depth", "width", "batch"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} is at least 1, not {getattr(settings, name)}")
    manual_seed(settings.seed)
    sizes = [64] + [settings.width] * settings.depth
    modules: list[Any] = []
    for before, after in pairwise(sizes):
        modules += [nn.Linear(before, after), getattr(nn, ACTIVATIONS[activation])()]
    modules.append(nn.Linear(sizes[-1], 10))
    for linear in modules[::2]:
        if settings.init == "kaiming":
            nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
        elif settings.init == "xavier":
            nn.init.xavier_uniform_(linear.weight)
        if settings.init != "torch":
            nn.init.zeros_(linear.bias)
    return nn.Sequential(*modules)


def train(model: Any, settings: Settings) -> None:
    """Take the training steps that `network_flow` describes."""
    from tinygrad_edu import nn, optim

    optimizer = optim.SGD(model.parameters(), lr=settings.lr)
    for step in range(settings.steps):
        images, targets = digits_batch(step * settings.batch, settings.batch)
        optimizer.zero_grad()
        nn.MSELoss()(model(images), targets).backward()
        optimizer.step()


def digits_batch(start: int, size: int) -> tuple[Any, Any]:
    """Return images and one-hot targets from one place of the data set on, as float32 tensors."""
    from tinygrad_edu import tensor
    from tinygrad_edu.datasets import digits

    images, labels = digits()
    chosen = (start + np.arange(size)) % len(images)
    return tensor(images[chosen]), tensor(np.eye(10, dtype=np.float32)[labels[chosen]])
