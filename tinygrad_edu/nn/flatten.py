"""Flatten: many dims as one."""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.values import is_array_of_values
from tinygrad_edu.ops.shapes import flatten, normalize_dim


class Flatten(Module):
    """Joins the dims from `start_dim` to `end_dim` into one (torch.nn.Flatten).

    Args:
        start_dim: the first dim to join; 1 leaves the samples of a batch apart.
        end_dim: the last dim to join.

    Raises:
        IndexError: when called, if the input has no such dims.
        RuntimeError: when called, if `start_dim` comes after `end_dim`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Flatten()(torch.ones(2, 3, 4)).shape
    torch.Size([2, 12])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Any) -> Any:
        """Map shape (n, a, b, …) to (n, a·b·…)."""
        if is_array_of_values(input):
            start = normalize_dim(self.start_dim, input.ndim)
            end = normalize_dim(self.end_dim, input.ndim)
            shape = input.shape
            joined = math.prod(shape[start : end + 1])
            return input.reshape(*shape[:start], joined, *shape[end + 1 :])
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the dims."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
