"""The activations side by side with torch: numbers, gradients, second derivatives, errors."""

import math

import pytest
from parity.side_by_side import both, same_words

CLOSE = {"rtol": 1e-9, "atol": 1e-12}
MODULES = [
    "Softplus()", "Softplus(2, 3)", "Softplus(beta=0.5, threshold=0.1)", "Softplus(-1.0)",
    "ELU()", "ELU(0.5)", "ELU(alpha=-2.0)", "SELU()",
    "GELU()", "GELU('none')", "GELU(approximate='tanh')", "SiLU()", "Softsign()",
    "Hardtanh()", "Hardtanh(-2, 0.5)", "Hardtanh(min_val=0.0, max_val=3.0)", "ReLU6()",
    "LogSigmoid()", "PReLU()", "PReLU(init=-0.5)", "PReLU(1, 0.1)",
]  # fmt: skip
SHAPES = {
    "no dims": lambda lib: lib.randn((), dtype=lib.float64),
    "vector": lambda lib: lib.randn(3, dtype=lib.float64) * 3,
    "matrix": lambda lib: lib.randn(5, 3, dtype=lib.float64) * 3,
    "images": lambda lib: lib.randn(2, 3, 4, 2, dtype=lib.float64),
    "no rows": lambda lib: lib.randn(0, 3, dtype=lib.float64),
    "transposed": lambda lib: lib.randn(2, 3, 5, dtype=lib.float64).transpose(1, 2),
}


def module(lib, text):
    return eval(f"nn.{text}", {"nn": lib.nn})


def derivatives(lib, function, *leaves):
    """Return a result, the gradients of its sum of squares, and those of their squares."""
    y = function(leaves[0])
    first = lib.autograd.grad((y * y).sum(), leaves, create_graph=True)
    second = lib.autograd.grad(sum((g * g).sum() for g in first), leaves)
    return [y, *(g.detach() for g in (*first, *second))]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", MODULES)
def test_modules(text, shape):
    def program(lib):
        layer = module(lib, text).double()
        x = SHAPES[shape](lib).detach().requires_grad_()
        found = derivatives(lib, layer, x, *layer.parameters())
        return [*found, repr(layer), list(layer.state_dict())]

    both(program, **CLOSE)


@pytest.mark.parametrize("text", MODULES)
def test_modules_in_float32(text):
    def program(lib):
        x = (lib.randn(40) * 4).requires_grad_()
        y = module(lib, text)(x)
        y.sum().backward()
        return y, x.grad

    both(program, rtol=1e-5, atol=2e-6 if "tanh" in text else 1e-6)  # 1 − tanh² of few digits


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 2, 2)])
def test_a_slope_for_each_channel(shape):
    def program(lib):
        layer = lib.nn.PReLU(3).double()
        with lib.no_grad():
            layer.weight.copy_(lib.tensor([0.5, -0.25, 2.0]))
        x = lib.randn(shape, dtype=lib.float64).requires_grad_()
        return derivatives(lib, layer, x, layer.weight)

    both(program, **CLOSE)


@pytest.mark.parametrize("inplace", ["ELU(inplace=True)", "ELU(0.5, True)", "SELU(True)",
                                     "SiLU(inplace=True)", "Hardtanh(inplace=True)",
                                     "ReLU6(True)"])  # fmt: skip
def test_in_place(inplace):
    def program(lib):
        layer = module(lib, inplace)
        x = (lib.randn(4, 3) * 3).requires_grad_()
        hidden = x * 2
        y = layer(hidden)
        y.sum().backward()
        return y is hidden, hidden.detach(), hidden._version, x.grad, repr(layer)

    both(program)


SATURATED = (math.inf, -math.inf, 0.0, -0.0, 1e-310, 5e-324, 15.0, -15.0, 40.0, -40.0, 1000.0,
             -1000.0)  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("number", SATURATED)
@pytest.mark.parametrize("text", [*MODULES, "erf"])
def test_far_from_0(text, number, dtype):
    """One number at a time, to the last digits: nothing is lost where a function saturates."""

    def program(lib):
        x = lib.tensor([number] * 8, dtype=lib.float64).to(getattr(lib, dtype)).requires_grad_()
        layer = lib.erf if text == "erf" else module(lib, text).to(getattr(lib, dtype))
        y = layer(x)
        y.sum().backward()
        return y, x.grad

    # torch's vectors of float32 have other last digits, and its exp has no subnormal numbers
    small = {"rtol": 2e-5, "atol": 1e-37} if dtype == "float32" else {"rtol": 1e-9, "atol": 1e-300}
    both(program, **small)


