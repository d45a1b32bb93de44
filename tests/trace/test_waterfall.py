"""Waterfalls: what each factor does, what kind it is, and what is said of them."""

import math

import pytest

from tinygrad_edu import Value, nn
from tinygrad_edu.trace.explanation import explain
from tinygrad_edu.trace.graph import read
from tinygrad_edu.trace.roles import KINDS
from tinygrad_edu.trace.waterfall import power, size, total, waterfall
from tinygrad_edu.value import Constant


def chain(activation, weight, layers=10, start=0.5):
    """Single units, one after another: h = activation(w · h)."""
    h = Value(start, label="x")
    for i in range(layers):
        h = getattr(h * Value(weight, label=f"w{i + 1}"), activation)()
    h.label = "L"
    return h


def falls_to(output, wrt, params=None):
    """Return the waterfall; what is called w, w1, … is a weight unless `params` say more."""
    if params is None:
        params = {x.name: x.source for x in leaves(output) if x.name and x.name.startswith("w")}
    return explain(output, wrt, params or None, names=None).waterfall


def leaves(output):
    return [value for value in read(output).values if value.kind == "leaf"]


@pytest.mark.parametrize(
    ("activation", "weight", "gradient", "slopes", "weights"),
    [
        ("sigmoid", 1.0, 3.5e-7, -6.458, 0.0),
        ("sigmoid", 4.0, 5.5e-11, -16.281, 6.0206),
        ("tanh", 1.0, 0.22, -0.652, 0.0),
        ("tanh", 4.0, 1.4e-21, -26.860, 6.0206),
    ],
)
def test_ten_units_starting_at_one_half(activation, weight, gradient, slopes, weights):
    falls = falls_to(chain(activation, weight), "x")
    assert f"{falls.bars[-1].product:.2g}" == f"{gradient:.2g}"
    assert falls.share("activation") == (10, pytest.approx(slopes, abs=1e-3))
    assert falls.share("weight") == (10, pytest.approx(weights, abs=1e-3))
    assert falls.share("other") == (0, 0.0)
    assert falls.change == pytest.approx(slopes + weights, abs=2e-3)


def test_each_bar_starts_where_the_one_before_ends():
    falls = falls_to(chain("tanh", 4.0), "x")
    assert falls.bars[0].before == 0.0
    for before, after in zip(falls.bars, falls.bars[1:], strict=False):
        assert before.after == after.before
    for bar in falls.bars:
        assert bar.after - bar.before == pytest.approx(bar.log10)
        assert bar.after == pytest.approx(math.log10(abs(bar.product)))


def test_bars_say_what_they_come_from():
    falls = falls_to(chain("sigmoid", 4.0, layers=2), "x")
    assert [(bar.name, bar.what, bar.kind) for bar in falls.bars] == [
        ("∂L/∂v3", "sigmoid at layer 2", "activation"),
        ("∂v3/∂v2", "times w2", "weight"),
        ("∂v2/∂v1", "sigmoid at layer 1", "activation"),
        ("∂v1/∂x", "times w1", "weight"),
    ]
    assert [bar.largest for bar in falls.bars] == [0.25, None, 0.25, None]
    assert falls.smallest().factor == min(bar.factor for bar in falls.bars)


def test_layers_are_counted_from_the_inputs_also_on_a_way_that_starts_later():
    falls = falls_to(chain("tanh", 1.0), "w7")
    assert [bar.what for bar in falls.bars if bar.kind == "activation"] == [
        f"tanh at layer {i}" for i in (10, 9, 8, 7)
    ]
    assert falls.bars[-1].kind == "other"  # times the unit before, which is no leaf


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        (lambda x, other: x * other, "leaf"),
        (lambda x, other: other * x, "leaf"),
        (lambda x, _: x * Constant(3.0, "data"), "leaf"),
        (lambda x, other: x * other.tanh(), "other"),
        (lambda x, _: x * 3.0, "other"),
        (lambda x, other: x / other, "other"),
        (lambda x, other: x + other, "other"),
        (lambda x, other: x**other, "other"),
        (lambda x, _: x.relu(), "activation"),
        (lambda x, _: x.leaky_relu(0.1), "activation"),
        (lambda x, _: x.exp(), "other"),
    ],
)
def test_kinds_of_factors(expression, kind):
    x, other = Value(2.0), Value(1.0)
    (bar,) = falls_to(expression(x, other), x).bars
    assert bar.kind == kind


