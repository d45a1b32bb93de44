"""Tensor: a numpy array that remembers how it was computed, with torch's names and manners.

What a tensor does is in the operation table; this file says how an operation on tensors is
recorded, and holds what every tensor has: its facts, its operators, its gradient. Methods that are
just an operation by name (`x.exp()`, `x.sum(0)`) are attached from the table at the end.
"""

from __future__ import annotations

import math
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.recording import state
from tinygrad_edu.ieee import restore, silence
from tinygrad_edu.node import Clock, Node, run_hooks
from tinygrad_edu.ops import TABLE, Operation, Composite, arithmetic, indexing, linear_algebra
from tinygrad_edu.ops import powers, reductions, selection, shapes

Array = np.ndarray[Any, Any]
Number = int | float | bool

_new = object.__new__
_ndarray = np.ndarray
_NONE: dict[str, Any] = {}


class Size(tuple[int, ...]):
    """The shape of a tensor; prints as torch's does."""

    __slots__ = ()

    def numel(self) -> int:
        """Return the number of elements."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


class Tensor:
    """An array of numbers that can be differentiated.

    Attributes:
        array: the numpy array that holds the numbers (this library's own name).
        grad: the gradient that backward passes have summed up here; None before the first.
        grad_fn: the node of the operation that made it; None for a leaf.
        name: a name for drawings; None unless set.
    """

    __slots__ = (
        "__weakref__",
        "_base",
        "_changes",
        "_hooks",
        "_requires_grad",
        "array",
        "grad",
        "grad_fn",
        "name",
    )

    array: Array
    grad: Tensor | None
    grad_fn: Node | None
    name: str | None
    __array_priority__ = 1000  # numpy leaves `array * tensor` to the tensor

    def __new__(cls, *data: Any) -> Tensor:
        """Make a float tensor of sizes, or of nested sequences, as torch.Tensor does."""
        kind = dtypes.default_float()
        if len(data) == 1 and not isinstance(data[0], (int, np.integer)):
            source = data[0].array if isinstance(data[0], Tensor) else data[0]
            return cls._wrap(np.array(source, dtype=kind))
        return cls._wrap(np.zeros(data or (0,), dtype=kind))

    @classmethod
    def _wrap(cls, array: Any) -> Any:
        """Make a tensor around an array, without a copy and without a history."""
        self = _new(cls)
        self.array = array if type(array) is _ndarray else np.asarray(array)
        self._requires_grad = False
        self.grad = self.grad_fn = self.name = self._hooks = self._base = None
        self._changes = [0, 0, 0]  # shared by views: number, time of the last, of the last recorded
        return self

    # --- recording -----------------------------------------------------------------------------

    @staticmethod
    def _record(op: Operation, operands: Sequence[Any], parameters: dict[str, Any]) -> Tensor:
        """Compute an operation on tensors and numbers, and remember it where a gradient may flow."""
        arrays = [x.array if isinstance(x, Tensor) else x for x in operands]
        if op.dtypes != "as is":
            arrays = _adapt(op, arrays)
        token = silence()
        try:
            array = op.on_arrays(*arrays, **parameters)
        except ValueError as error:
            raise _shape_error(op, arrays, error) from None
        finally:
            restore(token)
        result: Tensor = Tensor._wrap(array)
        if op.is_view:
            _share(result, operands[0])
        scope = state.scope
        if scope is not None:
            wanted = tuple([isinstance(x, Tensor) and x._requires_grad for x in operands])
            if True in wanted and result.array.dtype.kind == "f":
                for x in operands:
                    if isinstance(x, Tensor) and x._base is not None:
                        _refuse_stale_view(x)
                result.grad_fn = Node(op, parameters, tuple(operands), wanted, result, scope)
                result._requires_grad = True
        return result

    # --- what the engine asks of a vertex: a leaf is one itself ----------------------------------

    inputs = ()

    @property
    def vertex(self) -> Any:
        """The tensor's vertex in the graph: its `grad_fn`, or the leaf itself."""
        return self.grad_fn or self

    @property
    def hooks(self) -> Any:
        """The hooks of a leaf."""
        return self._hooks

    def run_hooks(self, upstream: Any) -> Any:
        """Show the complete gradient to each hook; what a hook returns replaces it."""
        return run_hooks(self._hooks, upstream)

    def pullback(self, upstream: Any, relevant: Any, create_graph: bool) -> tuple[()]:
        """A leaf has nothing behind it."""
        return ()

    def release(self) -> None:
        """A leaf keeps nothing for the backward pass."""

    def accumulate(self, gradient: Any) -> None:
        """Add to `.grad`, which belongs to this tensor alone."""
        if isinstance(gradient, Tensor):
            self.grad = gradient if self.grad is None else self.grad + gradient
        elif self.grad is None:
            self.grad = Tensor._wrap(np.array(gradient))
        elif self.grad._requires_grad:
            self.grad = self.grad + Tensor._wrap(gradient)
        else:
            self.grad.array += gradient
            self.grad._changed()

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
            gradient = Tensor._wrap(np.ones_like(self.array))
        if not isinstance(gradient, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, not {type(gradient).__name__}")
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

    # --- facts ---------------------------------------------------------------------------------

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
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded for a backward pass."""
        return self._requires_grad

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
        return Tensor._wrap(self.array)

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

    def item(self) -> Any:
        """Return the only number in the tensor as Python's.

        Raises:
            RuntimeError: if there is more than one number, or none.
        """
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar; its "
                f"shape is {list(self.shape)}"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """Return the numbers as nested lists."""
        return self.array.tolist()

    def numpy(self) -> Array:
        """Return the array, which shares memory with the tensor.

        Raises:
            RuntimeError: if the tensor requires grad: detach it first.
        """
        if self._requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = self.numpy()
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    # --- gradients -----------------------------------------------------------------------------

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
        from tinygrad_edu.autograd import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook(gradient)` in each backward pass; what it returns replaces the gradient.

        Raises:
            RuntimeError: for a tensor that does not require grad.
        """
        if not self._requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is None:
            self._hooks = hooks = self._hooks or []
        else:
            self.grad_fn.hooks = hooks = self.grad_fn.hooks or []
        hooks.append(hook)
        return RemovableHandle(hooks, hook)

    def retain_grad(self) -> None:
        """Let a tensor that is no leaf collect its `.grad` too."""
        if not self._requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is None:
            return
        this = weakref.ref(self)

        def keep(gradient: Tensor) -> None:
            tensor = this()
            if tensor is not None:
                tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient

        self.register_hook(keep)

    # --- changing in place ---------------------------------------------------------------------

    def _changed(self, recorded: bool = False) -> None:
        """Note that the numbers have changed, so that a graph that needs the old ones can tell."""
        Clock.now += 1
        self._changes[0] += 1
        self._changes[1] = Clock.now
        if recorded:
            self._changes[2] = Clock.now

    def _in_place(self, op: Operation, *operands: Any, **parameters: Any) -> Tensor:
        """Apply an operation and put its result where the tensor's numbers were."""
        recorded = state.scope is not None and any(
            isinstance(x, Tensor) and x._requires_grad for x in (self, *operands)
        )
        if recorded:
            _refuse_in_place(self)
        before = self.detach()  # the old tensor under another name: no node refers to itself
        before.grad_fn, before._requires_grad = self.grad_fn, self._requires_grad
        before._base = self._base
        _check_fits(self, op, operands)
        result = op(before, *operands, **parameters)
        if result.array.shape != self.array.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        if not np.can_cast(result.array.dtype, self.array.dtype, "same_kind"):
            raise RuntimeError(
                f"result type {result.dtype.title} can't be cast to the desired output type "
                f"{self.dtype.title}"
            )
        if not self.array.flags.writeable:
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to "
                "a single memory location. Please clone() the tensor before performing the "
                "operation."
            )
        np.copyto(self.array, result.array, casting="same_kind")
        if recorded:
            self.grad_fn, self._requires_grad = result.grad_fn, True
        self._changed(recorded)
        return self

    def add_(self, other: Any, *, alpha: float = 1) -> Tensor:
        """Add `alpha · other` in place."""
        return self._in_place(arithmetic.add, other if alpha == 1 else other * alpha)

    def sub_(self, other: Any, *, alpha: float = 1) -> Tensor:
        """Subtract `alpha · other` in place."""
        return self._in_place(arithmetic.sub, other if alpha == 1 else other * alpha)

    def mul_(self, other: Any) -> Tensor:
        """Multiply in place."""
        return self._in_place(arithmetic.mul, other)

    def div_(self, other: Any) -> Tensor:
        """Divide in place."""
        return self._in_place(arithmetic.div, other)

    def pow_(self, exponent: Any) -> Tensor:
        """Raise to a power in place."""
        return self._in_place(powers.pow, exponent)

    def zero_(self) -> Tensor:
        """Set all numbers to 0."""
        return self.fill_(0)

    def fill_(self, value: Number | Tensor) -> Tensor:
        """Set all numbers to one value."""
        return self._in_place(indexing.setitem, value, index=...)

    def copy_(self, src: Tensor) -> Tensor:
        """Take over the numbers of another tensor, broadcast to this shape."""
        return self._in_place(indexing.setitem, src, index=...)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._in_place(indexing.setitem, _tensor_or_number(value), index=_plain_index(index))

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ipow__ = pow_

    # --- operators -----------------------------------------------------------------------------

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

    def __neg__(self) -> Any:
        return Tensor._record(arithmetic.neg, (self,), _NONE)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Any:
        return Tensor._record(selection.absolute, (self,), _NONE)

    def __matmul__(self, other: Any) -> Any:
        return linear_algebra.matmul(self, other) if isinstance(other, Tensor) else NotImplemented

    def __getitem__(self, index: Any) -> Any:
        parameters = {"index": _plain_index(index)}
        try:
            return Tensor._record(indexing.getitem, (self,), parameters)
        except IndexError as error:
            raise IndexError(f"{error} (the tensor has shape {list(self.shape)})") from None

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {'more than one value' if self.array.size else 'no values'}"
                " is ambiguous; use .any() or .all()"
            )
        return bool(self.array.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iu" or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.array.item())

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).array.any())

    def __repr__(self) -> str:
        try:
            from tinygrad_edu.printing import tensor_repr
        except ImportError: return str(self.array)

        name = None if self.grad_fn is None else self.grad_fn.name()
        return tensor_repr(
            self.array,
            requires_grad=self._requires_grad and name is None,
            grad_fn_name=name,
            default_float=dtypes.default_float(),
        )

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.array.ndim == 0 else format(repr(self), spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment; use .detach().clone()"
            )
        result: Tensor = type(self)._wrap(self.array.copy())
        result._requires_grad, result.name = self._requires_grad, self.name
        if self.grad is not None:
            result.grad = self.grad.detach().clone()
        memo[id(self)] = result
        return result

    __hash__ = object.__hash__

    # --- comparisons, which have no gradient -----------------------------------------------------

    def __eq__(self, other: Any) -> Any:
        return _compare(np.equal, self, other)

    def __ne__(self, other: Any) -> Any:
        return _compare(np.not_equal, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(np.greater_equal, self, other)

    def __and__(self, other: Any) -> Any:
        return _compare(np.bitwise_and, self, other)

    def __or__(self, other: Any) -> Any:
        return _compare(np.bitwise_or, self, other)

    def __xor__(self, other: Any) -> Any:
        return _compare(np.bitwise_xor, self, other)

    def __invert__(self) -> Tensor:
        return Tensor._wrap(np.invert(self.array))

    # --- shapes, as methods spell them -----------------------------------------------------------

    def reshape(self, *shape: Any) -> Any:
        """Return the same numbers in another shape; one size may be −1."""
        return shapes.reshape(self, _sizes(shape))

    def view(self, *shape: Any) -> Any:
        """Return the same memory in another shape; one size may be −1."""
        return shapes.view(self, _sizes(shape))

    def expand(self, *sizes: Any) -> Any:
        """Repeat along dims of size 1 without copying; −1 leaves a size as it is."""
        return shapes.expand(self, _sizes(sizes))

    def permute(self, *dims: Any) -> Any:
        """Put the dims in another order."""
        return shapes.permute(self, _sizes(dims))

    def t(self) -> Any:
        """Transpose a tensor of at most two dims."""
        if self.ndim > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D; use .mT"
            )
        return shapes.transpose(self, 0, 1) if self.ndim == 2 else self

    @property
    def T(self) -> Any:  # noqa: N802 - torch's spelling
        """The tensor with its dims reversed."""
        return shapes.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Any:  # noqa: N802 - torch's spelling
        """The tensor with its last two dims exchanged."""
        return shapes.transpose(self, -2, -1)

    def where(self, condition: Tensor, other: Any) -> Any:
        """Keep the numbers where the condition holds, else take those of `other`."""
        return selection.where(condition, self, other)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Convert to another dtype (or to the device it is on: the CPU is the only one)."""
        from tinygrad_edu.creation import parse_to

        kind = parse_to(*args, **kwargs)
        if kind is None or kind == self.array.dtype:
            return self
        return shapes.to_dtype(self, dtype=kind)

    def float(self) -> Any:
        """Convert to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """Convert to float64."""
        return self.to(dtypes.float64)

    def long(self) -> Any:
        """Convert to int64."""
        return self.to(dtypes.int64)

    def int(self) -> Any:
        """Convert to int32."""
        return self.to(dtypes.int32)

    def bool(self) -> Any:
        """Convert to bool: whether each number is not 0."""
        return self.to(dtypes.bool_)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"'Tensor' has no attribute {name!r}: it is not in this library, or not in torch either"
        )


