"""Modules and networks as ONNX files, run by onnxruntime, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import module_cases
import pytest
from exported import assert_same, kinds, onnx, run
from module_cases import Case

import tinygrad_edu as torch
from tinygrad_edu import nn

pytestmark = pytest.mark.filterwarnings("ignore:reduction")

CALLED = [case for case in module_cases.ALL if case.inputs]
ACTS_IN_TRAINING = ("nn.BatchNorm", "nn.Dropout", "nn.Sequential")


@pytest.mark.parametrize("case", CALLED, ids=str)
def test_every_module_computes_the_same(case: Case) -> None:
    model, args = case.make(torch).eval(), case.arguments(torch)
    program = torch.onnx.export(model, args)
    assert_same(program, model, case.arguments(torch))


@pytest.mark.parametrize("case", CALLED, ids=str)
def test_in_training_it_is_the_same_or_refused(case: Case) -> None:
    model, args = case.make(torch), case.arguments(torch)
    before = {name: x.clone() for name, x in model.state_dict().items()}
    if case.module.startswith(ACTS_IN_TRAINING) and "track_running" not in case.module:
        with pytest.raises(NotImplementedError, match=r"model\.eval\(\) first"):
            torch.onnx.export(model, args)
    else:
        assert_same(torch.onnx.export(model, args), model, case.arguments(torch))
    assert all(torch.equal(x, before[name]) for name, x in model.state_dict().items())


OTHER_AXIS = {"nn.RNN(4, 3)": 1, "nn.LSTM(4, 3)": 1, "nn.GRU(4, 3, bidirectional=True)": 1}
ONE_SIZE = {
    "nn.Linear(4, 3, dtype=torch.float64)",  # a single sample, as in the next two
    "nn.Conv2d(3, 4, (3, 2), padding='same')",
    "nn.RNN(4, 3, 2, nonlinearity='relu', bias=False)",
    "nn.GLU(0)",
}


@pytest.mark.parametrize("case", [c for c in CALLED if c.module not in ONE_SIZE], ids=str)
def test_the_size_of_the_batch_may_be_another_one(case: Case) -> None:
    model = case.make(torch).eval()
    axis = OTHER_AXIS.get(case.module, 0)
    args = case.arguments(torch)
    dynamic = [{axis: "batch"}] * len(args)
    program = torch.onnx.export(model, args, dynamic_shapes=dynamic)
    assert_same(program, model, case.arguments(torch))
    for size in (2, 7):
        assert_same(program, model, resized(args, axis, size))


def resized(x: Any, axis: int, size: int) -> Any:
    if isinstance(x, tuple):
        return tuple(resized(part, axis, size) for part in x)
    return x.index_select(axis, torch.arange(size) % x.shape[axis])


# --- networks ------------------------------------------------------------------------------------


class Attention(nn.Module):
    """A class of one's own, with functions, masks and numbers of its shapes."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.words = nn.Embedding(11, width)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.register_buffer("mask", torch.tril(torch.ones(5, 5)) == 0)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Any) -> Any:
        x = self.words(tokens)
        n, steps, width = x.shape
        scores = self.query(x) @ self.key(x).transpose(-2, -1) / width**0.5
        weights = torch.where(self.mask[:steps, :steps], -1e9, scores).softmax(-1)
        x = self.norm(x + nn.functional.gelu(weights @ x))
        return x.reshape(n, steps * width), weights.argmax(-1), (x > 0).float().mean(1)


NETWORKS = {
    "moons": (lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0)),
              lambda n: torch.randn(n, 2)),
    "digits": (lambda: nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(),
                                     nn.Dropout(), nn.Linear(16, 10)),
               lambda n: torch.randn(n, 64)),
    "convolution": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3),
            nn.BatchNorm2d(8), nn.LeakyReLU(0.1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(8, 10), nn.Softmax(dim=1)),
        lambda n: torch.randn(n, 1, 8, 8)),
    "attention": (lambda: Attention(6), lambda n: torch.randint(0, 11, (n, 4))),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_compute_the_same_for_every_size_of_the_batch(name: str) -> None:
    make, sample = NETWORKS[name]
    torch.manual_seed(0)
    model = make()
    for _ in range(3):
        model(sample(5))  # so that running statistics have moved
    program = torch.onnx.export(
        model.eval(), (sample(1),), input_names=["x"], dynamic_shapes=({0: "batch"},)
    )
    for size in (1, 2, 13):
        assert_same(program, model, (sample(size),))
    assert program.model_proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_a_network_of_the_lessons_has_the_nodes_that_one_expects() -> None:
    make, sample = NETWORKS["convolution"]
    program = torch.onnx.export(make().eval(), (sample(2),), dynamic_shapes=({0: "n"},))
    assert kinds(program) == [
        "Conv", "Relu", "MaxPool", "Conv", "BatchNormalization", "LeakyRelu", "ReduceMean",
        "Reshape", "Gemm", "Softmax",
    ]  # fmt: skip
    names = {x.name for x in program.model_proto.graph.initializer}
    assert {"0.weight", "0.bias", "4.weight", "8.weight"} <= names


