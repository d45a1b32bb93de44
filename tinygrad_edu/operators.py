"""What can be written between and around tensors: + − × ÷ @, comparisons, [ ], and shapes.

`Operators` is the part of `Tensor` that only spells operations of the table in Python's and
torch's ways; how an operation on tensors is recorded is in `tensor.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.origins import follows, remember
from tinygrad_edu.indices import explained, read_index
from tinygrad_edu.mixing import shape_error
from tinygrad_edu.ops import arithmetic, indexing, linear_algebra, powers, selection, shapes
from tinygrad_edu.views import reinterpreted

if TYPE_CHECKING:
    from tinygrad_edu.ops import Operation
    from tinygrad_edu.tensor import Tensor

_NO_PARAMETERS: dict[str, Any] = {}


class Operators:
    """The operators and shape methods of tensors."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray[Any, Any]
        shape: Any

        @property
        def ndim(self) -> Any:
            """The number of dims."""

        _wrap: Any
        _record: Any

    # --- arithmetic ------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        return _binary(arithmetic.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return _binary(arithmetic.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _binary(arithmetic.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return _binary(arithmetic.mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return _binary(arithmetic.div, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _binary(arithmetic.div, other, self)

    def __pow__(self, other: Any) -> Any:
        return _binary(powers.pow, self, other)

    def __rpow__(self, other: Any) -> Any:
        return _binary(powers.pow, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _binary(_rounding().floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _binary(_rounding().floor_divide, other, self)

    def __mod__(self, other: Any) -> Any:
        return _binary(_rounding().remainder, self, other)

    def __rmod__(self, other: Any) -> Any:
        return _binary(_rounding().remainder, other, self)

    def __neg__(self) -> Any:
        return self._record(arithmetic.neg, (self,), _NO_PARAMETERS)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self._record(selection.absolute, (self,), _NO_PARAMETERS)

    def __matmul__(self, other: Any) -> Any:
        if isinstance(other, Operators):
            return linear_algebra.matmul(self, other)
        return NotImplemented

    # --- comparisons, which have no gradient -----------------------------------------------------

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        return compare(np.equal, self, other)

    def __ne__(self, other: object) -> Any:
        return compare(np.not_equal, self, other)

    def __lt__(self, other: Any) -> Any:
        return compare(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return compare(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(np.greater_equal, self, other)

    def __and__(self, other: Any) -> Any:
        return _bitwise(np.bitwise_and, self, other)

    def __or__(self, other: Any) -> Any:
        return _bitwise(np.bitwise_or, self, other)

    def __xor__(self, other: Any) -> Any:
        return _bitwise(np.bitwise_xor, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __lshift__(self, other: Any) -> Any:
        return _bitwise(np.left_shift, self, other)

    def __rlshift__(self, other: Any) -> Any:
        return _bitwise(np.left_shift, other, self)

    def __rshift__(self, other: Any) -> Any:
        return _bitwise(np.right_shift, self, other)

    def __rrshift__(self, other: Any) -> Any:
        return _bitwise(np.right_shift, other, self)

    def __invert__(self) -> Any:
        if self.array.dtype.kind == "f":
            raise TypeError(
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors, not "
                f"{dtypes.of(self.array)}"
            )
        return remember(self._wrap(np.invert(self.array)), np.invert, (self,))

    # --- reading at an index ---------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Any:
        try:
            first, index = read_index(index, self.array.shape)
            found: Any = self
            if first is not None:
                found = self._record(indexing.getitem, (self,), {"index": first})
            return self._record(indexing.getitem, (found,), {"index": index})
        except IndexError as error:
            raise explained(error, self.array.shape) from None

    # --- shapes, as methods spell them -----------------------------------------------------------

    def reshape(self, *each: Any, shape: Any = None) -> Any:
        """Return the same numbers in another shape; one size may be −1."""
        return shapes.reshape(self, sizes(each or (shape,)))

    def view(self, *each: Any, size: Any = None, dtype: Any = None) -> Any:
        """Return the same memory in another shape; one size may be −1.

        Of a dtype, return the same memory read as numbers of that dtype, without a gradient.
        """
        if dtype is not None or (len(each) == 1 and isinstance(each[0], (dtypes.dtype, type))):
            (kind,) = each or (dtype,)
            return reinterpreted(self, kind)
        return shapes.view(self, sizes(each or (size,)))

    def expand(self, *each: Any, size: Any = None) -> Any:
        """Repeat along dims of size 1 without copying; −1 leaves a size as it is."""
        return shapes.expand(self, sizes(each or (size,)))

    def permute(self, *each: Any, dims: Any = None) -> Any:
        """Put the dims in another order."""
        return shapes.permute(self, sizes(each or (dims,)))

    @property
    def T(self) -> Any:  # noqa: N802 - torch's spelling
        """The tensor with its dims reversed."""
        return shapes.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Any:  # noqa: N802 - torch's spelling
        """The tensor with its last two dims exchanged."""
        if self.ndim == 0:
            return self
        if self.ndim == 1:
            raise RuntimeError(
                "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
            )
        return shapes.transpose(self, -2, -1)

    @property
    def mH(self) -> Any:  # noqa: N802 - torch's spelling
        """The tensor with its last two dims exchanged; no number here is complex."""
        return self.mT

    @property
    def H(self) -> Any:  # noqa: N802 - torch's spelling
        """The transpose of a matrix; no number here is complex."""
        if self.ndim not in (0, 2):
            raise RuntimeError(
                "tensor.H is only supported on matrices (2-D tensors). Got "
                f"{self.ndim}-D tensor. For batches of matrices, use tensor.mT"
            )
        return self.mT

    def where(self, condition: Tensor, other: Any) -> Any:
        """Keep the numbers where the condition holds, else take those of `other`."""
        return selection.where(condition, self, other)


def _binary(op: Operation, a: Any, b: Any) -> Any:
    """Record an operation between a tensor and a tensor, a number or an array."""
    a_is_tensor = isinstance(a, Operators)
    other = b if a_is_tensor else a
    tensor: Any = a if a_is_tensor else b
    if not isinstance(other, (Operators, int, float, np.generic)):
        if not isinstance(other, np.ndarray):
            return NotImplemented
        a, b = (x if isinstance(x, Operators) else tensor._wrap(x) for x in (a, b))
    elif isinstance(other, np.generic):  # a number like any other: it does not decide the dtype
        a, b = (x if isinstance(x, Operators) else x.item() for x in (a, b))
    return tensor._record(op, (a, b), _NO_PARAMETERS)


def compare(function: Any, a: Any, b: Any) -> Any:
    """Apply a comparison or bitwise function of numpy to a tensor and a tensor or number."""
    if not isinstance(b, (Operators, int, float, np.generic, np.ndarray)):
        return NotImplemented
    result = a._wrap(_compared(function, a.array, b.array if isinstance(b, Operators) else b))
    if follows(a) or follows(b):
        remember(result, partial(_compared, function), (a, b))
    return result


def _compared(function: Any, a: Any, b: Any) -> Any:
    is_number = isinstance(b, (int, float, np.generic))
    if a.dtype.kind != "f" if is_number else a.dtype != b.dtype:
        kind = dtypes.common_dtype([a, b])
        a, b = _as(kind, a), _as(kind, b)
    try:
        return function(a, b)
    except ValueError as error:
        raise shape_error(function.__name__, [a, b], error) from None


def _as(kind: np.dtype[Any], x: Any) -> Any:
    array = x if hasattr(x, "astype") else np.asarray(x)
    return array if array.dtype == kind else array.astype(kind)


def _bitwise(function: Any, a: Any, b: Any) -> Any:
    """Combine the bits of a tensor and of a tensor or number, in either order."""
    if not all(isinstance(x, (Operators, int, float, np.generic, np.ndarray)) for x in (a, b)):
        return NotImplemented
    array = _combined(function, *(x.array if isinstance(x, Operators) else x for x in (a, b)))
    tensor = a if isinstance(a, Operators) else b
    return remember(tensor._wrap(array), partial(_combined, function), (a, b))


def _combined(function: Any, *operands: Any) -> Any:
    kind = dtypes.common_dtype(operands)
    try:
        np.broadcast_shapes(*map(np.shape, operands))  # what does not fit is told of first
        if kind.kind == "f" or (kind.kind == "b" and function in (np.left_shift, np.right_shift)):
            raise _no_bits(function.__name__, kind)
        return function(*(_as(kind, x) for x in operands))
    except ValueError as error:
        raise shape_error(function.__name__, operands, error) from None


def _no_bits(name: str, kind: np.dtype[Any]) -> NotImplementedError:
    advice = "convert it with .long()"
    if kind.kind == "f":
        advice = "floats have no bits; compare first, as in (x > 0) & (x < 1)"
    return NotImplementedError(
        f"\"{name}_cpu\" not implemented for '{dtypes.title(kind)}': {advice}"
    )


def _rounding() -> Any:
    """Load the chapter of // and %, which a first lesson does without."""
    from tinygrad_edu.ops import rounding

    return rounding


def sizes(given: Sequence[Any]) -> tuple[int, ...]:
    """Read sizes given one by one or as one sequence."""
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        given = given[0]
    for size in given:
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise TypeError(f"sizes must be ints, but one is a {type(size).__name__}: {size!r}")
    return tuple(size.__index__() for size in given)
