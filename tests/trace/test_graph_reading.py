"""A recorded graph as it is read: values, operations, and what flowed back along each use."""

import math

import numpy as np
import pytest
from cases import ROWS, ours, run

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.graph import measure, read

SAMPLES = [
    pytest.param(row, ours(call), shapes, id=f"{row.op}: {ours(call)} on {shapes}")
    for row in ROWS
    for call in row.calls[:2]
    for shapes in row.shapes[:2]
]


def uses(graph):
    return [use for operation in graph.operations for use in operation.arguments]


def contributions(graph):
    return [use.contribution for use in uses(graph)]


# --- values --------------------------------------------------------------------------------------


def test_values_in_order_of_computation_with_kinds_names_and_numbers():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = a * b + 1.0
    y.label = "y"
    graph = read(y, {"slope": b})
    assert [(v.kind, v.name, v.number) for v in graph.values] == [
        ("leaf", "a", 2.0),
        ("parameter", "slope", -3.0),
        ("intermediate", None, -6.0),
        ("constant", None, 1.0),
        ("output", "y", -5.0),
    ]
    assert [v.index for v in graph.values] == list(range(5))
    assert [op.operation.name for op in graph.operations] == ["mul", "add"]
    assert graph.outputs == [graph.values[-1]]


def test_gradients_are_unknown_before_the_backward_pass_and_not_zero():
    y = Value(2.0) * Value(3.0)
    graph = read(y)
    assert [v.gradient for v in graph.values] == [None, None, None]
    assert contributions(graph) == [None, None]


def test_gradients_and_contributions_afterwards():
    a, b = Value(2.0), Value(-3.0)
    y = a * b + a
    y.backward()
    graph = read(y)
    assert [v.gradient for v in graph.values] == [-2.0, 2.0, 1.0, 1.0]
    assert contributions(graph) == [-3.0, 2.0, 1.0, 1.0]


def test_an_argument_used_twice_has_two_uses():
    a = Value(3.0)
    y = a + a
    y.backward()
    graph = read(y)
    assert [(use.value.number, use.position, use.contribution) for use in uses(graph)] == [
        (3.0, 0, 1.0),
        (3.0, 1, 1.0),
    ]
    assert graph.values[0].gradient == 2.0


def test_a_constant_has_no_gradient_and_no_contribution():
    a = Value(3.0)
    y = a * 2.0
    y.backward()
    graph = read(y)
    assert [v.needs_gradient for v in graph.values] == [True, False, True]
    assert contributions(graph) == [2.0, None]


def test_ieee_arithmetic_in_contributions():
    x, zero = Value(1.0), Value(0.0)
    y = x / zero
    y.backward()
    to_x, to_zero = contributions(read(y))
    assert to_x == math.inf and to_zero == -math.inf
    z = zero.log() * 0.0
    z.backward()
    assert math.isnan(read(z).values[0].gradient)


def test_recorded_gradients_are_read_as_numbers():
    x = Value(3.0)
    y = x * x
    y.backward(create_graph=True)
    graph = read(y)
    assert graph.values[0].gradient == 6.0
    assert contributions(graph) == [3.0, 3.0]
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    out = (t * t).sum()
    out.backward(create_graph=True)
    assert read(out).values[0].gradient.tolist() == [2.0, 4.0]


# --- numbers that were changed -------------------------------------------------------------------


def test_a_contribution_that_needs_a_changed_number_is_stale():
    a, b = Value(2.0), Value(3.0)
    y = a * b + a
    y.backward()
    a.data = 5.0
    product, total = read(y).operations
    assert [use.is_stale for use in product.arguments] == [True, True]
    assert [use.contribution for use in product.arguments] == [None, None]
    assert [use.is_stale for use in total.arguments] == [False, False]  # + needs no number
    assert [use.contribution for use in total.arguments] == [1.0, 1.0]


