"""Hooks: functions that a module calls before and after its forward, and in its backward pass."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from tinygrad_edu.autograd.hooks import RemovableHandle
from tinygrad_edu.nn.backward_hooks import BackwardHooks, watch_last_operation

Function = Callable[..., Any]


class Hook(NamedTuple):
    """A function that was registered, and how it is to be called."""

    function: Function
    with_kwargs: bool = False
    always_call: bool = False


class HookTable:
    """The hooks of one module, in the order in which they are called.

    Attributes:
        full: whether `backward` has hooks on the whole module; None before one is registered.
    """

    __slots__ = ("backward", "backward_pre", "forward", "forward_pre", "full")

    def __init__(self) -> None:
        self.forward_pre: list[Hook] = []
        self.forward: list[Hook] = []
        self.backward_pre: list[Hook] = []
        self.backward: list[Hook] = []
        self.full: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.forward_pre or self.forward or self.backward_pre or self.backward)


class Hooks:
    """The part of `Module` that registers hooks."""

    _hooks: HookTable | None = None

    def _table(self) -> HookTable:
        table = self._hooks
        if table is None:
            self.__dict__["_hooks"] = table = HookTable()
        return table

    def register_forward_pre_hook(
        self, hook: Function, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before each forward.

        Args:
            hook: may return new arguments, as a tuple or a single one; with `with_kwargs` it is
                called as `hook(module, args, kwargs)` and may return `(args, kwargs)`.
            prepend: call it before those that are there already.
            with_kwargs: let it see the keyword arguments.

        Returns:
            A handle whose `remove()` takes the hook away.
        """
        return _add(self._table().forward_pre, Hook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Function,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after each forward.

        Args:
            hook: may return a new output; with `with_kwargs` it is called as
                `hook(module, args, kwargs, output)`.
            prepend: call it before those that are there already.
            with_kwargs: let it see the keyword arguments.
            always_call: call it even if the forward raises; the output is None then.

        Returns:
            A handle whose `remove()` takes the hook away.

        >>> import tinygrad_edu as torch
        >>> layer = torch.nn.Linear(2, 3)
        >>> handle = layer.register_forward_hook(lambda m, args, out: print(tuple(out.shape)))
        >>> _ = layer(torch.ones(4, 2))
        (4, 3)
        >>> handle.remove()
        """
        return _add(self._table().forward, Hook(hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Function, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradients of the outputs are there.

        Args:
            hook: may return other gradients, as a tuple, to go on with.
            prepend: call it before those that are there already.

        Returns:
            A handle whose `remove()` takes the hook away.
        """
        return _add(self._table().backward_pre, Hook(hook), prepend)

    def register_full_backward_hook(self, hook: Function, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are there.

        Both are tuples, with None for what is no tensor or needs no gradient. If no input needs
        one, the hook is called when the gradients of the outputs are there.

        Args:
            hook: may return other gradients of the inputs, as a tuple, to go on with.
            prepend: call it before those that are there already.

        Returns:
            A handle whose `remove()` takes the hook away.

        Raises:
            RuntimeError: if the module has hooks of the other kind (`register_backward_hook`).
        """
        table = self._table()
        _set_full(table, True)
        return _add(table.backward, Hook(hook), prepend)

    def register_backward_hook(self, hook: Function) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` with the gradients of the last operation.

        torch deprecates it: `grad_input` belongs to the operation that made the output, which is
        all of the module only for one like `ReLU`. Use `register_full_backward_hook`.

        Returns:
            A handle whose `remove()` takes the hook away.

        Raises:
            RuntimeError: if the module has hooks of the other kind.
        """
        table = self._table()
        _set_full(table, False)
        return _add(table.backward, Hook(hook), False)


def _add(hooks: list[Hook], hook: Hook, prepend: bool) -> RemovableHandle:
    hooks.insert(0 if prepend else len(hooks), hook)
    return RemovableHandle(hooks, hook)


def _set_full(table: HookTable, full: bool) -> None:
    if table.full is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks on a single Module. "
            "Please use only one of them: register_full_backward_hook."
        )
    table.full = full


def forget_hook(module: Hooks, function: Function) -> None:
    """Take every registration of a function before a module's forward away."""
    if module._hooks is not None:
        hooks = module._hooks.forward_pre
        hooks[:] = [hook for hook in hooks if hook.function is not function]


class CallWithHooks:
    """One call of a module that has hooks, in torch's order."""

    def __init__(
        self, module: Any, table: HookTable, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.module = module
        self.table = table
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.waiting = [hook for hook in table.forward if hook.always_call]

    def run(self) -> Any:
        """Call the forward between its hooks; those that must always be called, in any case."""
        try:
            return self._run()
        except Exception:
            for hook in self.waiting:
                self._after_failure(hook)
            raise

    def _run(self) -> Any:
        table, backward = self.table, None
        for hook in list(table.forward_pre):
            self._before(hook)
        if table.backward_pre or (table.full and table.backward):
            full = table.backward if table.full else []
            backward = BackwardHooks(
                self.module, [h.function for h in full], [h.function for h in table.backward_pre]
            )
            self.args = backward.watch_inputs(self.args)
        self.result = self.module.forward(*self.args, **self.kwargs)
        for hook in list(table.forward):
            self.waiting = [other for other in self.waiting if other is not hook]
            self._after(hook)
        if backward is not None:
            self.result = backward.watch_outputs(self.result)
        if table.backward and not table.full:
            functions = [hook.function for hook in table.backward]
            watch_last_operation(self.module, functions, self.args, self.result)
        return self.result

    def _before(self, hook: Hook) -> None:
        if not hook.with_kwargs:
            changed = hook.function(self.module, self.args)
            if changed is not None:
                self.args = changed if isinstance(changed, tuple) else (changed,)
            return
        changed = hook.function(self.module, self.args, self.kwargs)
        if changed is not None:
            if not isinstance(changed, tuple) or len(changed) != 2:
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but "
                    f"got {changed}."
                )
            self.args, self.kwargs = changed

    def _after(self, hook: Hook) -> None:
        kwargs = (self.kwargs,) if hook.with_kwargs else ()
        changed = hook.function(self.module, self.args, *kwargs, self.result)
        if changed is not None:
            self.result = changed

    def _after_failure(self, hook: Hook) -> None:
        try:
            self._after(hook)
        except Exception as error:
            warnings.warn(
                "module forward hook with ``always_call=True`` raised an exception that was "
                f"silenced as another error was raised in forward: {error}",
                stacklevel=2,
            )
