"""Hooks in the backward pass of a module: gates that its inputs and outputs go through.

A gate is an operation that passes tensors on as they are; what it is for happens on the way back,
when the gradients pass it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Sequence
from typing import Any

from tinygrad_edu.autograd.function import Function
from tinygrad_edu.autograd.recording import is_grad_enabled
from tinygrad_edu.nn.values import holds_values
from tinygrad_edu.node import Node
from tinygrad_edu.tensor import Tensor

Gradients = tuple[Any, ...]
Show = Callable[[Gradients], Gradients]


class BackwardHookFunction(Function):
    """A gate: passes tensors through, and their gradients through a function on the way back."""

    @staticmethod
    def forward(ctx: Any, show: Show, fill: bool, *tensors: Any) -> Any:
        """Return the tensors; `show` is what their gradients will go through.

        Where none arrives, `show` gets zeros if `fill`, else None.
        """
        ctx.show = show
        ctx.set_materialize_grads(fill)
        outputs = tuple(x.detach() for x in tensors)
        pairs = zip(tensors, outputs, strict=True)
        ctx.mark_non_differentiable(*(y for x, y in pairs if not x.requires_grad))
        return outputs

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Pass the gradients through the function."""
        return (None, None, *ctx.show(gradients))


class BackwardHooks:
    """The full backward hooks around one call of a module.

    Args:
        module: the module.
        hooks: called as `hook(module, grad_input, grad_output)`.
        pre_hooks: called before, as `hook(module, grad_output)`.
    """

    def __init__(
        self, module: Any, hooks: Sequence[Callable[..., Any]], pre_hooks: Sequence[Any]
    ) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_output: Gradients | None = None
        self.watches_inputs = False
        self.input_count = 0

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Let the inputs go through a gate, which calls the hooks."""
        if any(map(holds_values, args)):
            raise NotImplementedError(
                "full backward hooks are not there for networks of Values: after backward(), each "
                "Value has its .grad"
            )
        self.input_count = len(args)
        passed = _pass_gate(args, self._show_inputs, fill=True)
        self.watches_inputs = passed is not None
        return args if passed is None else passed

    def watch_outputs(self, result: Any) -> Any:
        """Let the outputs go through a gate, which notes their gradients for the hooks."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=2,
            )
        results = result if isinstance(result, tuple) else (result,)
        passed = _pass_gate(results, self._show_outputs, fill=False)
        if passed is None:
            return result
        return passed if isinstance(result, tuple) else passed[0]

    def _show_outputs(self, gradients: Gradients) -> Gradients:
        for hook in self.pre_hooks:
            gradients = _replaced(
                hook(self.module, gradients), gradients, "pre hook", "grad_output"
            )
        self.grad_output = gradients
        if not self.watches_inputs:
            self._call_without_inputs()
        return gradients

    def _call_without_inputs(self) -> None:
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module "
            "outputs since no inputs require gradients.",
            stacklevel=2,
        )
        for hook in self.hooks:
            result = hook(self.module, (None,) * self.input_count, self.grad_output)
            if result is not None and any(gradient is not None for gradient in result):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always "
                    "return None or None for all gradients."
                )
        self.grad_output = None

    def _show_inputs(self, gradients: Gradients) -> Gradients:
        if self.grad_output is None:  # they did not come through the outputs: a second derivative
            return gradients
        for hook in self.hooks:
            result = hook(self.module, gradients, self.grad_output)
            gradients = _replaced(result, gradients, "hook", "grad_input")
        self.grad_output = None
        return gradients


def _pass_gate(args: tuple[Any, ...], show: Show, fill: bool) -> Any:
    """Let the tensors of some things go through a gate; None if no gradient will come back.

    `show` gets a gradient for each of the things: None for what is no tensor, and (unless `fill`)
    for a tensor that was not used.
    """
    places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
    if not is_grad_enabled() or not any(args[i].requires_grad for i in places):
        return None

    def show_all(gradients: Gradients) -> Gradients:
        full = dict(zip(places, gradients, strict=True))
        shown = show(tuple(full.get(i) for i in range(len(args))))
        return tuple(shown[i] for i in places)

    passed = BackwardHookFunction.apply(show_all, fill, *(args[i] for i in places))
    new = dict(zip(places, passed, strict=True))
    return tuple(new.get(i, x) for i, x in enumerate(args))


def _replaced(result: Any, gradients: Gradients, role: str, what: str) -> Gradients:
    """Return what a hook made of gradients, if anything."""
    if result is None:
        return gradients
    if len(result) != len(gradients):
        raise RuntimeError(
            f"Backward {role} returned an invalid number of {what}, got {len(result)}, but "
            f"expected {len(gradients)}"
        )
    return tuple(result)


# --- the older kind: a hook on the operation that made the output --------------------------------


class WatchedNode(Node):
    """A node that shows what it passes back to those of its hooks that are `Watcher`s."""

    __slots__ = ()

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool
    ) -> list[Any]:
        """Apply the rules, then let the watchers see and change the contributions."""
        contributions = super().pullback(upstream, relevant, create_graph)
        for hook in self.hooks or ():
            if isinstance(hook, Watcher):
                contributions = hook.watch(contributions)
        return contributions


class Watcher:
    """A hook of `register_backward_hook` on one node."""

    def __init__(self, module: Any, hook: Callable[..., Any]) -> None:
        self.module = module
        self.hook = hook
        self.grad_output: Any = None

    def __call__(self, gradient: Any) -> None:
        """Note the gradient of the node's output."""
        self.grad_output = gradient

    def watch(self, contributions: list[Any]) -> list[Any]:
        """Show the gradients of the node's inputs; they are arrays, or tensors when recorded."""
        shown = tuple(
            x if x is None or isinstance(x, Tensor) else Tensor._wrap(x) for x in contributions
        )
        result = _replaced(
            self.hook(self.module, shown, (self.grad_output,)), shown, "hook", "grad_input"
        )
        if any(isinstance(x, Tensor) for x in contributions):
            return list(result)
        return [getattr(x, "array", x) for x in result]


def watch_last_operation(
    module: Any, hooks: Sequence[Callable[..., Any]], args: tuple[Any, ...], result: Any
) -> None:
    """Put hooks on the operation that made the result of a module, or the first of its results."""
    while isinstance(result, (tuple, list, dict)):
        result = next(iter(result.values() if isinstance(result, dict) else result))
    node = getattr(result, "grad_fn", None)
    if node is None:
        return
    if not isinstance(node, Node):
        raise NotImplementedError(
            f"register_backward_hook is not there for a module that ends in {node.name()}, an "
            "operation of the user's own; use register_full_backward_hook"
        )
    node.__class__ = WatchedNode
    node.hooks = node.hooks or []
    node.hooks += [Watcher(module, hook) for hook in hooks]
    behind = {x.grad_fn for x in args if isinstance(x, Tensor) and x.grad_fn is not None}
    if behind != set(node.inputs):
        warnings.warn(
            "Using a non-full backward hook when the forward contains multiple autograd Nodes is "
            "deprecated and will be removed in future versions. This hook will be missing some "
            "grad_input. Please use register_full_backward_hook to get the documented behavior.",
            FutureWarning,
            stacklevel=2,
        )