def test_an_operation_whose_rule_needs_only_its_output_is_not_stale():
    x = Value(0.5)
    y = x.sigmoid()
    y.backward()
    x.data = 4.0
    (use,) = read(y).operations[0].arguments
    assert not use.is_stale and use.contribution == x.grad


def test_the_next_forward_pass_is_not_stale():
    w = Value(2.0)
    (w * w).backward()
    w.data -= 0.1 * w.grad
    y = w * w
    assert not any(use.is_stale for use in uses(read(y)))


def test_nan_is_not_taken_for_a_change():
    y = Value(math.nan) * 2.0
    y.backward()
    assert not any(use.is_stale for use in uses(read(y)))


# --- tensors -------------------------------------------------------------------------------------


def test_tensor_graph_has_shapes_and_contributions_of_the_inputs_shapes():
    w = torch.ones(2, 3, requires_grad=True)
    b = torch.zeros(3, requires_grad=True)
    x = torch.ones(2, 3)
    y = (w * x + b).sum()
    y.backward()
    graph = read(y, {"w": w, "b": b})
    shapes = {v.name or v.kind: v.shape for v in graph.values}
    assert shapes == {
        "w": (2, 3),
        "constant": (2, 3),
        "b": (3,),
        "intermediate": (2, 3),
        "output": (),
    }
    to_b = next(use for use in uses(graph) if use.value.name == "b")
    assert to_b.contribution.tolist() == [2.0, 2.0, 2.0]
    assert graph.outputs[0].number == 6.0


@pytest.mark.parametrize(("row", "call", "shapes"), SAMPLES)
def test_contributions_add_up_to_the_gradient(row, call, shapes):
    inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(shapes)]
    result = run(call, torch, inputs, TABLE[row.op])
    outputs = [x for x in (result if isinstance(result, tuple) else [result]) if x.requires_grad]
    total = sum(x.sum() for x in outputs)
    total.backward()
    for value in read(total).values:
        if value.kind == "leaf":
            sent = [use.contribution for use in value.uses]
            assert all(part.shape == value.shape for part in sent)
            np.testing.assert_allclose(sum(sent), value.gradient, rtol=1e-6, atol=1e-12)


def test_a_pass_for_one_input_reaches_only_what_it_needs():
    a, b = (torch.ones(2, requires_grad=True) for _ in range(2))
    y = (a.exp() * b.exp()).sum()
    y.backward(inputs=[a])
    graph = read(y, {"a": a, "b": b})
    gradients = {v.name: v.gradient for v in graph.values if v.name}
    assert gradients["b"] is None and gradients["a"] is not None


def test_parameters_of_operations_are_those_that_are_not_the_defaults():
    t = torch.ones(2, 3, requires_grad=True)
    assert read(t.sum()).operations[0].parameters == {}
    assert list(read(t.sum(1)).operations[0].parameters) == ["dim"]
    (operation,) = read(Value(-1.0).leaky_relu(0.2)).operations
    assert operation.parameters == {"negative_slope": 0.2}
    assert read(Value(-1.0).leaky_relu()).operations[0].parameters == {}


def test_a_function_of_the_users_own_with_two_outputs():
    class Split(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, g, h):
            return g * 2 + h * 3

    x = torch.ones(2, requires_grad=True)
    one, two = Split.apply(x)
    y = (one * two).sum()
    y.backward()
    graph = read(y)
    split = graph.operations[0]
    assert split.operation.name == "Split" and len(split.results) == 2
    assert [v.gradient.tolist() for v in split.results] == [[3.0, 3.0], [2.0, 2.0]]
    assert split.arguments[0].contribution.tolist() == [12.0, 12.0]


# --- modules and names ---------------------------------------------------------------------------


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.Tanh())

    def forward(self, x):
        return x + self.inner(x)


