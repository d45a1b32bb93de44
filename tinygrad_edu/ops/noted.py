"""A function of arrays that can be noted down: what lets a program be written of code around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def noted(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of arrays that looks at their numbers.

    While a program is written (see `trace.program` and `compile`), something else flows in the
    place of an array, which has no numbers to look at. It notes that the function is called.

    >>> noted(max, 1.0, 2.0)
    2.0
    """
    for x in arguments:
        note = getattr(x, "note_call", None)
        if note is not None:
            return note(function, arguments)
    return function(*arguments)
