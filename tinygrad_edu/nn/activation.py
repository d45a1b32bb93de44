"""The activation functions as modules; `ops/activations.py` says what each does to a gradient."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class Sigmoid(Module):
    """y = 1 / (1 + e⁻ˣ), between 0 and 1; its slope is y (1 − y) ≤ 1/4 (torch.nn.Sigmoid).

    >>> import tinygrad_edu as torch
    >>> torch.nn.Sigmoid()(torch.tensor([-5.0, 0.0, 5.0]))
    tensor([0.0067, 0.5000, 0.9933])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.sigmoid(input)


class Tanh(Module):
    """y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), between −1 and 1; its slope is 1 − y² ≤ 1 (torch.nn.Tanh).

    >>> import tinygrad_edu as torch
    >>> torch.nn.Tanh()(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([-0.9640,  0.0000,  0.9640])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.tanh(input)


class ReLU(Module):
    """x where x > 0, else 0; its slope is 1 or 0 (torch.nn.ReLU).

    A unit whose input is negative for every sample gets no gradient any more: it is dead.

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.ReLU()(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return the option if it is set."""
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """x where x > 0, else slope · x, so that no unit is ever dead (torch.nn.LeakyReLU).

    Args:
        negative_slope: the slope below 0.
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.LeakyReLU(0.1)(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([-0.2000,  0.0000,  2.0000])
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """Return the slope, and the other option if it is set."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class Hardtanh(Module):
    """x, but at least min_val and at most max_val; its slope is 1 or 0 (torch.nn.Hardtanh).

    Args:
        min_val: the lower bound.
        max_val: the upper bound.
        inplace: write the result into the input.

    Raises:
        AssertionError: if max_val is not greater than min_val.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Hardtanh()(torch.tensor([-2.0, 0.5, 2.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if max_val <= min_val:
            raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """Return the bounds, and the other option if it is set."""
        bounds = f"min_val={self.min_val}, max_val={self.max_val}"
        return bounds + (", inplace=True" if self.inplace else "")


class ReLU6(Hardtanh):
    """x, but at least 0 and at most 6 (torch.nn.ReLU6).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.ReLU6()(torch.tensor([-2.0, 0.5, 8.0]))
    tensor([0.0000, 0.5000, 6.0000])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Return the option if it is set."""
        return "inplace=True" if self.inplace else ""


class Softsign(Module):
    """x / (1 + |x|), between −1 and 1; its slope is 1 / (1 + |x|)² ≤ 1 (torch.nn.Softsign).

    >>> import tinygrad_edu as torch
    >>> torch.nn.Softsign()(torch.tensor([-1.0, 0.0, 3.0]))
    tensor([-0.5000,  0.0000,  0.7500])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.softsign(input)


class LogSigmoid(Module):
    """ln σ(x), finite for every x; its slope is σ(−x) (torch.nn.LogSigmoid).

    >>> import tinygrad_edu as torch
    >>> torch.nn.LogSigmoid()(torch.tensor([-2.0, 0.0]))
    tensor([-2.1269, -0.6931])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.logsigmoid(input)


class Softmax(Module):
    """eˣ / Σ eˣ along a dim: positive numbers that sum to 1 (torch.nn.Softmax).

    Args:
        dim: the dim along which they sum to 1.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Softmax(dim=1)(torch.tensor([[0.0, 0.0], [0.0, 5.0]]))
    tensor([[0.5000, 0.5000],
            [0.0067, 0.9933]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply it to each slice along the dim."""
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """ln softmax(x) = x − ln Σ eˣ along a dim (torch.nn.LogSoftmax).

    Args:
        dim: the dim along which the softmax sums to 1.

    >>> import tinygrad_edu as torch
    >>> torch.nn.LogSoftmax(dim=0)(torch.tensor([0.0, 0.0]))
    tensor([-0.6931, -0.6931])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Any:
        """Apply it to each slice along the dim."""
        return functional.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return f"dim={self.dim}"
