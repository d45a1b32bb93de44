"""Tensor: a numpy array that remembers how it was computed, with torch's names and manners.

What a tensor does is in the operation table; this file says how an operation on tensors is
recorded, and holds what every tensor has: its facts, its operators, its gradient. Methods that are
just an operation by name (`x.exp()`, `x.sum(0)`) are attached from the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.hooks import run_hooks
from tinygrad_edu.autograd.origins import remember, same
from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.conversions import Conversions
from tinygrad_edu.facts import Facts
from tinygrad_edu.history import History
from tinygrad_edu.ieee import QUIET, restore, silence
from tinygrad_edu.in_place import InPlace
from tinygrad_edu.later import METHOD_HOMES, attach_methods
from tinygrad_edu.mixing import adapt, operand_error
from tinygrad_edu.node import Node, record
from tinygrad_edu.operators import Operators
from tinygrad_edu.ops import TABLE, Composite, Operation
from tinygrad_edu.views import View, follow, share

Array = np.ndarray[Any, Any]

_new = object.__new__
_ndarray = np.ndarray
_FLOAT32, _FLOAT64, _MIXED = np.dtype(np.float32), np.dtype(np.float64), object()
_NO_PARAMETERS: dict[str, Any] = {}


class Tensor(Operators, InPlace, Conversions, Facts, History):
    """An array of numbers that can be differentiated.

    Attributes:
        array: the numpy array that holds the numbers (this library's own name).
        grad_fn: the node of the operation that made it; None for a leaf.
        name: a name for drawings; None unless set.
    """

    __slots__ = (
        "__weakref__",
        "_changes",
        "_grad",
        "_grad_fn",
        "_origin",
        "_requires_grad",
        "_view",
        "array",
        "hooks",
        "name",
    )

    array: Array
    _grad: Tensor | None
    _grad_fn: Node | None
    _view: View | None  # how it is a view of another tensor
    _origin: Any  # how it was computed beside the graph; see `origins.py`
    hooks: list[Any] | None
    name: str | None
    __array_priority__ = 1000  # numpy leaves `array * tensor` to the tensor

    def __new__(cls, *data: Any, device: Any = None) -> Tensor:
        """Make a float tensor of sizes or of nested sequences, as torch.Tensor does."""
        from tinygrad_edu.legacy import made

        return made(cls, dtypes.default_float(), data, device)  # type: ignore[no-any-return]

    @classmethod
    def _wrap(cls, array: Any) -> Any:
        """Make a tensor around an array, without a copy and without a history."""
        self = _new(cls)
        self.array = array if type(array) is _ndarray else np.asarray(array)
        self._requires_grad = False
        self._grad = self._grad_fn = self.name = self.hooks = self._view = self._origin = None
        self._changes = [0, 0, 0]  # shared by views: number, time of the last, of the last recorded
        return self

    # --- recording -------------------------------------------------------------------------------

    @staticmethod
    def _record(op: Operation, operands: Sequence[Any], parameters: dict[str, Any]) -> Tensor:
        """Compute an operation on tensors and numbers; remember it where a gradient may flow."""
        arrays: list[Any] = []
        inputs: list[Any] = []
        kind: Any = None
        wanted, bit = 0, 1  # bit i: input i gets a gradient
        for x in operands:
            source = None
            if isinstance(x, Tensor):
                array = x.array
                arrays.append(array)
                if array.dtype is not kind:
                    kind = array.dtype if kind is None else _MIXED
                view = x._view
                if view is not None and view.time < x._changes[2] and thread.here.scope is not None:
                    follow(x)
                if x._requires_grad:
                    wanted |= bit
                    source = x._grad_fn or x
            else:
                arrays.append(x)
            inputs.append(source)
            bit += bit
        given = arrays
        token = silence(QUIET)
        try:
            if kind is not _FLOAT32 and kind is not _FLOAT64 and op.dtypes != "as is":
                given = adapt(op, arrays)
            array = op.on_arrays(*given, **parameters)
        except (TypeError, ValueError) as error:
            raise operand_error(op, given, error) from None
        finally:
            restore(token)
        result: Tensor = Tensor._wrap(array)
        if op.is_view:
            share(result, operands[0], op, parameters)
        if wanted:
            scope = thread.here.scope
            if scope is not None and result.array.dtype.kind == "f":
                result._grad_fn = record(
                    op, parameters, operands, inputs, arrays, wanted, result, scope
                )
                result._requires_grad = True
                return result
            remember(result, op, operands, parameters)
        else:
            for x in operands:
                if isinstance(x, Tensor) and x._origin is not None:
                    remember(result, op, operands, parameters)
        return result

    @staticmethod
    def _record_one(op: Operation, x: Tensor) -> Tensor:
        """Do what `_record` does, for one input and no parameters: 0.4 µs sooner."""
        kind, scope = x.array.dtype, thread.here.scope
        if (kind is not _FLOAT32 and kind is not _FLOAT64) or x._view is not None:
            return Tensor._record(op, (x,), _NO_PARAMETERS)
        token = silence(QUIET)
        try:
            result: Tensor = Tensor._wrap(op.on_arrays(x.array))
        finally:
            restore(token)
        if x._requires_grad and scope is not None and result.array.dtype.kind == "f":
            inputs, arrays = [x._grad_fn or x], [x.array]
            result._grad_fn = record(op, _NO_PARAMETERS, (x,), inputs, arrays, 1, result, scope)
            result._requires_grad = True
        elif x._origin is not None:
            remember(result, op, (x,))
        return result

    # --- what the engine asks of a vertex: a leaf is one itself ----------------------------------

    inputs = ()

    @property
    def vertex(self) -> Any:
        """Its vertex in the graph, which is its `grad_fn`, or the leaf itself."""
        return self.grad_fn or self

    def run_hooks(self, upstream: Any) -> Any:
        """Show the complete gradient to each hook; what a hook returns replaces it."""
        return run_hooks(self.hooks or (), upstream, Tensor._wrap)

    def pullback(self, upstream: Any, relevant: Any, create_graph: bool) -> tuple[()]:
        """A leaf has nothing behind it."""
        return ()

    def release(self) -> None:
        """A leaf keeps nothing for the backward pass."""

    def accumulate(self, gradient: Any) -> None:
        """Add to `.grad`, which belongs to this tensor alone."""
        before = self._grad
        if isinstance(gradient, Tensor):
            self._grad = gradient if before is None else before + gradient
        elif before is None:
            self._grad = Tensor._wrap(gradient.copy())
        elif before._requires_grad:
            self._grad = before + Tensor._wrap(gradient)
        else:
            before.array += gradient
            before._changed()

    def seed(self, gradient: Any, create_graph: bool) -> Any:
        """Check the gradient that a backward pass starts with here; by default 1."""
        if not self.requires_grad:
            raise RuntimeError(
                "element 0 of tensors does not require grad and does not have a grad_fn: nothing "
                "that it was computed from has requires_grad=True, or it was computed under no_grad"
            )
        if gradient is None:
            if self.array.size != 1:
                raise RuntimeError(
                    "grad can be implicitly created only for scalar outputs, but this tensor has "
                    f"shape {list(self.shape)}: reduce it (.sum() or .mean()), or pass a gradient"
                )
            start = np.array(1, self.array.dtype)
            if self.array.ndim:
                start = start.reshape(self.array.shape)
            return Tensor._wrap(start) if create_graph else start
        if not isinstance(gradient, Tensor):
            raise TypeError(
                f"gradients can be either Tensors or None, not {type(gradient).__name__}"
            )
        if gradient.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: the gradient has shape {list(gradient.shape)} and the output "
                f"has shape {list(self.shape)}"
            )
        if gradient.array.dtype != self.array.dtype:
            gradient = Tensor._wrap(gradient.array.astype(self.array.dtype))
        return gradient if create_graph else gradient.array

    @staticmethod
    def from_gradient(gradient: Any) -> Tensor:
        """Give the engine's gradient of a tensor to the user: as a tensor."""
        return gradient if isinstance(gradient, Tensor) else Tensor._wrap(np.array(gradient))

    # --- the same memory, and copies -------------------------------------------------------------

    @property
    def data(self) -> Tensor:
        """The same memory as a tensor without history; changes to it are not seen by autograd."""
        return remember(Tensor._wrap(self.array), same, (self,))  # type: ignore[no-any-return]

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        self.array, self._view = value.array, None

    def detach(self) -> Tensor:
        """Return the same memory as a tensor without history (torch.Tensor.detach)."""
        result: Tensor = Tensor._wrap(self.array)
        result._changes = self._changes
        return remember(result, same, (self,))  # type: ignore[no-any-return]

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment; use .detach().clone()"
            )
        result: Tensor = type(self)._wrap(self.array.copy())
        result._requires_grad, result.name = self._requires_grad, self.name
        if self._grad is not None:
            result._grad = self._grad.detach().clone()
        memo[id(self)] = result
        return result

    __hash__ = object.__hash__

    def __dir__(self) -> list[str]:
        """List what there is, without torch's methods that are not here (see `missing.py`)."""
        return [name for name in super().__dir__() if hasattr(type(self), name)]

    if TYPE_CHECKING:  # the operations, attached from the table below

        def __getattr__(self, name: str) -> Any: ...


def _method(op: Operation | Composite) -> Callable[..., Any]:
    """Make the method of an operation; one without parameters is recorded directly."""
    if isinstance(op, Operation) and op.arity == 1 and op.takes_inputs_only and not op.is_view:

        def method(self: Tensor) -> Any:
            return Tensor._record_one(op, self)

    else:

        def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:  # type: ignore[misc]
            return op(self, *args, **kwargs)

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


for _name, _op in TABLE.items():
    if _op.is_method and not hasattr(Tensor, _name):
        setattr(Tensor, _name, _method(_op))
attach_methods(Tensor, METHOD_HOMES)
