"""Explanations: the number, the chain rule as text, LaTeX and Markdown, and what is told beside."""

import math
import re

import pytest
from hypothesis import given
from strategies import few

from tests.trace.test_paths import graphs
from tinygrad_edu import Value, nn, optim
from tinygrad_edu.trace.explanation import explain
from tinygrad_edu.trace.explanation_latex import escaped, name, numeral
from tinygrad_edu.trace.explanation_text import log10_text
from tinygrad_edu.trace.graph import read
from tinygrad_edu.trace.waterfall import Bar


def neuron():
    """L = (tanh(w·x + b) − t)², differentiated."""
    w, x, b, t = (
        Value(number, label=label)
        for label, number in (("w", -3.0), ("x", 2.0), ("b", 6.9), ("t", 1.0))
    )
    loss = ((w * x + b).tanh() - t) ** 2
    loss.label = "L"
    loss.backward()
    return loss, w


def labelled(value, label):
    value.label = label
    return value


# --- the number ----------------------------------------------------------------------------------


@few
@given(graphs())
def test_the_gradient_is_grad_to_the_bit(output):
    output.backward()
    for node in read(output).values:
        if node.needs_gradient:
            found = explain(output, node.source).gradient
            assert found == node.gradient or (math.isnan(found) and math.isnan(node.gradient))


def test_a_value_is_found_by_itself_by_its_label_and_by_its_short_name():
    loss, w = neuron()
    inner = loss.left.left  # the tanh
    assert explain(loss, w).gradient == explain(loss, "w").gradient == w.grad
    assert explain(loss, inner).gradient == explain(loss, "v3").gradient == inner.grad
    assert explain(loss, loss).gradient == explain(loss, "L").gradient == 1.0


def test_a_parameter_is_found_by_its_name():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).to(Value)
    (output,) = model([0.5, -0.25])
    output.backward()
    weight = model[0].weight[1, 0]
    found = explain(output, "0.weight[1,0]")
    assert found.wrt.source is weight and found.gradient == weight.grad
    assert explain(output, "u", {"u": weight}).wrt.source is weight


def test_nothing_is_changed_by_explaining():
    a = Value(3.0, label="a")
    y = a * a
    explain(y, a).text()
    assert (a.grad, y.grad) == (None, None)


@pytest.mark.parametrize(
    ("wrt", "error", "words"),
    [
        ("weigth", KeyError, "did you mean 'weight'"),
        ("zzz", KeyError, "there are 'weight', 'x'"),
        (Value(3.0), ValueError, "was not computed from this value"),
        (2.0, TypeError, r"a value of the graph or its name \('weight', 'x'"),
        (None, TypeError, "not NoneType"),
        ("k", ValueError, "k is a constant: no gradient is asked for it"),
    ],
)
def test_what_cannot_be_asked_about(wrt, error, words):
    k = Value(2.0, label="k").detach()
    k.label = "k"
    y = Value(2.0, label="weight") * Value(3.0, label="x") * k
    with pytest.raises(error, match=words):
        explain(y, wrt)


def test_only_one_output_is_explained():
    a = Value(2.0)
    with pytest.raises(TypeError, match="one output is explained at a time, and these are 2"):
        explain([a * 2, a * 3], a)
    with pytest.raises(TypeError, match="a graph is recorded behind a Value or a Tensor"):
        explain(3.0, a)


# --- the text ------------------------------------------------------------------------------------


def test_one_path_as_on_the_board():
    loss, w = neuron()
    lines = explain(loss, w).text().splitlines()
    assert lines[0] == "∂L/∂w = −0.5526"
    assert lines[2:5] == [
        "chain rule   ∂L/∂w = ∂L/∂v4 · ∂v4/∂v3 · ∂v3/∂v2 · ∂v2/∂v1 · ∂v1/∂w",
        "in numbers         = (−0.5674) · 1 · 0.4869 · 1 · 2",
        "product            = −0.5526",
    ]
    assert lines[5:10] == [
        "where        v1 = w × x = −6",
        "             v2 = v1 + b = 0.9",
        "             v3 = tanh(v2) = 0.7163",
        "             v4 = v3 − t = −0.2837",
        "             L = v4 ^ 2 = 0.08049",
    ]
    assert lines[11] == "1 path: L ← v4 ← v3 ← v2 ← v1 ← w"
    assert str(explain(loss, w)) == explain(loss, w).text()
    assert repr(explain(loss, w)).startswith("<Explanation of ∂L/∂w = −0.5526: print() it; .text()")


