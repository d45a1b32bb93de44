"""Lets a recorder see all that happens to tensors in its thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tinygrad_edu.compiling.recorder import DRAWS, Recorder
from tinygrad_edu.history import History
from tinygrad_edu.node import Node
from tinygrad_edu.random import Generator
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.array_symbols import ArraySymbol, values

PACKAGE = __name__.partition(".")[0] + "."
RESTARTS = ("manual_seed", "seed", "set_state", "get_state")
OUTWARD = frozenset(
    ("numpy", "__array__", "__repr__", "__format__", "__deepcopy__", "__contains__")
)
"""Methods of a tensor that hand its numbers to the user."""
HISTORY = ("grad", "grad_fn", "is_leaf", "_version", "register_hook", "retain_grad")
"""What tells how a tensor was computed, and who is told of its gradient."""

_lock = threading.RLock()
_slot: Any = Tensor.__dict__["array"]
_wrap: Any = Tensor.__dict__["_wrap"].__func__
_record: Any = Tensor.__dict__["_record"].__func__
_record_one: Any = Tensor.__dict__["_record_one"].__func__
_pullback: Any = Node.pullback
_draws: dict[str, Any] = {name: getattr(Generator, name) for name in DRAWS}


def is_watching() -> bool:
    """Tell whether a call is being recorded in this thread."""
    return bool(_active) and any(x.thread == threading.get_ident() for x in _active)


_active: list[Recorder] = []


@contextmanager
def watching(recorder: Recorder) -> Iterator[None]:
    """Let a recorder see all that happens to tensors in this thread.

    For the time being, the methods by which everything happens to tensors are others; in other
    threads these do what they always do.
    """
    with _lock:
        changed = _watched(recorder)
        before = [(cls, name, cls.__dict__[name]) for cls, name in changed]
        for (cls, name), new in changed.items():
            setattr(cls, name, new)
        _active.append(recorder)
        try:
            yield
        finally:
            _active.pop()
            for cls, name, old in before:
                setattr(cls, name, old)


def _watched(recorder: Recorder) -> dict[tuple[Any, str], Any]:
    def is_watched() -> bool:
        return not recorder.paused and threading.get_ident() == recorder.thread

    def read(x: Any) -> Any:
        if not is_watched():
            return _slot.__get__(x)
        frame = sys._getframe(1)
        if not _is_library(frame) or frame.f_code.co_name in OUTWARD:
            recorder.looked(frame.f_code.co_name)
            return _slot.__get__(x)
        return recorder.read(x)

    def put(x: Any, array: Any) -> None:
        if isinstance(array, ArraySymbol):
            recorder.give(x, array)
        else:
            if is_watched() and id(x) in recorder.known:
                recorder.refuse("it gives a tensor another array")
            _slot.__set__(x, array)

    def wrap(cls: Any, array: Any) -> Any:
        if cls is not Tensor or not is_watched():
            if is_watched():
                recorder.refuse(f"it makes a {cls.__name__}")
            return _wrap(cls, values(array))
        return recorder.wrap(array)

    def record(op: Any, operands: Any, parameters: Any) -> Any:
        if not is_watched():
            return _record(op, operands, parameters)
        return recorder.apply(op, operands, parameters)

    def record_one(op: Any, x: Any) -> Any:
        return recorder.apply(op, (x,), {}) if is_watched() else _record_one(op, x)

    def pullback(node: Any, *args: Any) -> Any:
        if is_watched():
            recorder.refuse("it goes backward itself")
        return _pullback(node, *args)

    changed: dict[tuple[Any, str], Any] = {
        (Tensor, "array"): property(read, put),
        (Tensor, "_wrap"): classmethod(wrap),
        (Tensor, "_record"): staticmethod(record),
        (Tensor, "_record_one"): staticmethod(record_one),
        (Node, "pullback"): pullback,
    }
    for name in HISTORY:
        changed[History, name] = _asking(recorder, name, is_watched)
    for name in DRAWS:
        changed[Generator, name] = _drawing(recorder, name, is_watched)
    for name in RESTARTS:
        changed[Generator, name] = _restarting(recorder, name, is_watched)
    return changed


def _asking(recorder: Recorder, name: str, is_watched: Any) -> Any:
    """Let a part of the history be asked for, which a program has none of."""
    original = History.__dict__[name]

    def read(x: Any) -> Any:
        if is_watched() and not _is_library(sys._getframe(1)):
            recorder.refuse(f"it asks for {name} of a tensor")
        return original.__get__(x)

    def write(x: Any, value: Any) -> None:
        if is_watched():
            recorder.refuse(f"it sets {name} of a tensor")
        original.__set__(x, value)

    return property(read, write) if isinstance(original, property) else property(read)


def _is_library(frame: Any) -> bool:
    return bool(frame.f_globals.get("__name__", "").startswith(PACKAGE))


def _drawing(recorder: Recorder, name: str, is_watched: Any) -> Any:
    def draw(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_watched():
            return _draws[name](self, *args, **kwargs)
        return recorder.draw(self, name, args, kwargs)

    return draw


def _restarting(recorder: Recorder, name: str, is_watched: Any) -> Any:
    original = getattr(Generator, name)

    def restart(self: Any, *args: Any, **kwargs: Any) -> Any:
        if is_watched():
            recorder.refuse("it sets the state of random numbers")
        return original(self, *args, **kwargs)

    return restart
