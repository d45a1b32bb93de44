"""The ledger of a backward pass: its steps add up to `.grad`, and say what happened."""

import math
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.module_steps import module_steps
from tinygrad_edu.trace.rule_text import rule_with_names

UNARY = ["tanh", "sigmoid", "relu", "sin", "exp", "abs", "square", "neg"]
BINARY = ["add", "sub", "mul", "maximum", "minimum", "div"]


@st.composite
def scalar_graphs(draw: st.DrawFn) -> Value:
    pool = [Value(draw(st.floats(-3, 3)), label) for label in "abc"]
    for _ in range(draw(st.integers(1, 14))):
        if draw(st.booleans()):
            pool.append(TABLE[draw(st.sampled_from(UNARY))](draw(st.sampled_from(pool))))
        else:
            pair = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
            pool.append(TABLE[draw(st.sampled_from(BINARY))](*pair))
    return pool[-1]


def same(a: object, b: object) -> bool:
    return np.array_equal(np.asarray(a, float), np.asarray(b, float), equal_nan=True)


@given(scalar_graphs())
def test_replayed_steps_give_the_gradients_of_values_to_the_bit(output: Value) -> None:
    steps = trace.steps(output, names=None)
    output.backward()
    replayed = steps.gradients()
    for value in steps.graph.values:
        if value.needs_gradient:
            assert same(replayed[value.index], value.source.grad)


@st.composite
def tensor_graphs(draw: st.DrawFn) -> torch.Tensor:
    shapes = st.sampled_from([(2, 3), (1, 3), (3,), ()])
    numbers = st.floats(-2, 2, width=32)
    pool = []
    for _ in range(3):
        shape = draw(shapes)
        flat = draw(st.lists(numbers, min_size=math.prod(shape), max_size=math.prod(shape)))
        pool.append(torch.tensor(np.reshape(np.array(flat, np.float32), shape), requires_grad=True))
    for _ in range(draw(st.integers(1, 10))):
        if draw(st.booleans()):
            pool.append(TABLE[draw(st.sampled_from(UNARY))](draw(st.sampled_from(pool))))
        else:
            pair = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
            pool.append(TABLE[draw(st.sampled_from(BINARY[:-1]))](*pair))
    return pool[-1].sum()


@given(tensor_graphs(), st.booleans())
@settings(max_examples=60)
def test_replayed_steps_give_the_gradients_of_tensors_to_the_bit(
    output: torch.Tensor, before: bool
) -> None:
    if before:
        output.backward()
    steps = trace.steps(output, names=None)
    if not before:
        leaves = [x.source for x in steps.graph.values if x.kind == "leaf"]
        assert all(leaf.grad is None for leaf in leaves)
        output.backward()
    replayed = steps.gradients()
    for value in steps.graph.values:
        if value.kind == "leaf":
            assert same(replayed[value.index], value.source.grad.numpy())


def slots_of(output: Value) -> dict[str, list]:
    steps = trace.steps(output, names=None)
    found: dict[str, list] = {}
    for step in steps.backward:
        for slot in step.slots:
            found.setdefault(steps.names[slot.use.value.index], []).append((slot, step))
    return found


def test_an_argument_used_twice_has_two_slots() -> None:
    a = Value(3.0, "a")
    (first, step), (second, _) = slots_of(a * a)["a"]
    assert first.ledger == "– → 1 × 3 = 3"
    assert second.ledger == "3 → 3 + (1 × 3) = 6"
    assert len(step.slots) == 2
    assert step.sentence == "a went in twice: it gets the upstream gradient times 3 for each."


def test_the_ledger_of_the_design_page() -> None:
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(-2.0, "c")
    ((slot, step),) = slots_of((a * b) * c)["a"]
    assert (slot.upstream, slot.local, slot.contribution) == (-2.0, 3.0, -6.0)
    assert slot.ledger == "– → −2 × 3 = −6"
    assert step.formula == "∂v2/∂a += ∂v2/∂v1 · b; ∂v2/∂b += ∂v2/∂v1 · a"
    assert step.numbers == "∂v2/∂a += (−2) · 3; ∂v2/∂b += (−2) · 2"


