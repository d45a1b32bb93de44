"""Gradient flow as a figure: networks side by side, layer under layer, on one logarithmic scale.

Each layer is a box and a bar in the colour of its gradient; the arrows between the boxes get thinner
as the gradient does. The title says what is to be seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tinygrad_edu.viz.canvas import Canvas
from tinygrad_edu.viz.flow import ChainFlow, NetworkFlow
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import BOUNDS, STEPS, Magnitude, magnitude, number, width

WIDTHS = {1: 620, 2: 440, 3: 350, 4: 300}  # of a panel, by how many stand side by side
MARGIN, GAP, HEADER, PITCH, BOX = 28, 28, 70, 33, 22
MOST_ROWS = 24
LEGEND_BOUNDS = ("≤ 1e-5", "to 1e-3", "to 0.1", "to 10", "to 70", "to 1e4", "above")


@dataclass(frozen=True)
class Row:
    """One layer of a panel: what it is called, and its gradient next to a healthy one."""

    name: str
    ratio: float


@dataclass(frozen=True)
class Panel:
    """One network or chain: from where the gradient starts down to where it ends."""

    title: str
    verdict: str
    sentence: str
    rows: Sequence[Row]
    source: str


def flow_figure(
    flows: Sequence[NetworkFlow] | Sequence[ChainFlow], about: str = "", theme: str = "auto"
) -> Digraph:
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
    panels = [_panel(flow) for flow in flows]
    columns = min(len(panels), 4)
    panel_width = WIDTHS[columns]
    panel_height = HEADER + PITCH * (max(len(panel.rows) for panel in panels) + 1) + 46
    lines = math.ceil(len(panels) / columns)
    page_width = max(2 * MARGIN + columns * panel_width + (columns - 1) * GAP, 700)
    page_height = 96 + lines * (panel_height + GAP) + 66
    canvas = Canvas(page_width, page_height, theme)
    _write_title(canvas, flows, about)
    axis = _axis(panels)
    for i, panel in enumerate(panels):
        x = MARGIN + (i % columns) * (panel_width + GAP)
        y = 96 + (i // columns) * (panel_height + GAP)
        _PanelPainter(canvas, x, y, panel_width, panel_height, axis).draw(panel)
    _draw_legend(canvas, MARGIN, page_height - 66, flows)
    return canvas.digraph


# --- what to draw ------------------------------------------------------------------------------------


def _panel(flow: NetworkFlow | ChainFlow) -> Panel:
    if isinstance(flow, ChainFlow):
        steps = chosen(len(flow.gradients))
        rows = [Row(f"step {i}", flow.gradients[i]) for i in reversed(steps)]
        result = f"{flow.factor:g}^{len(flow.gradients) - 1} = {number(flow.gradients[0])}"
        return Panel(f"× {flow.factor:g}", flow.verdict, f"gradient at step 0: {result}", rows, "1")
    rows = [Row(flow.layers[i].name, flow.layers[i].ratio) for i in chosen(len(flow.layers))]
    first = flow.layers[0].ratio
    share = f"1/{number(round(1 / first))}" if 0 < first < 0.1 else f"{number(first, 3)} times"
    sentence = f"layer 1 gets {share} of the gradient at the output"
    if not first > 0:
        sentence = f"the gradient in layer 1 is {number(first)}"
    return Panel(flow.name, flow.verdict, sentence, rows[::-1], "loss")


def chosen(count: int, most: int = MOST_ROWS) -> list[int]:
    """Choose at most so many of the places 0 to count − 1, in even steps, first and last included.

    >>> chosen(5), chosen(101, 11)
    ([0, 1, 2, 3, 4], [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    """
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def lesson(flows: Sequence[NetworkFlow] | Sequence[ChainFlow]) -> str:
    """Say in one sentence what is to be seen.

    >>> from tinygrad_edu.viz.flow import chain_flow
    >>> lesson([chain_flow(0.9), chain_flow(1.1), chain_flow(1.0)])
    '100 multiplications: by 0.9 the gradient vanishes, by 1.1 explodes, by 1 arrives'
    """
    first = flows[0]
    if isinstance(first, ChainFlow):
        scene, preposition = f"{len(first.gradients) - 1} multiplications", "by"
    else:
        scene, preposition = f"{len(first.layers) - 1} hidden layers", "with"
    verbs = {
        "dead": "stops at dead units",
        "exploding": "explodes",
        "vanishing": "vanishes",
        "growing": "grows",
        "weakening": "weakens",
        "healthy": "arrives",
    }
    groups: dict[str, list[str]] = {}
    for flow in flows:
        name = f"{flow.factor:g}" if isinstance(flow, ChainFlow) else flow.name
        groups.setdefault(verbs[flow.verdict], []).append(name)
    parts = []
    for verb, names in groups.items():
        who = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        parts.append(f"{preposition} {who} {'' if parts else 'the gradient '}{verb}")
    return f"{scene}: {', '.join(parts)}"


@dataclass(frozen=True)
class Axis:
    """The logarithmic scale that all panels share: from 10^low to 10^high."""

    low: int
    high: int

    def place(self, r: float) -> float:
        """Return where r = log10(ratio) lies, from 0 to 1."""
        return min(max((r - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self, most: int) -> list[int]:
        """Return at most so many whole r to write under the scale, 0 among them.

        >>> Axis(-6, 1).ticks(5)
        [-6, -4, -2, 0]
        """
        step = max(1, math.ceil((self.high - self.low) / most))
        return [r for r in range(self.low, self.high + 1) if r % step == 0]


def _axis(panels: Sequence[Panel]) -> Axis:
    known = [magnitude(row.ratio).r for panel in panels for row in panel.rows]
    known = [r for r in known if math.isfinite(r)] or [0.0]
    return Axis(min(math.floor(min(known) - 0.2), -2), max(math.ceil(max(known) + 0.2), 1))


# --- drawing -----------------------------------------------------------------------------------------


def _write_title(
    canvas: Canvas, flows: Sequence[NetworkFlow] | Sequence[ChainFlow], about: str
) -> None:
    canvas.text(MARGIN, 38, lesson(flows), 22, bold=True)
    canvas.text(MARGIN, 66, about, 13, color=canvas.theme.muted)


class _PanelPainter:
    """Draws one panel in a rectangle of the page."""

    def __init__(
        self, canvas: Canvas, x: float, y: float, width: float, height: float, axis: Axis
    ) -> None:
        self.canvas, self.theme, self.axis = canvas, canvas.theme, axis
        self.x, self.y, self.width, self.height = x, y, width, height
        self.box_width = 76.0
        self.left = x + self.box_width + 14
        self.room = x + width - self.left
        self.top = y + HEADER

    def draw(self, panel: Panel) -> None:
        """Draw the panel."""
        self._draw_header(panel)
        self._draw_scale(len(panel.rows))
        self._draw_box(0, panel.source, None)
        for i, row in enumerate(panel.rows):
            shown = magnitude(row.ratio)
            self._draw_arrow(i, shown)
            self._draw_box(i + 1, row.name, shown)
            self._draw_bar(i + 1, row.ratio, shown)

    def _draw_header(self, panel: Panel) -> None:
        canvas, theme = self.canvas, self.theme
        canvas.text(self.x, self.y + 12, panel.title, 19, bold=True)
        shown = magnitude(panel.rows[-1].ratio)
        pill = 16 + 8 * len(panel.verdict)
        fill, outline, color = self._colors(shown)
        canvas.rectangle(
            self.x + self.width - pill, self.y + 1, pill, 24, fill, outline=outline, rounded=True
        )
        canvas.text(
            self.x + self.width - pill / 2, self.y + 13, panel.verdict, 14, color=color, align="center"
        )
        canvas.text(self.x, self.y + 40, panel.sentence, 13, color=theme.muted)

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
        for low, high in zip(edges, edges[1:], strict=False):
            x, end = (self.left + self.room * axis.place(r) for r in (low, high))
            step = magnitude(10 ** ((low + high) / 2)).step if abs(low + high) < 600 else 0
            if STEPS[step] == "healthy":
                canvas.rectangle(x, top, end - x, bottom - top, theme.panel)
            canvas.rectangle(x, bottom, end - x, 6, theme.steps[step], tooltip=STEPS[step])
        for r in axis.ticks(max(int(self.room / 44), 2)):
            x = self.left + self.room * axis.place(r)
            canvas.line((x, top), (x, bottom), theme.rule, 0.5)
            words = "1" if r == 0 else f"1e{r}"
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

    def _draw_arrow(self, line: int, shown: Magnitude) -> None:
        """Draw the arrow down to the box of the next line."""
        theme, x = self.theme, self.x + self.box_width / 2
        start, end = self._middle(line) + BOX / 2 + 1, self._middle(line + 1) - BOX / 2 - 1
        color = theme.steps[shown.step] if shown.state == "known" else theme.text
        color = theme.invalid if shown.state == "invalid" else color
        style = "dotted" if shown.state == "zero" else "solid"
        self.canvas.line((x, start), (x, end), color, width(shown), style=style, arrow=True)

    def _draw_bar(self, line: int, ratio: float, shown: Magnitude) -> None:
        """Draw the bar of a layer, and its number behind it or, where there is no room, in it."""
        canvas, theme, y = self.canvas, self.theme, self._middle(line)
        words = f"✕ {number(ratio)}" if shown.state == "invalid" else number(ratio, 2)
        length = self.room * self.axis.place(shown.r) if shown.state == "known" else 0.0
        if length:
            fill = theme.steps[shown.step]
            canvas.rectangle(self.left, y - 8, length, 16, fill, outline=theme.text)
        if length + 60 < self.room:
            canvas.text(self.left + length + 5, y, words, 13)
        else:
            color = theme.text_on(shown.step)
            canvas.text(self.left + length - 5, y, words, 13, color=color, align="right")


def _draw_legend(
    canvas: Canvas, x: float, y: float, flows: Sequence[NetworkFlow] | Sequence[ChainFlow]
) -> None:
    """Draw what the colours mean."""
    theme = canvas.theme
    chain = isinstance(flows[0], ChainFlow)
    what = "∂y/∂x at each step" if chain else "mean |∂L/∂activation| of each layer"
    canvas.text(x, y, f"Colour, bar and arrow: {what}, next to the last one (logarithmic)", 13)
    for i, (word, bound) in enumerate(zip(STEPS, LEGEND_BOUNDS, strict=True)):
        left = x + 92 * i
        canvas.rectangle(left, y + 16, 84, 10, theme.steps[i], outline=theme.text)
        canvas.text(left, y + 35, word, 12)
        canvas.text(left, y + 49, bound, 11, color=theme.muted)
