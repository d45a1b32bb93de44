"""Methods `x.NAME_(…)` that are `x.NAME(…)` put in place, and functions `torch.NAME_(x)`.

One rule makes them all: what NAME computes is copied over the numbers of the tensor. Which names
torch has in this form is listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NAMES = """
    abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr arccos arccosh arcsin
    arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh baddbmm bitwise_and
    bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max
    clamp_min clip copysign cos cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv
    exp exp2 expm1 fix floor floor_divide fmod frac gcd ge greater greater_equal gt heaviside hypot
    index_add index_copy index_fill index_put index_reduce lcm ldexp le lerp less less_equal lgamma
    log log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_fill
    masked_scatter mul multiply nan_to_num ne neg negative nextafter not_equal polygamma pow put
    rad2deg reciprocal relu remainder renorm round rsqrt scatter scatter_add scatter_reduce sgn
    sigmoid sign sin sinc sinh sqrt square sub subtract tan tanh tril triu true_divide trunc xlogy
"""
"""Each gives tensors a method `NAME_`, where they have the method `NAME`."""

FUNCTIONS = """
    abs acos acosh addmv arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil
    clamp clamp_max clamp_min clip cos cosh deg2rad erf erfc exp exp2 expm1 fix floor frac gcd
    index_put lcm ldexp log log10 log1p log2 logit nan_to_num neg negative rad2deg reciprocal relu
    round rsqrt sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy
    detach fill zero
"""
"""Each gives the torch namespace a function `NAME_`, where tensors have the method."""


def attach_in_place(cls: Any) -> None:
    """Give tensors the in-place form of each method of `NAMES` that they have."""
    for name in NAMES.split():
        if hasattr(cls, name) and f"{name}_" not in cls.__dict__:
            setattr(cls, f"{name}_", _method(cls, name))


def _method(cls: Any, name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self._in_place(getattr(cls, name), *args, **kwargs)

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"Compute `x.{name}(…)` in place, and return the tensor."
    return method


def in_place_function(name: str) -> Callable[..., Any]:
    """Make the function `torch.NAME_` of a method.

    >>> import tinygrad_edu as torch
    >>> torch.relu_(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        method = getattr(input, name, None)
        if method is None:
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, not "
                f"{type(input).__name__}"
            )
        return method(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"See `Tensor.{name}`."
    return function


globals().update({f"{name}_": in_place_function(f"{name}_") for name in FUNCTIONS.split()})
