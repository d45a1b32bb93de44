"""Losses that are operations of their own because one rule is faster than their parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import absolute, where


def check_reduction(reduction: str) -> str:
    """Refuse what is not one of the three reductions."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction!r} is not a valid value for reduction: none, mean or sum")
    return reduction


def _check(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_reduction(parameters["reduction"])
    return inputs, parameters


def _mse(input: Any, target: Any, reduction: str = "mean") -> Any:
    error = np.asarray(input - target)
    if reduction == "none":
        return error * error
    total = np.vdot(error, error)  # one pass, without an array of the squares
    return total if reduction == "sum" else total / error.size


def _mse_of_values(input: Any, target: Any, reduction: str = "mean") -> Any:
    squares = np.asarray((input - target) ** 2)
    if reduction == "none":
        return squares
    return squares.sum() if reduction == "sum" else squares.sum() / squares.size


def _mse_rule(g: Any, input: Any, target: Any, reduction: str) -> Any:
    error = input - target
    n = math.prod(error.shape) if reduction == "mean" else 1
    return g * error * (2 / n) if n else where(False, g, error)


# One operation instead of three (sub, square, mean): half their time on a small batch.
mse_loss = Operation(
    "mse_loss",
    "MSE",
    definition="Σ (a − b)² / n",
    derivatives=("g · 2 (a − b) / n", "−g · 2 (a − b) / n"),
    on_arrays=_mse,
    on_values=_mse_of_values,
    rules=(
        lambda g, _y, a, b, reduction: _mse_rule(g, a, b, reduction),
        lambda g, _y, a, b, reduction: -_mse_rule(g, a, b, reduction),
    ),
    prepare=_check,
    is_method=False,
)


def reduced(errors: Any, reduction: str) -> Any:
    """Reduce the losses of an array of numbers or `Value`s; the mean of none is nan."""
    errors = np.asarray(errors)
    if reduction == "none":
        return errors
    total = errors.sum()
    return total if reduction == "sum" else total / (errors.size or math.nan)


def _share(g: Any, like: Any, reduction: str) -> Any:
    """Return the gradient of each single loss."""
    return g / (math.prod(np.shape(like)) or 1) if reduction == "mean" else g


def _smooth_l1(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    size = absolute(input - target)
    return reduced(where(size < beta, 0.5 * size * size / beta, size - 0.5 * beta), reduction)


def _smooth_l1_rule(g: Any, a: Any, b: Any, reduction: str, beta: float) -> Any:
    error = a - b
    g = _share(g, error, reduction)
    return where(error <= -beta, -g, where(error >= beta, g, g * error / beta))


def _check_beta(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    beta = parameters["beta"]
    if not beta > 0:
        raise RuntimeError(
            f"smooth_l1_loss does not support negative values for beta, but got {beta}"
        )
    return _check(inputs, parameters)


smooth_l1_loss = Operation(
    "smooth_l1_loss",
    "smooth L1",
    definition="the mean of (a − b)² / 2β where |a − b| < β, else |a − b| − β/2",
    derivatives=("g/n · (a − b)/β, at most g/n and at least −g/n", "the same with the other sign"),
    on_arrays=_smooth_l1,
    on_values=_smooth_l1,
    rules=(
        lambda g, _y, a, b, reduction, beta: _smooth_l1_rule(g, a, b, reduction, beta),
        lambda g, _y, a, b, reduction, beta: -_smooth_l1_rule(g, a, b, reduction, beta),
    ),
    prepare=_check_beta,
    grad_fn_name="SmoothL1LossBackward0",
    is_method=False,
)


def _huber(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    size = absolute(input - target)
    return reduced(where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta)), reduction)


def _huber_rule(g: Any, a: Any, b: Any, reduction: str, delta: float) -> Any:
    error = a - b
    g = _share(g, error, reduction)
    return where(error < -delta, -g * delta, where(error > delta, g * delta, g * error))


def _check_delta(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    delta = parameters["delta"]
    if not delta > 0:
        raise RuntimeError(
            f"huber_loss does not support non-positive values for delta, but got {delta}"
        )
    return _check(inputs, parameters)


huber_loss = Operation(
    "huber_loss",
    "Huber",
    definition="the mean of (a − b)² / 2 where |a − b| < δ, else δ (|a − b| − δ/2)",
    derivatives=(
        "g/n · (a − b), at most g/n · δ and at least −g/n · δ",
        "the same with the other sign",
    ),
    on_arrays=_huber,
    on_values=_huber,
    rules=(
        lambda g, _y, a, b, reduction, delta: _huber_rule(g, a, b, reduction, delta),
        lambda g, _y, a, b, reduction, delta: -_huber_rule(g, a, b, reduction, delta),
    ),
    prepare=_check_delta,
    is_method=False,
)
