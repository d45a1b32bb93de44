"""Views: tensors that show memory of another one, their base, and follow its history.

A view remembers by which operations it was made of its base. When the base, or another view of it,
was changed by a recorded operation, the history of the view is no longer true; it is made anew, by
the same operations from the base as it is now, when the view is next used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.clock import clock
from tinygrad_edu.autograd.hooks import Retain
from tinygrad_edu.autograd.recording import enable_grad, thread
from tinygrad_edu.ops.indexing import Path, getitem
from tinygrad_edu.ops.operation import Operation

_new: Any = object.__new__


class View:
    """How a tensor is a view of another.

    Attributes:
        base: the tensor whose memory it shows, which is no view itself.
        memory: the array of the base then; an operation in place may give it one of another shape.
        previous: the same of the tensor that it was made of; None if that is the base.
        step: the operation that made it, and its parameters.
        time: the history of the tensor is true as far as changes until then go.
        kind: "" or why changes are not followed, as in torch: it was made under "no_grad", by a
            custom "Function", or is one of several pieces, with the name of what cut them.
    """

    __slots__ = ("base", "kind", "memory", "previous", "step", "time")

    base: Any
    memory: np.ndarray[Any, Any]
    previous: View | None
    step: tuple[Operation, dict[str, Any]]
    time: int
    kind: str

    def path(self) -> Path:
        """Return the index that reads the view off its base.

        Raises:
            NotImplementedError: if the base has another shape by now.
        """
        if self.base.array is not self.memory:
            raise NotImplementedError(
                "the base of this view was given another shape or other data since the view was "
                "taken, and what is changed in place after that is not followed; take it again"
            )
        steps = [self.step]
        view = self.previous
        while view is not None:
            steps.append(view.step)
            view = view.previous
        return Path(steps[::-1])


def share(result: Any, source: Any, op: Operation, parameters: dict[str, Any]) -> None:
    """Make the result of an operation a view of what it was made of, if they share memory.

    Views count in-place changes together with their base.
    """
    array, shown = result.array, source.array
    owner = array.base
    if owner is not shown and (
        owner is None or (owner is not shown.base and not np.may_share_memory(array, shown))
    ):
        return
    result._changes = source._changes
    result._view = _made(source, op, parameters)


def _made(source: Any, op: Operation, parameters: dict[str, Any]) -> View:
    view: View = _new(View)  # sooner than by calling the class
    view.previous = before = source._view
    view.base = base = source if before is None else before.base
    view.memory = base.array
    view.step = (op, parameters)
    view.time = clock.now
    if thread.here.scope is None:
        view.kind = "no_grad"
    elif op.is_view == "piece":
        view.kind = op.node_name(parameters)
    else:
        view.kind = "" if before is None else before.kind
    return view


def add_step(x: Any, op: Operation, parameters: dict[str, Any]) -> None:
    """Let a view be one more operation away from its base."""
    x._view = _made(x, op, parameters)


def follow(x: Any) -> None:
    """Make the history of a view anew from its base, which has changed."""
    view = x._view
    base = view.base
    if base._requires_grad:
        refuse(x, "its base or another view of its base has been modified inplace")
        with enable_grad():
            again = getitem(base, index=view.path())
        give_history(x, again)
    view.time = clock.now


def give_history(x: Any, result: Any) -> None:
    """Let a tensor stand for another one's place in the graph; `retain_grad` moves along."""
    old, new = x._grad_fn, result._grad_fn
    for hook in [hook for hook in (old and old.hooks) or () if isinstance(hook, Retain)]:
        if hook.tensor() is x:
            old.hooks.remove(hook)
            new.hooks = [*(new.hooks or ()), hook]
    x._grad_fn, x._requires_grad = new, True


def refuse(x: Any, happening: str) -> None:
    """Refuse what torch refuses to follow of a view."""
    kind = x._view.kind
    if not kind:
        return
    if kind == "no_grad":
        raise RuntimeError(
            f"A view was created in no_grad mode and {happening} with grad mode enabled. Given "
            "that this use case is ambiguous and error-prone, it is forbidden. You can clarify "
            "your code by moving both the view and the inplace either both inside the no_grad "
            "block (if you don't want the inplace to be tracked) or both outside (if you want the "
            "inplace to be tracked)."
        )
    if kind == "Function":
        raise RuntimeError(
            f"Output 0 of {x._grad_fn.name()} is a view and {happening}. This view was created "
            "inside a custom Function (or because an input was returned as-is) and the autograd "
            "logic to handle view+inplace would override the custom backward associated with the "
            "custom Function, leading to incorrect gradients. You can fix this by cloning the "
            "output of the custom Function."
        )
    raise RuntimeError(
        f"An output of {kind} is a view and {happening}. This view is the output of a function "
        "that returns multiple views. Such functions do not allow the output views to be modified "
        "inplace. You should replace the inplace operation by an out-of-place one."
    )


def reinterpreted(x: Any, dtype: Any) -> Any:
    """Read the same memory as numbers of another dtype, without a history: `x.view(dtype)`.

    >>> import tinygrad_edu as torch
    >>> torch.tensor([1.0, -1.0]).view(torch.int32)
    tensor([ 1065353216, -1082130432], dtype=torch.int32)
    """
    array, kind = x.array, dtypes.to_numpy(dtype)
    before, after = array.dtype.itemsize, kind.itemsize
    if before != after:
        to = f"to view {x.dtype.title} as {dtypes.title(kind)} (different element sizes)"
        if not array.ndim:
            raise RuntimeError(f"self.dim() cannot be 0 {to}")
        if array.size and array.strides[-1] != before:
            stride = array.strides[-1] // before
            raise RuntimeError(f"self.stride(-1) must be 1 {to}, but got {stride}")
        if array.shape[-1] * before % after:
            raise RuntimeError(
                f"self.size(-1) must be divisible by {after // before} {to}, but got "
                f"{array.shape[-1]}"
            )
    shape = (*array.shape[:-1], array.shape[-1] * before // after) if array.ndim else ()
    result: Any = x._wrap(array.view(kind) if array.size else np.empty(shape, kind))
    result._changes = x._changes
    return result
