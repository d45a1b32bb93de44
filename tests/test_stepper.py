"""The interactive stepper, driven by keys in a pseudo-terminal."""

import os
import signal
import time

import pytest
from stepping import NEURON, Pseudo

from tinygrad_edu.commands import terminal

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(NEURON, encoding="utf-8")
    return tmp_path


@pytest.fixture
def start(folder):
    """Return a function that starts the command in a pseudo-terminal."""
    started = []

    def call(*arguments, **options):
        started.append(Pseudo(folder, *arguments, **options))
        return started[-1]

    yield call
    for pseudo in started:
        pseudo.close()


@POSIX
def test_forward_and_back_again(start):
    pseudo = start().see("step 1 of 13 · forward 1 of 6", "v1 = (−3) × 2 = −6", "mine.py: L")
    assert "the script says hello" in pseudo.shown.split("\x1b[?1049h")[0]
    for i, key in enumerate(("n", " ", "\x1b[C", "\r", "\x1bOC", "n"), 2):
        pseudo.type(key).see(f"step {i} of 13")
    pseudo.see("backward 1 of 7", "∂L/∂L = 1")
    pseudo.type("n").see("∂L/∂v4: – → 1 × 1 = 1", "▶ 5  L = (y - 1) ** 2 + w")
    for i, key in zip((7, 6, 5), ("b", "\x1b[D", "\x7f"), strict=True):
        pseudo.type(key).see(f"step {i} of 13")
    assert pseudo.type("q").end() == 0


@POSIX
def test_first_and_last(start):
    pseudo = start().see("step 1 of")
    pseudo.type("G").see("step 13 of 13 · backward 7 of 7", "│ grad  1 → 0.4474 ├◀─")
    pseudo.type("n").see("this is the last step", "step 13 of 13")
    pseudo.type("g").see("step 1 of 13")
    pseudo.type("b").see("this is the first step")
    pseudo.type("\x1b[F").see("step 13 of 13").type("\x1b[H").see("step 1 of 13")
    assert pseudo.type("q").end() == 0


@POSIX
def test_jump(start):
    pseudo = start().see("step 1 of").type("j").see("jump to step (1 to 13): ")
    pseudo.type("12\x7f0\r").see("step 10 of 13")
    pseudo.type("7").see("jump to step (1 to 13): 7").type("\r").see("step 7 of 13")
    pseudo.type("j99\r").see("there are steps 1 to 13, and no step 99", "step 7 of 13")
    pseudo.type("jx\r").see("and no step x").type("j\x1b").see("n next  b back")
    assert pseudo.type("q").end() == 0


@POSIX
def test_values(start):
    pseudo = (
        start()
        .see("step 1 of")
        .type("jjj")
        .see("jump to step")
        .type("\x15" + "9\r")
        .see("step 9 of")
    )
    pseudo.type("v").see("name", "kind")
    rows = {line.split()[0]: line.split()[1:] for line in pseudo.screen[3:14]}
    assert rows["w"] == ["−3", "1", "leaf"] and rows["x"] == ["2", "–", "leaf"]
    assert rows["y"] == ["0.7163", "–", "intermediate"] and rows["L"][1:] == ["1", "output"]
    pseudo.type("x").see("step 9 of 13", "∂L/∂v3")
    assert pseudo.type("q").end() == 0


@POSIX
def test_values_that_are_not_computed_yet(start):
    pseudo = start().see("step 1 of").type("v").see("kind")
    rows = {line.split()[0]: line.split()[1:] for line in pseudo.screen[3:14]}
    assert rows["v1"] == ["−6", "–", "intermediate"] and rows["y"] == ["–", "–", "intermediate"]


@POSIX
def test_explain(start):
    pseudo = start(rows=60).see("step 1 of").type("e").see("explain: ")
    pseudo.type("w\r").see("∂L/∂w = 0.4474").type("n").see("step 1 of 13")
    pseudo.type("e\r").see("n next")  # no name: nothing is asked for any more
    pseudo.type("eq\r").see("no value is called q: v lists them all")
    pseudo.type("e1\r").see("1 is a constant: no gradient is asked for it")
    assert pseudo.type("q").end() == 0


@POSIX
def test_tab_completes_names(start, folder):
    (folder / "mine.py").write_text(
        "from tinygrad_edu import Value\n"
        "weight_1, weight_2 = Value(1.0), Value(2.0)\n"
        "y = weight_1 * weight_2\n"
    )
    pseudo = start().see("step 1 of").type("ew\t").see("explain: weight_   weight_1  weight_2")
    assert pseudo.type("2\r").see("∂y/∂weight_2 = 1").type("q").type("q").end() == 0


@POSIX
def test_help(start):
    pseudo = start().see("step 1 of").type("?").see("explain the gradient of a value; Tab")
    pseudo.type("n").see("step 1 of 13", "n next  b back")
    pseudo.type("Z").see("no such key: ? shows those there are")
    assert pseudo.type("q").end() == 0


