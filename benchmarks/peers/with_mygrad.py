"""MyGrad, by R. Soklaski."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import mygrad
import numpy
from mygrad.nnet.activations import relu, sigmoid, tanh
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.cases import RATE, Training
from benchmarks.peers import functional

VERSION = mygrad.__version__
MISSING = {"demo": "as single numbers it would be 60,000 tensors: see the demo as matrices"}


def _gradients(loss_of: Any, parameters: Any, *data: Any) -> Any:
    loss = loss_of(parameters, *data)
    loss.backward()
    return loss, [p.grad for p in parameters]


def _update(parameters: Any, gradients: Any) -> Any:
    for p, g in zip(parameters, gradients, strict=True):
        p.data[...] -= RATE * g
    return parameters


LIBRARY = SimpleNamespace(
    parameter=mygrad.tensor,
    array=numpy.asarray,
    numpy=lambda x: x.data,
    gradients=_gradients,
    update=_update,
    sigmoid=sigmoid,
    tanh=tanh,
    relu=relu,
    mean=mygrad.mean,
    sum=mygrad.sum,
    stack=mygrad.stack,
    conv=lambda x, w: conv_nd(x, w, stride=1, padding=1),
    max_pool=lambda x: max_pool(x, (2, 2), 2),
    cross_entropy=softmax_crossentropy,
)


mlp, moons, conv, lstm = functional.networks(LIBRARY)


def chain(nodes: int) -> Training:
    a = mygrad.tensor(1.0)
    kept: list[Any] = [None]

    def prepare() -> None:
        y = a
        for _ in range(nodes):
            y = y * a
        kept[0] = y

    def step() -> Any:
        kept[0].backward()
        return kept[0]

    return Training(step, lambda: [a.grad], prepare)
