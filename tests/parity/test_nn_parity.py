"""Layers, activations, losses and their first numbers, side by side with torch."""

import pytest
from parity.side_by_side import both, same_words

# --- layers, activations and losses: numbers, gradients, second derivatives ---------------------

SHAPES = {
    "vector": lambda lib: lib.randn(3, dtype=lib.float64),
    "matrix": lambda lib: lib.randn(5, 3, dtype=lib.float64),
    "batch": lambda lib: lib.randn(2, 5, 3, dtype=lib.float64),
    "batches": lambda lib: lib.randn(2, 1, 5, 3, dtype=lib.float64),
    "one row": lambda lib: lib.randn(1, 3, dtype=lib.float64),
    "no rows": lambda lib: lib.randn(0, 3, dtype=lib.float64),
    "no rows in a batch": lambda lib: lib.randn(2, 0, 3, dtype=lib.float64),
    "transposed": lambda lib: lib.randn(2, 3, 5, dtype=lib.float64).transpose(1, 2),
}

LAYERS = [
    "Linear(3, 4)",
    "Linear(3, 4, bias=False)",
    "Linear(3, 1)",
    "Sigmoid()",
    "Tanh()",
    "ReLU()",
    "LeakyReLU()",
    "LeakyReLU(0.2)",
    "LeakyReLU(negative_slope=-0.5)",
    "LeakyReLU(0.0)",
    "Softmax(dim=-1)",
    "Softmax(0)",
    "LogSoftmax(dim=0)",
    "LogSoftmax(-1)",
    "Identity(54, unused=1)",
    "Flatten(0)",
    "Flatten(0, -2)",
]