def test_several_paths_are_a_sum():
    a = Value(3.0, label="a")
    text = explain(labelled(a * a + 5 * a, "L"), a).text()
    assert "chain rule   ∂L/∂a = ∂L/∂v2 · ∂v2/∂a\n" in text
    assert "                   + ∂L/∂v1 · ∂v1/∂a (1st)\n" in text
    assert "                   + ∂L/∂v1 · ∂v1/∂a (2nd)\n" in text
    assert "products           = 5 + 3 + 3\nsum                = 11\n" in text
    assert "3 paths, largest first:\n  1.  5   L ← v2 ← a\n  2.  3   L ← v1 ← a (1st)\n" in text
    assert "Their sum is 11, the gradient." in text
    assert "Along the largest path, the gradient grows to 5 over 2 factors" in text


def test_a_sum_that_differs_by_rounding_says_so():
    x = Value(0.1, label="x")
    y = x * 0.3 + x * 0.2 + x * 0.1
    y.backward()
    explanation = explain(y, x)
    assert x.grad == explanation.gradient == 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    assert "0.6 added in this order, 0.6000000000000001 in that of backward" in str(explanation)


def test_more_paths_than_anyone_can_read():
    x = y = Value(1.0, label="x")
    for _ in range(100):
        y = y + y * 0.5
    explanation = explain(y, x)
    text = explanation.text(paths=3)
    assert explanation.count == 2**100
    assert explanation.gradient == pytest.approx(1.5**100)
    assert "1,267,650,600,228,229,401,496,703,205,376 paths, the 3 largest:" in text
    assert "These add up to 2; all 1,267," in text
    assert len(text) < 20_000 and "… 76 more …" in text
    assert [path.product for path in explanation.paths(4)] == [1.0, 0.5, 0.5, 0.5]
    assert next(explanation.each_path()).product == 1.0


def test_lines_fit_a_terminal():
    loss, w = neuron()
    assert max(map(len, explain(loss, w).text().splitlines())) <= 100


def test_the_waterfall_has_a_line_for_each_factor():
    loss, w = neuron()
    weights = {x.name: x.source for x in read(loss).values if x.name in ("w", "x")}
    text = explain(loss, w, weights).text()
    assert re.search(r"^∂v3/∂v2 +tanh\(v2\) +0\.4869 +−0\.313 +−0\.2763 +−█{16}$", text, re.M)
    assert re.search(r"^∂v1/∂w +times x +2 +0\.301 +−0\.5526 +\+▒{15}$", text, re.M)
    assert (
        "in all ×(−0.5526): ░ other factors ×(−0.5674), █ slopes of activations ×0.4869, "
        "▒ weights ×2"
    ) in text


def test_a_factor_of_one_has_the_logarithm_0():
    bar = Bar("", "", "", "other", 1 - 2e-16, 0.0, 0.0, 1.0)
    assert bar.log10 < 0 and log10_text(bar) == "0"


def test_one_path_more_than_asked_for_is_shown():
    x = Value(2.0, label="x")
    y = x + x * 2 + x * 3 + x * 4 + x * 5 + x * 6
    assert "6 paths, largest first:" in explain(y, x).text()
    assert "Their sum is 21, the gradient." in explain(y, x).text()
    assert "7 paths, the 5 largest:" in explain(y + x * 7, x).text()


