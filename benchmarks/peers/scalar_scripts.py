"""Micrograd's demo and a chain, as micrograd's users write them; with micrograd or this library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import cases
from benchmarks.cases import Training


def demo(value: Any, mlp: Any) -> Training:
    """Forward, backward and update of an MLP 2-16-16-1 on 100 points."""
    start, points, labels = cases.demo()
    model = mlp(2, [16, 16, 1])
    parameters = model.parameters()
    for p, number in zip(parameters, start, strict=True):
        p.data = number

    def step() -> Any:
        inputs = [list(map(value, point)) for point in points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in parameters)
        model.zero_grad()
        total.backward()
        for p in parameters:
            p.data -= cases.RATE * p.grad
        return total.data

    return Training(step, lambda: [p.data for p in parameters])


def chain(value: Any, nodes: int, guard: Callable[[], Any] = lambda: None) -> Training:
    """A chain of multiplications."""
    a = value(1.0)
    kept: list[Any] = [None]

    def prepare() -> None:
        guard()
        y = a
        for _ in range(nodes):
            y = y * a
        kept[0] = y
        a.grad = 0.0

    def step() -> Any:
        kept[0].backward()
        return kept[0].data

    return Training(step, lambda: [a.grad], prepare)
