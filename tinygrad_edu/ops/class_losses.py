"""Losses of predicted classes: operations of their own, so that they are exact and finite.

The gradient of the logits is written out (σ(x) − t) instead of passed through logarithms, which
are infinite where a prediction is sure. Weights are numbers to count by, without a gradient.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept, same
from tinygrad_edu.ops.activations import log_sigmoid, sigmoid
from tinygrad_edu.ops.losses import check_reduction, reduced
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import log, log1p
from tinygrad_edu.ops.selection import maximum, where
from tinygrad_edu.ops.shapes import reshape

# --- two classes ---------------------------------------------------------------------------------


def _check_weights(name: str) -> Any:
    def prepare(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        check_reduction(parameters["reduction"])
        numbers = {
            key: _numbers(name, key, value, inputs[0])
            for key, value in parameters.items()
            if key.endswith("weight")
        }
        for key, weight in numbers.items():
            _check_broadcast(name, key, weight, tuple(inputs[0].shape))
        return inputs, {**parameters, **numbers}

    return prepare


def _numbers(name: str, key: str, weight: Any, like: Any) -> Any:
    """Return weights as an array of their own, which no later change in place can reach."""
    if weight is None:
        return None
    if getattr(weight, "requires_grad", False):
        raise RuntimeError(
            f"The function '{name}' is not differentiable with respect to argument '{key}'. This "
            "input cannot have requires_grad True: give weight.detach()"
        )
    kind = getattr(like.dtype, "numpy", like.dtype)
    kind = kind if kind.kind == "f" else np.dtype(np.float64)
    if not hasattr(weight, "array"):
        return np.array(weight, kind)
    array = weight.array.astype(kind)
    is_same = weight.array.dtype == kind
    return kept(array, same if is_same else lambda array: array.astype(kind), (weight,))


def _check_broadcast(name: str, key: str, weight: Any, shape: tuple[int, ...]) -> None:
    try:
        if weight is None or np.broadcast_shapes(shape, weight.shape) == shape:
            return
    except ValueError:
        pass
    raise RuntimeError(
        f"{name}: a {key} of shape {list(weight.shape)} doesn't match the shape {list(shape)} of "
        "the input: counted from the last, its sizes must be equal or 1"
    )


def _weighted(losses: Any, weight: Any) -> Any:
    return losses if weight is None else losses * weight


def _each(g: Any, like: Any, weight: Any, reduction: str) -> Any:
    """Return the gradient of each single loss before it was weighted."""
    if reduction == "mean":
        g = g / (math.prod(np.shape(like)) or 1)
    return g if weight is None else g * weight


def _bce(input: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    certain = maximum(log1p(-input), -100.0)  # torch's bound: a loss is at most 100
    return reduced(
        _weighted((target - 1) * certain - target * maximum(log(input), -100.0), weight), reduction
    )


_LEAST = 9.99999996004197e-13  # torch's: 1e-12, rounded to a float32

binary_cross_entropy = Operation(
    "binary_cross_entropy",
    "BCE",
    definition="the mean of −t ln p − (1 − t) ln(1 − p), each logarithm at least −100",
    derivatives=("g/n · (p − t) / (p (1 − p))", "g/n · (ln(1 − p) − ln p)"),
    on_arrays=_bce,
    on_values=_bce,
    rules=(
        lambda g, _y, p, t, weight, reduction: (
            _each(g, p, weight, reduction) * (p - t) / maximum((1 - p) * p, _LEAST)
        ),
        lambda g, _y, p, _t, weight, reduction: (
            _each(g, p, weight, reduction) * (log1p(-p) - log(p))
        ),
    ),
    prepare=_check_weights("binary_cross_entropy"),
    is_method=False,
)


def _bce_with_logits(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    certain = log_sigmoid(input)
    if pos_weight is not None:
        certain = certain * ((pos_weight - 1) * target + 1)
    return reduced(_weighted((1 - target) * input - certain, weight), reduction)


def _logits_slope(x: Any, t: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return sigmoid(x) - t
    weighted = t * pos_weight
    return sigmoid(x) * (weighted + 1 - t) - weighted


def _targets_slope(x: Any, pos_weight: Any) -> Any:
    return -x if pos_weight is None else log_sigmoid(-x) - log_sigmoid(x) * pos_weight


binary_cross_entropy_with_logits = Operation(
    "binary_cross_entropy_with_logits",
    "BCE of logits",
    definition="the mean of (1 − t) x − ln σ(x)",
    derivatives=("g/n · (σ(x) − t)", "−g/n · x"),
    on_arrays=_bce_with_logits,
    on_values=_bce_with_logits,
    rules=(
        lambda g, _y, x, t, weight, pos_weight, reduction: (
            _each(g, x, weight, reduction) * _logits_slope(x, t, pos_weight)
        ),
        lambda g, _y, x, _t, weight, pos_weight, reduction: (
            _each(g, x, weight, reduction) * _targets_slope(x, pos_weight)
        ),
    ),
    prepare=_check_weights("binary_cross_entropy_with_logits"),
    is_method=False,
)

# --- many classes --------------------------------------------------------------------------------


def class_dim(shape: Any) -> int:
    """Return which dim counts the classes: the second, or of a single sample the only one."""
    return 1 if len(shape) > 1 else 0


def check_classes(x: Any, t: Any, classes: int, ignore_index: int) -> None:
    """Refuse targets that are no classes: another dtype, shape or number.

    Args:
        x: the shape of the input, (classes,) or (n, classes, …).
        t: the array of the targets, of shape () or (n, …).
        classes: how many there are.
        ignore_index: a target that need not be a class.
    """
    if len(x) > 1 and (not t.ndim or x[0] != t.shape[0]):
        raise ValueError(
            f"Expected input batch_size ({x[0]}) to match target batch_size "
            f"({t.shape[0] if t.ndim else 'none'}): the input has shape {list(x)} and the target "
            f"{list(t.shape)}"
        )
    if t.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {t.dtype}: class numbers are "
            "integers; convert them with .long()"
        )
    if len(x) == 1 and t.ndim == 1 and t.shape != (1,):
        raise ValueError(
            f"For 1D input, 1D target must have size 1, but got target size: {t.shape[0]}; an "
            f"input of shape {list(x)} is one sample"
        )
    expected = (x[0], *x[2:]) if len(x) > 1 else ()
    if t.shape != expected and not (len(x) == 1 == t.ndim):
        raise RuntimeError(
            f"Expected target size {list(expected)}, got {list(t.shape)}: one class number for "
            f"each sample of an input of shape {list(x)}"
        )
    wrong = t[(t != ignore_index) & ((t < 0) | (t >= classes))]
    if wrong.size:
        raise IndexError(
            f"Target {wrong[0]} is out of bounds: there are {classes} classes, counted from 0"
        )


def _check_nll(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_reduction(parameters["reduction"])
    x, target = inputs
    shape = tuple(x.shape)
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    classes = shape[class_dim(shape)]
    plain = getattr(target, "array", target)
    noted(check_classes, shape, plain, classes, parameters["ignore_index"])
    weight = parameters["weight"]
    if weight is not None:
        if tuple(weight.shape) != (classes,):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes "
                f"but got weight tensor of shape: {list(weight.shape)}"
            )
        if hasattr(x, "array") and hasattr(weight, "array") and weight.dtype is not x.dtype:
            raise RuntimeError(
                f"expected scalar type {x.dtype.title} but found {weight.dtype.title}: the weight "
                "must have the dtype of the input"
            )
    weight = _numbers("nll_loss_forward", "weight", weight, x)
    if len(shape) == 1 and target.shape:
        target = reshape(target, ())
    return (x, target), {**parameters, "weight": weight}


def _counts(target: Any, weight: Any, ignore_index: int, kind: Any) -> tuple[Any, Any]:
    """Tell which targets count, and how much."""
    kept = np.asarray(target != ignore_index)
    if weight is None:
        return kept, kept.astype(kind)
    return kept, np.where(kept, weight[np.where(kept, target, 0)] if weight.size else 0, 0)


def _nll(
    input: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Any:
    dim = class_dim(input.shape)
    kind = np.float64 if input.dtype == object else input.dtype
    kept, counts = _counts(target, weight, ignore_index, kind)
    index = np.expand_dims(np.where(kept, target, 0).astype(np.intp), dim)
    if not input.shape[dim]:  # nothing is read where all targets are to be ignored
        return reduced(np.zeros(kept.shape, kind), reduction)
    picked = np.squeeze(np.take_along_axis(input, index, dim), dim)
    losses = np.asarray(-picked if weight is None else -picked * counts)
    if reduction == "none":
        return np.where(kept, losses, 0.0)
    total = losses[kept].sum()
    return total if reduction == "sum" else total / (float(counts.sum()) or math.nan)


def _nll_rule(g: Any, _x: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    target = np.asarray(getattr(target, "array", target))
    shape = tuple(_x.shape)
    dim = class_dim(shape)
    kept, counts = _counts(target, weight, ignore_index, getattr(_x.dtype, "numpy", _x.dtype))
    if reduction == "mean":
        counts = counts / (float(counts.sum()) or math.nan)
    ones = (*target.shape[:dim], 1, *target.shape[dim:])
    classes = np.arange(shape[dim]).reshape((-1, *(1,) * (len(shape) - dim - 1)))
    hit = (classes == target.reshape(ones)) & kept.reshape(ones)
    if reduction == "none":
        g = reshape(g, ones)
    return where(hit, g * (-counts).reshape(ones), 0.0)


def _make_nll(name: str, grad_fn_name: str) -> Operation:
    return Operation(
        name,
        "NLL",
        definition="−ln p of the class that is right, weighted, and the mean of it",
        derivatives=("−g · weight / Σ weights at the class, 0 elsewhere", "none"),
        on_arrays=_nll,
        on_values=_nll,
        rules=(
            lambda g, _y, _x, target, weight, ignore_index, reduction: _nll_rule(
                g, _x, target, weight, ignore_index, reduction
            ),
            None,
        ),
        prepare=_check_nll,
        dtypes="as is",
        grad_fn_name=grad_fn_name,
        is_method=False,
    )


nll_loss = _make_nll("nll_loss", "NllLossBackward0")
nll_loss2d = _make_nll("nll_loss2d", "NllLoss2DBackward0")  # of more than two dims, by torch's name
