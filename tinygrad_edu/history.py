"""What a tensor knows of how it was computed, and the gradients that it collects."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tinygrad_edu.autograd.gradients import backward
from tinygrad_edu.autograd.hooks import RemovableHandle, Retain
from tinygrad_edu.mixing import check_grad
from tinygrad_edu.node import Node
from tinygrad_edu.views import View, follow

if TYPE_CHECKING:
    from tinygrad_edu.tensor import Tensor


class History:
    """The history of tensors, and their gradients."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: Any
        dtype: Any
        hooks: list[Any] | None
        _changes: list[int]
        _grad: Tensor | None
        _grad_fn: Node | None
        _requires_grad: bool
        _view: View | None

    # --- how it was computed ---------------------------------------------------------------------

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made it; None for a leaf."""
        if self._view is not None and self._view.time < self._changes[2]:
            follow(self)
        return self._grad_fn

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
    def grad(self: Any, value: Tensor | None) -> None:
        if value is not None:
            check_grad(self, value)
        self._grad = value

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded for a backward pass."""
        view = self._view
        if view is not None and view.time < self._changes[2]:
            return bool(self._requires_grad or view.base._requires_grad)
        return bool(self._requires_grad)

    @requires_grad.setter
    def requires_grad(self: Any, value: bool) -> None:
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

    def requires_grad_(self: Any, requires_grad: bool = True) -> Any:
        """Set `requires_grad` and return the tensor."""
        if not isinstance(requires_grad, bool):
            kind = type(requires_grad).__name__
            raise TypeError(f"requires_grad_(): requires_grad must be a bool, not {kind}")
        self.requires_grad = requires_grad
        return self

    @property
    def _base(self) -> Tensor | None:
        """The tensor that this is a view of; None of one that is no view."""
        return None if self._view is None else self._view.base

    @property
    def _version(self) -> int:
        """How often the tensor, or a view of it, was changed in place."""
        return int(self._changes[0])

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

    def register_hook(self: Any, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook(gradient)` in each backward pass; what it returns replaces the gradient.

        Raises:
            RuntimeError: for a tensor that does not require grad.
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        node = self.grad_fn
        if node is None:
            self.hooks = hooks = self.hooks or []
        else:
            node.hooks = hooks = node.hooks or []
        hooks.append(hook)
        return RemovableHandle(hooks, hook)

    def retain_grad(self) -> None:
        """Let a tensor that is no leaf collect its `.grad` too."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is not None and not self.retains_grad:
            self.register_hook(Retain(self))

    @property
    def retains_grad(self) -> bool:
        """Whether a tensor that is no leaf collects its `.grad`."""
        hooks = self.grad_fn.hooks if self.grad_fn is not None else None
        return any(isinstance(hook, Retain) for hook in hooks or ())
