"""Where the lessons are, and what they are called: `examples/` of a clone, or of an installation.

A lesson is a script such as `05_activations.py`, and goes by its whole name, the name without the
number, or the number alone.
"""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

import tinygrad_edu

FIRST, PATTERN = "01_chain_rule.py", "[0-9][0-9]_*.py"
DISTRIBUTION, SHARED = "tinygrad-edu", ("share", "tinygrad-edu", "examples")


def lessons() -> list[Path]:
    """Return the lessons in order; none where the package was copied without them.

    >>> lessons()[0].name
    '01_chain_rule.py'
    """
    clone = Path(tinygrad_edu.__file__).parent.parent / "examples"
    if (clone / FIRST).is_file():
        return sorted(clone.glob(PATTERN))
    from importlib import metadata  # only where it is needed: it takes as long as all else here

    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    shared = [f for f in files if f.parts[-4:-1] == SHARED and f.match(PATTERN)]
    return sorted(Path(str(f.locate())) for f in shared)


def find(name: str) -> Path | None:
    """Find a lesson by its name, with or without its number and ending, or by its number.

    >>> [find(name) == lessons()[0] for name in ("01_chain_rule", "chain-rule", "1", "chains")]
    [True, True, True, False]
    """
    wanted = name.removesuffix(".py").replace("-", "_").lower()
    for path in lessons():
        number, _, title = path.stem.partition("_")
        if wanted in (path.stem, title) or (wanted.isdecimal() and int(wanted) == int(number)):
            return path
    return None


def near(name: str) -> str | None:
    """Return the name that comes nearest to one that no lesson has.

    >>> near("activation")
    'activations'
    """
    names = [path.stem.partition("_")[2] for path in lessons()]
    return next(iter(difflib.get_close_matches(name, names, 1)), None)


def title(path: Path) -> str:
    """Return the title of a lesson: the first line of its docstring.

    >>> title(lessons()[0])
    'The chain rule, by hand and by engine'
    """
    text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    return text.partition("\n")[0]
