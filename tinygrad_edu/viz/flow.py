"""How much of the gradient reaches each layer of a network: the numbers; pictures are elsewhere.

`flow_table` prints them and `flow_figure` draws them. The measure is mean |∂L/∂activation| of a
layer next to that of the last one: a ratio near 1 is healthy. What the words mean is in `style`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tinygrad_edu.viz.style import STEPS, magnitude, size_of

DEAD_SHARE = 0.7
"""From this share of dead units on a layer is dead (AUTOTRAINER, X. Zhang et al., ICSE 2021)."""

FLAT_SLOPE = 0.01
"""Below this share of the largest slope that it can have, an activation is flat."""

WORDS = ("dead", "exploding", "vanishing", "growing", "weakening", "healthy")
"""The verdicts; a network's is the first of these that one of its layers has."""


@dataclass(frozen=True)
class LayerFlow:
    """What one layer got of the gradient.

    Attributes:
        name: "layer 1", …, and "output" for the last.
        gradient: mean |∂L/∂activation| over the batch and the units.
        weight_gradient: ‖∂L/∂W‖, the square root of the sum of squares.
        ratio: `gradient` next to that of the last layer.
        flat: the share of slopes (per image and unit) below 1 % of the largest that the activation
            can have: where sigmoid and tanh are saturated, and relu is switched off. None for a
            layer without activation.
        dead: the share of units whose slope is exactly 0 for every image of the batch: they let no
            gradient through. None likewise.
        verdict: one of `WORDS`.
    """

    name: str
    gradient: float
    weight_gradient: float
    ratio: float
    flat: float | None
    dead: float | None
    verdict: str


@dataclass(frozen=True)
class NetworkFlow:
    """What the layers of one network got of the gradient, first layer first.

    Attributes:
        name: what tells it from others, such as its activation.
        layers: the layers; the last one is what the ratios refer to.
        loss: the loss.
        verdict: the first of `WORDS` that one of the layers has.
    """

    name: str
    layers: tuple[LayerFlow, ...]
    loss: float
    verdict: str


@dataclass(frozen=True)
class ChainFlow:
    """The gradients in a chain of multiplications by one factor.

    Attributes:
        factor: the factor f.
        gradients: ∂y/∂xᵢ for x₀, x₁ = f·x₀, …, y = xₙ: the value is fⁿ⁻ⁱ.
        verdict: of ∂y/∂x₀, one of `WORDS`.
    """

    factor: float
    gradients: tuple[float, ...]
    verdict: str


Flows = Sequence[NetworkFlow] | Sequence[ChainFlow]
"""What is shown side by side."""


def batch_flow(
    model: Any, inputs: Any, targets: Any, loss: Any = None, name: str = "network"
) -> NetworkFlow:
    """Send one batch through a sequence of layers and back, and measure the gradient in each.

    `tinygrad-edu flow` shows it; `viz.gradient_flow` reads any model's from the graph of its loss.
    A layer is a module with parameters and the modules without parameters behind it (its
    activation). The gradients of the parameters are those of this batch afterwards.

    Args:
        model: an `nn.Sequential`.
        inputs: the batch, a tensor.
        targets: what the loss compares the output with.
        loss: a function of output and targets; by default `nn.MSELoss()`.
        name: the name of the network in tables and figures.

    Raises:
        TypeError: the model is not a sequence of modules.
        ValueError: it has no layer with parameters.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> _ = torch.manual_seed(0)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> flow = batch_flow(model, torch.randn(8, 3), torch.zeros(8, 2))
    >>> [layer.name for layer in flow.layers], flow.layers[-1].ratio, flow.verdict
    (['layer 1', 'output'], 1.0, 'healthy')
    """
    from tinygrad_edu import nn

    first, layers = _layers(model)
    x = inputs
    for module in first:
        x = module(x)
    taps = []
    for linear, activation in layers:
        before = x = linear(x)
        for module in activation:
            x = module(x)
        x.retain_grad()
        taps.append((linear, activation, before, x))
    model.zero_grad()
    result = (loss or nn.MSELoss())(x, targets)
    result.backward()
    measured = [_measure(*tap) for tap in taps]
    flows = _judged(measured)
    return NetworkFlow(name, flows, result.item(), worst(flow.verdict for flow in flows))


def chain_flow(factor: float, length: int = 100) -> ChainFlow:
    """Multiply 1 by a factor again and again, with `Value`s, and take all the gradients.

    Args:
        factor: the factor.
        length: how many multiplications.

    Raises:
        ValueError: the length is less than 1.

    >>> chain = chain_flow(0.9, 100)
    >>> f"{chain.gradients[0]:.6g}", chain.gradients[-1], chain.verdict
    ('2.65614e-05', 1.0, 'vanishing')
    """
    from tinygrad_edu.value import Value

    if length < 1:
        raise ValueError(f"a chain has at least 1 multiplication, not {length}")
    chain = [Value(1.0)]
    for _ in range(length):
        chain.append(chain[-1] * factor)
    chain[-1].backward()
    gradients = tuple(0.0 if x.grad is None else x.grad for x in chain)
    return ChainFlow(factor, gradients, verdict(gradients[0]))


