"""`tinygrad-edu examples`: the lessons, listed, run, or copied to be changed."""

from __future__ import annotations

import argparse
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

from tinygrad_edu.commands.common import CommandError, write
from tinygrad_edu.commands.lessons import find, lessons, near, title

HELP = """\
List the lessons, or run one of them here: it prints its numbers and draws its
pictures into files in this folder. Each is one idea, ends with exercises, and is
a script in cells, which editors open as a notebook.
"""

EPILOG = """\
examples:
  tinygrad-edu examples                    list them
  tinygrad-edu examples activations        run one, by its name or number
  tinygrad-edu examples 5 --copy           put its script into this folder, to change it
  tinygrad-edu step neuron                 go through its backward pass step by step
  tinygrad-edu explore neuron -o page.html
"""


def add_to(commands: Any) -> None:
    """Add the command to those of the program."""
    examples = commands.add_parser(
        "examples",
        help="list the lessons, or run one",
        description=HELP,
        epilog=EPILOG,
        usage="%(prog)s [-h] [NAME [--copy]]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    examples.add_argument(
        "name", metavar="NAME", nargs="?", help="its name or number; without it, all are listed"
    )
    examples.add_argument(
        "--copy", action="store_true", help="copy the script into this folder instead of running it"
    )
    examples.set_defaults(run=run, parser=examples)


def run(options: argparse.Namespace) -> int:
    """List the lessons, or run or copy the one that is named."""
    if not lessons():
        raise CommandError(
            "the lessons are not here: this package was copied without them. They are in the "
            "folder examples/ of the source"
        )
    if options.name is None:
        if options.copy:
            options.parser.error("--copy copies one lesson: name it")
        _list()
        return 0
    path = find(options.name)
    if path is None:
        hint = f": do you mean {near(options.name)}?" if near(options.name) else ""
        raise CommandError(f"no lesson is called {options.name}{hint}", 2)
    if options.copy:
        _copy(path)
    else:
        _run(path)
    return 0


def _list() -> None:
    for path in lessons():
        number, _, name = path.stem.partition("_")
        write(f"{int(number):2}  {name:18} {title(path)}\n")
    write("\ntinygrad-edu examples NAME runs one; --help says more\n")


def _copy(path: Path) -> None:
    target = Path(path.name)
    if target.exists():
        raise CommandError(f"{target} is here already: move it away first")
    shutil.copyfile(path, target)
    write(f"copied to {target}\n")


def _run(path: Path) -> None:
    """Run a lesson as `python LESSON` would, and say which pictures it has drawn."""
    before = {file: file.stat().st_mtime_ns for file in Path.cwd().iterdir() if file.is_file()}
    arguments, sys.argv = sys.argv, [str(path)]
    try:
        runpy.run_path(str(path), run_name="__main__")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise CommandError("this lesson plots with matplotlib: pip install matplotlib") from None
    finally:
        sys.argv = arguments
    drawn = [
        file.name
        for file in sorted(Path.cwd().iterdir())
        if file.is_file() and file.stat().st_mtime_ns != before.get(file)
    ]
    if drawn:
        write(f"\ndrawn in {', '.join(drawn)}\n")
