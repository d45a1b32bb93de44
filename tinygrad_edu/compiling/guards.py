"""What a function can reach besides its arguments, and whether that is still the same.

A program reads the parameters of a model where they were when it was recorded, and has the numbers
of its code (a dropout's p, `training`) in its lines. Before each run all of that is compared with
what is there now: by identity, so that it costs little.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import chain
from operator import is_
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from tinygrad_edu.nn.hooks import HookTable
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

MOST = 20_000
"""A function that reaches more things than these is not compiled."""

_PLAIN = (int, float, str, bytes, bool, complex, type(None), type, ModuleType, BuiltinFunctionType)
_PACKAGE = __name__.partition(".")[0] + "."


class Guards:
    """What a function reached when it was recorded.

    Args:
        root: the function or module.

    Attributes:
        tensors: the tensors and values that it can reach, by id.
        reason: why it cannot be told whether all is as it was; None if it can.

    >>> settings = {"scale": 2.0}
    >>> guards = Guards(functools.partial(print, settings))
    >>> guards.hold()
    True
    >>> settings["scale"] = 3.0
    >>> guards.hold()
    False
    """

    def __init__(self, root: Any) -> None:
        self.tensors: dict[int, Any] = {}
        self.reason: str | None = None
        self._views: list[Any] = []  # of the values of dictionaries, and lists: as they are now
        self._names: list[tuple[dict[str, Any], str, Any]] = []
        self._cells: list[tuple[Any, Any]] = []
        self._seen: dict[int, Any] = {}
        stack = [root]
        while stack:
            thing = stack.pop()
            if isinstance(thing, _PLAIN) or id(thing) in self._seen:
                continue
            self._seen[id(thing)] = thing
            if len(self._seen) > MOST:
                self.reason = "it reaches too many things"
                return
            stack += self._reached(thing)
        self._expected = [*chain.from_iterable(self._views), _END]

    def _reached(self, thing: Any) -> list[Any]:
        if isinstance(thing, (Tensor, Value)):
            self.tensors[id(thing)] = thing
            return []
        if isinstance(thing, FunctionType):
            return self._of_function(thing)
        if isinstance(thing, MethodType):
            return [thing.__self__, thing.__func__]
        if isinstance(thing, functools.partial):
            return [thing.func, *thing.args, *thing.keywords.values()]
        if isinstance(thing, dict):
            self._views.append(thing.values())
            return list(thing.values())
        if isinstance(thing, list):
            self._views.append(thing)
            return list(thing)
        if isinstance(thing, (tuple, frozenset)):
            return list(thing)
        if isinstance(thing, np.ndarray) and thing.dtype == object and thing.flags.c_contiguous:
            self._views.append(thing.reshape(-1))
            return list(thing.flat)
        if isinstance(thing, np.ndarray):
            self.reason = "it reads a numpy array, whose numbers may change"
            return []
        found: list[Any] = [getattr(thing, name, None) for name in _slots(thing)]
        if isinstance(thing, HookTable):
            self._refuse_hooks(found)
        if hasattr(thing, "__dict__"):
            found += self._reached(vars(thing))
            found += [f for f in vars(type(thing)).values() if isinstance(f, FunctionType)]
        return found

    def _refuse_hooks(self, parts: list[Any]) -> None:
        hooks = [hook for part in parts if isinstance(part, list) for hook in part]
        if not all(_is_ours(hook.function) for hook in hooks):
            self.reason = "a module in it has hooks"

    def _of_function(self, function: Any) -> list[Any]:
        if _is_ours(function):
            return []
        found = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        for cell in function.__closure__ or ():
            try:
                self._cells.append((cell, cell.cell_contents))
                found.append(cell.cell_contents)
            except ValueError:  # not set yet
                continue
        for name in _names(function.__code__):
            if name in function.__globals__:
                thing = function.__globals__[name]
                self._names.append((function.__globals__, name, thing))
                found.append(thing)
        return found

    def hold(self) -> bool:
        """Tell whether everything is what it was."""
        now = chain(chain.from_iterable(self._views), (_END,))
        if not all(map(is_, now, self._expected)):
            return False
        for names, name, thing in self._names:
            if names.get(name) is not thing:
                return False
        return all(cell.cell_contents is thing for cell, thing in self._cells)


_END = object()  # so that a table that grew or shrank is noticed


def _slots(thing: Any) -> list[str]:
    if not type(thing).__module__.startswith(_PACKAGE):
        return []
    return [name for cls in type(thing).__mro__ for name in getattr(cls, "__slots__", ())]


def _is_ours(function: Any) -> bool:
    """Tell whether a function is the library's, whose globals do not change."""
    return str(function.__module__).startswith(_PACKAGE)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)
