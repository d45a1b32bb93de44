"""A sheet of characters with styles, to draw boxes and lines of text on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.text import Text

from tinygrad_edu.viz.plain import ascii_text

Pieces = Sequence[tuple[str, str]]
"""A piece of text after the other, each with its style."""

_SINGLE = {"─": "-", "│": "|", "▶": ">", "◀": "<"}


def width_of(pieces: Pieces) -> int:
    """Return how many columns a text takes in a terminal.

    >>> width_of([("日本", ""), ("!", "bold")])
    5
    """
    return sum(cell_len(text) for text, _ in pieces)


def in_ascii(pieces: Pieces) -> Pieces:
    """Write a text with no other characters than those of ASCII."""
    return [(ascii_text(text), style) for text, style in pieces]


class Canvas:
    """The sheet; it grows where something is put.

    Args:
        ascii_only: draw lines with the characters of ASCII.

    >>> canvas = Canvas()
    >>> canvas.box(0, 0, 5, 3)
    >>> canvas.put(1, 2, [("x", "bold")])
    >>> for line in canvas.lines():
    ...     print(line.plain)
    ╭───╮
    │ x │
    ╰───╯
    """

    def __init__(self, ascii_only: bool = False) -> None:
        self.ascii_only = ascii_only
        self._rows: list[list[tuple[str, str]]] = []

    def put(self, row: int, column: int, pieces: Pieces) -> None:
        """Write a text from a place on."""
        for text, style in pieces:
            for c in text:
                size = cell_len(c)
                if size == 0:  # an accent stands on the character before it
                    before, old = self._cell(row, column - 1)
                    self._set(row, column - 1, before + c, old)
                    continue
                self._set(row, column, c, style)
                for extra in range(1, size):
                    self._set(row, column + extra, "", style)
                column += size

    def draw(self, row: int, column: int, line: str, style: str = "") -> None:
        """Draw a piece of line, given in box-drawing characters."""
        if self.ascii_only:
            line = "".join(c if c.isascii() else _SINGLE.get(c, "+") for c in line)
        self.put(row, column, [(line, style)])

    def box(self, row: int, column: int, width: int, height: int, style: str = "") -> None:
        """Draw a frame."""
        inner = "─" * (width - 2)
        self.draw(row, column, f"╭{inner}╮", style)
        for side in range(row + 1, row + height - 1):
            self.draw(side, column, "│", style)
            self.draw(side, column + width - 1, "│", style)
        self.draw(row + height - 1, column, f"╰{inner}╯", style)

    def lines(self) -> list[Text]:
        """Return what was drawn."""
        found = []
        for row in self._rows:
            line = Text()
            for style, cells in groupby(row, key=lambda cell: cell[1]):
                line.append("".join(c for c, _ in cells), style)
            line.rstrip()
            found.append(line)
        return found

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        return self._rows[row][column]

    def _set(self, row: int, column: int, c: str, style: str) -> None:
        while len(self._rows) <= row:
            self._rows.append([])
        cells = self._rows[row]
        cells += [(" ", "")] * (column + 1 - len(cells))
        cells[column] = (c, style)
