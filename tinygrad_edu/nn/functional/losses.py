"""The losses of numbers, and of distributions."""

from __future__ import annotations

import math
import warnings
from typing import Any

from tinygrad_edu.nn.functional.common import (
    insist_on_floating,
    not_a_tensor,
    pair_of_values,
    record,
    warn_of_sizes,
)
from tinygrad_edu.nn.values import as_values, holds_values
from tinygrad_edu.ops import losses, powers, reductions, selection, special
from tinygrad_edu.tensor import Tensor


def mse_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Compute the squared errors (input − target)², their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.
        weight: how much each error counts, the shape of the input.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if the shapes do not broadcast.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """
    if weight is not None:
        errors = mse_loss(input, target, reduction="none")
        return _weighted(errors, input, weight, losses.check_reduction(reduction))
    if isinstance(input, Tensor) and isinstance(target, Tensor):
        if input.array.shape != target.array.shape:
            warn_of_sizes(input, target)
        if input.array.dtype.kind != "f":
            insist_on_floating("mse_loss", target)
        parameters = {"reduction": losses.check_reduction(reduction)}
        return record(losses.mse_loss, (input, target), parameters)
    return losses.mse_loss(*pair_of_values("mse_loss", input, target), reduction)


def l1_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Compute the absolute errors |input − target|, their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.
        weight: how much each error counts, the shape of the input.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        RuntimeError: if the shapes do not broadcast, or for the mean of integers.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(1.)
    """
    losses.check_reduction(reduction)
    if isinstance(input, Tensor) and isinstance(target, Tensor):
        if input.array.shape != target.array.shape:
            warn_of_sizes(input, target)
    else:
        input, target = pair_of_values("l1_loss", input, target)
    errors = selection.absolute(input - target)
    if weight is not None:
        return _weighted(errors, input, weight, reduction)
    return _reduced(errors, reduction)


def _weighted(errors: Any, input: Any, weight: Any, reduction: str) -> Any:
    """Weigh errors; their mean is divided by the sum of the weights."""
    _check_weight(weight, input)
    errors = errors * weight
    total = _reduced(errors, "none" if reduction == "none" else "sum")
    return total / reductions.sum(weight) if reduction == "mean" else total


def _check_weight(weight: Any, input: Any) -> None:
    if tuple(getattr(weight, "shape", ())) != tuple(input.shape):
        raise ValueError(
            "Weights and input must have the same size, but got shapes "
            f"{list(getattr(weight, 'shape', ()))} and {list(input.shape)}"
        )


def _reduced(errors: Any, reduction: str) -> Any:
    if reduction == "none":
        return errors
    return (reductions.mean if reduction == "mean" else reductions.sum)(errors)


def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Compute errors whose squares count while they are below beta, and then their size.

    (input − target)² / 2β where |input − target| < β, else |input − target| − β/2.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.
        beta: where squares end; with 0 it is `l1_loss`.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if the shapes do not broadcast, or for a negative beta.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([1.5, 4.0])
    >>> torch.nn.functional.smooth_l1_loss(x, torch.tensor([1.0, 1.0]), reduction="none")
    tensor([0.1250, 2.5000])
    """
    losses.check_reduction(reduction)
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, t = _errors_of("smooth_l1_loss", input, target)
    return losses.smooth_l1_loss(x, t, reduction, beta)


def huber_loss(
    input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Any:
    """Compute errors whose squares count while they are below delta, and then delta · their size.

    (input − target)² / 2 where |input − target| < δ, else δ (|input − target| − δ/2).

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.
        delta: where squares end.
        weight: how much each error counts, the shape of the input.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if the shapes do not broadcast, or for a delta that is not positive.
        ValueError: for another reduction, or if weight and input differ in shape.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([1.5, 4.0])
    >>> torch.nn.functional.huber_loss(x, torch.tensor([1.0, 1.0]), "none", delta=2.0)
    tensor([0.1250, 4.0000])
    """
    losses.check_reduction(reduction)
    x, t = _errors_of("huber_loss", input, target)
    if isinstance(x, Tensor) and t.dtype is not x.dtype:  # torch answers in the input's dtype
        if x.array.dtype.kind != "f":
            raise RuntimeError(
                f"result type {t.dtype.title} can't be cast to the desired output type "
                f"{x.dtype.title}: convert the input with .float()"
            )
        t = t.to(x.dtype)
    if weight is None:
        return losses.huber_loss(x, t, reduction, delta)
    _check_weight(weight, x)
    return _reduced(losses.huber_loss(x, t, "none", delta) * weight, reduction)


def _errors_of(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    """Return input and target, both tensors or both arrays of `Value`s; warn if shapes differ."""
    if not isinstance(input, Tensor) or not isinstance(target, Tensor):
        return pair_of_values(name, input, target)
    if input.array.shape != target.array.shape:
        warn_of_sizes(input, target)
    if input.array.dtype.kind != "f":
        insist_on_floating(name, target)
    return input, target


def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """Compute target · (ln target − input): how far a distribution is from the target.

    Args:
        input: ln of the probabilities, any shape.
        target: the probabilities, or with `log_target` their ln; broadcast with the input.
        reduction: "batchmean" divides the sum by the size of dim 0, which is the divergence;
            "mean" divides by the number of elements, "sum" does not divide, "none" does not add.
        log_target: whether `target` is given as ln.

    Returns:
        A single number, or with "none" each summand.

    Raises:
        RuntimeError: for integers, or if the shapes do not broadcast.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])
    >>> torch.nn.functional.kl_div(q.log(), p, reduction="batchmean")
    tensor(0.1438)
    """
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next major "
            "release.",
            stacklevel=2,
        )
    how = losses.check_reduction("sum" if reduction == "batchmean" else reduction)
    x, t = _distributions(input, target)
    terms = powers.exp(t) * (t - x) if log_target else special.xlogy(t, t) - t * x
    result = _reduced(terms, how)
    if reduction == "batchmean" and x.ndim:
        return result / (x.shape[0] or math.nan)
    return result


def _distributions(input: Any, target: Any) -> tuple[Any, Any]:
    if not isinstance(input, Tensor):
        if not holds_values(input) and not holds_values(target):
            raise not_a_tensor("kl_div", input)
        return as_values(input), as_values(target)
    if not isinstance(target, Tensor):
        raise TypeError(
            f"kl_div(): argument 'target' (position 2) must be Tensor, not {type(target).__name__}"
        )
    if input.array.dtype.kind != "f" or target.array.dtype.kind != "f":
        raise RuntimeError(
            f"kl_div: Integral inputs not supported, but got {input.dtype} and {target.dtype}"
        )
    return input, target
