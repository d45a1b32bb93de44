"""Several `GradientFlow`s in one table of text: a row for each distance from the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from tinygrad_edu.viz.flow_reading import common_axis
from tinygrad_edu.viz.flow_report import LONGEST_NAME, Report, panel_of, written
from tinygrad_edu.viz.flow_table import bar_text, memory_console, style_of
from tinygrad_edu.viz.style import number

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_compare import FlowComparison
    from tinygrad_edu.viz.flow_of_loss import LayerGradient

RATIO, VERDICT, SHORTEST, LONGEST = 8, 12, 5, 20  # characters; the last two of a bar
GAP = 2  # between columns


def comparison_report(
    comparison: FlowComparison, *, width: int = 100, color: Any = None, ascii_only: bool = False
) -> Report:
    """Write a comparison as a table; see `FlowComparison.table`."""
    flows = comparison.flows
    rows = comparison.rows()
    alike = all(len({x.title for x in row if x}) == 1 and None not in row for row in rows)
    longest = [_longest(flow.layers) for flow in flows]
    names = longest[0] + GAP if alike else sum(longest) + GAP * len(flows)
    room = (width - names) // len(flows) - RATIO - VERDICT - 3 * GAP
    if room < SHORTEST:
        tables = (flow.table(width=width, color=color, ascii_only=ascii_only) for flow in flows)
        return Report("\n\n".join(tables))
    bar = min(room, LONGEST)
    console = memory_console(width, color)
    console.print(Text(comparison.sentence, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for i, flow in enumerate(flows):
        if i == 0 or not alike:
            _add_column(table, "layer", longest[i])
        _add_column(table, flow.name, RATIO, "right")
        _add_column(table, "", bar)
        _add_column(table, "verdict", VERDICT)
    axis = common_axis(map(panel_of, flows))
    for row in rows:
        cells: list[str | Text] = []
        for i, layer in enumerate(row):
            if i == 0 or not alike:
                cells.append(layer.title if layer else "")
            cells += ["", "", ""] if layer is None else _cells(layer, axis, bar)
        table.add_row(*cells)
    console.print(table)
    console.print()
    references = dict.fromkeys(flow.reference for flow in flows)
    words = f"Numbers and bars: norm of ∂L/∂output relative to that of {', '.join(references)}."
    console.print(Text(words, style="dim"))
    return written(console, ascii_only)


def _longest(layers: tuple[LayerGradient, ...]) -> int:
    return min(max(5, *(len(layer.title) for layer in layers)), LONGEST_NAME)


def _add_column(table: Table, name: str, width: int, justify: Any = "left") -> None:
    table.add_column(
        Text(name),
        min_width=width,
        max_width=width,
        justify=justify,
        no_wrap=True,
        overflow="ellipsis",
    )


def _cells(layer: LayerGradient, axis: Any, bar: int) -> list[str | Text]:
    return [
        number(layer.ratio, 3),
        bar_text(layer.ratio, axis, bar, layer.is_judged),
        Text(layer.verdict, style=style_of(layer.verdict)),
    ]
