"""The variables in which a caller holds values: names for what has no name of its own.

Of `w = Value(2.0); viz.explore(w * w)` nothing in the graph knows that the leaf is called w; the
frame of the caller does. It is read once, where the library is entered, and only names are kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import tinygrad_edu
from tinygrad_edu.trace.names import elements

MOST = 10_000
"""Lists with more elements are not looked through."""

NAMES = ("caller", None)
_PACKAGE = os.path.dirname(os.path.abspath(tinygrad_edu.__file__)) + os.sep


@dataclass(frozen=True, slots=True)
class Called:
    """What was given as `params`, with the names of the caller's variables by what they hold."""

    params: Any
    variables: Mapping[int, str]


def called(params: Any = None, names: str | None = "caller") -> Any:
    """Add the caller's variables to `params`.

    What has a label, a `name` or a place in `params` keeps that. A variable counts if it is bound
    in the caller's own frame and does not begin with an underscore; the elements of a list or tuple
    are called `w[0]`, `w[1]`. Of several variables for the same thing the first bound one counts.

    Args:
        params: names for the parameters; see `graph.read`.
        names: "caller", or None for no names of variables.

    Returns:
        What `graph.read` takes as `params`.

    Raises:
        ValueError: `names` is something else.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> w, x = Value(2.0), [Value(3.0)]
    >>> [value.name for value in read(w * x[0], called()).values]
    ['w', 'x[0]', None]
    """
    if names not in NAMES:
        raise ValueError(f"names is 'caller' or None, not {names!r}")
    if isinstance(params, Called):
        return params
    if names is None:
        return Called(params, {})
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return Called(params, {} if frame is None else variables(frame.f_locals))


def variables(bound: Mapping[str, Any]) -> dict[int, str]:
    """Name the values and tensors that variables hold, by their id."""
    found: dict[int, str] = {}
    seen = [(name, x) for name, x in bound.items() if name.isidentifier() and name[0] != "_"]
    pairs = [(name, x) for name, x in seen if hasattr(type(x), "vertex")]
    for name, x in seen:
        if _holds_values(x):
            pairs += elements(name, x)
    for name, x in pairs:
        for one in (x, getattr(x, "vertex", x)):
            if hasattr(x, "vertex"):
                found.setdefault(id(one), name)
    return found


def _holds_values(x: Any) -> bool:
    """Tell whether a list, or a list of lists, begins with a value or tensor."""
    for _ in range(3):
        if not (type(x) in (list, tuple) and 0 < len(x) <= MOST):
            return False
        x = x[0]
        if hasattr(type(x), "vertex"):
            return True
    return False


def name_by_variables(values: Iterable[Any], known: Mapping[int, str]) -> None:
    """Give values without a name that of their variable, unless another value is called so."""
    values = list(values)
    taken = {value.name for value in values}
    for value in values:
        name = known.get(id(value.source)) if value.name is None else None
        if name is not None and name not in taken:
            value.name = name
