"""The networks as formulas, for libraries that have no modules of torch's kind.

A library is given by an object with these functions: `parameter` and `array` of numpy's arrays, and
`numpy` back; `gradients(loss_of, parameters, x, y)` with the loss, `update(parameters, gradients)`;
and of arrays `sigmoid`, `tanh`, `relu`, `mean`, `sum`, `stack`, `conv(x, w)` with a padding of one,
`max_pool` of two by two, `cross_entropy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks.cases import Case, Training


def mlp(lib: Any, case: Case) -> Training:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for w, b in zip(parameters[::2], parameters[1::2], strict=True):
            x = lib.sigmoid(x @ w.T + b)
        return lib.mean((x - y) ** 2)

    return _training(lib, case, loss)


def moons(lib: Any, case: Case) -> Training:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            x = lib.relu(x @ w.T + b)
        scores = x @ parameters[-2].T + parameters[-1]
        return lib.mean(lib.relu(1 - y * scores)) + 1e-4 * sum(lib.sum(p * p) for p in parameters)

    return _training(lib, case, loss)


def conv(lib: Any, case: Case) -> Training:
    def loss(parameters: Any, x: Any, y: Any) -> Any:
        w1, b1, w2, b2, w3, b3 = parameters
        x = lib.max_pool(lib.relu(lib.conv(x, w1) + b1.reshape(1, -1, 1, 1)))
        x = lib.relu(lib.conv(x, w2) + b2.reshape(1, -1, 1, 1))
        return lib.cross_entropy(x.reshape(x.shape[0], -1) @ w3.T + b3, y)

    return _training(lib, case, loss)


def lstm(lib: Any, case: Case) -> Training:
    times, _, size = case.sizes
    start = lib.array(case.x[0].repeat(size, 1) * 0)

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        w, u, b, c, head, bias = parameters
        h = cell = start
        found = []
        for t in range(times):
            z = x[t] @ w.T + h @ u.T + (b + c)
            i, f = lib.sigmoid(z[:, :size]), lib.sigmoid(z[:, size : 2 * size])
            g, o = lib.tanh(z[:, 2 * size : 3 * size]), lib.sigmoid(z[:, 3 * size :])
            cell = f * cell + i * g
            h = o * lib.tanh(cell)
            found.append(h)
        return lib.mean((lib.stack(found) @ head.T + bias - y) ** 2)

    return _training(lib, case, loss)


def _training(lib: Any, case: Case, loss_of: Callable[..., Any]) -> Training:
    state = [lib.parameter(p) for p in case.parameters]
    x, y = lib.array(case.x), lib.array(case.y)

    def step() -> Any:
        loss, gradients = lib.gradients(loss_of, state, x, y)
        state[:] = lib.update(state, gradients)
        return loss

    return Training(step, lambda: [lib.numpy(p) for p in state])


def networks(lib: Any) -> Iterator[Callable[[Case], Training]]:
    """Yield the training of each network with a library, to be called with a case."""
    return (partial(make, lib) for make in (mlp, moons, conv, lstm))