def with_derivatives(lib, function, *inputs, parameters=()):
    """Return a result, the gradients of its sum of squares, and those of their squares."""
    result = function(*inputs)
    leaves = [x for x in (*inputs, *parameters) if x.requires_grad]
    total = (result * result).sum()
    first = lib.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
    first = [g for g in first if g is not None]
    (sum((g * g).sum() for g in first)).backward()
    return [result, *(g.detach() for g in first), *(x.grad for x in leaves)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", LAYERS)
def test_layers(text, shape):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn}).double()
        x = SHAPES[shape](lib).detach().requires_grad_()
        return with_derivatives(lib, layer, x, parameters=list(layer.parameters()))

    both(program, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("loss", ["MSELoss", "L1Loss"])
@pytest.mark.parametrize("shape", [(), (5,), (4, 3), (0,)])
def test_losses(loss, reduction, shape):
    def program(lib):
        x, t = (lib.randn(shape, dtype=lib.float64).requires_grad_() for _ in range(2))
        return with_derivatives(lib, getattr(lib.nn, loss)(reduction=reduction), x, t)

    both(program, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("text", ["ReLU(True)", "LeakyReLU(inplace=True)", "LeakyReLU(0.3, True)"])
def test_in_place_activations_write_into_their_input(text):
    def program(lib):
        module = eval(f"nn.{text}", {"nn": lib.nn})
        x = lib.randn(4, 3, requires_grad=True)
        hidden = x * 3
        y = module(hidden)
        (y * y).sum().backward()
        return y is hidden, hidden.detach(), hidden._version, x.grad, repr(module)

    both(program)


def test_in_place_on_a_saved_output_is_refused():
    def program(lib):
        x = lib.randn(3, requires_grad=True)
        lib.nn.functional.relu(lib.sigmoid(x), inplace=True).sum().backward()

    same_words(*both(program))


FUNCTIONS = {
    "softmax in another dtype": lambda F, lib: F.softmax(lib.randn(2, 3), 1, dtype=lib.float64),
    "softmax without a dim": lambda F, lib: F.softmax(lib.randn(2, 3)),
    "log_softmax without a dim": lambda F, lib: F.log_softmax(lib.randn(2, 3, 2)),
    "softmax of no dims": lambda F, lib: F.softmax(lib.tensor(3.0), 0),
    "relu of integers": lambda F, lib: F.relu(lib.tensor([-1, 2])),
    "sigmoid of integers": lambda F, lib: F.sigmoid(lib.tensor([-1, 2])),
    "mse of a broadcast target": lambda F, lib: F.mse_loss(lib.ones(3, 1), lib.zeros(3)),
    "l1 of a broadcast target": lambda F, lib: F.l1_loss(lib.ones(3, 1), lib.zeros(3)),
    "mse of two dtypes": lambda F, lib: F.mse_loss(lib.ones(3), lib.zeros(3).double()),
    "mse with integers": lambda F, lib: F.mse_loss(lib.ones(3), lib.tensor([1, 2, 3])),
    "l1 with integers": lambda F, lib: F.l1_loss(lib.ones(3), lib.tensor([1, 2, 3])),
    "sum of errors of integers": lambda F, lib: F.l1_loss(
        lib.tensor([1]), lib.tensor([3]), reduction="sum"
    ),
    "linear to one number": lambda F, lib: F.linear(lib.ones(2, 3), lib.ones(3)),
    "linear, bias of one number": lambda F, lib: F.linear(
        lib.ones(2, 3), lib.ones(4, 3), lib.ones(1)
    ),
    "one_hot": lambda F, lib: F.one_hot(lib.tensor([[0, 2], [1, 0]])),
    "one_hot with room": lambda F, lib: F.one_hot(lib.tensor([1]), num_classes=4),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    both(lambda lib: FUNCTIONS[name](lib.nn.functional, lib))


MISTAKES = {
    "sizes": lambda lib, nn: nn.Linear(3, 4)(lib.ones(2, 5)),
    "sizes in a batch": lambda lib, nn: nn.Linear(3, 4)(lib.ones(7, 2, 5)),
    "sizes of a vector": lambda lib, nn: nn.Linear(3, 4)(lib.ones(5)),
    "sizes without bias": lambda lib, nn: nn.Linear(3, 4, bias=False)(lib.ones(2, 5)),
    "a number into linear": lambda lib, nn: nn.Linear(3, 4)(lib.tensor(1.0)),
    "a list into linear": lambda lib, nn: nn.Linear(3, 4)([[1.0, 2.0, 3.0]]),
    "a list into relu": lambda lib, nn: nn.ReLU()([1.0, 2.0]),
    "a number into relu": lambda lib, nn: nn.ReLU()(1.0),
    "a list into leaky_relu": lambda lib, nn: nn.LeakyReLU()([1.0, 2.0]),
    "no dim": lambda lib, nn: nn.Softmax(2)(lib.ones(2, 3)),
    "softmax of integers": lambda lib, nn: nn.Softmax(0)(lib.tensor([1, 2])),
    "leaky_relu of integers": lambda lib, nn: nn.LeakyReLU()(lib.tensor([1, 2])),
    "mse of integers": lambda lib, nn: nn.MSELoss()(lib.tensor([1]), lib.tensor([2])),
    "mean error of integers": lambda lib, nn: nn.L1Loss()(lib.tensor([1]), lib.tensor([2])),
    "in place on a leaf": lambda lib, nn: nn.ReLU(True)(lib.ones(2, requires_grad=True)),
    "leaky in place on a leaf": lambda lib, nn: nn.LeakyReLU(0.1, True)(
        lib.ones(2, requires_grad=True)
    ),
    "flatten too far": lambda lib, nn: nn.Flatten(1, 5)(lib.ones(2, 3)),
    "flatten backwards": lambda lib, nn: nn.Flatten(2, 1)(lib.ones(2, 3, 4)),
    "errors that do not broadcast": lambda lib, nn: nn.MSELoss()(lib.ones(2), lib.ones(3)),
    "a negative size": lambda lib, nn: nn.Linear(-1, 3),
    "a size that is no integer": lambda lib, nn: nn.Linear(2.5, 3),
    "integers as parameters": lambda lib, nn: nn.Linear(2, 3, dtype=lib.int64),
    "a parameter of integers": lambda lib, nn: nn.Parameter(lib.tensor([1, 2])),
    "class too large": lambda lib, nn: nn.functional.one_hot(lib.tensor([5]), 3),
    "class below 0": lambda lib, nn: nn.functional.one_hot(lib.tensor([-1]), 3),
    "no class": lambda lib, nn: nn.functional.one_hot(lib.zeros(0, dtype=lib.int64)),
    "no forward": lambda lib, nn: nn.Module()(1),
    "a list has no forward": lambda lib, nn: nn.ModuleList()(1),
}


ONLY_OF_ONE_CLASS = {"softmax of integers", "mse of integers", "a size that is no integer",
                     "leaky_relu of integers"}  # fmt: skip
"""Mistakes that torch describes by the name of a kernel, or of a function in C++."""


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_with_layers(name):
    found, expected = both(lambda lib: MISTAKES[name](lib, lib.nn))
    same_words(found, expected, 0 if name in ONLY_OF_ONE_CLASS else 3)


@pytest.mark.parametrize("reduction", ["median", None, 3])
@pytest.mark.parametrize("loss", ["MSELoss", "L1Loss"])
def test_an_unknown_reduction_is_refused_when_called(loss, reduction):
    def program(lib):
        module = getattr(lib.nn, loss)(reduction=reduction)
        return module(lib.ones(1), lib.ones(1))

    both(program)


def test_dtypes_must_agree():
    both(lambda lib: lib.nn.Linear(3, 4)(lib.ones(2, 3).double()))


# --- initialisation -----------------------------------------------------------------------------

INITS = [
    "uniform_(w)",
    "uniform_(w, -2.0, 3.0)",
    "normal_(w)",
    "normal_(w, 1.0, 2.0)",
    "zeros_(w)",
    "ones_(w)",
    "constant_(w, 2.5)",
    "xavier_uniform_(w)",
    "xavier_uniform_(w, gain=1.5)",
    "xavier_normal_(w, 0.5)",
    "kaiming_uniform_(w)",
    "kaiming_uniform_(w, a=2.0, mode='fan_out')",
    "kaiming_uniform_(w, nonlinearity='relu')",
    "kaiming_normal_(w)",
    "kaiming_normal_(w, mode='FAN_OUT', nonlinearity='tanh')",
    "kaiming_uniform_(w, generator=g)",
    "normal_(w, generator=g)",
]
WEIGHTS = {
    "small": lambda lib: lib.zeros(2, 3),
    "large": lambda lib: lib.zeros(7, 13),
    "convolution": lambda lib: lib.zeros(4, 3, 2, 2),
    "double": lambda lib: lib.zeros(5, 4, dtype=lib.float64),
    "transposed": lambda lib: lib.zeros(7, 13).t(),
    "every other column": lambda lib: lib.zeros(3, 8)[:, ::2],
    "empty": lambda lib: lib.zeros(0, 3),
    "parameter": lambda lib: lib.nn.Parameter(lib.zeros(3, 3)),
}


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("call", INITS)
def test_initialisation_draws_torchs_numbers(call, weight):
    def program(lib):
        w = WEIGHTS[weight](lib)
        names = {"init": lib.nn.init, "w": w, "g": lib.Generator().manual_seed(5)}
        result = eval(f"init.{call}", names)
        return result is w, w.detach() * 1, w._version, lib.rand(2)

    both(program, rtol=1e-6, atol=1e-7)


GAINS = [(name,) for name in ("linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu")]
GAINS += [("leaky_relu",), ("leaky_relu", 0.2), ("leaky_relu", 2), ("selu",)]
BAD_GAINS = [("leaky_relu", True), ("leaky_relu", "0.1"), ("softmax",)]


@pytest.mark.parametrize("arguments", GAINS + BAD_GAINS, ids=str)
def test_gains(arguments):
    both(lambda lib: float(lib.nn.init.calculate_gain(*arguments)), rtol=0, atol=0)


BAD_INITS = [
    "xavier_uniform_(lib.zeros(3))",
    "kaiming_normal_(lib.zeros(3))",
    "kaiming_uniform_(lib.zeros(3, 2), mode='fan')",
    "kaiming_uniform_(lib.zeros(3, 2), nonlinearity='gelu')",
    "uniform_(lib.zeros(3), 2.0, 1.0)",
    "uniform_(lib.zeros(3, dtype=lib.int64))",
]


@pytest.mark.parametrize("call", BAD_INITS)
def test_bad_initialisation(call):
    both(lambda lib: eval(f"init.{call}", {"init": lib.nn.init, "lib": lib}))


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (16, 16), (64, 10), (784, 128)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_linear_starts_with_torchs_numbers_to_the_bit(sizes, dtype):
    def program(lib):
        layer = lib.nn.Linear(*sizes, dtype=getattr(lib, dtype))
        return [p.detach() for p in layer.parameters()]

    both(program, rtol=0, atol=0)
