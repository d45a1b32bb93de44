"""A page to draw on by coordinates, in whatever format Graphviz writes: svg, png, pdf.

Every shape is a node that is pinned where it belongs; a line is a thin rectangle.
Coordinates are points (1/72 inch) from the top left corner, y downwards.
"""

from __future__ import annotations

from tinygrad_edu.viz import labels
from tinygrad_edu.viz.adaptive import AdaptiveDigraph
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import CSS_CLASS, FONT
from tinygrad_edu.viz.style import theme as theme_named


class Canvas:
    """A page in the making; what is drawn later lies on top.

    Args:
        width: in points.
        height: in points.
        theme: "light", "dark" or "auto".

    Attributes:
        theme: its colours.
        digraph: the drawing.
    """

    def __init__(self, width: float, height: float, theme: str) -> None:
        self.theme = theme_named(theme)
        self.digraph = (AdaptiveDigraph if theme == "auto" else Digraph)(
            engine="neato",
            graph_attr={
                "bgcolor": self.theme.background,
                "class": CSS_CLASS,
                "inputscale": "72",
                "pad": "0",
                "viewport": f"{width:g},{height:g},1,{width / 2:g},{height / 2:g}",
            },
            node_attr={"fontname": FONT, "margin": "0", "shape": "box", "fixedsize": "shape"},
        )
        self._count = 0
        self.width = width
        self.rectangle(0, 0, width, height, self.theme.background)

    def _node(self, x: float, y: float, width: float, height: float, **look: str) -> str:
        """Add a node of a size with its top left corner at (x, y), and return its name."""
        name = f"n{self._count}"
        self._count += 1
        self.digraph.node(
            name,
            pos=f"{x + width / 2:.2f},{-(y + height / 2):.2f}!",
            width=f"{width / 72:.4f}",
            height=f"{height / 72:.4f}",
            **look,
        )
        return name

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = "none",
        *,
        outline: str | None = None,
        outline_style: str = "solid",
        rounded: bool = False,
        shape: str = "box",
        tooltip: str = "",
    ) -> None:
        """Draw a filled rectangle, or another shape in it, with its top left corner at (x, y)."""
        style = ",".join(["filled", outline_style, *(["rounded"] if rounded else [])])
        look = {"style": style, "fillcolor": fill, "color": outline or fill, "label": ""}
        look["penwidth"] = "1" if outline else "0"
        look["shape"] = shape
        self._node(x, y, width, height, **look, tooltip=labels.tooltip(tooltip) or " ")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        color: str | None = None,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write one line of text; (x, y) is its left, middle or right end at half its height."""
        if not words:
            return
        room = round(0.75 * len(words) * size + size)  # more than fonts need, but on the page
        room = min(room, round(self.width - x)) if align == "left" else room
        start = {"left": 0.0, "center": room / 2, "right": room}[align]
        markup = labels.font(labels.literal(words, 200), color or self.theme.text, size, bold)
        fixed = {"fixedsize": "TRUE", "width": room, "height": round(2 * size)}
        box = labels.table(labels.row(labels.cell(markup, align=align.upper(), **fixed)))
        self._node(x - start, y - size, room, 2 * size, shape="plaintext", label=labels.label(box))
