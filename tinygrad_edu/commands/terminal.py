"""A terminal that is read key by key and painted a whole screen at a time.

It is given back as it was, whatever happens: at the end, after an error, when the program is
stopped for a while (Ctrl-Z) or ended by a signal.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

CHARACTERS = {
    "\r": "enter", "\n": "enter", " ": "space", "\t": "tab", "\x7f": "backspace",
    "\x08": "backspace", "\x1b": "escape", "\x03": "quit", "\x04": "quit", "\x15": "clear",
    "\x1a": "suspend", "\x0c": "redraw",
}  # fmt: skip
SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "1~": "home", "7~": "home", "4~": "end", "8~": "end", "5~": "page up", "6~": "page down",
    "M": "enter",
}  # fmt: skip
"""Keys by what a terminal sends for them: a character, or what follows `ESC [` or `ESC O`."""

_SENT = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)|.", re.DOTALL)
_ESCAPE_TIME = 0.05  # seconds in which the rest of a key's characters follow its ESC

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l"  # another screen, no wrapping, no cursor
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


def keys_in(text: str) -> list[str]:
    r"""Split what a terminal has sent into keys; one that is not known is left out.

    >>> keys_in("n\x1b[C\r\x1b[1;5P")
    ['n', 'right', 'enter']
    """
    found = []
    for sent in _SENT.findall(text):
        if len(sent) > 1:
            key = SEQUENCES.get(sent[2:], "")
        else:
            key = CHARACTERS.get(sent, sent if sent.isprintable() else "")
        found += [key] if key else []
    return found


def screen(lines: Sequence[str], cursor: tuple[int, int] | None = None) -> str:
    """Write what paints a screen over the one before, without clearing it: so nothing flickers.

    Args:
        lines: from top to bottom, not more than there are rows.
        cursor: the row and column where the cursor is shown, from 0.
    """
    # Erased before it is written: after a line as long as the screen is wide, the cursor stands on
    # its last character.
    body = "\r\n".join(f"\x1b[K{line}" for line in lines)
    show = f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H\x1b[?25h" if cursor else "\x1b[?25l"
    return f"\x1b[?2026h\x1b[?25l\x1b[H{body}\x1b[J{show}\x1b[?2026l"


def is_supported() -> bool:
    """Tell whether single keys can be read and the screen painted here."""
    if os.environ.get("TERM") == "dumb":
        return False
    return _platform() is not None


def size() -> tuple[int, int]:
    """Return how many columns and rows the terminal has now."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        columns, rows = 0, 0
    return columns or 80, rows or 24


@contextlib.contextmanager
def opened() -> Iterator[Any]:
    """Take over the terminal; what is returned has `read_key()` and `paint(text)`."""
    kind = _platform()
    assert kind is not None
    terminal = kind()
    try:
        terminal.take()
        yield terminal
    finally:
        terminal.give_back()


def _platform() -> Any:
    if sys.platform == "win32":
        return _Windows
    try:
        import termios
    except ImportError:
        return None
    return _Posix if hasattr(termios, "tcsetattr") else None


class _Screen:
    def paint(self, text: str) -> None:
        """Write at once; what the encoding does not have, as a question mark."""
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()


if sys.platform == "win32":
    import msvcrt

    _WINDOWS = {
        "H": "up", "P": "down", "M": "right", "K": "left", "G": "home", "O": "end", "I": "page up",
        "Q": "page down",
    }  # fmt: skip

    class _Windows(_Screen):
        def take(self) -> None:
            os.system("")  # lets an old console understand escape sequences
            self.paint(ENTER)

        def give_back(self) -> None:
            self.paint(LEAVE)

        def read_key(self) -> str:
            while True:
                c = msvcrt.getwch()
                special = c in "\x00\xe0"
                key = _WINDOWS.get(msvcrt.getwch(), "") if special else "".join(keys_in(c))
                if key and key != "suspend":
                    return key

else:
    import termios
    import tty

    class _Posix(_Screen):
        """Reads keys from stdin with the terminal in raw mode."""

        def __init__(self) -> None:
            self._input = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._input)
            self._keys: list[str] = []
            self._handlers: dict[int, Any] = {}
            self._woken, self._wake = os.pipe()

        def take(self) -> None:
            for number in (signal.SIGWINCH, signal.SIGCONT):
                self._handlers[number] = signal.signal(number, self._changed)
            for number in (signal.SIGTERM, signal.SIGHUP):
                self._handlers[number] = signal.signal(number, self._ended)
            self._enter()

        def give_back(self) -> None:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            with contextlib.suppress(OSError, ValueError, termios.error):  # the window is gone
                self._leave()
            os.close(self._woken)
            os.close(self._wake)

        def read_key(self) -> str:
            """Wait for a key; "resize" if the terminal has changed, "quit" at its end."""
            while not self._keys:
                ready, _, _ = select.select([self._input, self._woken], [], [])
                if self._woken in ready:
                    os.read(self._woken, 1024)
                    return "resize"
                self._keys = self._read()
            key = self._keys.pop(0)
            if key != "suspend":
                return key
            self._suspend()
            return "resize"

        def _read(self) -> list[str]:
            try:
                sent = os.read(self._input, 1024)
                if sent.endswith(b"\x1b") and select.select([self._input], [], [], _ESCAPE_TIME)[0]:
                    sent += os.read(self._input, 1024)
            except OSError:
                return ["quit"]
            return keys_in(sent.decode(errors="replace")) if sent else ["quit"]

        def _enter(self) -> None:
            tty.setraw(self._input, termios.TCSADRAIN)
            self.paint(ENTER)

        def _leave(self) -> None:
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)
            self.paint(LEAVE)

        def _suspend(self) -> None:
            self._leave()
            os.kill(0, signal.SIGTSTP)  # comes back when the shell says so
            self._enter()

        def _changed(self, number: int, _: FrameType | None) -> None:
            os.write(self._wake, b"!")

        def _ended(self, number: int, _: FrameType | None) -> None:
            raise SystemExit(128 + number)
