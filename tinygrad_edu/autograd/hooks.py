"""Hooks, which a backward pass calls with a gradient, and what else users see of a graph."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any


class RemovableHandle:
    """Takes a hook away again; only this one, if the same function was hooked on twice."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks = hooks
        self._hook = hook
        self._removed = False

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        if not self._removed and self._hook in self._hooks:
            self._hooks.remove(self._hook)
        self._removed = True

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def run_hooks(hooks: Iterable[Any], upstream: Any, wrap: Callable[[Any], Any]) -> Any:
    """Show a complete gradient to each hook; what a hook returns replaces it.

    Args:
        hooks: the hooks; those that keep the gradient (`retain_grad`) come last.
        upstream: the gradient, as an array or recorded as a tensor.
        wrap: makes a tensor of an array.

    Returns:
        The gradient in the form it came in.
    """
    recorded = hasattr(upstream, "array")
    gradient = upstream if recorded else wrap(upstream)
    for hook in sorted(hooks, key=lambda hook: hasattr(hook, "retains")):
        result = hook(gradient)
        if result is None:
            continue
        if not hasattr(result, "array"):
            raise TypeError(f"expected Variable, but hook returned {type(result).__name__!r}")
        if result.shape != gradient.shape:
            raise RuntimeError(
                f"hook '{getattr(hook, '__name__', hook)}' has changed the size of value: "
                f"from {list(gradient.shape)} to {list(result.shape)}"
            )
        gradient = result
    return gradient if recorded else gradient.array


class AccumulateGrad:
    """What torch shows behind a leaf: the place where its `.grad` is summed up."""

    __slots__ = ("variable",)

    next_functions = ()

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def name(self) -> str:
        """Return torch's name of it."""
        return "AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self):#x}>"


class Retain:
    """The hook that keeps the gradient of a tensor that is no leaf, without keeping the tensor."""

    retains = True

    def __init__(self, tensor: Any) -> None:
        self.tensor = weakref.ref(tensor)

    def __call__(self, gradient: Any) -> None:
        """Keep the gradient in the tensor, if it is still there."""
        tensor = self.tensor()
        if tensor is not None:
            before = tensor._grad
            tensor._grad = gradient if before is None else before + gradient
