"""Whether operations are recorded in a graph, and inside which module call they happen.

One thread-local fact answers both: the current `Scope`. While it is None nothing is recorded
(`no_grad`); otherwise every recorded operation remembers the scope it was recorded in, which is
how a drawing knows the boxes to put around operations.
"""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import Any


class Scope:
    """One call of a module: which module, and the call it happened in (None at the top)."""

    __slots__ = ("module", "outer")

    def __init__(self, outer: Scope | None = None, module: Any = None) -> None:
        self.outer = outer
        self.module = module


class PartOfCall(Scope):
    """A named part of one call of a module, such as a step through time."""

    __slots__ = ("name",)

    def __init__(self, outer: Scope, module: Any, name: str) -> None:
        super().__init__(outer, module)
        self.name = name


class RecordedPass(Scope):
    """A backward pass that is recorded itself, for derivatives of derivatives.

    Attributes:
        call: the module call in which it happens.
        has_chosen: whether a rule has compared `Value`s in it. What was recorded then is the branch
            that was taken, and not the one that other numbers would take.
    """

    __slots__ = ("call", "has_chosen")

    def __init__(self, call: Scope) -> None:
        super().__init__(call.outer, call.module)
        self.call = call
        self.has_chosen = False


TOP = Scope()


class Here:
    """The current scope of one thread."""

    __slots__ = ("recorded_pass", "scope")

    def __init__(self) -> None:
        self.scope: Scope | None = TOP
        self.recorded_pass: RecordedPass | None = None


class _Threads(threading.local):
    """Gives each thread its `here`: found once per use, since the way there takes 0.1 µs."""

    def __init__(self) -> None:
        self.here = Here()


thread = _Threads()


class recorded_pass:  # noqa: N801 (a context manager is called like a function)
    """Within it, a backward pass is recorded, whether or not anything is outside."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        here = thread.here
        self._before = here.scope, here.recorded_pass
        here.recorded_pass = RecordedPass(here.scope or TOP)
        here.scope = here.recorded_pass

    def __exit__(self, *_: object) -> None:
        thread.here.scope, thread.here.recorded_pass = self._before


class part_of_call:  # noqa: N801 (a context manager is called like a function)
    """Within it, operations belong to a part of a module's call: a box of its own in drawings."""

    __slots__ = ("_module", "_name", "_outer")

    def __init__(self, module: Any, name: str) -> None:
        self._module, self._name = module, name

    def __enter__(self) -> None:
        self._outer = outer = thread.here.scope
        if outer is not None:
            thread.here.scope = PartOfCall(outer, self._module, self._name)

    def __exit__(self, *_: object) -> None:
        if thread.here.scope is not None:
            thread.here.scope = self._outer


class Anomaly:
    """Whether backward passes look for nan, in all threads; `anomaly.py` switches it."""

    __slots__ = ("check_nan", "enabled")

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True


anomaly = Anomaly()


def is_grad_enabled() -> bool:
    """Tell whether operations are being recorded for a backward pass in this thread."""
    return thread.here.scope is not None


class _GradMode(ContextDecorator):
    """A context manager and decorator that switches recording on or off in its thread."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self._outer: list[Scope | None] = []

    def _switch(self) -> None:
        if is_grad_enabled() != self.enabled:
            thread.here.scope = TOP if self.enabled else None

    def __enter__(self) -> None:
        self._outer.append(thread.here.scope)
        self._switch()

    def __exit__(self, *_: object) -> None:
        thread.here.scope = self._outer.pop()


class no_grad(_GradMode):  # noqa: N801 - torch's spelling
    """Record nothing inside: results do not require grad (torch.no_grad).

    >>> import tinygrad_edu as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     w -= 0.1
    >>> (w * 2).requires_grad
    True
    """

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(_GradMode):  # noqa: N801 - torch's spelling
    """Record again inside a `no_grad` block (torch.enable_grad)."""

    def __init__(self) -> None:
        super().__init__(True)


class inference_mode(_GradMode):  # noqa: N801 - torch's spelling
    """Like `no_grad` (torch.inference_mode); the tensors made inside stay ordinary tensors.

    Args:
        mode: True records nothing inside; False leaves recording on.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode)


class set_grad_enabled(_GradMode):  # noqa: N801 - torch's spelling
    """Switch recording on or off at once; as a context manager, until its end.

    >>> import tinygrad_edu as torch
    >>> with torch.set_grad_enabled(False):
    ...     print(torch.is_grad_enabled())
    False
    >>> torch.is_grad_enabled()
    True
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self._before = thread.here.scope
        self._switch()

    def __enter__(self) -> None:
        self._outer.append(self._before)
        self._switch()
