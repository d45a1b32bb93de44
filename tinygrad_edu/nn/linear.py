"""Linear, the fully connected layer, and Identity."""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu import creation
from tinygrad_edu.nn import functional, init
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter


class Linear(Module):
    """y = x Wᵀ + b (torch.nn.Linear).

    Args:
        in_features: how many numbers come in.
        out_features: how many go out.
        bias: whether there is a b.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight: shape (out_features, in_features), drawn evenly from ±1/√in_features.
        bias: shape (out_features,), drawn likewise; None without.

    Raises:
        RuntimeError: when called, if the last size of the input is not in_features.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> layer = torch.nn.Linear(3, 2)
    >>> layer.bias
    Parameter containing:
    tensor([-0.0114,  0.4578], requires_grad=True)
    >>> layer(torch.ones(4, 3)).shape
    torch.Size([4, 2])
    """

    weight: Any
    bias: Any

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        make: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(creation.empty(out_features, in_features, **make))
        if bias:
            self.bias = Parameter(creation.empty(out_features, **make))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, as torch does: evenly from ±1/√in_features."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Any:
        """Map shape (…, in_features) to (…, out_features)."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes, and whether there is a bias."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Identity(Module):
    """Returns what it is given, in the place of another layer (torch.nn.Identity).

    Args:
        args: anything, so that it can be made like the layer whose place it takes.
        kwargs: likewise.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Identity(54, unused=True)(torch.ones(2))
    tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        """Return the input."""
        return input
