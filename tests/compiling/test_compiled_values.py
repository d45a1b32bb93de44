"""Compiled functions of `Value`s: numbers, gradients, and what is refused."""

import math
import warnings

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Constant, Value, nn


def neuron(w: list, b: Value, x: list) -> Value:
    return (sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)).tanh()


def test_numbers_and_gradients_are_those_of_eager_calls() -> None:
    fast = torch.compile(neuron)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for i in range(5):
            leaves = [Value(0.3 * i), Value(-0.2), Value(0.1 + i)]
            twins = [Value(x.data) for x in leaves]
            x = [0.5, float(i)]
            found, expected = fast(leaves[:2], leaves[2], x), neuron(twins[:2], twins[2], x)
            found.backward()
            expected.backward()
            assert found.data == expected.data
            assert [x.grad for x in leaves] == [x.grad for x in twins]
    assert fast.source.count("def program") == 1


def test_the_graph_has_one_node() -> None:
    fast = torch.compile(lambda x: ((x.exp() + 1).log() * x).sigmoid().tanh())
    for _ in range(3):
        x = Value(0.7)
        y = fast(x)
    assert [one is x for one in y.operands] == [True]
    (y * 3).backward()
    twin = Value(0.7)
    (((twin.exp() + 1).log() * twin).sigmoid().tanh() * 3).backward()
    assert x.grad == pytest.approx(twin.grad, rel=1e-15)


def test_parameters_are_read_at_each_call() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).to(Value)

    def loss(x: list, y: float) -> Value:
        return (model(x)[0] - y) ** 2

    fast = torch.compile(loss)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for i in range(5):
            x, y = [0.1 * i, -0.5], 0.3 * i
            found, expected = fast(x, y), loss(x, y)
            assert found.data == expected.data
            found.backward()
            gradients = [p.grad for p in model.parameters()]
            for p in model.parameters():
                p.grad = None
            expected.backward()
            assert gradients == [p.grad for p in model.parameters()]
            for p in model.parameters():
                p.data -= 0.1 * p.grad
                p.grad = None
    assert fast.source


LOOKS = {
    "if": lambda x: x * 2 if x > 0 else x * 3,
    "float": lambda x: x * float(x),
    "data": lambda x: x * x.data,
    "item": lambda x: x * x.item(),
    "bool": lambda x: x * 2 if x else x + 1,
    "text": lambda x: x * len(f"{x:.2f}"),
    "max": lambda x: max(x, x * x),
}


@pytest.mark.parametrize("name", LOOKS)
def test_looks_at_numbers_are_refused(name: str) -> None:
    function = LOOKS[name]
    fast = torch.compile(function)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for number in (1.5, 2.5, -0.5, 0.0, -7.25):
            x, twin = Value(number), Value(number)
            found, expected = fast(x), function(twin)
            found.backward()
            expected.backward()
            assert (found.data, x.grad) == (expected.data, twin.grad)
    assert ["looks at the number of a Value" in str(w.message) for w in seen] == [True]


def test_whole_numbers_are_part_of_the_kind() -> None:
    fast = torch.compile(lambda x, n: sum([x] * n, x * 0))
    for n in (1, 2, 3, 2, 2, 3):
        assert fast(Value(1.5), n).data == 1.5 * n


def test_several_outputs_in_a_structure() -> None:
    fast = torch.compile(lambda a, b: {"sum": a + b, "both": [a * b, (a - b) * 2]})
    for _ in range(3):
        a, b = Value(3.0), Value(2.0)
        found = fast(a, b)
        total = found["sum"] + found["both"][0] * 10 + found["both"][1]
        total.backward()
        assert (total.data, a.grad, b.grad) == (67.0, 23.0, 29.0)