class RemovableHandle:
    """Takes a hook away again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks = hooks
        self._hook = hook

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        self._hooks[:] = [hook for hook in self._hooks if hook is not self._hook]

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


# --- helpers ---------------------------------------------------------------------------------------


def _binary(op: Operation, a: Any, b: Any) -> Any:
    other = b if isinstance(a, Tensor) else a
    if not isinstance(other, (Tensor, int, float, np.generic)):
        if not isinstance(other, np.ndarray):
            return NotImplemented
        a, b = (Tensor._wrap(x) if isinstance(x, np.ndarray) else x for x in (a, b))
    return Tensor._record(op, (a, b), _NONE)


def _adapt(op: Operation, arrays: list[Any]) -> list[Any]:
    """Bring the inputs of an operation to the dtypes that it works on."""
    kinds = {x.dtype for x in arrays if isinstance(x, _ndarray)}
    if len(kinds) == 1:
        kind = next(iter(kinds))
        if kind.kind == "f":
            return arrays
    if op.dtypes == "equal" and len(kinds) > 1:
        names = " != ".join(dtypes.of(x).name for x in arrays)
        raise RuntimeError(
            f"{op.name}: expected the inputs to have the same dtype, but got: {names}. "
            "Convert one with .float(), .double() or .to(dtype)"
        )
    if op.dtypes == "equal":
        return arrays
    common = dtypes.common_dtype(arrays[1:] if op.name == "where" else arrays)
    if op.dtypes == "floating" and common.kind != "f":
        raise RuntimeError(
            f"{op.name}(): could not infer output dtype. Input dtype must be either a floating "
            f"point or complex dtype. Got: {dtypes._BY_NUMPY[common].title}"
        )
    if op.dtypes == "float" and common.kind != "f":
        common = dtypes.default_float()
    return [
        x if isinstance(x, _ndarray) and (x.dtype == common or i == 0 and op.name == "where")
        else np.asarray(x, dtype=common)
        for i, x in enumerate(arrays)
    ]


def _shape_error(op: Operation, arrays: list[Any], error: ValueError) -> Exception:
    """Say in torch's words which sizes do not fit."""
    sizes = [list(np.shape(x)) for x in arrays]
    try:
        np.broadcast_shapes(*map(tuple, sizes))
    except ValueError:
        if len(sizes) >= 2:
            a, b = sizes[-2:]
            for i in range(1, min(len(a), len(b)) + 1):
                if a[-i] != b[-i] and 1 not in (a[-i], b[-i]):
                    return RuntimeError(
                        f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) "
                        f"at non-singleton dimension {max(len(a), len(b)) - i}: {op.name} got "
                        f"shapes {a} and {b}; sizes must be equal or 1, counted from the last"
                    )
    shapes_ = ", ".join(map(str, sizes))
    return RuntimeError(f"{op.name}: shapes {shapes_} do not fit together: {error}")


