"""By hand in numpy: a convolutional and a recurrent network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.cases import RATE, Case, Training


def conv(case: Case) -> Training:
    """Convolutions as products with the patches of the images, pixels before channels."""
    w1, b1, w2, b2, w3, b3 = case.parameters
    x, y = case.x, case.y
    n, every = len(y), np.arange(len(y))
    patches = _patches(x.transpose(0, 2, 3, 1))  # the images do not change

    def step() -> Any:
        a = _convolved(patches, w1, b1, n, 8)
        windows = a.reshape(n, 4, 2, 4, 2, 8).transpose(0, 1, 3, 5, 2, 4).reshape(n, 4, 4, 8, 4)
        which = windows.argmax(-1)[..., None]
        pooled = np.take_along_axis(windows, which, -1)[..., 0]
        patches_2 = _patches(pooled)
        b = _convolved(patches_2, w2, b2, n, 4)
        flat = b.transpose(0, 3, 1, 2).reshape(n, -1)
        z = flat @ w3.T + b3
        z -= z.max(1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(1, keepdims=True)
        loss = -np.log(p[every, y]).mean()
        p[every, y] -= 1
        p /= n
        g = (p @ w3).reshape(n, 16, 4, 4).transpose(0, 2, 3, 1) * (b > 0)
        g_rows = g.reshape(-1, 16)
        of_w2 = (g_rows.T @ patches_2).reshape(16, 8, 3, 3)
        turned = w2[:, :, ::-1, ::-1].transpose(0, 2, 3, 1).reshape(-1, 8)
        back = _patches(g) @ turned
        spread = np.zeros_like(windows)
        np.put_along_axis(spread, which, back.reshape(n, 4, 4, 8, 1), -1)
        spread = spread.reshape(n, 4, 4, 8, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(a.shape)
        g1 = (spread * (a > 0)).reshape(-1, 8)
        gradients = (
            (g1.T @ patches).reshape(8, 1, 3, 3), g1.sum(0), of_w2, g_rows.sum(0), p.T @ flat,
            p.sum(0),
        )  # fmt: skip
        for parameter, gradient in zip(case.parameters, gradients, strict=True):
            gradient *= RATE
            parameter -= gradient
        return loss

    return Training(step, lambda: case.parameters)


def _patches(x: Any) -> Any:
    """Take (n, h, w, c) apart into rows of c·3·3 numbers, one for each pixel."""
    n, h, w, c = x.shape
    padded = np.zeros((n, h + 2, w + 2, c), x.dtype)
    padded[:, 1:-1, 1:-1] = x
    return sliding_window_view(padded, (3, 3), (1, 2)).reshape(n * h * w, c * 9)


def _convolved(patches: Any, w: Any, b: Any, n: int, side: int) -> Any:
    z = patches @ w.reshape(len(w), -1).T
    z += b
    return np.maximum(z, 0, out=z).reshape(n, side, side, len(w))


def lstm(case: Case) -> Training:
    """An LSTM, the products with the input for all times at once."""
    w, u, b, c, head, bias = case.parameters
    x, y = case.x, case.y
    times, batch, size = case.sizes
    one = np.float32(1)

    def step() -> Any:
        gates = (x.reshape(-1, 1) @ w.T + (b + c)).reshape(times, batch, 4 * size)
        h = np.zeros((times + 1, batch, size), np.float32)
        cell, bent = np.zeros_like(h), np.empty((times, batch, size), np.float32)
        for t in range(times):
            z = gates[t]
            z += h[t] @ u.T
            candidate = np.tanh(z[:, 2 * size : 3 * size])
            np.negative(z, out=z)
            np.exp(z, out=z)
            z += one
            np.reciprocal(z, out=z)
            z[:, 2 * size : 3 * size] = candidate
            np.multiply(z[:, size : 2 * size], cell[t], out=cell[t + 1])
            cell[t + 1] += z[:, :size] * candidate
            np.tanh(cell[t + 1], out=bent[t])
            np.multiply(z[:, 3 * size :], bent[t], out=h[t + 1])
        outputs = h[1:].reshape(-1, size)
        error = outputs @ head.T + bias - y.reshape(-1, 1)
        loss = np.vdot(error, error) / y.size
        error *= np.float32(2 / y.size)
        of_outputs = (error @ head).reshape(times, batch, size)
        slopes = gates * (one - gates)  # of the sigmoids, for all times at once
        slopes[:, :, 2 * size : 3 * size] = one - gates[:, :, 2 * size : 3 * size] ** 2
        of_gates = np.empty_like(gates)
        of_h, of_cell = np.zeros((2, batch, size), np.float32)
        for t in reversed(range(times)):
            i, f, g, o = gates[t].reshape(batch, 4, size).transpose(1, 0, 2)
            of_h += of_outputs[t]
            of_cell += of_h * o * (one - bent[t] ** 2)
            d = of_gates[t]
            np.multiply(of_cell, g, out=d[:, :size])
            np.multiply(of_cell, cell[t], out=d[:, size : 2 * size])
            np.multiply(of_cell, i, out=d[:, 2 * size : 3 * size])
            np.multiply(of_h, bent[t], out=d[:, 3 * size :])
            d *= slopes[t]
            of_h = d @ u
            of_cell *= f
        rows = of_gates.reshape(-1, 4 * size)
        of_b = rows.sum(0)
        gradients = (
            rows.T @ x.reshape(-1, 1), rows.T @ h[:-1].reshape(-1, size), of_b, of_b.copy(),
            error.T @ outputs, error.sum(0),
        )  # fmt: skip
        for parameter, gradient in zip(case.parameters, gradients, strict=True):
            gradient *= RATE
            parameter -= gradient
        return loss

    return Training(step, lambda: case.parameters)
