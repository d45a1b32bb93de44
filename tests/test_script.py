"""Running a user's script: as Python does, and finding in it what is to be stepped through."""

import argparse
import os
import subprocess
import sys

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Tensor, Value, trace
from tinygrad_edu.commands import script
from tinygrad_edu.commands.common import CommandError
from tinygrad_edu.trace.invalid import is_changed

TRAINING = """
from tinygrad_edu import Value
w, x = Value(2.0), Value(3.0)
for i in range(2):
    L = (w * x - 1) ** 2
    L.backward()
    seen = w.data, w.grad, L.data
    w.data -= 0.01 * w.grad
    w.grad = None
later = w * 10
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that runs a script and returns what was found in it."""

    def call(source, name="", *arguments, quiet=False):
        path = tmp_path / "mine.py"
        path.write_text(source, encoding="utf-8")
        options = argparse.Namespace(script=(path, name or None), arguments=arguments)
        return script.load(options, quiet=quiet)

    return call


def variables(found):
    return vars(found.module)


# --- as Python runs it ---------------------------------------------------------------------------


def test_a_script_is_main_with_its_arguments_and_folder(load, tmp_path):
    (tmp_path / "neighbour.py").write_text("factor = 5.0", encoding="utf-8")
    before = sys.argv, sys.path[:], sys.modules["__main__"], os.getcwd()
    found = load(
        "import os, sys, neighbour\n"
        "from tinygrad_edu import Value\n"
        "argv, name, path, main = sys.argv[1:], __name__, sys.path[0], sys.modules['__main__']\n"
        "same = vars(main) is globals() and __file__ == sys.argv[0]\n"
        "sys.path, sys.argv = [], ['changed']\n"
        "os.chdir('/')\n"
        "y = Value(2.0) * neighbour.factor\n",
        "",
        "--epochs",
        "3",
    )
    names = variables(found)
    assert (names["argv"], names["name"], names["same"]) == (["--epochs", "3"], "__main__", True)
    assert names["path"] == str(tmp_path) and found.loss.data == 10.0
    assert (sys.argv, sys.path[:], sys.modules["__main__"], os.getcwd()) == before
    del sys.modules["neighbour"]


def test_what_a_script_prints(load, capsys):
    source = "from tinygrad_edu import Value\nprint('hello')\ny = Value(1.0) * 2\n"
    load(source)
    assert capsys.readouterr() == ("hello\n", "")
    load(source, quiet=True)
    assert capsys.readouterr() == ("", "hello\n")


def test_the_lines_of_the_code_are_remembered(load):
    found = load("from tinygrad_edu import Value\n\ny = Value(1.0) * 2  # twice\n")
    assert str(trace.line_of(found.loss)) == "mine.py:3  y = Value(1.0) * 2  # twice"


def test_recording_is_as_before_after_a_script_that_switched_it_off(load):
    load(
        "import tinygrad_edu as torch\n"
        "y = torch.ones(1, requires_grad=True) * 2\n"
        "torch.set_grad_enabled(False)\n"
    )
    assert torch.is_grad_enabled() and trace.line_of(Value(1.0) * 2) is None


@pytest.mark.parametrize("code", ["", "0", "None"])
def test_an_exit_without_an_error_is_an_end(load, code):
    found = load(
        f"import sys\nfrom tinygrad_edu import Value\ny = Value(1.0) * 2\nsys.exit({code})\n"
    )
    assert found.loss.data == 2.0


@pytest.mark.parametrize(("code", "status"), [("3", 3), ("'no data'", 1)])
def test_another_exit_is_that_of_the_program(load, code, status):
    with pytest.raises(CommandError, match=r"mine.py ended itself.*(3|no data)") as caught:
        load(f"import sys\nsys.exit({code})\n")
    assert caught.value.status == status


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return 1 / x\n\nf(0)\n",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['a']\n",
        "x = (1\n",
        "import no_such_module\n",
    ],
    ids=["plain", "chained", "syntax", "import"],
)
def test_an_error_is_shown_as_python_shows_it(load, tmp_path, capsys, source):
    with pytest.raises(CommandError) as caught:
        load(source)
    assert (str(caught.value), caught.value.status) == ("", 1)
    alone = subprocess.run([sys.executable, tmp_path / "mine.py"], capture_output=True, text=True)
    assert alone.stderr and capsys.readouterr().err == alone.stderr


