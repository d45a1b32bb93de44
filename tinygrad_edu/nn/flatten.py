"""Flatten, many dims as one, and Unflatten, one as many."""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.values import is_array_of_values
from tinygrad_edu.ops.shapes import flatten, normalize_dim, reshape


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


class Unflatten(Module):
    """Makes one dim several (torch.nn.Unflatten).

    Args:
        dim: the dim.
        unflattened_size: the sizes that it becomes; a single −1 for what is left.

    Raises:
        IndexError: when called, if the input has no such dim.
        RuntimeError: when called, if the sizes do not multiply to that of the dim.
        TypeError: for sizes that are no ints.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Unflatten(1, (3, 4))(torch.ones(2, 12)).shape
    torch.Size([2, 3, 4])
    """

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            kind = type(unflattened_size).__name__
            raise TypeError(f"unflattened_size must be a tuple of ints, but found type {kind}")
        for place, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise TypeError(
                    "unflattened_size must be tuple of ints, but found element of type "
                    f"{type(size).__name__} at pos {place}"
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Any) -> Any:
        """Map shape (…, n, …) to (…, *unflattened_size, …)."""
        shape, sizes = tuple(input.shape), tuple(self.unflattened_size)
        if not sizes:
            raise RuntimeError("unflatten: sizes must be non-empty")
        dim = normalize_dim(self.dim, len(shape))
        known, size = math.prod(n for n in sizes if n != -1), shape[dim]
        if sizes.count(-1) > 1:
            raise RuntimeError(
                f"unflatten: only one dimension can be inferred, but the sizes are {list(sizes)}"
            )
        if -1 in sizes and known and size % known == 0:
            sizes = tuple(size // known if n == -1 else n for n in sizes)
        if math.prod(sizes) != size or min(sizes) < 0:
            raise RuntimeError(
                f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim "
                f"{dim} ({size}) in the input tensor"
            )
        new = (*shape[:dim], *sizes, *shape[dim + 1 :])
        return input.reshape(new) if is_array_of_values(input) else reshape(input, new)

    def extra_repr(self) -> str:
        """Return the dim and its sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
