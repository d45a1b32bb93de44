"""The interactive stepper: which step is shown, what the keys do, and the lines on the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from rich.text import Text

from tinygrad_edu.commands import terminal
from tinygrad_edu.commands.common import can_write, color_system, write
from tinygrad_edu.commands.step_text import Printer, StepText
from tinygrad_edu.trace.step import Steps
from tinygrad_edu.viz.plain import SIGNS

HELP = (
    ("n  space  →  enter", "next step"),
    ("b  ←  backspace", "step back"),
    ("g  Home", "first step"),
    ("G  End", "last step"),
    ("j NUMBER", "jump to a step; digits alone do it too"),
    ("e NAME", "explain the gradient of a value; Tab completes the name"),
    ("v", "all values, with their gradients up to this step"),
    ("↑  ↓  PgUp  PgDn", "scroll, where there is more than fits"),
    ("?  h", "this help"),
    ("q  Ctrl-C  Ctrl-D", "quit"),
)
ABOUT = (
    "Forward steps compute a value from others. Backward steps send the gradient of the result to "
    "what it was computed from: times the local derivative, and added to what is there already. "
    "– means that nothing has arrived yet, which is not 0."
)

BINDINGS = {
    "n": "next", "space": "next", "right": "next", "enter": "next",
    "b": "back", "left": "back", "backspace": "back", "p": "back",
    "g": "first", "home": "first", "G": "last", "end": "last",
    "j": "jump", "e": "explain", "v": "values", "?": "help", "h": "help",
    "up": "up", "down": "down", "page up": "page up", "page down": "page down",
    "q": "quit", "quit": "quit", "escape": "close",
}  # fmt: skip

HINTS = (
    "n next  b back  j jump  e explain  v values  ? help  q quit",
    "n next  b back  ? help  q quit",
    "? help",
)
ON_A_PAGE = ("↑ ↓ scroll  any other key: back to the step", "any key: back to the step", "")


class Stepper:
    """Shows the steps of a graph one at a time.

    Args:
        steps: what `trace.steps` returned.
        loss: the value or tensor that they are of.
        title: for the headline.
    """

    def __init__(self, steps: Steps, loss: Any, title: str) -> None:
        self.steps = steps
        self.loss = loss
        self.title = title
        self.index = 0
        self.page: Callable[[], list[Text]] | None = None  # shown instead of the step
        self.offset = 0
        self.message = ""
        self.prompt = ""  # what is being asked for, "" for nothing
        self.typed = ""
        self._done = False
        color = None if os.environ.get("NO_COLOR") else color_system()
        self._printer = Printer(color)
        self._writer = StepText(steps, 80, not can_write(SIGNS, sys.stdout))
        self._room = 20  # lines for the step

    def run(self) -> None:
        """Go on until the user quits."""
        if not terminal.is_supported():
            self._run_by_line()
            return
        with terminal.opened() as opened:
            while not self._done:
                opened.paint(self.screen(*terminal.size()))
                self.press(opened.read_key())

    # --- keys ------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """Do what a key says."""
        if key in ("resize", "redraw"):
            return
        self.message = ""
        if key == "quit":
            self._done = True
        elif self.prompt:
            self._type(key)
        elif key.isdigit():
            self._ask("jump", key)
        elif self.page and BINDINGS.get(key) not in ("up", "down", "page up", "page down", "quit"):
            self._close()
        else:
            self.do(BINDINGS.get(key, ""), "")

    def _ask(self, what: str, typed: str = "") -> None:
        self.prompt, self.typed = what, typed

    def _type(self, key: str) -> None:
        """Take a key for the prompt."""
        if key == "enter":
            what, self.prompt = self.prompt, ""
            if self.typed.strip():
                self.do(what, self.typed.strip())
        elif key in ("escape", "up", "down") or (key == "backspace" and not self.typed):
            self.prompt = ""
        elif key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "clear":
            self.typed = ""
        elif key == "tab":
            self._complete()
        elif key == "space" or len(key) == 1:
            self.typed += " " if key == "space" else key

    def _complete(self) -> None:
        """Complete a name as far as it is clear."""
        fitting = [name for name in self._names() if name.startswith(self.typed)]
        if self.prompt == "explain" and fitting:
            self.typed = os.path.commonprefix(fitting)  # noqa: RUF071 - of names, not of paths
            if len(fitting) > 1:
                self.message = "  ".join(fitting)

    def _names(self) -> list[str]:
        """List the names of values that there is a gradient of."""
        pairs = zip(self.steps.graph.values, self.steps.names, strict=True)
        return [self._writer.say(name) for value, name in pairs if value.needs_gradient]

    # --- commands --------------------------------------------------------------------------------

    def do(self, command: str, argument: str) -> None:
        """Carry out a command; one that needs an argument and has none asks for it."""
        page = max(self._room - 1, 1)
        moves = {
            "next": self.index + 1,
            "back": self.index - 1,
            "first": 0,
            "last": len(self.steps),
        }
        scrolls = {"up": -1, "down": 1, "page up": -page, "page down": page}
        if command in moves:
            self._go(moves[command])
        elif command in scrolls:
            self.offset = max(self.offset + scrolls[command], 0)
        elif command in ("jump", "explain") and not argument:
            self._ask(command)
        elif command == "jump":
            self._jump(argument)
        elif command == "explain":
            self._explain(argument)
        elif command == "values":
            self._open(lambda: self._writer.values(self.index))
        elif command == "help":
            self._open(self._help)
        elif command == "quit":
            self._done = True
        elif command != "close":
            self.message = "no such key: ? shows those there are"

    def _go(self, index: int) -> None:
        last = len(self.steps) - 1
        if index > last and self.index == last:
            self.message = "this is the last step"
        elif index < 0:
            self.message = "this is the first step"
        self.index = min(max(index, 0), last)
        self.offset = 0

    def _jump(self, text: str) -> None:
        if not text.isdecimal() or not 1 <= int(text) <= len(self.steps):
            self.message = f"there are steps 1 to {len(self.steps)}, and no step {text}"
        else:
            self._close()
            self._go(int(text) - 1)

    def _explain(self, name: str) -> None:
        """Open the explanation of a gradient, if the value has one."""
        value = self._writer.named(name)
        if value is None:
            self.message = f"no value is called {name}: v lists them all"
            return
        if not value.needs_gradient:
            self.message = f"{name} is a constant: no gradient is asked for it"
            return
        try:
            from tinygrad_edu.trace import explain

            text = str(explain(self.loss, value.source))
        except (ImportError, LookupError, RuntimeError, TypeError, ValueError) as error:
            self.message = str(error.args[0] if error.args else error)
            return
        self._open(lambda: self._writer.wrapped(text, hang=4))

    def _help(self) -> list[Text]:
        keys = [(self._writer.say(key), what) for key, what in HELP]
        wide = max(len(key) for key, _ in keys) + 2
        lines = "\n".join(f"{key:{wide}}{what}" for key, what in keys)
        return [*self._writer.wrapped(lines, hang=wide), Text(), *self._writer.wrapped(ABOUT)]

    def _open(self, page: Callable[[], list[Text]]) -> None:
        self.page, self.offset = page, 0

    def _close(self) -> None:
        self.page, self.offset = None, 0

    # --- the screen ------------------------------------------------------------------------------

    def screen(self, columns: int, rows: int) -> str:
        """Write the whole screen: headline, step or page, hints or prompt."""
        self._writer.width = max(columns, 16)
        self._room = max(rows - 4, 1)
        lines = self.page() if self.page else self._writer.body(self.index, self._room)
        most = max(len(lines) - self._room, 0)
        self.offset = min(self.offset, most)
        shown = lines[self.offset : self.offset + self._room]
        empty = [Text()] * (self._room - len(shown))
        foot, column = self._foot(columns, most)
        frame = [*self._head(columns), *shown, *empty, self._rule(columns), foot][: max(rows, 1)]
        for i, line in enumerate(frame):
            frame[i] = line.copy()
            frame[i].truncate(columns)
        cursor = (len(frame) - 1, min(column, columns - 1)) if self.prompt else None
        return terminal.screen(self._printer(frame), cursor)

    def _head(self, columns: int) -> list[Text]:
        """Write the title and the place, above a line of which as much is thick as is done."""
        title, place = self._writer.say(self.title), self._writer.place(self.index)
        gap = columns - Text(title).cell_len - len(place)
        start: list[Any] = [(title, "bold"), " " * gap] if gap >= 2 else []
        head = Text.assemble(*start, place)
        done = round(columns * (self.index + 1) / len(self.steps))
        thick, thin = self._writer.say("━"), self._writer.say("─")
        return [head, Text.assemble((thick * done, "cyan"), (thin * (columns - done), "dim"))]

    def _rule(self, columns: int) -> Text:
        return Text(self._writer.say("─") * columns, "dim")

    def _foot(self, columns: int, most: int) -> tuple[Text, int]:
        """Write the last line, and say where the cursor stands in it."""
        if self.prompt:
            asked = {"jump": f"jump to step (1 to {len(self.steps)}): ", "explain": "explain: "}
            start = asked[self.prompt]
            end = f"   {self.message}" if self.message else ""
            line = Text.assemble((start, "bold"), self.typed, (end, "dim"))
            return line, Text(start + self.typed).cell_len
        if self.message:
            return Text(self._writer.say(self.message), "bold"), 0
        hints = ON_A_PAGE if self.page else HINTS
        hint = next((hint for hint in hints if len(hint) + 16 <= columns), hints[-1])
        line = Text(self._writer.say(hint), "dim")
        if most:
            arrows = ("↑" if self.offset else "") + ("↓" if self.offset < most else "")
            more = self._writer.say(f"{arrows} more ")
            line.pad_right(max(columns - line.cell_len - len(more), 1))
            line.append(more, "bold")
        return line, 0

    # --- where the screen cannot be painted ------------------------------------------------------

    def _run_by_line(self) -> None:
        """Print a step, read a line, and so on: for terminals that can do no more than that."""
        write(f"{self._writer.say(self.title)}\n")
        shown: Any = None
        while not self._done:
            if self.page or shown != self.index:
                self._print()
                shown = self.index
                self.page = None
            try:
                line = input("next, back, jump NUMBER, explain NAME, values, help, quit: ")
            except (EOFError, KeyboardInterrupt):
                write("\n")
                return
            self._obey(line)
            if self.message:
                write(f"{self._writer.say(self.message)}\n")
                self.message = ""

    def _print(self) -> None:
        self._writer.width = max(terminal.size()[0], 16)
        lines = self.page() if self.page else self._writer.body(self.index)
        head = [] if self.page else [Text(self._writer.place(self.index), "bold"), Text()]
        write("\n" + "".join(f"{line}\n" for line in self._printer([*head, *lines])) + "\n")

    def _obey(self, line: str) -> None:
        """Carry out a typed command: a word or its key, and perhaps an argument."""
        word, _, argument = line.strip().partition(" ")
        if word.isdecimal():
            word, argument = "jump", word
        known = dict.fromkeys(BINDINGS.values())
        command = word if word in known else BINDINGS.get(word, "" if word else "next")
        self.do(command, argument.strip())
        if self.prompt:
            self.message = f"{self.prompt} what? {self.prompt} {'3' if command == 'jump' else 'w'}"
            self.prompt = ""
