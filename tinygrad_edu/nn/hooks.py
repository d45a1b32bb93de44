"""Running a module's hooks: before and after its forward, and around its backward."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.autograd.function import Function
from tinygrad_edu.autograd.recording import is_grad_enabled
from tinygrad_edu.tensor import Tensor


def run_with_hooks(
    module: Any, hooks: dict[str, list[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a module's forward between its hooks, in torch's order."""
    for hook in list(hooks.get("pre", ())):
        result = hook(module, args)
        if result is not None:
            args = result if isinstance(result, tuple) else (result,)
    for hook in list(hooks.get("pre_kwargs", ())):
        result = hook(module, args, kwargs)
        if result is not None:
            args, kwargs = result
    watch = _Backward(module, hooks) if _has_backward(hooks) else None
    if watch:
        args = watch.inputs(args)
    output = module.forward(*args, **kwargs)
    for hook in list(hooks.get("post", ())):
        result = hook(module, args, output)
        output = output if result is None else result
    for hook in list(hooks.get("post_kwargs", ())):
        result = hook(module, args, kwargs, output)
        output = output if result is None else result
    return watch.outputs(output) if watch else output


def _has_backward(hooks: dict[str, list[Any]]) -> bool:
    return is_grad_enabled() and bool(hooks.get("backward") or hooks.get("backward_pre"))


class _Identity(Function):
    """Passes tensors through, and shows their gradients to a function on the way back."""

    @staticmethod
    def forward(ctx: Any, show: Any, *tensors: Any) -> Any:
        """Return the tensors as they are."""
        ctx.show = show
        ctx.set_materialize_grads(False)
        outputs = tuple(t.detach() if t.requires_grad else t for t in tensors)
        ctx.mark_non_differentiable(*(t for t in tensors if not t.requires_grad))
        return outputs if len(outputs) > 1 else outputs[0]

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Show the gradients, and pass on what comes back."""
        return (None, *ctx.show(gradients))


class _Backward:
    """One call of a module whose backward is watched."""

    def __init__(self, module: Any, hooks: dict[str, list[Any]]) -> None:
        self.module = module
        self.hooks = hooks
        self.grad_output: tuple[Any, ...] = ()
        self.grad_count = 0
        self.positions: list[int] = []

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Let the tensors among the arguments show their gradients to the hooks."""
        self.grad_count = len(args)
        self.positions = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        tensors = [args[i] for i in self.positions]
        if not any(t.requires_grad for t in tensors):
            self.positions = []
            return args
        passed = _Identity.apply(self._show_inputs, *tensors)
        passed = passed if isinstance(passed, tuple) else (passed,)
        replaced = dict(zip(self.positions, passed, strict=True))
        return tuple(replaced.get(i, x) for i, x in enumerate(args))

    def outputs(self, output: Any) -> Any:
        """Let the outputs show their gradients."""
        single = isinstance(output, Tensor)
        tensors = (output,) if single else tuple(output)
        if not any(t.requires_grad for t in tensors):
            return output
        passed = _Identity.apply(self._show_outputs, *tensors)
        return passed if single or isinstance(passed, tuple) else (passed,)

    def _show_outputs(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(self.hooks.get("backward_pre", ())):
            result = hook(self.module, gradients)
            if result is not None:
                gradients = result if isinstance(result, tuple) else (result,)
        self.grad_output = gradients
        if not self.positions:  # no input takes a gradient: the hooks are called here
            self._call((None,) * self.grad_count)
        return gradients

    def _show_inputs(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        found: list[Any] = [None] * self.grad_count
        for position, gradient in zip(self.positions, gradients, strict=True):
            found[position] = gradient
        result = self._call(tuple(found))
        return tuple(result[i] for i in self.positions)

    def _call(self, grad_input: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(self.hooks.get("backward", ())):
            result = hook(self.module, grad_input, self.grad_output)
            if result is not None:
                grad_input = result if isinstance(result, tuple) else (result,)
        return grad_input
