"""`GradientFlow`s as plots: ratios on a logarithmic axis, and the course of a training as heat map.

Drawn with matplotlib, which is imported when a plot is asked for. Colours and thresholds are those
of `style`. No fact is told by colour alone: bands have words, lines have markers, and an exact 0
and nan or inf have signs of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.viz.flow_reading import chosen
from tinygrad_edu.viz.style import BOUNDS, RANGES, STEPS, Theme, magnitude
from tinygrad_edu.viz.style import theme as theme_named

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_of_loss import GradientFlow
    from tinygrad_edu.viz.flow_record import FlowHistory

STRIP = 0.08
"""The room for 0, and for nan and inf, as a share of the axis."""

DECADES = (-6, 3)
"""The decades that an axis shows at least."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":")
MOST_NAMES = 32  # layers that are named beside a plot
MOST_BLOCKS = 40  # and blocks, with shorter names
HUES = {
    "light": ("#0072b2", "#d55e00", "#008560", "#aa4488", "#7a5c00", "#333333", "#6a3d9a"),
    "dark": ("#56b4e9", "#e69f00", "#2fd3a5", "#e79ad0", "#f0e442", "#e6edf3", "#ff8a5c"),
}
"""The lines of several networks: Okabe and Ito's hues, darker or lighter for contrast."""


def pyplot() -> Any:
    """Import matplotlib's pyplot, or say how to get it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(
            "plots are drawn with matplotlib, which is not installed: pip install matplotlib; "
            ".table() and .graph() do without it"
        ) from None
    return plt


def new_axes(ax: Any, colors: Theme, size: tuple[float, float]) -> Any:
    """Return the axes that were given, or new ones of a size in inches, in the theme's colours."""
    if ax is None:
        _, ax = pyplot().subplots(figsize=size, layout="constrained")
        ax.figure.set_facecolor(colors.background)
    ax.set_facecolor(colors.background)
    ax.tick_params(colors=colors.text, which="both", labelsize=9)
    for spine in ax.spines.values():
        spine.set_color(colors.rule)
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(colors.text)
    return ax


# --- the layers of one backward pass -------------------------------------------------------------


def plot_flows(
    flows: Sequence[GradientFlow], ax: Any = None, *, theme: str = "light", limits: Any = None
) -> Any:
    """Plot the ratio of each layer, the loss on top; see `GradientFlow.plot`."""
    colors = _theme(theme)
    count = max(len(flow.layers) for flow in flows)
    ax = new_axes(ax, colors, (7.5, 2.1 + 0.26 * min(count, MOST_NAMES)))
    low, high = _decades(flows, limits)
    states = {magnitude(layer.ratio).state for flow in flows for layer in flow.layers}
    room = STRIP * (high - low)
    ends = (low - room * ("zero" in states), high + room * ("invalid" in states))
    _draw_bands(ax, colors, low, high)
    _draw_strips(ax, colors, (low, high), ends)
    for i, flow in enumerate(flows):
        hue = HUES[theme][i % len(HUES[theme])] if len(flows) > 1 else None
        line = _Line(flow, i / len(flows), hue, LINES[i % 4], MARKERS[i % len(MARKERS)])
        _draw_line(ax, colors, line, (low, high), room)
    _name_layers(ax, flows, count)
    ax.set_xlim(10.0 ** ends[0], 10.0 ** ends[1])
    ax.set_ylim(count - 0.5, -0.9)
    references = list(dict.fromkeys(flow.reference for flow in flows))
    own = "its own reference layer, " if len(references) > 1 else ""
    words = f"norm of ∂L/∂output, relative to that of {own}{' or '.join(references)}"
    ax.set_xlabel(words, color=colors.text)
    title = f"{flows[0].name}: {flows[0].verdict}" if len(flows) == 1 else "The gradient by layer"
    ax.set_title(title, color=colors.text, fontsize=11, fontweight="bold", pad=34, loc="left")
    _draw_legend(ax, colors)
    return ax


def _theme(name: str) -> Theme:
    """Return a theme by name; a plot has no automatic one."""
    if name not in HUES:
        raise ValueError(f"theme is 'light' or 'dark', not {name!r}")
    return theme_named(name)


