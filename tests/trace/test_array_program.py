"""The straight-line program of a graph of tensors, against the engine, bit for bit."""

import re
import warnings
import weakref

import numpy as np
import pytest
from cases import ROWS, Row, ours, run

import tinygrad_edu as torch
from tinygrad_edu import trace
from tinygrad_edu.ops import TABLE


def same(a: object, b: object) -> bool:
    """Tell whether two arrays are the same to the bit; a nan is a nan, whatever its sign."""
    a, b = (np.where(x != x, np.nan, x).astype(x.dtype) for x in map(np.asarray, (a, b)))
    return (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())


def tensors_in(x: object) -> list:
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for part in x for t in tensors_in(part)] if isinstance(x, (tuple, list)) else []


def loss_of(result: object) -> torch.Tensor | None:
    """Make one number of whatever an operation returned, in which each element counts otherwise."""
    total = None
    for x in tensors_in(result):
        if x.requires_grad:
            weights = torch.Tensor._wrap(np.cos(np.arange(x.numel()) + 1).reshape(x.shape))
            part = (x * weights.to(x.dtype)).sum()
            total = part if total is None else total + part
    return total


def pasted(program: object) -> object:
    """Run the printed source, with nothing else."""
    namespace: dict = {}
    exec(program.python, namespace)
    with np.errstate(all="ignore"):
        return namespace["program"](*program._given)


def recorded(row: Row, call: str, arrays: list) -> tuple:
    """Return leaves called p0, p1, … and a number that was computed from them; None if refused."""
    leaves = [torch.tensor(x, requires_grad=True) for x in arrays]
    for i, x in enumerate(leaves):
        x.name = f"p{i}"
    try:
        return leaves, loss_of(run(call, torch, leaves, TABLE[row.op]))
    except (RuntimeError, IndexError, TypeError, NotImplementedError, ValueError):
        return leaves, None


def agree(found: tuple, loss: torch.Tensor, leaves: list) -> bool:
    """Tell whether a program has given the loss and its gradients."""
    output, gradients = found
    loss.backward()
    return same(output, loss.array) and all(
        same(gradients[x.name], x.grad.array) for x in leaves if x.grad is not None
    )


TURNS = (np.flip, np.sort, lambda x: np.roll(x, 1), lambda x: np.where(x == x.max(), np.nan, x))
"""What makes other numbers of the same kind: other places for the largest, masks, ties, nans."""


def turned(turn: object, arrays: list) -> list:
    return [np.ascontiguousarray(turn(x.ravel())).reshape(x.shape) if x.size else x for x in arrays]


def check(row: Row, call: str, shapes: tuple, kind: str) -> None:
    arrays = [x.astype(kind) for x in row.sample(shapes)]
    leaves, loss = recorded(row, call, arrays)
    if loss is None:
        return  # what is refused has no graph
    try:
        program = trace.program(loss)
    except NotImplementedError as error:
        assert "as many numbers as its mask is true" in str(error)
        assert row.op in CHOSEN_BY_A_MASK
        return
    found, again = program(), pasted(program)
    assert agree(found, loss, leaves), program.python
    assert same(again[0], found.output), program.python
    assert all(same(again[1][name], g) for name, g in found.gradients.items()), program.python
    if "numpy()" in call:  # numbers that went through numpy are no part of the program
        return
    for turn in TURNS:
        leaves, loss = recorded(row, call, turned(turn, arrays))
        if loss is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = program(*(given(name, x, leaves) for name, x in inputs_of(program)))
            assert agree(found, loss, leaves), (call, turn, program.python)


CHOSEN_BY_A_MASK = {"getitem", "index_put", "masked_scatter", "masked_select"}
"""What has as many numbers as a mask is true, where it is not the place that is written to."""


def inputs_of(program: object) -> list:
    return list(zip(program.inputs, program._given, strict=True))