def test_one_operation_is_written_by_its_rule():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    text = explain(labelled(a * b, "y"), a).text()
    assert "chain rule   ∂y/∂a = b\nin numbers         = (−3)\n" in text
    assert "∂y/∂b = 1 where b > 0, else 0\n" in explain(labelled(b.relu(), "y"), b).text()
    assert "directly" not in explain(labelled(a * b, "y"), a).latex()


# --- what is told beside -------------------------------------------------------------------------


def notes(output, wrt):
    return " ".join(explain(output, wrt).notes)


def test_contributions_of_both_signs():
    a = Value(3.0)
    explanation = explain(a * 5.0 - a * 3.0, a)
    assert (explanation.positive, explanation.negative, explanation.gradient) == (5.0, -3.0, 2.0)
    assert explanation.notes == ["Contributions of both signs, 5 and −3, leave 2."]


def test_contributions_that_cancel_are_no_closed_gate():
    a = Value(3.0)
    assert notes(a * 5.0 - a * 5.0, a) == (
        "Contributions of both signs, 5 and −5, cancel: nothing is left."
    )
    b = Value(0.1)
    assert explain(b * 0.1 + b * 0.2 - b * 0.3, b).gradient != 0.0
    assert notes(b * 0.1 + b * 0.2 - b * 0.3, b).endswith("is rounding.")


def test_some_paths_are_closed():
    x = Value(-2.0)
    explanation = explain(x.relu() + x * 3.0, x)
    assert explanation.counts == {"nan": 0, "infinite": 0, "finite": 1, "zero": 1}
    assert explanation.notes == [
        "1 of the 2 paths gives exactly 0: a factor on it is 0, so the gate is closed."
    ]
    assert notes(x.relu() + x.relu(), x) == (
        "Both paths give exactly 0: on each of them a factor is 0."
    )


def test_one_path_that_is_no_number_spoils_the_sum():
    x = Value(0.0)
    explanation = explain(x.sqrt() + x * 3.0, x)
    assert explanation.gradient == math.inf
    assert explanation.notes == ["1 of the 2 paths is inf or nan, and so is every sum with it."]


def test_grad_that_holds_something_else():
    a = Value(3.0, label="a")
    y = a * a
    y.backward()
    assert notes(y, a) == ""
    y.backward()
    assert notes(y, a) == (
        "a.grad is 12 now, after all passes: 6 from another pass + 6 from this one. Gradients add "
        "up until a.grad = None."
    )
    z = a + 1.0
    assert "a.grad holds 12.0, not 1.0: it adds up over several passes, or" in notes(z, a)


def test_where_the_output_became_nan():
    x = Value(-1.0, label="x")
    y = x.log() * 2.0
    assert notes(y, x) == "output is nan: nan arises at v1 = log(x)."
    assert notes(Value(2.0) / x.relu(), x).startswith("inf arises at output = v2 ÷ v1.")


def test_a_path_of_one_operation_is_marked():
    x = Value(3.0, label="x")
    found = explain(x**2 + x, x)
    assert "+ ∂v2/∂x (directly)\n" in found.text()
    assert r"\frac{\partial v_{2}}{\partial x}_{\text{directly}}" in found.latex()
    assert "(directly)" not in explain(x * x, x).text()  # the two are told apart by their places


def test_numbers_that_were_changed_after_the_forward_pass():
    w = Value(2.0, label="w")
    y = labelled((w * 3.0).tanh() * w, "y")
    y.backward()
    optim.SGD([w], lr=0.1).step()
    assert "A number was changed after v1 was computed: run the forward pass again" in notes(y, w)


def test_two_values_of_one_name():
    a, b = Value(2.0, label="w"), Value(3.0, label="w")
    y = a * b
    assert explain(y, "w").gradient == 3.0 and explain(y, b).gradient == 2.0
    assert "Several values are called 'w': this is 'w', beside 'w′2'." in notes(y, a)


# --- LaTeX and Markdown --------------------------------------------------------------------------


