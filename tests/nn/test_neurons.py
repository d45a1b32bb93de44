"""Networks of Values: the same layers and losses, neuron by neuron, with the tensors' numbers."""

import copy

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.autograd import topological_order
from tinygrad_edu.nn import functional
from tinygrad_edu.value import Constant


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(3, 4),
        nn.Tanh(),
        nn.Linear(4, 4, bias=False),
        nn.ReLU(),
        nn.Linear(4, 4),
        nn.LeakyReLU(0.1),
        nn.Linear(4, 2),
        nn.Sigmoid(),
    ).double()


def data():
    torch.manual_seed(1)
    return torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)


LAST = ["Identity()", "Softmax(-1)", "LogSoftmax(0)", "Flatten(0)"]
LOSSES = ["MSELoss()", "MSELoss(reduction='sum')", "L1Loss()", "L1Loss(reduction='sum')"]


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("loss", LOSSES)
def test_values_give_the_numbers_and_gradients_of_tensors(last, loss):
    x, t = data()
    tensors = network().append(eval(f"nn.{last}"))
    values = copy.deepcopy(tensors).to(Value)
    criterion = eval(f"nn.{loss}")
    t = t.flatten() if "Flatten" in last else t
    expected = criterion(tensors(x), t)
    expected.backward()
    found = criterion(values(x.tolist()), t.tolist())
    found.backward()
    assert type(found) is Value
    assert found.data == pytest.approx(expected.item(), rel=1e-12)
    gradients = np.concatenate([p.grad.numpy().ravel() for p in tensors.parameters()])
    np.testing.assert_allclose(
        [p.grad for p in values.parameters()], gradients, rtol=1e-9, atol=1e-15
    )


OPTIMIZERS = [
    "SGD(p, lr=0.1)",
    "SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "SGD(p, lr=0.1, momentum=0.9, dampening=0.5, maximize=True)",
    "Adam(p, lr=0.05)",
    "Adam(p, lr=0.05, amsgrad=True, weight_decay=0.1)",
]


@pytest.mark.parametrize("text", OPTIMIZERS)
def test_training_values_is_training_tensors(text):
    (x, t), tensors = data(), network()
    values = copy.deepcopy(tensors).to(Value)
    for model, inputs, targets in ((tensors, x, t), (values, x.tolist(), t.tolist())):
        optimizer = eval(f"optim.{text}", {"optim": torch.optim, "p": model.parameters()})
        for _ in range(4):
            optimizer.zero_grad()
            nn.MSELoss()(model(inputs), targets).backward()
            optimizer.step()
    for found, expected in zip(*(m.state_dict().values() for m in (values, tensors)), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12, atol=1e-14)


def test_parameters_are_values_named_by_their_place():
    model = nn.Sequential(nn.Linear(2, 3)).to(Value)
    names = ["0.weight[0,0]", "0.weight[0,1]", "0.weight[1,0]", "0.weight[1,1]", "0.weight[2,0]",
             "0.weight[2,1]", "0.bias[0]", "0.bias[1]", "0.bias[2]"]  # fmt: skip
    assert [name for name, _ in model.named_parameters()] == names
    assert [p.label for p in model.parameters()] == names
    assert {type(p) for p in model.parameters()} == {Value}
    assert model[0].weight.shape == (3, 2)
    assert repr(model[0]) == "Linear(in_features=2, out_features=3, bias=True)"


def test_one_node_per_scalar_operation():
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh()).to(Value)
    loss = nn.MSELoss()(model([[1.0, 2.0, 3.0]]), [[0.0, 0.0]])
    names = [value.op.name for value in topological_order([loss]) if value.op is not None]
    counts = {name: names.count(name) for name in sorted(set(names))}
    # two neurons: 3 products, 2 sums and the bias each; then the loss
    assert counts == {"add": 2 * 3 + 1, "div": 1, "mul": 2 * 3, "pow": 2, "sub": 2, "tanh": 2}


