"""The ledger of a backward pass: its steps add up to `.grad`, and say what happened."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace
from tinygrad_edu.ops import TABLE

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
    steps = trace.steps(output)
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
    steps = trace.steps(output)
    if not before:
        leaves = [x.source for x in steps.graph.values if x.kind == "leaf"]
        assert all(leaf.grad is None for leaf in leaves)
        output.backward()
    replayed = steps.gradients()
    for value in steps.graph.values:
        if value.kind == "leaf":
            assert same(replayed[value.index], value.source.grad.numpy())


def slots_of(output: Value) -> dict[str, list]:
    steps = trace.steps(output)
    found: dict[str, list] = {}
    for step in steps.backward:
        for slot in step.slots:
            found.setdefault(steps.names[slot.use.value.index], []).append((slot, step))
    return found


def test_an_argument_used_twice_has_two_slots() -> None:
    a = Value(3.0, "a")
    (first, step), (second, _) = slots_of(a * a)["a"]
    assert first.ledger == "0 → 0 + (1 × 3) = 3"
    assert second.ledger == "3 → 3 + (1 × 3) = 6"
    assert len(step.slots) == 2
    assert step.sentence.endswith("a was used before, so this is added to what is there.")


def test_the_ledger_of_the_design_page() -> None:
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(-2.0, "c")
    ((slot, step),) = slots_of((a * b) * c)["a"]
    assert (slot.upstream, slot.local, slot.contribution) == (-2.0, 3.0, -6.0)
    assert slot.ledger == "0 → 0 + (−2 × 3) = −6"
    assert step.formula == "a += g · b, b += g · a"
    assert step.numbers == "a += (−2) · 3, b += (−2) · 2"


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
    assert "rms" in tanh.slots[0].ledger


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
    assert "| 3 | a\\|b | 0 → 0 + (1 × 3) = 3 |" in text
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