# --- files and names -----------------------------------------------------------------------------


def test_the_file_is_read_back_with_its_names_and_shapes(tmp_path: Path) -> None:
    model = nn.LSTM(3, 2)
    args = (torch.randn(4, 5, 3), (torch.randn(1, 5, 2), torch.randn(1, 5, 2)))
    torch.onnx.export(
        model, args, tmp_path / "model.onnx", input_names=["x", "h0", "c0"],
        output_names=["y", "h", "c"], dynamic_shapes=({1: "n"}, ({1: "n"}, {1: "n"})),
    )  # fmt: skip
    loaded = onnx.load(tmp_path / "model.onnx")
    assert loaded.opset_import[0].version == 20 and loaded.producer_name == "tinygrad_edu"
    shapes = {
        x.name: [d.dim_param or d.dim_value for d in x.type.tensor_type.shape.dim]
        for x in (*loaded.graph.input, *loaded.graph.output)
    }
    assert shapes == {
        "x": [4, "n", 3], "h0": [1, "n", 2], "c0": [1, "n", 2],
        "y": [4, "n", 2], "h": [1, "n", 2], "c": [1, "n", 2],
    }  # fmt: skip


def test_names_are_those_of_the_arguments_unless_told() -> None:
    program = torch.onnx.export(
        nn.GRUCell(2, 3), (torch.ones(1, 2),), kwargs={"hx": torch.ones(1, 3)}
    )
    graph = program.model_proto.graph
    assert [x.name for x in graph.input] == ["input", "hx"]
    assert [x.name for x in graph.output] == ["output"]
    several = torch.onnx.export(nn.LSTMCell(2, 3), torch.ones(1, 2)).model_proto.graph
    assert [x.name for x in several.output] == ["output_0", "output_1"]


def test_outputs_may_be_inputs_parameters_or_one_another() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.tensor([2.0, 3.0]))

        def forward(self, x: Any) -> Any:
            y = x * self.scale
            return x, self.scale, y, [y, y + 1]

    model, x = Odd(), torch.tensor([1.0, -1.0])
    program = torch.onnx.export(model, (x,))
    assert [y.tolist() for y in run(program, (x,))] == [
        [1.0, -1.0], [2.0, 3.0], [2.0, -3.0], [2.0, -3.0], [3.0, -2.0]
    ]  # fmt: skip


def test_parameters_may_have_the_names_of_inputs_and_outputs() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.x = nn.Parameter(torch.tensor(2.0))
            self.output = nn.Parameter(torch.tensor(10.0))

        def forward(self, x: Any) -> Any:
            return x * self.x + self.output

    program = torch.onnx.export(Named(), (torch.tensor([1.0]),))
    assert run(program, (torch.tensor([3.0]),))[0].tolist() == [16.0]
    graph = program.model_proto.graph
    assert (graph.input[0].name, graph.output[0].name) == ("x", "output")


def test_the_example_and_the_generator_stay_as_they_are() -> None:
    x, model = torch.tensor([-1.0, 2.0]), nn.Sequential(nn.ReLU(inplace=True))
    torch.manual_seed(0)
    program = torch.onnx.export(model, (x,))
    assert x.tolist() == [-1.0, 2.0]
    assert torch.rand(1).item() == pytest.approx(0.4963, abs=1e-4)
    assert run(program, (x,))[0].tolist() == [0.0, 2.0]


# --- what is refused -----------------------------------------------------------------------------


class Calls(nn.Module):
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any, *more: Any) -> Any:
        return self.function(x, *more)


PLACES = torch.tensor([[2], [0]])

