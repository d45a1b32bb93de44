"""Which line of the user's code recorded an operation.

A graph does not remember this by itself: looking for the line takes longer than a small operation.
`remember_lines` asks for it, by putting in the place of the current scope one that finds the line
whenever an operation asks where it is.
"""

from __future__ import annotations

import linecache
import os
import sys
from typing import Any

from tinygrad_edu.autograd.recording import Here, RecordedPass, Scope, thread

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_scope: Any = vars(Here)["scope"]  # where the scope of `Here` is kept, which `_Watching` overrides


class Line(Scope):
    """A scope that knows the line of code as well.

    Attributes:
        call: the scope itself.
        file: the file of the line.
        number: its number, from 1.
    """

    __slots__ = ("call", "file", "number")

    def __init__(self, call: Scope, file: str, number: int) -> None:
        super().__init__(call.outer, call.module)
        self.call = call
        self.file = file
        self.number = number

    @property
    def text(self) -> str:
        """The line, without the spaces around it; empty where it cannot be read any more."""
        return linecache.getline(self.file, self.number).strip()

    def __str__(self) -> str:
        place = f"{os.path.basename(self.file)}:{self.number}"
        return f"{place}  {self.text}" if self.text else place


class _Watching(Here):
    """A `Here` whose scope, whenever it is asked for, is the line that asks."""

    __slots__ = ()

    @property
    def scope(self) -> Scope | None:
        scope: Scope | None = _scope.__get__(self)
        frame: Any = None if scope is None else sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            frame = frame.f_back
        if scope is None or frame is None:
            return scope
        return Line(scope, frame.f_code.co_filename, frame.f_lineno)

    @scope.setter
    def scope(self, scope: Scope | None) -> None:
        _scope.__set__(self, without_line(scope))


class remember_lines:  # noqa: N801 - used like torch's no_grad
    """From now on, let operations remember the line that they were written in, for `steps`.

    It makes recording several times slower. As a context manager it ends with the block. It holds
    for the current thread.

    Args:
        mode: False switches it off again.

    >>> from tinygrad_edu import Value, trace
    >>> with trace.remember_lines():
    ...     y = Value(2.0) * 3  # twice three
    >>> trace.line_of(y).text
    'y = Value(2.0) * 3  # twice three'
    """

    def __init__(self, mode: bool = True) -> None:
        self._before = thread.here
        here = _Watching() if mode else Here()
        here.scope = without_line(self._before.scope)
        thread.here = here

    def __enter__(self) -> None:
        """Nothing is left to do: it holds already."""

    def __exit__(self, *_: object) -> None:
        self._before.scope = without_line(thread.here.scope)
        thread.here = self._before


def line_of(vertex: Any) -> Line | None:
    """Return the line that a value or tensor was computed in; None where that is not known."""
    scope = getattr(getattr(vertex, "vertex", vertex), "scope", None)
    return scope if isinstance(scope, Line) else None


def without_line(scope: Any) -> Any:
    """Return a scope, whether or not a line came with it."""
    return scope.call if isinstance(scope, Line) else scope


def call_of(scope: Any) -> Any:
    """Return the scope of the module call in which a scope is: without line or backward pass."""
    while isinstance(scope, (Line, RecordedPass)):
        scope = scope.call
    return scope
