"""One operation and its neighbours as a small picture in text: arguments, operation, result.

Forward, the lines lead from the arguments to the result; backward, arrows lead from the result to
the arguments, each with what flows back along it. What is drawn is a step of `trace.steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.text import Text

from tinygrad_edu.trace.graph import Use, ValueNode
from tinygrad_edu.trace.invalid import is_changed
from tinygrad_edu.trace.ledger import fact
from tinygrad_edu.trace.step import Slot, Step, Steps
from tinygrad_edu.trace.wording import amount, bracketed
from tinygrad_edu.viz.flow_table import COLORS
from tinygrad_edu.viz.plain import visible
from tinygrad_edu.viz.style import magnitude, number, size_of
from tinygrad_edu.viz.text_canvas import Canvas, Pieces, in_ascii, width_of

LONGEST_NAME = 20
MOST_ARGUMENTS = 6
MOST_NUMBERS = 4  # of a tensor, which are written out

Rows = list[tuple[str, Pieces]]
"""What is said of a value, line by line: a word, and the text after it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A value in the picture.

    Attributes:
        name: its name.
        rows: what is said of it.
        sent: what flows back to it along the arrow from the operation; empty if nothing does.
    """

    name: str
    rows: Rows
    sent: Pieces = ()

    @property
    def width(self) -> int:
        """How many columns its box takes."""
        word = self.word_width
        inner = max(width_of(text) + word for _, text in self.rows)
        return max(inner + 4, width_of([(self.name, "")]) + 6)

    @property
    def height(self) -> int:
        """How many lines its box takes."""
        return len(self.rows) + 2

    @property
    def word_width(self) -> int:
        """How many columns the words before the texts take, with the space after them."""
        return max(len(word) for word, _ in self.rows) + 1


class TextGraph:
    """The pictures of all steps of a graph.

    Args:
        steps: what `trace.steps` returned.

    >>> from tinygrad_edu import Value, trace
    >>> pictures = TextGraph(trace.steps(Value(2.0, label="a") * 3))
    >>> for line in pictures.lines(0):
    ...     print(line.plain)
    ╭─ a ─────╮
    │ value 2 ├──╮       ╭─ v1 ────╮
    ╰─────────╯  ├─(×)──▶│ value 6 │
    ╭─ 3 ─────╮  │       ╰─────────╯
    │ value 3 ├──╯
    ╰─────────╯
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        operations = ((step.index, step.operation) for step in steps.backward)
        self._turns = {operation.index: i for i, operation in operations if operation}

    def lines(self, index: int, *, width: int = 80, ascii_only: bool = False) -> list[Text]:
        """Draw the operation of a step with its arguments and its result.

        Args:
            index: which step.
            width: of the terminal; where the boxes do not fit, what flows back is written without
            the product, and where that is too wide as well, a tree is drawn.
            ascii_only: use no other characters than those of ASCII.
        """
        step = self._steps[index]
        operation = step.operation
        symbol: Pieces = [(f"({operation.operation.symbol})", "bold")] if operation else []
        arguments, result = self._arguments(step), self._result(step)
        if ascii_only:
            arguments, result = [_ascii(card) for card in arguments], _ascii(result)
            symbol = in_ascii(symbol)
        brief = [replace(card, sent=card.sent[-1:]) for card in arguments]
        for draw, cards in (
            (_draw_boxes, arguments), (_draw_boxes, brief), (_draw_tree, arguments)
        ):  # fmt: skip
            canvas = Canvas(ascii_only)
            draw(canvas, cards, symbol, result, step.phase == "backward")
            lines = canvas.lines()
            if max(line.cell_len for line in lines) <= width:
                break
        more = len(operation.arguments) - len(arguments) if operation else 0
        if more:
            lines.append(Text(f"and {more} more argument{'s' if more > 1 else ''}", "dim"))
        for line in lines:
            line.truncate(width, overflow="crop" if ascii_only else "ellipsis")
        return lines

    def _arguments(self, step: Step) -> list[Card]:
        """Describe the arguments, as many as are drawn."""
        back = step.phase == "backward"
        slots = {slot.use.position: slot for slot in step.slots}
        uses = step.operation.arguments[:MOST_ARGUMENTS] if step.operation else []
        cards = []
        for i, use in enumerate(uses):
            again = " (again)" if any(use.value is other.value for other in uses[:i]) else ""
            rows: Rows = [content(use.value)]
            slot = slots.get(use.position)
            if back:
                rows.append(("grad", self._change(slot)))
            cards.append(
                Card(_short(self._steps.names[use.value.index]) + again, rows, _sent(slot))
            )
        return cards

    def _result(self, step: Step) -> Card:
        rows: Rows = [content(step.result)]
        if step.phase == "backward":
            rows.append(("grad", gradient(step.upstream)))
        return Card(_short(self._steps.names[step.result.index]), rows)

    def _change(self, slot: Slot | None) -> Pieces:
        if slot is None or slot.state == "missing":
            return [("not wanted", "dim")]
        more = self.uses_to_come(slot.use)
        rest = [(f", {more} more to add", "dim")] if more else []
        return [*gradient(slot.before), (" → ", ""), *gradient(slot.after), *rest]

    def uses_to_come(self, use: Use) -> int:
        """Count the contributions to a value's gradient that the pass adds after this one.

        >>> from tinygrad_edu import Value, trace
        >>> a = Value(2.0)
        >>> steps = trace.steps(a * a + a)
        >>> [TextGraph(steps).uses_to_come(use) for use in steps.graph.values[0].uses]
        [1, 0, 2]
        """
        turns = self._turns
        here = (turns[use.operation.index], use.position)
        others = ((turns.get(o.operation.index, -1), o.position) for o in use.value.uses)
        return sum(other > here for other in others)


