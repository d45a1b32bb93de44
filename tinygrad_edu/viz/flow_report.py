"""A `GradientFlow` as text and as HTML: a table with a bar for each layer, from the loss back."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from tinygrad_edu.viz.flow_of_loss import NOT_JUDGED
from tinygrad_edu.viz.flow_reading import Axis, Panel, Row, common_axis
from tinygrad_edu.viz.flow_table import (
    ASCII,
    Column,
    bar_text,
    fitting,
    memory_console,
    needed,
    percent,
    style_of,
)
from tinygrad_edu.viz.style import CSS_CLASS, DARK, LIGHT, Theme, magnitude, number

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_of_loss import GradientFlow, LayerGradient

LONGEST_NAME = 28  # characters of a layer's name that a table shows


class Report(str):
    """A text that an interactive Python shows as it prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def panel_of(flow: GradientFlow) -> Panel:
    """Read a flow as a panel: from the loss back to the first layer."""
    rows = [
        Row(
            layer.title,
            layer.ratio,
            "dead" if layer.note.endswith("dead") else "",
            layer.is_judged,
        )
        for layer in reversed(flow.layers)
    ]
    measure = "norm of ∂L/∂output of each layer"
    return Panel(flow.name, flow.verdict, flow.sentence, rows, "loss", measure)


def flow_report(
    flow: GradientFlow, *, width: int = 100, color: Any = None, ascii_only: bool = False
) -> Report:
    """Write a flow as a table; see `GradientFlow.table`."""
    console = memory_console(width, color)
    console.print(Text(f"{flow.name}: {flow.verdict} ({flow.sentence})", style="bold"))
    columns = fitting(_columns(flow), width)
    console.print(_table(flow, columns, common_axis([panel_of(flow)]), width))
    console.print()
    console.print(Text(notes(flow, [name for name, _, _ in columns]), style="dim"))
    return written(console, ascii_only)


def written(console: Any, ascii_only: bool) -> Report:
    """Return what was printed to a console, without spaces at the ends of lines."""
    text = "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())
    return Report(text.translate(ASCII) if ascii_only else text)


BAR = "log scale"
"""The title of the column of bars."""

UPDATE = "grad/W"
"""The title of the column of `LayerGradient.update`."""


def _columns(flow: GradientFlow) -> list[Column]:
    longest = max(len(layer.title) for layer in flow.layers)
    columns = [
        ("layer", min(max(longest, 5), LONGEST_NAME), 0),
        ("‖∂L/∂out‖", 11, 2),
        (BAR, len(BAR), 3),
        ("ratio", 8, 0),
        ("‖∂L/∂W‖", 8, 4),
        (UPDATE, 8, 5),
        ("flat", 5, 6),
        ("dead", 5, 7),
        ("verdict", 12, 0),
    ]
    return [column for column in columns if column[0] not in _empty([flow])]


def _empty(flows: Sequence[GradientFlow]) -> set[str]:
    """Return the columns of slopes in which nothing would stand."""
    layers = [layer for flow in flows for layer in flow.layers]
    return {name for name in ("flat", "dead") if all(getattr(x, name) is None for x in layers)}


def _table(flow: GradientFlow, columns: list[Column], axis: Axis, width: int) -> Table:
    bar = min(max(width - needed(columns), 0) + len(BAR), 30)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, size, _ in columns:
        size = bar if name == BAR else size
        table.add_column(
            name,
            min_width=size,
            max_width=size,
            justify="left" if name in ("layer", BAR, "verdict") else "right",
            no_wrap=True,
            overflow="ellipsis",
        )
    for layer in reversed(flow.layers):
        cells = cells_of(layer)
        table.add_row(
            *(
                bar_text(layer.ratio, axis, bar, layer.is_judged)
                if name == BAR
                else Text(cells[name], style=style_of(layer.verdict) if name == "verdict" else "")
                for name, _, _ in columns
            )
        )
    return table


def cells_of(layer: LayerGradient) -> dict[str, str]:
    """Write the figures of a layer under the titles of the columns."""
    return {
        "layer": layer.title,
        "‖∂L/∂out‖": number(layer.norm, 3),
        "ratio": number(layer.ratio, 3),
        "‖∂L/∂W‖": "" if layer.weight_gradient is None else number(layer.weight_gradient, 3),
        UPDATE: "" if layer.update is None else number(layer.update, 2),
        "flat": "" if layer.flat is None else percent(layer.flat),
        "dead": "" if layer.dead is None else percent(layer.dead),
        "verdict": layer.verdict,
    }