def _decades(flows: Sequence[GradientFlow], limits: Any) -> tuple[int, int]:
    """Choose whole decades for an axis: those asked for, or as many as the ratios need."""
    if limits is not None:
        low, high = limits
        if not 0 < low < high < math.inf:
            raise ValueError(f"limits are two ratios, the smaller one first, not {limits!r}")
        return math.floor(math.log10(low)), math.ceil(math.log10(high))
    found = [magnitude(layer.ratio).r for flow in flows for layer in flow.layers]
    known = [r for r in found if math.isfinite(r)]
    return (
        max(min([math.floor(r - 0.2) for r in known] + [DECADES[0]]), -300),
        min(max([math.ceil(r + 0.2) for r in known] + [DECADES[1]]), 300),
    )


def _draw_bands(ax: Any, colors: Theme, low: int, high: int) -> None:
    """Shade the steps of a gradient's size, and write their words above."""
    ax.set_xscale("log")
    edges = [low, *(bound for bound in BOUNDS if low < bound < high), high]
    words: dict[str, list[float]] = {}
    for left, right in pairwise(edges):
        step = magnitude(10.0 ** ((left + right) / 2)).step
        ax.axvspan(10.0**left, 10.0**right, color=colors.steps[step], alpha=0.3, lw=0, zorder=0)
        words.setdefault(STEPS[step], []).extend((left, right))
    for word, places in words.items():
        ax.annotate(
            word,
            (10.0 ** ((places[0] + places[-1]) / 2), 1.0),
            (0, 4),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            color=colors.text,
            fontsize=8,
            rotation=28,
            rotation_mode="anchor",
        )
    for bound in edges[1:-1]:
        ax.axvline(10.0**bound, color=colors.muted, lw=0.8, zorder=1)
    step = math.ceil((high - low) / 12)
    ticks = [r for r in range(low, high + 1) if r % step == 0]
    ax.set_xticks([10.0**r for r in ticks], [_power(r) for r in ticks])
    ax.minorticks_off()


def _draw_strips(
    ax: Any, colors: Theme, inner: tuple[int, int], outer: tuple[float, float]
) -> None:
    """Set the places of what has no logarithm apart: 0 to the left, nan and inf to the right."""
    for edge, end, words in (
        (inner[0], outer[0], "exactly 0"),
        (inner[1], outer[1], "nan or inf"),
    ):
        if edge == end:
            continue
        ax.axvline(10.0**edge, color=colors.text, lw=1.6, zorder=2)
        place = (10.0 ** ((edge + end) / 2), 1.0)
        ax.annotate(
            words,
            place,
            (0, 4),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            color=colors.text,
            fontsize=8,
            rotation=28,
            rotation_mode="anchor",
        )


def _power(r: int) -> str:
    """Write a power of ten: `0.1`, `10⁻³` as matplotlib sets it."""
    return {-1: "0.1", 0: "1", 1: "10", 2: "100"}.get(r, f"$10^{{{r}}}$")


@dataclass(frozen=True)
class _Line:
    """How one network is drawn: `shift` tells its marks from those of others at the same place."""

    flow: GradientFlow
    shift: float
    hue: str | None
    dashes: str
    marker: str


