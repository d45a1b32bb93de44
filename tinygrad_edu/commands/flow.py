"""`tinygrad-edu flow`: what is left of the gradient in each layer, as a table and a drawing."""

from __future__ import annotations

import argparse
import math
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinygrad_edu.commands.common import (
    CommandError,
    add_theme,
    can_write,
    color_system,
    complain,
    overwritten,
    picture,
    save_drawing,
    whole,
    write,
)
from tinygrad_edu.version import __version__

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow import ChainFlow, Flows, NetworkFlow

DEFAULT_FILE = "gradient-flow.svg"
MOST_FACTORS = 12

HELP = """\
Send one batch of handwritten digits through deep networks that differ only in
their activation, and back; print what is left of the gradient in each layer,
and draw it. Or, with --chain, do the same with a chain of multiplications.
"""

EXAMPLES = """\
examples:
  tinygrad-edu flow
  tinygrad-edu flow --activation sigmoid relu --depth 20 -o slide.pdf
  tinygrad-edu flow --init torch --steps 500 --lr 0.5
  tinygrad-edu flow --chain 0.9 1.1 --length 100
  tinygrad-edu flow --json > figures.json

The verdicts compare a layer with the output layer: vanishing below 1/1000,
weakening below 1/10, healthy up to 10, growing up to 70, exploding above; dead
where most units let no gradient through at all; nan where it is no number.
"""


def add_to(commands: Any) -> None:
    """Add the command to those of the program."""
    flow = commands.add_parser(
        "flow",
        help="show what is left of the gradient in each layer of a deep network",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_network_options(flow)
    _add_chain_options(flow)
    _add_output_options(flow)
    flow.set_defaults(run=run, parser=flow)


def _add_network_options(flow: argparse.ArgumentParser) -> None:
    """Add the options of the networks; one that is not given is not in the result."""
    group = flow.add_argument_group("the networks", argument_default=argparse.SUPPRESS)
    group.add_argument(
        "--activation",
        nargs="+",
        metavar="NAME",
        choices=("sigmoid", "tanh", "relu", "leaky_relu"),
        help="sigmoid, tanh, relu or leaky_relu, one or several (default: all four)",
    )
    for name, words, smallest, largest in (
        ("depth", "hidden layers (default: 10)", 1, 1000),
        ("width", "units in each (default: 32)", 1, 4096),
        ("batch", "images in the batch (default: 64)", 1, 1797),
        ("seed", "seed of the random weights (default: 0)", 0, 2**63 - 1),
        ("steps", "training steps with plain SGD before the measurement (default: 0)", 0, 10**6),
    ):
        group.add_argument(f"--{name}", type=whole(smallest, largest), metavar="N", help=words)
    group.add_argument("--lr", type=rate, help="learning rate of these steps (default: 0.1)")
    group.add_argument(
        "--init",
        choices=("kaiming", "xavier", "torch"),
        help="how the weights are drawn; torch: as nn.Linear draws them (default: kaiming)",
    )


def _add_chain_options(flow: argparse.ArgumentParser) -> None:
    group = flow.add_argument_group("chains of multiplications, instead of networks")
    group.add_argument(
        "--chain", nargs="+", type=factor, metavar="FACTOR", help="multiply by it again and again"
    )
    group.add_argument(
        "--length",
        type=whole(1, 10**6),
        metavar="N",
        default=argparse.SUPPRESS,
        help="how often (default: 100)",
    )


def _add_output_options(flow: argparse.ArgumentParser) -> None:
    group = flow.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        help=f"the drawing, .svg, .png or .pdf (default: {DEFAULT_FILE}; with --json: none)",
    )
    add_theme(group, "colours of the drawing; auto: light, an svg dark for readers who prefer that")
    group.add_argument("--json", action="store_true", help="print the figures as JSON")


def rate(text: str) -> float:
    """Read a learning rate."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a learning rate, such as 0.1")
    return number


def factor(text: str) -> float:
    """Read a factor of a chain."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a factor, such as 0.9")
    return number