def given(name: str, recorded: object, leaves: list) -> object:
    """Return another leaf in the place of a leaf, and what is no leaf as it was."""
    return leaves[int(name[1:])] if re.fullmatch(r"p\d", name) else recorded


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.op)
def test_programs_equal_eager_to_the_bit(row: Row) -> None:
    """Run by the library, and pasted, with nothing but numpy; and with other numbers than before.

    So nothing in it is frozen that follows from the numbers: an index, a mask, a mean.
    """
    for i, call in enumerate(row.calls):
        for shapes in list(row.shapes)[: 2 if i == 0 else 1]:
            check(row, ours(call), shapes, "float64" if i % 3 == 2 else "float32")


def mlp() -> tuple:
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Sigmoid(), torch.nn.Linear(4, 2), torch.nn.ReLU()
    )
    x, y = torch.rand(5, 3), torch.rand(5, 2)
    return model, x, y, torch.nn.MSELoss()(model(x), y)


def test_a_network_is_written_as_one_would_by_hand() -> None:
    _, x, y, loss = mlp()
    program = trace.program(loss)
    assert program._given[0] is x.array and program._given[-1] is y.array
    assert program.inputs == ["x", "weight_0", "bias_0", "weight_2", "bias_2", "y"]
    assert (
        program.function()
        == """\
def program(x, weight_0, bias_0, weight_2, bias_2, y):
    # forward
    v1 = linear(x, weight_0, bias_0)  # x @ weight_0ᵀ + bias_0
    v2 = sigmoid(v1)  # 1 / (1 + e^(−v1))
    v3 = linear(v2, weight_2, bias_2)  # v2 @ weight_2ᵀ + bias_2
    v4 = np.maximum(v3, 0)  # v3 where v3 > 0, else 0
    loss = mse_loss(v4, y)  # Σ (v4 − y)² / n
    # backward
    d_loss = np.ones_like(loss)
    d_v4 = d_loss * (v4 - y) * 0.2  # ∂loss/∂loss · 2 (v4 − y) / n
    d_v3 = np.where(v4 <= 0, 0.0, d_v4)  # ∂loss/∂v4 where v3 > 0, else 0
    d_v2 = d_v3.dot(weight_2)  # ∂loss/∂v3 @ weight_2
    d_weight_2 = d_v3.T.dot(v2)  # (∂loss/∂v3)ᵀ @ v2
    d_bias_2 = d_v3.sum(0)  # Σ ∂loss/∂v3 over the rows
    d_v1 = d_v2 * (v2 * (1 - v2))  # ∂loss/∂v2 · v2 · (1 − v2)
    d_weight_0 = d_v1.T.dot(x)  # (∂loss/∂v1)ᵀ @ x
    d_bias_0 = d_v1.sum(0)  # Σ ∂loss/∂v1 over the rows
    return loss, {
        "weight_0": d_weight_0,
        "bias_0": d_bias_0,
        "weight_2": d_weight_2,
        "bias_2": d_bias_2,
    }
"""
    )


def test_a_program_chooses_anew_for_other_numbers() -> None:
    model, x, y, loss = mlp()
    program = trace.program(loss)
    parameters = [p.detach() * -1.5 for p in model.parameters()]
    other, target = x * 3 - 1, y - 1
    found = program(other, *parameters, target)
    with torch.no_grad():
        for p, new in zip(model.parameters(), parameters, strict=True):
            p.copy_(new)
    loss = torch.nn.MSELoss()(model(other), target)
    loss.backward()
    assert same(found.output, loss.array)
    for gradient, p in zip(found.gradients.values(), model.parameters(), strict=True):
        assert same(gradient, p.grad.array)


def test_sums_over_uses_are_added_in_the_order_of_the_engine() -> None:
    torch.manual_seed(1)
    w = torch.rand(4, requires_grad=True)
    x = torch.rand(3, 4)
    loss = ((w * x).sum() + (w.exp() * w).sum() - (x / w).sum() + w.sin().sum()) ** 2
    found = trace.program(loss)()
    loss.backward()
    assert same(found.gradients["w"], w.grad.array)