def _share(view: Tensor, base: Tensor) -> None:
    """Let a view count in-place changes together with the tensor whose memory it shows."""
    if view.array.base is not None and np.may_share_memory(view.array, base.array):
        view._changes = base._changes
        view._base = base if base._base is None else base._base


def _refuse_stale_view(x: Tensor) -> None:
    made = 0 if x.grad_fn is None else x.grad_fn.recorded_at
    if x._changes[2] > made:
        raise NotImplementedError(
            f"this view of shape {list(x.shape)} was made before its base was changed by a recorded "
            "in-place operation, which this library does not follow; take the view again"
        )


def _refuse_in_place(x: Tensor) -> None:
    if x.grad_fn is None and x._requires_grad:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Its history "
            "would be lost: change it under torch.no_grad(), or write x = x + ... for a new tensor"
        )
    if x._base is not None and x._base._requires_grad:
        if x._base.grad_fn is None:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation. Change it under torch.no_grad(), or clone() it first"
            )
        raise NotImplementedError(
            "an in-place operation on a view of a tensor that requires grad is not there; write "
            "base[index] = ... on the tensor itself, or clone() the view first"
        )


def _check_fits(x: Tensor, op: Operation, operands: tuple[Any, ...]) -> None:
    if op is indexing.setitem and x._requires_grad is False:
        for other in operands:
            if isinstance(other, Tensor) and other.array.dtype.kind == "f" != x.array.dtype.kind:
                pass  # torch converts what is assigned, silently


