"""The place that the gradients of single numbers are compared with, in drawings and on pages."""

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.viz.page.data import describe


def trained(label=None):
    w, x, b, y = (Value(n, label=k) for n, k in ((2.0, "w"), (-1.5, "x"), (0.5, "b"), (1.0, "y")))
    prediction = (w * x + b).tanh()
    prediction.label = label
    L = (prediction - y) ** 2
    L.backward()
    return L, prediction


@pytest.mark.parametrize(("label", "place"), [(None, "tanh"), ("p", "p")])
def test_a_drawing_of_numbers_refers_to_the_input_of_the_loss_as_the_page_does(label, place):
    L, prediction = trained(label)
    source = viz.graph(L, names=None).source
    assert f"relative to 3.973 at {place}, the input of the loss" in source
    assert describe(L).facts["referenceOfNumbers"] == abs(prediction.grad)


def test_where_nothing_is_behind_a_loss_it_refers_to_the_output():
    for output in (Value(0.5, label="a").tanh(), Value(2.0, label="a") + 1.0):
        output.backward()
        assert "relative to 1 at the output" in viz.graph(output).source


def test_what_is_given_comes_first():
    L, _ = trained()
    assert "relative to 0.5" in viz.graph(L, reference=0.5).source


def test_a_drawing_by_module_says_the_same_of_single_numbers():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).to(Value)
    (prediction,) = model([1.0, 2.0])
    L = (prediction - 3.0) ** 2
    L.backward()
    place = f"{viz.style.number(abs(prediction.grad))} at ×, the input of the loss"
    assert f"relative to {place}" in viz.graph(L, names=None).source
    source = viz.graph(L, detail="modules", names=None).source
    assert f"single numbers to {place}" in source and "at the output" not in source
