"""`tinygrad-edu step`: a script's forward and backward pass, step by step."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from tinygrad_edu.commands.common import CommandError, can_write, color_system, write
from tinygrad_edu.commands.script import Found, add_script, load

if TYPE_CHECKING:
    from tinygrad_edu.trace.step import Steps

HELP = """\
Run a script, then go through what it computed: one operation at a time forward,
then one rule at a time backward, each with its numbers.
"""

EXAMPLES = """\
examples:
  tinygrad-edu step neuron.py
  tinygrad-edu step neuron.py:z              the value that the script calls z
  tinygrad-edu step train.py -- --epochs 1   what comes after -- is the script's
  tinygrad-edu step neuron.py --all | less
  tinygrad-edu step neuron.py --markdown > handout.md

In a terminal: n next, b back, j jump, e explain, v all values, ? help, q quit.
Where stdin or stdout is none, all steps are printed. With --all and --markdown,
what the script itself prints goes to stderr.
"""


def add_to(commands: Any) -> None:
    """Add the command to those of the program."""
    step = commands.add_parser(
        "step",
        help="go through a script's forward and backward pass, step by step",
        description=HELP,
        epilog=EXAMPLES,
        usage="%(prog)s [-h] [--all | --markdown] FILE.py[:NAME] [-- ARGUMENT ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_script(step)
    output = step.add_mutually_exclusive_group()
    output.add_argument("--all", action="store_true", help="print all steps")
    output.add_argument(
        "--markdown", action="store_true", help="print all steps in Markdown, for a handout"
    )
    step.set_defaults(run=run, parser=step)


def run(options: argparse.Namespace) -> int:
    """Run the script, then step through what it computed, or print all steps."""
    at_once = options.all or options.markdown or not _is_interactive()
    found = load(options, quiet=at_once)
    steps = _steps(found)
    if options.markdown:
        write(f"# {found.title}\n\n{steps.markdown()}")
    elif at_once:
        _print_all(steps, found)
    else:
        from tinygrad_edu.commands.stepper import Stepper

        Stepper(steps, found.loss, found.title).run()
    return 0


def _is_interactive() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _steps(found: Found) -> Steps:
    from tinygrad_edu.trace import steps

    try:
        return steps(found.loss)
    except RuntimeError as error:
        raise CommandError(f"cannot step through {found.title}: {error}") from None


def _print_all(steps: Steps, found: Found) -> None:
    """Print the steps one by one, so that a reader who has seen enough can stop it."""
    from rich.text import Text

    from tinygrad_edu.commands.step_text import Printer, StepText
    from tinygrad_edu.viz.plain import SIGNS

    width = shutil.get_terminal_size().columns
    writer = StepText(steps, width, not can_write(SIGNS, sys.stdout))
    printer = Printer(None if os.environ.get("NO_COLOR") else color_system())
    write(f"{writer.say(found.title)}\n")
    for step in steps:
        place = writer.place(step.index)
        rule = writer.say("─") * max(width - len(place) - 4, 0)
        head = Text(f"{writer.say('──')} {place} {rule}".rstrip(), "bold")
        head.truncate(width)
        lines = printer([head, Text(), *writer.body(step.index)])
        write("\n" + "".join(f"{line}\n" for line in lines))
