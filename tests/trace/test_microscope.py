"""Graphs of tensors taken apart into `Value`s: the same numbers, the same gradients."""

import numpy as np
import pytest
from cases import ROWS, Row, ours, run

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.microscope import taken_apart
from tinygrad_edu.trace.text import number

SAMPLES = [
    pytest.param(row, ours(call), shapes, id=f"{row.op}: {ours(call)} on {shapes}")
    for row in ROWS
    for call in row.calls
    for shapes in row.shapes
    if all(0 not in np.atleast_1d(shape) for shape in shapes)
]


@pytest.mark.parametrize(("row", "call", "shapes"), SAMPLES)
def test_every_operation_can_be_taken_apart(row: Row, call: str, shapes: tuple) -> None:
    inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(shapes)]
    output = run(call, torch, inputs, TABLE[row.op])
    output = output[0] if isinstance(output, tuple) else output
    if output.grad_fn is None:
        with pytest.raises(TypeError, match="has no graph"):
            trace.scalars(output)
        return
    total = (output * output.detach()).sum()  # every element with a weight of its own
    if not row.taken_apart:
        with pytest.raises(NotImplementedError, match="not there for arrays of Values"):
            trace.scalars(total)
        return
    value = trace.scalars(total)
    assert float(value) == pytest.approx(total.item(), nan_ok=True)
    total.backward()
    graph = trace.read(value)
    value.backward()
    flat = sum(abs(x.source.grad) for x in graph.values if x.kind == "leaf" and x.source.grad)
    expected = sum(x.grad.abs().sum().item() for x in inputs if x.grad is not None)
    assert flat == pytest.approx(expected, rel=1e-9)


def model_and_loss() -> tuple:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    return model, nn.MSELoss()(model(torch.randn(4, 2)), torch.zeros(4, 1))


def test_labels_and_module_calls_are_kept() -> None:
    model, loss = model_and_loss()
    loss.backward()
    value = trace.scalars(loss)
    value.backward()
    graph = trace.read(value)
    named = {x.name: x.source.grad for x in graph.values if x.name}
    for i, row in enumerate(model[0].weight.grad.tolist()):
        for j, expected in enumerate(row):
            assert named[f"0.weight[{i},{j}]"] == pytest.approx(expected, rel=1e-5)
    assert [call.title for call in graph.calls if call.is_innermost] == [
        "0: Linear(2 -> 3)",
        "1: Tanh",
        "2: Linear(3 -> 1)",
        "MSELoss",
    ]


def test_it_works_while_nothing_is_recorded() -> None:
    _, loss = model_and_loss()
    with torch.no_grad():
        value = trace.scalars(loss)
    assert not value.is_leaf


def test_too_many_numbers_are_refused() -> None:
    loss = (torch.ones(50, 50, requires_grad=True) * 2).sum()
    with pytest.raises(ValueError, match=r"have 5,002 numbers.*limit=5002"):
        trace.scalars(loss)


def test_what_has_no_graph_of_tensors_is_refused() -> None:
    with pytest.raises(TypeError, match="is a Value already"):
        trace.scalars(Value(1.0) * 2.0)
    with pytest.raises(TypeError, match="has no graph"):
        trace.scalars(torch.ones(2))


def test_numbers_that_were_changed_since_are_told() -> None:
    model, loss = model_and_loss()
    loss.backward()
    trace.scalars(loss)  # warns of nothing
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    with pytest.warns(UserWarning, match="changed after the forward pass") as caught:
        value = trace.scalars(loss)
    assert f"and is {number(value.data)} with them" in str(caught[0].message)


def test_parameters_are_known_as_weights() -> None:
    _, loss = model_and_loss()
    value, names = taken_apart(loss)
    graph = trace.read(value, names)
    weights = [x for x in graph.values if x.kind == "parameter"]
    assert weights and all(x.name[0].isdigit() or "weight" in x.name for x in weights)
    plain = trace.read(value)
    assert [call.title for call in graph.calls] == [call.title for call in plain.calls]


def test_a_parameter_outside_of_modules_is_a_weight() -> None:
    w = torch.nn.Parameter(torch.tensor([2.0, 3.0]))
    w.name = "w"
    value, names = taken_apart((w * torch.tensor([1.0, 4.0])).sum())
    assert {x.name for x in trace.read(value, names).values if x.kind == "parameter"} == {
        "w[0]", "w[1]",
    }  # fmt: skip
