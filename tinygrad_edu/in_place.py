"""Changing a tensor in place: x += 1, x[0] = 5, x.zero_().

The result is computed out of place, by the operation of the table, and copied over the old numbers.
The tensor then stands for the new result in the graph; and a counter, which views share, lets a
graph that still needs the old numbers refuse to go on with the wrong ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.node import clock
from tinygrad_edu.operators import Operators, plain_index
from tinygrad_edu.ops import Operation, arithmetic, indexing, powers


class InPlace:
    """The in-place methods of tensors."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray[Any, Any]
        shape: Any
        dtype: Any
        grad_fn: Any
        _base: Any
        _changes: Any
        _requires_grad: Any
        _wrap: Any
        detach: Any

    def _changed(self, recorded: bool = False) -> None:
        """Note that the numbers have changed, so that a graph that needs the old ones can tell."""
        clock.now = now = clock.now + 1
        changes = self._changes
        changes[0] += 1
        changes[1] = now
        if recorded:
            changes[2] = now

    def _in_place(self, op: Operation, *operands: Any, **parameters: Any) -> Any:
        """Apply an operation and put its result where the tensor's numbers were."""
        tensors: Any = (self, *operands)
        recorded = thread.here.scope is not None and any(
            x._requires_grad for x in tensors if isinstance(x, InPlace)
        )
        if recorded:
            _refuse_recording(self)
        before = self.detach()  # the old tensor under another name: no node refers to itself
        if recorded and 0 in op.keeps(-1, len(tensors)).numbers:
            before = self._wrap(self.array.copy())  # a rule will ask for the old numbers
        before.grad_fn, before._requires_grad = self.grad_fn, self._requires_grad
        before._base = self._base
        result = op(before, *operands, **parameters)
        _check_fits(self, result)
        np.copyto(self.array, result.array, casting="same_kind")
        if recorded:
            this: Any = self
            this.grad_fn, this._requires_grad = result.grad_fn, True
        self._changed(recorded)
        return self

    def add_(self, other: Any, *, alpha: float = 1) -> Any:
        """Add `alpha · other` in place."""
        return self._in_place(arithmetic.add, other if alpha == 1 else other * alpha)

    def sub_(self, other: Any, *, alpha: float = 1) -> Any:
        """Subtract `alpha · other` in place."""
        return self._in_place(arithmetic.sub, other if alpha == 1 else other * alpha)

    def mul_(self, other: Any) -> Any:
        """Multiply in place."""
        return self._in_place(arithmetic.mul, other)

    def div_(self, other: Any) -> Any:
        """Divide in place."""
        return self._in_place(arithmetic.div, other)

    def pow_(self, exponent: Any) -> Any:
        """Raise to a power in place."""
        return self._in_place(powers.pow, exponent)

    def zero_(self) -> Any:
        """Set all numbers to 0."""
        return self.fill_(0)

    def fill_(self, value: Any) -> Any:
        """Set all numbers to one value."""
        if isinstance(value, InPlace) and value.array.ndim:
            raise RuntimeError(
                "fill_ only supports 0-dimension value tensor but got tensor with "
                f"{value.array.ndim} dimensions."
            )
        return self._in_place(indexing.setitem, value, index=...)

    def copy_(self, src: Any) -> Any:
        """Take over the numbers of another tensor, broadcast to this shape."""
        return self._in_place(indexing.setitem, src, index=...)

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(value, (Operators, int, float, np.generic)):
            value = self._wrap(np.asarray(value))
        self._in_place(indexing.setitem, value, index=plain_index(index))

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ipow__ = pow_


def _check_fits(x: Any, result: Any) -> None:
    if result.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )
    if not np.can_cast(result.array.dtype, x.array.dtype, "same_kind"):
        raise RuntimeError(
            f"result type {result.dtype.title} can't be cast to the desired output type "
            f"{x.dtype.title}"
        )
    if not x.array.flags.writeable:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def _refuse_recording(x: Any) -> None:
    """Refuse what would lose the history of a leaf, or of the tensor that a view shows."""
    if x.grad_fn is None and x._requires_grad:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Its "
            "history would be lost: change it under torch.no_grad(), or write x = x + ... instead"
        )
    if x._base is not None:
        if x._base.grad_fn is None and x._base._requires_grad:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation. Change it under torch.no_grad(), or clone() it first"
            )
        raise NotImplementedError(
            "a recorded in-place operation on a view is not there; write base[index] = ... on the "
            "tensor itself, or clone() the view first"
        )
