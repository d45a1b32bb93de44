"""Dropout and Dropout2d: set numbers, or whole channels, to 0 at random while training."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.functional.dropout import check_probability
from tinygrad_edu.nn.module import Module


class _Dropout(Module):
    """A dropout with a probability."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the options."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Sets each number to 0 with probability p, the others to x / (1 − p) (torch.nn.Dropout).

    After `eval()` it does nothing.

    Args:
        p: the probability of a 0.
        inplace: write the result into the input.

    Raises:
        ValueError: if p is not between 0 and 1.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> layer = torch.nn.Dropout(0.5)
    >>> layer(torch.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    >>> layer.eval()(torch.ones(6))
    tensor([1., 1., 1., 1., 1., 1.])
    """

    def forward(self, input: Any) -> Any:
        """Drop numbers of any shape."""
        return functional.dropout(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """Sets whole channels to 0 with probability p, the others to x / (1 − p) (torch.nn.Dropout2d).

    After `eval()` it does nothing.

    Args:
        p: the probability that a channel is dropped.
        inplace: write the result into the input.

    Raises:
        ValueError: if p is not between 0 and 1.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.Dropout2d()(torch.ones(1, 3, 1, 1)).flatten()
    tensor([0., 0., 2.])
    """

    def forward(self, input: Any) -> Any:
        """Drop channels of shape (n, channels, height, width)."""
        return functional.dropout2d(input, self.p, self.training, self.inplace)
