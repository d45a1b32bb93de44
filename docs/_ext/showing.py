"""What a value shows of itself on a page: files to write, and the lines that show them.

Lessons and pages use the same. A drawing or a plot is an SVG, an explorer a page in a frame, and
what has an HTML form, such as the table of a gradient flow, is put into the page as that.
"""

from __future__ import annotations

import ast
import html
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

DOCS = Path(__file__).resolve().parent.parent
MADE = DOCS / "_made"
"""What the pages have made: their pictures, and in `published/` what is published as it is."""

READABLE = 0.54
"""The share of its size to which a wide drawing may shrink before its text is too small."""

COLUMN = 864
"""The width of the text, in pixels: what fits into it is shown as large as it is."""


@dataclass(frozen=True)
class Picture:
    """An SVG; a "drawing" knows light and dark by itself, a "plot" is inverted on dark pages."""

    svg: str
    kind: str

    def width(self) -> int:
        """Return the width in which it is shown, in pixels; a wide one is scrolled."""
        found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)(pt)?"', self.svg)
        assert found, "an SVG has a width"
        natural = float(found[1]) * (96 / 72 if found[2] else 1)
        return round(min(natural, max(COLUMN, READABLE * natural)))

    def lines(self, path: str, alt: str) -> str:
        """Write the reStructuredText that shows it, when it lies at `path`."""
        kept = html.unescape(alt).replace("\n", " ")
        return (
            f".. container:: picture {self.kind}\n\n   .. image:: {path}\n"
            f"      :alt: {kept}\n      :width: {self.width()}px\n\n"
        )


def run(code: str, names: dict[str, Any], file: str = "<page>") -> Any:
    r"""Run code, and return the value of its last line where that is an expression.

    >>> run("x = 2\nx + 1", {})
    3
    """
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), file, "exec"), names)
    if not isinstance(last, ast.Expr):
        return exec(compile(ast.Module([last], []), file, "exec"), names)
    return eval(compile(ast.Expression(last.value), file, "eval"), names)


def pictures(value: Any) -> Iterator[Picture]:
    """Give the open plots, which are closed, and the picture that a value is."""
    yield from plots()
    if hasattr(value, "pipe"):  # a graphviz.Digraph
        yield Picture(value.pipe("svg", encoding="utf-8", quiet=True), "drawing")
    elif hasattr(value, "grad_fn") or hasattr(value, "is_leaf"):
        svg = value._repr_mimebundle_().get("image/svg+xml")
        if svg:
            yield Picture(svg, "drawing")


def plots() -> Iterator[Picture]:
    """Give the open figures of matplotlib, and close them."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        text = io.StringIO()
        plt.figure(number).savefig(text, format="svg")
        yield Picture(text.getvalue(), "plot")
    plt.close("all")


def publish(name: str, drawing: Any, alt: str) -> None:
    """Write a drawing that the build itself makes, and a part of a page that shows it."""
    picture = Picture(drawing.pipe("svg", encoding="utf-8", quiet=True), "drawing")
    MADE.mkdir(exist_ok=True)
    (MADE / f"{name}.svg").write_text(picture.svg, encoding="utf-8")
    lines = picture.lines(f"/_made/{name}.svg", alt)
    (MADE / f"{name}.md").write_text(f"```{{eval-rst}}\n{lines}```\n", encoding="utf-8")


def markup(value: Any, name: str, depth: int, height: int = 680) -> str:
    """Write the reStructuredText of what shows itself as HTML; nothing for what does not.

    Args:
        value: what a block ended with.
        name: the file name of an explorer's page, which is written.
        depth: how many folders below the front page this one lies.
        height: that of an explorer's frame, in pixels.
    """
    if hasattr(value, "html"):  # an Explorer
        value.save(_folder("published/pages") / f"{name}.html")
        return raw(frame("../" * depth + f"pages/{name}.html", height))
    if not hasattr(value, "_repr_html_"):
        return ""
    shown = value._repr_html_()
    if shown.startswith("<pre"):
        return f".. code-block:: text\n\n{indent(str(value), '   ')}\n\n"
    return raw(following(shown))


def frame(source: str, height: int) -> str:
    """Write the frame around an explorer's page, and a link to open it alone."""
    return (
        f'<div class="explorer"><iframe src="{source}" style="height:{height}px" loading="lazy" '
        f'title="An interactive page: step through a backward pass"></iframe>'
        f'<p><a href="{source}" target="_blank">Open it in a page of its own</a></p></div>'
    )


def raw(markup: str) -> str:
    """Write HTML as reStructuredText."""
    return f".. raw:: html\n\n{indent(markup, '   ')}\n\n"


def following(markup: str) -> str:
    """Let the dark colours of an inlined stylesheet follow the page's switch, not the system alone.

    >>> following("<style>a{}@media (prefers-color-scheme:dark){b{c:d}}</style>").count("b{c:d}")
    2
    """
    return re.sub(
        r"@media \(prefers-color-scheme:dark\)\{(.*?)\}(?=</style>)",
        r'@media (prefers-color-scheme:dark){body:not([data-theme="light"]){\1}}'
        r'body[data-theme="dark"]{\1}',
        markup,
        flags=re.DOTALL,
    )


def _folder(name: str) -> Path:
    folder = MADE / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
