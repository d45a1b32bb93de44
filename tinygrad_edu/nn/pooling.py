"""MaxPool1d/2d, AvgPool1d/2d and AdaptiveAvgPool2d: one number of each window."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class _MaxPool(Module):
    """What the max pools share."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def _options(self) -> tuple[Any, ...]:
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return (*sizes, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        """Return the options."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The largest of each window over one dim (torch.nn.MaxPool1d); as `MaxPool2d` otherwise.

    >>> import tinygrad_edu as torch
    >>> torch.nn.MaxPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[3., 2.]])
    """

    def forward(self, input: Any) -> Any:
        """Map shape (n, channels, length) to (n, channels, length')."""
        return functional.max_pool1d(input, *self._options())


class MaxPool2d(_MaxPool):
    """The largest number of each window (torch.nn.MaxPool2d).

    Args:
        kernel_size: of the window; an int, or one for each dim, as the next three.
        stride: how far windows are apart; the kernel_size if not given.
        padding: by how much windows may begin before, and end after the input.
        dilation: how far apart the numbers are that a window covers.
        return_indices: whether to return where each number was found, too.
        ceil_mode: whether there is another window where some of it is still inside.

    Raises:
        RuntimeError: when called, if sizes do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.nn.MaxPool2d(2)(torch.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """

    def forward(self, input: Any) -> Any:
        """Map shape (n, channels, height, width) to (n, channels, height', width')."""
        return functional.max_pool2d(input, *self._options())


class _AvgPool(Module):
    """What the average pools share."""

    kernel_size: Any
    stride: Any
    padding: Any

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The mean of each window over one dim (torch.nn.AvgPool1d); arguments as of `AvgPool2d`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.AvgPool1d(2)(torch.tensor([[1.0, 3.0, 2.0, 0.0]]))
    tensor([[2., 1.]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(kernel_size if stride is None else stride)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Any) -> Any:
        """Map shape (n, channels, length) to (n, channels, length')."""
        sizes = (self.kernel_size, self.stride, self.padding)
        return functional.avg_pool1d(input, *sizes, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_AvgPool):
    """The mean of each window (torch.nn.AvgPool2d).

    Args:
        kernel_size: of the window; an int, or one for each dim, as the next two.
        stride: how far windows are apart; the kernel_size if not given.
        padding: how many zeros are put on each side.
        ceil_mode: whether there is another window where some of it is still inside.
        count_include_pad: whether these zeros count as numbers.
        divisor_override: what to divide the sums by instead of how many numbers there are.

    Raises:
        RuntimeError: when called, if sizes do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.nn.AvgPool2d(2)(torch.arange(16.0).reshape(1, 4, 4))
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Any:
        """Map shape (n, channels, height, width) to (n, channels, height', width')."""
        sizes = (self.kernel_size, self.stride, self.padding)
        options = (self.ceil_mode, self.count_include_pad, self.divisor_override)
        return functional.avg_pool2d(input, *sizes, *options)


class AdaptiveAvgPool2d(Module):
    """The mean of windows that cover the input evenly (torch.nn.AdaptiveAvgPool2d).

    Args:
        output_size: how many windows there are along each dim: an int, or one for each; None for
            as many as there are numbers.

    Raises:
        RuntimeError: when called, if sizes do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.nn.AdaptiveAvgPool2d((1, 2))(torch.arange(12.0).reshape(1, 3, 4))
    tensor([[[4.5000, 6.5000]]])
    """

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Any) -> Any:
        """Map shape (n, channels, height, width) to (n, channels, *output_size)."""
        return functional.adaptive_avg_pool2d(input, self.output_size)

    def extra_repr(self) -> str:
        """Return the size."""
        return f"output_size={self.output_size}"


def _single(size: Any) -> tuple[Any, ...]:
    return tuple(size) if isinstance(size, (tuple, list)) else (size,)