def test_an_error_in_the_library_shows_the_scripts_frames_alone(load, capsys):
    with pytest.raises(CommandError):
        load(
            "import tinygrad_edu as torch\n"
            "def multiply(a, b):\n"
            "    return a @ b\n"
            "multiply(torch.ones(2, 3), torch.ones(2, 3))\n"
        )
    shown = capsys.readouterr().err
    assert shown.count("  File ") == 2 and "in multiply" in shown
    assert "tinygrad_edu/" not in shown.replace(os.sep, "/")
    assert "(2x3 and 2x3)" in shown.splitlines()[-1]


def test_nothing_stays_patched_after_an_error(load, capsys):
    before = Value.backward, Tensor.backward, torch.autograd.backward
    with pytest.raises(CommandError):
        load("from tinygrad_edu import Value\nassert Value.backward.__wrapped__\n1 / 0\n")
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert (Value.backward, Tensor.backward, torch.autograd.backward) == before


def test_no_python(load, tmp_path, capsys):
    (tmp_path / "mine.py").write_bytes(b"\0\xff\xfe")
    options = argparse.Namespace(script=(tmp_path / "mine.py", None), arguments=())
    with pytest.raises(CommandError):
        script.load(options)
    assert "Traceback" not in capsys.readouterr().err


# --- which loss ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "name", "number"),
    [
        ("a = Value(2.0)\ny = a * 3\ny.backward()\nz = y * 2\n", "", 6.0),
        ("a = Value(2.0)\ny = a * 3\ny.backward()\nz = y * 2\n", "z", 12.0),
        ("a = Value(2.0)\ny = a * 3\nz = y * 2\nb = Value(1.0)\n", "", 12.0),
        ("def main():\n    (Value(2.0) * 4).backward()\nmain()\n", "", 8.0),
        ("x = torch.tensor(2.0, requires_grad=True)\n(x * 5).backward()\n", "", 10.0),
        ("x = torch.tensor(2.0, requires_grad=True)\ntorch.autograd.backward(x * 6)\n", "", 12.0),
        ("x = Value(2.0)\n(x * x).backward(create_graph=True)\n", "", 4.0),
    ],
)
def test_which_loss(load, source, name, number):
    found = load(f"import tinygrad_edu as torch\nfrom tinygrad_edu import Value\n{source}", name)
    assert found.loss.item() == number


def test_the_title(load):
    source = "from tinygrad_edu import Value\nd = Value(2.0) * 3\nd.backward()\n"
    assert load(source).title == "mine.py: d"
    assert load(source + "del d\n").title == "mine.py"


@pytest.mark.parametrize(
    ("source", "name", "status", "message"),
    [
        ("x = 1", "", 1, "mine.py has nothing to step through or draw"),
        ("a = Value(1.0)", "", 1, "mine.py has nothing to step through or draw"),
        ("loss = Value(1.0) * 2", "los", 2, "has no global los. Do you mean loss?"),
        ("y = Value(1.0) * 2", "q", 2, "has no global q. There is a graph behind these: y"),
        ("y = Value(1.0) * 2\nn = [y]", "n", 2, "n in mine.py is no Value or Tensor but of type l"),
        ("a = Value(1.0)\ny = a * 2", "a", 2, "a in mine.py was not computed from anything"),
    ],
)
def test_no_loss(load, source, name, status, message):
    with pytest.raises(CommandError) as caught:
        load(f"from tinygrad_edu import Value\n{source}\n", name)
    assert message in str(caught.value) and caught.value.status == status


