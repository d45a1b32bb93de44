"""Layers that read the size of their input off the first one they get."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.conv import Conv1d, Conv2d, _Conv
from tinygrad_edu.nn.linear import Linear
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import UninitializedParameter


class _Lazy(Module):
    """What lazy layers share: at the first call they become the ordinary layer.

    The parameters are filled then, and stay the same objects, so an optimizer may have them before.
    """

    weight: Any
    bias: Any
    _found: str  # the attribute that the first input tells
    _layer: Any  # the class that it becomes
    _make: dict[str, Any]

    def _ordinary(self, input: Any) -> Module:
        """Make the layer that this one becomes, for such an input."""
        raise NotImplementedError

    def _begin(self, bias: bool, device: Any, dtype: Any) -> None:
        self._make = {"device": device, "dtype": dtype}
        self.weight = UninitializedParameter()
        if bias:
            self.bias = UninitializedParameter()
        else:
            self.register_parameter("bias", None)

    def has_uninitialized_params(self) -> bool:
        """Tell whether the sizes are still to be found."""
        return any(isinstance(p, UninitializedParameter) for p in self.parameters())

    def reset_parameters(self) -> None:
        """Do nothing: there are no numbers yet."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Find the sizes, become the ordinary layer, and call that."""
        if self.has_uninitialized_params():
            layer = self._ordinary(args[0] if args else kwargs["input"])
            for name, parameter in self._parameters.items():
                if isinstance(parameter, UninitializedParameter):
                    parameter.materialize(layer._parameters[name].array)
        setattr(self, self._found, self.weight.shape[1] * getattr(self, "groups", 1))
        self.__class__ = self._layer
        return self(*args, **kwargs)


class LazyLinear(_Lazy, Linear):
    """A `Linear` whose in_features is the last size of its first input (torch.nn.LazyLinear).

    Args:
        out_features: the number of outputs.
        bias: whether there is a b.
        device: the CPU, if anything.
        dtype: of the parameters.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.LazyLinear(2)
    >>> layer
    LazyLinear(in_features=0, out_features=2, bias=True)
    >>> _ = layer(torch.ones(4, 3))
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    _found, _layer = "in_features", Linear

    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        Module.__init__(self)
        self.in_features, self.out_features = 0, out_features
        self._begin(bias, device, dtype)

    def _ordinary(self, input: Any) -> Linear:
        bias = self.bias is not None
        return Linear(input.shape[-1], self.out_features, bias, **self._make)


class _LazyConv(_Lazy, _Conv):
    """What lazy convolutions share: channels stand before the sizes that the kernel moves over."""

    _found = "in_channels"

    def __init__(
        self,
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
        Module.__init__(self)
        self.in_channels, self.out_channels = 0, out_channels
        self._set_geometry(kernel_size, stride, padding, dilation, groups, padding_mode)
        self._begin(bias, device, dtype)

    def _ordinary(self, input: Any) -> Module:
        geometry = (self.kernel_size, self.stride, self.padding, self.dilation, self.groups)
        options = (self.bias is not None, self.padding_mode)
        channels = input.shape[-1 - self._dims]
        layer: Module = self._layer(channels, self.out_channels, *geometry, *options, **self._make)
        return layer


class LazyConv1d(_LazyConv, Conv1d):
    """A `Conv1d` whose in_channels is read off its first input (torch.nn.LazyConv1d).

    Args: those of `Conv1d` without in_channels.
    """

    _layer = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A `Conv2d` whose in_channels is read off its first input (torch.nn.LazyConv2d).

    Args: those of `Conv2d` without in_channels.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.LazyConv2d(4, kernel_size=3)
    >>> _ = layer(torch.ones(1, 2, 5, 5))
    >>> layer
    Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1))
    """

    _layer = Conv2d
