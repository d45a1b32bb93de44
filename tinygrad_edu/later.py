"""Names that load when they are first used, so that `import tinygrad_edu` stays quick.

A first lesson needs few of the names that torch has. The others are listed here beside the module
that has them, and asking for one loads it: `torch.cumsum`, `x.cumsum`. An operation of such a
module enters the table when the module is loaded; `load_all` loads every one.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from tinygrad_edu.ops.operation import TABLE, Composite, Operation

BOTH = {
    "ops.softmax": "softmax log_softmax logsumexp",
}
"""Functions of the torch namespace that are methods of tensors as well, by module."""

FUNCTIONS = {
    "printing": "set_printoptions",
    "saving": "load save",
}
"""What only the torch namespace has."""

METHODS: dict[str, str] = {}
"""What only tensors have."""

ON_VALUES: dict[str, str] = {}
"""What `Value` has too: entries of the table that compute on a float."""

UNNAMED = (
    "ops.class_losses", "ops.convolution", "ops.embedding", "ops.normalization", "ops.pooling",
)  # fmt: skip
"""Chapters of the table without a name in the torch namespace: layers use them."""


def _homes(*tables: dict[str, str]) -> dict[str, str]:
    """Return the module of each name."""
    return {
        name: home for table in tables for home, names in table.items() for name in names.split()
    }


FUNCTION_HOMES = _homes(BOTH, FUNCTIONS)
METHOD_HOMES = _homes(BOTH, METHODS)
VALUE_HOMES = _homes(ON_VALUES)


def load(home: str, name: str) -> Any:
    """Load a module of this package and return what it has under this name.

    An operation comes as a plain function, so that it can be a method and `help` shows it.
    """
    module = import_module(f"tinygrad_edu.{home}")
    found = getattr(module, name, None) or TABLE[name]
    return as_function(found) if isinstance(found, (Operation, Composite)) else found


def load_all() -> dict[str, Operation | Composite]:
    """Load every module that is named here; return the table, which is complete then."""
    for home in (*BOTH, *FUNCTIONS, *METHODS, *ON_VALUES, *UNNAMED):
        import_module(f"tinygrad_edu.{home}")
    return TABLE


def as_function(op: Operation | Composite) -> Callable[..., Any]:
    """Make the plain function of an operation."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return op(*args, **kwargs)

    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = op.__doc__
    return function


def attach_methods(cls: type, homes: dict[str, str]) -> None:
    """Give a class methods that load when they are first called, and then take their place."""
    for name, home in homes.items():
        if name not in cls.__dict__:
            setattr(cls, name, _method(cls, name, home))


def _method(cls: type, name: str, home: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = load(home, name)
        setattr(cls, name, found)
        return found(self, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"See `torch.{name}`."
    return method
