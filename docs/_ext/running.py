"""Pages whose Python blocks are run when the site is built, and followed by what they show.

A page asks for it with a comment, `<!-- run -->`, which no reader sees. Its blocks share their
names and run in order; below each stands what it printed and what its last line shows: a drawing, a
plot, a table, an explorer. The page itself stays plain Markdown. A comment at the end of the last
line says what its picture shows, for those who cannot see it, and is not shown otherwise.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import showing

BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
ASKED = "<!-- run -->\n"


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx run the pages as it reads them."""
    app.connect("source-read", _on_read)
    return {"parallel_read_safe": True}


def _on_read(app: Any, page: str, source: list[str]) -> None:
    if ASKED in source[0]:
        source[0] = ran(source[0].replace(ASKED, ""), page)


def ran(text: str, page: str) -> str:
    """Run the blocks of a page, in an empty folder, and put below each what it shows."""
    names: dict[str, Any] = {"__name__": page}
    count = iter(range(1, 1000))

    def with_output(block: re.Match[str]) -> str:
        shown, below = _output(block[1], names, page, next(count))
        return f"```python\n{shown}```\n{below}"

    with in_an_empty_folder():
        return BLOCK.sub(with_output, text)


@contextlib.contextmanager
def in_an_empty_folder() -> Iterator[None]:
    """Work where the files that an example writes are in nobody's way."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _output(code: str, names: dict[str, Any], page: str, number: int) -> tuple[str, str]:
    """Run a block; return it as it is shown, and what stands below it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            value = showing.run(code, names, page)
        except Exception as error:
            raise RuntimeError(f"block {number} of {page}: {error!r}\n{code}") from error
    text = printed.getvalue().rstrip()
    parts = [f"\n```text\n{text}\n```\n"] if text else []
    found = list(showing.pictures(value))
    shown, alt = _described(code) if found else (code, "")
    for i, picture in enumerate(found):
        path = showing.MADE / page / f"{number}-{i}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(picture.svg, encoding="utf-8")
        parts.append(_rst(picture.lines(f"/_made/{page}/{path.name}", alt)))
    name = f"{page.replace('/', '-')}-{number}"
    parts.append(_rst(showing.markup(value, name, page.count("/"))))
    return shown, "".join(parts)


def _rst(lines: str) -> str:
    return f"\n```{{eval-rst}}\n{lines}```\n" if lines else ""


def _described(code: str) -> tuple[str, str]:
    r"""Take the description of its picture from the end of a block; it must have one.

    >>> _described("viz.graph(y)  # a neuron\n")
    ('viz.graph(y)\n', 'a neuron')
    """
    found = re.fullmatch(r"(.*?)  # ([^\n]*)\n", code, re.DOTALL)
    if not found:
        raise ValueError(
            f"the last line of a block with a picture ends with '  # what it shows':\n{code}"
        )
    return found[1] + "\n", found[2]
