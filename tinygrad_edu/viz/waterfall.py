"""The waterfall as a figure: a bar for each factor, from the size before it to the size behind it.

The kinds of factors differ by marker, filling and hue: slopes of activations are round and solid,
weights are diamonds and striped, leaves hexagons with a line along, others squares and hollow. At
the right is what is left.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tinygrad_edu.trace.roles import KINDS
from tinygrad_edu.trace.waterfall import (
    NOTICEABLE,
    NOUNS,
    Bar,
    Waterfall,
    plural,
    power,
    size,
    total,
)
from tinygrad_edu.trace.wording import bracketed, listed
from tinygrad_edu.viz.canvas import Canvas
from tinygrad_edu.viz.flow_reading import Axis
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import BOUNDS, STEPS, Magnitude, Theme, number, step_of

MARGIN, PITCH, BAR = 28, 26, 14
CHART, CHIP = 460, 84  # widths
LETTER = 0.56  # of the font size: the width of a letter, rather too wide
MOST = 28  # rows
LONGEST = {"name": 24, "what": 30}  # letters
SHAPES = {"activation": "ellipse", "weight": "diamond", "leaf": "hexagon", "other": "box"}
WORDS = {"activation": "slope of an activation", **NOUNS}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the figure: a factor, or several together.

    Attributes:
        name, what, kind: as of a `Bar`.
        factor: the factor, as it is written beside the bar.
        before, after: log10 of the size of the gradient before and behind it.
        left: what is left, as it is written; nothing inside a group.
    """

    name: str
    what: str
    kind: str
    factor: str
    before: float
    after: float
    left: str


def waterfall_figure(falls: Waterfall, title: str, theme: str = "auto") -> Digraph:
    """Draw a waterfall.

    Args:
        falls: the waterfall.
        title: the line above it.
        theme: "light", "dark", or "auto": light, and in SVG dark for readers who prefer that.

    Raises:
        ValueError: there is no such theme.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.explanation import explain
    >>> falls = explain(Value(0.5, label="x").sigmoid(), "x").waterfall
    >>> "slope of an activation" in waterfall_figure(falls, "why").source
    True
    """
    rows, note = condensed(falls.bars)
    columns = _columns(rows, falls.start)
    width = MARGIN + 20 + sum(columns) + CHART + 12 + CHIP + MARGIN
    head = [*_lines(falls.sentence, 14, width), *_lines(falls.remark, 14, width)]
    notes = [*_lines(note, 12, width), *_lines(_meaning(falls, rows), 12, width)]
    top = 66 + 19 * len(head) + 30
    height = top + PITCH * (len(rows) + 1) + 46 + 30 + 16 * len(notes) + 14
    painter = _Painter(Canvas(width, height, theme), _axis(rows), columns, top)
    canvas = painter.canvas
    canvas.text(
        MARGIN, 34, title, min(22, round((width - 2 * MARGIN) / 0.6 / len(title))), bold=True
    )
    for i, line in enumerate(head):
        canvas.text(MARGIN, 66 + 19 * i, line, 14)
    painter.draw(falls, rows)
    bottom = top + PITCH * (len(rows) + 1) + 46
    painter.draw_legend([kind for kind in KINDS if any(row.kind == kind for row in rows)], bottom)
    for i, line in enumerate(notes):
        canvas.text(MARGIN, bottom + 32 + 16 * i, line, 12, color=canvas.theme.muted)
    return canvas.digraph


# --- which rows ----------------------------------------------------------------------------------