@POSIX
@pytest.mark.parametrize("key", ["q", "\x03", "\x04", "v\x03", "j\x04", "?qq"])
def test_ways_to_quit(start, key):
    pseudo = start().see("step 1 of")
    assert pseudo.type(key).end() == 0


@POSIX
def test_a_small_window_scrolls(start):
    pseudo = start(rows=12, columns=50).see("step 1 of").type("G").see("step 13 of", "↓ more")
    assert len(pseudo.screen) == 12 and not any("gets the upstream" in x for x in pseudo.screen)
    pseudo.type("\x1b[B").see("↑↓ more").type("\x1b[6~").see("↑↓ more")
    pseudo.type("\x1b[6~\x1b[6~").see("↑ more", "mine.py:4")
    assert pseudo.type("q").end() == 0


@POSIX
def test_a_window_that_changes_its_size(start):
    pseudo = start().see("step 1 of")
    pseudo.resize(20, 30)
    pseudo.see("step 1 of 13 · forward 1 of 6")
    end = time.monotonic() + 20
    while len(pseudo.screen) != 20 and time.monotonic() < end:
        pseudo.read()
    assert len(pseudo.screen) == 20 and max(map(len, pseudo.screen)) <= 30
    pseudo.resize(3, 8)
    while len(pseudo.screen) != 3 and time.monotonic() < end:
        pseudo.read()
    assert pseudo.type("q").end() == 0


@POSIX
def test_stopped_and_continued(start):
    pseudo = start(shell="{}; echo the shell; fg").see("step 1 of").type("n").see("step 2 of")
    pseudo.type("\x1a")
    end = time.monotonic() + 20
    while "the shell" not in pseudo.shown and time.monotonic() < end:
        pseudo.read()
    assert pseudo.shown.split("the shell")[0].count("\x1b[?1049l") == 1
    pseudo.see("step 2 of 13").type("n").see("step 3 of 13")
    assert pseudo.shown.count("\x1b[?1049h") == 2
    assert pseudo.type("q").end() == 0


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP] if os.name == "posix" else [])
def test_ended_by_a_signal(start, number):
    pseudo = start().see("step 1 of")
    os.kill(pseudo.process.pid, number)
    assert pseudo.end() == 128 + number


@POSIX
@pytest.mark.parametrize("no_color", [None, "1"])
def test_colours_unless_no_color_is_set(start, no_color):
    pseudo = start(**({"NO_COLOR": no_color} if no_color else {})).see("step 1 of")
    assert ("\x1b[1m" in pseudo.shown) == (no_color is None)
    assert pseudo.type("q").end() == 0


@POSIX
def test_ascii_in_a_terminal(start):
    pseudo = start(PYTHONIOENCODING="ascii").see("step 1 of 13 * forward 1 of 6")
    pseudo.type("G").see("dL/dw: 1 -> 1 + (-0.2763 x 2) = 0.4474", "+<-")
    pseudo.type("?").see("n  space  ->  enter   next step", "q  Ctrl-C  Ctrl-D     quit")
    pseudo.type("x").see("dL/dw").type("v").see("kind")
    assert all(line.isascii() for line in pseudo.screen)
    assert pseudo.type("q").end() == 0


@POSIX
def test_a_terminal_that_paints_no_screens(start):
    pseudo = start(TERM="dumb")
    prompt = "next, back, jump NUMBER, explain NAME, values, help, quit: "

    def answer(line, text):
        pseudo.shown = ""
        pseudo.type(line + "\n")
        end = time.monotonic() + 20
        while not (text in pseudo.shown and pseudo.shown.endswith(prompt)):
            assert time.monotonic() < end, pseudo.shown
            pseudo.read()
        assert "\x1b[" not in pseudo.shown.replace("\x1b[?2004h", "").replace("\x1b[?2004l", "")

    answer("", "step 2 of 13")
    answer("back", "step 1 of 13")
    answer("b", "this is the first step")
    answer("jump 13", "(−0.2763 × 2) = 0.4474")
    answer("3", "step 3 of 13")
    answer("values", "intermediate")
    answer("explain w", "∂L/∂w = 0.4474")
    answer("explain", "explain what? explain w")
    answer("nonsense", "no such key")
    pseudo.type("quit\n")
    assert pseudo.process.wait(30) == 0


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b[A\x1b[B\x1bOC\x1bOD", ["up", "down", "right", "left"]),
        (
            "\x1b[1~\x1b[4~\x1bOH\x1bOF\x1b[5~\x1b[6~",
            ["home", "end", "home", "end", "page up", "page down"],
        ),
        ("\x1b", ["escape"]),
        ("\x1b[1;5C\x1b[200~ä", ["ä"]),
        ("nA\r\n\t \x7f", ["n", "A", "enter", "enter", "tab", "space", "backspace"]),
    ],
)
def test_keys(sent, keys):
    assert terminal.keys_in(sent) == keys
