"""What the tests of the commands on scripts share: a script, and a pseudo-terminal."""

import codecs
import os
import re
import select
import shlex
import subprocess
import sys
import time

NEURON = """\
from tinygrad_edu import Value

w, x, b = Value(-3.0), Value(2.0), Value(6.9)
y = (w * x + b).tanh()
L = (y - 1) ** 2 + w
print("the script says hello")
L.backward()
"""


def environment(**changes):
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    return {**kept, "PYTHONIOENCODING": "utf-8", **changes}


class Pseudo:
    """The command in a pseudo-terminal: what is typed, and the screen that is painted last."""

    def __init__(self, folder, *arguments, rows=30, columns=90, shell=None, **changes):
        import fcntl
        import pty
        import termios

        self.parent, child = pty.openpty()
        self.child = child  # kept open, to ask for its settings after the end
        self.resize(rows, columns)
        self.before = termios.tcgetattr(child)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(child, termios.TIOCSCTTY, 0)

        command = [sys.executable, "-m", "tinygrad_edu", *(arguments or ("step", "mine.py"))]
        if shell:
            command = ["sh", "-mc", shell.format(shlex.join(command))]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(**{"TERM": "xterm-256color", **changes}),
            stdin=child,
            stdout=child,
            stderr=child,
            preexec_fn=take_terminal,
        )
        self.shown = ""
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def resize(self, rows, columns):
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.parent, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.parent, keys.encode())
        return self

    @property
    def screen(self):
        """The lines of the last complete screen, without colours."""
        painted = self.shown.split("\x1b[?2026l")[-2:-1]
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", painted[0]) if painted else ""
        return text.split("\r\n")

    def see(self, *texts):
        """Read until the last screen has all the texts, or fail."""
        end = time.monotonic() + 20
        while not all(any(text in line for line in self.screen) for text in texts):
            assert time.monotonic() < end, (texts, self.screen)
            self.read()
        return self

    def read(self):
        if select.select([self.parent], [], [], 0.1)[0]:
            self.shown += self.decode(os.read(self.parent, 65536))

    def end(self):
        """Wait for the end; return the exit status, after a look at whether all was given back."""
        import termios

        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        status = self.process.wait(1)
        self.read()
        assert termios.tcgetattr(self.child)[:6] == self.before[:6]
        assert self.shown.count("\x1b[?1049h") == self.shown.count("\x1b[?1049l") > 0
        assert self.shown.rstrip().endswith("\x1b[?7h\x1b[?25h\x1b[?1049l")
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.parent)
        os.close(self.child)
