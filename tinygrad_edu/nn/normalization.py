"""BatchNorm1d, BatchNorm2d and LayerNorm: bring numbers to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu import creation
from tinygrad_edu.nn import functional, init
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter


class _BatchNorm(Module):
    """What the batch norms share; a subclass says how many dims its input may have."""

    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any
    _ndims: tuple[int, ...]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        make: dict[str, Any] = {"device": device, "dtype": dtype}
        _add_affine(self, (num_features,), affine, bias, make)
        tracked = track_running_stats
        self.register_buffer(
            "running_mean", creation.zeros(num_features, **make) if tracked else None
        )
        self.register_buffer(
            "running_var", creation.ones(num_features, **make) if tracked else None
        )
        count = creation.tensor(0, device=device) if tracked else None
        self.register_buffer("num_batches_tracked", count)

    def reset_running_stats(self) -> None:
        """Forget the batches so far: mean 0, variance 1."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Start again, with weight 1 and bias 0 and without batches."""
        self.reset_running_stats()
        _reset_affine(self)

    def forward(self, input: Any) -> Any:
        """Normalise shape (n, num_features, …), each channel for itself."""
        ndim = np.ndim(getattr(input, "array", input))
        if ndim not in self._ndims:
            wanted = " or ".join(f"{n}D" for n in self._ndims)
            raise ValueError(f"expected {wanted} input (got {ndim}D input)")
        tracking = self.training and self.track_running_stats
        momentum = self.momentum
        if momentum is None:  # then the running numbers are the average of all batches
            tracked = tracking and self.num_batches_tracked is not None
            momentum = 1.0 / (int(self.num_batches_tracked) + 1) if tracked else 0.0
        running = tracking or not self.training
        result = functional.batch_norm(
            input,
            self.running_mean if running else None,
            self.running_var if running else None,
            self.weight,
            self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            momentum,
            self.eps,
        )
        if tracking and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)  # after what may fail
        return result

    def extra_repr(self) -> str:
        """Return the options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """w (x − mean) / √(var + ε) + b, over the batch for each feature (torch.nn.BatchNorm1d).

    In training, mean and variance are those of the batch, and running ones follow them; after
    `eval()` it uses the running ones.

    Args:
        num_features: how many features (or channels) there are.
        eps: keeps the divisor from 0.
        momentum: how far the running numbers move with a batch; None for the average of all.
        affine: whether there are w and b.
        track_running_stats: whether there are running numbers; without, those of the batch are
            used after `eval()`, too.
        device: the CPU, if anything.
        dtype: of the parameters and running numbers.
        bias: whether there is a b, where there is a w.

    Attributes:
        weight: shape (num_features,), ones at first; None without.
        bias: shape (num_features,), zeros at first; None without.
        running_mean: shape (num_features,).
        running_var: shape (num_features,).
        num_batches_tracked: how many batches the running numbers have seen.

    Raises:
        ValueError: when called, for another number of dims, or in training for a single number
            per feature.
        RuntimeError: when called, if the second size of the input is not num_features.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.BatchNorm1d(2)
    >>> layer(torch.tensor([[0.0, 5.0], [2.0, 7.0]])).detach()
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])
    >>> layer.running_mean
    tensor([0.1000, 0.6000])
    """

    _ndims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """w (x − mean) / √(var + ε) + b, over batch, height and width for each channel.

    (torch.nn.BatchNorm2d); arguments, attributes and errors as of `BatchNorm1d`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.BatchNorm2d(3)(torch.ones(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """

    _ndims = (4,)


class LayerNorm(Module):
    """w (x − mean) / √(var + ε) + b, over the last dims (torch.nn.LayerNorm).

    Args:
        normalized_shape: the size of the last dim, or the sizes of the last dims.
        eps: keeps the divisor from 0.
        elementwise_affine: whether there are w and b.
        bias: whether there is a b, where there is a w.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight: shape `normalized_shape`, ones at first; None without.
        bias: shape `normalized_shape`, zeros at first; None without.

    Raises:
        RuntimeError: when called, if the last sizes of the input are others.

    >>> import tinygrad_edu as torch
    >>> torch.nn.LayerNorm(2)(torch.tensor([[0.0, 2.0], [5.0, 9.0]])).detach()
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """

    weight: Any
    bias: Any

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if isinstance(normalized_shape, (int, np.integer)):
            normalized_shape = (int(normalized_shape),)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        make = {"device": device, "dtype": dtype}
        _add_affine(self, self.normalized_shape, elementwise_affine, bias, make)

    def reset_parameters(self) -> None:
        """Start again, with weight 1 and bias 0."""
        _reset_affine(self)

    def forward(self, input: Any) -> Any:
        """Normalise shape (…, *normalized_shape)."""
        shape = self.normalized_shape
        return functional.layer_norm(input, shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


def _add_affine(
    module: Any, shape: tuple[int, ...], affine: bool, bias: bool, make: dict[str, Any]
) -> None:
    """Give a module its weight and bias, or None for what is left out."""
    for name, wanted, create in (
        ("weight", affine, creation.ones),
        ("bias", affine and bias, creation.zeros),
    ):
        parameter = Parameter(create(shape, **make)) if wanted else None
        module.register_parameter(name, parameter)


def _reset_affine(module: Any) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)
