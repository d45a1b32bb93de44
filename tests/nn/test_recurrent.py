"""Recurrent cells and layers: what must hold without torch to compare with."""

import copy
import warnings

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz
from tinygrad_edu.autograd import topological_order
from tinygrad_edu.value import Value as ScalarValue

KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
NODES = {"RNN": 4, "LSTM": 16, "GRU": 18}
"""How many operations a step is."""


def first_part(state):
    return state[0] if isinstance(state, tuple) else state


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_its_cell_repeated(kind):
    layer, cell = KINDS[kind](2, 3), CELLS[kind](2, 3)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in layer.state_dict().items()})
    x, state, hs = torch.randn(5, 4, 2), None, []
    for x_t in x:
        state = cell(x_t, state)
        hs.append(first_part(state))
    output, last = layer(x)
    assert (output == torch.stack(hs)).all()
    assert (first_part(last)[0] == hs[-1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_step_is_the_same_few_operations(kind):
    """So many nodes more for one step more, all of them in the layer's box."""

    def operations(steps):
        output, _ = layer(torch.ones(steps, 4, 2))
        return [v for v in topological_order([output.sum().grad_fn]) if v.inputs]

    layer = KINDS[kind](2, 3)
    few, many = operations(5), operations(6)
    assert len(many) - len(few) == NODES[kind]
    assert all(node.scope.module is layer for node in many[:-1])


@pytest.mark.parametrize("kind", KINDS)
def test_long_sequences(kind):
    layer = KINDS[kind](1, 1)
    output, _ = layer(torch.ones(600, 1, 1))
    output.sum().backward()
    assert all(p.grad.isfinite().all() for p in layer.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_values_give_the_numbers_and_gradients_of_tensors(kind):
    options = {"num_layers": 2, "bidirectional": True, "batch_first": True, "dropout": 0.5}
    tensors = KINDS[kind](1, 2, **options).double()
    values = copy.deepcopy(tensors).to(Value)
    x = torch.randn(2, 3, 1, dtype=torch.float64)
    torch.manual_seed(3)
    expected = tensors(x)[0].square().sum()
    expected.backward()
    torch.manual_seed(3)
    output, _ = values(x.tolist())
    found = (output * output).sum()
    found.backward()
    assert found.data == pytest.approx(expected.item(), rel=1e-12)
    gradients = np.concatenate([p.grad.numpy().ravel() for p in tensors.parameters()])
    np.testing.assert_allclose(
        [p.grad for p in values.parameters()], gradients, rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_numbers_into_a_layer_of_values(kind):
    layer = KINDS[kind](1, 2).to(Value)
    state = [[[0.1, 0.2]]]
    output, _ = layer([[[1.0]], [[2.0]]], (state, state) if kind == "LSTM" else state)
    assert output.shape == (2, 1, 2)
    cell = CELLS[kind](1, 2).to(Value)
    assert first_part(cell([1.0])).shape == (2,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_through_time_is_taken_apart_drawn_and_explained(kind):
    layer = KINDS[kind](1, 1)
    loss = layer(torch.randn(3, 1, 1))[0].sum()
    apart = trace.scalars(loss)
    assert isinstance(apart, ScalarValue)
    assert apart.data == pytest.approx(loss.item(), rel=1e-5)
    loss.backward()
    assert kind in str(viz.graph(loss))
    assert len(trace.program(apart).python.splitlines()) > 3 * NODES[kind] / 2


def test_dropout_only_in_training():
    layer, x = nn.GRU(2, 3, 2, dropout=0.5), torch.randn(4, 5, 2)
    assert not (layer(x)[0] == layer(x)[0]).all()
    layer.eval()
    assert (layer(x)[0] == layer(x)[0]).all()


def test_dropout_of_a_single_layer_warns():
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        nn.LSTM(1, 1, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.LSTM(1, 1, 2, dropout=0.5)


def test_parameters_are_replaced():
    layer = nn.RNN(1, 2)
    layer.weight_ih_l0 = nn.Parameter(torch.zeros(2, 1))
    layer.weight_hh_l0 = nn.Parameter(torch.zeros(2, 2))
    layer.flatten_parameters()
    output, _ = layer(torch.ones(3, 1))
    bias = layer.bias_ih_l0 + layer.bias_hh_l0
    assert (output == bias.tanh()).all()
    assert layer.all_weights[0][0] is layer.weight_ih_l0


def test_a_projection_is_refused_by_name():
    with pytest.raises(NotImplementedError, match="proj_size is not there"):
        nn.LSTM(3, 4, proj_size=2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ("nn.GRU(3, 4)(torch.ones(5, 2, 7))", RuntimeError, ["Expected 3, got 7", "[5, 2, 7]"]),
        ("nn.GRU(3, 4)(torch.ones(3))", ValueError, ["1D", "(steps, n, 3)"]),
        ("nn.LSTM(3, 4, batch_first=True)(torch.ones(3))", ValueError, ["(n, steps, 3)"]),
        ("nn.GRU(3, 4)([[[1.0]]])", AttributeError, ["list", "torch.tensor"]),
        ("nn.LSTM(3, 4)(torch.ones(5, 2, 3), torch.ones(1, 2, 4))", IndexError, ["(h, c)"]),
        ("nn.RNN(3, 4)(torch.ones(5, 2, 3).double())", ValueError, ["float64", "float32"]),
        ("nn.RNNCell(3, 4)(torch.ones(2, 3), torch.ones(1, 4))", RuntimeError, ["[1, 4]", "2"]),
        ("nn.LSTMCell(3, 4)(torch.ones(2, 3), torch.ones(2, 4))", TypeError, ["(h, c)"]),
    ],
)
def test_errors_say_what_was_given(call, error, words):
    with pytest.raises(error) as caught:
        eval(call, {"nn": nn, "torch": torch})
    assert all(word in str(caught.value) for word in words)
