"""What the commands share: how their options are read, and how they say things.

Each command's file has `add_to(commands)`, which describes its options and names the function that
runs it. That function returns the exit status, or raises `CommandError`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import SubprocessError
from typing import Any, TextIO

PROGRAM = "tinygrad-edu"
FORMATS = ("svg", "png", "pdf")


class CommandError(Exception):
    """A command cannot do what it was asked to.

    Args:
        message: what is wrong, and what to do; empty where it has been said already.
        status: the exit status: 1 it could not be done, 2 what was asked for makes no sense.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


# --- options --------------------------------------------------------------------------------------


def whole(smallest: int, largest: int) -> Callable[[str], int]:
    """Make a type of option: whole numbers in a range.

    >>> whole(1, 9)("7")
    7
    """

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not smallest <= number <= largest:
            raise argparse.ArgumentTypeError(f"{number} is not from {smallest} to {largest}")
        return number

    return read


def picture(text: str) -> Path:
    """Read the name of a drawing, whose ending says the format."""
    path = Path(text)
    if path.suffix[1:].lower() not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .svg, .png or .pdf")
    return path


def add_theme(group: Any, words: str) -> None:
    """Add the option that chooses the colours of a drawing."""
    group.add_argument("--theme", choices=("auto", "light", "dark"), default="auto", help=words)


# --- files ----------------------------------------------------------------------------------------


def overwritten(file: Path, script: Path | None = None) -> str:
    """Look, before anything is run, at what a file will be written over.

    Args:
        file: where the output will go. Its ending has been checked.
        script: the input.

    Returns:
        What to say behind the name of the file once it is written.

    Raises:
        CommandError: it would be written over the script.
    """
    if not file.is_file():
        return ""
    if script is not None and file.samefile(script):
        raise CommandError(f"-o {file} is the script itself: choose another name", 2)
    return " (overwritten)"


def save_drawing(draw: Callable[[], Any], file: Path) -> None:
    """Draw a figure and write it, in the format that the file's ending says.

    Args:
        draw: returns the `Digraph`.
        file: where to.

    Raises:
        CommandError: it cannot be drawn or written.
    """
    try:
        content = draw().pipe(file.suffix[1:].lower())
    except (RuntimeError, OSError, SubprocessError) as error:
        raise CommandError(f"cannot draw {file}: {error}") from None
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror or error}") from None


# --- the terminal ---------------------------------------------------------------------------------


def color_system() -> Any:
    """Tell which colours stdout shows; None where it shows none, or none are wanted."""
    from rich.console import Console

    return None if os.environ.get("NO_COLOR") else Console().color_system


def can_write(text: str, stream: TextIO | None) -> bool:
    """Tell whether a stream's encoding has all the characters of a text."""
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write(text: str) -> None:
    """Print a text at once; what the terminal's encoding does not have, as a question mark."""
    if sys.stdout is None:  # closed from the start
        return
    sys.stdout.write(text if can_write(text, sys.stdout) else _questioned(text, sys.stdout))
    sys.stdout.flush()


def complain(text: str) -> None:
    """Say on stderr what is wrong, after the program's name."""
    if sys.stderr is not None:
        line = f"{PROGRAM}: {text}\n"
        sys.stderr.write(line if can_write(line, sys.stderr) else _questioned(line, sys.stderr))
        sys.stderr.flush()


def _questioned(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "ascii"
    return text.encode(encoding, errors="replace").decode(encoding)
