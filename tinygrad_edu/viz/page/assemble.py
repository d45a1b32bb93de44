"""One HTML file out of data, programs, style and script; it needs and may do nothing else.

A Content-Security-Policy in the file lets just these scripts and this style run, by their hashes,
and allows no network, no frames and no markup made of text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from tinygrad_edu.viz.page.data import LOOK, Described
from tinygrad_edu.viz.style import DARK, LIGHT, STEPS, Theme

SCRIPTS = (
    "dom.js",
    "numbers.js",
    "formula.js",
    "model.js",
    "view.js",
    "shapes.js",
    "drawing.js",
    "player.js",
    "modules.js",
    "step.js",
    "controls.js",
    "knobs.js",
    "chart.js",
    "descend.js",
    "nudge.js",
    "paths.js",
    "elements.js",
    "unrolled.js",
    "factors.js",
    "explain.js",
    "flow.js",
    "code.js",
    "arithmetic.js",
    "mistakes.js",
    "predict.js",
    "judge.js",
    "verdict.js",
    "panels.js",
    "main.js",
)
"""The files of the page's program, in the order in which they are read."""


COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/[ \t]*)\n", re.M | re.S)
"""A comment that has lines of its own; within a line it may be a string."""


def assemble(
    described: Sequence[Described], title: str, theme: str = "auto", predict: bool = False
) -> str:
    """Write the page.

    Args:
        described: the graphs.
        title: the title of the page.
        theme: "light", "dark", or "auto" for that of the reader's system.
        predict: open at the first step, and ask for each gradient.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.viz.page.data import describe
    >>> assemble([describe(Value(2.0) * 3.0)], "a < b").count("a &lt; b")
    2
    """
    graphs = [one.facts for one in described]
    data = {"title": title, "predict": predict, "look": LOOK, "graphs": graphs}
    programs = f"const PROGRAMS = [{', '.join(one.javascript or 'null' for one in described)}];"
    style = _colors() + _read("page.css") + _read("elements.css")
    parts = {
        "theme": theme,
        "title": html.escape(title),
        "style": style,
        "data": as_json(data),
        "programs": _in_script(programs),
        "script": _script(),
    }
    parts["policy"] = _policy([parts["programs"], parts["script"]], style)
    return _filled(_read("page.html"), parts)


def as_json(data: object) -> str:
    r"""Write JSON that can stand inside an HTML page: nothing in it can end the script.

    >>> as_json({"name": "</script>&"})
    '{"name":"\\u003c/script\\u003e\\u0026"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # What is half a character cannot be encoded in a file.
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)


def _script() -> str:
    """Join the page's program in one function, so that it leaves no names behind."""
    sources = "\n".join(without_comments(_read(name)) for name in SCRIPTS)
    return _in_script(f'(() => {{\n"use strict";\n{sources}}})();\n')


def without_comments(source: str) -> str:
    r"""Leave out the comments that have lines of their own: a fifth of the program.

    >>> without_comments("// One.\n/** Two. */\nf(); // three\n  /** @type {X} */ (g)();\n")
    'f(); // three\n  /** @type {X} */ (g)();\n'
    """
    return COMMENT.sub("", source)


def _in_script(source: str) -> str:
    assert "</script" not in source.lower() and "<!--" not in source
    return source


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Put the parts in, all at once: what looks like a blank inside a part stays as it is."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += (parts[name], rest)
    return "".join(filled)


def _policy(scripts: Sequence[str], style: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _read(name: str) -> str:
    return (files("tinygrad_edu.viz.page") / name).read_text(encoding="utf-8")


def _colors() -> str:
    """Write the colours of both themes as variables: dark by the reader's system, or by choice."""
    light, dark = _variables(LIGHT), _variables(DARK)
    steps = "".join(
        f".cell.step-{i} rect{{fill:var(--step-{i})}}"
        f".tiny .cell.step-{i} rect{{stroke:var(--step-{i})}}"
        f".cell.step-{i} text{{fill:var(--on-{i})}}"
        f".arrow.step-{i} .line{{stroke:var(--step-{i})}}"
        f".arrow.step-{i} .head{{fill:var(--step-{i})}}"
        f".swatch.step-{i}{{background:var(--step-{i});color:var(--on-{i})}}"
        for i in range(len(STEPS))
    )
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n@media print{{:root:root:root{{{light}}}}}\n{steps}\n"
    )


def _variables(theme: Theme) -> str:
    names = ("background", "panel", "rule", "text", "muted", "invalid", "parameter", "leaf")
    found = {name: getattr(theme, name) for name in (*names, "operation", "output")}
    found["focus"] = theme.steps[1]
    for i, color in enumerate(theme.steps):
        found[f"step-{i}"] = color
        found[f"on-{i}"] = theme.text_on(i)
    return "".join(f"--{name}:{color};" for name, color in found.items())
