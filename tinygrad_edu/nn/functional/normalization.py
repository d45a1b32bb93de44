"""Normalising to mean 0 and variance 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept
from tinygrad_edu.nn.functional.common import insist_on_floating, record
from tinygrad_edu.nn.functional.windows import tensor_or_values
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.ops import normalization
from tinygrad_edu.ops.checking import check_tensor, number
from tinygrad_edu.tensor import Tensor


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Compute w (x − mean) / √(var + ε) + b, mean and var over all dims but the second.

    Args:
        input: shape (n, channels, …).
        running_mean: shape (channels,), of earlier batches; or None. In training it is changed in
            place to (1 − momentum) · old + momentum · the batch's.
        running_var: likewise, with the batch's variance divided by n − 1.
        weight: shape (channels,); None for ones.
        bias: shape (channels,); None for zeros.
        training: take mean and variance of the input, not the running ones.
        momentum: how far the running numbers move.
        eps: keeps the divisor from 0.

    Returns:
        The shape of the input.

    Raises:
        RuntimeError: if sizes or dtypes do not fit, or there are no running numbers outside of
            training.
        ValueError: in training, for a single number per channel, or an eps that is not positive.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([[0.0, 5.0], [2.0, 7.0]])
    >>> torch.nn.functional.batch_norm(x, None, None, training=True)
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])
    """
    x = tensor_or_values("batch_norm", input)
    momentum, eps = number("batch_norm", "momentum", momentum), number("batch_norm", "eps", eps)
    _check_batch(x, training, eps)
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight}
    _check_channels(x, {**given, "bias": bias})
    _check_running(x, running_mean, running_var, training)
    if not math.prod(x.shape):
        return _of_nothing(x, weight, bias)
    weight, bias = _ones_and_zeros(x, x.shape[1:2], weight, bias)
    dims = normalization.channel_dims(x)
    if training:
        mean, var = _moments(x, dims)
    else:  # copies: a later batch may change the running numbers before the backward pass
        shape = (x.shape[1], *(1,) * (x.ndim - 2))
        mean, var = (_copied(r, shape) for r in (running_mean, running_var))
    parameters = {"statistics": normalization.Statistics(mean, var, eps, training)}
    result = _apply(normalization.batch_norm, (x, weight, bias), parameters)
    if training and running_mean is not None:
        n = math.prod(x.shape[dim] for dim in dims)
        _move(running_mean, mean, momentum)
        _move(running_var, var * (n / (n - 1)), momentum)
    return result