def test_a_flat_activation_is_told_with_its_slope() -> None:
    ((slot, step),) = slots_of(Value(2.0, "x").tanh())["x"]
    assert slot.local == pytest.approx(1 - math.tanh(2) ** 2)
    assert step.sentence == (
        "tanh is flat here (slope 0.071), so only 7.1 % of the gradient passes."
    )


STATES = {
    "known": lambda x: x * 2.0,
    "zero": lambda x: (-x).relu() + x * 0.0,
    "underflow": lambda x: (x * 1e-200) * 1e-200,
    "cancelled": lambda x: x * 3.0 - x * 3.0,
    "invalid": lambda x: (x - 1.0).log(),
}


@pytest.mark.parametrize("state", STATES)
def test_states_are_told_apart(state: str) -> None:
    slots = slots_of(STATES[state](Value(1.0, "x")))["x"]
    assert slots[-1][0].state == state
    assert state in {slot.state for slot, _ in slots}


def test_where_inf_arises_is_the_step_of_the_logarithm_and_not_the_next() -> None:
    found = [
        (slot.arises, step.operation.operation.name)
        for values in slots_of((Value(1.0, "x") - 1.0).log() * 2.0).values()
        for slot, step in values
        if slot.state == "invalid"
    ]
    assert sorted(found) == [(False, "sub"), (True, "log")]


def test_a_constant_asks_for_no_gradient() -> None:
    steps = trace.steps(Value(3.0, "x") * 2.0)
    states = [slot.state for slot in steps.backward[1].slots]
    assert states == ["known", "missing"]


def test_every_backward_step_sums_what_flowed_through_a_module() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    loss = model(torch.randn(5, 3)).mean()
    loss.backward()
    steps = trace.steps(loss)
    assert [step.operation.operation.name for step in steps.forward] == [
        "linear",
        "tanh",
        "linear",
        "mean",
    ]
    names = {steps.names[slot.use.value.index] for step in steps.backward for slot in step.slots}
    assert {"0.weight", "0.bias", "2.weight", "2.bias"} <= names
    tanh = next(step for step in steps.backward if step.operation and len(step.slots) == 1)
    assert "norm" in tanh.slots[0].ledger


def test_steps_remember_the_line_of_code() -> None:
    with trace.remember_lines():
        x = Value(2.0, "x")
        y = x * 3.0  # three times
    steps = trace.steps(y)
    assert steps.forward[0].line.endswith("y = x * 3.0  # three times")
    assert "test_steps.py:" in steps.forward[0].line
    assert trace.steps(x * 3.0).forward[0].line is None


def test_lines_know_their_module_calls() -> None:
    with trace.remember_lines():
        model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Tanh()))
        output = model(torch.ones(1, 1))
    graph = trace.read(output)
    assert [call.title for call in graph.calls] == [
        "Sequential",
        "0: Linear(1 -> 1)",
        "1: Sequential",
        "0: Tanh",
    ]
    assert graph.operations[1].call is graph.calls[3]


def test_lines_end_with_their_block_and_leave_no_grad_alone() -> None:
    x = Value(1.0)
    with trace.remember_lines(), torch.no_grad():
        assert (x * 2.0).is_leaf
    with torch.no_grad(), trace.remember_lines():
        assert (x * 2.0).is_leaf
    assert trace.line_of(x * 2.0) is None


def test_a_custom_function_is_a_step() -> None:
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # type: ignore[no-untyped-def]
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):  # type: ignore[no-untyped-def]
            (x,) = ctx.saved_tensors
            return g * 3 * x**2

    x = torch.tensor(2.0, requires_grad=True)
    steps = trace.steps(Cube.apply(x))
    (slot,) = steps.backward[1].slots
    assert (slot.contribution, steps.backward[1].upstream) == (12.0, 1.0)
    assert "Cube" in steps.backward[1].sentence


def test_markdown_has_a_row_for_each_step_and_slot() -> None:
    a = Value(3.0, "a|b")
    text = trace.steps(a * a).markdown()
    assert "| 1 | v1 = a\\|b × a\\|b | v1 = 3 × 3 = 9 |" in text
    assert "| 3 | a\\|b | – → 1 × 3 = 3 |" in text
    assert "|  | a\\|b | 3 → 3 + (1 × 3) = 6 |  |" in text


