"""The units that are linear for large inputs and let something through below 0, as modules."""

from __future__ import annotations

from typing import Any

from tinygrad_edu import creation
from tinygrad_edu.nn import functional, init
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter


class PReLU(Module):
    """x where x > 0, else a · x, with a slope a that is learnt (torch.nn.PReLU).

    Args:
        num_parameters: 1, or a slope for each channel, which is dim 1 of the input.
        init: what the slopes are at first.
        device: the CPU, if anything.
        dtype: of the slopes.

    Attributes:
        weight: the slopes, shape (num_parameters,).

    Raises:
        RuntimeError: when called, if the input has another number of channels.

    >>> import tinygrad_edu as torch
    >>> torch.nn.PReLU()(torch.tensor([-2.0, 3.0]))
    tensor([-0.5000,  3.0000], grad_fn=<PreluKernelBackward0>)
    """

    weight: Any

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.num_parameters = num_parameters
        super().__init__()
        self.init = init
        self.weight = Parameter(creation.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slopes to what they are at first."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return how many slopes there are."""
        return f"num_parameters={self.num_parameters}"


class _InPlace(Module):
    """An activation whose only option is to write into its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the option if it is set."""
        return "inplace=True" if self.inplace else ""


class ELU(Module):
    """x where x > 0, else α (eˣ − 1): smooth, and never below −α (torch.nn.ELU).

    Args:
        alpha: how far below 0 it goes.
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.ELU()(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.6321,  0.0000,  2.0000])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return α, and the other option if it is set."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class SELU(_InPlace):
    """ELU, scaled so that layers keep the mean 0 and the variance 1 (torch.nn.SELU).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.SELU()(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-1.1113,  0.0000,  2.1014])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.selu(input, self.inplace)


class SiLU(_InPlace):
    """x · σ(x), also called swish (torch.nn.SiLU).

    Args:
        inplace: write the result into the input.

    >>> import tinygrad_edu as torch
    >>> torch.nn.SiLU()(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.2689,  0.0000,  1.7616])
    """

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.silu(input, self.inplace)


class GELU(Module):
    """x · Φ(x), with the normal distribution Φ; what transformers use (torch.nn.GELU).

    Args:
        approximate: "tanh" to approximate Φ by a tanh, or "none".

    Raises:
        RuntimeError: when called, for another approximation.

    >>> import tinygrad_edu as torch
    >>> torch.nn.GELU()(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.1587,  0.0000,  1.9545])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        """Return the approximation."""
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """ln(1 + e^(βx)) / β: relu without its kink; its slope is σ(βx) (torch.nn.Softplus).

    Args:
        beta: how sharply it bends.
        threshold: where βx is above it, the result is x.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Softplus()(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([0.3133, 0.6931, 2.1269])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Any) -> Any:
        """Apply it to each element of any shape."""
        return functional.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return β and the threshold."""
        return f"beta={self.beta}, threshold={self.threshold}"
