"""What each module does to the gradient: against the gradients that tensors keep themselves."""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.trace.explanation import explain
from tinygrad_edu.trace.text import number


def norm(x):
    return float(np.sqrt(np.sum(np.asarray(x, dtype=np.float64) ** 2)))


def network(*modules, batch=5, seed=0):
    """The loss of a network, and what each of its modules gave, with its gradient."""
    torch.manual_seed(seed)
    model = nn.Sequential(*(make() for make in modules))
    x = torch.randn(batch, 3)
    outputs = []
    for module in model:
        module.register_forward_hook(lambda _module, _args, out: keep(out))

    def keep(out):
        out.retain_grad()
        outputs.append(out)

    loss = nn.MSELoss()(model(x), torch.zeros(batch, 1))
    loss.backward()
    return loss, model, outputs


def small():
    return network(
        lambda: nn.Linear(3, 4), nn.Sigmoid, lambda: nn.Linear(4, 4), nn.Tanh,
        lambda: nn.Linear(4, 1),
    )  # fmt: skip


def test_the_gradient_before_and_behind_each_module():
    loss, model, outputs = small()
    bars = explain(loss, "0.weight").waterfall.bars
    assert [bar.name for bar in bars] == [
        "MSELoss",
        "4: Linear(4 -> 1)",
        "3: Tanh",
        "2: Linear(4 -> 4)",
        "1: Sigmoid",
        "0: Linear(3 -> 4)",
    ]
    arriving = [1.0, *(norm(out.grad.numpy()) for out in reversed(outputs))]
    assert [10**bar.before for bar in bars] == pytest.approx(arriving, rel=1e-5)
    passed = [*arriving[1:], norm(model[0].weight.grad.numpy())]
    assert [bar.product for bar in bars] == pytest.approx(passed, rel=1e-5)
    factors = [b / a for a, b in zip(arriving, passed, strict=True)]
    assert [bar.factor for bar in bars] == pytest.approx(factors, rel=1e-4)


def test_activations_and_weights_are_told_apart():
    loss, *_ = small()
    falls = explain(loss, "0.weight").waterfall
    assert [bar.kind for bar in falls.bars] == [
        "other", "weight", "activation", "weight", "activation", "other",
    ]  # fmt: skip
    assert falls.bars[-1].what == "into 0.weight"  # there it is multiplied by the input
    last = explain(loss).waterfall.bars[-1]
    assert (last.kind, last.what) == ("other", "into its parameters")
    assert sum(falls.share(kind)[1] for kind in ("activation", "weight", "other")) == (
        pytest.approx(falls.change, abs=1e-6)
    )


def test_the_way_to_a_later_parameter_is_shorter():
    loss, model, _ = small()
    explanation = explain(loss, model[2].bias)
    assert [bar.name for bar in explanation.waterfall.bars][-1] == "2: Linear(4 -> 4)"
    assert np.array_equal(explanation.gradient, model[2].bias.grad.numpy())
    assert explanation.waterfall.end == "2.bias"


def test_without_a_parameter_it_goes_to_the_first_module():
    loss, *_ = small()
    explanation = explain(loss)
    assert (explanation.wrt, explanation.gradient) == (None, None)
    assert explanation.waterfall.end == "the parameters of 0: Linear(3 -> 4)"
    assert len(explanation.waterfall.bars) == 6


def test_to_an_input_that_asks_for_a_gradient():
    torch.manual_seed(0)
    x = torch.randn(2, 3, requires_grad=True)
    loss = nn.Sigmoid()(nn.Linear(3, 3)(x)).sum()
    loss.backward()
    falls = explain(loss).waterfall
    assert falls.end == "the inputs"
    assert falls.bars[-1].product == pytest.approx(norm(x.grad.numpy()))
    assert explain(loss, x).waterfall.bars[-1].product == falls.bars[-1].product


def test_it_is_the_last_backward_pass_that_counts_and_not_the_sum():
    loss, model, _ = small()
    before = explain(loss, "0.weight").gradient
    again = nn.MSELoss()(model(torch.randn(5, 3)), torch.zeros(5, 1))
    again.backward()
    total = model[0].weight.grad.numpy()
    assert np.allclose(explain(again, "0.weight").gradient + before, total)
    assert not np.allclose(explain(again, "0.weight").gradient, total)


def test_no_backward_pass_yet():
    loss = nn.Linear(2, 1)(torch.ones(2)).sum()
    with pytest.raises(RuntimeError, match=r"call loss\.backward\(\) first"):
        explain(loss)


def test_a_parameter_that_is_not_there():
    loss, *_ = small()
    with pytest.raises(KeyError, match=r"did you mean '0\.weight'"):
        explain(loss, "0.wieght")


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(3, 3), nn.Tanh())

    def forward(self, x):
        return x + self.f(x)


def test_where_ways_join_the_factors_are_not_multiplied():
    loss, *_ = network(Residual, Residual, lambda: nn.Linear(3, 1))
    falls = explain(loss, "0.f.0.weight").waterfall
    names = [bar.name for bar in falls.bars]
    assert names[2:] == [
        "+ in 1: Residual",
        "1.f.1: Tanh",
        "1.f.0: Linear(3 -> 3)",
        "+ in 0: Residual",
        "0.f.1: Tanh",
        "0.f.0: Linear(3 -> 3)",
    ]
    assert falls.remark.startswith("Ways part or join at + in 0: Residual: ")
    plus = falls.bars[5]
    assert falls.bars[2].factor == plus.factor == 1.0 and plus.before != pytest.approx(
        falls.bars[4].after
    )


