"""Losses as modules: how far an output is from its target, as one number."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class _Loss(Module):
    """A loss with a reduction."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction


class MSELoss(_Loss):
    """The mean of the squared errors (input − target)² (torch.nn.MSELoss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.

    Raises:
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The mean of the absolute errors |input − target| (torch.nn.L1Loss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.

    Raises:
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.L1Loss(reduction="none")(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.l1_loss(input, target, reduction=self.reduction)
