"""Embedding: what must hold without torch to compare with."""

import copy

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz


def test_rows_that_are_read_twice_get_both_gradients():
    layer = nn.Embedding(4, 2)
    (layer(torch.tensor([[1, 3], [3, 3]])) * torch.tensor([10.0, 1.0])).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0], [10, 1], [0, 0], [30, 3]]


def test_padding_is_zeros_and_stays():
    layer = nn.Embedding(3, 2, padding_idx=-3)
    assert layer.padding_idx == 0
    assert layer.weight[0].tolist() == [0, 0]
    layer(torch.tensor([0, 1, 0])).sum().backward()
    assert layer.weight.grad.tolist() == [[0, 0], [1, 1], [0, 0]]


def test_a_lookup_is_a_one_hot_vector_times_the_weight():
    layer, words = nn.Embedding(5, 3), torch.tensor([4, 0, 4])
    rows = nn.functional.one_hot(words, 5).float() @ layer.weight
    assert (rows == layer(words)).all()


OPTIONS = {
    "max_norm": "max_norm=1.0",
    "norm_type": "norm_type=1.0",
    "scale_grad_by_freq": "scale_grad_by_freq=True",
    "sparse": "sparse=True",
}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize(
    "call",
    [
        "nn.Embedding(3, 2, {})",
        "nn.Embedding.from_pretrained(torch.ones(3, 2), {})",
        "nn.functional.embedding(torch.tensor([0]), torch.ones(3, 2), {})",
    ],
)
def test_options_that_are_not_there_are_refused_by_name(call, name):
    with pytest.raises(NotImplementedError, match=f"{name}.* is not there"):
        eval(call.format(OPTIONS[name]), {"nn": nn, "torch": torch})


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ("nn.Embedding(3, 2)(torch.tensor([7]))", IndexError, ["7", "[3, 2]"]),
        ("nn.Embedding(3, 2)(torch.tensor([1.0]))", RuntimeError, ["float32", ".long()"]),
        ("nn.Embedding(3, 2)([1])", TypeError, ["list", "torch.tensor"]),
        ("nn.Embedding(3, 2, 5)", AssertionError, ["5", "3"]),
        ("nn.functional.embedding(torch.tensor(0), torch.ones(2))", RuntimeError, ["[2]"]),
    ],
)
def test_errors_say_what_was_given(call, error, words):
    with pytest.raises(error) as caught:
        eval(call, {"nn": nn, "torch": torch})
    assert all(word in str(caught.value) for word in words)


def test_values_give_the_numbers_and_gradients_of_tensors():
    layer = nn.Embedding(3, 2, padding_idx=1).double()
    values = copy.deepcopy(layer).to(Value)
    layer(torch.tensor([[0, 1], [0, 2]])).exp().sum().backward()
    result = sum(v.exp() for v in values([[0, 1], [0, 2]]).flat)
    result.backward()
    gradients = [p.grad for p in values.parameters()]
    used = np.array([0, 1, 4, 5])
    np.testing.assert_allclose(np.array(gradients)[used], layer.weight.grad.numpy().flat[used])
    with pytest.raises(RuntimeError, match="whole"):
        values([0.5])


def test_a_lookup_is_drawn_and_explained():
    layer = nn.Embedding(3, 2)
    loss = layer(torch.tensor([2, 2])).square().sum()
    loss.backward()
    assert "lookup" in str(viz.graph(loss))
    assert trace.scalars(loss).data == pytest.approx(loss.item(), rel=1e-6)
