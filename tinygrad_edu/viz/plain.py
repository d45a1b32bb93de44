"""Text for any terminal: what cannot be seen made visible, and mathematics in ASCII."""

from __future__ import annotations

import unicodedata

SIGNS = "−–×·→←↑↓▶◀│─╭╮╰╯├┤┼━∂Σ√∞²′…‖"
"""Signs that a terminal must be able to show to be shown more than ASCII."""

_ASCII = {
    "−": "-", "–": "-", "—": "-", "×": "x", "·": "*", "÷": "/",
    "⁄": "/", "→": "->", "←": "<-", "↑": "up",
    "↓": "down", "▶": ">", "◀": "<", "█": "#", "│": "|", "─": "-", "━": "=",
    "∂": "d", "Σ": "sum", "Π": "prod", "√": "sqrt", "∞": "inf", "…": "...", "≤": "<=", "≥": ">=",
    "≈": "~", "≠": "!=", "′": "'", "‖": "||", "“": '"', "”": '"', "‘": "'", "’": "'", "✕": "x",
    "∈": "in", "∇": "grad", **dict.fromkeys("╭╮╰╯├┤┼└┌┐┘┬┴", "+"),
}  # fmt: skip


def ascii_text(text: str) -> str:
    """Write a text in ASCII, as a person would; a Greek letter by its name.

    >>> ascii_text("∂L/∂θ = −2 · eˣ → x⁻²")
    'dL/dtheta = -2 * e^x -> x^-2'
    """
    if text.isascii():
        return text
    written = ""
    was_raised = False
    for c in text:
        raised = unicodedata.decomposition(c).startswith("<super>")
        written += ("^" if raised and not was_raised else "") + _ascii_character(c)
        was_raised = raised
    return written


def _ascii_character(c: str) -> str:
    if c.isascii():
        return c
    if c in _ASCII:
        return _ASCII[c]
    plain = "".join(_ASCII.get(part, part) for part in unicodedata.normalize("NFKD", c))
    letters = "".join(part for part in plain if part.isascii())  # without accents
    if letters:
        return letters
    name = unicodedata.name(c, "")
    return name.split()[-1].lower() if name.startswith("GREEK SMALL LETTER") else "?"


def visible(text: str) -> str:
    r"""Write control characters as Python does, so that a label cannot command the terminal.

    >>> print(visible("a\x1b[2J\tb"))
    a\x1b[2J   b
    """
    spaced = text.expandtabs(4) if "\t" in text else text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in spaced)
