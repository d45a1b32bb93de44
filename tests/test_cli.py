"""The command line, run as a user runs it: what it prints, what it writes, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from tinygrad_edu.cli import main
from tinygrad_edu.version import __version__

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell or signals")
QUICK = ("--depth", "2", "--width", "4", "--batch", "8")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the command in an empty folder, without a system `dot`."""

    def call(*arguments, **environment):
        python = [sys.executable, "-X", "utf8=0", "-m", "tinygrad_edu"]
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        settings = {"PATH": str(tmp_path), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
        return subprocess.run(
            [*python, *arguments],
            cwd=tmp_path,
            env={**kept, **settings, **environment},
            capture_output=True,
            encoding="utf-8",
        )

    return call


def said(done):
    """The last line on stderr; there is never a traceback."""
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""


def texts_in(svg):
    """The lines of text in an SVG file."""
    root = ET.fromstring(svg.read_text(encoding="utf-8"))
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


# --- what it does --------------------------------------------------------------------------------


def test_flow_prints_a_table_and_draws(run, tmp_path):
    done = run("flow")
    assert done.returncode == 0 and said(done) == ""
    assert "\x1b" not in done.stdout
    for name in ("sigmoid: vanishing", "tanh: healthy", "relu: healthy", "leaky_relu: healthy"):
        assert name in done.stdout
    assert done.stdout.endswith("\ndrawn in gradient-flow.svg\n")
    texts = texts_in(tmp_path / "gradient-flow.svg")
    assert "relu" in texts and any("with sigmoid the gradient vanishes" in text for text in texts)


def test_chains(run, tmp_path):
    done = run("flow", "--chain", "0.9", "1.1", "--length", "100")
    assert done.returncode == 0
    assert "0.9^100 = 2.656e-5" in done.stdout and "1.1^100 = 13780.6" in done.stdout
    texts = texts_in(tmp_path / "gradient-flow.svg")
    assert "gradient at step 0: 0.9^100 = 2.656e-5" in texts


def test_the_options_of_the_networks(run):
    options = (
        "--activation",
        "relu",
        "--init",
        "torch",
        "--seed",
        "3",
        "--lr",
        "0.5",
        "--steps",
        "2",
    )
    done = run("flow", *QUICK, *options, "--json")
    data = json.loads(done.stdout)
    assert data["settings"] == {
        "depth": 2, "width": 4, "seed": 3, "init": "torch", "batch": 8, "lr": 0.5, "steps": 2,
    }  # fmt: skip
    assert [network["name"] for network in data["networks"]] == ["relu"]


def test_json_is_all_there_is_on_stdout_and_no_file_is_written(run, tmp_path):
    done = run("flow", *QUICK, "--json")
    data = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == "" and list(tmp_path.iterdir()) == []
    assert set(data) == {"version", "settings", "reference", "networks", "figure"}
    assert (data["version"], data["reference"], data["figure"]) == (__version__, "output", None)
    for network in data["networks"]:
        assert set(network) == {"name", "layers", "loss", "verdict"}
        assert [layer["name"] for layer in network["layers"]] == ["layer 1", "layer 2", "output"]
        for layer in network["layers"]:
            assert isinstance(layer["gradient"], float) and isinstance(layer["verdict"], str)


def test_json_of_chains_with_numbers_beyond_floats(run):
    data = json.loads(run("flow", "--chain", "10", "0.5", "--length", "400", "--json").stdout)
    ten, half = data["chains"]
    assert ten["gradients"][0] == "inf" and half["gradients"][-1] == 1.0
    assert data["settings"] == {"length": 400} and len(half["gradients"]) == 401


def test_json_and_a_drawing(run, tmp_path):
    done = run("flow", *QUICK, "--json", "-o", "flow.png")
    assert json.loads(done.stdout)["figure"] == "flow.png"
    assert (tmp_path / "flow.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "magic"), [("a.svg", b"<?xml"), ("b.PNG", b"\x89PNG"), ("c.pdf", b"%PDF-")]
)
def test_the_ending_says_the_format(run, tmp_path, name, magic):
    done = run("flow", *QUICK, "--activation", "tanh", "-o", name, "--theme", "dark")
    assert done.stdout.endswith(f"drawn in {name}\n")
    assert (tmp_path / name).read_bytes().startswith(magic)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_help_and_version(run):
    for arguments in (("--help",), ("flow", "--help")):
        done = run(*arguments)
        assert done.returncode == 0 and done.stdout.startswith("usage: tinygrad-edu")
    for word in ("--activation", "--chain", "--json", "examples:", "vanishing below 1/1000"):
        assert word in done.stdout
    assert run("--version").stdout == f"tinygrad-edu {__version__}\n"


def test_importing_the_command_line_imports_no_drawing_or_tables(run):
    code = "import sys, tinygrad_edu.cli; print({'rich', 'graphviz', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_a_training_that_diverged_is_told(run):
    done = run(
        "flow", *QUICK, "--batch", "1", "--activation", "tanh", "--steps", "9", "--lr", "1e6"
    )
    told = " ".join(done.stdout.split())
    assert "tanh: nan (from output back; the loss is nan)" in told
    assert "1 handwritten digit, 4 units a layer" in told
    assert "after 9 steps of SGD with lr 1e+06, which diverged" in told


# --- what it refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "COMMAND"),
        (("flaw",), "invalid choice: 'flaw'"),
        (("flow", "--depth", "0"), "0 is not from 1 to 1000"),
        (("flow", "--depth", "ten"), "'ten' is not a whole number"),
        (("flow", "--batch", "5000"), "5000 is not from 1 to 1797"),
        (("flow", "--lr", "fast"), "'fast' is not a learning rate"),
        (("flow", "--lr", "-1"), "'-1' is not a learning rate"),
        (("flow", "--activation", "swish"), "invalid choice: 'swish'"),
        (("flow", "--init", "zero"), "invalid choice: 'zero'"),
        (("flow", "--theme", "sepia"), "invalid choice: 'sepia'"),
        (("flow", "-o", "flow.jpg"), "does not end in .svg, .png or .pdf"),
        (("flow", "-o", "flow"), "does not end in .svg, .png or .pdf"),
        (("flow", "--length", "5"), "--length belongs to --chain"),
        (("flow", "--chain", "0.9", "--depth", "5"), "--depth belongs to networks"),
        (("flow", "--chain", "0.9", "--activation", "relu"), "--activation belongs to networks"),
        (("flow", "--chain", "nine"), "'nine' is not a factor"),
        (("flow", "--chain", "nan"), "'nan' is not a factor"),
        (("flow", "--chain", "inf"), "'inf' is not a factor"),
        (("flow", "--lr", "0.5"), "--lr belongs to training: give --steps N too"),
        (("flow", "--lr", "0.5", "--steps", "0"), "--lr belongs to training"),
        (("flow", "stray"), "usage: tinygrad-edu flow "),
        (("graph", "a.py", "-o", "a.svg", "--jsn"), "usage: tinygrad-edu graph "),
        (("flow", "--chain", *["1"] * 13), "at most 12 factors"),
        (("flow", "--chain", "1", "--length", "0"), "0 is not from 1 to 1000000"),
        (("flow", "--colour"), "unrecognized arguments: --colour"),
    ],
)
def test_wrong_options(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and message in printed.err and list(tmp_path.iterdir()) == []


def test_wrong_options_end_with_2(run):
    done = run("flow", "--depth", "0")
    assert done.returncode == 2 and said(done).endswith("0 is not from 1 to 1000")


def test_a_drawing_of_before_is_written_over(run, tmp_path):
    (tmp_path / "gradient-flow.svg").write_text("old")
    assert run("flow", *QUICK).stdout.endswith("\ndrawn in gradient-flow.svg (overwritten)\n")
    assert "<svg" in (tmp_path / "gradient-flow.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["nowhere/flow.svg", "."])
def test_a_file_that_cannot_be_written(run, tmp_path, name):
    (tmp_path / "taken.svg").mkdir()
    name = name if name != "." else "taken.svg"
    done = run("flow", *QUICK, "--activation", "relu", "-o", name)
    assert done.returncode == 1
    assert said(done).startswith(f"tinygrad-edu: cannot write {os.path.join(*name.split('/'))}: ")
    assert "relu: " in done.stdout and "drawn in" not in done.stdout


def test_json_says_that_nothing_was_drawn(run):
    done = run("flow", *QUICK, "--json", "-o", "nowhere/flow.svg")
    assert done.returncode == 1 and json.loads(done.stdout)["figure"] is None


# --- terminals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_terminals_that_know_few_characters(run, encoding):
    done = run("flow", *QUICK, PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and said(done) == ""
    assert done.stdout.isascii() and "###" in done.stdout
    assert run("flow", "--help", PYTHONIOENCODING=encoding).returncode == 0


def test_a_file_name_that_the_terminal_cannot_show(run, tmp_path):
    done = run("flow", *QUICK, "-o", "日.svg", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.endswith("drawn in ?.svg\n")
    assert [path.name for path in tmp_path.iterdir()] == ["日.svg"]


@pytest.mark.parametrize("columns", ["20", "40", "60"])
def test_narrow_terminals(run, columns):
    done = run("flow", *QUICK, COLUMNS=columns)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert all(len(line) <= max(int(columns), 29) for line in lines if "drawn in" not in line)


@POSIX
@pytest.mark.parametrize("no_color", [None, "1"])
def test_colours_in_a_terminal_unless_no_color_is_set(tmp_path, no_color):
    import pty

    parent, child = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    environment.update(TERM="xterm-256color", PYTHONIOENCODING="utf-8")
    if no_color:
        environment["NO_COLOR"] = no_color
    command = [sys.executable, "-m", "tinygrad_edu", "flow", "--chain", "0.9", "--length", "99"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=child, env=environment) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                data = os.read(parent, 4096)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            shown += data
    os.close(parent)
    assert process.returncode == 0 and b"vanishing" in shown
    assert (b"\x1b[" in shown) == (no_color is None)


@POSIX
@pytest.mark.parametrize("arguments", [("flow", *QUICK), ("flow", "--help")], ids=["table", "help"])
def test_a_reader_who_has_seen_enough(tmp_path, arguments):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", *arguments],
        cwd=tmp_path,
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    os.close(write)
    assert done.returncode == 0 and done.stderr == ""
    assert (tmp_path / "gradient-flow.svg").exists() == ("--help" not in arguments)


@POSIX
def test_a_full_disk_behind_stdout(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tinygrad_edu", "flow", *QUICK],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    assert done.returncode == 1 and said(done).startswith("tinygrad-edu: ")


def test_interrupted(monkeypatch, capsys, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tinygrad_edu.viz.flow.chain_flow", interrupt)
    assert main(["flow", "--chain", "0.9"]) == 130
    assert capsys.readouterr().err == "\ntinygrad-edu: interrupted\n"


@POSIX
def test_interrupted_by_a_signal(tmp_path):
    code = (
        "import signal, sys, tinygrad_edu.cli as cli, tinygrad_edu.viz.flow as flow\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "measure = flow.chain_flow\n"
        "flow.chain_flow = lambda *a: (print('ready', flush=True), measure(*a))[1]\n"
        "sys.exit(cli.main(['flow', '--chain', '0.9', '--length', '1000000']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130 and not re.search("Traceback", errors)