def test_notebooks_show_labels_as_text() -> None:
    html = trace.steps(Value(1.0, "<img src=x>") * 2.0)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


def test_results_are_named_by_the_variable_that_their_line_assigns() -> None:
    with trace.remember_lines():
        x = Value(0.5, "x")
        hidden = (x * 2.0 + 1.0).tanh()
        hidden = hidden * hidden
        loss = hidden - Value(1.0, "y")
    assert trace.steps(loss).names[-1] == "loss"
    named = [value.name for value in trace.read(loss).values if value.made_by]
    assert named == [None, None, "hidden", "hidden", "loss"]
    assert trace.steps(hidden).names == ["x", "2", "v1", "1", "v2", "hidden", "hidden′2"]
    assert loss.label is None


# --- the sentences -------------------------------------------------------------------------------


def sentences(output: Value) -> list[str]:
    return [step.sentence for step in trace.steps(output).backward[1:]]


def test_rules_are_written_with_the_names_of_the_values() -> None:
    a, b, g = Value(2.0, "b"), Value(3.0, "a"), Value(0.5, "g")
    steps = trace.steps((a * b / g).tanh() ** 3)
    written = [slot.formula for step in steps.backward for slot in step.slots]
    assert written == [
        "∂v4/∂v4 · 3 · v3^(3 − 1)",
        "∂v4/∂v4 · v3^3 · ln v3",
        "∂v4/∂v3 · (1 − v3²)",
        "∂v4/∂v2 / g",
        "−∂v4/∂v2 · (v1 / g) / g",
        "∂v4/∂v1 · a",
        "∂v4/∂v1 · b",
    ]
    assert steps.backward[2].slots[0].numbers.endswith("· (1 − 0.9999999999245²)")


@pytest.mark.parametrize("entry", [x for x in TABLE.values() if hasattr(x, "derivatives")])
def test_no_letter_of_the_table_is_left_in_a_rule(entry: Any) -> None:
    names = ["ALPHA", "BETA", "GAMMA", "RESULT"]
    count = entry.arity or 2
    arguments = [SimpleNamespace(value=SimpleNamespace(index=i)) for i in range(count)]
    results = [SimpleNamespace(index=3)]
    operation: Any = SimpleNamespace(operation=entry, arguments=arguments, results=results)
    for position in range(count):
        written = rule_with_names(operation, position, names, "LOSS")
        letters = entry.letters(position) or ("g", "y", "x")
        alone = "|".join(x for x in letters if len(x) == 1)
        assert not re.search(rf"(?<![A-Za-zΑ-ω])({alone})(?![A-Za-zΑ-ω])|[ˣᵃᵇ]", written), written
        assert "{" not in written


def test_sentences_on_sums_and_powers() -> None:
    a = Value(3.0, "a")
    assert sentences(a + a) == ["+ copies the gradient to a twice, unchanged."]
    assert sentences(a**2 + a * 2.0) == [
        "+ copies the gradient to v1 and v2, unchanged.",
        "a gets the upstream gradient times 2.",
        "a gets the upstream gradient times 6. a had a gradient from another use already: this is "
        "added to it.",
    ]
    assert sentences(a * 3.0 - a * 3.0)[-1] == (
        "a gets the upstream gradient times 3. a had as much of the other sign already: they "
        "cancel."
    )


def test_sentences_where_nothing_arrives() -> None:
    w, x = Value(3.0, "w"), Value(-2.0, "x")
    assert sentences((w * x).relu() * 5.0) == [
        "v2 gets the upstream gradient times 5.",
        "relu lets nothing through to v1 (slope 0).",
        "The gradient that arrives is 0 already, so w and x get 0.",
    ]


