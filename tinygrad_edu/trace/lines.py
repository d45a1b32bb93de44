"""Names for results, read off the lines that computed them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from tinygrad_edu.autograd.lines import Line, line_of, remember_lines, without_line

__all__ = [
    "Line",
    "assigned_name",
    "line_of",
    "name_by_lines",
    "remember_lines",
    "without_line",
]


def assigned_name(line: Line) -> str | None:
    """Read the variable that a line assigns its result to: `y` of `y = w * x`.

    >>> import linecache
    >>> from tinygrad_edu.autograd.recording import Scope
    >>> linecache.cache["<lesson>"] = 9, None, ["y = w * x"], "<lesson>"
    >>> assigned_name(Line(Scope(), "<lesson>", 1))
    'y'
    """
    try:
        (statement,) = ast.parse(line.text).body
    except (SyntaxError, ValueError):  # a part of a longer statement, or of several
        return None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        target = statement.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def name_by_lines(operations: Iterable[Any]) -> None:
    """Give results without a name that of the variable that their line assigned them to.

    Of the operations in one line that is the one whose result the others do not use.
    """
    for operation in operations:
        line = line_of(operation.vertex)
        if line is None:
            continue
        place = (line.file, line.number)
        for result in operation.results:
            users = (line_of(use.operation.vertex) for use in result.uses)
            is_part = any(user and (user.file, user.number) == place for user in users)
            if result.name is None and not is_part:
                result.name = assigned_name(line)