# --- what is said of each value -------------------------------------------------------------------


def _sent(slot: Slot | None) -> Pieces:
    """Write what flows back along an arrow: of tensors how large it is."""
    if slot is None or slot.state == "missing":
        return ()
    if slot.local is None:
        return list(gradient(slot.contribution))
    product = f"{number(float(slot.upstream))} × {bracketed(number(slot.local))} = "
    return [(product, ""), *gradient(slot.contribution)]


def content(value: ValueNode) -> tuple[str, Pieces]:
    """Write the number of a value, or the shape of a tensor; of a short leaf its numbers.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> w, x = torch.tensor([1.0, 2.0], requires_grad=True), torch.ones(3, 2)
    >>> [content(value) for value in read(w * x).values]
    [('value', [('[1, 2]', '')]), ('shape', [('[3×2]', '')]), ('shape', [('[3×2]', '')])]
    """
    if value.number is not None or not value.shape:
        return "value", [(number(value.number), "")]
    array = getattr(value.source, "array", None)
    if (
        array is not None
        and array.ndim == 1
        and array.size <= MOST_NUMBERS
        and not is_changed(value)
    ):
        return "value", [(f"[{', '.join(number(float(x)) for x in array)}]", "")]
    return "shape", [(fact(value), "")]


def gradient(given: Any) -> Pieces:
    """Write a gradient, or of an array the norm, in the colour of its size.

    >>> gradient(-0.5), gradient(None)
    ([('−0.5', 'none')], [('–', '')])
    """
    shown = magnitude(size_of(given))
    style = {"known": COLORS[shown.step], "missing": ""}.get(shown.state, "bold")
    return [(amount(given), style)]


def _short(name: str) -> str:
    name = visible(name)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _ascii(card: Card) -> Card:
    rows = [(word, in_ascii(text)) for word, text in card.rows]
    return Card(in_ascii([(card.name, "")])[0][0], rows, in_ascii(card.sent))


# --- drawing --------------------------------------------------------------------------------------


def _draw_boxes(
    canvas: Canvas, arguments: Sequence[Card], symbol: Pieces, result: Card, back: bool
) -> None:
    """Draw each value as a box: the arguments on the left, the result on the right."""
    if not arguments:
        _draw_card(canvas, 0, 0, result, result.width)
        return
    room = max(card.width for card in arguments)
    sent = max(width_of(card.sent) for card in arguments)
    bus = room + (sent + 5 if sent else 2)
    ports = []
    top = 0
    for card in arguments:
        ports.append(top + len(card.rows))  # the last line about it
        _draw_card(canvas, top, 0, card, room)
        canvas.draw(ports[-1], room - 1, "├" + "─" * (bus - room))
        if card.sent:
            canvas.draw(ports[-1], room, "◀")
            canvas.put(ports[-1], room + 2, [(" ", ""), *card.sent, (" ", "")])
        top += card.height
    middle = (ports[0] + ports[-1]) // 2
    _draw_bus(canvas, bus, ports, middle)
    canvas.draw(middle, bus + 1, "─")
    canvas.put(middle, bus + 2, symbol)
    right = bus + 2 + width_of(symbol)
    canvas.draw(middle, right, "◀──" if back else "──▶")
    _draw_card(canvas, middle - len(result.rows), right + 3, result, result.width)
    if back:
        canvas.draw(middle, right + 3, "┤")


def _draw_bus(canvas: Canvas, column: int, ports: Sequence[int], middle: int) -> None:
    """Draw the line that collects the arguments' lines and leads to the operation."""
    for row in range(ports[0], ports[-1] + 1):
        canvas.draw(row, column, "┤" if row in ports else "│")
    if len(ports) > 1:
        canvas.draw(ports[0], column, "╮")
        canvas.draw(ports[-1], column, "╯")
    crossing = "─" if len(ports) == 1 else "┼" if middle in ports else "├"
    canvas.draw(middle, column, crossing)


def _draw_card(canvas: Canvas, row: int, column: int, card: Card, width: int) -> None:
    canvas.box(row, column, width, card.height)
    canvas.put(row, column + 2, [(" ", ""), (card.name, "bold"), (" ", "")])
    for i, (word, text) in enumerate(card.rows, row + 1):
        canvas.put(i, column + 2, [(word, "dim")])
        canvas.put(i, column + 2 + card.word_width, text)


def _draw_tree(
    canvas: Canvas, arguments: Sequence[Card], symbol: Pieces, result: Card, back: bool
) -> None:
    """Draw the result, below it the operation, and below that the arguments: for narrow places."""
    row = _draw_leaf(canvas, 0, 0, result)
    if not arguments:
        return
    canvas.put(row, 0, symbol)
    row += 1
    for i, card in enumerate(arguments):
        last = i == len(arguments) - 1
        top = row
        if card.sent:
            canvas.draw(row, 2, "├─▶" if back else "├──")
            canvas.put(row, 6, card.sent)
            row += 1
        end = _draw_leaf(canvas, row, 6, card)
        if not card.sent:
            canvas.draw(row, 2, "├──")
        for side in range(top + 1, end):
            canvas.draw(side, 2, " " if last else "│")
        if last:
            canvas.draw(top, 2, "╰")
        row = end


def _draw_leaf(canvas: Canvas, row: int, column: int, card: Card) -> int:
    """Write a value in as many lines as there are rows about it; return the line after them."""
    (word, first), *others = card.rows
    kind = [(f"{word} ", "dim")] if word == "shape" else []
    canvas.put(row, column, [(card.name, "bold"), ("  ", ""), *kind, *first])
    for i, (word, text) in enumerate(others, row + 1):
        canvas.put(i, column + 2, [(f"{word} ", "dim"), *text])
    return row + len(card.rows)
