"""Logic: numbers as truth values, bits, and questions that numbers answer with yes or no."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, lshift, or_, rshift, xor
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.origins import remember
from tinygrad_edu.mixing import shape_error
from tinygrad_edu.ops.refusals import refuse
from tinygrad_edu.tensor import Tensor


def _tensor(array: Any) -> Tensor:
    result: Tensor = Tensor._wrap(array)
    return result


def _array(name: str, argument: str, x: Any) -> Any:
    if not isinstance(x, Tensor):
        raise TypeError(f"{name}(): argument '{argument}' must be Tensor, not {type(x).__name__}")
    return x.array


def _broadcast(function: Any, name: str, a: Any, b: Any) -> Tensor:
    try:
        return _tensor(function(a, b))
    except ValueError as error:
        raise shape_error(name, [a, b], error) from None


# --- truth values ------------------------------------------------------------------------------


def _logical(name: str, function: Any, formula: str) -> Callable[[Tensor, Tensor], Tensor]:
    def logical(input: Tensor, other: Tensor) -> Tensor:
        arrays = _array(name, "input", input), _array(name, "other", other)
        result: Tensor = remember(_broadcast(function, name, *arrays), function, (input, other))
        return result

    logical.__name__ = logical.__qualname__ = name
    logical.__doc__ = f"Tell where {formula}; a number is true unless it is 0."
    return logical


logical_and = _logical("logical_and", np.logical_and, "both are true")
logical_or = _logical("logical_or", np.logical_or, "one of the two is true, or both")
logical_xor = _logical("logical_xor", np.logical_xor, "just one of the two is true")


def logical_not(input: Tensor) -> Tensor:
    """Tell which numbers are 0."""
    array = _array("logical_not", "input", input)
    return remember(_tensor(np.logical_not(array)), np.logical_not, (input,))  # type: ignore[no-any-return]


# --- bits --------------------------------------------------------------------------------------


def _bitwise(name: str, sign: str, operator: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def bitwise(input: Any, other: Any) -> Any:
        for argument, x in (("input", input), ("other", other)):
            if not isinstance(x, (Tensor, int, float)):
                kind = type(x).__name__
                raise TypeError(f"{name}(): argument '{argument}' must be Tensor, not {kind}")
        if not isinstance(input, Tensor) and not isinstance(other, Tensor):
            raise TypeError(f"{name}(): one of the two must be a Tensor, but both are numbers")
        return operator(input, other)

    bitwise.__name__ = bitwise.__qualname__ = name
    bitwise.__doc__ = f"Compute input {sign} other, bit by bit, of whole numbers or bools."
    return bitwise


bitwise_and = _bitwise("bitwise_and", "&", and_)
bitwise_or = _bitwise("bitwise_or", "|", or_)
bitwise_xor = _bitwise("bitwise_xor", "^", xor)
bitwise_left_shift = _bitwise("bitwise_left_shift", "<<", lshift)
bitwise_right_shift = _bitwise("bitwise_right_shift", ">>", rshift)


def bitwise_not(input: Tensor) -> Tensor:
    """Turn each bit of whole numbers over, and each bool.

    Raises:
        NotImplementedError: for floats.
    """
    array = _array("bitwise_not", "input", input)
    if array.dtype.kind == "f":
        raise refuse("bitwise_not", array.dtype)
    return _tensor(np.invert(array))


# --- questions ---------------------------------------------------------------------------------


def isposinf(input: Tensor) -> Tensor:
    """Tell which numbers are inf."""
    return _tensor(_array("isposinf", "input", input) == np.inf)


def isneginf(input: Tensor) -> Tensor:
    """Tell which numbers are −inf."""
    return _tensor(_array("isneginf", "input", input) == -np.inf)


def isreal(input: Tensor) -> Tensor:
    """Tell which numbers are real: here all are."""
    shape = _array("isreal", "input", input).shape
    return _tensor(np.ones(shape, bool))


def signbit(input: Tensor) -> Tensor:
    """Tell which numbers have a minus before them, −0 too."""
    array = _array("signbit", "input", input)
    found = np.signbit(array) if array.dtype.kind == "f" else array < 0
    return _tensor(found)


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Tell where |input − other| ≤ atol + rtol · |other|.

    Args:
        input: any shape.
        other: of the same dtype, and a shape that is broadcast with it.
        rtol: how far off a number may be, in proportion to it.
        atol: how far off it may be in any case.
        equal_nan: whether nan is close to nan.

    Raises:
        RuntimeError: if the dtypes differ, the shapes do not fit or a tolerance is negative.

    >>> import tinygrad_edu as torch
    >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]))
    tensor([ True, False])
    """
    a, b = _array("isclose", "input", input), _array("isclose", "other", other)
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"{dtypes.title(a.dtype)} did not match {dtypes.title(b.dtype)}: convert one of the "
            "two with .float(), .double() or .to(dtype)"
        )
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance}")

    def close(a: Any, b: Any) -> Any:
        with np.errstate(all="ignore"):
            wanted = b if b.dtype.kind == "f" else b.astype(dtypes.default_float())
            error = np.abs(a.astype(wanted.dtype) - wanted)
            near = np.isfinite(error) & (error <= atol + np.abs(rtol * wanted))
        return near | (a == b) | ((a != a) & (b != b) if equal_nan else False)

    return _broadcast(close, "isclose", a, b)


def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Tell which elements are among others.

    Args:
        elements: a tensor of any shape, or a number.
        test_elements: a tensor of any shape, or a number.
        assume_unique: a promise that neither has an element twice, which changes nothing here.
        invert: tell which ones are not.

    Raises:
        RuntimeError: for bools.
        TypeError: if neither is a tensor.

    >>> import tinygrad_edu as torch
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])
    """
    given = [elements, test_elements]
    known = all(isinstance(x, (Tensor, int, float)) for x in given)
    if not known or not any(isinstance(x, Tensor) for x in given):
        kinds = ", ".join(type(x).__name__ for x in given)
        raise TypeError(f"isin() takes two Tensors, or a Tensor and a number, not ({kinds})")
    arrays = [x.array if isinstance(x, Tensor) else np.asarray(x) for x in given]
    if any(x.dtype.kind == "b" for x in arrays):
        raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    kind = dtypes.common_dtype([x.array if isinstance(x, Tensor) else x for x in given])
    a, b = (x.astype(kind) for x in arrays)
    return _tensor(np.isin(a, b, invert=invert))
