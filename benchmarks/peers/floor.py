"""By hand: the same arithmetic in numpy, or in plain Python where it is of single numbers.

What no library that computes with numpy can be much faster than.
"""

from __future__ import annotations

from itertools import pairwise
from operator import add, mul
from typing import Any

import numpy as np

from benchmarks import cases
from benchmarks.cases import RATE, Case, Training
from benchmarks.peers import floor_networks

VERSION = np.__version__

conv, lstm = floor_networks.conv, floor_networks.lstm


def mlp(case: Case) -> Training:
    """Linear and sigmoid layers, every array that can be used again used again."""
    weights, biases = case.parameters[::2], case.parameters[1::2]
    x, y = case.x, case.y
    one, rate, scale = (np.array(number, x.dtype) for number in (1, RATE, 2 / y.size))

    def step() -> Any:
        layers = [x]
        for w, b in zip(weights, biases, strict=True):
            z = layers[-1].dot(w.T)
            z += b
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += one
            layers.append(np.reciprocal(z, out=z))
        error = layers[-1] - y
        loss = np.vdot(error, error) / y.size
        gradient = np.multiply(error, scale, out=error)
        for i in reversed(range(len(weights))):
            slope = one - layers[i + 1]
            slope *= layers[i + 1]
            slope *= gradient
            if i:
                gradient = slope.dot(weights[i])
            of_weight, of_bias = slope.T.dot(layers[i]), slope.sum(0)
            of_weight *= rate
            of_bias *= rate
            weights[i] -= of_weight
            biases[i] -= of_bias
        return loss

    return Training(step, lambda: case.parameters)


def moons(case: Case) -> Training:
    """Linear and relu layers, hinge loss, L2."""
    weights, biases = case.parameters[::2], case.parameters[1::2]
    x, y, last = case.x, case.y, len(case.parameters) // 2 - 1

    def step() -> Any:
        layers = [x]
        for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
            z = layers[-1].dot(w.T)
            z += b
            layers.append(z if i == last else np.maximum(z, 0, out=z))
        margins = 1 - y * layers[-1]
        is_short = margins > 0
        loss = np.vdot(margins, is_short) / y.size
        loss += 1e-4 * sum([np.vdot(p, p) for p in case.parameters])
        gradient = is_short * y
        gradient *= -1 / y.size
        for i in reversed(range(last + 1)):
            of_weight, of_bias = gradient.T.dot(layers[i]), gradient.sum(0)
            if i:
                gradient = gradient.dot(weights[i])
                gradient *= layers[i] > 0
            of_weight += 2e-4 * weights[i]
            of_bias += 2e-4 * biases[i]
            of_weight *= RATE
            of_bias *= RATE
            weights[i] -= of_weight
            biases[i] -= of_bias
        return loss

    return Training(step, lambda: case.parameters)


def demo() -> Training:
    """The demo as straight lines of floats, for each of the 100 points."""
    numbers, points, labels = cases.demo()
    namespace: dict[str, Any] = {}
    exec(demo_source((2, 16, 16, 1)), namespace)
    run = namespace["run"]
    scale, decay = RATE / len(points), 2e-4 * RATE

    def step() -> Any:
        total, loss = [0.0] * len(numbers), 0.0
        for (x, y), label in zip(points, labels, strict=True):
            of_sample, gradients = run(x, y, label, *numbers)
            loss += of_sample
            total = list(map(add, total, gradients))
        loss = loss / len(points) + 1e-4 * sum(map(mul, numbers, numbers))
        numbers[:] = [p - (scale * g + decay * p) for p, g in zip(numbers, total, strict=True)]
        return loss

    return Training(step, lambda: numbers)


def demo_source(sizes: tuple[int, ...]) -> str:
    """Write what one would write by hand for one sample, had one the patience: 674 lines of it."""
    layers, names, lines = [[f"x{i}" for i in range(sizes[0])]], [], []
    last = len(sizes) - 2
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        for j in range(fan_out):
            terms = [f"w{k}_{j}_{i} * {x}" for i, x in enumerate(layers[-1])]
            lines.append(f"h{k}_{j} = {' + '.join([*terms, f'b{k}_{j}'])}")
            if k < last:
                lines.append(f"if h{k}_{j} < 0.0: h{k}_{j} = 0.0")
            names += [*(f"w{k}_{j}_{i}" for i in range(fan_in)), f"b{k}_{j}"]
        layers.append([f"h{k}_{j}" for j in range(fan_out)])
    lines.append(f"loss = 1.0 - label * h{last}_0")
    lines.append("if loss < 0.0: loss = 0.0")
    lines.append(f"d{last}_0 = -label if loss > 0.0 else 0.0")
    for k in reversed(range(last + 1)):
        for j in range(sizes[k + 1]):
            lines += [f"g{k}_{j}_{i} = d{k}_{j} * {x}" for i, x in enumerate(layers[k])]
        for i in range(sizes[k] if k else 0):
            terms = [f"d{k}_{j} * w{k}_{j}_{i}" for j in range(sizes[k + 1])]
            lines.append(f"d{k - 1}_{i} = {' + '.join(terms)} if h{k - 1}_{i} > 0.0 else 0.0")
    gradients = [f"d{name[1:]}" if name[0] == "b" else f"g{name[1:]}" for name in names]
    head = f"def run({', '.join([*layers[0], 'label', *names])}):"
    return "\n    ".join([head, *lines, f"return loss, [{', '.join(gradients)}]"])


def chain(nodes: int) -> Training:
    """The chain with a list as its tape."""
    a, kept = 1.0, [[0.0], 0.0]

    def prepare() -> None:
        tape, y = [], a
        for _ in range(nodes):
            tape.append(y)
            y = y * a
        kept[0] = tape

    def step() -> Any:
        of_a, of_y = 0.0, 1.0
        for y in reversed(kept[0]):  # type: ignore[arg-type]
            of_a += of_y * y
            of_y = of_y * a
        kept[1] = of_a + of_y
        return 1.0

    return Training(step, lambda: [kept[1]], prepare)