def test_module_calls_are_nested_and_titled():
    model = nn.Sequential(nn.Linear(3, 2), Residual())
    graph = read(model(torch.ones(1, 3)))
    assert [(call.title, call.depth, call.is_innermost) for call in graph.calls] == [
        ("Sequential", 0, False),
        ("0: Linear(3 -> 2)", 1, True),
        ("1: Residual", 1, False),
        ("inner: Sequential", 2, False),
        ("0: Linear(2 -> 2)", 3, True),
        ("1: Tanh", 3, True),
    ]
    assert [(op.operation.name, op.call.title) for op in graph.operations] == [
        ("linear", "0: Linear(3 -> 2)"),
        ("linear", "0: Linear(2 -> 2)"),
        ("tanh", "1: Tanh"),
        ("add", "1: Residual"),
    ]


def test_each_call_of_one_module_is_a_call():
    layer = nn.Linear(2, 2)
    graph = read(layer(layer(torch.ones(1, 2))))
    assert [call.module for call in graph.calls] == [layer, layer]


def test_parameters_are_named_by_the_outermost_module_or_by_the_one_given():
    model = nn.Sequential(nn.Linear(3, 2))
    y = nn.MSELoss()(model(torch.ones(1, 3)), torch.zeros(1, 2))
    names = [v.name for v in read(y).values if v.kind == "parameter"]
    assert sorted(names) == ["0.bias", "0.weight"]
    names = [v.name for v in read(y, model[0]).values if v.kind == "parameter"]
    assert sorted(names) == ["bias", "weight"]
    assert {v.kind for v in read(y, {}).values} == {"leaf", "constant", "intermediate", "output"}


def test_parameters_of_a_scalar_network_are_named_by_place():
    model = nn.Sequential(nn.Linear(2, 1)).to(Value)
    graph = read(model([1.0, 2.0])[0])
    names = {v.name for v in graph.values if v.kind == "parameter"}
    assert names == {"0.weight[0,0]", "0.weight[0,1]", "0.bias[0]"}
    weights = np.array([[Value(1.0), Value(2.0)]])
    named = read(weights[0, 0] * weights[0, 1], {"w": weights})
    assert [v.name for v in named.values[:2]] == ["w[0,0]", "w[0,1]"]


def test_what_was_given_is_told_from_parameters_and_numbers_in_the_code():
    x = torch.ones(1, 3)
    y = nn.Linear(3, 2)(x) * 2
    assert [(v.kind, v.shape) for v in read(y).values if v.is_given] == [("constant", (1, 3))]


# --- outputs, sizes, errors ----------------------------------------------------------------------


def test_several_outputs():
    a = Value(2.0)
    one, two = a * 2, a * 3
    for several in ([one, two], (one, two), np.array([one, two])):
        assert [v.kind for v in read(several).values].count("output") == 2
        assert measure(several) == (5, False)


def test_a_leaf_and_a_constant_are_graphs_too():
    assert [v.kind for v in read(Value(1.0)).values] == ["leaf"]
    assert [v.kind for v in read(torch.ones(2)).values] == ["constant"]
    assert measure(Value(1.0)) == (1, False)


@pytest.mark.parametrize("thing", [1.0, None, "y", [], nn.Linear(1, 1)])
def test_other_things_are_refused(thing):
    with pytest.raises(TypeError, match="Value"):
        read(thing)


def test_a_module_is_refused_with_advice():
    with pytest.raises(TypeError, match="call it first"):
        read(nn.Linear(1, 1))


def test_params_that_name_nothing_are_refused():
    with pytest.raises(TypeError, match="a module, a dictionary"):
        read(Value(1.0), params=[Value(1.0)])


def test_counting_agrees_with_reading():
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    loss = nn.MSELoss()(model(torch.ones(5, 3)) * 2, torch.zeros(5, 2))
    assert measure(loss) == (len(read(loss).values), True)


def test_a_deep_graph_needs_no_recursion():
    y = Value(1.0)
    for _ in range(100_000):
        y = y * 1.0
    y.backward()
    assert measure(y) == (200_001, False)
    graph = read(y)
    assert len(graph.values) == 200_001
    assert graph.operations[0].arguments[0].contribution == 1.0