def test_what_was_broadcast_is_summed() -> None:
    w, b = torch.ones(3, 1, requires_grad=True), torch.ones(2, requires_grad=True)
    program = trace.program((w * b).sum())
    assert ".sum(axis=(1,), keepdims=True)" in program.python
    assert [g.shape for g in program().gradients.values()] == [(3, 1), (2,)]


def test_a_program_of_gradients_has_their_gradients() -> None:
    torch.manual_seed(0)
    w, x = torch.rand(3, 2, requires_grad=True), torch.rand(4, 3)
    (slope,) = torch.autograd.grad((x @ w).tanh().sum(), w, create_graph=True)
    penalty = (slope * slope).sum()
    found = trace.program(penalty)()
    penalty.backward()
    assert same(found.output, penalty.array)
    assert same(found.gradients["w"], w.grad.array)


def test_dtypes_are_brought_together_as_in_eager_mode() -> None:
    w = torch.tensor([1.5, 2.5], requires_grad=True)
    loss = (w * torch.tensor([1, 2]) + torch.tensor([0.1, 0.2], dtype=torch.float64)).sum()
    found = trace.program(loss)()
    loss.backward()
    assert same(found.output, loss.array)
    assert same(found.gradients["w"], w.grad.array)


def test_custom_functions_cannot_be_written() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    with pytest.raises(NotImplementedError, match="custom Function"):
        trace.program(Double.apply(torch.ones(1, requires_grad=True)))


def test_the_wrong_number_of_arrays_is_refused() -> None:
    program = trace.program(torch.ones(1, requires_grad=True).exp())
    with pytest.raises(TypeError, match="takes 1 arrays"):
        program(np.ones(1), np.ones(1))


def beside(x: torch.Tensor) -> torch.Tensor:
    mask, best = (x > 0).float() * 2, x.argmax(1, keepdim=True)
    chosen = x.gather(1, best).sum() * x.detach().abs().max()
    return (x * mask).sum() + chosen + torch.where(torch.isnan(x) | (x < -1), 0.0, x * x).sum()


def test_what_is_computed_beside_the_graph_is_computed_in_the_program() -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 4, requires_grad=True)
    program = trace.program(beside(x))
    assert program.inputs == ["x"]
    for other in (x.detach().clone(), -x.detach(), torch.randn(3, 4)):
        leaf = other.requires_grad_()
        loss = beside(leaf)
        loss.backward()
        found = program(leaf)
        assert same(found.output, loss.array)
        assert same(found.gradients["x"], leaf.grad.array)


def test_a_mask_of_a_derivative_is_computed_in_the_program() -> None:
    def penalty(w: torch.Tensor) -> torch.Tensor:
        (slope,) = torch.autograd.grad(((x @ w).relu() ** 2).sum(), w, create_graph=True)
        return (slope * slope).sum()

    torch.manual_seed(0)
    x, w = torch.randn(4, 3), torch.randn(3, 2, requires_grad=True)
    program = trace.program(penalty(w))
    other = (-w.detach()).requires_grad_()
    loss = penalty(other)
    loss.backward()
    given = {"w": other, "x": x}
    known = zip(program.inputs, program._given, strict=True)
    found = program(*(given.get(name, array) for name, array in known))
    assert same(found.output, loss.array)
    assert same(found.gradients["w"], other.grad.array)


def test_a_mask_that_was_changed_in_place_is_an_input() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    mask = x > 0
    mask[1] = True
    assert trace.program(torch.where(mask, x, 0.0).sum()).inputs == ["mask", "x"]


def test_origins_keep_no_graph_alive() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    y = x.exp()
    node, mask = weakref.ref(y.grad_fn), y > 1
    del y
    assert node() is None
    assert mask.tolist() == [True, False]