def test_a_leaf_is_a_weight_only_where_that_is_known():
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    for params, beside_w, beside_x in (
        ({"w": w}, "leaf", "weight"),
        ({"w": w, "x": x}, "weight", "weight"),
        ({}, "leaf", "leaf"),
    ):
        falls = falls_to(w * x, w, params), falls_to(w * x, x, params)
        assert [bar.kind for fall in falls for bar in fall.bars] == [beside_w, beside_x]
        assert [bar.what for fall in falls for bar in fall.bars] == ["times x", "times w"]
    assert falls[0].sentence == (
        "The gradient grows to 3 over 1 factor: the leaf factor gives ×3; largest: "
        "∂v1/∂w = 3 (times x)."
    )


def test_a_chain_of_leaves_has_no_weights():
    output = chain("tanh", 4.0)
    falls = falls_to(output, "w1", {})
    assert [falls.share(kind)[0] for kind in KINDS] == [10, 0, 10, 0]
    assert falls.remark.endswith("; the 10 leaf factors, together ×131072, cannot make up for it.")
    falls = falls_to(output, "w1")
    assert [falls.share(kind)[0] for kind in KINDS] == [10, 9, 1, 0]  # the leaf is x
    assert falls.remark.endswith("; the 9 weights, together ×262144, cannot make up for it.")


def test_units_in_modules_say_in_which():
    model = nn.Sequential(nn.Linear(1, 1), nn.Tanh()).to(Value)
    (output,) = model([Value(0.5, label="x")])
    falls = falls_to(output, "x")
    assert [bar.what for bar in falls.bars if bar.kind == "activation"] == [
        "tanh at layer 1, in 1: Tanh"
    ]
    assert [bar.what for bar in falls.bars if bar.kind == "weight"] == ["times 0.weight[0,0]"]


# --- what is said --------------------------------------------------------------------------------


def test_the_culprit_of_a_vanishing_gradient_is_named():
    falls = falls_to(chain("sigmoid", 1.0), "x")
    assert falls.sentence == (
        "The gradient shrinks to 3.483e-7 over 20 factors: the 10 slopes of sigmoid give "
        "×3.483e-7, the 10 weights ×1; smallest: sigmoid at layer 10, slope 0.2247 of at most 0.25."
    )
    assert falls.remark == (
        "sigmoid: not saturated here; the slope is at most 0.25 anywhere, which the weights would "
        "have to make up for."
    )


def test_larger_weights_that_saturate_are_told_from_small_slopes():
    falls = falls_to(chain("tanh", 4.0), "x")
    assert "the 10 slopes of tanh give ×1.381e-27, the 10 weights ×1.049e6;" in falls.sentence
    assert falls.remark == (
        "tanh: saturated here; a slope is on average 0.002061 times what it could be, 1; the 10 "
        "weights, together ×1.049e6, cannot make up for it."
    )


def test_a_gradient_that_explodes_is_the_weights_doing():
    falls = falls_to(chain("relu", 10.0, layers=5), "x")
    assert falls.sentence == (
        "The gradient grows to 100000 over 10 factors: the 5 weights give ×100000, the 5 slopes of "
        "relu ×1; largest: ∂v9/∂v8 = 10 (times w5)."
    )
    assert falls.remark == ""


def test_a_gradient_that_arrives():
    falls = falls_to(chain("relu", 1.0, layers=5), "x")
    assert falls.sentence.startswith("The gradient keeps its size over 10 factors: ")
    assert "smallest" not in falls.sentence and "largest" not in falls.sentence


def test_a_closed_gate_is_no_vanishing():
    falls = falls_to(chain("relu", -1.0, layers=2), "x")
    assert falls.sentence == (
        "The gradient is exactly 0: relu at layer 2 is closed (slope 0) and lets nothing through; "
        "1 more factor is 0."
    )
    assert falls.bars[0].after == -math.inf and falls.bars[-1].after == -math.inf