def test_the_numbers_are_those_of_the_backward_pass(load):
    found = load(TRAINING)
    w, names = variables(found)["w"], variables(found)
    assert (w.data, w.grad, found.loss.data) == names["seen"]
    ledger = trace.steps(found.loss)
    assert ledger.gradients()[ledger.names.index("w")] == w.grad


def test_backward_passes_of_the_explorer_are_none_of_the_script(load):
    found = load(
        "import tinygrad_edu as torch\n"
        "from tinygrad_edu import nn, viz\n"
        "model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1))\n"
        "loss = nn.MSELoss()(model(torch.randn(4, 2)), torch.zeros(4, 1))\n"
        "loss.backward()\n"
        "page = viz.explore(loss)\n"
    )
    assert found.name == "loss" and found.loss is variables(found)["loss"]


def test_what_a_function_holds_has_the_names_that_it_has_there(load):
    found = load(
        "from tinygrad_edu import Value\n"
        "def fit():\n"
        "    w, xs = Value(2.0), [Value(3.0), Value(4.0)]\n"
        "    def step():\n"
        "        pull = w * xs[0] + xs[1]\n"
        "        pull.backward()\n"
        "    step()\n"
        "xs = [Value(1.0)]\n"
        "fit()\n"
    )
    assert found.name == "pull"
    assert trace.steps(found.loss).names == ["w", "xs[0]", "v1", "xs[1]", "pull"]


def test_the_numbers_of_another_graph_are_left_alone(load):
    found = load(TRAINING, "later")
    w = variables(found)["w"]
    assert found.loss.data == w.data * 10 and w.data != variables(found)["seen"][0]


def test_the_numbers_of_tensors_too(load):
    found = load(
        "import tinygrad_edu as torch\n"
        "from tinygrad_edu import nn, optim\n"
        "torch.manual_seed(0)\n"
        "model = nn.Linear(2, 1)\n"
        "adam = optim.Adam(model.parameters(), lr=0.1)\n"
        "for i in range(3):\n"
        "    adam.zero_grad()\n"
        "    loss = (model(torch.ones(4, 2)) ** 2).mean()\n"
        "    loss.backward()\n"
        "    seen = model.weight.tolist(), model.weight.grad.tolist()\n"
        "    adam.step()\n"
        "adam.zero_grad()\n"
    )
    weight = variables(found)["model"].weight
    assert (weight.tolist(), weight.grad.tolist()) == variables(found)["seen"]
    assert not any(map(is_changed, trace.read(found.loss).values))


# --- names ---------------------------------------------------------------------------------------


def test_values_are_called_what_the_script_calls_them(load):
    found = load(
        "from tinygrad_edu import Value\n"
        "ws = [Value(1.0), Value(2.0, label='two')]\n"
        "_hidden = Value(3.0)\n"
        "out = ws[0] * ws[1] + _hidden\n"
    )
    assert trace.steps(found.loss).names == ["ws[0]", "two", "v1", "v2", "out"]


# --- FILE.py[:NAME] ------------------------------------------------------------------------------


def test_a_file_and_a_name(tmp_path):
    path = tmp_path / "a.py"
    path.touch()
    odd = tmp_path / "b:c.py"
    odd.touch()
    assert script._script(f"{path}") == (path, None)
    assert script._script(f"{path}:loss") == (path, "loss")
    assert script._script(f"{odd}") == (odd, None)
    assert script._script(f"{odd}:loss") == (odd, "loss")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mised.py", "there is no file mised.py: do you mean mixed.py?"),
        ("zzz", "there is no file zzz"),
        (".", ". is a folder"),
        ("mixed.py:", "'', after the colon, is not a name"),
        ("mixed.py:a[0]", "'a[0]', after the colon, is not a name"),
    ],
)
def test_files_that_are_none(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mixed.py").touch()
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        script._script(text)
    assert message in str(caught.value)