def test_sentences_on_what_is_no_number() -> None:
    a, b = Value(2.0, "a"), Value(0.0, "b")
    steps = trace.steps(a / b)
    assert steps.forward[0].numbers == "v1 = 2 ÷ 0 = inf (inf arises here)"
    assert steps.forward[0].sentence == (
        "a ÷ b, with a = 2 and b = 0, gives v1 = inf. Here inf arises."
    )
    assert steps.backward[1].sentence == (
        "Here inf arises: the slope of ÷ at a is inf. Here inf arises: the slope of ÷ at b is −inf."
    )
    assert sentences(b.sqrt() * 0.0)[-1] == (
        "Here nan arises: the slope of √ at b is inf, and 0 × inf is nan."
    )
    assert sentences((a * 1e200) * 1e200)[-1] == (
        "Here inf arises: a gets 1e200 × 1e200, more than a float can hold."
    )
    assert "arises" not in trace.steps((a / b) * 2.0).forward[1].numbers


def test_how_much_passes_is_rounded_as_the_slope_is() -> None:
    x = Value(-0.7, "x")
    assert sentences(x.tanh()) == [
        "tanh has slope 0.63 here, of at most 1: 63 % of the gradient passes."
    ]
    assert sentences(Value(0.0, "x").sigmoid()) == [
        "sigmoid is at its steepest here (slope 0.25): still only 25 % of the gradient passes."
    ]
    assert sentences(Value(0.3, "x").sigmoid()) == [
        "sigmoid is nearly at its steepest here (slope 0.24 of at most 0.25): still only 24 % of "
        "the gradient passes."
    ]
    assert sentences(Value(0.01, "x").tanh()) == ["x gets the upstream gradient times 0.9999."]


def test_sizes_of_arrays_are_not_added_up() -> None:
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    x.name = "x"
    steps = trace.steps((x * torch.tensor([1.0, 0.0]) + x * torch.tensor([0.0, 1.0])).sum())
    ledgers = [s.ledger for step in steps.backward for s in step.slots if s.use.value.name == "x"]
    assert ledgers == ["– → norm 1", "norm 1 → norm 1.414, with norm 1 added"]


def test_several_arrays_are_told_in_one_sentence() -> None:
    model = nn.Linear(2, 1)
    step = trace.steps(model(torch.ones(3, 2)).sum()).backward[-1]
    assert step.sentence == (
        "linear sends weight a gradient of norm 4.243 (2.45 times what arrived) and bias one "
        "of norm 3 (1.73 times what arrived)."
    )


def test_numbers_that_were_changed_are_told() -> None:
    w = Value(2.0, "w")
    y = w * 3.0
    w.data = 1.0
    assert trace.steps(y).forward[0].numbers == "y = 1 × 3 = 6 (a number was changed since)"


def test_rules_that_need_a_changed_number_say_so() -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    loss = (w * x - 1.0) ** 2
    loss.backward()
    assert trace.steps(loss).notes == []
    w.data = 1.7
    steps = trace.steps(loss)
    assert "was changed after v1 was computed" in steps.notes[0]
    assert str(steps).startswith(f"Note: {steps.notes[0]}")
    to_w, to_x = steps.backward[-1].slots
    assert to_w.is_stale and to_x.is_stale  # which of the two was changed, nobody knows
    assert to_x.numbers.endswith("(a number was changed since)")
    assert steps.backward[-1].sentence.endswith("was changed after the forward pass.")
    assert (to_w.contribution, to_x.contribution) == (30.0, pytest.approx(17.0))


def test_two_values_of_one_name_are_told() -> None:
    a, b = Value(1.0, "x"), Value(2.0, "x")
    assert trace.steps(a * b).notes == ["x and x′2 are 2 values called x."]


def test_a_pass_that_was_never_run_is_told() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for y in (Value(2.0, "x") * 3.0, (x * 2.0).sum()):
        said = "No backward() was called on y: this is what it would do."
        assert said in trace.steps(y).backward[0].sentence
        y.backward()
        assert said not in trace.steps(y).backward[0].sentence


def test_steps_are_of_one_output() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match="a pass goes back from one output, and these are 2"):
        trace.steps([x * 2.0, x * 3.0])


