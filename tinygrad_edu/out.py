"""Functions that write their result into a tensor that is given: torch.add(x, y, out=z).

In the `torch` namespace only, as in torch: a method has its in-place form instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.recording import is_grad_enabled
from tinygrad_edu.tensor import Tensor

_LISTED = """
    abs absolute acos acosh add addcdiv addcmul addmm addmv addr amax amin arccos arccosh arcsin
    arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh baddbmm bmm cat ceil column_stack
    concat concatenate copysign cos cosh cross deg2rad diff div divide dot dstack erf erfc
    erfinv exp exp2 expm1 fix floor floor_divide fmax fmin fmod frac gather ger hstack hypot
    inner ldexp log log10 log1p log2 logaddexp logaddexp2 logcumsumexp logit logsumexp matmul
    maximum mean minimum mm mul multiply mv nan_to_num neg negative nextafter outer pow rad2deg
    reciprocal round row_stack rsqrt sgn sigmoid sign sin sinc sinh sqrt square stack std sub
    subtract tan tanh tril triu true_divide trunc var vdot vstack xlogy
"""
NAMES = frozenset(_LISTED.split())
"""Functions that take `out`; the others refuse it."""

_NOT_CONVERTED = """
    abs absolute addmm addmv amax amin baddbmm bmm ceil cross dot fix floor frac gather inner
    logcumsumexp matmul mm mv nan_to_num neg negative round sgn sign tril triu trunc vdot
"""
_OF_ONE_DTYPE = frozenset(_NOT_CONVERTED.split())
"""Functions whose result is not converted to another dtype."""

_JOINED = "cat column_stack concat concatenate dstack hstack row_stack stack vstack"
_JOINING = frozenset(_JOINED.split())
"""Functions that refuse a dtype by another error, as in torch."""


def with_out(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function take `out`, if it is one of `NAMES`.

    >>> import tinygrad_edu as torch
    >>> z = torch.empty(2)
    >>> torch.add(torch.ones(2), torch.ones(2), out=z) is z, z
    (True, tensor([2., 2.]))
    """
    if name not in NAMES:
        return function
    compute = getattr(function, "op", function)  # an operation at once, without a function between

    @wraps(function)
    def filling(*args: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            return _fill(name, compute, args, **kwargs)
        return compute(*args, **kwargs)

    return filling


def _fill(name: str, function: Callable[..., Any], args: Any, *, out: Any, **kwargs: Any) -> Any:
    if out is None:
        return function(*args, **kwargs)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if is_grad_enabled() and any(x.requires_grad for x in _tensors((out, args, kwargs))):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )
    return _filled(name, out, function(*args, **kwargs))


def _tensors(x: Any) -> Iterable[Any]:
    """Give every tensor in nested arguments."""
    if isinstance(x, Tensor):
        yield x
    elif isinstance(x, (tuple, list, dict)):
        for part in x.values() if isinstance(x, dict) else x:
            yield from _tensors(part)


def _filled(name: str, out: Any, result: Any) -> Any:
    _check_dtype(name, out.array.dtype, result.array.dtype)
    before, after = list(out.shape), list(result.shape)
    if before == after:
        return out._put(result, ...)
    if out._view is not None:
        raise NotImplementedError(
            f"{name}(): a view of shape {before} cannot be resized to {after}: give it as out=, "
            "when it has that shape"
        )
    if out.numel():
        warnings.warn(
            f"An output with one or more elements was resized since it had shape {before}, which "
            f"does not match the required output shape {after}: give an empty tensor, or one of "
            "that shape",
            stacklevel=3,
        )
    out.array = np.array(result.array, out.array.dtype)
    out._changed()
    return out


def _check_dtype(name: str, kind: np.dtype[Any], given: np.dtype[Any]) -> None:
    if name in _OF_ONE_DTYPE and kind != given:
        raise RuntimeError(
            f"{name}(): expected out tensor to have dtype {given.name}, but got {kind.name} instead"
        )
    if given.kind != kind.kind and (given.kind == "f" or kind.kind == "b"):
        raise (TypeError if name in _JOINING else RuntimeError)(
            f"result type {dtypes.title(given)} can't be cast to the desired output type "
            f"{dtypes.title(kind)}"
        )
