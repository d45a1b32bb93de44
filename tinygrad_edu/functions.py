"""The functions of the `torch` namespace: the operation table by name, and what has no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import remember
from tinygrad_edu.in_place_methods import attach_in_place
from tinygrad_edu.later import as_function
from tinygrad_edu.missing import attach_missing
from tinygrad_edu.operators import compare as compare_by
from tinygrad_edu.ops import TABLE
from tinygrad_edu.ops.reductions import reduced_dims
from tinygrad_edu.tensor import Tensor

INTERNAL = {
    "place", "piece", "getitem", "setitem", "to_dtype", "linear", "mse_loss", "batched_matmul",
    "max_dim", "min_dim", "max_all", "min_all", "median_all", "nanmedian_all", "leaky_relu", "view",
    "expand",
    "elu", "softplus", "silu", "gelu", "gelu_tanh", "log_sigmoid", "hardtanh", "softsign",
    "prelu_kernel", "smooth_l1_loss", "huber_loss", "nll_loss", "nll_loss2d",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "on_diagonal", "interleave",
    "blocks", "contract", "linalg_cross", "polygamma",
    "solve_matrices", "cofactors", "sign_of_det", "log_abs_det", "cholesky_factor",
    "round_decimals", "contiguous", "div_floor", "div_trunc", "entr",
    "between", "glu", "hardsigmoid", "hardswish", "mish", "softshrink", "tanhshrink",
}  # fmt: skip
"""Entries of the table that are reached under another name: methods, indexing, nn.functional."""


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: as_function(op) for name, op in TABLE.items() if name not in INTERNAL
}
FUNCTIONS.update(concat=FUNCTIONS["cat"], subtract=FUNCTIONS["sub"], multiply=FUNCTIONS["mul"],
                 negative=FUNCTIONS["neg"], clip=FUNCTIONS["clamp"],
                 absolute=FUNCTIONS["abs"])  # fmt: skip


def _add(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """Add `alpha · other`."""
    return TABLE["add"](input, other if alpha == 1 else other * alpha)


def _sub(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """Subtract `alpha · other`."""
    return TABLE["sub"](input, other if alpha == 1 else other * alpha)


def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """Divide; "trunc" or "floor" rounds the quotient, towards 0 or down."""
    if rounding_mode is None:
        return TABLE["div"](input, other)
    from tinygrad_edu.ops.rounding import rounded_division

    return rounded_division(input, other, rounding_mode)


def _squeeze_index(function: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    if input.array.dtype == bool:
        raise RuntimeError(f"{function.__name__}(): does not support bool input")
    _, found = reduced_dims((input,), {"dim": dim})
    axis = found["dim"] if input.ndim else None
    if not input.numel() and (axis is None or not input.shape[axis]):
        raise IndexError(
            f"{function.__name__}(): of no elements there is none to choose; the input has shape "
            f"{list(input.shape)}"
        )
    return _beside(lambda array: function(array, axis=axis, keepdims=keepdim), input)


def _beside(function: Callable[[Any], Any], input: Tensor) -> Tensor:
    """Compute what has no gradient."""
    result: Tensor = remember(Tensor._wrap(function(input.array)), function, (input,))
    return result


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Find the index of the largest number; without `dim`, in the flattened tensor."""
    return _squeeze_index(np.argmax, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Find the index of the smallest number; without `dim`, in the flattened tensor."""
    return _squeeze_index(np.argmin, input, dim, keepdim)


def _truth(function: Any, input: Tensor, dim: Any, keepdim: bool) -> Tensor:
    axis = reduced_dims((input,), {"dim": dim})[1]["dim"] if dim != () else ()
    kind = np.uint8 if input.array.dtype == np.uint8 else np.bool_  # as torch has it
    given = {"axis": axis, "keepdims": keepdim}
    return _beside(lambda array: function(array, **given).astype(kind, copy=False), input)


def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Tell whether all numbers are true, in all or along a dim."""
    return _truth(np.all, input, dim, keepdim)


def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Tell whether any number is true, in all or along a dim."""
    return _truth(np.any, input, dim, keepdim)


def isnan(input: Tensor) -> Tensor:
    """Tell which numbers are nan."""
    return _beside(np.isnan, input)


def isinf(input: Tensor) -> Tensor:
    """Tell which numbers are inf or −inf."""
    return _beside(np.isinf, input)


def isfinite(input: Tensor) -> Tensor:
    """Tell which numbers are neither infinite nor nan."""
    return _beside(np.isfinite, input)


def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Tell whether |input − other| ≤ atol + rtol · |other| everywhere; errors as of `isclose`."""
    from tinygrad_edu.plain.logic import isclose

    return bool(np.all(isclose(input, other, rtol, atol, equal_nan).array))


def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape and numbers."""
    for name, x in (("input", input), ("other", other)):
        if not isinstance(x, Tensor):
            kind = type(x).__name__
            raise TypeError(f"equal(): argument '{name}' must be Tensor, not {kind}")
    return bool(np.array_equal(input.array, other.array))


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return input.numel()


def is_tensor(obj: Any) -> bool:
    """Tell whether an object is a tensor."""
    return isinstance(obj, Tensor)


def _comparison(name: str, function: Any) -> Callable[[Tensor, Any], Tensor]:
    def compare(input: Tensor, other: Any) -> Tensor:
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}(): the first argument must be a tensor, not {input!r}")
        result: Tensor = compare_by(function, input, other)
        if result is NotImplemented:
            kind = type(other).__name__
            raise TypeError(f"{name}(): argument 'other' must be Tensor or Number, not {kind}")
        return result

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Compare element by element: numpy's {function.__name__}."
    return compare


for _function in (_add, _sub, _div):  # errors of Python's own name the function
    _function.__name__ = _function.__qualname__ = _function.__name__[1:]

METHODS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (argmax, argmin, all, any, isnan, isinf, isfinite, allclose, equal)
}
METHODS.update(add=_add, sub=_sub, subtract=_sub, div=_div, divide=_div,
               true_divide=FUNCTIONS["div"], multiply=FUNCTIONS["mul"], negative=FUNCTIONS["neg"],
               absolute=FUNCTIONS["abs"], clip=FUNCTIONS["clamp"])  # fmt: skip
for _names, _ufunc in {"eq": np.equal, "ne not_equal": np.not_equal, "lt less": np.less,
                       "le less_equal": np.less_equal, "gt greater": np.greater,
                       "ge greater_equal": np.greater_equal}.items():  # fmt: skip
    METHODS.update({_name: _comparison(_name, _ufunc) for _name in _names.split()})
FUNCTIONS.update(METHODS, numel=numel, is_tensor=is_tensor)
for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
attach_in_place(Tensor)
attach_missing(Tensor)
