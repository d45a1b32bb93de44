"""A graph drawn by module: which nodes there are, and that the gradients between them are right."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.trace.graph import read
from tinygrad_edu.viz.by_module import plan
from tinygrad_edu.viz.style import number


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        return x + self.inner(x) * 0.5


class Steps(nn.Module):
    """Calls one cell again and again."""

    def __init__(self, count):
        super().__init__()
        self.cell, self.count = nn.Linear(3, 3), count

    def forward(self, x):
        for _ in range(self.count):
            x = self.cell(x)
        return x


def loss_of(model, batch=4):
    torch.manual_seed(0)
    x = torch.randn(batch, 3)
    x.name = "x"
    loss = nn.MSELoss()(model(x), torch.zeros(batch, 3))
    loss.backward()
    return loss


def titles(graph, limit=300):
    return [
        getattr(unit, "title", None) or unit.operation.name for unit in plan(graph, limit).units
    ]


def drawn(picture, output, **options):
    return picture(viz.graph(output, detail="modules", **options))


def test_a_node_for_each_innermost_call_and_for_what_happens_beside_them(picture):
    model = nn.Sequential(nn.Linear(3, 3), Residual(), nn.Tanh())
    loss = loss_of(model)
    assert titles(read(loss)) == [
        "0: Linear(3 -> 3)",
        "inner: Linear(3 -> 3)",
        "mul",
        "add",
        "2: Tanh",
        "MSELoss",
    ]
    seen = drawn(picture, loss)
    assert {"Sequential", "1: Residual", "0: Linear(3 -> 3)", "×", "+"} <= set(seen.texts)
    assert len(seen.parts("cluster")) == 2


def test_parameters_are_listed_in_the_node_of_their_module(picture):
    model = nn.Sequential(nn.Linear(3, 3))
    loss = loss_of(model)
    texts = drawn(picture, loss).texts
    gradient = np.sqrt((model[0].weight.grad.numpy() ** 2).sum())
    assert {"weight", "3×3", "bias", f"grad norm {number(float(gradient))}"} <= set(texts)


def test_an_arrow_shows_all_that_flows_back_between_two_nodes():
    model = nn.Sequential(nn.Linear(3, 3), Residual())
    loss = loss_of(model)
    graph = read(loss)
    found = plan(graph, 300)
    between = {
        (getattr(a, "title", ""), getattr(b, "title", "") or b.operation.name): uses
        for (a, b), uses in found.arrows.items()
    }
    to_inner = between["0: Linear(3 -> 3)", "inner: Linear(3 -> 3)"]
    to_sum = between["0: Linear(3 -> 3)", "add"]
    (value,) = {use.value for use in to_inner + to_sum}
    sent = sum(use.contribution for use in to_inner + to_sum)
    np.testing.assert_allclose(sent, value.gradient, rtol=1e-6)


def test_data_stand_outside_and_numbers_in_the_code_are_left_out(picture):
    class Twice(nn.Module):
        def forward(self, x):
            return x * 2.0 + 1.0

    loss = loss_of(nn.Sequential(nn.Linear(3, 3), Twice()))
    texts = drawn(picture, loss).texts
    assert "x" in texts and "1: Twice" in texts
    assert "2" not in texts and "1" not in texts


def test_calls_further_out_become_nodes_where_there_are_too_many(picture):
    model = nn.Sequential(Steps(50), nn.Tanh())
    loss = loss_of(model)
    assert len(titles(read(loss))) == 52
    assert titles(read(loss), limit=20) == ["0: Steps", "1: Tanh", "MSELoss"]
    assert titles(read(loss), limit=4) == ["Sequential", "MSELoss"]
    assert "0: Steps" in drawn(picture, loss, limit=20).texts


def test_what_is_too_large_even_so_is_refused():
    cell = nn.Linear(3, 3)
    x = torch.ones(1, 3)
    for _ in range(30):
        x = cell(x)
    with pytest.raises(ValueError, match=r"drawn by module it still has 31 nodes.*limit=31"):
        viz.graph(x, limit=20)
    assert viz.graph(x, limit=31, detail="modules")


def test_a_shared_parameter_is_listed_with_each_call(picture):
    loss = loss_of(Steps(3))
    assert drawn(picture, loss).texts.count("weight") == 3


def test_a_frozen_parameter_has_no_gradient(picture):
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    model[1].weight.requires_grad_(False)
    texts = drawn(picture, loss_of(model)).texts
    assert texts.count("no gradient") == 1


def test_only_some_of_many_parameters_are_listed(picture):
    model = nn.Sequential(Steps(30), nn.Sequential(*(nn.Linear(3, 3) for _ in range(3))))
    loss = loss_of(model)
    texts = drawn(picture, loss, limit=6).texts
    assert "and 2 more" in texts and "1.0.weight" in texts


def test_scalar_networks_have_their_values_counted(picture):
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)).to(Value)
    out = model([1.0, -2.0])[0]
    out.backward()
    texts = drawn(picture, out).texts
    assert {"2 values", "8 values", "4 values", "1 value"} <= set(texts)
    size = np.sqrt(np.sum([value.grad**2 for value in model[0].weight.ravel()]))
    assert f"grad norm {number(float(size))}" in texts


def test_changed_numbers_make_an_arrow_stale(picture):
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1)).to(Value)
    out = model([3.0])[0]
    out.backward()
    assert "? changed" not in drawn(picture, out).texts
    model[1].weight[0, 0].data += 1.0
    assert "? changed" in drawn(picture, out).texts


def test_before_the_backward_pass(picture):
    out = nn.Sequential(nn.Linear(3, 3), nn.Tanh())(torch.ones(1, 3))
    texts = drawn(picture, out).texts
    assert "grad norm –" in texts and not any(text.startswith("grad norm 0") for text in texts)


def test_passes_that_added_up_are_told(picture):
    model = nn.Sequential(nn.Linear(3, 3))
    for _ in range(2):
        loss = loss_of(model)
    whole = float(np.sqrt((model[0].weight.grad.numpy() ** 2).sum()))
    texts = drawn(picture, loss).texts
    assert f"grad norm {number(whole)} (here {number(whole / 2)})" in texts
    assert any(text.startswith("(here …): what this graph sent") for text in texts)
