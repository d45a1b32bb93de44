"""Changing a tensor in place: x += 1, x[0] = 5, x.zero_(), x.exp_().

The result is computed out of place, by the operation of the table, and copied over the old numbers.
The tensor then stands for the new result in the graph; and a counter, which views share, lets a
graph that still needs the old numbers refuse to go on with the wrong ones.

Changing a view changes its base. In the graph, the base then stands for "what it was, with the new
numbers in place of the view": the operation `setitem`. The view, as every other view of that base,
takes its history anew from there (`views.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.clock import clock
from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.indices import explained, read_index
from tinygrad_edu.ops import arithmetic, indexing, powers
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.views import give_history, refuse
from tinygrad_edu.writing import (
    check_expands,
    check_fits,
    check_value,
    check_writeable,
    number_for,
)


class InPlace:
    """The in-place methods of tensors; those that are `x.NAME(…)` in place are attached later."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: np.ndarray[Any, Any]
        shape: Any
        dtype: Any
        requires_grad: Any
        _changes: Any
        _grad_fn: Any
        _record: Any
        _requires_grad: Any
        _view: Any
        _wrap: Any

    def _changed(self, recorded: bool = False) -> None:
        """Note that the numbers have changed, so that a graph that needs the old ones can tell."""
        clock.now = now = clock.now + 1
        changes = self._changes
        changes[0] += 1
        changes[1] = now
        if recorded:
            changes[2] = now

    def _in_place(self, op: Callable[..., Any], *operands: Any, **parameters: Any) -> Any:
        """Apply an operation and put its result where the tensor's numbers were.

        Args:
            op: an operation, or any function of tensors.
            operands: what it takes after the tensor.
            parameters: what it takes by name.

        Raises:
            RuntimeError: if the result does not fit, or the history of a leaf would be lost.
        """
        kind = parameters.get("dtype")
        if kind is not None and dtypes.to_numpy(kind) != self.array.dtype:
            raise RuntimeError(
                f"Bad in-place call: input tensor dtype {self.dtype} and output tensor dtype "
                f"{kind} should match"
            )
        recorded = is_recorded(self, *operands, *parameters.values())
        if recorded:
            refuse_recording(self)
        before = stand_in(self)
        if recorded and _keeps_the_input(op):
            before.array = self.array.copy()
            before._changes = [0, 0, 0]
        operands = tuple(_other(self, x) for x in operands)
        parameters = {name: _other(self, x) for name, x in parameters.items()}
        result = op(before, *operands, **parameters)
        check_fits(self, result)
        np.copyto(self.array, result.array, casting="unsafe")
        if recorded:
            _rewrite_history(self, result)
        self._changed(recorded)
        if recorded:
            _keep_here(self, result)
        return self

    def _put(self, value: Any, index: Any) -> Any:
        """Do `self[index] = value`."""
        if is_recorded(self, value):
            return self._in_place(indexing.setitem, value, index=index)
        check_writeable(self)
        indexing.write(self.array, index, getattr(value, "array", value))
        self._changed()
        return self

    def zero_(self) -> Any:
        """Set all numbers to 0."""
        return self._put(0, ...)

    def fill_(self, value: Any) -> Any:
        """Set all numbers to one value: a number, or a tensor without dims."""
        if not isinstance(value, InPlace):
            value = number_for(self, value, "fill_")
        elif value.array.ndim:
            raise RuntimeError(
                "fill_ only supports 0-dimension value tensor but got tensor with "
                f"{value.array.ndim} dimensions."
            )
        return self._put(value, ...)

    def copy_(self, other: Any, non_blocking: bool = False) -> Any:
        """Take over the numbers of another tensor, broadcast to this shape.

        Args:
            other: a tensor of any dtype, or a number.
            non_blocking: makes no difference for memory of the CPU, as in torch.
        """
        if isinstance(other, InPlace):
            check_expands(other, self.array.shape)
        else:
            other = number_for(self, other, "copy_")
        return self._put(other, ...)

    def __setitem__(self, index: Any, value: Any) -> None:
        if index is False:  # selects nothing
            return
        first, index = read_index(index, self.array.shape)
        target: Any = self
        try:
            if first is not None:  # as torch does: a view by what is no array, then written to
                target = self._record(indexing.getitem, (self,), {"index": first})
            if isinstance(value, InPlace):
                check_value(target, index, value)
            else:
                value = number_for(target, value)
            target._put(value, index)
        except IndexError as error:
            raise explained(error, target.array.shape) from None

    def __iadd__(self, other: Any) -> Any:
        return _arithmetic(self, arithmetic.add, other)

    def __isub__(self, other: Any) -> Any:
        return _arithmetic(self, arithmetic.sub, other)

    def __imul__(self, other: Any) -> Any:
        return _arithmetic(self, arithmetic.mul, other)

    def __itruediv__(self, other: Any) -> Any:
        return _arithmetic(self, arithmetic.div, other)

    def __ipow__(self, other: Any) -> Any:
        return _arithmetic(self, powers.pow, other)

    def __ifloordiv__(self, other: Any) -> Any:
        return _arithmetic(self, operator.floordiv, other)

    def __imod__(self, other: Any) -> Any:
        return _arithmetic(self, operator.mod, other)

    def __iand__(self, other: Any) -> Any:
        return _arithmetic(self, operator.and_, other)

    def __ior__(self, other: Any) -> Any:
        return _arithmetic(self, operator.or_, other)

    def __ixor__(self, other: Any) -> Any:
        return _arithmetic(self, operator.xor, other)

    def __ilshift__(self, other: Any) -> Any:
        return _arithmetic(self, operator.lshift, other)

    def __irshift__(self, other: Any) -> Any:
        return _arithmetic(self, operator.rshift, other)


