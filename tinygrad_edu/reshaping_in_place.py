"""Methods that give a tensor another shape, or take its history away: x.t_(), x.detach_()."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.in_place import is_recorded, refuse_recording, stand_in
from tinygrad_edu.ops import Operation, shapes
from tinygrad_edu.views import add_step, give_history


def _reshaped(x: Any, op: Operation, *args: Any) -> Any:
    """Let a tensor be the view of itself that an operation makes."""
    (_,), parameters = op.bind((x, *args), {})
    recorded = is_recorded(x)
    if recorded:
        refuse_recording(x)
    result = op(stand_in(x), **parameters)
    x.array = result.array
    if x._view is not None:
        add_step(x, op, parameters)
    if recorded:
        give_history(x, result)
    x._changed()
    return x


def squeeze_(self: Any, dim: Any = None) -> Any:
    """Drop dims of size 1, in place: all of them, one or several."""
    return _reshaped(self, shapes.squeeze, dim)


def unsqueeze_(self: Any, dim: int) -> Any:
    """Insert a dim of size 1, in place."""
    return _reshaped(self, shapes.unsqueeze, dim)


def t_(self: Any) -> Any:
    """Transpose a matrix, in place."""
    return _reshaped(self, shapes.t)


def transpose_(self: Any, dim0: int, dim1: int) -> Any:
    """Exchange two dims, in place."""
    return _reshaped(self, shapes.transpose, dim0, dim1)


def swapaxes_(self: Any, axis0: int, axis1: int) -> Any:
    """Exchange two dims, in place: numpy's name of `transpose_`."""
    return _reshaped(self, shapes.transpose, axis0, axis1)


def swapdims_(self: Any, dim0: int, dim1: int) -> Any:
    """Exchange two dims, in place: another name of `transpose_`."""
    return _reshaped(self, shapes.transpose, dim0, dim1)


def detach_(self: Any) -> Any:
    """Forget how the tensor was computed: it becomes a leaf that does not require grad.

    Raises:
        RuntimeError: for a view, whose history is its base's.
    """
    if self._view is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead, which makes another tensor"
        )
    self._grad_fn, self._requires_grad = None, False
    return self
