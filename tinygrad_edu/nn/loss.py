"""Losses as modules."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class MSELoss(Module):
    """The mean of the squared errors (torch.nn.MSELoss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.

    >>> import tinygrad_edu as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape."""
        return functional.mse_loss(input, target, self.reduction)


class L1Loss(Module):
    """The mean of the absolute errors (torch.nn.L1Loss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape."""
        return functional.l1_loss(input, target, self.reduction)
