"""A step as lines of text, fitted to a width and to the characters that a terminal has."""

from __future__ import annotations

import io
import linecache
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from tinygrad_edu.autograd.lines import line_of
from tinygrad_edu.trace.graph import ValueNode
from tinygrad_edu.trace.step import Slot, Step, Steps
from tinygrad_edu.viz.plain import ascii_text, visible
from tinygrad_edu.viz.text_canvas import Pieces, in_ascii, width_of
from tinygrad_edu.viz.text_graph import TextGraph, content, gradient

MOST_CONTEXT = 2  # lines of code shown before and after the one that recorded a step


class StepText:
    """Writes the steps of one graph.

    Args:
        steps: what `trace.steps` returned.
        width: of the terminal, in characters.
        ascii_only: use no other characters than those of ASCII.

    >>> from tinygrad_edu import Value, trace
    >>> writer = StepText(trace.steps(Value(2.0, label="a") * 3))
    >>> writer.place(2)
    'step 3 of 3 · backward 2 of 2'
    >>> writer.ledger(2)[0].plain
    '∂v1/∂a: – → 1 × 3 = 3'
    """

    def __init__(self, steps: Steps, width: int = 80, ascii_only: bool = False) -> None:
        self.steps = steps
        self.width = max(width, 16)
        self.ascii_only = ascii_only
        self._pictures = TextGraph(steps)

    def say(self, text: str) -> str:
        """Write a text with the characters there are."""
        text = visible(text)
        return ascii_text(text) if self.ascii_only else text

    # --- one step --------------------------------------------------------------------------------

    def place(self, index: int) -> str:
        """Say which step this is."""
        step = self.steps[index]
        phase = self.steps.forward if step.phase == "forward" else self.steps.backward
        number = index - phase[0].index + 1
        where = f"step {index + 1} of {len(self.steps)} · {step.phase} {number} of {len(phase)}"
        return self.say(where)

    def body(self, index: int, height: int = 0) -> list[Text]:
        """Write all there is to a step.

        Args:
            index: which one.
            height: how many lines there are on the screen, to be filled with code.
        """
        step = self.steps[index]
        parts = [
            self._formula(step),
            self._pictures.lines(index, width=self.width, ascii_only=self.ascii_only),
            self.ledger(index),
            self.wrapped(step.sentence),
            self.notes() if index == 0 else [],
        ]
        lines = joined(part for part in parts if part)
        code = self._code(step, height - len(lines) - 1)
        return [*lines, Text(), *code] if code else lines

    def notes(self) -> list[Text]:
        """Write what one should know beside the steps."""
        return [line for note in self.steps.notes for line in self.wrapped(note, "italic")]

    def _formula(self, step: Step) -> list[Text]:
        """Write the formula with names and with numbers; of a backward step, for each argument."""
        wanted = self._wanted(step)
        texts = [f"{name} += {slot.formula}{_in_numbers(slot)}" for name, slot in wanted]
        if not texts:
            texts = [step.formula, step.numbers] if step.operation else [step.numbers]
        return [line for text in texts for line in self.wrapped(text, "bold", 4)]

    def ledger(self, index: int) -> list[Text]:
        """Write what a backward step adds to the gradient of each argument."""
        lines = []
        for name, slot in self._wanted(self.steps[index]):
            state = "" if slot.state == "known" else f"  [{slot.state}]"
            lines += self.wrapped(f"{name}: {slot.ledger}{state}", hang=4)
        return lines

    def _wanted(self, step: Step) -> list[tuple[str, Slot]]:
        """List the arguments to which a gradient goes, each with the name of that gradient."""
        return [
            (self.steps.gradient_name(slot.use.value), slot)
            for slot in step.slots
            if slot.state != "missing"
        ]

    def _code(self, step: Step, room: int) -> list[Text]:
        """Write the line of code that recorded a step, and those around it if there is room."""
        line = line_of(step.operation.vertex) if step.operation else None
        if line is None:
            return []
        context = min((room - 2) // 2, MOST_CONTEXT)
        if context < 1 or not line.text:
            return self.wrapped(str(line), "dim", 4)
        first, last = max(line.number - context, 1), line.number + context
        digits = len(str(last))
        lines = [Text(self.say(str(line).partition("  ")[0]), "dim")]
        for number in range(first, last + 1):
            text = linecache.getline(line.file, number).rstrip()
            marked = number == line.number
            mark = self.say("▶") if marked else " "
            if text or marked or number < line.number:
                shown = Text(f"{mark} {number:{digits}}  ", "bold" if marked else "dim")
                shown.append(self.say(text), "bold" if marked else "dim")
                shown.truncate(self.width)
                lines.append(shown)
        return lines

    # --- all values at a step --------------------------------------------------------------------

    def values(self, index: int) -> list[Text]:
        """List every value with its number and its gradient as they are after a step."""
        known, gradients = self._state(index)
        rows: list[list[Pieces]] = []
        for value in self.steps.graph.values:
            word, number = content(value) if value.index in known else ("", [("–", "")])
            number = [("shape ", "dim"), *number] if word == "shape" else number
            slope = gradient(gradients.get(value.index))
            name = self.steps.names[value.index]
            rows.append([[(self.say(name), "bold")], number, slope, [(value.kind, "dim")]])
        titles: list[Pieces] = [[(word, "dim")] for word in ("name", "value", "gradient", "kind")]
        table = [titles, *rows]
        if self.ascii_only:
            table = [[in_ascii(cell) for cell in row] for row in table]
        widths = [max(map(width_of, column)) for column in zip(*table, strict=True)]
        return joined(
            part for part in ([self._row(row, widths) for row in table], self.notes()) if part
        )

    def _row(self, row: list[Pieces], widths: list[int]) -> Text:
        line = Text()
        for cell, width in zip(row, widths, strict=True):
            for text, style in cell:
                line.append(text, style)
            line.append(" " * (width - width_of(cell) + 2))
        line.rstrip()
        line.truncate(self.width)
        return line

    def _state(self, index: int) -> tuple[set[int], dict[int, Any]]:
        """Return which values are known after a step, and the gradients so far."""
        known = {value.index for value in self.steps.graph.values if value.made_by is None}
        gradients: dict[int, Any] = {}
        for step in self.steps[: index + 1]:
            if step.phase == "forward":
                known.add(step.result.index)
            elif step.operation is None:
                gradients[step.result.index] = step.upstream
            gradients.update(
                (slot.use.value.index, slot.after) for slot in step.slots if slot.state != "missing"
            )
        return known, gradients

    def named(self, name: str) -> ValueNode | None:
        """Find a value by the name that it is shown under."""
        for value, known in zip(self.steps.graph.values, self.steps.names, strict=True):
            if name in (known, self.say(known)):
                return value
        return None

    # --- lines -----------------------------------------------------------------------------------

    def wrapped(self, text: str, style: str = "", hang: int = 0) -> list[Text]:
        """Break lines that are too long between words.

        Args:
            text: one line or several.
            style: of all of it.
            hang: how much further in than a line itself its continuation is.
        """
        lines = []
        for line in text.split("\n"):
            said = self.say(line)
            indent = len(said) - len(said.lstrip()) + hang
            if len(said) <= self.width:
                broken = [said]
            else:
                broken = textwrap.wrap(
                    said, self.width, subsequent_indent=" " * min(indent, self.width // 2)
                )
            lines += [Text(part, style) for part in broken]
        return lines


def _in_numbers(slot: Slot) -> str:
    """Write a rule with numbers behind the one with names, if it has any."""
    if slot.local is None:
        return ""
    return f"{'; here' if ', else ' in slot.formula else ' ='} {slot.numbers}"


def joined(parts: Iterable[list[Text]]) -> list[Text]:
    """Put blocks of lines under each other, with an empty line between."""
    lines: list[Text] = []
    for part in parts:
        lines += [Text(), *part] if lines else part
    return lines


class Printer:
    r"""Turns lines into strings with the colours of a terminal.

    >>> Printer(None)([Text("red", "red")]), Printer("standard")([Text("red", "red")])
    (['red'], ['\x1b[31mred\x1b[0m'])
    """

    def __init__(self, color: Any) -> None:
        self._console = Console(
            file=io.StringIO(),
            width=10_000,  # the lines are fitted already
            color_system=color,
            force_terminal=color is not None,
            force_jupyter=False,
            legacy_windows=False,
            highlight=False,
        )

    def __call__(self, lines: Iterable[Text]) -> list[str]:
        """Return a string for each line."""
        if self._console.color_system is None:  # twice as fast
            return [line.plain for line in lines]
        return list(self._strings(lines))

    def _strings(self, lines: Iterable[Text]) -> Iterator[str]:
        for line in lines:
            with self._console.capture() as capture:
                self._console.print(line, end="", soft_wrap=True)
            yield capture.get()