def as_dict(flow: NetworkFlow | ChainFlow) -> dict[str, Any]:
    """Return the figures as JSON can hold them: nan and inf become strings.

    >>> as_dict(ChainFlow(2.0, (math.inf, 1.0), "exploding"))["gradients"]
    ['inf', 1.0]
    """
    figures: dict[str, Any] = plain(asdict(flow))
    return figures


def plain(x: Any) -> Any:
    """Return data as JSON can hold them: tuples become lists, nan and inf strings."""
    if isinstance(x, dict):
        return {name: plain(value) for name, value in x.items()}
    if isinstance(x, (tuple, list)):
        return [plain(value) for value in x]
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x


def _layers(model: Any) -> tuple[list[Any], list[tuple[Any, list[Any]]]]:
    """Split a sequence of modules into what comes before the first layer, and the layers."""
    try:
        modules: Sequence[Any] = list(model)
    except TypeError:
        raise TypeError(
            f"the model is an nn.Sequential, whose modules run in order, not {type(model).__name__}"
        ) from None
    first: list[Any] = []
    layers: list[tuple[Any, list[Any]]] = []
    for module in modules:
        if any(True for _ in module.parameters()):
            layers.append((module, []))
        else:
            (layers[-1][1] if layers else first).append(module)
    if not layers:
        raise ValueError("the model has no layer with parameters")
    return first, layers


# --- the measurement -----------------------------------------------------------------------------


def _measure(linear: Any, activation: list[Any], before: Any, after: Any) -> dict[str, Any]:
    """Measure one layer after the backward pass."""
    weight = max(linear.parameters(), key=lambda parameter: parameter.ndim)
    flat, dead = _flat_and_dead(activation, before)
    with np.errstate(all="ignore"):
        norm = float(np.linalg.norm(weight.grad.numpy().astype(np.float64)))
    gradient = size_of(after.grad.numpy())
    return {"gradient": gradient, "weight_gradient": norm, "flat": flat, "dead": dead}


def _flat_and_dead(activation: list[Any], before: Any) -> tuple[float | None, float | None]:
    """Return the share of flat slopes and of dead units of an activation, given its input."""
    if not activation:
        return None, None
    units = math.prod(before.shape[1:])
    grid = np.repeat(np.linspace(-10, 10, 2001), units).reshape(2001, *before.shape[1:])
    steepest = np.abs(_slopes(activation, grid.astype(np.float32))).max()
    if steepest == 0:  # not a function of single numbers, such as softmax
        return None, None
    slopes = np.abs(_slopes(activation, before.detach().numpy()))
    flat = slopes < FLAT_SLOPE * steepest * (1 - 1e-5)  # leaky relu's 0.01 is not flat
    return float(flat.mean()), float((slopes == 0).all(axis=0).mean())


def _slopes(activation: list[Any], numbers: Any) -> Any:
    """Return the derivative of an activation at each of the numbers."""
    from tinygrad_edu import autograd, tensor

    x = tensor(numbers, requires_grad=True)
    y = x
    for module in activation:
        y = module(y)
    (slopes,) = autograd.grad(y.sum(), x, materialize_grads=True)
    return slopes.numpy()


def _judged(measured: list[dict[str, Any]]) -> tuple[LayerFlow, ...]:
    """Compare the layers with the last one, and judge each."""
    last = measured[-1]["gradient"]
    blocked = False  # whether a dead layer lies between here and the loss
    flows = []
    for i, layer in reversed(list(enumerate(measured))):
        ratio = layer["gradient"] / last if last else math.nan
        blocked = blocked or (layer["dead"] or 0.0) >= DEAD_SHARE or last == 0
        word = "dead" if blocked and _is_dead(layer) else verdict(ratio)
        name = "output" if layer is measured[-1] and len(measured) > 1 else f"layer {i + 1}"
        flows.append(LayerFlow(name, ratio=ratio, verdict=word, **layer))
    return tuple(reversed(flows))


def _is_dead(layer: dict[str, Any]) -> bool:
    return layer["gradient"] == 0 or (layer["dead"] or 0.0) >= DEAD_SHARE


def verdict(ratio: float) -> str:
    """Judge a gradient next to a healthy one: one of `WORDS`, but for "dead".

    >>> [verdict(ratio) for ratio in (1e-9, 1e-2, 1.0, 50.0, 71.0, math.nan, 0.0)]
    ['vanishing', 'weakening', 'healthy', 'growing', 'exploding', 'exploding', 'vanishing']
    """
    shown = magnitude(ratio)
    if shown.state == "zero":  # smaller than a float can hold
        return "vanishing"
    if shown.state == "invalid":
        return "exploding"
    words = {"vanished": "vanishing", "exploded": "exploding"}
    return words.get(STEPS[shown.step], STEPS[shown.step])


def worst(verdicts: Any) -> str:
    """Return the first of `WORDS` that is among the verdicts."""
    found = set(verdicts)
    return next(word for word in WORDS if word in found)
