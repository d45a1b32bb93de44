"""The activation functions as modules; `ops/activations.py` says what each does to a gradient."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class Sigmoid(Module):
    """σ(x) = 1 / (1 + e⁻ˣ), between 0 and 1; slope y (1 − y), at most 1/4 (torch.nn.Sigmoid)."""

    def forward(self, input: Any) -> Any:
        """Apply it to each element."""
        return functional.sigmoid(input)


class Tanh(Module):
    """tanh(x) = 2σ(2x) − 1, between −1 and 1; slope 1 − y², at most 1 (torch.nn.Tanh)."""

    def forward(self, input: Any) -> Any:
        """Apply it to each element."""
        return functional.tanh(input)


class ReLU(Module):
    """max(x, 0); slope 1 where x > 0, else 0: a unit never positive is dead (torch.nn.ReLU).

    Args:
        inplace: write the result into the input.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element."""
        return functional.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return the options that are not the default."""
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """x where x > 0, else slope · x: no unit is dead (torch.nn.LeakyReLU).

    Args:
        negative_slope: the slope for x < 0.
        inplace: write the result into the input.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element."""
        return functional.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """Return the slope."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class Softmax(Module):
    """eˣ / Σ eˣ along a dim (torch.nn.Softmax)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply it to each slice along the dim."""
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """x − ln Σ eˣ along a dim (torch.nn.LogSoftmax)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply it to each slice along the dim."""
        return functional.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"
