"""The losses of predicted classes: of two, or of many."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.nn.functional.activations import log_softmax
from tinygrad_edu.nn.functional.common import insist_on_floating, not_a_tensor
from tinygrad_edu.nn.values import as_values, holds_values, is_array_of_values, numbers_of
from tinygrad_edu.ops import class_losses, reductions
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.ops.losses import check_reduction
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import reshape
from tinygrad_edu.tensor import Tensor


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """Compute −input at the class of each sample: the loss of logarithms of probabilities.

    Args:
        input: ln p of each class, shape (classes,), (n, classes) or (n, classes, …).
        target: class numbers, int64, shape (), (n,) or (n, …).
        weight: how much each class counts, shape (classes,).
        ignore_index: a class number that does not count.
        reduction: "mean" (divided by the sum of the weights), "sum" or "none".

    Returns:
        A single number, or with "none" a loss for each target.

    Raises:
        IndexError: for a target that is no class.
        NotImplementedError: for an input of integers.
        RuntimeError: for targets of another dtype, or shapes or weights that do not fit.
        ValueError: for another number of samples than of targets, or another reduction.

    >>> import tinygrad_edu as torch
    >>> log_p = torch.tensor([[0.5, 0.5], [0.1, 0.9]]).log()
    >>> torch.nn.functional.nll_loss(log_p, torch.tensor([0, 1]))
    tensor(0.3993)
    """
    check_reduction(reduction)
    x, t = _with_classes("nll_loss", input, target)
    return _nll(x, t, _numbers("nll_loss", weight, x), ignore_index, reduction)


def _nll(x: Any, t: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    ignore_index = integer("nll_loss", "ignore_index", ignore_index)
    op = class_losses.nll_loss if x.ndim < 3 else class_losses.nll_loss2d
    return op(x, t, weight, ignore_index, reduction)


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Compute −ln softmax(input) of the right class, or its mean under given probabilities.

    Args:
        input: logits of each class, shape (classes,), (n, classes) or (n, classes, …).
        target: class numbers, int64, shape (), (n,) or (n, …); or probabilities, floating, in the
            shape of the input.
        weight: how much each class counts, shape (classes,).
        ignore_index: a class number that does not count; not for probabilities.
        reduction: "mean" (divided by the sum of the weights; of probabilities by the number of
            samples), "sum" or "none".
        label_smoothing: from 0 to 1: how much of the target is spread evenly over all classes.

    Returns:
        A single number, or with "none" a loss for each sample.

    Raises:
        IndexError: for a target that is no class.
        NotImplementedError: for an input of integers.
        RuntimeError: for targets of another dtype, shapes or weights that do not fit, or a
            smoothing that is not between 0 and 1.
        ValueError: for another number of samples than of targets, or another reduction.

    >>> import tinygrad_edu as torch
    >>> logits, right = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    >>> torch.nn.functional.cross_entropy(logits, right)
    tensor(0.2201)
    >>> torch.nn.functional.cross_entropy(logits, torch.tensor([[0.5, 0.5], [0.0, 1.0]]))
    tensor(0.7201)
    """
    check_reduction(reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    x = _logits("cross_entropy", input)
    _check_tensor("cross_entropy", target, x)
    if tuple(np.shape(_plain(target))) == tuple(x.shape):
        return _soft_cross_entropy(x, target, weight, ignore_index, reduction, label_smoothing)
    if not x.ndim:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    t = _classes(target, x)
    weight = _numbers("cross_entropy", weight, x)
    log_p = log_softmax(x, class_losses.class_dim(x.shape))
    hard = _nll(log_p, t, weight, ignore_index, reduction)
    if not label_smoothing:
        return hard
    numbers = t.long() if isinstance(t, Tensor) else np.asarray(t)
    spread = _spread_loss(log_p, numbers, weight, ignore_index, reduction)
    classes = x.shape[class_losses.class_dim(x.shape)]
    return hard * (1 - label_smoothing) + spread * (label_smoothing / classes)


def _spread_loss(log_p: Any, t: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    """Return the loss whose targets are all classes alike, which label smoothing mixes in."""
    dim = class_losses.class_dim(log_p.shape)
    terms = log_p if weight is None else log_p * _along_classes(weight, log_p)
    losses = -reductions.sum(terms, dim)
    kept = t != ignore_index
    losses = where(kept, losses, 0.0)
    if reduction == "none":
        return losses
    total = reductions.sum(losses)
    if reduction == "sum":
        return total
    counts = kept if weight is None else where(kept, weight[where(kept, t, 0)], 0.0)
    return total / (counts.sum() if isinstance(t, Tensor) else float(counts.sum()))


def _soft_cross_entropy(
    x: Any, target: Any, weight: Any, ignore_index: int, reduction: str, label_smoothing: float
) -> Any:
    """Compute the cross entropy of probabilities as targets."""
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    t = target if isinstance(x, Tensor) else as_values(_plain(target))
    if isinstance(t, Tensor) and t.array.dtype.kind != "f":
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got "
            f"{t.dtype.title}: class numbers would have the shape {[*x.shape[:1], *x.shape[2:]]}"
        )
    if not x.ndim:
        raise IndexError("cross_entropy: the input has no dims, so that there are no classes")
    dim = class_losses.class_dim(x.shape)
    classes = x.shape[dim]
    terms = log_softmax(x, dim)
    if label_smoothing:
        t = t * (1 - label_smoothing) + label_smoothing / classes
    terms = terms * t
    if weight is not None:
        terms = terms * _along_classes(_numbers("cross_entropy", weight, x), x)
    if reduction == "none":
        return -reductions.sum(terms, dim)
    total = -reductions.sum(terms)
    samples = math.prod(x.shape) // classes if classes else 0
    return total if reduction == "sum" else total / (samples or math.nan)


def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean"
) -> Any:
    """Compute −t ln p − (1 − t) ln(1 − p), with each logarithm at least −100.

    Args:
        input: probabilities p, any shape.
        target: t, from 0 to 1, the same shape.
        weight: how much each loss counts, a shape that broadcasts to that of the input.
        reduction: "mean", "sum" or "none" for each loss by itself.

    Returns:
        A single number, or with "none" the losses.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: for numbers that are not between 0 and 1, for a target of another dtype, or a
            weight that does not fit.
        ValueError: if the shapes differ, or for another reduction.

    >>> import tinygrad_edu as torch
    >>> p = torch.tensor([0.9, 0.2])
    >>> torch.nn.functional.binary_cross_entropy(p, torch.tensor([1.0, 0.0]))
    tensor(0.1643)
    """
    name = "binary_cross_entropy"
    check_reduction(reduction)
    x, t = _pair(name, input, target)
    if isinstance(x, Tensor):
        if t.dtype is not x.dtype:
            raise RuntimeError(
                f"Found dtype {t.dtype.title} but expected {x.dtype.title}: the target must have "
                "the dtype of the input; convert one with .float() or .double()"
            )
        insist_on_floating(name, x)
    for which, numbers in (("input", x), ("target", t)):
        plain = numbers.array if isinstance(numbers, Tensor) else numbers_of(np.asarray(numbers))
        noted(_check_shares, plain, which)
    return class_losses.binary_cross_entropy(x, t, _numbers(name, weight, x), reduction)