def run(options: argparse.Namespace) -> int:
    """Measure, draw, print."""
    flows, about, figures = _measure(options)
    file = options.output or (None if options.json else Path(DEFAULT_FILE))
    over = overwritten(file) if file else ""
    problem = _draw(flows, about, file, options.theme) if file else None
    if options.json:
        import json

        figures["figure"] = str(file) if file and not problem else None
        write(json.dumps(figures, indent=2, allow_nan=False) + "\n")
    else:
        write(table(flows, about))
        if not problem:
            write(f"\ndrawn in {file}{over}\n")
    if problem:
        complain(problem)
    return 1 if problem else 0


def _measure(options: argparse.Namespace) -> tuple[Flows, str, dict[str, Any]]:
    """Measure what the options say, after a look at whether they go together."""
    given = vars(options)
    names = ("depth", "width", "seed", "init", "batch", "lr", "steps")
    networks = {name: given[name] for name in names if name in given}
    if options.chain is None:
        if "length" in given:
            options.parser.error("--length belongs to --chain")
        if "lr" in networks and not networks.get("steps"):
            options.parser.error("--lr belongs to training: give --steps N too")
        return measure_networks(given.get("activation"), networks)
    wrong = [*networks, *(["activation"] if "activation" in given else [])]
    if wrong:
        options.parser.error(f"--{wrong[0]} belongs to networks, not to --chain")
    if len(options.chain) > MOST_FACTORS:
        options.parser.error(f"--chain takes at most {MOST_FACTORS} factors")
    return measure_chains(options.chain, given.get("length", 100))


def measure_networks(
    activations: Sequence[str] | None, settings: dict[str, Any]
) -> tuple[list[NetworkFlow], str, dict[str, Any]]:
    """Return what was measured in the networks, how in words, and both for programs."""
    from dataclasses import asdict

    from tinygrad_edu.trace.waterfall import plural
    from tinygrad_edu.viz.flow import as_dict
    from tinygrad_edu.viz.flow_network import ACTIVATIONS, Settings, network_flow

    chosen = Settings(**settings)
    flows = [network_flow(name, chosen) for name in dict.fromkeys(activations or ACTIVATIONS)]
    trained = f"after {plural(chosen.steps, 'step')} of SGD with lr {chosen.lr:g}"
    if not all(math.isfinite(flow.loss) for flow in flows):
        trained += ", which diverged"
    about = (
        f"{plural(chosen.batch, 'handwritten digit')}, {plural(chosen.width, 'unit')} a layer, "
        f"{chosen.init} weights, seed {chosen.seed}, MSE loss, "
        f"{trained if chosen.steps else 'before training'}"
    )
    figures = {
        "version": __version__,
        "settings": asdict(chosen),
        "reference": "output",
        "networks": [as_dict(flow) for flow in flows],
    }
    return flows, about, figures


def measure_chains(
    factors: Sequence[float], length: int
) -> tuple[list[ChainFlow], str, dict[str, Any]]:
    """Return what was measured in the chains, how in words, and both for programs."""
    from tinygrad_edu.viz.flow import as_dict, chain_flow

    flows = [chain_flow(factor, length) for factor in dict.fromkeys(factors)]
    about = "y = x · f · f · …, with x = 1 and real backward passes: ∂y/∂(x after step i)"
    figures = {
        "version": __version__,
        "settings": {"length": length},
        "reference": "1",
        "chains": [as_dict(flow) for flow in flows],
    }
    return flows, about, figures


def _draw(flows: Flows, about: str, file: Path, theme: str) -> str | None:
    """Write the figure to a file; return what went wrong, if anything did."""
    from tinygrad_edu.viz.flow_figure import flow_figure

    try:
        save_drawing(lambda: flow_figure(flows, about, theme), file)
    except CommandError as error:
        return str(error)
    return None


def table(flows: Flows, about: str) -> str:
    """Write the tables for this terminal: its width, its colours, its characters."""
    from tinygrad_edu.viz.flow_table import SIGNS, flow_text

    width = shutil.get_terminal_size().columns
    ascii_only = not can_write(SIGNS, sys.stdout)
    return flow_text(flows, about, width=width, color=color_system(), ascii_only=ascii_only)