def condensed(bars: Sequence[Bar], most: int = MOST) -> tuple[list[Row], str]:
    """Choose the rows: each factor, or of very many several together, and say which.

    >>> bar = Bar("∂b/∂a", "tanh at layer 1", "tanh", "activation", 0.1, 0.0, -1.0, 0.1)
    >>> rows, note = condensed([bar] * 100, 20)
    >>> len(rows), rows[0].what, rows[0].factor, note
    (20, '5 slopes of tanh', '×1e-5', 'A bar stands for up to 5 factors of one kind.')
    """
    if len(bars) <= most:
        return [_row(bar) for bar in bars], ""
    kept = [bar for bar in bars if not (bar.kind == "other" and abs(bar.factor) == 1)]
    left_out = len(bars) - len(kept)
    note = f"{plural(left_out, 'factor')} of ±1 not shown. " if left_out else ""
    if len(kept) <= most:
        return [_row(bar) for bar in kept], note.strip()
    kinds = len({bar.kind for bar in kept})
    length = kinds * math.ceil(len(kept) / (most // kinds) / kinds)
    rows = [row for i in range(0, len(kept), length) for row in _group(kept[i : i + length])]
    return rows, f"{note}A bar stands for up to {length} factors of one kind."


def _row(bar: Bar) -> Row:
    factor = f"×{bracketed(number(bar.factor))}"
    left = size(bar.product, bar.after)
    return Row(bar.name, bar.what, bar.kind, factor, bar.before, bar.after, left)


def _group(bars: Sequence[Bar]) -> list[Row]:
    """Put the factors of one stretch of the path together, kind by kind."""
    rows: list[Row] = []
    at = bars[0].before
    name = bars[0].name if len(bars) == 1 else f"{bars[0].name} … {bars[-1].name}"
    for kind in KINDS:
        chosen = [bar for bar in bars if bar.kind == kind]
        if chosen:
            change = total([bar.log10 for bar in chosen])
            noun = "slope" if kind == "activation" else WORDS[kind]
            of = listed(list(dict.fromkeys(bar.operation for bar in chosen)))
            what = plural(len(chosen), noun) + (f" of {of}" if kind == "activation" else "")
            end = total([at, change])
            rows.append(Row("" if rows else name, what, kind, f"×{power(change)}", at, end, ""))
            at = end
    last = rows[-1]
    left = size(bars[-1].product, bars[-1].after)
    rows[-1] = Row(last.name, last.what, last.kind, last.factor, last.before, last.after, left)
    return rows


def _axis(rows: Sequence[Row]) -> Axis:
    """Choose whole decades around all sizes, and around 1."""
    ends = [r for row in rows for r in (row.before, row.after) if math.isfinite(r)] or [0.0]
    return Axis(min(math.floor(min(ends) - 0.3), -1), max(math.ceil(max(ends) + 0.3), 1))


def _columns(rows: Sequence[Row], start: str) -> tuple[float, float]:
    """Return the widths of the names, and of what the factors come from."""
    names = [len(cut(start, "name")), *(len(cut(row.name, "name")) for row in rows)]
    whats = [len("start: 1"), *(len(cut(row.what, "what")) for row in rows)]
    return 13 * LETTER * max(names) + 12, 13 * LETTER * max(whats) + 12


def cut(text: str, column: str) -> str:
    """Shorten a text to the room in its column, in the middle.

    >>> cut("∂a_very_long_name/∂another_long_name", "name")
    '∂a_very_long…r_long_name'
    """
    most = LONGEST[column]
    return text if len(text) <= most else f"{text[: most // 2]}…{text[1 - most + most // 2 :]}"


def _lines(text: str, points: float, width: float) -> list[str]:
    return textwrap.wrap(text, round((width - 2 * MARGIN) / (points * 0.5))) if text else []


def _meaning(falls: Waterfall, rows: Sequence[Row]) -> str:
    """Say how to read the figure, and what the signs mean that occur."""
    words = (
        f"A bar goes from the size of the gradient before a factor to the size behind it "
        f"(logarithmic). Right: the {falls.measure}, in the colours of the scale."
    )
    if any(row.after == -math.inf for row in rows):
        words += " Dotted: exactly 0, nothing gets through."
    if any(math.isnan(row.after) or row.after == math.inf for row in rows):
        words += " ✕: nan or inf."
    return words


# --- drawing -------------------------------------------------------------------------------------


class _Painter:
    """Draws rows on a page."""

    def __init__(
        self, canvas: Canvas, axis: Axis, columns: tuple[float, float], top: float
    ) -> None:
        self.canvas, self.theme, self.axis, self.top = canvas, canvas.theme, axis, top
        self.name = MARGIN + 20
        self.what = self.name + columns[0]
        self.chart = self.what + columns[1]
        self.chip = self.chart + CHART + 12

    def draw(self, falls: Waterfall, rows: Sequence[Row]) -> None:
        """Draw the scale, the start, and a line for each row."""
        theme, measure = self.theme, falls.measure
        self._draw_scale(len(rows))
        self.canvas.text(
            self.chip + CHIP, self.top - 22, measure, 12, color=theme.muted, align="right"
        )
        first = rows[0].before if rows else 0.0
        self.canvas.text(self.name, self._middle(0), cut(falls.start, "name"), 13)
        self.canvas.text(self.what, self._middle(0), "the start", 12, color=theme.muted)
        self._draw_link(0, first, first)
        self._draw_left(0, number(10**first), first)
        for i, row in enumerate(rows):
            self._draw_row(i + 1, row)
            if i + 1 < len(rows):
                self._draw_link(i + 1, row.after, rows[i + 1].before)

    def _middle(self, line: int) -> float:
        return self.top + PITCH * (line + 0.5)

    def _place(self, r: float) -> float:
        return self.chart + CHART * self.axis.place(r)

    def _draw_scale(self, rows: int) -> None:
        """Draw decades, and under them the colours of the sizes."""
        canvas, theme, axis = self.canvas, self.theme, self.axis
        bottom = self.top + PITCH * (rows + 1)
        canvas.rectangle(self.chart, self.top, CHART, bottom - self.top, theme.panel)
        for r in axis.ticks(10):
            x = self._place(r)
            thick = 1.5 if r == 0 else 0.5
            canvas.rectangle(x - thick / 2, self.top, thick, bottom - self.top, theme.rule)
            align = "right" if r == axis.high else "left" if r == axis.low else "center"
            words = number(10.0**r) if abs(r) < 300 else f"1e{r}"
            canvas.text(x, bottom + 17, words, 11, color=theme.muted, align=align)
        edges = [axis.low, *(b for b in BOUNDS if axis.low < b < axis.high), axis.high]
        for low, high in pairwise(edges):
            step = step_of((low + high) / 2)
            x, end = self._place(low), self._place(high)
            canvas.rectangle(x, bottom, end - x, 6, theme.steps[step], tooltip=STEPS[step])

    def _draw_row(self, line: int, row: Row) -> None:
        canvas, y = self.canvas, self._middle(line)
        self._draw_marker(MARGIN, y, row.kind)
        canvas.text(self.name, y, cut(row.name, "name"), 13)
        canvas.text(self.what, y, cut(row.what, "what"), 12, color=self.theme.muted)
        if math.isfinite(row.before):
            self._draw_bar(y, row)
        else:
            canvas.text(self.chart + 6, y, row.factor, 12, color=self.theme.muted)
        if row.left:
            self._draw_left(line, row.left, row.after)

    def _draw_bar(self, y: float, row: Row) -> None:
        """Draw the bar of a factor, and the factor beside it."""
        canvas, theme = self.canvas, self.theme
        start = self._place(row.before)
        if not math.isfinite(row.after):
            self._draw_end(y, row, start)
            return
        end = self._place(row.after)
        x, width = min(start, end), abs(end - start)
        if width < 2:
            canvas.rectangle(start - 1.5, y - BAR / 2, 3, BAR, theme.text)
            x, width = start - 1.5, 3
        else:
            self._draw_filled(x, y, width, row)
        room = 12 * LETTER * len(row.factor) + 6
        if x - room > self.chart:
            canvas.text(x - 5, y, row.factor, 12, align="right")
        else:
            canvas.text(x + width + 5, y, row.factor, 12)

    def _draw_filled(self, x: float, y: float, width: float, row: Row) -> None:
        """Fill a bar in the way of its kind."""
        canvas, theme = self.canvas, self.theme
        fill = fill_of(row.kind, theme)
        tooltip = f"{row.name} {row.factor} ({row.what})"
        canvas.rectangle(x, y - BAR / 2, width, BAR, fill, outline=theme.text, tooltip=tooltip)
        if row.kind == "weight":
            for i in range(1, math.ceil(width / 6)):
                canvas.rectangle(x + 6 * i - 3, y - BAR / 2 + 1, 2, BAR - 2, theme.background)
        if row.kind == "leaf":
            canvas.rectangle(x, y - 1, width, 2, theme.text)

    def _draw_end(self, y: float, row: Row, start: float) -> None:
        """Draw a factor behind which nothing is left, or no number."""
        canvas, theme = self.canvas, self.theme
        if row.after < 0:
            canvas.rectangle(
                self.chart + 1, y - BAR / 2, start - self.chart - 1, BAR, theme.background,
                outline=theme.text, outline_style="dotted",
            )  # fmt: skip
            words = f"{row.factor}: nothing gets through"
            canvas.text((self.chart + start) / 2, y, words, 12, align="center")
            return
        canvas.rectangle(
            start - BAR / 2, y - BAR / 2, BAR, BAR, theme.background, outline=theme.invalid
        )
        canvas.text(start, y, "✕", 12, align="center")
        canvas.text(start - BAR, y, row.factor, 12, align="right")

    def _draw_link(self, line: int, end: float, start: float) -> None:
        """Draw the line down to the next bar, if that starts where this one ends."""
        if math.isfinite(end) and abs(end - start) < NOTICEABLE:
            y = self._middle(line) + BAR / 2
            self.canvas.rectangle(self._place(end) - 0.5, y, 1, PITCH - BAR, self.theme.muted)

    def _draw_left(self, line: int, words: str, r: float) -> None:
        """Write what is left, on the colour of its size."""
        canvas, theme, y = self.canvas, self.theme, self._middle(line)
        shown = _magnitude(r)
        fill, color, outline, style = theme.background, theme.text, theme.text, "solid"
        if shown.state == "known":
            fill, color = theme.steps[shown.step], theme.text_on(shown.step)
        elif shown.state == "invalid":
            outline, words = theme.invalid, f"✕ {words}"
        else:
            style = "dotted"
        canvas.rectangle(
            self.chip, y - 10, CHIP, 20, fill, outline=outline, outline_style=style, rounded=True
        )
        canvas.text(self.chip + CHIP / 2, y, words, 12, color=color, align="center")

    def _draw_marker(self, x: float, y: float, kind: str) -> None:
        half = 6 if kind == "weight" else 5
        self.canvas.rectangle(
            x + 6 - half, y - half, 2 * half, 2 * half, fill_of(kind, self.theme),
            outline=self.theme.text, shape=SHAPES[kind],
        )  # fmt: skip

    def draw_legend(self, kinds: Sequence[str], y: float) -> None:
        """Draw a marker and a piece of bar for each kind that occurs."""
        x: float = MARGIN
        for kind in kinds:
            self._draw_marker(x, y, kind)
            self._draw_filled(x + 20, y, 36, Row("", WORDS[kind], kind, "", 0.0, 0.0, ""))
            self.canvas.text(x + 64, y, WORDS[kind], 12)
            x += 64 + 6 * len(WORDS[kind]) + 24


def fill_of(kind: str, theme: Theme) -> str:
    """Return the colour of a kind of factors; nothing is told by it alone."""
    hues = {"activation": theme.leaf, "weight": theme.parameter}
    return hues.get(kind, theme.background)


def _magnitude(r: float) -> Magnitude:
    if math.isfinite(r):
        return Magnitude("known", r, step_of(r))
    return Magnitude("zero" if r < 0 else "invalid")