def layer_norm(
    input: Any,
    normalized_shape: Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
) -> Any:
    """Compute w (x − mean) / √(var + ε) + b, mean and var over the last dims.

    Args:
        input: shape (…, *normalized_shape).
        normalized_shape: the sizes of the last dims, over which mean and variance are taken.
        weight: shape `normalized_shape`; None for ones.
        bias: shape `normalized_shape`; None for zeros.
        eps: keeps the divisor from 0.

    Returns:
        The shape of the input.

    Raises:
        RuntimeError: if sizes or dtypes do not fit.
        TypeError: if the input is no tensor, or `normalized_shape` no sequence.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.layer_norm(torch.tensor([[0.0, 2.0], [5.0, 9.0]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    x = tensor_or_values("layer_norm", input)
    if not isinstance(normalized_shape, (tuple, list)):
        raise TypeError(
            "layer_norm(): argument 'normalized_shape' (position 2) must be tuple of ints, not "
            f"{type(normalized_shape).__name__}"
        )
    shape, eps = tuple(normalized_shape), number("layer_norm", "eps", eps)
    _check_last_dims(x, shape, {"weight": weight, "bias": bias})
    weight, bias = _ones_and_zeros(x, shape, weight, bias)
    return _apply(normalization.layer_norm, (x, weight, bias), {"eps": eps})


# --- checks --------------------------------------------------------------------------------------


def _check_batch(x: Any, training: bool, eps: float) -> None:
    shape = list(x.shape)
    if training and len(shape) < 2:
        raise IndexError(f"batch_norm: the second dim counts the channels; the shape is {shape}")
    if training and shape and math.prod((*shape[:1], *shape[2:])) == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {x.shape}: the "
            "variance of a single number is 0"
        )
    if eps < 0.0 or (training and eps == 0.0):
        wanted = "positive during training" if training else "non-negative"
        raise ValueError(f"batch_norm eps must be {wanted}, but got {eps}")


def _check_running(x: Any, running_mean: Any, running_var: Any, training: bool) -> None:
    if training and (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if training or 0 in x.shape:
        return
    for name, running in (("running_mean", running_mean), ("running_var", running_var)):
        if running is None:
            raise RuntimeError(f"{name} must be defined in evaluation mode")


def _check_channels(x: Any, given: dict[str, Any]) -> None:
    channels = x.shape[1] if x.ndim > 1 else 0
    for name, other in given.items():
        if other is None:
            continue
        check_tensor("batch_norm", other, name)
        if math.prod(other.shape) != channels:
            raise RuntimeError(
                f"{name} should contain {channels} elements not {math.prod(other.shape)}: one for "
                f"each channel of an input of shape {list(x.shape)}"
            )
        if "running" in name and math.prod(x.shape) and getattr(other, "requires_grad", False):
            raise RuntimeError(
                "The function 'native_batch_norm' is not differentiable with respect to argument "
                f"'{name}'. This input cannot have requires_grad True."
            )
    _check_dtypes("batch_norm", x, given)


def _check_last_dims(x: Any, shape: tuple[int, ...], given: dict[str, Any]) -> None:
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    for name, other in given.items():
        if other is not None:
            check_tensor("layer_norm", other, name)
        if other is not None and tuple(other.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(other.shape)} and normalized_shape = {list(shape)}"
            )
    if tuple(x.shape)[-len(shape) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size{list(x.shape)}"
        )
    _check_dtypes("layer_norm", x, given)


def _check_dtypes(name: str, x: Any, given: dict[str, Any]) -> None:
    if not isinstance(x, Tensor):
        return
    for other, tensor in given.items():
        if tensor is not None and tensor.dtype is not x.dtype:
            raise RuntimeError(
                f"mixed dtype (CPU): all inputs must share same datatype. The input of {name} is "
                f"{x.dtype}, {other} is {tensor.dtype}: convert one with .to(dtype)"
            )
    insist_on_floating(name, x)


# --- the parts -----------------------------------------------------------------------------------


def _array(x: Any) -> Any:
    return getattr(x, "array", x)


def _copied(x: Any, shape: tuple[int, ...]) -> Any:
    if not isinstance(x, Tensor):
        return x.copy().reshape(shape)
    return kept(x.array.copy().reshape(shape), lambda array: array.reshape(shape), (x,))


def _moments(x: Any, dims: tuple[int, ...]) -> tuple[Any, Any]:
    if not isinstance(x, Tensor):
        return normalization.moments_of_values(x, dims)
    with np.errstate(all="ignore"):
        return normalization.moments(x.array, dims)


def _ones_and_zeros(x: Any, shape: tuple[int, ...], weight: Any, bias: Any) -> tuple[Any, Any]:
    """Put ones in the place of a missing weight, zeros in that of a missing bias."""
    kind = _array(x).dtype
    wrap = Tensor._wrap if isinstance(x, Tensor) else as_values
    weight = wrap(np.ones(shape, kind)) if weight is None else weight
    return weight, wrap(np.zeros(shape, kind)) if bias is None else bias


def _apply(op: Any, operands: tuple[Any, ...], parameters: dict[str, Any]) -> Any:
    if isinstance(operands[0], Tensor):
        return record(op, operands, parameters)
    return op.compute([as_values(x) for x in operands], parameters)


def _of_nothing(x: Any, weight: Any, bias: Any) -> Any:
    """Return what torch does for a batch without numbers, which changes no running numbers."""
    if weight is bias is None:
        return x.clone() if isinstance(x, Tensor) else x.copy()
    result = x if weight is None else x * weight[0]
    return result if bias is None else result + bias[0]


def _move(running: Any, new: Any, momentum: float) -> None:
    """Move the running numbers towards those of a batch, in place."""
    if isinstance(running, Tensor):
        with np.errstate(all="ignore"):
            running.array *= 1 - momentum
            running.array += momentum * new.reshape(running.array.shape)
        running._changed()
        return
    for old, value in zip(running.flat, new.flat, strict=True):
        old.data = (1 - momentum) * old.data + momentum * value.data