def test_infinities_come_out_as_in_eager_calls() -> None:
    fast = torch.compile(lambda x: x.log() / x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in (1.0, 2.0, 0.0, 1e-320, float("inf")):
            x, twin = Value(number), Value(number)
            found, expected = fast(x), twin.log() / twin
            found.backward()
            expected.backward()
            assert repr((found.data, x.grad)) == repr((expected.data, twin.grad))


def test_nothing_stays_changed() -> None:
    before = Value.__dict__["data"]
    torch.compile(lambda x: x * 2)(Value(1.0))
    assert Value.__dict__["data"] is before


def without_recording(x: Value) -> Value:
    with torch.no_grad():
        square = x * x
    return x * square


LABEL = Constant(3.0)
FOLLOWS = {
    "detach": lambda x: x * x.detach() + (x.detach() * 2).exp(),
    "constant": lambda x: x * -LABEL,
    "largest": lambda x: nn.functional.softmax(np.array([x, x * x, -x]), 0)[1],
    "no_grad": without_recording,
    "detach of what is gone": lambda x: x * (x * x).detach(),
    "gradient": lambda x: torch.autograd.grad(x.relu() * x, x, create_graph=True)[0] * x,
    "grad": lambda x: x * (1.0 if x.grad is None else 2.0),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_follows_from_numbers_is_never_frozen(name: str) -> None:
    function = FOLLOWS[name]
    fast = torch.compile(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in (1.5, 1.5, 1.5, -2.5, 0.0, 30.0):
            LABEL.data = number
            x, twin = Value(number), Value(number)
            for _ in range(2):
                found, expected = fast(x), function(twin)
                found.backward()
                expected.backward()
                assert (found.data, x.grad) == (expected.data, twin.grad)
    assert fast.is_eager is (name not in ("detach", "constant", "largest"))


def test_random_numbers_are_never_frozen() -> None:
    drop = nn.Dropout(0.5)

    def f(x: Value) -> Value:
        return drop(np.array([x, x * 2], dtype=object)).sum()

    for seed in range(4):
        fast = torch.compile(f)
        torch.manual_seed(seed)
        with pytest.warns(UserWarning, match="draws random numbers"):
            found = [fast(Value(1.5)).data for _ in range(6)]
        torch.manual_seed(seed)
        assert found == [f(Value(1.5)).data for _ in range(6)]


def test_what_a_refused_call_has_changed_is_put_back() -> None:
    norm, twin = (nn.BatchNorm1d(1).to(Value) for _ in range(2))
    fast = torch.compile(lambda a, b: norm([[a], [b]])[0][0])
    with pytest.warns(UserWarning, match="changes the number|looks at the number"):
        for i in range(4):
            found = fast(Value(1.0 + i), Value(3.0))
            assert found.data == twin([[Value(1.0 + i)], [Value(3.0)]])[0][0].data
            assert norm.running_mean[0].data == twin.running_mean[0].data
            assert norm.num_batches_tracked.item() == i + 1


def test_a_tensor_that_is_changed_is_noticed() -> None:
    count = torch.zeros(1)

    def f(x: Value) -> Value:
        count.add_(1)
        return x * 2

    fast = torch.compile(f)
    with pytest.warns(UserWarning, match="changes a tensor"):
        for i in range(4):
            assert (fast(Value(1.0)).data, count.item()) == (2.0, i + 1)


def test_what_an_argument_was_computed_from_is_no_part_of_the_program() -> None:
    fast = torch.compile(lambda h, w: (h * w).tanh())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in (1.5, 1.5, 1.5, -2.0, 0.25):
            x, twin, w = Value(number), Value(number), Value(0.5)
            fast((x * 3).exp(), w).backward()
            ((twin * 3).exp() * Value(0.5)).tanh().backward()
            assert (x.grad, w.left) == (twin.grad, None)


def test_what_a_compiled_function_returned_can_go_into_another() -> None:
    half, cube = torch.compile(lambda x: x / 2), torch.compile(lambda x: x * x * x)
    for number in (1.0, 1.0, 1.0, 3.0, -2.0):
        x = Value(number)
        y = half(cube(x) + x)
        y.backward()
        assert (y.data, x.grad) == ((number**3 + number) / 2, (3 * number**2 + 1) / 2)


def test_the_same_value_twice_is_another_kind() -> None:
    fast = torch.compile(lambda a, b: a * b + a)
    for _ in range(3):
        a, b = Value(3.0), Value(5.0)
        assert (fast(a, a).data, fast(a, b).data) == (12.0, 18.0)


def test_second_derivatives_say_that_they_are_not_there() -> None:
    fast = torch.compile(lambda x: x * x * x)
    for _ in range(3):
        x = Value(2.0)
        y = fast(x) * x
    with pytest.raises(NotImplementedError, match="derivatives of derivatives"):
        y.backward(create_graph=True)


def test_a_graph_with_a_compiled_call_can_be_read_and_drawn() -> None:
    from tinygrad_edu import trace, viz

    fast = torch.compile(lambda a, b: (a * b).tanh())
    for _ in range(3):
        a, b = Value(0.5, label="a"), Value(0.25, label="b")
        loss = fast(a, b) * 3
    loss.backward()
    assert repr(fast(a, b)) == f"Value({math.tanh(0.125)!r})"
    graph = trace.read(loss)
    assert [op.operation.name for op in graph.operations] == ["compiled", "mul"]
    assert [use.contribution for use in graph.operations[0].arguments] == [a.grad, b.grad]
    assert "compiled" in viz.graph(loss).source
    assert [step.phase for step in trace.steps(loss)].count("backward") == 3
    with pytest.raises(NotImplementedError, match="compiled cannot be written"):
        trace.program(loss)
