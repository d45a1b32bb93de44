"""`to_torch` and `from_torch`: outputs and gradients of a model that was moved are the same."""

from __future__ import annotations

import sys
from typing import Any

import module_cases
import pytest
from comparing import assert_same
from module_cases import Case
from parity.side_by_side import network, tg, torch

CALLED = [case for case in module_cases.ALL if case.inputs]


def result_of(library: Any, model: Any, case: Case) -> tuple[Any, ...]:
    """Call a model, and go back from the sum of its squares: output, gradients, buffers."""
    given = [x.requires_grad_() if floats(x) else x for x in case.arguments(library)]
    library.manual_seed(2)
    output = model(*(x * 1 if floats(x) and "inplace" in case.module else x for x in given))
    parts = list(tensors_of(output))
    loss = sum((x**2).sum() for x in parts if floats(x))
    if loss.requires_grad:
        loss.backward()
    inputs = [x.grad for x in given if floats(x)]
    weights = [(name, p.grad) for name, p in model.named_parameters()]
    return [x.detach() for x in parts], inputs, weights, dict(model.named_buffers())


def floats(x: Any) -> bool:
    return hasattr(x, "is_floating_point") and x.is_floating_point()


def tensors_of(output: Any) -> Any:
    if isinstance(output, (tuple, list)):
        for part in output:
            yield from tensors_of(part)
    else:
        yield output


@pytest.mark.filterwarnings("ignore:Using padding='same'", "ignore:reduction")
@pytest.mark.parametrize("case", CALLED, ids=str)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("way", ["to torch", "from torch"])
def test_outputs_gradients_and_buffers_are_the_same(case: Case, training: bool, way: str) -> None:
    if way == "to torch":
        model = case.make(tg).train(training)
        other = tg.to_torch(model)
        here, there = model, other
    else:
        model = case.make(torch).train(training)
        other = tg.from_torch(model)
        here, there = other, model
    assert_same(result_of(tg, here, case), result_of(torch, there, case), 1e-5, 5e-6)


@pytest.mark.parametrize("case", module_cases.ALL, ids=str)
def test_a_model_comes_back_as_it_was(case: Case) -> None:
    model = case.make(tg).eval()
    there = tg.to_torch(model)
    assert repr(there) == repr(case.make(torch))
    back = tg.from_torch(there)
    assert (repr(back), back.training) == (repr(model), False)
    assert_same(back.state_dict(), model.state_dict(), 0, 0)
    assert list(there.state_dict()) == list(model.state_dict())
    own = {name for name in vars(model) if not name.startswith("_")}
    assert {name: str(getattr(back, name)) for name in own} == {
        name: str(getattr(model, name)) for name in own
    }


def test_the_cases_name_every_module() -> None:
    made = {type(part).__name__ for case in module_cases.ALL for part in case.make(tg).modules()}
    classes = {name for name in tg.nn.__all__ if isinstance(getattr(tg.nn, name), type)}
    assert classes - made == module_cases.LEFT_OUT | module_cases.BASES


@pytest.mark.parametrize("library", [tg, torch], ids=["to torch", "from torch"])
def test_no_random_number_is_drawn_and_nothing_is_changed(library: Any) -> None:
    model = Case("nn.Sequential(nn.Linear(3, 2), nn.LSTM(2, 2))").make(library)
    before = {name: x.clone() for name, x in model.state_dict().items()}
    for other in (tg, torch):
        other.manual_seed(3)
    moved = tg.to_torch(model) if library is tg else tg.from_torch(model)
    assert tg.rand(3).tolist() == torch.rand(3).tolist() == pytest.approx(
        [0.0043, 0.1056, 0.2858], abs=1e-4
    )  # fmt: skip
    with (tg if library is torch else torch).no_grad():
        for parameter in moved.parameters():
            parameter.zero_()
    assert_same(dict(model.state_dict()), before, 0, 0)


@pytest.mark.parametrize("library", [tg, torch], ids=["to torch", "from torch"])
def test_what_is_shared_frozen_renamed_and_left_out_stays_so(library: Any) -> None:
    nn = library.nn
    model = nn.Sequential(
        nn.Linear(2, 2), nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2), nn.Dropout()
    )
    model[1].weight = model[0].weight
    model.add_module("again", model[3])
    model.add_module("nothing", None)
    model[3].bias = None
    model[0].bias.requires_grad_(False)
    model[4].p = 0.25
    model[2].eval()
    model.register_buffer("mask", library.ones(2))
    model.register_buffer("passing", library.zeros(1), persistent=False)
    model.scale = nn.Parameter(library.ones(1))
    moved = tg.to_torch(model) if library is tg else tg.from_torch(model)
    assert moved[1].weight is moved[0].weight and moved.again is moved[3]
    assert moved.nothing is None and moved[3].bias is None
    assert [p.requires_grad for p in moved.parameters()] == [
        p.requires_grad for p in model.parameters()
    ]
    assert [m.training for m in moved.modules()] == [m.training for m in model.modules()]
    assert moved[4].p == 0.25
    assert list(moved.state_dict()) == list(model.state_dict())
    assert [n for n, _ in moved.named_buffers()] == ["mask", "passing"]