def test_parts_of_steps_are_short_in_a_repl() -> None:
    w, x = Value(2.0, "w"), Value(3.0, "x")
    steps = trace.steps((w * x).tanh())
    slot = steps.backward[-1].slots[0]
    assert repr(steps[0]) == "<Step 1, forward: v1 = 2 × 3 = 6>"
    assert repr(slot.use) == (
        "<Use of value 0 as argument 0 of <OperationNode 0: mul of values 0, 1>>"
    )
    assert repr(slot.use.value) == "<ValueNode 0: leaf 'w' = 2.0>"
    assert repr(steps.graph) == "<Graph of 4 values and 2 operations>"
    assert len(repr(slot)) < 120


# --- rules with numbers --------------------------------------------------------------------------


def rule(output: Value) -> str:
    return trace.steps(output, names=None).backward[-1].slots[0].numbers


@pytest.mark.parametrize(
    ("output", "written"),
    [
        (lambda: Value(16.0).sigmoid(), "1 · 0.999999887 · (1 − 0.999999887)"),
        (lambda: Value(9.0).tanh(), "1 · (1 − 0.9999999695²)"),
        (lambda: Value(0.5).tanh(), "1 · (1 − 0.4621²)"),
        (lambda: Value(40.0).sigmoid(), "1 · 1 · (1 − 1)"),  # which is what the float is
        (lambda: Value(-1.0).relu() * -2.0, "0, as −1 < 0"),
        (lambda: Value(3.0).relu() * -2.0, "−2, as 3 > 0"),
        (lambda: Value(-2.0).leaky_relu(0.2), "0.2 · 1, as −2 < 0"),
        (lambda: Value(2.0).clamp(max=1.0), "0, as 2 > 1"),
        (lambda: Value(0.5).clamp(0.0, 1.0), "1, as 0 ≤ 0.5 ≤ 1"),
        (lambda: Value(2.0).max(Value(2.0)), "1 / 2, as 2 = 2"),
        (lambda: Value(2.0).max(Value(2.0 + 1e-9)), "0, as 2 < 2"),  # by the numbers, not the text
    ],
)
def test_what_is_written_holds(output: Any, written: str) -> None:
    assert rule(output()) == written


def test_parameters_are_written_where_they_count() -> None:
    k = Value(2.0, "x").clamp(max=1.0)
    steps = trace.steps(k)
    assert steps.forward[0].formula == "k = clamp(x, max=1.0)"
    assert steps.backward[1].slots[0].formula == "∂k/∂k where x ≤ 1, else 0"


# --- where nan comes from ------------------------------------------------------------------------


def network(x: Any) -> tuple[Any, Any]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    loss = nn.MSELoss()(model(x), torch.zeros(2, 1))
    loss.backward()
    return model, loss


def test_nan_in_the_data_is_named_where_it_goes_in() -> None:
    x = torch.tensor([[1.0, math.nan], [0.5, 2.0]])
    _, loss = network(x)
    forward, backward = trace.steps(loss).forward, trace.steps(loss).backward
    assert forward[0].sentence.endswith(" x holds nan from the start.")
    assert not any("arises" in step.sentence for step in forward + backward)
    assert forward[0].numbers.endswith(" = [2×3] (x holds nan)")
    assert backward[1].sentence == "v3 holds nan, and so does its gradient."
    told = str(trace.explain(loss))
    assert "The gradient is nan from MSELoss on, as x holds nan from the start." in told


def test_nan_that_an_operation_makes_is_named_there() -> None:
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    loss = (x.log() * 2.0).sum()
    loss.backward()
    steps = trace.steps(loss)
    assert [step.sentence.endswith("Here nan arises.") for step in steps.forward] == [
        True, False, False,
    ]  # fmt: skip
    y = torch.tensor([0.0, 1.0], requires_grad=True)
    finite = (y.sqrt() * torch.tensor([0.0, 1.0])).sum()
    finite.backward()
    steps = trace.steps(finite)
    assert not any("arises" in step.sentence for step in steps.forward)
    assert "Here nan arises: √ sends it to y." in steps.backward[-1].sentence


def test_nan_by_module() -> None:
    _, loss = network(torch.tensor([[1.0, math.nan], [0.5, 2.0]]))
    steps = module_steps(loss, limit=1_000)
    assert steps.forward[0].sentence.endswith(" holds nan from the start.")
    assert not any(slot.arises for step in steps.backward for slot in step.slots)