def test_as_many_numbers_as_a_mask_is_true_cannot_be_written() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    with pytest.raises(NotImplementedError, match="a program has fixed shapes"):
        trace.program(x[x > 0].mean())


def test_arrays_of_another_shape_are_refused() -> None:
    x = torch.ones(3, requires_grad=True)
    program = trace.program(x.mean())
    with pytest.raises(ValueError, match=r"x of shape \(3,\), not \(2,\)"):
        program(np.ones(2))


@pytest.mark.parametrize("where", ["leaf", "intermediate"])
def test_a_hook_that_may_change_a_gradient_is_refused(where: str) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    handle = (x if where == "leaf" else y).register_hook(lambda g: g * 10)
    with pytest.raises(NotImplementedError, match=r"take it away with handle\.remove\(\)"):
        trace.program(y.sum())
    handle.remove()
    assert trace.program(y.sum())().gradients["x"].tolist() == [2.0, 2.0]


INDICES = {
    "int": lambda x: x[x.argmax()] * x,
    "int beside": lambda x: x.reshape(2, 2)[0, x.reshape(2, 2)[0].argmax()],
    "slice": lambda x: x[: x.argmax()],
    "int of a tensor": lambda x: x[x.argsort()[2]] * x,
}


@pytest.mark.parametrize("name", INDICES)
def test_an_index_that_would_stay_what_it_is_is_refused(name: str) -> None:
    x = torch.tensor([1.0, -2.0, 3.0, 0.5], requires_grad=True)
    with pytest.raises(NotImplementedError, match="would stay what it is"):
        trace.program(INDICES[name](x).sum())


def test_an_index_of_one_dim_is_computed() -> None:
    x = torch.tensor([1.0, -2.0, 3.0, 0.5], requires_grad=True)
    program = trace.program((x[x.argmax()[None]] * x).sum())
    assert program(np.array([5.0, 1.0, 0.0, 0.0])).gradients["x"].tolist() == [11.0, 5.0, 5.0, 5.0]


def printed(program: object) -> str:
    source = program.source
    assert max(map(len, source.splitlines())) <= 100
    return source


def test_a_program_brings_only_what_it_needs() -> None:
    x = torch.tensor([[1.0, -2.0], [3.0, 0.5]], requires_grad=True)
    ids = torch.tensor([1, 0, 1])
    source = printed(trace.program((x[ids, 1:] * torch.softmax(x, 1)[:, 1:].sum()).sum()))
    assert "Path" not in source and "insist" not in source
    assert "def program(x, ids):" in source
    assert "put(d_v" in source and "np.s_[:, 1:], (2, 2))" in source


def test_a_masked_fill_is_differentiated_by_the_mask() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    source = printed(trace.program((x.masked_fill(x > 0, -1.0) * -1).sum()))
    assert "d_x = np.where(mask, 0.0, d_v1)" in source
    assert "v2 = -v1" in source
    assert "gradient(" not in source


def test_a_long_call_is_written_in_several_lines() -> None:
    from tinygrad_edu import nn

    conv = nn.Conv2d(1, 2, 3, padding=1)
    x = torch.ones(1, 1, 4, 4)
    source = printed(trace.program(nn.functional.layer_norm(conv(x), (4, 4)).sum(), conv))
    assert "    v1 = convolution_bias(\n        x, weight, bias, stride=(1, 1)," in source


def test_whole_numbers_are_taken_for_floats_and_nothing_else() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    ids = torch.tensor([1, 0])
    program = trace.program((x[ids] ** 3 / 2).sum())
    result = program([2, 4], [0, 0])
    assert (result.output, result.gradients["x"].tolist()) == (8.0, [12.0, 0.0])
    with pytest.raises(TypeError, match="written for ids of int64, not float64"):
        program([2.0, 4.0], [0.0, 1.0])
    with pytest.raises(TypeError, match="written for x of float32, not complex128"):
        program([2j, 4.0], [0, 1])
