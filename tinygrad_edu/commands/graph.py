"""`tinygrad-edu graph`: the graph that a script computed, as a drawing."""

from __future__ import annotations

import argparse
import re
from typing import Any

from tinygrad_edu.commands.common import (
    CommandError,
    add_theme,
    overwritten,
    picture,
    save_drawing,
    whole,
    write,
)
from tinygrad_edu.commands.script import add_script, load

HELP = """\
Run a script, then draw the graph of what it computed, with every number forward
and every gradient back.
"""

EXAMPLES = """\
examples:
  tinygrad-edu graph neuron.py -o neuron.svg
  tinygrad-edu graph neuron.py:z -o slide.pdf --theme dark --direction TB
  tinygrad-edu graph train.py -o network.png --detail modules -- --epochs 1
"""


def add_to(commands: Any) -> None:
    """Add the command to those of the program."""
    graph = commands.add_parser(
        "graph",
        help="draw the graph of what a script computed",
        description=HELP,
        epilog=EXAMPLES,
        usage="%(prog)s [-h] -o FILE [options] FILE.py[:NAME] [-- ARGUMENT ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_script(graph)
    graph.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        required=True,
        help="the drawing, .svg, .png or .pdf",
    )
    add_theme(graph, "colours; auto: light, an svg dark for readers who prefer that")
    graph.add_argument(
        "--direction",
        choices=("LR", "TB", "RL", "BT"),
        default="LR",
        help="from left to right (LR, the default), from top to bottom (TB), or the other way",
    )
    graph.add_argument(
        "--limit",
        type=whole(1, 10**6),
        default=300,
        metavar="N",
        help="draw at most so many values; larger graphs are drawn by module, if modules took part "
        "(default: 300)",
    )
    graph.add_argument(
        "--detail",
        choices=("auto", "full", "modules"),
        default="auto",
        help="every operation, or a node for each module; auto: by the limit",
    )
    graph.set_defaults(run=run, parser=graph)


def run(options: argparse.Namespace) -> int:
    """Run the script, draw, and say where."""
    over = overwritten(options.output, options.script[0])
    found = load(options)
    chosen = {name: getattr(options, name) for name in ("theme", "direction", "limit", "detail")}
    save_drawing(lambda: _draw(found.loss, chosen), options.output)
    write(f"{found.title} drawn in {options.output}{over}\n")
    return 0


def _draw(loss: Any, chosen: dict[str, Any]) -> Any:
    from tinygrad_edu.viz import graph

    try:
        return graph(loss, **chosen)
    except ValueError as error:
        raise CommandError(in_options(str(error))) from None


def in_options(text: str) -> str:
    """Write arguments of Python in a text as options of the command.

    >>> in_options("pass limit=25, or detail='modules'")
    'pass --limit 25, or --detail modules'
    """
    return re.sub(r"\b(limit|detail)=('?)(\w+)\2", r"--\1 \3", text)
