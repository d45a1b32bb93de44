"""Gradient flow as a figure: networks side by side, layer under layer, on one logarithmic scale.

Each layer is a box and a bar in the colour of its gradient; the lines between the boxes get thinner
as the gradient does. The title says what is to be seen.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise

from tinygrad_edu.viz.canvas import Canvas
from tinygrad_edu.viz.flow import Flows
from tinygrad_edu.viz.flow_reading import Axis, Panel, Row, common_axis, lesson, panel
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import (
    BOUNDS,
    RANGES,
    STEPS,
    Magnitude,
    look_of,
    magnitude,
    number,
    width,
)

WIDTHS = {1: 620, 2: 440, 3: 350, 4: 300}  # of a panel, by how many stand side by side
MARGIN, GAP, HEADER, PITCH, BOX = 28, 30, 62, 35, 22
LETTER = 7.0  # the mean width of a letter of the line under the title, with room to spare


def flow_figure(flows: Flows, about: str = "", theme: str = "auto") -> Digraph:
    """Draw networks (or chains) side by side.

    Args:
        flows: what was measured.
        about: how, for the line under the title.
        theme: "light", "dark", or "auto": light, and in SVG dark for readers who prefer that.

    Raises:
        ValueError: there is nothing to draw, or no such theme.

    >>> from tinygrad_edu.viz.flow import chain_flow
    >>> "vanishes" in flow_figure([chain_flow(0.9)]).source
    True
    """
    if not flows:
        raise ValueError("give at least one network or chain to draw")
    return draw_panels(list(map(panel, flows)), lesson(flows), about, theme)


def draw_panels(
    panels: Sequence[Panel], title: str, about: str = "", theme: str = "auto"
) -> Digraph:
    """Draw panels side by side, on one scale, with a title and a legend."""
    columns = min(len(panels), 4)
    panel_width = WIDTHS[columns]
    panel_height = HEADER + PITCH * (max(len(each.rows) for each in panels) + 1) + 28
    lines = math.ceil(len(panels) / columns)
    page_width = max(2 * MARGIN + columns * panel_width + (columns - 1) * GAP, 700)
    subtitle = textwrap.wrap(about, round((page_width - 2 * MARGIN) / LETTER)) or [""]
    top = 78 + 18 * len(subtitle)
    page_height = top + lines * (panel_height + GAP) + 66
    canvas = Canvas(page_width, page_height, theme)
    room = page_width - 2 * MARGIN
    canvas.text(MARGIN, 38, title, min(22, round(room / 0.56 / len(title))), bold=True)
    for i, line in enumerate(subtitle):
        canvas.text(MARGIN, 66 + 18 * i, line, 13, color=canvas.theme.muted)
    axis = common_axis(panels)
    longest = max(len(row.name) for each in panels for row in each.rows)
    for i, chosen in enumerate(panels):
        x = MARGIN + (i % columns) * (panel_width + GAP)
        y = top + (i // columns) * (panel_height + GAP)
        _PanelPainter(canvas, x, y, panel_width, panel_height, axis, longest).draw(chosen)
    _draw_legend(canvas, MARGIN, page_height - 66, panels)
    return canvas.digraph


# --- drawing -------------------------------------------------------------------------------------


class _PanelPainter:
    """Draws one panel in a rectangle of the page."""

    def __init__(
        self,
        canvas: Canvas,
        x: float,
        y: float,
        width: float,
        height: float,
        axis: Axis,
        longest: int,
    ) -> None:
        self.canvas, self.theme, self.axis = canvas, canvas.theme, axis
        self.x, self.y, self.width, self.height = x, y, width, height
        self.box_width = float(min(max(76, 12 + 7 * longest), width // 2))
        self.left = x + self.box_width + 14
        self.room = x + width - self.left
        self.top = y + HEADER

    def draw(self, panel: Panel) -> None:
        """Draw the panel."""
        self._draw_header(panel)
        self._draw_scale(len(panel.rows))
        self._draw_box(0, panel.source, None)
        self.canvas.text(self.left, self._middle(0), "↓ the gradient flows back", 13)
        for i, row in enumerate(panel.rows):
            shown = magnitude(row.ratio)
            self._draw_flow(i, row, shown)
            self._draw_box(i + 1, row.name, shown if row.is_judged else None)
            self._draw_bar(i + 1, row, shown)

    def _draw_header(self, panel: Panel) -> None:
        canvas, theme = self.canvas, self.theme
        canvas.text(self.x, self.y + 12, panel.title, 19, bold=True)
        shown = look_of(
            panel.verdict, (magnitude(row.ratio) for row in panel.rows if row.is_judged)
        )
        pill = 16 + 8 * len(panel.verdict)
        fill, outline, color = self._colors(shown)
        canvas.rectangle(
            self.x + self.width - pill, self.y + 1, pill, 24, fill, outline=outline, rounded=True
        )
        canvas.text(
            self.x + self.width - pill / 2,
            self.y + 13,
            panel.verdict,
            14,
            color=color,
            align="center",
        )
        size = 13 if self.width > WIDTHS[4] else 12
        canvas.text(self.x, self.y + 40, panel.sentence, size, color=theme.muted)

    def _colors(self, shown: Magnitude | None) -> tuple[str, str, str]:
        """Return fill, outline and text colour of a box."""
        theme = self.theme
        if shown is None:
            return theme.operation, theme.text, theme.text
        if shown.state == "known":
            return theme.steps[shown.step], theme.text, theme.text_on(shown.step)
        outline = theme.invalid if shown.state == "invalid" else theme.text
        return theme.background, outline, theme.text

    def _draw_scale(self, rows: int) -> None:
        """Draw the ground of the bars: the healthy band, decades, and their colours under them."""
        canvas, theme, axis = self.canvas, self.theme, self.axis
        bottom = self.top + PITCH * (rows + 1)
        top = self.top + PITCH - 8
        edges = [axis.low, *(b for b in BOUNDS if axis.low < b < axis.high), axis.high]
        for low, high in pairwise(edges):
            x, end = (self.left + self.room * axis.place(r) for r in (low, high))
            step = magnitude(10 ** ((low + high) / 2)).step if abs(low + high) < 600 else 0
            if STEPS[step] == "healthy":
                canvas.rectangle(x, top, end - x, bottom - top, theme.panel)
            canvas.rectangle(x, bottom, end - x, 6, theme.steps[step], tooltip=STEPS[step])
        for r in axis.ticks(max(int(self.room / 44), 2)):
            x = self.left + self.room * axis.place(r)
            canvas.rectangle(x - 0.25, top, 0.5, bottom - top, theme.rule)
            words = number(10.0**r) if abs(r) < 300 else f"1e{r}"
            align = "right" if r == axis.high else "left" if r == axis.low else "center"
            canvas.text(x, bottom + 17, words, 11, color=theme.muted, align=align)

    def _middle(self, line: int) -> float:
        return self.top + PITCH * line + BOX / 2

    def _draw_box(self, line: int, words: str, shown: Magnitude | None) -> None:
        fill, outline, color = self._colors(shown)
        y = self._middle(line)
        style = "dotted" if shown is not None and shown.state == "zero" else "solid"
        self.canvas.rectangle(
            self.x, y - BOX / 2, self.box_width, BOX, fill,
            outline=outline, rounded=True, outline_style=style,
        )  # fmt: skip
        self.canvas.text(self.x + self.box_width / 2, y, words, 13, color=color, align="center")

    def _draw_flow(self, line: int, row: Row, shown: Magnitude) -> None:
        """Draw the gradient that flows down to the box of the next line, if any does."""
        theme, thickness = self.theme, 2 * width(shown)
        if shown.state in ("zero", "missing"):
            return
        color = theme.invalid if shown.state == "invalid" else theme.steps[shown.step]
        color = color if row.is_judged else theme.rule
        x, y = self.x + (self.box_width - thickness) / 2, self._middle(line) + BOX / 2
        self.canvas.rectangle(x, y, thickness, PITCH - BOX, color)

    def _draw_bar(self, line: int, row: Row, shown: Magnitude) -> None:
        """Draw the bar of a layer, and its number behind it or, where there is no room, in it."""
        canvas, theme, y = self.canvas, self.theme, self._middle(line)
        words = f"✕ {number(row.ratio)}" if shown.state == "invalid" else number(row.ratio, 2)
        words += f", {row.note}" if row.note else ""
        length = self.room * self.axis.place(shown.r) if shown.state == "known" else 0.0
        if length:
            fill = theme.steps[shown.step] if row.is_judged else theme.background
            canvas.rectangle(self.left, y - 8, length, 16, fill, outline=theme.text)
        if length + max(60, 7 * len(words) + 5) < self.room:
            canvas.text(self.left + length + 5, y, words, 13)
        else:
            color = theme.text_on(shown.step) if row.is_judged else theme.text
            canvas.text(self.left + length - 5, y, words, 13, color=color, align="right")


def _draw_legend(canvas: Canvas, x: float, y: float, panels: Sequence[Panel]) -> None:
    """Draw what the colours mean, and the states without a colour that occur."""
    theme = canvas.theme
    rows = [row for each in panels for row in each.rows]
    behind = any(row.ratio is not None and not row.is_judged for row in rows)
    last = "the last with weights" if behind else "the last"
    words = f"Colour, width and bar: {panels[0].measure}, relative to {last} (logarithmic)"
    words += "; no colour: behind it, not judged" * behind
    states = {magnitude(row.ratio).state for row in rows}
    words += "; dotted: exactly 0" * ("zero" in states) + "; ✕: nan or inf" * ("invalid" in states)
    canvas.text(x, y, words, 13)
    for i, (word, bound) in enumerate(zip(STEPS, RANGES, strict=True)):
        left = x + 92 * i
        canvas.rectangle(left, y + 16, 84, 10, theme.steps[i], outline=theme.text)
        canvas.text(left, y + 35, word, 12)
        canvas.text(left, y + 49, bound, 11, color=theme.muted)
