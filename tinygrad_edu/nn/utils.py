"""What is done to all parameters of a model at once (torch.nn.utils).

A network of `Value`s has single numbers for parameters; clipping takes them as well.
"""

from __future__ import annotations

import math
import types
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.ops.reductions import norm
from tinygrad_edu.ops.shapes import cat, reshape
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "parameters_to_vector",
    "vector_to_parameters",
]


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """Make all gradients smaller by one factor, so that their common norm is at most `max_norm`.

    Args:
        parameters: a tensor, or several; their gradients are changed in place.
        max_norm: the largest norm that is left as it is.
        norm_type: the p of the norm; may be inf.
        error_if_nonfinite: refuse a norm that is inf or nan, and change nothing.
        foreach: which of torch's two implementations to use, of which there is one here; the
            numbers are the same.

    Returns:
        The norm before.

    Raises:
        RuntimeError: for a norm that is inf or nan, if `error_if_nonfinite`.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> torch.nn.utils.clip_grad_norm_(x, 1.0), x.grad
    (tensor(10.), tensor([0.6000, 0.8000]))
    """
    given = _list(parameters)
    if isinstance(parameters, types.GeneratorType) and not given:
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2
        )
    total = _norm([_array(p.grad) for p in given if p.grad is not None], float(norm_type))
    if error_if_nonfinite and not math.isfinite(float(total)):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is "
            "non-finite, so it cannot be clipped. To disable this error and scale the gradients by "
            "the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    with np.errstate(all="ignore"):
        factor = np.minimum(float(max_norm) / (total + 1e-6), 1.0)
        _change(given, lambda g: g * factor.astype(g.dtype))
    return Tensor._wrap(total)


def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Bring every number of every gradient between −clip_value and clip_value.

    Args:
        parameters: a tensor, or several; their gradients are changed in place.
        clip_value: the largest number that is left as it is.
        foreach: as of `clip_grad_norm_`.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([3.0, 0.1], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> torch.nn.utils.clip_grad_value_(x, 1.0)
    >>> x.grad
    tensor([1.0000, 0.2000])
    """
    bound = float(clip_value)
    _change(_list(parameters), lambda g: np.minimum(np.maximum(g, -bound), bound))


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """Return the numbers of all parameters one after another, as one tensor with a history.

    Raises:
        ValueError: if there is none.

    >>> import tinygrad_edu as torch
    >>> torch.nn.utils.parameters_to_vector(torch.nn.Linear(2, 3).parameters()).shape
    torch.Size([9])
    """
    return cat([reshape(p, (math.prod(p.shape),)) for p in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Cut a vector into pieces and make them the numbers of the parameters.

    Args:
        vec: shape (n,), with at least as many numbers as the parameters have together; they share
            its memory afterwards.
        parameters: tensors.

    Raises:
        RuntimeError: if there are too few numbers; then nothing has changed.
        TypeError: if `vec` is no tensor.

    >>> import tinygrad_edu as torch
    >>> x, y = torch.zeros(2), torch.zeros(1, 1)
    >>> torch.nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), [x, y])
    >>> x, y
    (tensor([1., 2.]), tensor([[3.]]))
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    parameters = list(parameters)
    wanted = sum(p.array.size for p in parameters)
    if vec.array.ndim != 1 or vec.array.size < wanted:
        raise RuntimeError(
            f"vector_to_parameters: a vector of {wanted} numbers is needed, but its shape is "
            f"{list(vec.shape)}"
        )
    start = 0
    for p in parameters:
        p.data = Tensor._wrap(vec.array[start : start + p.array.size].reshape(p.array.shape))
        start += p.array.size


def _list(parameters: Any) -> list[Any]:
    return [parameters] if isinstance(parameters, (Tensor, Value)) else list(parameters)


def _array(gradient: Any) -> Any:
    """Return the numbers of a gradient: of a tensor, or of a `Value`, which may be a float."""
    gradient = getattr(gradient, "data", gradient) if isinstance(gradient, Value) else gradient
    return np.asarray(getattr(gradient, "array", gradient))


def _norm(gradients: list[Any], p: float) -> Any:
    """Return the norm of all numbers together, which is that of the norms of each gradient."""
    if not gradients:
        return np.zeros((), dtypes.default_float())
    with np.errstate(all="ignore"):
        return np.asarray(norm(np.stack([norm(g, p) for g in gradients]), p))


def _change(parameters: list[Any], change: Callable[[Any], Any]) -> None:
    """Put other numbers into the gradients."""
    for p in parameters:
        if isinstance(p.grad, Tensor):
            p.grad.array[...] = change(p.grad.array)
            p.grad._changed()
        elif p.grad is not None:
            p.grad = float(change(_array(p.grad)))
