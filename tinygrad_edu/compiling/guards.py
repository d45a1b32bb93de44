"""What a function can reach besides its arguments, and whether that is still the same.

A program reads the parameters of a model where they were when it was recorded, and has the numbers
of its code (a dropout's p, `training`) in its lines. Before each run all of that is compared with
what is there now: by identity, so that it costs little. What cannot be compared, such as an
iterator, is a reason not to compile.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter, is_
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from tinygrad_edu.compiling.reach import (
    HIDDEN,
    globals_of,
    is_foreign,
    is_ours,
    is_source_of_randomness,
    parts_of_class,
    slots_of,
)
from tinygrad_edu.nn.hooks import HookTable
from tinygrad_edu.random import Generator
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

MOST = 20_000
"""A function that reaches more things than these is not compiled."""

_PLAIN = (int, float, str, bytes, bool, complex, type(None), CodeType, Generator)
_contents = attrgetter("cell_contents")


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
        self._views: list[Any] = []  # of dictionaries, and lists: what is in them now
        self._dicts: list[dict[str, Any]] = []  # in which names are looked up
        self._names: list[str] = []
        self._cells: list[Any] = []
        self._owners: list[Any] = []  # of attributes
        self._attributes: list[str] = []
        self._seen: dict[int, Any] = {}
        stack = [root]
        while stack:
            thing = stack.pop()
            if isinstance(thing, _PLAIN) or id(thing) in self._seen:
                continue
            self._seen[id(thing)] = thing
            if len(self._seen) > MOST:
                self._refuse("it reaches too many things")
                return
            stack += self._reached(thing)
        self._expected = list(self._now())

    def _refuse(self, reason: str) -> None:
        self.reason = self.reason or reason

    def _now(self) -> Iterator[Any]:
        return chain(
            chain.from_iterable(self._views),
            map(dict.get, self._dicts, self._names),
            map(_contents, self._cells),
            map(getattr, self._owners, self._attributes),
            (_END,),
        )

    def hold(self) -> bool:
        """Tell whether everything is what it was."""
        try:
            return all(map(is_, self._now(), self._expected))
        except (AttributeError, ValueError):  # a slot or a cell is empty now
            return False

    # --- what is reached from a thing ------------------------------------------------------------

    def _reached(self, thing: Any) -> list[Any]:
        if isinstance(thing, (Tensor, Value)):
            self.tensors[id(thing)] = thing
            return []
        if isinstance(thing, FunctionType):
            return self._of_function(thing)
        if isinstance(thing, (MethodType, BuiltinFunctionType)):
            found = [thing.__self__, getattr(thing, "__func__", None)]
            return [x for x in found if not isinstance(x, ModuleType)]
        if isinstance(thing, functools.partial):
            return [thing.func, *thing.args, *self._of_dict(thing.keywords)]
        if isinstance(thing, type):
            return self._of_class(thing)
        if is_ours(thing) or is_foreign(thing):
            return []
        if isinstance(thing, ModuleType):
            return self._of_dict(vars(thing))
        return self._of_container(thing) or self._of_object(thing)

    def _of_container(self, thing: Any) -> list[Any]:
        if isinstance(thing, dict):
            return self._of_dict(thing)
        if isinstance(thing, (list, tuple, set, frozenset, deque)):
            self._views.append(thing)
            return [*thing, *self._of_attributes(thing)]
        if isinstance(thing, np.ndarray) and thing.dtype == object and thing.flags.c_contiguous:
            self._views.append(thing.reshape(-1))
            return list(thing.flat)
        if isinstance(thing, (np.ndarray, bytearray, memoryview)) or hasattr(thing, "itemsize"):
            if not isinstance(thing, (np.generic, np.dtype)):
                kind = "numpy array" if isinstance(thing, np.ndarray) else type(thing).__name__
                self._refuse(f"it reads a {kind}, whose numbers may change")
        elif hasattr(thing, "__next__"):
            self._refuse(f"it reaches an iterator ({type(thing).__name__}), which moves on")
        elif is_source_of_randomness(thing):
            self._refuse("it reaches random numbers that are not drawn by this library")
        return []

    def _of_dict(self, thing: dict[Any, Any]) -> list[Any]:
        self._views += (thing.keys(), thing.values())
        return [*thing, *thing.values()]

    def _of_object(self, thing: Any) -> list[Any]:
        found = self._of_attributes(thing)
        if isinstance(thing, HookTable):
            self._refuse_hooks(found)
        return [type(thing), *found]

    def _of_attributes(self, thing: Any) -> list[Any]:
        names = [name for name in slots_of(thing) if hasattr(thing, name)]
        self._owners += [thing] * len(names)
        self._attributes += names
        found = [getattr(thing, name) for name in names]
        if hasattr(thing, "__dict__"):
            values = vars(thing).values()
            self._views.append(values)
            found += values
        return found

    def _refuse_hooks(self, parts: list[Any]) -> None:
        hooks = [hook for part in parts if isinstance(part, list) for hook in part]
        if not all(is_ours(hook.function) for hook in hooks):
            self._refuse("a module in it has hooks")

    def _of_class(self, thing: type) -> list[Any]:
        """Read a class of the user's, whose numbers and methods may be set anew, and its bases."""
        if is_ours(thing) or is_foreign(thing):
            return []
        self._views.append(vars(thing).values())
        return [*thing.__bases__, *parts_of_class(thing)]

    def _of_function(self, function: Any) -> list[Any]:
        if is_ours(function) or is_foreign(function):
            return []
        parts = ("__code__", "__defaults__", "__kwdefaults__")
        self._owners += [function] * len(parts)
        self._attributes += parts
        found = [*(function.__defaults__ or ()), function.__kwdefaults__, vars(function)]
        for cell in function.__closure__ or ():
            try:
                found.append(cell.cell_contents)
                self._cells.append(cell)
            except ValueError:  # not set yet
                continue
        for names, name in globals_of(function):
            if names is HIDDEN:
                self._refuse(f"it calls {name}(), by which it may reach anything")
                continue
            self._dicts.append(names)
            self._names.append(name)
            found.append(names[name])
        return [x for x in found if not isinstance(x, ModuleType)]


_END = object()  # so that a table that grew or shrank is noticed
