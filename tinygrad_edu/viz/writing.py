"""What a file may be written over: a drawing or page of before, but never a script or notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

CODE = (".py", ".pyi", ".pyw", ".ipynb")
PAGES = (".html", ".htm")


def refuse_code(path: Path) -> None:
    """Refuse to write over a script or notebook.

    Raises:
        FileExistsError: there is one.
    """
    if path.suffix.lower() in CODE and path.exists():
        raise FileExistsError(
            f"{path} is there already, and by its name it is code, no drawing: choose another name"
        )


def refuse_other_kind(path: Path, endings: Sequence[str], start: str, what: str) -> None:
    """Refuse to write over a file of another kind.

    Args:
        path: the file.
        endings: the endings of files that may be written over.
        start: what the text of a file of this kind starts with, whatever its ending is.
        what: what the kind is called.

    Raises:
        FileExistsError: there is one.

    >>> refuse_other_kind(Path("no such file.py"), PAGES, "<!doctype html", "page")
    """
    if path.suffix.lower() in endings or not path.is_file():
        return
    with path.open("rb") as file:
        if file.read(len(start)).decode(errors="replace").lower() != start:
            raise FileExistsError(
                f"{path} is there already, and it is no {what}: choose a name that ends in "
                f"{endings[0]}"
            )