def test_a_module_called_twice_is_told_apart():
    torch.manual_seed(0)
    unit = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    loss = unit(unit(torch.randn(2, 3))).sum()
    loss.backward()
    names = [bar.name for bar in explain(loss, "0.weight", unit).waterfall.bars]
    assert names == [
        "sum", "1: Tanh, call 2", "0: Linear(3 -> 3), call 2", "1: Tanh", "0: Linear(3 -> 3)",
    ]  # fmt: skip


def test_a_dead_layer_is_exactly_zero():
    loss, model, _ = network(lambda: nn.Linear(3, 4), nn.ReLU, lambda: nn.Linear(4, 1))
    model[0].bias.data.fill_(-100.0)
    loss = nn.MSELoss()(model(torch.randn(5, 3)), torch.ones(5, 1))
    loss.backward()
    falls = explain(loss, "0.weight").waterfall
    assert "exactly 0 behind 1: ReLU, which lets nothing through" in falls.sentence
    assert falls.bars[-1].product == 0.0


def test_the_sentence_names_the_kind_of_layers_that_did_most():
    loss, *_ = small()
    falls = explain(loss, "0.weight").waterfall
    weights, slopes = (
        math.prod(bar.factor for bar in falls.bars if bar.kind == kind)
        for kind in ("weight", "activation")
    )
    assert slopes < weights < 1
    _, _, told = falls.sentence.partition("; largest part: ")
    first, _, others = told.partition("; besides ")
    assert first == f"2 activations ×{slopes:.4g}"
    assert others.startswith(f"2 modules with weights ×{weights:.4g}, 1 other operation ×")
    assert ", into 0.weight ×" in others


def test_nothing_is_blamed_where_ways_join():
    w = torch.tensor([[2.0]], requires_grad=True)
    h = nn.functional.linear(torch.ones(1, 1), w)
    loss = (h.sigmoid() * 0.001 + h * 0.5).sum() * 0.001
    loss.backward()
    falls = explain(loss, w).waterfall
    assert falls.remark.startswith("Ways part or join at")
    assert falls.sentence.endswith(f", over {len(falls.bars)} steps.")


def test_a_gradient_that_keeps_its_size():
    w = torch.tensor([1.0], requires_grad=True)
    w.name = "w"
    out = (w + 1.0).sum()
    out.backward()
    assert explain(out, w).waterfall.sentence.startswith(
        "The gradient keeps its size, 1, from out to w, over 2 steps: "
    )


def test_behind_a_dead_layer_nothing_is_said_of_factors():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    model[0].bias.data.fill_(-100.0)
    loss = model(torch.ones(1, 2)).sum()
    loss.backward()
    text = explain(loss, "0.bias").text()
    assert "nan" not in text and "✕" not in text
    assert "exactly 0 behind 1: ReLU, which lets nothing through; all modules" in text


def test_a_slope_that_is_too_small_is_no_closed_gate():
    x = torch.tensor([-200.0], requires_grad=True)
    loss = nn.Sigmoid()(x).sum()
    loss.backward()
    assert explain(loss).waterfall.sentence.startswith(
        "The gradient is 0 behind Sigmoid: its slopes there are too small for a float"
    )


def test_a_parameter_outside_of_modules_is_a_weight():
    w = nn.Parameter(torch.tensor([2.0, 3.0]))
    w.name = "w"
    x = torch.tensor([1.0, 4.0], requires_grad=True)
    loss = (w * x).sum()
    loss.backward()
    assert [bar.kind for bar in explain(loss, x).waterfall.bars] == ["other", "weight"]


def test_text_markdown_and_latex():
    loss, *_ = small()
    explanation = explain(loss, "0.weight")
    lines = explanation.text().splitlines()
    assert lines[0] == "The gradient from loss back to 0.weight, module by module"
    assert lines[3].startswith("MSELoss ") and lines[5].startswith("3: Tanh ")
    assert "█" in lines[7] and "▒" in lines[6] and str(explanation) == explanation.text()
    bundle = explanation._repr_mimebundle_()
    assert bundle["text/markdown"] == explanation.markdown()
    assert explanation.latex() in bundle["text/latex"]
    assert repr(explanation).startswith("<ModuleFactors from loss to 0.weight: print() it")
    assert "| 1: Sigmoid | activation | activation |" in explanation.markdown()
    assert explanation.latex().count(r"\underbrace") == 6
    assert r"_{\mathrm{4:\ Linear(4\ -{>}\ 1)}}" in explanation.latex()


@pytest.mark.parametrize("name", ["lstm.weight_ih_l0", "lstm.weight_hh_l0"])
def test_a_weight_that_every_step_uses(name):
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3)
    loss = (lstm(torch.randn(4, 5, 2))[0][-1] ** 2).mean()
    loss.backward()
    explained = explain(loss, name, torch.nn.ModuleDict({"lstm": lstm}))
    falls = explained.waterfall
    steps = [bar.name for bar in falls.bars if "step" in bar.name]
    first = 1 if "ih" in name else 2  # the first h is 0, and sends nothing to what it is times
    assert steps == [f"lstm.step {i}: LSTM(2 -> 3)" for i in range(4, first - 1, -1)]
    assert f"at what lstm.step {first}: LSTM(2 -> 3) passes on" in falls.sentence
    size = number(norm(getattr(lstm, name[5:]).grad.numpy()))
    assert f"use {name}: its gradient, of norm {size}, is the sum" in falls.remark
