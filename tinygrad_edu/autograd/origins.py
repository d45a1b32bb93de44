"""How numbers beside the graph were computed from it: a mask `x > 0`, an index, `x.detach()`.

No gradient flows through these, so the graph has them as constants. They are none: with other
numbers they are others. So a tensor without a history that was computed from one with a history
knows its `Origin`, and a program that is written of the graph (`trace.program`) computes it, too.

An origin keeps nothing alive: of the tensors that it tells of, it holds weak references.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

import numpy as np

from tinygrad_edu.autograd.clock import clock
from tinygrad_edu.autograd.recording import thread

MOST = 64
"""So long may a chain of such computations be, or a running mean would remember all its past."""

SMALL = 16
"""A tensor of so few numbers is remembered by them, if nobody has it any more."""

_NOTHING: dict[str, Any] = {}


class Origin:
    """One computation beside the graph.

    Attributes:
        function: an operation of the table, or a function of arrays.
        operands: what it was given: numbers, other origins, or a `Source`.
        parameters: what it was given by name.
        time: when, on the clock of changes in place.
        depth: how many such computations lie behind it, at most.
    """

    __slots__ = ("depth", "function", "operands", "parameters", "time")

    def __init__(self, function: Any, operands: Sequence[Any], parameters: dict[str, Any]) -> None:
        self.function = function
        self.operands = [_told(x) if hasattr(x, "vertex") else x for x in operands]
        self.parameters = parameters
        self.time = clock.now
        self.depth: int = 1 + max((x.depth for x in self.operands if type(x) is Origin), default=0)


class Source:
    """A tensor or value that an origin tells of, without keeping it alive.

    Attributes:
        vertex: returns its vertex in the graph; None if that is not there any more.
        array: its numbers, if they are few and it has no history.
    """

    __slots__ = ("array", "vertex")

    def __init__(self, x: Any) -> None:
        self.array: Any = None
        self.vertex: Callable[[], Any] = lambda: x  # a constant value: there is no graph behind it
        if hasattr(x, "array"):
            self.vertex = ref(x._grad_fn or x)
            is_small = not x._requires_grad and x.array.size <= SMALL
            self.array = x.array.copy() if is_small else None
        elif x.requires_grad:
            self.vertex = ref(x)


def _told(x: Any) -> Any:
    return origin_of(x) or Source(x)


def remember(
    result: Any,
    function: Callable[..., Any],
    operands: Sequence[Any],
    parameters: dict[str, Any] = _NOTHING,
) -> Any:
    """Note how a tensor without a history was computed, where a history is behind it.

    Args:
        result: the tensor.
        function: an operation of the table, or a function of arrays: `function(*arrays)`.
        operands: what was given to it: tensors and numbers.
        parameters: what it was given by name.

    Returns:
        The result.
    """
    if thread.here.scope is not None and any(map(follows, operands)):
        result._origin = _not_too_long(Origin(function, operands, parameters))
    return result


def follows(x: Any) -> bool:
    """Tell whether something is a tensor whose numbers follow from those of a graph."""
    return hasattr(x, "_origin") and (x._requires_grad or x._origin is not None)


def _not_too_long(origin: Origin) -> Origin | None:
    return origin if origin.depth <= MOST else None


def same(array: Any) -> Any:
    """Return what is given: the origin of `x.detach()`, which shows the memory of x."""
    return array


def origin_of(x: Any) -> Origin | None:
    """Return how a tensor, or an array that an operation keeps, was computed.

    None if that is not known, or if its numbers were changed since.
    """
    origin: Origin | None = getattr(x, "_origin", None)
    if origin is None or origin.function is same:
        return origin
    changes = getattr(x, "_changes", (0, 0))
    return origin if changes[1] <= origin.time else None


UNKNOWN = Origin(None, (), {})
"""That of a number which follows from others, one does not know how: made under `no_grad`."""


class Kept(np.ndarray[Any, Any]):
    """Numbers of a tensor that an operation keeps among its parameters, such as an index.

    It knows its origin where there is one; else it is data, and no part of the code.
    """

    _origin: Origin | None = None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute with it as with any array: what comes out is another one's number."""
        plain = (x.view(np.ndarray) if type(x) is Kept else x for x in inputs)
        return getattr(ufunc, method)(*plain, **kwargs)


class Followed(int):
    """A whole number that follows from those of a graph, as the place of the largest does."""

    __slots__ = ()


def kept(array: Any, function: Callable[..., Any] = same, operands: Sequence[Any] = ()) -> Any:
    """Mark an array as the numbers of a tensor, and note how it was computed.

    Args:
        array: the array; whatever else it is, is returned.
        function: a function of arrays.
        operands: the tensors and numbers that were given to it.
    """
    if type(array) is not np.ndarray:
        return array
    result: Any = array.view(Kept)
    if operands and thread.here.scope is not None:
        result._origin = _not_too_long(Origin(function, operands, _NOTHING))
    return result
