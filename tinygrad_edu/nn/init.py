"""Filling parameters before training, with the numbers that torch draws from the same seed."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tinygrad_edu import random as rng
from tinygrad_edu.autograd.recording import no_grad
from tinygrad_edu.tensor import Tensor

Array = np.ndarray[Any, Any]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers drawn evenly from a to b.

    Args:
        tensor: any shape, floating; changed in place.
        a: the lower bound.
        b: the upper bound.
        generator: where the numbers come from; by default the one that `manual_seed` sets.

    Returns:
        The tensor.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.init.uniform_(torch.empty(3), -1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)  # type: ignore[no-any-return]


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Fill with numbers drawn from the normal distribution; arguments as of `uniform_`."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)  # type: ignore[no-any-return]


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number, in place, and return the tensor."""
    with no_grad():
        return tensor.fill_(val)  # type: ignore[no-any-return]


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0, in place, and return the tensor."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1, in place, and return the tensor."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fill with 1 on the diagonal and 0 elsewhere: a linear layer that passes on what it gets.

    Args:
        tensor: shape (n, m); changed in place.

    Returns:
        The tensor.

    Raises:
        ValueError: for another number of dims.
    """
    if tensor.ndim != 2:
        raise ValueError(
            "Only tensors with 2 dimensions are supported, but this has the shape "
            f"{list(tensor.shape)}"
        )
    tensor.array[...] = np.eye(*tensor.shape)
    tensor._changed()
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by how much the weights before an activation should be larger than without.

    Args:
        nonlinearity: linear, conv1d, …, conv_transpose3d, sigmoid, tanh, relu, leaky_relu or selu.
        param: the negative slope of leaky_relu; 0.01 if not given.

    Raises:
        ValueError: for another name, or a slope that is no number.

    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"sigmoid": 1, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4, "linear": 1}
    gains |= {f"conv{kind}{n}d": 1 for n in (1, 2, 3) for kind in ("", "_transpose")}
    if nonlinearity not in gains:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}; known: {', '.join(gains)}")
    return gains[nonlinearity]


def _fans(tensor: Tensor) -> tuple[int, int]:
    """Return how many numbers go into each output, and how many outputs each input goes into."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: its "
            f"shape is {list(tensor.shape)}"
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(_fans(tensor))))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Draw evenly from ±gain · √(6 / (in + out)) (Glorot and Bengio, 2010).

    Args:
        tensor: shape (out, in, …), floating; changed in place.
        gain: see `calculate_gain`.
        generator: where the numbers come from; by default the one that `manual_seed` sets.

    Returns:
        The tensor.

    Raises:
        ValueError: for fewer than 2 dims.
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Draw normally with standard deviation gain · √(2 / (in + out)); see `xavier_uniform_`."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """Return gain / √fan; None for a tensor without elements."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Draw evenly from ±gain · √(3 / fan) (He et al., 2015).

    Args:
        tensor: shape (out, in, …), floating; changed in place.
        a: the negative slope of the leaky_relu that follows.
        mode: "fan_in" keeps the size of what goes forward, "fan_out" of what goes back.
        nonlinearity: what follows; see `calculate_gain`.
        generator: where the numbers come from; by default the one that `manual_seed` sets.

    Returns:
        The tensor.

    Raises:
        ValueError: for fewer than 2 dims, another mode or another nonlinearity.
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """Draw normally with standard deviation gain / √fan; see `kaiming_uniform_`."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0, std, generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Draw a matrix Q with Qᵀ Q = gain² · 1, or Q Qᵀ if it is wider than high (Saxe et al., 2014).

    Args:
        tensor: shape (out, in, …), floating; taken as out rows, and changed in place.
        gain: see `calculate_gain`.
        generator: where the numbers come from; by default the one that `manual_seed` sets.

    Returns:
        The tensor.

    Raises:
        ValueError: for fewer than 2 dims.

    >>> import tinygrad_edu as torch
    >>> w = torch.nn.init.orthogonal_(torch.empty(4, 2), gain=2)
    >>> torch.allclose(w.T @ w, 4 * torch.eye(2), atol=1e-5)
    True
    """
    if tensor.ndim < 2:
        raise ValueError(
            "Only tensors with 2 or more dimensions are supported, but this has the shape "
            f"{list(tensor.shape)}"
        )
    if not tensor.numel():
        return tensor
    rows, kind = tensor.shape[0], tensor.array.dtype
    columns = tensor.numel() // rows
    drawn = rng.chosen(generator).normal((rows, columns), kind)
    q, r = np.linalg.qr(drawn.T if rows < columns else drawn)
    q *= np.sign(np.diagonal(r))  # which of the signs LAPACK chooses does not matter then
    tensor.array[...] = (q.T if rows < columns else q).reshape(tensor.shape)
    tensor.array *= gain
    tensor._changed()
    return tensor


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Draw from the normal distribution, again where a number is not between a and b.

    Args:
        tensor: any shape, floating; changed in place.
        mean: of the distribution before it is cut.
        std: its standard deviation.
        a: the lower bound.
        b: the upper bound.
        generator: where the numbers come from; by default the one that `manual_seed` sets.

    Returns:
        The tensor.

    Raises:
        RuntimeError: if a is larger than b.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect.",
            stacklevel=2,
        )
    within = (math.erf((b - mean) / std / 2**0.5) - math.erf((a - mean) / std / 2**0.5)) / 2
    if within > 0.3:
        return _drawn_again(tensor, mean, std, a, b, generator)
    return _accepted(tensor, mean, std, a, b, generator)


def _drawn_again(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any
) -> Tensor:
    """Draw normal numbers until all are within the bounds."""
    array, again = tensor.array, Tensor._wrap(np.empty_like(tensor.array))
    lowest, highest = array.dtype.type(a), array.dtype.type(b)
    normal_(tensor, mean, std, generator)
    while (outside := (array < lowest) | (array > highest)).any():
        normal_(again, mean, std, generator)
        np.copyto(array, again.array, where=outside)
    return tensor


def _accepted(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Any
) -> Tensor:
    """Draw evenly between the bounds, and accept by the density: for far tails."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    candidates, chances = (Tensor._wrap(np.empty_like(tensor.array)) for _ in range(2))
    pending = np.ones(tensor.array.shape, bool)
    while pending.any():
        uniform_(candidates, a, b, generator)
        np.copyto(tensor.array, candidates.array, where=pending)
        uniform_(chances, generator=generator)
        with np.errstate(divide="ignore"):  # the logarithm of 0 is accepted
            chance = np.log(chances.array)
        pending &= chance > ((candidates.array - mean) / std) ** 2 * -0.5 - peak
    tensor._changed()
    return tensor
