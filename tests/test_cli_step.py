"""`tinygrad-edu step`, `graph` and `explore` without a terminal: what is printed and written.

`UPDATE_SNAPSHOTS=1 pytest tests/test_cli_step.py` writes the snapshots anew; look at what changed
before you commit it.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from stepping import NEURON, environment

SNAPSHOTS = Path(__file__).parent / "snapshots"
EXAMPLES = Path(__file__).parent.parent / "examples"
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(NEURON, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder):
    """Return a function that runs the command without a terminal."""

    def call(*arguments, **changes):
        return subprocess.run(
            [sys.executable, "-m", "tinygrad_edu", *arguments],
            cwd=folder,
            env=environment(**{"COLUMNS": "80", **changes}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )

    return call


# --- without a terminal --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "name"), [(["--all"], "step-all.txt"), (["--markdown"], "step.md")]
)
def test_all_steps_at_once(run, options, name):
    done = run("step", "mine.py", *options)
    assert (done.returncode, done.stderr) == (0, "the script says hello\n")
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == path.read_text(encoding="utf-8")


def test_without_a_terminal_all_steps_are_printed(run):
    assert run("step", "mine.py").stdout == run("step", "mine.py", "--all").stdout


def test_the_steps_are_numbered_and_complete(run):
    heads = re.findall(r"^── (.*?) ─+$", run("step", "mine.py:y").stdout, re.MULTILINE)
    assert heads == [
        *(f"step {i} of 7 · forward {i} of 3" for i in (1, 2, 3)),
        *(f"step {i + 3} of 7 · backward {i} of 4" for i in (1, 2, 3, 4)),
    ]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_terminals_that_know_few_characters(run, encoding):
    done = run("step", "mine.py", PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and done.stdout.isascii()
    assert "dL/dw: 1 -> 1 + (-0.2763 x 2) = 0.4474" in done.stdout
    assert run("step", "--help", PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.parametrize("columns", ["20", "33", "60", "200"])
def test_narrow_and_wide(run, columns):
    lines = run("step", "mine.py", COLUMNS=columns).stdout.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert any(line.startswith("∂L/∂w: 1 →") for line in lines)


def test_arguments_after_two_dashes_are_the_scripts(run, folder):
    (folder / "args.py").write_text(
        "import sys\nfrom tinygrad_edu import Value\nprint(sys.argv[1:])\ny = Value(1.0) * 2\n"
    )
    done = run("step", "args.py", "--all", "--", "--all", "-x", "--", "z")
    assert done.stderr == "['--all', '-x', '--', 'z']\n" and "step 1 of 3" in done.stdout
    done = run("flow", "--", "x")
    assert done.returncode == 2 and "takes no arguments after --" in done.stderr


@POSIX
def test_a_reader_who_has_seen_enough(folder):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", "step", "mine.py"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "the script says hello\n")


@pytest.mark.parametrize(
    "command", [("step",), ("graph", "-o", "a.svg"), ("explore", "-o", "a.html")]
)
def test_errors_of_all_commands(run, folder, command):
    for script, status, message in (
        ("none.py", 2, "there is no file none.py"),
        (".", 2, ". is a folder"),
        ("mine.py:q", 2, "mine.py has no global q."),
        ("empty.py", 1, "empty.py has nothing to step through or draw"),
        ("broken.py", 1, "ZeroDivisionError: division by zero"),
    ):
        (folder / "empty.py").touch()
        (folder / "broken.py").write_text("1 / 0\n")
        done = run(*command, script)
        assert done.returncode == status and message in done.stderr.splitlines()[-1]
        assert ("Traceback" in done.stderr) == (script == "broken.py")
    assert {path.suffix for path in folder.iterdir()} == {".py"}


def test_a_tensor_that_cannot_be_stepped_through(run, folder):
    (folder / "big.py").write_text(
        "import tinygrad_edu as torch\ny = torch.ones(3, requires_grad=True) * 2\n"
    )
    done = run("step", "big.py")
    assert done.returncode == 1
    assert done.stderr.startswith("tinygrad-edu: cannot step through big.py: y: grad can be")


@pytest.mark.parametrize("example", ["01_chain_rule", "02_neuron", "03_order"])
def test_examples(run, example):
    done = run("step", str(EXAMPLES / f"{example}.py"))
    assert done.returncode == 0 and done.stdout.startswith(f"{example}.py: ")
    assert f"\n{example}.py:" in done.stdout and "backward 1 of" in done.stdout


# --- graph and explore ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "magic"), [("a.svg", b"<?xml"), ("b.PNG", b"\x89PNG"), ("c.pdf", b"%PDF-")]
)
def test_graph(run, folder, name, magic):
    done = run("graph", "mine.py", "-o", name, "--theme", "dark", "--direction", "TB")
    assert done.stdout == f"the script says hello\nmine.py: L drawn in {name}\n"
    assert (folder / name).read_bytes().startswith(magic)


def test_the_options_of_graph(run, folder):
    run("graph", "mine.py:y", "-o", "a.svg")
    across = (folder / "a.svg").read_text(encoding="utf-8")
    assert ">w</text>" in across and ">−6</text>" in across and ">L</text>" not in across
    run("graph", "mine.py:y", "-o", "b.svg", "--direction", "TB", "--theme", "dark")
    down = (folder / "b.svg").read_text(encoding="utf-8")
    tall = [
        [float(n) for n in re.search(r'width="(\d+)pt" height="(\d+)pt"', svg).groups()]
        for svg in (across, down)
    ]
    assert tall[0][0] > tall[0][1] and tall[1][0] / tall[1][1] < tall[0][0] / tall[0][1]
    assert "#111827" in down and "prefers-color-scheme" not in down
    done = run("graph", "mine.py", "-o", "c.svg", "--limit", "3")
    assert done.returncode == 1 and not (folder / "c.svg").exists()
    assert "more than the limit of 3" in done.stderr
    assert "pass --limit " in done.stderr and "=" not in done.stderr
    assert "--detail" not in done.stderr  # no module took part


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("graph", "mine.py"), "required: -o/--output"),
        (("graph", "mine.py", "-o", "a.html"), "does not end in .svg, .png or .pdf"),
        (("graph", "mine.py", "-o", "a.svg", "--limit", "0"), "0 is not from 1 to"),
        (("explore", "mine.py", "-o", "a.svg"), "'a.svg' does not end in .html"),
        (("step", "mine.py", "--all", "--markdown"), "not allowed with"),
        (("step",), "required: FILE.py[:NAME]"),
    ],
)
def test_wrong_options(run, arguments, message):
    done = run(*arguments)
    assert done.returncode == 2 and message in done.stderr and done.stdout == ""


@pytest.mark.parametrize(("opens", "status"), [(True, 0), (False, 1)])
def test_explore(folder, monkeypatch, capsys, opens, status):
    from tinygrad_edu.cli import main

    opened = []
    monkeypatch.chdir(folder)
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)) or opens)
    assert main(["explore", "mine.py", "-o", "a.html", "--open"]) == status
    printed = capsys.readouterr()
    assert printed.out == "the script says hello\nmine.py: L is in a.html\n"
    assert opened == [(folder / "a.html").as_uri()]
    assert ("no browser could be opened: open a.html yourself" in printed.err) == (not opens)
    assert (folder / "a.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("command", "name", "words"), [("graph", "a.svg", "drawn"), ("explore", "a.html", "is")]
)
def test_what_is_written_over(run, folder, command, name, words):
    for over in ("", " (overwritten)"):
        done = run(command, "mine.py", "-o", name)
        assert done.stdout.endswith(f"mine.py: L {words} in {name}{over}\n")
    before = (folder / name).read_bytes()
    assert before and NEURON.encode() not in before
    (folder / name).write_text(NEURON, encoding="utf-8")  # a script of that name, and of the code
    done = run(command, name, "-o", name)
    assert (done.returncode, done.stdout) == (2, "")  # it was not even run
    assert done.stderr == f"tinygrad-edu: -o {name} is the script itself: choose another name\n"
    assert (folder / name).read_text(encoding="utf-8") == NEURON
    done = run(command, "mine.py", "-o", "mine.py")
    assert done.returncode == 2 and "'mine.py' does not end in ." in done.stderr
    assert (folder / "mine.py").read_text(encoding="utf-8") == NEURON


@pytest.mark.parametrize("name", ["nowhere/a.svg", "nowhere/a.html"])
def test_a_file_that_cannot_be_written(run, name):
    command = "graph" if name.endswith("svg") else "explore"
    done = run(command, "mine.py", "-o", name)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith(f"tinygrad-edu: cannot write {os.path.join(*name.split('/'))}: ")
