"""Results that have names: `max(x, 0)` returns values and indices, printed as torch prints them."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def named_result(name: str, *fields: str) -> Any:
    """Make the class of what a function returns: a tuple whose parts have names.

    >>> named_result("max", "values", "indices")(3.0, 1)
    torch.return_types.max(
    values=3.0,
    indices=1)
    """

    def show(self: Any) -> str:
        parts = ",\n".join(f"{field}={getattr(self, field)!r}" for field in fields)
        return f"torch.return_types.{name}(\n{parts})"

    base: Any = namedtuple(name, fields)  # type: ignore[misc]
    return type(name, (base,), {"__slots__": (), "__repr__": show, "__doc__": f"Of `{name}`."})