# --- what .grad held before ----------------------------------------------------------------------


def told(output: Any) -> list[str]:
    """What the steps say of `.grad`."""
    said = " ".join(step.sentence for step in trace.steps(output))
    return re.findall(r"\S+\.grad is .*? this one\.|Gradients add up.*?(?: = None|zero)\.", said)


def twice(make: Any) -> Any:
    make().backward()
    output = make()
    output.backward()
    return output


def test_a_forgotten_zero_grad() -> None:
    w, x = Value(2.0, "w"), Value(0.5, "x")
    assert told(twice(lambda: w * x)) == [
        "w.grad is 1 now, after all passes: 0.5 from another pass + 0.5 from this one.",
        "Gradients add up until w.grad = None.",
        "x.grad is 4 now, after all passes: 2 from another pass + 2 from this one.",
    ]
    w.grad = x.grad = None
    y = w * x
    y.backward()
    assert told(y) == []


def test_a_forgotten_zero_grad_of_tensors() -> None:
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    w.name, b.name = "w", "b"
    assert told(twice(lambda: (w * w).sum() + b)) == [
        "b.grad is 2 now, after all passes: 1 from another pass + 1 from this one.",
        "Gradients add up until b.grad = None.",
        "w.grad is norm 20 now, after all passes: norm 10 is from another pass, norm 10 from this "
        "one.",
    ]


def test_a_module_has_zero_grad() -> None:
    model = nn.Linear(2, 1, bias=False)
    output = twice(lambda: model(torch.ones(1, 2)).sum())
    assert told(output)[-1] == "Gradients add up until zero_grad() sets them to zero."


def test_no_false_alarms() -> None:
    w = Value(2.0, "w")
    (w * 3.0).backward()
    assert told(w * 5.0) == []  # no pass has gone through this one
    y = twice(lambda: w * 3.0)
    w.data = 1.0
    assert told(y) == []  # other numbers by now
    w = Value(2.0, "w")
    y = w * 3.0
    y.backward()
    w.grad = 0.5
    assert told(y) == []  # made smaller, as by clipping
    w.grad = math.nan
    assert told(y) == []

    v = torch.tensor([3.0, 4.0], requires_grad=True)
    (v * v).sum().backward()
    z = (v * v * v).sum()
    assert told(z) == [] and told(z) == []  # the steps ran a pass of their own
    hooked = torch.tensor([3.0, 4.0], requires_grad=True)
    hooked.register_hook(lambda gradient: gradient * 2.0)
    z = (hooked * hooked).sum()
    z.backward()
    assert told(z) == []


def test_the_steps_of_tensors_name_what_went_in():
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    x = torch.ones(5, 3)
    x.name = "x"
    found = trace.steps((model(x) * 2.0).sum(), names=None)
    lines = [line.split("  ")[-1] for line in str(found).splitlines()[1:5]]
    assert lines == [
        "v1 = linear(x, 0.weight, 0.bias) = [5×4]",
        "v2 = sigmoid(v1) = [5×4]",
        "v3 = linear(v2, 2.weight, 2.bias) = [5×1]",
        "v4 = v3 × 2 = [5×1]",
    ]
    assert found[0].numbers == "v1 = linear([5×3], [4×3], [4]) = [5×4]"


def test_a_factor_that_is_all_zeros_is_named_where_nothing_passes():
    cell = nn.RNNCell(3, 4)
    h = torch.zeros(2, 4)
    h.name = "h"
    last = trace.steps(cell(torch.ones(2, 3), h).sum(), names=None)
    said = " ".join(step.sentence for step in last.backward)
    assert "linear lets nothing through to weight_hh: h is all zeros." in said
    w, off = torch.ones(2, requires_grad=True), torch.tensor([-1.0, -2.0], requires_grad=True)
    z = torch.zeros(2)
    w.name, off.name, z.name = "w", "off", "z"
    found = trace.steps((w * z + torch.maximum(off, z)).sum(), names=None)
    assert [step.sentence for step in found.backward[3:]] == [
        "× lets nothing through to w: z is all zeros.",
        "max lets nothing through to off.",  # which z being 0 is not the reason for
    ]
