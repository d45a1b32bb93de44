"""How the source of programs is laid out: no line is longer than 100 characters."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 100


def wrapped(
    parts: Sequence[str], brackets: str, before: int, indent: str = "    ", each: bool = False
) -> str:
    """Write parts between brackets, in one line if they fit, else in lines of their own.

    Args:
        parts: what is written.
        brackets: the two around them.
        before: how many characters stand before it in the line.
        indent: the indent of the line.
        each: whether each part has a line of its own then.

    >>> wrapped(["a", "b"], "()", 0)
    '(a, b)'
    >>> print(wrapped(["a" * 50, "b" * 50, "c"], "()", 0, indent=""))
    (
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c,
    )
    """
    start, end = brackets[0], brackets[1]
    line = f"{start}{', '.join(parts)}{end}"
    if before + len(line) < WIDTH:
        return line
    whole = ", ".join(part.replace(" ", "\0") for part in parts) + ","  # no break within a part
    lines = textwrap.wrap(whole, WIDTH - 4 - len(indent), break_long_words=False)
    if each:
        lines = [f"{part}," for part in parts]
    inner = "".join(f"\n{indent}    {line}" for line in lines).replace("\0", " ")
    return f"{start}{inner}\n{indent}{end}"


def with_comment(line: str, comment: str) -> str:
    """Write a comment beside a line, or above it if the two are too long together."""
    if not comment:
        return line
    beside = f"{line}  # {comment}"
    if len(beside) <= WIDTH:
        return beside
    indent = line[: len(line) - len(line.lstrip())]
    above = textwrap.wrap(comment, WIDTH - len(indent) - 2, break_long_words=False)
    return "\n".join([*(f"{indent}# {part}" for part in above), line])