FUNCTIONS = {
    "softsign of integers": lambda F, lib: F.softsign(lib.tensor([-2, 3])),
    "erf of integers": lambda F, lib: lib.erf(lib.tensor([-2, 0, 1])),
    "erf of bools": lambda F, lib: lib.tensor([True, False]).erf(),
    "hardtanh of integers": lambda F, lib: F.hardtanh(lib.tensor([-2, 3])),
    "hardtanh of integers, with fractions": lambda F, lib: F.hardtanh(
        lib.tensor([-2, 3]), -1.5, 2.5
    ),
    "relu6 of integers": lambda F, lib: F.relu6(lib.tensor([-2, 30])),
    "relu6 of bytes": lambda F, lib: F.relu6(lib.tensor([2, 30], dtype=lib.uint8)),
    "hardtanh between equal bounds": lambda F, lib: F.hardtanh(lib.randn(3), 1, 1),
    "prelu of a number": lambda F, lib: F.prelu(lib.tensor(-2.0), lib.tensor([0.5])),
    "prelu with a number": lambda F, lib: F.prelu(lib.randn(2, 3), lib.tensor(0.5)),
    "prelu as a method": lambda F, lib: lib.randn(2, 3).prelu(lib.tensor([0.5, 1.0, 2.0])),
    "prelu of torch": lambda F, lib: lib.prelu(lib.randn(2, 3), lib.tensor([0.5])),
    "selu of torch": lambda F, lib: lib.selu(lib.randn(3)),
    "xlogy with a number": lambda F, lib: lib.xlogy(lib.tensor([0.0, 2.0]), 3),
    "xlogy of a number": lambda F, lib: lib.xlogy(2, lib.tensor([0.0, 2.0])),
    "xlogy of integers": lambda F, lib: lib.xlogy(lib.tensor([0, 2]), lib.tensor([0, 3])),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    both(lambda lib: FUNCTIONS[name](lib.nn.functional, lib))


MISTAKES = {
    **{
        f"{name} of integers": lambda lib, nn, name=name: getattr(nn, name)()(lib.tensor([1, 2]))
        for name in ("Softplus", "ELU", "SELU", "GELU", "SiLU", "LogSigmoid")
    },
    **{
        f"{name} of a list": lambda lib, nn, name=name: getattr(nn, name)()([1.0, 2.0])
        for name in ("Softplus", "ELU", "SELU", "GELU", "SiLU", "LogSigmoid", "Hardtanh", "ReLU6",
                     "PReLU")
    },
    **{
        f"{name} in place on a leaf": lambda lib, nn, name=name: getattr(nn, name)(inplace=True)(
            lib.ones(2, requires_grad=True)
        )
        for name in ("ELU", "SELU", "SiLU", "Hardtanh", "ReLU6")
    },
    "softsign of bools": lambda lib, nn: nn.Softsign()(lib.tensor([True])),
    "hardtanh of bools": lambda lib, nn: nn.Hardtanh()(lib.tensor([True])),
    "hardtanh of bytes": lambda lib, nn: nn.Hardtanh()(lib.tensor([1], dtype=lib.uint8)),
    "bounds of a function": lambda lib, nn: nn.functional.hardtanh(lib.ones(2), 2, 1),
    "bounds": lambda lib, nn: nn.Hardtanh(2, 1),
    "equal bounds": lambda lib, nn: nn.Hardtanh(1, 1),
    "approximation": lambda lib, nn: nn.GELU("sigmoid")(lib.ones(2)),
    "approximation by position": lambda lib, nn: nn.functional.gelu(lib.ones(2), "tanh"),
    "alpha as text": lambda lib, nn: nn.functional.elu(lib.ones(2), "1"),
    "beta as text": lambda lib, nn: nn.functional.softplus(lib.ones(2), "1"),
    "channels": lambda lib, nn: nn.PReLU(2)(lib.ones(2, 3)),
    "channels of a vector": lambda lib, nn: nn.PReLU(3)(lib.ones(3)),
    "channels of a number": lambda lib, nn: nn.PReLU(3)(lib.tensor(1.0)),
    "no channels": lambda lib, nn: nn.functional.prelu(lib.ones(2, 3), lib.ones(0)),
    "slopes of two dims": lambda lib, nn: nn.functional.prelu(lib.ones(2, 3), lib.ones(3, 1)),
    "slopes of another dtype": lambda lib, nn: nn.PReLU()(lib.ones(2).double()),
    "slopes of a float": lambda lib, nn: nn.functional.prelu(lib.ones(2), 0.5),
    "slopes of integers": lambda lib, nn: lib.prelu(lib.tensor([1]), lib.tensor([1])),
    "selu of integers by torch": lambda lib, nn: lib.selu(lib.tensor([1])),
    "a negative number of slopes": lambda lib, nn: nn.PReLU(-1),
    "too many arguments": lambda lib, nn: nn.LogSigmoid(1),
    "a slope as dtype": lambda lib, nn: nn.PReLU(2, dtype=lib.int64),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    same_words(*both(lambda lib: MISTAKES[name](lib, lib.nn)), 0)
