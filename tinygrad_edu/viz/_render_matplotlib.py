"""Paint a finished Graphviz layout as png or pdf with matplotlib, which brings its own fonts.

For machines where the Graphviz inside pygraphviz lays out but cannot paint
(`_render_worker.NO_CAIRO`): bare Linux containers without X11 or without any font. The layout comes
as Graphviz's JSON, whose drawing operations (https://graphviz.org/docs/outputs/canon/#xdot) are
read here one by one. Of a colour gradient the first colour is used; images are left out.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

FORMATS = ("png", "pdf")
LAYERS = ("_draw_", "_tdraw_", "_hdraw_", "_ldraw_", "_tldraw_", "_hldraw_")
PAD = 4.0  # points around the drawing, as Graphviz has it
BOLD, ITALIC = 1, 2  # the bits of Graphviz's `fontchar`


@dataclass
class Pen:
    """What the drawing operations so far have set: colours, line and font; lengths in points."""

    scale: float
    line_color: str = "#000000"
    fill_color: str = "none"
    line_width: float = 1.0
    line_style: str = "solid"
    font_size: float = 14.0
    font_face: str = "times"
    font_flags: int = 0

    def set(self, step: dict[str, Any]) -> None:
        """Apply an operation that draws nothing; anything unknown is passed over."""
        match step["op"]:
            case "c":
                self.line_color = first_color(step)
            case "C":
                self.fill_color = first_color(step)
            case "F":
                self.font_size, self.font_face = step["size"], step["face"].lower()
            case "t":
                self.font_flags = step["fontchar"]
            case "S" if step["style"].startswith("setlinewidth("):
                self.line_width = float(step["style"][len("setlinewidth(") : -1])
            case "S" if step["style"] in ("solid", "dashed", "dotted"):
                self.line_style = step["style"]


def paint(layout: bytes, image_format: str) -> bytes:
    """Return the picture of a layout.

    Args:
        layout: What Graphviz writes for the format `json`.
        image_format: One of `FORMATS`.

    Raises:
        ImportError: matplotlib is not installed.
    """
    graph = json.loads(layout)
    figure, axes, scale = blank_page(graph)
    for item in (graph, *graph.get("objects", ()), *graph.get("edges", ())):
        for layer in LAYERS:
            pen = Pen(scale)
            for step in item.get(layer, ()):
                if step["op"] == "T":
                    write(axes, step, pen)
                elif step["op"] in "eEpPbBL":
                    axes.add_patch(outline(step, pen))
                else:
                    pen.set(step)
    picture = io.BytesIO()
    undated = {"CreationDate": None} if image_format == "pdf" else {}
    figure.savefig(picture, format=image_format, metadata=undated)
    return picture.getvalue()


def blank_page(graph: dict[str, Any]) -> tuple[Figure, Axes, float]:
    """Return a figure of the layout's size, axes measured in points, and the scale of the page."""
    from matplotlib.figure import Figure

    left, bottom, right, top = (float(number) for number in graph["bb"].split(","))
    width, height = right - left + 2 * PAD, top - bottom + 2 * PAD
    scale = page_scale(graph.get("size", ""), width / 72, height / 72)
    background = graph.get("bgcolor", "white").split(":")[0].split(";")[0]
    figure = Figure(
        figsize=(width / 72 * scale, height / 72 * scale),
        dpi=float(graph.get("dpi", 96)),
        facecolor="none" if background == "transparent" else background,
    )
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(left - PAD, right + PAD), ylim=(bottom - PAD, top + PAD))
    return figure, axes, scale


def page_scale(size: str, width: float, height: float) -> float:
    """Return the factor that Graphviz's `size` asks for, in inches.

    >>> page_scale("3,9", 6, 9)
    0.5
    >>> page_scale("12,18", 6, 9), page_scale("12,18!", 6, 9)
    (1.0, 2.0)
    """
    if not size:
        return 1.0
    limits = [float(number) for number in size.rstrip("!").split(",")]
    fit = min(limits[0] / width, limits[-1] / height)
    return fit if size.endswith("!") else min(1.0, fit)


def outline(step: dict[str, Any], pen: Pen) -> Patch:
    """Return the patch of a shape; the capital letters among the operations are the filled ones."""
    from matplotlib.patches import Ellipse, PathPatch, Polygon
    from matplotlib.path import Path

    look: dict[str, Any] = {
        "facecolor": pen.fill_color if step["op"] in "EPB" else "none",
        "edgecolor": pen.line_color,
        "linewidth": pen.line_width * pen.scale,
        "linestyle": pen.line_style,
    }
    if step["op"] in "eE":
        x, y, half_width, half_height = step["rect"]
        return Ellipse((x, y), 2 * half_width, 2 * half_height, **look)
    if step["op"] in "pP":
        return Polygon(step["points"], closed=True, **look)
    join = Path.LINETO if step["op"] == "L" else Path.CURVE4
    codes = [Path.MOVETO] + [join] * (len(step["points"]) - 1)
    return PathPatch(Path(step["points"], codes), **look)


def write(axes: Axes, step: dict[str, Any], pen: Pen) -> None:
    """Write one line of text, never wider than the room the layout kept for it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    text, (x, y) = step["text"], step["pt"]
    if not text.strip():
        return
    font = FontProperties(
        family=families(pen.font_face),
        size=pen.font_size,
        weight="bold" if pen.font_flags & BOLD or "bold" in pen.font_face else "normal",
        style="italic" if pen.font_flags & ITALIC or "italic" in pen.font_face else "normal",
    )
    letters = TextPath((0, 0), text.replace("$", r"\$"), prop=font)
    width = letters.vertices[:, 0].max(initial=0.01)  # get_extents() is 10 times slower
    font.set_size(pen.font_size * pen.scale * min(1.0, step["width"] / width))
    axes.text(
        x,
        y,
        text,
        fontproperties=font,
        color=pen.line_color,
        horizontalalignment={"l": "left", "c": "center", "r": "right"}[step["align"]],
        verticalalignment="baseline",
        parse_math=False,
    )


def families(face: str) -> list[str]:
    """Return matplotlib's own fonts that stand in for a face; the last one knows the most signs."""
    if "courier" in face or "mono" in face:
        return ["DejaVu Sans Mono", "DejaVu Sans"]
    if "times" in face:
        return ["STIXGeneral", "DejaVu Sans"]
    return ["DejaVu Sans"]


def first_color(step: dict[str, Any]) -> str:
    """Return the colour of an operation; of a gradient, the first."""
    return str(step["color"] if step["grad"] == "none" else step["stops"][0]["color"])
