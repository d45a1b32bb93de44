"""`tinygrad-edu examples`, and lessons by name in the other commands."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest
from stepping import environment

from tinygrad_edu.cli import main
from tinygrad_edu.commands import lessons

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


def test_the_lessons_are_listed_by_number_name_and_title(capsys):
    assert main(["examples"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == " 1  chain_rule         The chain rule, by hand and by engine"
    assert len(lines) == len(lessons.lessons()) + 2 and all(len(line) <= 100 for line in lines)


def test_a_lesson_runs_in_this_folder_and_says_what_it_drew(folder):
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", "examples", "02_neuron"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("z = 0.9000") and done.stdout.endswith("drawn in neuron.svg\n")
    assert [path.name for path in folder.iterdir()] == ["neuron.svg"]


def test_a_copy_to_be_changed_is_not_written_over(folder, capsys):
    assert main(["examples", "2", "--copy"]) == 0
    copied = folder / "02_neuron.py"
    assert copied.read_bytes() == (EXAMPLES / "02_neuron.py").read_bytes()
    copied.write_text("mine", encoding="utf-8")
    assert main(["examples", "2", "--copy"]) == 1
    assert "is here already" in capsys.readouterr().err and copied.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["examples", "activation"], 2, "no lesson is called activation: do you mean activations?"),
        (["examples", "99"], 2, "no lesson is called 99"),
        (["examples", "--copy"], 2, "--copy copies one lesson"),
        (["step", "neurn"], 2, "there is no file neurn: do you mean neuron?"),
        (["step", "neuron.py"], 2, "there is no file neuron.py"),
    ],
)
def test_what_makes_no_sense(capsys, arguments, status, message):
    assert main(arguments) == status
    assert message in capsys.readouterr().err


def test_a_lesson_that_needs_matplotlib_says_so(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    assert main(["examples", "activations"]) == 1
    assert "pip install matplotlib" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["neuron", "02_neuron", "2", "neuron:z"])
def test_the_steps_of_a_lesson_by_name(capsys, name):
    assert main(["step", name, "--all"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("02_neuron.py: " + ("z" if ":" in name else "loss"))
    assert "backward 1 of" in shown


def test_a_drawing_beside_it_does_not_hide_a_lesson(folder, capsys):
    (folder / "neuron").write_text("digraph {}")  # as viz.graph(y).render("neuron") leaves it
    assert main(["step", "neuron", "--all"]) == 0
    assert capsys.readouterr().out.startswith("02_neuron.py: loss")


def test_a_path_of_the_users_goes_before_a_lesson(folder, capsys):
    (folder / "neuron").write_text("from tinygrad_edu import Value\nmine = Value(1.0) * 2\n")
    assert main(["step", "./neuron", "--all"]) == 0
    assert capsys.readouterr().out.startswith("neuron: mine")


def test_an_installed_package_finds_them_in_its_record(monkeypatch, folder, capsys):
    class Installed(PurePosixPath):
        def locate(self):
            return folder / self.name

    record = [
        Installed(f"../../../share/tinygrad-edu/examples/{x.name}") for x in EXAMPLES.iterdir()
    ]
    monkeypatch.setattr(lessons.tinygrad_edu, "__file__", os.fspath(folder / "p" / "__init__.py"))
    monkeypatch.setattr(metadata, "files", lambda name: [Installed("tinygrad_edu/cli.py"), *record])
    found = lessons.lessons()
    assert [x.name for x in found] == sorted(x.name for x in EXAMPLES.glob("[0-9]*.py"))
    assert found[0].parent == folder
    monkeypatch.setattr(metadata, "files", lambda name: None)
    assert lessons.lessons() == [] and main(["examples"]) == 1
    assert "copied without them" in capsys.readouterr().err