def _check_shares(numbers: Any, which: str) -> None:
    """Refuse numbers that are not between 0 and 1."""
    if not np.all((numbers >= 0) & (numbers <= 1)):
        raise RuntimeError(
            f"all elements of {which} should be between 0 and 1; of logits, take the sigmoid "
            "first, or binary_cross_entropy_with_logits"
        )


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Any:
    """Compute the binary cross entropy of σ(input): finite for every logit, and exact.

    Args:
        input: logits, any shape.
        target: from 0 to 1, the same shape.
        weight: how much each loss counts, a shape that broadcasts to that of the input.
        reduction: "mean", "sum" or "none" for each loss by itself.
        pos_weight: how much a target of 1 counts, a shape that broadcasts to that of the input.

    Returns:
        A single number, or with "none" the losses.

    Raises:
        NotImplementedError: for an input of integers.
        RuntimeError: for a target of integers, or weights that do not fit.
        ValueError: if the shapes differ, or for another reduction.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([2.0, -1000.0])
    >>> torch.nn.functional.binary_cross_entropy_with_logits(x, torch.tensor([1.0, 0.0]))
    tensor(0.0635)
    """
    name = "binary_cross_entropy_with_logits"
    check_reduction(reduction)
    x, t = _pair(name, input, target)
    if isinstance(x, Tensor):
        insist_on_floating(name, x)
        if t.array.dtype.kind != "f":
            raise RuntimeError(
                f"result type {x.dtype.title} can't be cast to the desired output type "
                f"{t.dtype.title}: convert the target with .to(input.dtype)"
            )
        if t.dtype is not x.dtype:  # torch computes in the dtype of the target
            x = x.to(t.dtype)
    weight, pos_weight = (_numbers(name, w, x) for w in (weight, pos_weight))
    return class_losses.binary_cross_entropy_with_logits(x, t, weight, pos_weight, reduction)


