"""autograd, of the HIPS group."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import autograd
import autograd.numpy as np
import numpy
from autograd.scipy.signal import convolve
from autograd.scipy.special import expit, logsumexp

from benchmarks.cases import RATE, Training
from benchmarks.peers import functional

VERSION = version("autograd")
MISSING = {"demo": "as single numbers it would be 60,000 boxes: see the demo as matrices"}


def _conv(x: Any, w: Any) -> Any:
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    flipped = w[:, :, ::-1, ::-1]  # `convolve` turns the kernel
    return convolve(padded, flipped, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")


def _max_pool(x: Any) -> Any:
    n, c, h, w = x.shape
    return np.max(np.max(x.reshape(n, c, h // 2, 2, w // 2, 2), axis=5), axis=3)


def _cross_entropy(z: Any, y: Any) -> Any:
    return np.mean(logsumexp(z, axis=1) - z[numpy.arange(len(y)), y])


def _gradients(loss_of: Any, parameters: Any, *data: Any) -> Any:
    return autograd.value_and_grad(loss_of)(parameters, *data)


LIBRARY = SimpleNamespace(
    parameter=numpy.array,
    array=numpy.asarray,
    numpy=lambda x: x,
    gradients=_gradients,
    update=lambda parameters, gradients: [
        p - RATE * g for p, g in zip(parameters, gradients, strict=True)
    ],
    sigmoid=expit,
    tanh=np.tanh,
    relu=lambda x: np.maximum(x, 0),
    mean=np.mean,
    sum=np.sum,
    stack=np.stack,
    conv=_conv,
    max_pool=_max_pool,
    cross_entropy=_cross_entropy,
)


mlp, moons, conv, lstm = functional.networks(LIBRARY)


def chain(nodes: int) -> Training:
    """The chain, forward and then the pullback alone."""
    kept: list[Any] = [None, None, 0.0]

    def product(a: Any) -> Any:
        y = a
        for _ in range(nodes):
            y = y * a
        return y

    def prepare() -> None:
        kept[:2] = autograd.make_vjp(product)(1.0)

    def step() -> Any:
        kept[2] = kept[0](1.0)
        return kept[1]

    return Training(step, lambda: [kept[2]], prepare)