FUNCTIONS = {
    "gather": (lambda x, i: x.gather(1, i), ["GatherElements"]),
    "index_select": (lambda x, i: x.index_select(1, i[:, 0]), ["Slice", "Squeeze", "Gather"]),
    "x[:, i]": (lambda x, i: x[:, i[:, 0]], ["Slice", "Squeeze", "Gather"]),
    "max": (lambda x, i: x.max(1), ["ReduceMax", "ArgMax", "Squeeze"]),
    "argmin": (lambda x, i: x.argmin(), ["Reshape", "ArgMin"]),
    "comparison": (lambda x, i: (x > 2) & (x <= 5) | (i == 0),
                   ["Greater", "LessOrEqual", "And", "Equal", "Or"]),
    "masked_fill": (lambda x, i: x.masked_fill(x > 2, -1e9), ["Greater", "Where"]),
    "whole numbers": (lambda x, i: i * 2 - 1, ["Mul", "Sub"]),
    "in place": (lambda x, i: x.clone().mul_(2).add_(1), ["Identity", "Mul", "Add"]),
    "einsum": (lambda x, i: torch.einsum("ij,kj->ik", x, x), ["Einsum"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_tensors_are_the_nodes_that_one_expects(name: str) -> None:
    function, expected = FUNCTIONS[name]
    model = Calls(function)
    program = torch.onnx.export(model, (X, PLACES))
    assert kinds(program) == expected
    assert_same(program, model, (X, PLACES))
    assert_same(program, model, (-X, PLACES.flip(0)))


X = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])

WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "branch": (lambda: export(lambda x: x if x.sum() > 0 else -x), NotImplementedError,
               "depends on numbers"),
    "number": (lambda: export(lambda x: x * x.sum().item()), NotImplementedError, r"item\(\)"),
    "random": (lambda: export(lambda x: x + torch.rand(3)), NotImplementedError, "random numbers"),
    "operation": (lambda: export(lambda x: torch.logcumsumexp(x, 0)), NotImplementedError,
                  "logcumsumexp has no form in ONNX"),
    "function": (lambda: export(lambda x: torch.sort(x)[0]), NotImplementedError, "no form"),
    "no tensor": (lambda: export(lambda x: 3.0), NotImplementedError, "here is a float"),
    "nothing": (lambda: export(lambda x: []), ValueError, "returns no tensor"),
    "mistake": (lambda: export(lambda x: x @ x), RuntimeError, "mat1 and mat2"),
    "no module": (lambda: torch.onnx.export(lambda x: x, (X,)), TypeError, "nn.Module"),
    "no call": (lambda: torch.onnx.export(nn.ReLU(), ()), TypeError, "cannot be called so"),
    "no tensor given": (lambda: torch.onnx.export(nn.ReLU(), (2.0,)), NotImplementedError,
                        "here is a float"),
    "same tensor": (lambda: torch.onnx.export(nn.MSELoss(), (X, X)), ValueError,
                    "input, target two are the same tensor"),
    "opset": (lambda: export(lambda x: x, opset_version=11), NotImplementedError,
              "opset_version=11"),
    "names": (lambda: export(lambda x: x, input_names=["a", "b"]), ValueError, "1 different names"),
    "same name": (lambda: export(lambda x: x, output_names=["x"]), ValueError, "none of the"),
    "other argument": (lambda: export(lambda x: x, dynamic_shapes={"y": {0: "n"}}), ValueError,
                       r"names \['y'\]"),
    "too many": (lambda: export(lambda x: x, dynamic_shapes=[None, None]), ValueError, "2 entries"),
    "no axis": (lambda: export(lambda x: x, dynamic_shapes=[{5: "n"}]), ValueError, "axis"),
    "two names": (lambda: export(lambda x: x, dynamic_shapes=[{0: "n", 1: "m"}]),
                  NotImplementedError, "one size may change"),
    "other operations": (
        lambda: export(lambda x: sum(x[i] for i in range(len(x))), dynamic_shapes=[{0: "n"}]),
        NotImplementedError, "other operations for another size"),
    "other numbers": (lambda: export(lambda x: x * len(x) ** 2, dynamic_shapes=[{0: "n"}]),
                      NotImplementedError, "leave dynamic_shapes out"),
    "other data": (
        lambda: export(lambda x: x.sum(1) + torch.arange(len(x)), dynamic_shapes=[{0: "n"}]),
        NotImplementedError, "leave dynamic_shapes out"),
}  # fmt: skip


def export(function: Any, **options: Any) -> Any:
    return torch.onnx.export(Calls(function), (X,), **options)


@pytest.mark.parametrize("what", WRONG)
def test_what_no_file_can_be_made_of_is_refused_in_a_sentence(what: str) -> None:
    program, error, words = WRONG[what]
    with pytest.raises(error, match=words):
        program()


def test_sizes_in_formulas_follow_the_batch() -> None:
    model = Calls(lambda x: (x * len(x) + x.new_zeros(len(x), 1)).reshape(-1, 1) / (2 * len(x) + 1))
    program = torch.onnx.export(model, (X,), dynamic_shapes={"x": {0: "n"}})
    for size in (2, 9):
        assert_same(program, model, (resized(X, 0, size),))


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'pip install "tinygrad-edu\[onnx\]"'):
        torch.onnx.export(nn.ReLU(), (X,))
