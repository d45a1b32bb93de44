"""Tensor: a numpy array that remembers how it was computed, with torch's names and manners.

What a tensor does is in the operation table; this file says how an operation on tensors is
recorded, and holds what every tensor has: its facts, its operators, its gradient. Methods that are
just an operation by name (`x.exp()`, `x.sum(0)`) are attached from the table at the end.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.gradients import backward
from tinygrad_edu.autograd.hooks import RemovableHandle, Retain, run_hooks
from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.conversions import Conversions
from tinygrad_edu.ieee import QUIET, restore, silence
from tinygrad_edu.in_place import InPlace
from tinygrad_edu.later import METHOD_HOMES, attach_methods
from tinygrad_edu.mixing import adapt, check_grad, shape_error
from tinygrad_edu.node import Node, record, refuse_stale_view
from tinygrad_edu.operators import Operators
from tinygrad_edu.ops import TABLE, Composite, Operation, shapes
from tinygrad_edu.size import Size

Array = np.ndarray[Any, Any]

_new = object.__new__
_ndarray = np.ndarray
_FLOAT32, _FLOAT64, _MIXED = np.dtype(np.float32), np.dtype(np.float64), object()
_NO_PARAMETERS: dict[str, Any] = {}


class Tensor(Operators, InPlace, Conversions):
    """An array of numbers that can be differentiated.

    Attributes:
        array: the numpy array that holds the numbers (this library's own name).
        grad_fn: the node of the operation that made it; None for a leaf.
        name: a name for drawings; None unless set.
    """

    __slots__ = (
        "__weakref__",
        "_base",
        "_changes",
        "_grad",
        "_requires_grad",
        "array",
        "grad_fn",
        "hooks",
        "name",
    )

    array: Array
    _grad: Tensor | None
    grad_fn: Node | None
    hooks: list[Any] | None
    name: str | None
    __array_priority__ = 1000  # numpy leaves `array * tensor` to the tensor

    def __new__(cls, *data: Any) -> Tensor:
        """Make a float tensor of sizes, or of nested sequences, as torch.Tensor does."""
        kind = dtypes.default_float()
        if len(data) == 1 and not isinstance(data[0], (int, np.integer)):
            source = data[0].array if isinstance(data[0], Tensor) else data[0]
            array = np.array(source, dtype=kind)
        else:
            array = np.zeros(data or (0,), dtype=kind)
        tensor: Tensor = cls._wrap(array)
        return tensor

    @classmethod
    def _wrap(cls, array: Any) -> Any:
        """Make a tensor around an array, without a copy and without a history."""
        self = _new(cls)
        self.array = array if type(array) is _ndarray else np.asarray(array)
        self._requires_grad = False
        self._grad = self.grad_fn = self.name = self.hooks = self._base = None
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
                if x._requires_grad:
                    wanted |= bit
                    source = x.grad_fn or x
                    if x._base is not None:
                        refuse_stale_view(x)
            else:
                arrays.append(x)
            inputs.append(source)
            bit += bit
        given = arrays
        if kind is not _FLOAT32 and kind is not _FLOAT64 and op.dtypes != "as is":
            given = adapt(op, arrays)
        token = silence(QUIET)
        try:
            array = op.on_arrays(*given, **parameters)
        except ValueError as error:
            raise shape_error(op.name, given, error, op.explain) from None
        finally:
            restore(token)
        result: Tensor = Tensor._wrap(array)
        if op.is_view:
            _share(result, operands[0])
        if wanted:
            scope = thread.here.scope
            if scope is not None and result.array.dtype.kind == "f":
                result.grad_fn = record(
                    op, parameters, operands, inputs, arrays, wanted, result, scope
                )
                result._requires_grad = True
        return result

    @staticmethod
    def _record_one(op: Operation, x: Tensor) -> Tensor:
        """Do what `_record` does, for one input and no parameters: 0.4 µs sooner."""
        kind, scope = x.array.dtype, thread.here.scope
        if (kind is not _FLOAT32 and kind is not _FLOAT64) or x._base is not None:
            return Tensor._record(op, (x,), _NO_PARAMETERS)
        token = silence(QUIET)
        try:
            result: Tensor = Tensor._wrap(op.on_arrays(x.array))
        finally:
            restore(token)
        if x._requires_grad and scope is not None and result.array.dtype.kind == "f":
            inputs, arrays = [x.grad_fn or x], [x.array]
            result.grad_fn = record(op, _NO_PARAMETERS, (x,), inputs, arrays, 1, result, scope)
            result._requires_grad = True
        return result

    # --- what the engine asks of a vertex: a leaf is one itself ----------------------------------

    inputs = ()

    @property
    def vertex(self) -> Any:
        """The tensor's vertex in the graph: its `grad_fn`, or the leaf itself."""
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
        if not self._requires_grad:
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

    # --- facts -----------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The size of each dim."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The number type."""
        return dtypes.of(self.array)

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return self.array.ndim

    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, rather than a recorded operation."""
        return self.grad_fn is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have summed up here; None before the first."""
        if self._grad is None and self.grad_fn is not None and not self.retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during autograd.backward(). If you indeed want "
                "it, call .retain_grad() on it before the backward pass.",
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            check_grad(self, value)
        self._grad = value

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded for a backward pass."""
        return bool(self._requires_grad)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if self.grad_fn is not None and not value:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a "
                "computed variable in a subgraph that doesn't require differentiation use "
                "var_no_grad = var.detach()."
            )
        if value and self.array.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, not {self.dtype}"
            )
        self._requires_grad = bool(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad` and return the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def data(self) -> Tensor:
        """The same memory as a tensor without history; changes to it are not seen by autograd."""
        result: Tensor = Tensor._wrap(self.array)
        return result

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        self.array = value.array

    def detach(self) -> Tensor:
        """Return the same memory as a tensor without history (torch.Tensor.detach)."""
        result: Tensor = Tensor._wrap(self.array)
        result._changes = self._changes
        return result

    @property
    def _version(self) -> int:
        """How often the tensor, or a view of it, was changed in place."""
        return int(self._changes[0])

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the size of one dim."""
        return self.shape if dim is None else self.shape[shapes.normalize_dim(dim, self.ndim)]

    def dim(self) -> int:
        """Return the number of dims."""
        return self.array.ndim

    def numel(self) -> int:
        """Return the number of elements."""
        return self.array.size

    def is_contiguous(self) -> bool:
        """Tell whether the elements lie in memory in row order, without gaps."""
        return self.array.flags.c_contiguous

    def contiguous(self) -> Tensor:
        """Return the tensor, copied if its elements do not lie in memory in row order."""
        return self if self.is_contiguous() else shapes.clone(self)

    # --- gradients -------------------------------------------------------------------------------

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to the `.grad` of every leaf that it depends on.

        Args:
            gradient: what the pass starts with, in this tensor's shape; 1 for a scalar.
            retain_graph: keep the graph for another pass; by default as `create_graph`.
            create_graph: record the pass itself, for derivatives of derivatives.
            inputs: accumulate only into these.

        Raises:
            RuntimeError: if there is no graph, it was freed, a tensor that it needs was changed in
                place, or `gradient` is missing for a tensor that is no scalar.

        >>> import tinygrad_edu as torch
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        tensor(6.)
        """
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook(gradient)` in each backward pass; what it returns replaces the gradient.

        Raises:
            RuntimeError: for a tensor that does not require grad.
        """
        if not self._requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is None:
            self.hooks = hooks = self.hooks or []
        else:
            self.grad_fn.hooks = hooks = self.grad_fn.hooks or []
        hooks.append(hook)
        return RemovableHandle(hooks, hook)

    def retain_grad(self) -> None:
        """Let a tensor that is no leaf collect its `.grad` too."""
        if not self._requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is not None and not self.retains_grad:
            self.register_hook(Retain(self))

    @property
    def retains_grad(self) -> bool:
        """Whether a tensor that is no leaf collects its `.grad`."""
        hooks = self.grad_fn.hooks if self.grad_fn is not None else None
        return any(isinstance(hook, Retain) for hook in hooks or ())

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

    if TYPE_CHECKING:  # the operations, attached from the table below

        def __getattr__(self, name: str) -> Any: ...


def _share(view: Tensor, base: Tensor) -> None:
    """Let a view count in-place changes together with the tensor whose memory it shows."""
    if view.array.base is not None and np.may_share_memory(view.array, base.array):
        view._changes = base._changes
        view._base = base if base._base is None else base._base


def _method(op: Operation | Composite) -> Callable[..., Any]:
    """Make the method of an operation; one without parameters is recorded directly."""
    if isinstance(op, Operation) and op.arity == 1 and op.takes_inputs_only and not op.is_view:
        record_one = Tensor._record_one

        def method(self: Tensor) -> Any:
            return record_one(op, self)

    else:

        def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:  # type: ignore[misc]
            return op(self, *args, **kwargs)

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


for _name, _op in TABLE.items():
    if _op.is_method and not hasattr(Tensor, _name):
        setattr(Tensor, _name, _method(_op))
attach_methods(Tensor, METHOD_HOMES)
