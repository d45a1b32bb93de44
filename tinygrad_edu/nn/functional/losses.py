"""The losses."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.functional.common import (
    insist_on_floating,
    pair_of_values,
    record,
    warn_of_sizes,
)
from tinygrad_edu.ops import losses, reductions, selection
from tinygrad_edu.tensor import Tensor


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the squared errors (input − target)², their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.

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
    if isinstance(input, Tensor) and isinstance(target, Tensor):
        if input.array.shape != target.array.shape:
            warn_of_sizes(input, target)
        if input.array.dtype.kind != "f":
            insist_on_floating("mse_loss", target)
        parameters = {"reduction": losses.check_reduction(reduction)}
        return record(losses.mse_loss, (input, target), parameters)
    return losses.mse_loss(*pair_of_values("mse_loss", input, target), reduction)


def l1_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the absolute errors |input − target|, their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.

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
    if reduction == "none":
        return errors
    return (reductions.mean if reduction == "mean" else reductions.sum)(errors)