def test_a_weight_of_zero_is_named():
    x = Value(2.0, label="x")
    falls = falls_to((x * Value(0.0, label="w")).tanh(), x)
    assert falls.sentence == ("The gradient is exactly 0: ∂v1/∂x is the factor w, which is 0.")


def test_underflow_is_no_zero():
    falls = falls_to(chain("tanh", 4.0, layers=200), "x")
    assert falls.bars[-1].product == 0.0 and -470 < falls.log10 < -440
    assert "is smaller than a float can hold (the smallest is 5e-324)" in falls.remark
    assert "exactly 0" not in falls.sentence


def test_overflow_is_told():
    falls = falls_to(chain("relu", 10.0, layers=310, start=1e-300), "x")
    assert falls.bars[-1].product == math.inf and falls.log10 == pytest.approx(310)
    assert "larger than a float can hold" in falls.remark


def test_where_nan_comes_from():
    x = Value(0.0, label="x")
    falls = falls_to(x.sqrt() * Value(0.0, label="w"), x)
    assert falls.sentence == (
        "The gradient is nan: the local derivative ∂v1/∂x (of sqrt(x)) is inf, and inf times 0 is "
        "nan (∂v2/∂v1 is the factor w, which is 0)."
    )
    assert math.isnan(falls.log10)
    assert falls_to(x.sqrt(), x).sentence == (
        "The gradient is inf: the local derivative ∂v1/∂x (of sqrt(x)) is inf."
    )


def test_the_output_itself():
    falls = falls_to(y := Value(2.0) * 3, y)
    assert (falls.bars, falls.log10, falls.change) == ((), 0.0, 0.0)
    assert falls.sentence == "This is the output itself: its derivative is 1."
    assert falls.smallest() is None


def test_a_waterfall_of_another_path():
    a = Value(3.0, label="a")
    explanation = explain(a * a + a, a)
    shortest = explanation.paths()[-1]
    falls = waterfall(explanation.graph, explanation.names, shortest)
    assert [bar.factor for bar in falls.bars] == [1.0]


@pytest.mark.parametrize(
    ("log10", "words"),
    [
        (-6.458, "3.483e-7"),
        (2.0, "100"),
        (0.301, "2"),
        (-412.34, "10^−412.3"),
        (-math.inf, "0"),
        (math.inf, "inf"),
    ],
)
def test_powers(log10, words):
    assert power(log10) == words


def test_sizes_beyond_floats():
    assert size(0.0, -412.34) == "10^−412.3" and size(math.inf, 400.0) == "10^400"
    assert size(0.0, -math.inf) == "0" and size(math.inf, math.inf) == "inf"
    assert math.isnan(total([math.inf, -math.inf])) and total([1.0, -math.inf]) == -math.inf


@pytest.mark.parametrize("number", [15.0, 30.0, 206.9, 0.02659, 10.0, -1.5, 1234.0])
def test_plain_numbers_are_plain_and_have_signs(number):
    w, x = Value(number, label="w"), Value(2.0, label="x")
    written = f"{number:g}".replace("-", "−")
    times = f"×({written})" if number < 0 else f"×{written}"
    falls = explain(w * x, x).waterfall
    assert falls.sentence.endswith(
        f"to {written} over 1 factor: the leaf factor gives {times}; "
        f"{'smallest' if abs(number) < 1 else 'largest'}: ∂v1/∂x = {written} (times w)."
    )
    assert (falls.times("leaf"), falls.in_all) == (times, times)


def test_one_activation_makes_no_layer():
    x = Value(2.0, label="x")
    assert [bar.what for bar in falls_to(x.relu(), x).bars] == ["relu(x)"]
    assert falls_to(x.relu().tanh(), x).bars[0].what == "tanh at layer 2"


def test_the_factor_of_one_leaf_is_no_plural():
    x, w = Value(1.5, label="x"), Value(3.0, label="w")
    assert falls_to((x * w).tanh(), "x", {"none": Value(0.0)}).remark.endswith(
        "; the leaf factor ×3 cannot make up for it."
    )