def _arithmetic(x: Any, op: Callable[..., Any], other: Any) -> Any:
    if isinstance(other, np.ndarray):
        other = x._wrap(other)
    elif not isinstance(other, (InPlace, int, float, np.generic)):
        return NotImplemented
    return x._in_place(op, other)


def is_recorded(x: Any, *operands: Any) -> bool:
    """Tell whether a change of a tensor by others is to be remembered for a backward pass."""
    if thread.here.scope is None:
        return False
    if x._view is not None and x._view.base._requires_grad:
        return True
    return any(y.requires_grad for y in (x, *operands) if isinstance(y, InPlace))


def refuse_recording(x: Any) -> None:
    """Refuse what would lose the history of a leaf, or of the tensor that a view shows."""
    if x._requires_grad and x._grad_fn is None:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Its "
            "history would be lost: change it under torch.no_grad(), or write x = x + ... instead"
        )
    if x._view is None:
        return
    base = x._view.base
    refuse(x, "is being modified inplace")
    x._view.path()  # refuses a base that has another shape by now
    if base._grad_fn is None and base._requires_grad:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place "
            "operation. Change it under torch.no_grad(), or clone() it first"
        )


def stand_in(x: Any) -> Any:
    """Make a tensor that stands for this one as it is now: so no node refers to its own output."""
    before = x._wrap(x.array)
    before._changes = x._changes
    before._grad_fn, before._requires_grad = x.grad_fn, x._requires_grad
    return before


def _other(x: Any, operand: Any) -> Any:
    """Return an operand, or what stands for it if it is the tensor that is changed, or its base."""
    if operand is x or (x._view is not None and operand is x._view.base):
        return stand_in(operand)
    return operand


def _keeps_the_input(op: Any) -> bool:
    """Tell whether a rule may ask for the numbers that are about to be overwritten."""
    if not isinstance(op, Operation):
        return True
    return 0 in op.keeps(-1, op.arity or 1).numbers


def _rewrite_history(x: Any, result: Any) -> None:
    """Let the tensor, or the base of which it is a view, stand for the result in the graph."""
    if not result._requires_grad:  # computed by what has no gradient: the old numbers get none
        result = indexing.setitem(stand_in(x), result, index=...)
    if x._view is None:
        give_history(x, result)
    else:
        base = x._view.base
        give_history(base, indexing.setitem(stand_in(base), result, index=x._view.path()))


def _keep_here(x: Any, result: Any) -> None:
    """Let a node that keeps its output keep it in the tensor, where another change is noticed."""
    node = result._grad_fn
    guards: Any = getattr(node, "guards", None)
    only_output = guards and len(guards) == 1 and guards[0] is result._changes
    if only_output and result.array.dtype == x.array.dtype:
        node.output, guards[0], node.recorded_at = x.array, x._changes, clock.now
