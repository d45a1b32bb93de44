"""The command line: `tinygrad-edu flow` and the other commands, from `tinygrad_edu.commands`.

Exit status: 0 done, 1 it could not be done (a file that cannot be written, for example), 2 the
options make no sense, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from tinygrad_edu.commands import examples, explore, flow, graph, step
from tinygrad_edu.commands.common import PROGRAM, CommandError, complain
from tinygrad_edu.version import __version__

COMMANDS = (flow, examples, step, graph, explore)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments after the program's name; by default those it was called with.

    >>> main(["flow", "--chain", "0.9", "--json", "--length", "0"])
    2
    """
    try:
        status = run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except CommandError as error:
        if str(error):
            complain(str(error))
        return error.status
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk behind stdout
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{PROGRAM}: interrupted", file=sys.stderr)
        return 130


def run(argv: Sequence[str] | None) -> int:
    """Read the arguments and do what they say; return the exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    end = given.index("--") if "--" in given else len(given)
    try:
        options, unknown = parser().parse_known_args(given[:end])
        if unknown:  # said by the command, with its own usage
            options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        if given[end:]:
            if not hasattr(options, "arguments"):
                options.parser.error("it takes no arguments after --, which are for scripts")
            options.arguments = given[end + 1 :]
        return int(options.run(options))
    except SystemExit as stop:  # argparse has said what was wrong
        return stop.code if isinstance(stop.code, int) else 1


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    top = argparse.ArgumentParser(
        prog=PROGRAM, description="An autograd engine to read, step through and draw."
    )
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
