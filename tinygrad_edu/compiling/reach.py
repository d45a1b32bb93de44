"""What code refers to: the names in it, and the modules, classes and slots behind them."""

from __future__ import annotations

import builtins
import random
import sys
from collections.abc import Iterator
from opcode import opmap
from types import CodeType, FunctionType, ModuleType
from typing import Any

_PACKAGE = __name__.partition(".")[0]
_FOREIGN = frozenset((*sys.stdlib_module_names, "numpy")) - {"__main__"}
_IMPORT = opmap["IMPORT_NAME"]

_CODE = (type, FunctionType, ModuleType)

HIDDEN: dict[str, Any] = {}
"""Stands for where a function looks that calls `globals()` or the like."""

_HIDING = ("globals", "eval", "exec", "open", "input", "__import__")


def is_ours(thing: Any) -> bool:
    """Tell whether a function, class or module is the library's, whose globals do not change."""
    return isinstance(thing, _CODE) and _top(thing) == _PACKAGE


def is_foreign(thing: Any) -> bool:
    """Tell whether a function, class or module is Python's or numpy's, which nobody changes."""
    return isinstance(thing, _CODE) and _top(thing) in _FOREIGN


def _top(thing: Any) -> str:
    home = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(home).partition(".")[0]


def is_source_of_randomness(thing: Any) -> bool:
    """Tell whether something draws random numbers of which this library knows nothing."""
    return isinstance(thing, random.Random) or type(thing).__module__.startswith("numpy.random")


def slots_of(thing: Any) -> list[str]:
    """List the attributes that have a slot of their own."""
    if _top(type(thing)) in _FOREIGN:
        return []
    found: list[str] = []
    for cls in type(thing).__mro__:
        names = vars(cls).get("__slots__", ())
        found += (names,) if isinstance(names, str) else names
    return [name for name in found if not name.startswith("__")]


def parts_of_class(cls: type) -> Iterator[Any]:
    """Yield what stands in a class: methods of every kind, and numbers."""
    for thing in vars(cls).values():
        if isinstance(thing, (staticmethod, classmethod)):
            yield thing.__func__
        elif isinstance(thing, property):
            yield from (thing.fget, thing.fset)
        elif not hasattr(type(thing), "__get__") or isinstance(thing, FunctionType):
            yield thing


def globals_of(function: FunctionType) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where the names of a function's code are found: in its globals, in modules."""
    names = set(_names(function.__code__))
    modules: list[ModuleType] = []
    for name in names:
        if name in function.__globals__:
            yield function.__globals__, name
            modules.append(function.__globals__[name])
        elif name in _HIDING and hasattr(builtins, name):
            yield HIDDEN, name
    modules += [cell.cell_contents for cell in function.__closure__ or () if _is_set(cell)]
    if any(_imports(code) for code in _codes(function.__code__)):
        modules += [sys.modules[name] for name in names if name in sys.modules]
    seen: list[ModuleType] = []
    while modules:
        module = modules.pop()
        if isinstance(module, ModuleType) and not is_ours(module) and module not in seen:
            seen.append(module)
            for name in names & vars(module).keys():
                yield vars(module), name
                modules.append(vars(module)[name])


def _is_set(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _imports(code: CodeType) -> bool:
    return _IMPORT in code.co_code[::2]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _codes(part)


def _names(code: CodeType) -> Iterator[str]:
    for part in _codes(code):
        yield from part.co_names
