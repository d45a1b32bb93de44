"""tinygrad on the CPU, without its jit; it compiles its kernels with clang."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from tinygrad import Device, Tensor

from benchmarks.cases import RATE
from benchmarks.peers import functional

VERSION = version("tinygrad")
MISSING = {
    "demo": "as single numbers it would be 60,000 tensors: see the demo as matrices",
    "lstm": "compiles kernels for 50 times, which takes more than ten minutes",
    "chain": "makes one kernel of a graph, and takes minutes for one of 1,000 nodes",
}

Device.DEFAULT  # noqa: B018 - raises at once where there is no compiler


def _gradients(loss_of: Any, parameters: Any, *data: Any) -> Any:
    loss = loss_of(parameters, *data)
    gradients = loss.gradient(*parameters)
    Tensor.realize(loss, *gradients)
    return loss, gradients


def _update(parameters: Any, gradients: Any) -> Any:
    new = [(p - RATE * g).detach() for p, g in zip(parameters, gradients, strict=True)]
    Tensor.realize(*new)
    return new


LIBRARY = SimpleNamespace(
    parameter=lambda x: Tensor(x).realize(),
    array=lambda x: Tensor(x).realize(),
    numpy=lambda x: x.numpy(),
    gradients=_gradients,
    update=_update,
    sigmoid=Tensor.sigmoid,
    tanh=Tensor.tanh,
    relu=Tensor.relu,
    mean=Tensor.mean,
    sum=Tensor.sum,
    stack=lambda xs: Tensor.stack(*xs),
    conv=lambda x, w: x.conv2d(w, padding=1),
    max_pool=lambda x: x.max_pool2d((2, 2)),
    cross_entropy=lambda z, y: z.cross_entropy(y),
)


mlp, moons, conv, _ = functional.networks(LIBRARY)