# --- arguments ------------------------------------------------------------------------------------


def _logits(name: str, input: Any) -> Any:
    """Return an input as a tensor, or as an array of `Value`s."""
    if isinstance(input, Tensor):
        return input
    if not holds_values(input):
        raise not_a_tensor(name, input)
    return as_values(input)


def _plain(x: Any) -> Any:
    return x.array if isinstance(x, Tensor) else np.asarray(x)


def _check_tensor(name: str, target: Any, x: Any) -> None:
    if isinstance(x, Tensor) and not isinstance(target, Tensor):
        raise TypeError(
            f"{name}(): argument 'target' (position 2) must be Tensor, not "
            f"{type(target).__name__}: make one with torch.tensor(...)"
        )


def _classes(target: Any, x: Any) -> Any:
    """Return class numbers as a tensor, or beside `Value`s as an array of integers."""
    if isinstance(x, Tensor):
        return target
    if not holds_values(target):
        return _plain(target)
    numbers = numbers_of(as_values(target))  # `Value`s, as model.to(Value) makes of all numbers
    return numbers.astype(np.int64) if np.all(numbers == np.rint(numbers)) else numbers


def _with_classes(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    """Return input and class numbers, of tensors or of `Value`s."""
    x = _logits(name, input)
    _check_tensor(name, target, x)
    if isinstance(x, Tensor):
        insist_on_floating(name, x)
    return x, _classes(target, x)


def _pair(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    """Return input and target of one shape, both tensors or both arrays of `Value`s."""
    if not isinstance(input, Tensor) and holds_values(target):
        x, t = as_values(input), as_values(target)
    else:
        x = _logits(name, input)
        _check_tensor(name, target, x)
        t = target if isinstance(x, Tensor) else as_values(_plain(target))
    if tuple(x.shape) != tuple(t.shape):
        raise ValueError(
            f"Target size ({t.shape}) must be the same as input size ({x.shape}): {name} compares "
            "them one by one; reshape one, as with .squeeze(1) or .view_as"
        )
    return x, t


def _numbers(name: str, weight: Any, x: Any) -> Any:
    """Return weights as a tensor, or beside `Value`s as an array of numbers."""
    if weight is None or (isinstance(weight, Tensor) and isinstance(x, Tensor)):
        return weight
    if isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument 'weight' must be Tensor, not {type(weight).__name__}: make one "
            "with torch.tensor(...)"
        )
    if is_array_of_values(weight):
        return numbers_of(weight)
    return np.asarray(_plain(weight), np.float64)


def _along_classes(weight: Any, x: Any) -> Any:
    """Shape a weight for each class so that it lines up with the input."""
    dim = class_losses.class_dim(x.shape)
    if tuple(weight.shape) != (x.shape[dim],):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {x.shape[dim]} classes "
            f"or no classes but got weight tensor of shape: {list(weight.shape)}"
        )
    return reshape(weight, (x.shape[dim], *(1,) * (x.ndim - dim - 1)))
