"""One SVG for light and dark pages: a stylesheet inside it exchanges each colour for the other.

A reader who prefers dark (`prefers-color-scheme: dark`) gets the dark theme; everybody else, and
every other format, the light one. This works in a browser, in an `<img>` and in a notebook.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import CSS_CLASS, DARK, LIGHT


class AdaptiveDigraph(Digraph):
    """A `Digraph` in the colours of the light theme whose SVG also knows the dark one."""

    def _pipe_lines(self, engine: str, format: str, lines: Any, **options: Any) -> bytes:
        drawing = super()._pipe_lines(engine, format, lines, **options)
        return adapt(drawing.decode()).encode() if format == "svg" else drawing

    def _render(self, engine: str, format: str, filepath: str, **options: Any) -> str:
        written = super()._render(engine, format, filepath, **options)
        if format == "svg":
            path = Path(written)
            path.write_bytes(adapt(path.read_text(encoding="utf-8")).encode())
        return written


def adapt(svg: str) -> str:
    r"""Put the stylesheet into an SVG that Graphviz has drawn in the light theme.

    >>> adapt('<svg width="1pt">\n<g class="graph tinygrad-edu"/></svg>')[:50]
    '<svg width="1pt">\n<style>@media (prefers-color-sch'
    """
    return re.sub(r"<svg\b[^>]*>\n?", lambda tag: tag.group() + stylesheet(), svg, count=1)


def stylesheet() -> str:
    """Return the stylesheet: for each colour of the light theme, the dark one in its place.

    It only touches drawings of this library, also where several stand in one page.
    """
    rules = []
    for light, dark in zip(LIGHT.colors(), DARK.colors(), strict=True):
        for attribute in ("fill", "stroke"):
            for written in (light, *NAMES.get(light, ())):
                rules.append(f'.{CSS_CLASS} [{attribute}="{written}"]{{{attribute}:{dark}}}')
    return f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>\n"


NAMES = {"#ffffff": ("white",)}
"""Colours that Graphviz sometimes writes by name."""
