"""The lessons run from top to bottom, and what they claim is so."""

import contextlib
import io
import math
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

import tinygrad_edu as torch
from tinygrad_edu.commands.lessons import title
from tinygrad_edu.ops.operation import TABLE

EXAMPLES = Path(__file__).parent.parent / "examples"
LESSONS = sorted(EXAMPLES.glob("[0-9]*.py"))


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """Return a function that runs a lesson: its variables, what it printed, what it drew."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")

    def run(name):
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            names = runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        drawn = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
        assert drawn and all("<svg" in text for text in drawn.values())
        return SimpleNamespace(out=shown.getvalue(), drawn=drawn, **names)

    yield run
    with contextlib.suppress(ImportError):
        import matplotlib.pyplot as plt

        plt.close("all")


def test_chain_rule(lesson):
    it = lesson("01_chain_rule")
    assert it.by_hand == 42 and it.measured == pytest.approx(42, abs=1e-6)
    assert "by engine: ∂f/∂x = 42.0" in it.out
    assert it.ways.count == 2 and sum(path.product for path in it.ways.paths()) == it.x.grad
    assert it.x.grad == pytest.approx(math.cos(1.5) * 1.5**2 + math.sin(1.5) * 2 * 1.5)


def test_neuron(lesson):
    it = lesson("02_neuron")
    slope = 1 - math.tanh(0.9) ** 2
    for name, gradient in (("w₁", 2 * slope), ("w₂", 0.0), ("x₁", -3 * slope), ("b", slope)):
        assert f"∂y/∂{name}".ljust(7) + f"= {gradient:.4f}" in it.out
    assert it.w2.data == 1.0 and it.losses[0] > 0.5 and it.losses[-1] < 0.01
    assert it.losses == sorted(it.losses, reverse=True)


def test_order(lesson):
    it = lesson("03_order")
    assert (it.wrong, it.right) == (432.0, 216.0) and "by engine: ∂y/∂x = 216.0" in it.out
    assert it.order == "x → 2 → a → b → y"
    assert "n = 100: 101 numbers, 2ⁿ = 1.27e+30 paths" in it.out


def test_gradient_check(lesson):
    it = lesson("04_gradient_check")
    assert 1e-6 <= it.best <= 1e-4 and min(it.central) < 1e-10 < 1e-9 < min(it.forward)
    assert "Jacobian mismatch" in it.complaint and "gradcheck of x * x: True" in it.out
    assert it.inputs.grad.tolist() == [1.0, 2.0, 3.0]
    assert it.kink == pytest.approx(0.5) and it.x.grad == 0.0


def test_activations(lesson):
    it = lesson("05_activations")
    close = {
        "sigmoid": (0, 1, 0.25, 0.00665, 0.00665, 0.5),
        "tanh": (-1, 1, 1, 1.816e-4, 1.816e-4, 0),
        "relu": (0, 100, 1, 1, 0, 0.399),  # 1/√2π
        "leaky_relu": (-1, 100, 1, 1, 0.01, 0.395),
    }
    for name, expected in close.items():
        assert it.properties[name][:5] == pytest.approx(expected[:5], rel=2e-3, abs=1e-6)
        assert it.properties[name][5] == pytest.approx(expected[5], abs=0.01)
    assert "tensor([0.6216, 0.6831, 0.5221, 0.5330])" in it.out  # the chapter's numbers
    assert set(it.forward) == set(it.backward) == set(close)


def test_vanishing(lesson):
    it = lesson("06_vanishing")
    assert it.gradients == pytest.approx({0.9: 2.65614e-5, 1.1: 13780.6}, rel=1e-5)
    assert it.flows["sigmoid"]["0"].ratio < 1e-5 < 0.1 < it.flows["relu"]["0"].ratio
    verdicts = {name: flow.verdict for name, flow in it.flows.items()}
    assert verdicts.pop("sigmoid") == "vanishing" and set(verdicts.values()) == {"healthy"}
    assert it.accuracy["sigmoid"] < 0.15 and it.accuracy["relu"] > 0.85


def test_initialisation(lesson):
    it = lesson("07_initialisation")
    for n, (size_1, scaled) in it.measured.items():
        assert size_1 == pytest.approx(n**0.5, rel=0.1) and scaled == pytest.approx(1, rel=0.1)
    assert [flow.verdict for flow in it.flows.values()] == ["vanishing", "healthy", "exploding"]
    small, right, large = it.stds.values()
    assert small[-1] < 1e-6 < 0.2 < right[-1] < 0.3 and large[-1] > 0.9
    assert [round(share[-1]) for share in it.saturated.values()] == [0, 0, 1]


def test_dying_relu(lesson):
    it = lesson("08_dying_relu")
    assert it.dead == (1.0, -10.0) and it.leaky_loss.data < 1e-20
    assert it.w.grad == it.b.grad == 0.0 and "relu(v2) is closed" in it.out
    assert it.below["relu"][20] == it.below["relu"][-1] > 70 and it.accuracy["relu"] < 0.2
    assert it.below["leaky_relu"][-1] < it.below["leaky_relu"][20]
    assert it.accuracy["leaky_relu"] > 0.7
    assert "dead" in {layer.verdict for layer in it.viz.gradient_flow(it.model, it.loss)}


def test_batch_norm(lesson):
    it = lesson("09_batch_norm")
    without, with_norm = it.flows.values()
    assert without["0"].ratio < 1e-6 < 0.3 < with_norm["0"].ratio
    assert it.slopes["without"][1:].max() < 1e-20 < 0.2 < it.slopes["with"].min()
    assert it.accuracy["without"] < 0.15 and it.accuracy["with BatchNorm1d"] > 0.9


def test_zero_centred(lesson):
    it = lesson("10_zero_centred")
    assert it.difference < 1e-15 and it.x.grad == pytest.approx(it.slope_of_tanh, rel=1e-12)
    assert it.same["sigmoid"] == 1.0 and it.same["tanh"] < 0.7
    assert it.needed["sigmoid"] > 3 * it.needed["tanh"]


def test_linear_regression(lesson):
    it = lesson("11_linear_regression")
    assert it.by_engine == pytest.approx(it.by_hand, rel=1e-5)
    assert [it.model.weight.item(), it.model.bias.item()] == pytest.approx(it.exact, abs=1e-3)
    assert it.losses[0] > 10 and 0.15 < it.losses[-1] < 0.4


def test_xor(lesson):
    it = lesson("12_xor")
    assert it.answers == pytest.approx([0.5] * 4, abs=0.02)
    assert [round(p) for p in it.learnt] == [0, 1, 1, 0] and it.loss.item() < 0.01
    assert it.numbers.data == pytest.approx(it.one_loss.item()) and "xor.html" in it.drawn


def test_two_moons(lesson):
    it = lesson("13_two_moons")
    assert list(it.accuracy) == list(it.surfaces) == [0, 10, 50, 200]
    assert it.accuracy[0] < 0.7 < it.accuracy[10] and it.accuracy[200] > 0.97
    assert len(it.history) == 201 and it.history[0].verdict == "healthy"
    assert it.history[-1].verdict == "growing"  # large weights make the boundary steep


def test_digits(lesson):
    it = lesson("14_digits")
    assert 2.1 < it.loss_at_first < 2.6
    assert it.result > 0.97 and len(it.wrong) == round((1 - it.result) * 297)


def test_dropout(lesson):
    it = lesson("15_dropout")
    assert {round(g, 3) for g in it.x.grad.tolist()} == {0.0, 1.667}
    assert torch.equal(it.x.grad, it.y.detach()) and it.unchanged
    assert it.means == pytest.approx([1.0] * 3, abs=0.03)
    (seen, unseen, right), _, (more_seen, less_unseen, more_right) = (
        it.curves[p][-1] for p in (0.0, 0.5, 0.8)
    )
    assert seen < 0.05 < more_seen and less_unseen < unseen / 1.5 and right + 0.05 < more_right


def test_convolution(lesson):
    it = lesson("16_convolution")
    assert it.difference < 1e-5 and it.weight.grad[0, 0, 0, 0].item() == pytest.approx(it.by_hand)
    assert it.count == 3706 and it.accuracy > 0.95


def test_lstm(lesson):
    it = lesson("17_lstm")
    assert float(re.search(r"step 100: squared error (\S+)", it.out)[1]) < 1e-3
    assert it.arrives["untrained"] < 1e-8 < 1e-7 < it.arrives["trained"]
    assert len(it.before) == len(it.after) == 50


def test_adam(lesson):
    it = lesson("18_adam")
    slow, diverged, momentum, adam = it.final.values()
    assert diverged > 1000 > 0.5 > slow > 0.1 > adam > momentum
    assert (it.x.grad, it.y.grad) == (-8.0, 50.0)


def test_newton(lesson):
    it = lesson("19_newton")
    assert (it.first.data, float(it.second)) == (4.5, 10.0)
    assert it.slopes["newton"][-1] < 1e-8 < 0.1 < it.slopes["descent"][-1]
    assert it.values[-1] < 1e-15 and it.p.tolist() == pytest.approx([1.0, 1.0])


def test_new_operation(lesson):
    try:
        it = lesson("20_new_operation")
    finally:
        TABLE.pop("bump", None)  # other tests go through the table
    assert it.checked and it.v.grad == pytest.approx(it.by_hand)
    assert it.second.item() == pytest.approx(-math.exp(-0.25))


def test_program(lesson):
    it = lesson("21_program")
    loss, gradients = it.names["program"](2.0, -1.5, 0.5, 1.0)
    assert loss == it.L.data and gradients["w"] == it.w.grad and gradients["x"] == it.x.grad
    assert it.same and "d_weight_0 = d_v1.T.dot(inputs" in it.out


def test_pytorch(lesson):
    it = lesson("22_pytorch")
    assert it.losses[0] > 0.6 and it.losses[-1] < 0.2
    if it.there is not None:
        assert it.losses == pytest.approx(it.there, rel=1e-4)


# --- all of them ---------------------------------------------------------------------------------


def test_every_lesson_is_tested():
    tested = re.findall(r'lesson\("(\w+)"\)', Path(__file__).read_text(encoding="utf-8"))
    assert tested == [path.stem for path in LESSONS]


def test_the_list_of_lessons():
    rows = [
        f"| {int(path.stem[:2])} | [{title(path)}]({path.name}) "
        f"| [solutions](../docs/solutions/{path.stem}.md) |"
        for path in LESSONS
    ]
    lines = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| ") and "solutions" in line] == rows


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_open_as_notebooks_and_end_with_exercises(path):
    text = path.read_text(encoding="utf-8")
    title, line = re.match(r'# %% \[markdown\]\n"""\n(.+)\n(=+)\n\n', text).groups()
    assert len(title) == len(line)
    assert re.search(r"# %% \[markdown\]\n(#.*\n)*# Exercises\n# -+\n#\n# 1\. (.*\n)+# 2\. ", text)
    assert not re.search(r"# %%\n#", text)  # sphinx-gallery would take it for text
    lines = [line for line in text.splitlines() if line]
    assert 40 <= len(lines) <= 120 and "plt.show" not in text