def _draw_line(ax: Any, colors: Theme, line: _Line, ends: tuple[int, int], room: float) -> None:
    """Draw one network: a line with a marker for each layer, the last one on top."""
    layers = line.flow.layers[::-1]
    shown = [magnitude(layer.ratio) for layer in layers]
    ratios = [10.0**m.r if m.state == "known" else math.nan for m in shown]
    places = list(range(len(shown)))
    ink = line.hue or colors.text
    ax.plot(ratios, places, line.dashes, color=ink, lw=1.6, zorder=3)
    fills = [
        line.hue or (colors.steps[m.step] if layer.is_judged else colors.background)
        for m, layer in zip(shown, layers, strict=True)
    ]
    look = {"edgecolors": colors.text, "linewidths": 1.0, "marker": line.marker, "s": 46}
    ax.scatter(ratios, places, c=fills, zorder=4, **look)
    if line.hue:
        words = f"{line.flow.name}: {line.flow.verdict}"
        ax.plot([], [], line.dashes, color=ink, marker=line.marker, mec=colors.text, label=words)
    shift = (0.2 + 0.6 * line.shift) * room
    for state, x in (("zero", ends[0] - shift), ("invalid", ends[1] + shift)):
        at = [i for i, m in enumerate(shown) if m.state == state]
        fill = line.hue or (colors.invalid if state == "invalid" else colors.background)
        sign = {"marker": "X"} if state == "invalid" and not line.hue else {}
        ax.scatter([10.0**x] * len(at), at, c=[fill] * len(at), zorder=4, **{**look, **sign})
    for place, layer, ratio in zip(places, layers, ratios, strict=True):
        note = None if line.hue else layer.note  # those of several networks would cover each other
        if note and math.isfinite(ratio):
            paper = {"boxstyle": "round,pad=0.15", "fc": colors.background, "ec": "none"}
            ax.annotate(note, (ratio, place), (9, 0), textcoords="offset points", va="center",
                        color=colors.text, fontsize=8, zorder=5, bbox=paper)  # fmt: skip


def _name_layers(ax: Any, flows: Sequence[GradientFlow], count: int) -> None:
    """Name the layers beside the plot, or say their distance from the loss if names differ."""
    rows = [
        {flow.layers[-1 - i].title for flow in flows if i < len(flow.layers)} for i in range(count)
    ]
    paths = [{title.partition(":")[0] for title in row} for row in rows]
    if all(len(row) == 1 for row in rows):
        names = named([row.pop() for row in rows])
    elif all(len(row) == 1 for row in paths):
        names = named([row.pop() for row in paths])
    else:
        names = {i: f"last − {i}" if i else "last" for i in chosen(count, MOST_NAMES)}
    ax.set_yticks(list(names), list(names.values()))


def named(titles: Sequence[str]) -> dict[int, str]:
    """Choose names for layers by place: of all, or of the blocks that they belong to.

    A block is named at the middle of its layers. Where there are still too many, some are left out
    at even steps.

    >>> layers = [f"blocks.{i}.{part}: Linear" for i in (1, 0) for part in ("c", "b", "a")]
    >>> named(layers)[1]
    'blocks.1.b: Linear'
    >>> {place: name for place, name in named([*layers * 9, "head: Linear"]).items() if place < 7}
    {1: 'blocks.1', 4: 'blocks.0'}
    """
    if len(titles) <= MOST_NAMES:
        return dict(enumerate(titles))
    paths = [title.partition(":")[0].split(".") for title in titles]
    found = dict(enumerate(titles))
    for depth in range(max(map(len, paths)) - 1, 0, -1):
        starts = [i for i, x in enumerate(paths) if not i or x[:depth] != paths[i - 1][:depth]]
        if len(starts) < MOST_NAMES // 4:
            break
        ends = [*starts[1:], len(titles)]
        found = {
            (i + end) // 2: titles[i] if end == i + 1 else ".".join(paths[i][:depth])
            for i, end in zip(starts, ends, strict=True)
        }
        if len(found) <= MOST_BLOCKS:
            return found
    places = list(found)
    return {places[i]: found[places[i]] for i in chosen(len(places), MOST_NAMES)}


def _draw_legend(ax: Any, colors: Theme) -> None:
    handles, names = ax.get_legend_handles_labels()
    unique = {name: handle for handle, name in zip(handles, names, strict=True) if name[:1] != "_"}
    if unique:
        legend = ax.legend(
            unique.values(), unique.keys(), fontsize=9, loc="best", labelcolor=colors.text
        )
        legend.get_frame().set(facecolor=colors.background, edgecolor=colors.rule, alpha=0.92)


# --- the course of a training --------------------------------------------------------------------


