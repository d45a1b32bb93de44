"""Gradient flow as text: a table for each network or chain, with bars on a logarithmic scale."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tinygrad_edu.viz.flow import ChainFlow, Flows, NetworkFlow
from tinygrad_edu.viz.flow_reading import MOST_STEPS, Axis, chosen, common_axis, lesson, panel
from tinygrad_edu.viz.style import look_of, magnitude, number

COLORS = ("bold blue", "blue", "cyan", "none", "yellow", "red", "bold red")
"""A terminal's colours for the steps of a gradient's size (`style.STEPS`); words say the same."""

SIGNS = "−–∂‖█─·—×∞Σ²"
ASCII = str.maketrans(SIGNS, "--d|#-.-x8S2")
"""The signs that tables need beyond ASCII, and what stands for them where they cannot be shown."""

NOTES = {
    "ratio": "the norm of ∂L/∂a over a layer's activations a, relative to that of the output",
    "flat": "share of slopes below 1 % of the largest (sigmoid, tanh: saturated; relu: off)",
    "dead": "share of units whose slope is 0 for every image",
}


def flow_text(
    flows: Flows,
    about: str = "",
    *,
    width: int = 80,
    color: Any = None,
    ascii_only: bool = False,
) -> str:
    """Write networks (or chains) as tables, from the loss back to the first layer.

    Args:
        flows: what was measured.
        about: how, for the line under the title.
        width: of the terminal, in characters; columns that do not fit are left out.
        color: the colour system of the terminal ("standard", "256", "truecolor"); None for none.
        ascii_only: use no other characters than those of ASCII.

    >>> from tinygrad_edu.viz.flow import chain_flow
    >>> text = flow_text([chain_flow(0.9, 2)], width=60, ascii_only=True)
    >>> print(text.splitlines()[0])
    2 multiplications: by 0.9 the gradient arrives
    """
    console = memory_console(width, color)
    console.print(Text(lesson(flows), style="bold"))
    if about:
        console.print(Text(about, style="dim"))
    axis = common_axis(map(panel, flows))
    for flow in flows:
        read = panel(flow)
        console.print()
        console.print(Text(f"{read.title}: {read.verdict}", style="bold"), f"({read.sentence})")
        console.print(_table(flow, axis, width))
    if isinstance(flows[0], NetworkFlow):
        shown = [name for name, _, _ in fitting(NETWORK, width)]
        notes = [f"{name}: {note}." for name, note in NOTES.items() if name in shown]
        console.print()
        console.print(Text(" ".join(notes), style="dim"))
    written: Any = console.file
    lines = (line.rstrip() for line in written.getvalue().splitlines())
    text = "".join(f"{line}\n" for line in lines)
    return text.translate(ASCII) if ascii_only else text


def memory_console(width: int, color: Any) -> Console:
    """Make a console that writes to memory."""
    return Console(
        file=io.StringIO(),
        width=max(width, 20),
        color_system=color,
        force_terminal=color is not None,
        force_jupyter=False,  # where it would print into the cell
        legacy_windows=False,
        highlight=False,
    )


def _table(flow: NetworkFlow | ChainFlow, axis: Axis, width: int) -> Table:
    """Make the table of one network or chain, of the columns that fit."""
    columns = fitting(CHAIN if isinstance(flow, ChainFlow) else NETWORK, width)
    bar = min(max(width - needed(columns) + SHORTEST_BAR, SHORTEST_BAR), 40)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, size, _ in columns:
        left = name in ("layer", "step", BAR, "verdict")
        size = bar if name == BAR else size
        table.add_column(name, min_width=size, max_width=size, justify="left" if left else "right")
    rows = _steps(flow, axis, bar) if isinstance(flow, ChainFlow) else _layers(flow, axis, bar)
    for row in rows:
        table.add_row(*(row[name] for name, _, _ in columns))
    return table


BAR = "log scale"
SHORTEST_BAR = 9
Column = tuple[str, int, int]
"""A column: its title, its width, and when it is left out: never (0), or the highest first."""

NETWORK: list[Column] = [
    ("layer", 8, 0),
    ("mean |∂L/∂a|", 12, 6),
    ("‖∂L/∂a‖", 9, 1),
    (BAR, SHORTEST_BAR, 2),
    ("ratio", 8, 0),
    ("‖∂L/∂W‖", 8, 3),
    ("flat", 5, 4),
    ("dead", 5, 5),
    ("verdict", 9, 0),
]
CHAIN: list[Column] = [
    ("step", 8, 0),
    ("gradient", 10, 0),
    (BAR, SHORTEST_BAR, 1),
    ("verdict", 9, 2),
]


def fitting(columns: list[Column], width: int) -> list[Column]:
    """Leave columns out until the rest fits."""
    kept = columns[:]
    while needed(kept) > width and any(rank for _, _, rank in kept):
        kept.remove(max(kept, key=lambda column: column[2]))
    return kept


def needed(columns: list[Column]) -> int:
    """Return the width of a table of these columns."""
    return sum(size for _, size, _ in columns) + 2 * len(columns)


def _layers(flow: NetworkFlow, axis: Axis, bar: int) -> Iterator[dict[str, Any]]:
    """Yield the cells of each layer, the last layer first."""
    for layer in reversed(flow.layers):
        yield {
            "layer": layer.name,
            "mean |∂L/∂a|": number(layer.gradient, 3),
            "‖∂L/∂a‖": number(layer.norm, 3),
            BAR: bar_text(layer.ratio, axis, bar),
            "ratio": number(layer.ratio, 3),
            "‖∂L/∂W‖": number(layer.weight_gradient, 3),
            "flat": percent(layer.flat),
            "dead": percent(layer.dead),
            "verdict": Text(layer.verdict, style=style_of(layer.verdict)),
        }


def _steps(flow: ChainFlow, axis: Axis, bar: int) -> Iterator[dict[str, Any]]:
    """Yield the cells of some steps, the last step first."""
    for i in reversed(chosen(len(flow.gradients), MOST_STEPS)):
        gradient = flow.gradients[i]
        word = flow.verdict_at(i)
        yield {
            "step": str(i),
            "gradient": number(gradient),
            BAR: bar_text(gradient, axis, bar),
            "verdict": Text(word, style=style_of(word)),
        }


def bar_text(ratio: float | None, axis: Axis, room: int, is_judged: bool = True) -> Text:
    """Draw a bar; a gradient that is there has at least one character."""
    shown = magnitude(ratio)
    if shown.state != "known":
        return Text("" if shown.state == "zero" else number(ratio))
    style = COLORS[shown.step] if is_judged else "dim"
    return Text("█" * max(1, round(room * axis.place(shown.r))), style=style)


def style_of(word: str) -> str:
    """Return a terminal's colour for a verdict.

    >>> style_of("exploding"), style_of("dead"), style_of("not computed")
    ('red', 'magenta', 'none')
    """
    shown = look_of(word)
    return "magenta" if shown.state in ("zero", "invalid") else COLORS[shown.step]


def percent(share: float | None) -> str:
    """Write a share: `37 %`."""
    return "–" if share is None else f"{100 * share:.0f} %"
