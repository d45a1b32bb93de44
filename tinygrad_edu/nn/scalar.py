"""Networks of `Value`s, neuron by neuron, with micrograd's classes, texts and random numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tinygrad_edu.value import Value


class Module:
    """Base of what has parameters."""

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """Return all parameters."""
        return []


class Neuron(Module):
    """relu(w·x + b), or w·x + b alone.

    Args:
        nin: how many inputs it has.
        nonlin: whether to apply relu.

    Attributes:
        w: a `Value` for each input, drawn evenly from −1 to 1 by Python's `random`.
        b: the bias, 0 at first.

    >>> neuron = Neuron(2, nonlin=False)
    >>> neuron, len(neuron.parameters())
    (LinearNeuron(2), 3)
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Any]) -> Any:
        """Compute its output from `nin` numbers or values.

        Raises:
            ValueError: for another number of inputs.
        """
        if len(x) != len(self.w):
            raise ValueError(f"{self} takes {len(self.w)} inputs, but {len(x)} were given")
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self) -> list[Value]:
        """Return the weights and the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, each with all the inputs.

    Args:
        nin: how many inputs there are.
        nout: how many neurons.
        kwargs: for each `Neuron`.

    >>> Layer(3, 2)
    Layer of [ReLUNeuron(3), ReLUNeuron(3)]
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        """Compute the output of each neuron; of a single one not as a list."""
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Return the parameters of all neurons."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """Layers one after another: relu in all but the last.

    Args:
        nin: how many inputs it has.
        nouts: the number of neurons in each layer.

    >>> len(MLP(2, [16, 16, 1]).parameters())
    337
    """

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        """Compute the output from `nin` numbers or values."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """Return the parameters of all layers."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
