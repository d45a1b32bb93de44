"""Text and tables inside nodes, in the HTML-like language of Graphviz; text is drawn literally."""

from __future__ import annotations

import html
from typing import Any

from tinygrad_edu.viz.style import Magnitude, Theme, width

LONGEST = 40  # characters of a name or a parameter that a node shows


def literal(text: Any, longest: int = LONGEST) -> str:
    r"""Write any text so that Graphviz, SVG and a browser show just its characters.

    Characters that cannot be seen (line ends, control characters) are shown as Python writes them;
    a text longer than `longest` is cut.

    >>> literal('<b>|{x}\n"</script>')
    '&lt;b&gt;|{x}\\\\n&quot;&lt;/script&gt;'
    >>> literal("a" * 50)[-3:], literal("\ud800")
    ('aa…', '\\\\ud800')
    """
    seen = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))
    cut = seen if len(seen) <= longest else seen[: longest - 1] + "…"
    return html.escape(cut).replace("\\", r"\\")  # Graphviz reads \N as the name of the node


def tooltip(text: str) -> str:
    r"""Write a text for an attribute in which Graphviz reads escapes, and does so twice.

    >>> tooltip(r"a & \n")
    'a &amp; \\\\\\\\n'
    """
    return literal(text, 400).replace("\\", r"\\")


def font(markup: str, color: str, size: float | None = None, bold: bool = False) -> str:
    """Set a piece of markup in a colour, a size in points, and perhaps bold."""
    points = f' POINT-SIZE="{size:g}"' if size else ""
    markup = f"<B>{markup}</B>" if bold else markup
    return f'<FONT COLOR="{color}"{points}>{markup}</FONT>'


def cell(markup: str = "", **attributes: Any) -> str:
    """Write a table cell; attributes as Graphviz calls them.

    >>> cell("a", bgcolor="#ffffff")
    '<TD BGCOLOR="#ffffff">a</TD>'
    """
    return f"<TD{_attributes(attributes)}>{markup}</TD>"


def row(*cells: str) -> str:
    """Write a table row."""
    return f"<TR>{''.join(cells)}</TR>"


def table(*rows: str, **attributes: Any) -> str:
    """Write a table without lines, unless attributes say otherwise."""
    plain = {"border": 0, "cellborder": 0, "cellspacing": 0, "cellpadding": 0}
    return f"<TABLE{_attributes({**plain, **attributes})}>{''.join(rows)}</TABLE>"


def label(markup: str) -> str:
    """Mark a piece of markup as an HTML-like label."""
    return f"<{markup}>"


def _attributes(attributes: dict[str, Any]) -> str:
    return "".join(f' {name.upper()}="{value}"' for name, value in attributes.items())


def gradient_cell(text: str, shown: Magnitude, theme: Theme, **attributes: Any) -> str:
    """Write a cell with a gradient: filled with the colour of its magnitude, or its state's look.

    Args:
        text: what to write, as markup.
        shown: the magnitude.
        theme: the colours.
        **attributes: of the cell.
    """
    if shown.state == "known":
        color = theme.text_on(shown.step)
        return cell(font(text, color), bgcolor=theme.steps[shown.step], **attributes)
    if shown.state == "zero":
        look = {"border": 1, "color": theme.text, "bgcolor": theme.background}
        return cell(font(text, theme.text), **look, **attributes)
    if shown.state == "invalid":
        look = {"border": 2, "color": theme.invalid, "bgcolor": theme.background}
        return cell(font(f"✕ {text}", theme.text), **look, **attributes)
    return cell(font(text, theme.muted), **attributes)


def arrow(shown: Magnitude, theme: Theme) -> dict[str, str]:
    """Return the look of an arrow along which a gradient flows back: colour, width, line."""
    look = {"penwidth": f"{width(shown):.2f}", "color": theme.muted}
    if shown.state == "known":
        look["color"] = theme.steps[shown.step]
        if shown.step == 0:
            look["style"] = "dashed"
    elif shown.state == "zero":
        look.update(style="dotted", color=theme.text)
    elif shown.state == "invalid":
        look["color"] = theme.invalid
    elif shown.state == "stale":
        look["style"] = "dashed"
    return look


def arrow_text(lines: list[str]) -> str:
    """Write lines of text beside an arrow, off its line, which may be thick."""
    return table(*(row(cell(line)) for line in lines), cellpadding=4 if len(lines) == 1 else 2)


def value_box(kind: str, rows: list[str], theme: Theme) -> str:
    """Frame the rows of a value by its kind; a constant has the frame of its node (`value_node`).

    A parameter has a double frame, a leaf a single one; what was computed has round corners, and
    the output of the graph a thick frame.
    """
    inner = table(*rows, cellpadding=3)
    if kind == "constant":
        return inner
    hue = {"parameter": theme.parameter, "leaf": theme.leaf, "output": theme.output}.get(kind)
    if hue:
        inner = table(row(cell(bgcolor=hue, width=5), cell(width=3), cell(inner)))
    frame: dict[str, Any] = {"color": theme.text, "bgcolor": theme.background}
    frame.update(border=3 if kind == "output" else 1, cellpadding=3, cellspacing=1)
    if kind in ("intermediate", "output"):
        frame["style"] = "ROUNDED"
    box = table(row(cell(inner)), **frame)
    if kind != "parameter":
        return box
    return table(row(cell(box)), border=1, color=theme.text, cellpadding=2)


def value_node(kind: str, rows: list[str], theme: Theme) -> dict[str, str]:
    """Return the attributes of the node of a value.

    The dashed frame of a constant is the node's: Graphviz (up to version 14 at least) may crash on
    a dashed or dotted frame inside a label when it writes its layout as JSON.
    """
    node = {"label": label(value_box(kind, rows, theme))}
    if kind == "constant":
        look = {"shape": "box", "style": "dashed,filled", "fillcolor": theme.background}
        node.update(look, color=theme.text, margin="0.03", width="0", height="0")
    return node