def _tensor_or_number(value: Any) -> Any:
    if isinstance(value, (Tensor, int, float, np.generic)):
        return value
    return Tensor._wrap(np.asarray(value))


def _plain_index(index: Any) -> Any:
    """Turn the tensors in an index into arrays that numpy reads the same way."""
    if isinstance(index, tuple):
        return tuple(_plain_index(part) for part in index)
    if isinstance(index, Tensor):
        array = index.array
        if array.dtype.kind not in "iub":
            raise IndexError(
                "tensors used as indices must be long, int, byte or bool tensors, not "
                f"{index.dtype}"
            )
        return array.astype(bool) if array.dtype == np.uint8 else array
    return np.asarray(index) if isinstance(index, list) else index


def _sizes(sizes: Sequence[Any]) -> tuple[int, ...]:
    """Read sizes given one by one or as one sequence."""
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = sizes[0]
    for size in sizes:
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise TypeError(f"sizes must be ints, but one is a {type(size).__name__}: {size!r}")
    return tuple(size.__index__() for size in sizes)


def _compare(function: Any, a: Tensor, b: Any) -> Any:
    if isinstance(b, Tensor):
        b = b.array
    elif not isinstance(b, (int, float, np.generic, np.ndarray)):
        return NotImplemented
    try:
        return Tensor._wrap(function(a.array, b))
    except ValueError as error:
        op = Operation.__new__(Operation)
        op.name = function.__name__
        raise _shape_error(op, [a.array, b], error) from None


def _method(op: Operation | Composite) -> Callable[..., Any]:
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return op(self, *args, **kwargs)

    method.__name__ = op.name
    method.__doc__ = op.__doc__
    return method


for _name, _op in TABLE.items():
    if _op.is_method and _name not in Tensor.__dict__:
        setattr(Tensor, _name, _method(_op))

if TYPE_CHECKING:
    warnings.warn("")
    reductions.sum()
