"""JAX on the CPU, without jit."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as np
import numpy
from jax import lax

from benchmarks.cases import RATE, Training
from benchmarks.peers import functional

VERSION = jax.__version__
MISSING = {"demo": "as single numbers it would be 60,000 dispatches: see the demo as matrices"}

jax.config.update("jax_enable_x64", True)  # the demo is of float64; the others stay float32


def _conv(x: Any, w: Any) -> Any:
    return lax.conv(x, w, (1, 1), "SAME")


def _max_pool(x: Any) -> Any:
    return lax.reduce_window(x, -np.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def _cross_entropy(z: Any, y: Any) -> Any:
    return -np.mean(jax.nn.log_softmax(z)[np.arange(len(y)), y])


def _gradients(loss_of: Any, parameters: Any, *data: Any) -> Any:
    return jax.value_and_grad(loss_of)(parameters, *data)


def _update(parameters: Any, gradients: Any) -> Any:
    new = [p - RATE * g for p, g in zip(parameters, gradients, strict=True)]
    return jax.block_until_ready(new)


LIBRARY = SimpleNamespace(
    parameter=np.array,
    array=np.asarray,
    numpy=numpy.asarray,
    gradients=_gradients,
    update=_update,
    sigmoid=jax.nn.sigmoid,
    tanh=np.tanh,
    relu=jax.nn.relu,
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
        kept[:2] = jax.vjp(product, np.asarray(1.0))

    def step() -> Any:
        (kept[2],) = jax.block_until_ready(kept[1](np.ones_like(kept[0])))
        return kept[0]

    return Training(step, lambda: [kept[2]], prepare)
