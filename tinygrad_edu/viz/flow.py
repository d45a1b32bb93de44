"""How much of the gradient reaches each layer of a network: the numbers; pictures are elsewhere.

`flow_table` prints them and `flow_figure` draws them. The measure is the norm of
∂L/∂activation of a layer next to that of the last one: a ratio near 1 is healthy. What the words
mean is in `style`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.viz.style import STEPS, WORDS, magnitude

DEAD_SHARE = 0.7
"""From this share of dead units on a layer is dead (AUTOTRAINER, X. Zhang et al., ICSE 2021)."""

EXACTLY_ZERO = "exactly 0"
"""The verdict on a chain by 0: what is not passed on at all has not vanished step by step."""

FLAT_SLOPE = 0.01
"""Below this share of the largest slope that it can have, an activation is flat."""


@dataclass(frozen=True)
class LayerFlow:
    """What one layer got of the gradient.

    Attributes:
        name: "layer 1", …, and "output" for the last.
        gradient: mean |∂L/∂activation| over the batch and the units. Of the last layer, whose
            activation is between it and the loss, ∂L/∂(what its weights compute) counts.
        norm: ‖∂L/∂activation‖, the root of the sum of squares; what is compared.
        weight_gradient: ‖∂L/∂W‖, the square root of the sum of squares.
        ratio: `norm` next to that of the last layer.
        flat: the share of slopes (per image and unit) below 1 % of the largest that the activation
            can have: where sigmoid and tanh are saturated, and relu is switched off. None for a
            layer without activation, and where a slope is nan.
        dead: the share of units whose slope is exactly 0 for every image of the batch: they let no
            gradient through. None likewise.
        verdict: one of `style.WORDS`.
    """

    name: str
    gradient: float
    norm: float
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
        verdict: the first of `style.WORDS` that one of the layers has.
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
        verdict: of ∂y/∂x₀, one of `style.WORDS`, or "exactly 0": the factor is 0, so that 0 is not
            what is left of something smaller than a float can hold.
    """

    factor: float
    gradients: tuple[float, ...]
    verdict: str

    def verdict_at(self, step: int) -> str:
        """Judge the gradient at a step, as `verdict` does that at step 0."""
        gradient = self.gradients[step]
        return EXACTLY_ZERO if self.factor == gradient == 0 else verdict(gradient)


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
        after = before if linear is layers[-1][0] else x
        after.retain_grad()
        taps.append((linear, activation, before, after))
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
    return ChainFlow(factor, gradients, EXACTLY_ZERO if factor == 0 else verdict(gradients[0]))


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
    gradient = after.grad.numpy().astype(np.float64)
    with np.errstate(all="ignore"):
        mean = float(np.abs(gradient).mean())
    sizes = {"gradient": mean, "norm": norm(gradient), "weight_gradient": norm(weight.grad.numpy())}
    return {**sizes, "flat": flat, "dead": dead}


def _flat_and_dead(activation: list[Any], before: Any) -> tuple[float | None, float | None]:
    """Return the share of flat slopes and of dead units of an activation, given its input."""
    if not activation:
        return None, None
    units = math.prod(before.shape[1:])
    grid = np.repeat(np.linspace(-10, 10, 2001), units).reshape(2001, *before.shape[1:])
    steepest = np.abs(_slopes(activation, grid.astype(np.float32))).max()
    if steepest == 0:  # not a function of single numbers, such as softmax
        return None, None
    numbers = before.detach().numpy()
    slopes = np.abs(_slopes(activation, numbers))
    if np.isnan(numbers).any() or np.isnan(slopes).any():  # relu's slope at nan is written as 0
        return None, None
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
    last = measured[-1]["norm"]
    blocked = False  # whether a dead layer lies between here and the loss
    flows = []
    for i, layer in reversed(list(enumerate(measured))):
        ratio, word = compare(layer["norm"], last)
        blocked = blocked or (layer["dead"] or 0.0) >= DEAD_SHARE or last == 0
        if blocked and word != "nan" and _is_dead(layer):
            word = "dead"
        name = "output" if layer is measured[-1] and len(measured) > 1 else f"layer {i + 1}"
        flows.append(LayerFlow(name, ratio=ratio, verdict=word, **layer))
    return tuple(reversed(flows))


def _is_dead(layer: dict[str, Any]) -> bool:
    return layer["norm"] == 0 or (layer["dead"] or 0.0) >= DEAD_SHARE


def compare(size: float, reference: float) -> tuple[float, str]:
    """Return the ratio of a gradient to a healthy one, and the verdict.

    >>> compare(1e-5, 0.1), compare(math.inf, 0.1), compare(0.1, math.inf)
    ((0.0001, 'vanishing'), (inf, 'exploding'), (nan, 'exploding'))
    """
    if not 0 < reference < math.inf:
        return math.nan, "exploding" if math.inf in (size, reference) and size == size else "nan"
    return size / reference, verdict(size / reference)


def verdict(ratio: float) -> str:
    """Judge a gradient next to a healthy one: one of `style.WORDS`, but for "dead".

    >>> [verdict(ratio) for ratio in (1e-9, 1e-2, 1.0, 50.0, 71.0, math.inf, math.nan, 0.0)]
    ['vanishing', 'weakening', 'healthy', 'growing', 'exploding', 'exploding', 'nan', 'vanishing']
    """
    if ratio == 0:  # smaller than a float can hold
        return "vanishing"
    if not math.isfinite(ratio):
        return "nan" if math.isnan(ratio) else "exploding"
    return STEPS[magnitude(ratio).step]


def worst(verdicts: Iterable[str]) -> str:
    """Return the first of `style.WORDS` that is among the verdicts."""
    found = set(verdicts)
    return next(word for word in WORDS if word in found)


def deciding(verdicts: Sequence[str], ratios: Sequence[float | None]) -> int:
    """Return the place of the layer that gives a network its verdict.

    That is, of those with this word: for "nan" and "dead" the last one, from which it goes back, or
    the dead one behind which nothing is left; for "healthy" the first one; else the one that is
    furthest from healthy.

    >>> deciding(["growing", "growing", "healthy"], [15.0, 33.0, 1.0])
    1
    >>> deciding(["dead", "dead", "dead", "healthy", "dead"], [0.0, 0.0, 0.3, 0.5, 1.0])
    2
    """
    word = worst(verdicts)
    places = [i for i, each in enumerate(verdicts) if each == word]
    if word in ("nan", "dead"):
        empty = [i for i in places if ratios[i] == 0]
        stops = empty[-1] + 1 if word == "dead" and empty else -1
        return stops if stops in places else places[-1]
    if word == "healthy":
        return places[0]
    distances = {i: abs(magnitude(ratios[i]).r) for i in places}  # nan of 0, inf and nan
    return max(places, key=lambda i: math.inf if math.isnan(distances[i]) else distances[i])
