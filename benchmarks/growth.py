"""How times grow with the size of the work: the workloads and the pictures of docs/growth.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.page import NAMES
from benchmarks.results import Entry
from benchmarks.rounds import duration
from benchmarks.suite import Workload, nodes
from tinygrad_edu.viz.flow_plot import HUES, new_axes, pyplot
from tinygrad_edu.viz.style import theme

RUNNERS = ("eager", "compiled", "floor", "torch", "autograd", "mygrad", "jax")

BLUE, ORANGE, GREEN, PINK, BROWN, BLACK, VIOLET = HUES["light"]
LOOKS = {
    "eager": (BLUE, "-", "o"),
    "compiled": (BLUE, "--", "s"),
    "floor": (BLACK, ":", "."),
    "torch": (ORANGE, "-", "^"),
    "autograd": (GREEN, "-", "v"),
    "mygrad": (PINK, "-", "D"),
    "micrograd": (BROWN, "-", "P"),
    "jax": (VIOLET, "-", "X"),
}
"""A runner's hue, its line and its marker: the same in every picture."""


class Series(NamedTuple):
    """Workloads of growing size.

    Attributes:
        group: what `--only` calls it, and the name of its picture.
        label: of the axis.
        points: the sizes.
        what: what is timed.
    """

    group: str
    label: str
    points: tuple[int, ...]
    what: str

    def title(self, point: int) -> str:
        """Return the title of the workload of a size."""
        return f"{self.group} {point:,}"

    def layers(self, point: int) -> tuple[list[int], int]:
        """Return the sizes of the layers and the batch."""
        if self.group == "batch":
            return [64, 64, 64, 10], point
        return ([point] * 4, 32) if self.group == "width" else ([64] * (point + 1), 32)


SERIES = [
    Series("batch", "samples in a batch", (1, 4, 16, 64, 256, 1024, 4096),
           "a step of training, MLP 64-64-64-10"),
    Series("width", "width of the layers", (4, 16, 64, 128, 256, 512, 1024),
           "a step of training, three layers, batch 32"),
    Series("depth", "layers", (1, 2, 4, 8, 16, 32),  # deeper, gradients are too small for float32
           "a step of training, layers of 64, batch 32"),
]  # fmt: skip

WORKLOADS = [
    Workload(series.group, series.title(point), ("mlp", list(series.layers(point))), RUNNERS,
             budget=5.0)
    for series in SERIES
    for point in series.points
]  # fmt: skip


def draw(entries: Sequence[Entry], directory: Path) -> None:
    """Write a picture of each series that was measured, `growth-….svg`."""
    chains = [entry for entry in entries if entry.group == "chain"]
    _picture(
        {nodes(entry.title): entry for entry in chains},
        "nodes of the graph", "`backward` on a chain of products of single numbers",
        directory / "growth-nodes.svg",
    )  # fmt: skip
    for series in SERIES:
        titles = {series.title(point): point for point in series.points}
        found = {titles[e.title]: e for e in entries if e.group == series.group}
        _picture(found, series.label, series.what, directory / f"growth-{series.group}.svg")


def _picture(measured: dict[int, Entry], label: str, what: str, file: Path) -> None:
    if len(measured) < 2:
        return
    plt, colors = pyplot(), theme("light")
    ax = new_axes(None, colors, (7.5, 4.6))
    ends = {name: _line(ax, measured, name) for name in LOOKS}
    ax.set(xscale="log", yscale="log", xlabel=label, ylabel="time of the processor")
    ax.set_xticks(sorted(measured), [f"{x:,}" for x in sorted(measured)])
    ax.set_xticks([], minor=True)
    ax.yaxis.set_major_formatter(lambda seconds, _: duration(seconds))
    ax.yaxis.set_minor_formatter("")
    ax.set_title(what.replace("`", ""), loc="left", fontsize=11, color=colors.text)
    ax.grid(True, color=colors.rule, linewidth=0.5)
    ax.spines[["top", "right"]].set_visible(False)
    _name_lines(ax, {name: end for name, end in ends.items() if end})
    with plt.rc_context({"svg.hashsalt": file.name, "svg.fonttype": "path"}):
        ax.figure.savefig(file, metadata={"Date": None})
    plt.close(ax.figure)


def _line(ax: Any, measured: dict[int, Entry], name: str) -> tuple[float, float] | None:
    """Draw the medians of a runner; return where its line ends."""
    points = sorted(
        (x, entry.timings[name].median)
        for x, entry in measured.items()
        if name in entry.timings and entry.timings[name].seconds
    )
    if not points:
        return None
    color, style, marker = LOOKS[name]
    width = 2.2 if name in ("eager", "compiled") else 1.4
    xs, ys = zip(*points, strict=True)
    ax.plot(xs, ys, style, color=color, marker=marker, markersize=5, linewidth=width)
    return points[-1]


def _name_lines(ax: Any, ends: dict[str, tuple[float, float]]) -> None:
    """Write the names beside the ends of the lines, apart from each other."""
    low, high = ax.get_ylim()
    ax.figure.canvas.draw()  # the room of the axes is known only now
    to_share = (ax.transData + ax.transAxes.inverted()).transform
    gap = 0.19 * ax.figure.dpi / ax.get_window_extent().height
    ordered = sorted(ends.items(), key=lambda end: end[1][1])
    places: list[float] = []
    for k, (_, end) in enumerate(ordered):
        room_above = 1.0 - gap * (len(ordered) - 1 - k)
        place = min(float(to_share(end)[1]), room_above)
        places.append(max(place, places[-1] + gap) if places else place)
    for (name, (x, y)), place in zip(ordered, places, strict=True):
        color = LOOKS[name][0]
        ax.annotate(
            NAMES.get(name, name).replace("`", ""), (x, y), (1.02, place),
            textcoords="axes fraction", color=color, fontsize=9, va="center",
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.6, "alpha": 0.6,
                        "relpos": (0, 0.5)},
        )  # fmt: skip
    ax.set_ylim(low, high)