def test_latex_of_one_path():
    w, x = Value(2.0, label="w"), Value(-0.5, label="x")
    assert explain(labelled((w * x).exp(), "L"), "w").latex() == (
        "\\begin{aligned}\n"
        "\\frac{\\partial L}{\\partial w} &= \\frac{\\partial L}{\\partial v_{1}} \\cdot "
        "\\frac{\\partial v_{1}}{\\partial w} \\\\\n"
        "&= 0.3679 \\cdot (-0.5) \\\\\n"
        "&= -0.1839\n"
        "\\end{aligned}"
    )


def test_latex_of_several_paths():
    a = Value(3.0, label="a")
    written = explain(labelled(a * a + 5 * a, "L"), a).latex()
    assert "\\frac{\\partial v_{1}}{\\partial a}_{(2)}" in written
    assert "&= 5 + 3 + 3 \\\\\n&= 11\n" in written
    short = explain(labelled(a * a + 5 * a, "L"), a).latex(paths=1)
    assert "\\cdots \\text{ (2 more paths)}" in short and "_{(1)}" not in short


@pytest.mark.parametrize("text", ["a_b", "100%", "{x}", "a\\b", "$x$", "x^2", "#1", "a&b", "~"])
def test_names_are_escaped_in_latex(text):
    written = name(text)
    assert written.startswith("\\mathrm{") and written.endswith("}")
    inner = written.removeprefix("\\mathrm{")[:-1]
    bare = re.sub(r"\\[_#$%&{}]|\\(backslash|sim|wedge)\b|[{}]", "", inner)
    assert not set(bare) & set("\\_^#$%&~{}")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("θ", r"\theta"),
        ("β1", r"\beta_{1}"),
        ("λ", r"\lambda"),
        ("w′2", r"\mathrm{w'2}"),
        ("a b", r"\mathrm{a\ b}"),
        ("</script>", r"\mathrm{{<}/script{>}}"),
    ],
)
def test_names_in_latex(text, written):
    assert name(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [("−2", "(-2)"), ("1e-300", r"1 \times 10^{-300}"), ("−inf", r"(-\infty)"), ("0", "0")],
)
def test_numbers_in_latex(text, written):
    assert numeral(text) == written


def test_braces_of_long_formulas_close():
    x = y = Value(1.0, label="a_{b}")
    for _ in range(40):
        y = (y + y * 0.5).tanh()
    for written in (explain(y, x).latex(), explain(y, x).latex(50)):
        plain = re.sub(r"\\[{}]", "", written)
        assert plain.count("{") == plain.count("}") > 100
        assert written.count(r"\begin{aligned}") == written.count(r"\end{aligned}") == 1


def test_markdown_shows_formula_paths_and_waterfall():
    a = Value(3.0, label="a")
    written = explain(labelled((a * a + a).tanh(), "L"), a).markdown()
    assert written.startswith("**∂L/∂a = ")
    assert "$$\n\\begin{aligned}" in written
    assert "| product | path |\n| --- | --- |\n" in written
    assert "| ∂L/∂v2 | tanh(v2) | activation |" in written


def test_a_notebook_shows_markdown_or_latex():
    a = Value(3.0, label="a")
    explanation = explain(a * a + a, a)
    bundle = explanation._repr_mimebundle_()
    assert bundle["text/plain"] == explanation.text()
    assert bundle["text/markdown"] == explanation.markdown()
    assert bundle["text/latex"] == f"$$\n{explanation.latex()}\n$$"


def test_a_hostile_label_stays_text():
    hostile = "</script><img src=x onerror=f()>|*a*\n"
    a = Value(3.0, label=hostile)
    explanation = explain(labelled((a * a).tanh().exp(), "L"), a)
    written = explanation.markdown()
    assert "<img" not in written and "<script" not in written and "</script" not in written
    assert "\\*a\\*" in written
    rows = [line for line in written.splitlines() if line.startswith("| ∂")]
    assert {line.count("|") for line in rows} == {7} and len(rows) == 3
    assert explanation.names[0].endswith("|*a*\\n")
    assert escaped("a|b") == "a&#124;b"