def notes(flow: GradientFlow, shown: Sequence[str]) -> str:
    """Say what the columns mean."""
    updates = [layer.update for layer in flow.layers if layer.update is not None]
    is_shared = len(set(updates)) < len(updates)  # as by the steps of a recurrent layer
    rate = "" if flow.lr == 1 else f"lr {flow.lr:g} · "
    meanings = {
        "ratio": f"norm of ∂L/∂output relative to that of {flow.reference}",
        UPDATE: f"{rate}‖∂L/∂W‖ / ‖W‖" + ", with ∂L/∂W of all calls together" * is_shared,
        "flat": "share of slopes below 1 % of the largest (sigmoid, tanh: saturated; relu: off)",
        "dead": "share of units whose slope is 0 for every sample",
    }
    if any(layer.verdict == NOT_JUDGED for layer in flow.layers):
        meanings["verdict"] = f"what is behind {flow.reference} belongs to the loss"
    return " ".join(f"{name}: {words}." for name, words in meanings.items() if name in shown)


# --- HTML ----------------------------------------------------------------------------------------

HTML = ("layer", "‖∂L/∂out‖", "ratio", BAR, "‖∂L/∂W‖", UPDATE, "flat", "dead", "verdict")
HTML_SIDE_BY_SIDE = ("layer", "ratio", BAR, "dead", "verdict")


def flow_html(flows: Sequence[GradientFlow]) -> str:
    """Write flows as HTML: a full table of one, shorter ones of several, with bars on one scale."""
    axis = common_axis(map(panel_of, flows))
    chosen = HTML if len(flows) == 1 else HTML_SIDE_BY_SIDE
    columns = [name for name in chosen if name not in _empty(flows)]
    tables = "".join(_html_table(flow, axis, columns) for flow in flows)
    name = f"{CSS_CLASS}-flow"
    dark = _rules(f".{name}", DARK)
    return (
        f"<style>{_rules(f'.{name}', LIGHT)}@media (prefers-color-scheme:dark){{{dark}}}</style>"
        f'<div class="{name}">{tables}</div>'
    )


def _html_table(flow: GradientFlow, axis: Axis, columns: Sequence[str]) -> str:
    head = "".join(f'<th scope="col"{_class(name)}>{name}</th>' for name in columns)
    body = "".join(_html_row(layer, axis, columns) for layer in reversed(flow.layers))
    title = html.escape(f"{flow.name}: {flow.verdict} ({flow.sentence})")
    words = html.escape(notes(flow, columns))
    foot = f'<tr><td class="words" colspan="{len(columns)}">{words}</td></tr>'
    return (
        f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
    )


def _class(column: str) -> str:
    return ' class="words"' if column in ("layer", BAR, "verdict") else ""


def _html_row(layer: LayerGradient, axis: Axis, columns: Sequence[str]) -> str:
    cells = {name: html.escape(words) for name, words in cells_of(layer).items()}
    shown = magnitude(layer.ratio)
    bar = ""
    if shown.state == "known":
        size = max(100 * axis.place(shown.r), 1)
        kind = f"s{shown.step}" if layer.is_judged else "plain"
        bar = f'<div class="{kind}" style="width:{size:.1f}%"></div>'
    parts = [f'<th scope="row" class="words">{cells["layer"]}</th>']
    for name in columns[1:]:
        if name == BAR:
            parts.append(f'<td class="bar">{bar}</td>')
        elif name == "verdict":
            parts.append(
                f'<td class="words" title="{html.escape(layer.reason)}">{cells[name]}</td>'
            )
        else:
            parts.append(f"<td>{cells[name]}</td>")
    return f"<tr>{''.join(parts)}</tr>"


def _rules(name: str, theme: Theme) -> str:
    """Write the stylesheet of the tables in one theme."""
    rules = {
        "": f"display:flex;flex-wrap:wrap;gap:1.5em;padding:.5em;"
        f"background:{theme.background};color:{theme.text};font:13px sans-serif",
        " table": f"border-collapse:collapse;background:{theme.background};color:{theme.text}",
        " caption": "text-align:left;font-weight:bold;padding:.3em 0",
        " th, td": "padding:.2em .6em;text-align:right;font-weight:normal;border:0",
        " tbody tr": f"background:{theme.background};border-top:1px solid {theme.rule}",
        " th.words, td.words": "text-align:left",
        " thead th": f"color:{theme.muted}",
        " tfoot td": f"color:{theme.muted};text-align:left;max-width:0;white-space:normal",
        " .bar": "width:10em",
        " .bar div": f"height:.8em;border:1px solid {theme.text};box-sizing:border-box",
        " .plain": f"background:{theme.operation}",
        **{f" .s{i}": f"background:{color}" for i, color in enumerate(theme.steps)},
    }
    text = ""
    for selector, look in rules.items():
        selectors = ",".join(f"{name} {part.strip()}".strip() for part in selector.split(","))
        text += f"{selectors}{{{look}}}"
    return text
