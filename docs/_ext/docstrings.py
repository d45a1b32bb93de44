"""Docstrings as reStructuredText: they are plain text, in which signs mean themselves.

`|x|` is a magnitude there, `a * b` a product, and `Value`s a plural.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.ext.napoleon import GoogleDocstring

CODE = re.compile(r"(`+[^`]+`+)")
ARGUMENT = re.compile(r"\s*\*+\w+(?:, \*+\w+)*:")
"""Where napoleon sees to the stars itself."""


PROSE = ("attribute", "data", "property")
"""Whose docstrings napoleon would cut at the first colon, taking what stands before for a type."""


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx prepare docstrings before napoleon does, and have the prose back after it."""
    raw: dict[str, list[str]] = {}

    def before(_: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
        lines[:] = escaped(lines)
        if what in PROSE:
            raw[name] = list(lines)

    def after(_: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
        if what in PROSE:
            lines[:] = raw.pop(name, lines)

    app.connect("autodoc-process-docstring", before, priority=100)
    app.connect("autodoc-process-docstring", after, priority=900)
    GoogleDocstring._consume_returns_section = _returns
    return {"parallel_read_safe": True}


def _returns(self: Any, preprocess_types: bool = False) -> list[tuple[str, str, list[str]]]:
    """Read what is returned as a sentence: no docstring here puts a type before a colon."""
    lines = self._dedent(self._consume_to_next_section())
    return [("", "", lines)] if lines else []


def escaped(lines: list[str]) -> list[str]:
    r"""Escape what reStructuredText would read as markup; leave code and examples alone.

    >>> escaped(["the mean of |x| * 2, of `Value`s and `a * b`", ">>> 2 * 3", "6"])
    ['the mean of \\|x\\| \\* 2, of `Value`\\ s and `a * b`', '>>> 2 * 3', '6']
    """
    found, is_example = [], False
    for line in lines:
        is_example = line.lstrip().startswith(">>>") or (is_example and bool(line.strip()))
        found.append(line if is_example else _escaped(line))
    return found


def _escaped(line: str) -> str:
    stars = ARGUMENT.match(line)
    start = stars.group() if stars else ""
    parts = CODE.split(line[len(start) :])
    for i, part in enumerate(parts):
        if i % 2 == 0:
            part = re.sub(r"(?<!\\)([|*])", r"\\\1", part)
            parts[i] = re.sub(r"^(?=\w)", r"\\ ", part) if i else part
    return start + "".join(parts)
