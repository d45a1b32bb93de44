"""`tinygrad-edu explore`: what a script computed, as a page to step through and play with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tinygrad_edu.commands.common import CommandError, overwritten, write
from tinygrad_edu.commands.script import add_script, load

HELP = """\
Run a script, then write what it computed as one HTML file that needs no network:
to step through, to change the numbers in, to send to a class.
"""

EXAMPLES = """\
examples:
  tinygrad-edu explore neuron.py -o neuron.html --open
  tinygrad-edu explore train.py:loss -o loss.html -- --epochs 1
"""


def add_to(commands: Any) -> None:
    """Add the command to those of the program."""
    explore = commands.add_parser(
        "explore",
        help="write an interactive page of what a script computed",
        description=HELP,
        epilog=EXAMPLES,
        usage="%(prog)s [-h] -o FILE [--open] FILE.py[:NAME] [-- ARGUMENT ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_script(explore)
    explore.add_argument(
        "-o", "--output", type=page, metavar="FILE", required=True, help="the page, .html"
    )
    explore.add_argument("--open", action="store_true", help="open it in the browser")
    explore.set_defaults(run=run, parser=explore)


def page(text: str) -> Path:
    """Read the name of a page."""
    path = Path(text)
    if path.suffix.lower() not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .html")
    return path


def run(options: argparse.Namespace) -> int:
    """Run the script, write the page, and say where."""
    over = overwritten(options.output, options.script[0])
    found = load(options)
    from tinygrad_edu.viz import explore

    try:
        explore(found.loss, options.output)
    except OSError as error:
        raise CommandError(f"cannot write {options.output}: {error.strerror or error}") from None
    except (RuntimeError, ValueError) as error:
        raise CommandError(f"cannot explore {found.title}: {error}") from None
    write(f"{found.title} is in {options.output}{over}\n")
    if options.open:
        import webbrowser

        if not webbrowser.open(options.output.absolute().as_uri()):
            raise CommandError(f"no browser could be opened: open {options.output} yourself")
    return 0