def plot_history(
    history: FlowHistory, ax: Any = None, *, theme: str = "light", absolute: bool = False
) -> Any:
    """Draw layers × steps, coloured by log10 |grad|; see `FlowHistory.plot`."""
    colors = _theme(theme)
    layers = history.layers
    ax = new_axes(ax, colors, (8.5, 1.9 + 0.26 * min(len(layers), MOST_NAMES)))
    sizes = history.array("norm" if absolute else "ratio")[::-1]
    with np.errstate(all="ignore"):
        logs = np.log10(sizes)
    shown = np.ma.masked_invalid(logs)
    image = _draw_absolute(ax, shown) if absolute else _draw_relative(ax, colors, shown)
    _mark(ax, sizes == 0, colors.text, "....")
    _mark(ax, history.invalid()[::-1], colors.invalid, "xxxx")
    names = named(layers[::-1])
    ax.set_yticks(list(names), list(names.values()))
    steps = history.steps
    every = next(
        n for n in (10**k * m for k in range(9) for m in (1, 2, 5)) if len(steps) <= 10 * n
    )
    marked = range(0, len(steps), every)
    ax.set_xticks(marked, [str(steps[i]) for i in marked])
    ax.set_xlabel("backward pass", color=colors.text)
    first, last = history[0], history[-1]
    title = f"{first.name}: {first.verdict} at first, {last.verdict} at the end"
    ax.set_title(title, color=colors.text, fontsize=11, fontweight="bold", loc="left")
    words = "norm of ∂L/∂output" + ("" if absolute else f", relative to {last.reference}")
    _draw_scale(ax, colors, image, words, absolute)
    _draw_states(ax, colors, bool((sizes == 0).any()), bool(history.invalid().any()))
    return ax


def _draw_relative(ax: Any, colors: Theme, shown: Any) -> Any:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    edges = [min(-7.0, BOUNDS[0] - 2), *BOUNDS, BOUNDS[-1] + 2]
    palette = ListedColormap(list(colors.steps)).with_extremes(
        bad=colors.background, under=colors.steps[0], over=colors.steps[-1]
    )
    return ax.imshow(shown, aspect="auto", interpolation="nearest", cmap=palette,
                     norm=BoundaryNorm(edges, 7))  # fmt: skip


def _draw_absolute(ax: Any, shown: Any) -> Any:
    return ax.imshow(shown, aspect="auto", interpolation="nearest", cmap="cividis", vmin=-10,
                     vmax=2)  # fmt: skip


def _mark(ax: Any, where: Any, color: str, hatch: str) -> None:
    """Hatch the cells whose gradient is in a state that has no size."""
    if not where.any():
        return
    edges = [np.arange(n + 1) - 0.5 for n in where.shape[::-1]]
    cells = np.ma.masked_where(~where, np.ones(where.shape))
    drawn = ax.pcolor(*edges, cells, hatch=hatch, facecolor="none", edgecolor=color, linewidth=0)
    drawn.set(facecolor="none")


def _draw_scale(ax: Any, colors: Theme, image: Any, words: str, absolute: bool) -> None:
    """Draw the legend of colours: words at the steps, or decades."""
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.02)
    bar.outline.set_edgecolor(colors.text)
    if absolute:
        ticks = range(-10, 3, 2)
        bar.set_ticks(list(ticks), labels=[_power(r) for r in ticks])
    else:
        edges = image.norm.boundaries
        bar.set_ticks(
            [(a + b) / 2 for a, b in pairwise(edges)],
            labels=[f"{word} ({bound})" for word, bound in zip(STEPS, RANGES, strict=True)],
        )
        bar.ax.minorticks_off()
    bar.ax.tick_params(colors=colors.text, labelsize=8, length=0 if not absolute else 3)
    bar.set_label(words, fontsize=9, color=colors.text)


def _draw_states(ax: Any, colors: Theme, zero: bool, invalid: bool) -> None:
    from matplotlib.patches import Patch

    states = [("0: exactly zero", colors.text, "....")] * zero
    states += [("✕: nan or inf", colors.invalid, "xxxx")] * invalid
    if states:
        patches = [
            Patch(facecolor=colors.background, edgecolor=color, hatch=hatch, label=words)
            for words, color, hatch in states
        ]
        legend = ax.legend(handles=patches, fontsize=8, loc="upper right", labelcolor=colors.text,
                           bbox_to_anchor=(1.0, -0.08), ncols=2)  # fmt: skip
        legend.get_frame().set(facecolor=colors.background, edgecolor=colors.rule)