def test_each_operation_knows_its_module_call():
    model = nn.Sequential(nn.Linear(2, 1), nn.Tanh()).to(Value)
    criterion = nn.MSELoss()
    loss = criterion(model([[1.0, 2.0]]), [[0.0]])
    modules = {
        (value.op.name, value.scope.module, value.scope.outer.module)
        for value in topological_order([loss])
        if value.op is not None
    }
    assert (
        modules
        == {
            ("mul", model[0], model),
            ("add", model[0], model),
            ("tanh", model[1], model),
            ("sub", criterion, None),
            ("pow", criterion, None),
            ("div", criterion, None),
        }
        or ("add", criterion, None) in modules
    )


INPUTS = {
    "lists": [[1.0, -2.0]],
    "whole numbers": [[1, -2]],
    "tuples": ((1.0, -2.0),),
    "array": np.array([[1.0, -2.0]]),
    "array of objects": np.array([[1.0, -2.0]], dtype=object),
    "values": [[Value(1.0), Value(-2.0)]],
    "mixed": [[Value(1.0), -2]],
    "array of values": np.array([[Value(1.0), Value(-2.0)]], dtype=object),
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs(name):
    model = nn.Linear(2, 3).double()
    expected = model(torch.tensor([[1.0, -2.0]], dtype=torch.float64))
    found = model.to(Value)(INPUTS[name])
    assert found.shape == (1, 3)
    assert [v.data for v in found.flat] == pytest.approx(expected.detach().numpy().ravel().tolist())


def test_a_vector_goes_in_and_comes_out_as_one():
    assert nn.Linear(2, 3).to(Value)([1.0, 2.0]).shape == (3,)


def test_gradients_reach_inputs_that_are_values():
    model = nn.Linear(2, 1).to(Value)
    x = [Value(1.0), Value(2.0)]
    model(x)[0].backward()
    assert [v.grad for v in x] == [w.data for w in model.weight[0]]


def test_an_activation_without_parameters_takes_lists_in_a_network_of_values():
    model = nn.Sequential(nn.ReLU(), nn.Linear(2, 1)).to(Value)
    assert type(model([[1.0, -1.0]])[0, 0]) is Value


FUNCTIONS = {
    "relu of one": (lambda: functional.relu(Value(-2.0)), 0.0),
    "leaky_relu of one": (lambda: functional.leaky_relu(Value(-2.0), 0.25), -0.5),
    "tanh of one": (lambda: functional.tanh(Value(0.0)), 0.0),
    "mse of two": (lambda: functional.mse_loss(Value(3.0), Value(1.0)), 4.0),
    "mse of one and a number": (lambda: functional.mse_loss(Value(3.0), 1.0), 4.0),
    "sigmoid of a list": (lambda: functional.sigmoid([Value(0.0)])[0], 0.5),
    "softmax of large numbers": (lambda: functional.softmax([Value(1e4), Value(1e4)], 0)[1], 0.5),
    "log_softmax of large numbers": (
        lambda: functional.log_softmax([Value(1e4), Value(0.0)], 0)[1],
        -1e4,
    ),
    "errors": (lambda: functional.l1_loss([Value(1.0)], [3.0], reduction="none")[0], 2.0),
    "squares": (lambda: functional.mse_loss([Value(1.0)], [3.0], reduction="none")[0], 4.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_values(name):
    call, expected = FUNCTIONS[name]
    assert call() == expected


def test_in_place_writes_into_the_array():
    values = np.array([Value(-1.0), Value(2.0)], dtype=object)
    assert nn.ReLU(inplace=True)(values) is values
    assert [v.data for v in values] == [0.0, 2.0]
    with pytest.raises(NotImplementedError, match="inplace=True is there for tensors and arrays"):
        nn.ReLU(inplace=True)([Value(1.0)])


def test_frozen_parameters_and_buffers_become_constants():
    model = nn.Linear(2, 1)
    model.bias.requires_grad_(False)
    model.register_buffer("shift", torch.ones(1))
    model.register_buffer("count", torch.tensor(3))
    model.to(Value)
    assert type(model.bias[0]) is Constant
    assert type(model.shift[0]) is Constant
    assert isinstance(model.count, torch.Tensor)
    model([1.0, 1.0])[0].backward()
    assert model.bias[0].grad is None
    back = model.to(torch.Tensor)
    assert [p.requires_grad for p in back.parameters()] == [True, False]
    assert not isinstance(back.shift, nn.Parameter)


def test_tied_parameters_stay_tied():
    layer = nn.Linear(2, 2)
    model = nn.Sequential(layer, nn.Tanh(), nn.Linear(2, 2))
    model[2].weight = layer.weight
    model.to(Value)
    assert model[2].weight is model[0].weight
    assert len(list(model.parameters())) == 4 + 2 + 2
    model.to(torch.Tensor)
    assert model[2].weight is model[0].weight


def test_there_and_back():
    model = network()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    assert model.to(Value) is model
    assert model.to(Value) is model
    state = model.state_dict()
    assert list(state) == list(before)
    assert all(torch.equal(state[k], v) for k, v in before.items())
    assert model.to(torch.Tensor, dtype=torch.float64) is model
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert model.to(Value).to(torch.Tensor)[0].weight.dtype is torch.float32
    with pytest.raises(TypeError, match="must be Tensor, not list"):
        model([[1.0, 2.0, 3.0]])


def test_a_state_can_be_loaded_into_values():
    model, other = network().to(Value), network()
    with torch.no_grad():
        other[0].bias.fill_(7.0)
    first = next(model.parameters())
    assert repr(model.load_state_dict(other.state_dict())) == "<All keys matched successfully>"
    assert [v.data for v in model[0].bias] == [7.0] * 4
    assert next(model.parameters()) is first


def test_zero_grad():
    model = nn.Linear(2, 1).to(Value)
    model([1.0, 2.0])[0].backward()
    model.zero_grad(set_to_none=False)
    assert [p.grad for p in model.parameters()] == [0.0] * 3
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [None] * 3


def test_without_recording_the_results_are_constants():
    model = nn.Linear(2, 1).to(Value)
    with torch.no_grad():
        assert type(model([1.0, 2.0])[0]) is Constant


def test_forward_hooks_see_arrays_of_values():
    seen = []
    model = nn.Linear(2, 1).to(Value)
    model.register_forward_hook(lambda m, args, out: seen.append((args[0].shape, out.shape)))
    model([[1.0, 2.0]])
    assert seen == [((1, 2), (1, 1))]


def values(call):
    model = nn.Linear(2, 1).to(Value)
    return lambda: call(model)


MISTAKES = {
    "sizes": (RuntimeError, "cannot be multiplied", values(lambda m: m([[1.0, 2.0, 3.0]]))),
    "lengths": (
        ValueError,
        "nested lists of equal lengths",
        values(lambda m: m([[1.0], [1.0, 2.0]])),
    ),
    "words": (
        TypeError,
        "expected numbers or Values, but got a str",
        values(lambda m: m(["a", "b"])),
    ),
    "tensors": (TypeError, "cannot be mixed with Values", values(lambda m: m(torch.ones(1, 2)))),
    "values into tensors": (
        TypeError,
        "the weight is a Tensor",
        lambda: nn.Linear(1, 1)([Value(1.0)]),
    ),
    "numbers alone": (TypeError, "must be Tensor, not list", lambda: functional.relu([1.0])),
    "float": (TypeError, "Python floats", values(lambda m: m.float())),
    "freezing": (NotImplementedError, "freeze", values(lambda m: m.requires_grad_(False))),
    "more": (TypeError, r"to\(Value\) takes no other arguments", values(lambda m: m.to(Value, 3))),
    "assigning": (
        NotImplementedError,
        "assign",
        values(lambda m: m.load_state_dict(nn.Linear(2, 1).state_dict(), assign=True)),
    ),
    "dtype": (
        TypeError,
        "no dtype",
        lambda: functional.softmax([Value(1.0)], 0, dtype=torch.float64),
    ),
    "backward hooks": (
        NotImplementedError,
        "full backward hooks",
        values(lambda m: (m.register_full_backward_hook(lambda *_: None), m([1.0, 2.0]))),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    kind, message, call = MISTAKES[name]
    with pytest.raises(kind, match=message):
        call()
