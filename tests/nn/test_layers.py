"""Layers, activations, losses and first numbers: torch's, recorded as literals."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.nn import functional

CLOSE = {"rel": 1e-6, "abs": 1e-7}


def close(tensor, expected):
    np.testing.assert_allclose(tensor.detach().numpy(), expected, rtol=2e-6, atol=1e-6)


def test_linear_from_the_seed():
    torch.manual_seed(0)
    layer = nn.Linear(3, 2)
    expected = [
        [-0.004322517663240433, 0.3097158372402191, -0.4751853346824646],
        [-0.4248946011066437, -0.2223689705133438, 0.15482072532176971],
    ]
    assert layer.weight.tolist() == expected
    assert layer.bias.tolist() == [-0.011439144611358643, 0.45777493715286255]
    x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]], requires_grad=True)
    y = layer(x)
    close(y, [[-2.0607493, 0.9420804], [0.4615849, 0.0905069]])
    (y * y).sum().backward()
    close(x.grad, [[-0.7827545, -1.6954724, 2.2501829], [-0.0809022, 0.2456685, -0.4106521]])
    close(
        layer.weight.grad,
        [[-3.6599135, 8.2429972, -13.2876663], [1.9746678, -3.7683218, 5.4714689]],
    )
    close(layer.bias.grad, [-3.1983287, 2.0651746])


NAMES = [
    ((3,), True, "ViewBackward0"),
    ((5, 3), True, "AddmmBackward0"),
    ((2, 5, 3), True, "ViewBackward0"),
    ((2, 1, 5, 3), True, "ViewBackward0"),
    ((5, 3), False, "MmBackward0"),
    ((2, 5, 3), False, "UnsafeViewBackward0"),
]


@pytest.mark.parametrize(("shape", "bias", "name"), NAMES)
def test_linear_of_any_dims(shape, bias, name):
    layer = nn.Linear(3, 4, bias=bias).double()
    x = torch.randn(*shape, dtype=torch.float64)
    y = layer(x)
    assert tuple(y.shape) == (*shape[:-1], 4)
    assert y.grad_fn.name() == name
    numbers = x.numpy() @ layer.weight.detach().numpy().T + (
        layer.bias.detach().numpy() if bias else 0
    )
    np.testing.assert_allclose(y.detach().numpy(), numbers, rtol=1e-12)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_against_differences(shape, bias):
    layer = nn.Linear(3, 2, bias=bias).double()
    x = torch.randn(*shape, dtype=torch.float64).requires_grad_()

    def compute(x, *parameters):
        return functional.linear(x, *parameters)

    assert torch.autograd.gradcheck(compute, (x, *layer.parameters()))
    assert torch.autograd.gradgradcheck(compute, (x, *layer.parameters()))


INPUT = [-2.0, -0.5, 0.0, 0.5, 2.0]
ACTIVATIONS = [
    (
        "Sigmoid()",
        [0.119203, 0.377541, 0.5, 0.622459, 0.880797],
        [0.104994, 0.470007, 0.75, 0.940015, 0.524968],
    ),
    (
        "Tanh()",
        [-0.964028, -0.462117, 0.0, 0.462117, 0.964028],
        [0.070651, 1.572895, 3.0, 3.145791, 0.353254],
    ),
    ("ReLU()", [0.0, 0.0, 0.0, 0.5, 2.0], [0.0, 0.0, 0.0, 4.0, 5.0]),
    ("LeakyReLU()", [-0.02, -0.005, 0.0, 0.5, 2.0], [0.01, 0.02, 0.03, 4.0, 5.0]),
    ("LeakyReLU(0.2)", [-0.4, -0.1, 0.0, 0.5, 2.0], [0.2, 0.4, 0.6, 4.0, 5.0]),
    (
        "Softmax(0)",
        [0.012555, 0.056266, 0.092767, 0.152948, 0.685464],
        [-0.04322, -0.13743, -0.133817, -0.067679, 0.382146],
    ),
    (
        "LogSoftmax(0)",
        [-4.377659, -2.87766, -2.37766, -1.87766, -0.377659],
        [0.811679, 1.156006, 1.608488, 1.705785, -5.281958],
    ),
    ("Identity(7, unused=8)", INPUT, [1.0, 2.0, 3.0, 4.0, 5.0]),
]


@pytest.mark.parametrize(("text", "outputs", "gradients"), ACTIVATIONS)
def test_activations(text, outputs, gradients):
    module = eval(f"nn.{text}")
    x = torch.tensor(INPUT, requires_grad=True)
    y = module(x)
    (y * torch.arange(1.0, 6.0)).sum().backward()
    close(y, outputs)
    close(x.grad, gradients)


@pytest.mark.parametrize("text", ["ReLU(inplace=True)", "LeakyReLU(0.2, inplace=True)"])
def test_in_place_activations(text):
    module = eval(f"nn.{text}")
    x = torch.tensor(INPUT, requires_grad=True)
    hidden = x * 1.0
    y = module(hidden)
    assert y is hidden
    (y * torch.arange(1.0, 6.0)).sum().backward()
    expected = {name: (out, grad) for name, out, grad in ACTIVATIONS}
    out, grad = expected["ReLU()" if "Leaky" not in text else "LeakyReLU(0.2)"]
    close(hidden, out)
    close(x.grad, grad)


@pytest.mark.parametrize("text", ["ReLU(inplace=True)", "LeakyReLU(0.2, inplace=True)"])
def test_in_place_on_a_leaf_is_refused(text):
    x = torch.tensor(INPUT, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        eval(f"nn.{text}")(x)
    assert x.tolist() == INPUT


LOSSES = [
    ("MSELoss", "mean", 2.6666667, [0.0, 1.3333334, -1.3333334]),
    ("MSELoss", "sum", 8.0, [0.0, 4.0, -4.0]),
    ("MSELoss", "none", [0.0, 4.0, 4.0], [0.0, 4.0, -4.0]),
    ("L1Loss", "mean", 1.3333334, [0.0, 0.3333333, -0.3333333]),
    ("L1Loss", "sum", 4.0, [0.0, 1.0, -1.0]),
    ("L1Loss", "none", [0.0, 2.0, 2.0], [0.0, 1.0, -1.0]),
]


@pytest.mark.parametrize(("name", "reduction", "expected", "gradient"), LOSSES)
def test_losses(name, reduction, expected, gradient):
    x = torch.tensor([1.0, 2.0, 5.0], requires_grad=True)
    loss = getattr(nn, name)(reduction=reduction)(x, torch.tensor([1.0, 0.0, 7.0]))
    loss.sum().backward()
    close(loss, expected)
    close(x.grad, gradient)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss"])
def test_different_sizes_are_warned_of_and_broadcast(name):
    expected = (
        r"target size \(torch.Size\(\[3\]\)\) that is different to the input size \(torch.Size"
    )
    with pytest.warns(UserWarning, match=expected):
        loss = getattr(functional, name)(torch.ones(3, 1), torch.zeros(3))
    assert loss.item() == 1.0


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    ("shape", "dim"), [((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((1, 2, 3, 4), 1)]
)
def test_softmax_without_a_dim_takes_torchs_and_warns(name, shape, dim):
    x = torch.randn(*shape)
    with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name}"):
        y = getattr(functional, name)(x)
    assert torch.equal(y, getattr(functional, name)(x, dim))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_in_another_dtype(name):
    y = getattr(functional, name)(torch.tensor([1, 2]), 0, dtype=torch.float64)
    assert y.dtype is torch.float64


REFUSED = {
    "sizes": (
        RuntimeError,
        r"cannot be multiplied \(2x5 and 3x4\)",
        lambda: nn.Linear(3, 4)(torch.ones(2, 5)),
    ),
    "no dims": (RuntimeError, "at least 1D", lambda: nn.Linear(3, 4)(torch.tensor(1.0))),
    "dtypes": (RuntimeError, "dtype", lambda: nn.Linear(3, 4)(torch.ones(2, 3).double())),
    "list": (
        TypeError,
        r"linear\(\): argument 'input' .* must be Tensor, not list",
        lambda: nn.Linear(1, 1)([1.0]),
    ),
    "number": (TypeError, "must be Tensor, not float", lambda: nn.Tanh()(1.0)),
    "integers": (NotImplementedError, "softmax.*Long", lambda: nn.Softmax(0)(torch.tensor([1]))),
    "slope of integers": (NotImplementedError, "Long", lambda: nn.LeakyReLU()(torch.tensor([1]))),
    "errors of integers": (
        NotImplementedError,
        "Long",
        lambda: nn.MSELoss()(torch.tensor([1]), torch.tensor([1])),
    ),
    "target": (TypeError, "not list", lambda: nn.MSELoss()(torch.ones(2), [1.0, 2.0])),
    "sizes of a loss": (
        RuntimeError,
        r"size of tensor a \(2\) must match the size of tensor b \(3\)",
        lambda: functional.l1_loss(torch.ones(2), torch.ones(3)),
    ),
    "positional reduction": (TypeError, "positional", lambda: nn.MSELoss("sum")),
    "reduction": (
        ValueError,
        "'median' is not a valid value for reduction",
        lambda: nn.L1Loss(reduction="median")(torch.ones(1), torch.ones(1)),
    ),
    "one-dimensional weight with bias": (
        RuntimeError,
        "must be a matrix",
        lambda: functional.linear(torch.ones(1, 2), torch.ones(2), torch.ones(1)),
    ),
    "device": (RuntimeError, "CPU only", lambda: nn.Linear(1, 1, device="cuda")),
    "class": (
        RuntimeError,
        "smaller than num_classes",
        lambda: functional.one_hot(torch.tensor([3]), 2),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_mistakes(name):
    kind, message, call = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()


SHAPES = [
    ((2, 3, 4), 1, -1, (2, 12)),
    ((2, 3, 4), 0, 1, (6, 4)),
    ((5,), 0, -1, (5,)),
    ((), 0, -1, (1,)),
    ((2, 1, 3), -2, -1, (2, 3)),
    ((2, 0, 3), 1, -1, (2, 0)),
]


@pytest.mark.parametrize(("shape", "start", "end", "expected"), SHAPES)
def test_flatten(shape, start, end, expected):
    assert tuple(nn.Flatten(start, end)(torch.ones(shape)).shape) == expected


# --- first numbers ------------------------------------------------------------------------------

INITS = [
    ("uniform_(w)", [[0.7576316, 0.2793109, 0.4030693], [0.7346845, 0.0292816, 0.7998586]]),
    ("normal_(w)", [[0.6613522, 0.2669241, 0.0616773], [0.6213173, -0.451906, -0.1661302]]),
    (
        "xavier_uniform_(w)",
        [[0.5644426, -0.4835056, -0.2123646], [0.5141679, -1.0312924, 0.6569574]],
    ),
    (
        "xavier_normal_(w, 2.0)",
        [[0.8365517, 0.3376352, 0.0780162], [0.7859111, -0.5716209, -0.21014]],
    ),
    (
        "kaiming_uniform_(w, nonlinearity='relu')",
        [[0.7286922, -0.6242031, -0.2741615], [0.6637879, -1.3313928, 0.8481283]],
    ),
    (
        "kaiming_normal_(w, mode='fan_out')",
        [[0.6613522, 0.2669241, 0.0616773], [0.6213173, -0.451906, -0.1661302]],
    ),
    ("constant_(w, 2.5)", [[2.5] * 3] * 2),
    ("zeros_(w)", [[0.0] * 3] * 2),
    ("ones_(w)", [[1.0] * 3] * 2),
]


@pytest.mark.parametrize(("call", "expected"), INITS)
def test_initialisation_from_the_seed(call, expected):
    torch.manual_seed(1)
    w = nn.Parameter(torch.full((2, 3), 7.0))
    result = eval(f"nn.init.{call}")
    assert result is w
    assert w._version == 1
    close(w, expected)


def test_a_generator_of_ones_own_leaves_the_default_one_alone():
    torch.manual_seed(3)
    before = torch.rand(2)
    torch.manual_seed(3)
    w = nn.init.uniform_(torch.empty(2), generator=torch.Generator().manual_seed(5))
    assert torch.equal(torch.rand(2), before)
    assert torch.equal(
        w, nn.init.uniform_(torch.empty(2), generator=torch.Generator().manual_seed(5))
    )


def test_a_transposed_tensor_is_filled_in_the_order_of_its_memory():
    torch.manual_seed(0)
    straight = nn.init.uniform_(torch.empty(3, 2))
    torch.manual_seed(0)
    assert torch.equal(nn.init.uniform_(torch.empty(3, 2).t()), straight.t())


GAINS = [
    (("relu",), 1.4142135623730951),
    (("tanh",), 5 / 3),
    (("sigmoid",), 1),
    (("selu",), 0.75),
    (("conv_transpose2d",), 1),
    (("leaky_relu",), 1.4141428569978354),
    (("leaky_relu", 3), 0.4472135954999579),
]


@pytest.mark.parametrize(("arguments", "expected"), GAINS)
def test_gains(arguments, expected):
    assert nn.init.calculate_gain(*arguments) == pytest.approx(expected, rel=1e-15)


BAD = [
    ("calculate_gain('gelu')", "Unsupported nonlinearity gelu"),
    ("calculate_gain('leaky_relu', True)", "not a valid number"),
    ("xavier_uniform_(torch.ones(3))", "fewer than 2 dimensions"),
    ("kaiming_normal_(torch.ones(3, 2), mode='in')", "Mode in not supported"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_bad_initialisation(call, message):
    with pytest.raises(ValueError, match=message):
        eval(f"nn.init.{call}")


@pytest.mark.parametrize("name", ["kaiming_uniform_", "kaiming_normal_"])
def test_nothing_to_initialise(name):
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        getattr(nn.init, name)(torch.empty(0, 3))