@pytest.mark.parametrize("library", [tg, torch], ids=["to torch", "from torch"])
def test_training_goes_on_there_from_states_of_model_and_optimizer(library: Any) -> None:
    move, other = (tg.to_torch, torch) if library is tg else (tg.from_torch, tg)

    def parts(lib: Any) -> tuple[Any, Any]:
        lib.manual_seed(0)
        model = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
        return model, lib.optim.Adam(model.parameters(), lr=0.1)

    def train(lib: Any, model: Any, optimizer: Any) -> float:
        x = lib.arange(12.0).reshape(4, 3) / 12
        for _ in range(4):
            optimizer.zero_grad()
            loss = ((model(x) - x.sum(1, keepdim=True)) ** 2).mean()
            loss.backward()
            optimizer.step()
        return loss.item()

    model, optimizer = parts(library)
    train(library, model, optimizer)
    there, its_optimizer = parts(other)
    there.load_state_dict(move(model.state_dict()))
    its_optimizer.load_state_dict(move(optimizer.state_dict()))
    expected = train(library, model, optimizer)
    assert train(other, there, its_optimizer) == pytest.approx(expected, rel=1e-4)


def test_tensors_keep_dtype_shape_numbers_and_requires_grad() -> None:
    kinds = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
    for kind in kinds:
        for shape in ((), (0,), (2, 3)):
            x = tg.ones(shape).to(getattr(tg, kind))
            there = tg.to_torch(x)
            assert (str(there.dtype), tuple(there.shape)) == (f"torch.{kind}", shape)
            assert_same(tg.from_torch(there), x, 0, 0)
    leaf = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert tg.to_torch({"x": [leaf, (1, "a", None)]})["x"][0].requires_grad
    assert tg.to_torch(leaf.detach().T).tolist() == [[1.0, 3.0], [2.0, 4.0]]


REFUSED = {
    "own class": (lambda: tg.to_torch(network(tg)), TypeError,
                  r"class of your own, Net.*load_state_dict\(to_torch\(other\.state_dict"),
    "own class inside": (lambda: tg.from_torch(torch.nn.Sequential(network(torch))), TypeError,
                         r"'0' is a class of your own.*from_torch"),
    "absent layer": (lambda: tg.from_torch(torch.nn.Sequential(torch.nn.Bilinear(2, 2, 2))),
                     NotImplementedError, r"tinygrad_edu has no nn\.Bilinear, which '0' is"),
    "absent option": (lambda: tg.from_torch(torch.nn.LSTM(2, 3, proj_size=1)),
                      NotImplementedError, "proj_size"),
    "absent mode": (lambda: tg.from_torch(torch.nn.Conv1d(1, 1, 2, padding_mode="reflect")),
                    NotImplementedError, "padding_mode"),
    "absent dtype": (lambda: tg.from_torch(torch.nn.Linear(1, 1).bfloat16()), NotImplementedError,
                     r"'weight' is of torch\.bfloat16.*\.float\(\)"),
    "half": (lambda: tg.from_torch(torch.ones(1).half()), NotImplementedError, "float16"),
    "lazy": (lambda: tg.to_torch(tg.nn.Sequential(tg.nn.LazyLinear(2))), NotImplementedError,
             r"'0\.weight' has no numbers yet: call the model once"),
    "lazy there": (lambda: tg.from_torch(torch.nn.LazyLinear(2)), NotImplementedError, "call the"),
    "values": (lambda: tg.to_torch(tg.nn.Linear(1, 1).to(tg.Value)), NotImplementedError,
               r"'weight' is made of Values.*to\(Tensor\)"),
    "a result": (lambda: tg.to_torch(tg.ones(1, requires_grad=True) * 2), RuntimeError, "detach"),
    "anything else": (lambda: tg.to_torch({"a": object()}), TypeError,
                      r"'a' is a builtins\.object"),
    "the other library's": (lambda: tg.to_torch(torch.ones(1)), TypeError, r"torch\.Tensor"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Lazy modules")
@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_moved_is_refused_in_a_sentence(what: str) -> None:
    program, error, words = REFUSED[what]
    with pytest.raises(error, match=words):
        program()


@pytest.mark.parametrize("library", [tg, torch], ids=["to torch", "from torch"])
@pytest.mark.parametrize("kind", ["forward_hook", "forward_pre_hook", "full_backward_hook"])
def test_hooks_are_refused_until_they_are_removed(library: Any, kind: str) -> None:
    move = tg.to_torch if library is tg else tg.from_torch
    model = library.nn.Sequential(library.nn.Linear(1, 1))
    handle = getattr(model[0], f"register_{kind}")(lambda *args: None)
    with pytest.raises(NotImplementedError, match=r"'0' has hooks.*remove them"):
        move(model)
    handle.remove()
    assert repr(move(model)) == repr(model)


def test_without_torch_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="to_torch needs PyTorch: pip install torch"):
        tg.to_torch(tg.ones(1))
