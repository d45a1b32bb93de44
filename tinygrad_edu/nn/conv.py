"""Conv1d and Conv2d: one small kernel of weights, moved over the whole input."""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu import creation
from tinygrad_edu.nn import functional, init
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter

_PADDINGS = ("same", "valid")
_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What the convolutions share; a subclass says over how many dims they go."""

    weight: Any
    bias: Any
    _dims: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self._set_geometry(kernel_size, stride, padding, dilation, groups, padding_mode)
        make: dict[str, Any] = {"device": device, "dtype": dtype}
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(creation.empty(shape, **make))
        if bias:
            self.bias = Parameter(creation.empty(out_channels, **make))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _set_geometry(
        self,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
        padding_mode: str,
    ) -> None:
        self.kernel_size = self._each_dim(kernel_size)
        self.stride = self._each_dim(stride)
        self.padding = padding if isinstance(padding, str) else self._each_dim(padding)
        self.dilation = self._each_dim(dilation)
        self.groups = groups
        self.padding_mode = padding_mode
        self._check()

    def _each_dim(self, sizes: Any) -> tuple[int, ...]:
        return tuple(sizes) if isinstance(sizes, (tuple, list)) else (sizes,) * self._dims

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise ValueError(
                    f"{name} must be divisible by groups, but {getattr(self, name)} is not by "
                    f"{self.groups}"
                )
        if isinstance(self.padding, str):
            if self.padding not in _PADDINGS:
                raise ValueError(
                    f"Invalid padding string {self.padding!r}, should be one of {_PADDINGS}"
                )
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in _PADDING_MODES:
            raise ValueError(
                f"padding_mode must be one of {_PADDING_MODES}, but got "
                f"padding_mode='{self.padding_mode}'"
            )
        if self.padding_mode != "zeros":
            raise NotImplementedError(
                f"padding_mode='{self.padding_mode}' is not there, only 'zeros' is"
            )

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, as torch does: evenly from ±1/√(numbers in the kernel)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            terms = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(terms) if terms > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Any:
        """Map shape (n, in_channels, …), or one sample of it, to (n, out_channels, …)."""
        convolve = functional.conv1d if self._dims == 1 else functional.conv2d
        geometry = (self.stride, self.padding, self.dilation, self.groups)
        return convolve(input, self.weight, self.bias, *geometry)

    def extra_repr(self) -> str:
        """Return the sizes, and the options that are not the usual ones."""
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        return text if self.bias is not None else text + ", bias=False"


class Conv1d(_Conv):
    """w ∗ x + b over one dim (torch.nn.Conv1d); arguments, attributes and errors as of `Conv2d`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Conv1d(3, 8, kernel_size=5, padding="same")(torch.ones(2, 3, 20)).shape
    torch.Size([2, 8, 20])
    """

    _dims = 1


class Conv2d(_Conv):
    """w ∗ x + b over images (torch.nn.Conv2d); `nn.functional.conv2d` says what it computes.

    Args:
        in_channels: how many channels come in.
        out_channels: how many go out.
        kernel_size: of the kernel; an int, or one for each dim, as the next three.
        stride: how far the kernel moves.
        padding: how many zeros are put on each side, or "valid" or "same".
        dilation: how far apart the places are that the kernel covers.
        groups: into how many groups the channels are divided, each convolved by itself.
        bias: whether there is a b.
        padding_mode: what is put on the sides; "zeros".
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight: shape (out_channels, in_channels / groups, *kernel_size), drawn evenly from
            ±1/√(numbers in the kernel).
        bias: shape (out_channels,), drawn likewise; None without.

    Raises:
        NotImplementedError: for another padding_mode.
        RuntimeError: when called, if sizes or dtypes do not fit.
        ValueError: for channels that groups do not divide, or another word for padding.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.Conv2d(1, 8, kernel_size=3)
    >>> layer(torch.ones(50, 1, 8, 8)).shape
    torch.Size([50, 8, 6, 6])
    >>> layer
    Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))
    """

    _dims = 2
