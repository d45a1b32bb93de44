"""Changing tensors in place: what the graph says then, what is refused, and what is left alone."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import trace
from tinygrad_edu.in_place_methods import NAMES
from tinygrad_edu.ops.indexing import Path, write
from tinygrad_edu.ops.shapes import reshape, t


def leaf(*shape: int) -> Any:
    return torch.arange(1.0, 1.0 + np.prod(shape)).reshape(shape).clone().requires_grad_()


def test_the_base_stands_for_what_it_was_with_the_new_view_in_place() -> None:
    w, y = leaf(2, 3), leaf(3)
    x = w * 1
    v = x[0]
    v *= y
    put, product = x.grad_fn, x.grad_fn.inputs[1]
    assert put.op.name == "setitem" and repr(put.parameters["index"]) == "[0]"
    assert put.inputs[0].op.name == product.op.name == "mul"
    assert product.inputs[0].op.name == "getitem" and product.inputs[0].inputs[0] is put.inputs[0]
    assert v.grad_fn.op.name == "getitem" and v.grad_fn.inputs[0] is put


def test_histories_of_views_are_made_anew_when_they_are_used_and_only_then() -> None:
    w = leaf(2, 3)
    x = w * 1
    v, other = x[0], x[1]
    before = other._grad_fn
    v.mul_(2)
    assert other._grad_fn is before
    other.sum().backward()
    assert other._grad_fn is not before and other.grad_fn is other._grad_fn
    assert w.grad.tolist() == [[0, 0, 0], [1, 1, 1]]


def test_a_view_of_a_view_knows_the_whole_way() -> None:
    x = leaf(2, 3) * 1
    v = x.t()[1:].reshape(-1)
    v2 = x.t()[1:][0]
    assert v._base is None, "reshape had to copy"
    assert v2._base is x and repr(v2._view.path()) == "[ᵀ][1:][0]"


def test_second_derivatives_through_views() -> None:
    leaves = [x.double().detach().requires_grad_() for x in (leaf(2, 2), leaf(2))]
    assert torch.autograd.gradcheck(_scramble, leaves)
    assert torch.autograd.gradgradcheck(_scramble, leaves)


def _scramble(w: Any, y: Any) -> Any:
    x = w * 1
    v, u = x.t(), x.view(-1)
    v[0] *= y
    u[1:3].sin_()
    x[1] = y * x[0].clone()
    return v * u[:2]


@pytest.mark.parametrize("order", ["C", "F"])
def test_writing_along_a_path_does_not_depend_on_how_the_base_lies_in_memory(order: Any) -> None:
    base = np.array([[1.0, 2.0], [3.0, 4.0]], order=order)
    path = Path([(t, {}), (reshape, {"shape": (4,)})])
    assert path.read(base).tolist() == [1, 3, 2, 4]
    write(base, path, np.array([5.0, 6.0, 7.0, 8.0]))
    assert base.tolist() == [[5, 7], [6, 8]]


def test_the_microscope_replays_it() -> None:
    w, y = leaf(2, 2), leaf(2)
    w.name = "w"
    loss = _scramble(w, y).sum()
    loss.backward()
    numbers = trace.scalars(loss)
    numbers.backward()
    sources = [x.source for x in trace.read(numbers).values if x.made_by is None]
    found = {getattr(x, "label", None): x for x in sources}
    assert numbers.data == pytest.approx(loss.item())
    assert found["w[0,0]"].grad == pytest.approx(w.grad[0, 0].item()) != 0
    assert "w[1,0]" not in found and w.grad[1, 0] == 0, "it was overwritten"


def test_nothing_refers_to_itself() -> None:
    gc.collect()
    gc.disable()
    try:
        w, y = leaf(2, 2), leaf(2)
        x = torch.zeros(2, 2)
        v = x[0]
        v += y
        x.addcmul_(x, w)
        v.addcmul_(x[1], y)
        x[1] = v
        x.t().exp_()
        x.mul_(x.detach())
        x.t_()
        living = [weakref.ref(z) for z in (x, v, x.array)]
        del x, v
        assert [z() for z in living] == [None] * 3
    finally:
        gc.enable()


def test_a_base_of_another_shape_is_not_followed() -> None:
    w = leaf(2, 3)
    x = w * 1
    v = x[0]
    x.t_()
    x.mul_(2)
    with pytest.raises(NotImplementedError, match="take it again"):
        v.sum()
    with pytest.raises(NotImplementedError, match="take it again"):
        v.mul_(5)
    assert (x[0] * 1).tolist() == [2, 8]


def test_other_data_makes_a_view_a_tensor_of_its_own() -> None:
    x = leaf(2, 3) * 1
    v = x[0]
    v.data = torch.zeros(3)
    v.add_(1)
    assert v._base is None and v.tolist() == [1, 1, 1] and x[0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.add_(torch.ones(4, 2, 3)),
        lambda x: x.mul_(torch.ones(5)),
        lambda x: x.__setitem__(0, torch.ones(2)),
        lambda x: x.__setitem__(5, 1.0),
        lambda x: x.__setitem__((0, 0, 0), 1.0),
        lambda x: x.__setitem__(torch.tensor([0, 9]), 1.0),
        lambda x: x.__setitem__(torch.tensor([True, False, True]), 1.0),
        lambda x: x.__setitem__(0, "a"),
        lambda x: x.__setitem__(0, [1.0, 2.0, 3.0]),
        lambda x: x.copy_(torch.ones(3, 3)),
        lambda x: x.fill_(torch.ones(2)),
        lambda x: x.uniform_(2, 1),
        lambda x: x.normal_(0, -1),
        lambda x: x.bernoulli_(2),
        lambda x: x.unsqueeze_(7),
        lambda x: x.transpose_(0, 7),
        lambda x: x.add_("a"),
    ],
)
@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_failed_change_changes_nothing(change: Any, requires_grad: bool) -> None:
    x = torch.ones(2, 3, requires_grad=requires_grad) * 1
    numbers, node, version = x.tolist(), x.grad_fn, x._version
    state = torch.get_rng_state()
    with pytest.raises((RuntimeError, IndexError, TypeError)) as caught:
        change(x)
    assert "ufunc" not in str(caught.value) and "numpy" not in str(caught.value)
    assert (x.tolist(), x.grad_fn, x._version) == (numbers, node, version)
    assert torch.equal(torch.get_rng_state(), state)


def test_errors_name_the_shapes() -> None:
    x = torch.zeros(2, 3)
    with pytest.raises(RuntimeError, match=r"\(3\) must match .*\(2\).*Target sizes: \[3\]"):
        x[0] = torch.ones(2)
    with pytest.raises(RuntimeError, match=r"tensor of shape \[2\].* result of shape \[1, 3\]"):
        x[[0]] = torch.ones(2)
    with pytest.raises(IndexError, match=r"index 5 is out of bounds for dimension 0 with size 2"):
        x[5]
    with pytest.raises(IndexError, match=r"mask \[3\] at index 0 .* tensor \[2, 3\]"):
        x[torch.tensor([True, False, True])]
    with pytest.raises(IndexError, match=r"broadcast together with shapes \[2\], \[3\]"):
        x[[0, 1], [0, 1, 2]]


def test_one_rule_makes_every_method() -> None:
    for name in NAMES.split():
        assert hasattr(torch.Tensor, name) == hasattr(torch.Tensor, f"{name}_"), name
    x = torch.tensor([0.25, 4.0])
    assert x.sqrt_() is x and x.tolist() == [0.5, 2.0] and x._version == 1
    assert x.clamp_(min=1).tolist() == [1.0, 2.0]
    assert torch.neg_(x) is x and x.tolist() == [-1.0, -2.0]


def test_counters_are_shared_by_views_and_detached_tensors() -> None:
    x = torch.zeros(2, 2)
    x[0].add_(1)
    x.detach().add_(1)
    x.data.add_(1)
    assert x._version == 2 and x[0].tolist() == [3.0, 3.0]
