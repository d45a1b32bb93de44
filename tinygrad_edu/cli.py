"""The command line: `tinygrad-edu flow` shows what is left of the gradient in each layer.

Exit status: 0 done, 1 it could not be done (a file that cannot be written, for example), 2 the
options make no sense, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import SubprocessError
from typing import TYPE_CHECKING, Any, TextIO

from tinygrad_edu.version import __version__

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow import ChainFlow, Flows, NetworkFlow

PROGRAM = "tinygrad-edu"
FORMATS = ("svg", "png", "pdf")
DEFAULT_FILE = "gradient-flow.svg"
MOST_FACTORS = 12

FLOW_HELP = """\
Send one batch of handwritten digits through deep networks that differ only in
their activation, and back; print what is left of the gradient in each layer,
and draw it. Or, with --chain, do the same with a chain of multiplications.
"""

FLOW_EXAMPLES = """\
examples:
  tinygrad-edu flow
  tinygrad-edu flow --activation sigmoid relu --depth 20 -o slide.pdf
  tinygrad-edu flow --init torch --steps 500 --lr 0.5
  tinygrad-edu flow --chain 0.9 1.1 --length 100
  tinygrad-edu flow --json > figures.json

The verdicts compare a layer with the output layer: vanishing below 1/1000,
weakening below 1/10, healthy up to 10, growing up to 70, exploding above; dead
where most units let no gradient through at all.
"""


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
    try:
        options = parser().parse_args(argv)
        return int(options.run(options))
    except SystemExit as end:  # argparse has said what was wrong
        return end.code if isinstance(end.code, int) else 1


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    top = argparse.ArgumentParser(
        prog=PROGRAM, description="An autograd engine to read, step through and draw."
    )
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    flow = commands.add_parser(
        "flow",
        help="show what is left of the gradient in each layer of a deep network",
        description=FLOW_HELP,
        epilog=FLOW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_network_options(flow)
    add_chain_options(flow)
    add_output_options(flow)
    flow.set_defaults(run=run_flow, parser=flow)
    return top


def add_network_options(flow: argparse.ArgumentParser) -> None:
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


def add_chain_options(flow: argparse.ArgumentParser) -> None:
    """Add the options of the chains."""
    group = flow.add_argument_group("chains of multiplications, instead of networks")
    group.add_argument(
        "--chain", nargs="+", type=float, metavar="FACTOR", help="multiply by it again and again"
    )
    group.add_argument(
        "--length",
        type=whole(1, 10**6),
        metavar="N",
        default=argparse.SUPPRESS,
        help="how often (default: 100)",
    )


def add_output_options(flow: argparse.ArgumentParser) -> None:
    """Add the options of what is written."""
    group = flow.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        help=f"the drawing, .svg, .png or .pdf (default: {DEFAULT_FILE}; with --json: none)",
    )
    group.add_argument(
        "--theme",
        choices=("auto", "light", "dark"),
        default="auto",
        help="colours of the drawing; auto: light, an svg dark for readers who prefer that",
    )
    group.add_argument("--json", action="store_true", help="print the figures as JSON")


def whole(smallest: int, largest: int) -> Any:
    """Make a type of option: whole numbers in a range."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not smallest <= number <= largest:
            raise argparse.ArgumentTypeError(f"{number} is not from {smallest} to {largest}")
        return number

    return read


def rate(text: str) -> float:
    """Read a learning rate."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a learning rate, such as 0.1")
    return number


def picture(text: str) -> Path:
    """Read the name of a drawing, whose ending says the format."""
    path = Path(text)
    if path.suffix[1:].lower() not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .svg, .png or .pdf")
    return path


# --- tinygrad-edu flow ----------------------------------------------------------------------------


def run_flow(options: argparse.Namespace) -> int:
    """Measure, draw, print."""
    given = vars(options)
    flows: Flows
    names = ("depth", "width", "seed", "init", "batch", "lr", "steps")
    networks = {name: given[name] for name in names if name in given}
    if options.chain is None:
        if "length" in given:
            options.parser.error("--length belongs to --chain")
        flows, about, figures = measure_networks(given.get("activation"), networks)
    else:
        wrong = [*networks, *(["activation"] if "activation" in given else [])]
        if wrong:
            options.parser.error(f"--{wrong[0]} belongs to networks, not to --chain")
        if len(options.chain) > MOST_FACTORS:
            options.parser.error(f"--chain takes at most {MOST_FACTORS} factors")
        flows, about, figures = measure_chains(options.chain, given.get("length", 100))
    file = options.output or (None if options.json else Path(DEFAULT_FILE))
    problem = draw(flows, about, file, options.theme) if file else None
    if options.json:
        import json

        figures["figure"] = str(file) if file and not problem else None
        write(json.dumps(figures, indent=2, allow_nan=False) + "\n")
    else:
        write(table(flows, about))
        if not problem:
            write(f"\ndrawn in {file}\n")
    if problem:
        print(f"{PROGRAM}: {problem}", file=sys.stderr)
    return 1 if problem else 0


def measure_networks(
    activations: Sequence[str] | None, settings: dict[str, Any]
) -> tuple[list[NetworkFlow], str, dict[str, Any]]:
    """Return what was measured in the networks, how in words, and both for programs."""
    from dataclasses import asdict

    from tinygrad_edu.viz.flow import as_dict
    from tinygrad_edu.viz.flow_network import ACTIVATIONS, Settings, network_flow

    chosen = Settings(**settings)
    flows = [network_flow(name, chosen) for name in dict.fromkeys(activations or ACTIVATIONS)]
    trained = f"after {chosen.steps} steps of SGD with lr {chosen.lr:g}"
    about = (
        f"{chosen.batch} handwritten digits, {chosen.width} units a layer, {chosen.init} weights, "
        f"seed {chosen.seed}, MSE loss, {trained if chosen.steps else 'before training'}"
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


def draw(flows: Flows, about: str, file: Path, theme: str) -> str | None:
    """Write the figure to a file; return what went wrong, if anything did."""
    from tinygrad_edu.viz.flow_figure import flow_figure

    try:
        picture = flow_figure(flows, about, theme).pipe(file.suffix[1:].lower())
    except (RuntimeError, OSError, SubprocessError) as error:
        return f"cannot draw {file}: {error}"
    try:
        file.write_bytes(picture)
    except OSError as error:
        return f"cannot write {file}: {error.strerror or error}"
    return None


def table(flows: Flows, about: str) -> str:
    """Write the tables for this terminal: its width, its colours, its characters."""
    from rich.console import Console

    from tinygrad_edu.viz.flow_table import SIGNS, flow_text

    width = shutil.get_terminal_size().columns
    color = None if os.environ.get("NO_COLOR") else Console().color_system
    ascii_only = not can_write(SIGNS, sys.stdout)
    return flow_text(flows, about, width=width, color=color, ascii_only=ascii_only)


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
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    sys.stdout.write(text if can_write(text, sys.stdout) else _questioned(text, encoding))
    sys.stdout.flush()


def _questioned(text: str, encoding: str) -> str:
    return text.encode(encoding, errors="replace").decode(encoding)


if __name__ == "__main__":
    sys.exit(main())
