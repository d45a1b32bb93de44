"""The activations without torch: known numbers, slopes, saturation, and `Value`s one by one."""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.autograd import topological_order
from tinygrad_edu.nn import functional

INPUT = [-2.0, -0.5, 0.0, 0.5, 8.0]
ERF = [math.erf(x / math.sqrt(2)) for x in INPUT]
KNOWN = {
    "Softplus()": [math.log1p(math.exp(x)) for x in INPUT],
    "Softplus(2.0, 1.5)": [0.5 * math.log1p(math.exp(2 * x)) for x in INPUT[:4]] + [8.0],
    "ELU(0.5)": [0.5 * math.expm1(-2), 0.5 * math.expm1(-0.5), 0.0, 0.5, 8.0],
    "SELU()": [-1.5201664, -0.69175819, 0.0, 0.52535049, 8.4056079],
    "GELU()": [x / 2 * (1 + e) for x, e in zip(INPUT, ERF, strict=True)],
    "GELU('tanh')": [-0.045402306, -0.15428599, 0.0, 0.34571401, 8.0],
    "SiLU()": [x / (1 + math.exp(-x)) for x in INPUT],
    "Softsign()": [-2 / 3, -1 / 3, 0.0, 1 / 3, 8 / 9],
    "Hardtanh()": [-1.0, -0.5, 0.0, 0.5, 1.0],
    "Hardtanh(-0.25, 3)": [-0.25, -0.25, 0.0, 0.5, 3.0],
    "ReLU6()": [0.0, 0.0, 0.0, 0.5, 6.0],
    "LogSigmoid()": [-math.log1p(math.exp(-x)) for x in INPUT],
    "PReLU(init=0.5)": [-1.0, -0.25, 0.0, 0.5, 8.0],
}


@pytest.mark.parametrize("text", KNOWN)
def test_known_numbers(text):
    module = eval(f"nn.{text}").double()
    x = torch.tensor(INPUT, dtype=torch.float64)
    np.testing.assert_allclose(module(x).detach().numpy(), KNOWN[text], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("text", KNOWN)
def test_values_give_the_numbers_and_gradients_of_tensors(text):
    tensors, values = (eval(f"nn.{text}").double() for _ in range(2))
    values.to(Value)
    x = torch.tensor(INPUT, dtype=torch.float64, requires_grad=True)
    weights = torch.arange(1.0, 6.0, dtype=torch.float64)
    expected = tensors(x)
    (expected * weights).sum().backward()
    leaves = [Value(number) for number in INPUT]
    found = values(leaves)
    assert found.shape == (5,)
    np.testing.assert_allclose([y.data for y in found], expected.tolist(), rtol=1e-12)
    (found * weights.numpy()).sum().backward()
    np.testing.assert_allclose([leaf.grad for leaf in leaves], x.grad.tolist(), rtol=1e-12)
    gradients = [p.grad.item() for p in tensors.parameters()]
    assert [p.grad for p in values.parameters()] == gradients


@pytest.mark.parametrize("text", [text for text in KNOWN if "Softsign" not in text])
def test_one_node_for_each_number(text):
    y = eval(f"nn.{text}").to(Value)([Value(0.3)])[0]
    assert sum(value.op is not None for value in topological_order([y])) == 1


FAR = {
    "Softplus()": [0.0, 1000.0, 1.0],
    "ELU()": [-1.0, 1000.0, 1.0],
    "GELU()": [0.0, 1000.0, 1.0],
    "GELU('tanh')": [0.0, 1000.0, 1.0],
    "SiLU()": [0.0, 1000.0, 1.0],
    "LogSigmoid()": [-1000.0, 0.0, 0.0],
    "Hardtanh()": [-1.0, 1.0, 0.0],
}


@pytest.mark.parametrize("text", FAR)
def test_far_from_0_nothing_overflows(text):
    x = torch.tensor([-1000.0, 1000.0], dtype=torch.float64, requires_grad=True)
    y = eval(f"nn.{text}")(x)
    y.sum().backward()
    low, high, slope = FAR[text]
    assert y.tolist() == [low, high]
    assert x.grad.tolist() == [1.0 - slope if text == "LogSigmoid()" else 0.0, slope]
    values = eval(f"nn.{text}")([Value(-1000.0), Value(1000.0)])
    assert [value.data for value in values] == [low, high]


def test_saturation_is_exact():
    x = torch.tensor([-40.0], dtype=torch.float64, requires_grad=True)
    for function in (functional.softplus, functional.elu):
        (slope,) = torch.autograd.grad(function(x), x)
        assert slope.item() == pytest.approx(math.exp(-40), rel=1e-14)
    assert functional.logsigmoid(-x).item() == pytest.approx(-math.exp(-40), rel=1e-14)


def test_second_derivatives_at_large_numbers_are_no_nan():
    x = torch.tensor([1000.0, -1000.0], dtype=torch.float64, requires_grad=True)
    for function in (functional.softplus, functional.elu, functional.selu, functional.silu):
        (slope,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), x)
        assert bend.tolist() == [0.0, 0.0]


def test_erf_is_pythons_to_the_last_digits():
    points = np.concatenate([np.linspace(-7, 7, 20001), [1e-310, 5e-324, 1e300, -1e300]])
    found = torch.erf(torch.tensor(points)).numpy()
    np.testing.assert_allclose(found, [math.erf(x) for x in points], rtol=1e-15, atol=0)
    special = torch.erf(torch.tensor([math.inf, -math.inf, math.nan, -0.0])).tolist()
    assert special[:2] == [1.0, -1.0]
    assert math.isnan(special[2])
    assert math.copysign(1, special[3]) == -1
    assert torch.erf(torch.tensor([0.5])).dtype is torch.float32
    assert Value(0.5).erf().data == math.erf(0.5)


def test_x_ln_y_is_0_where_x_is_0():
    assert torch.xlogy(torch.zeros(3), torch.tensor([0.0, 2.0, math.inf])).tolist() == [0.0] * 3
    assert Value(0.0).xlogy(0.0).data == 0.0


def test_slopes_that_are_learnt():
    layer = nn.PReLU(2).double()
    x = torch.tensor([[-1.0, -3.0], [2.0, -5.0]], dtype=torch.float64)
    layer(x).sum().backward()
    assert layer.weight.grad.tolist() == [-1.0, -8.0]
    assert repr(layer) == "PReLU(num_parameters=2)"


REPRS = {
    "Softplus(2)": "Softplus(beta=2, threshold=20.0)",
    "ELU(inplace=True)": "ELU(alpha=1.0, inplace=True)",
    "SELU()": "SELU()",
    "SiLU(True)": "SiLU(inplace=True)",
    "GELU('tanh')": "GELU(approximate='tanh')",
    "Hardtanh(0, 2, True)": "Hardtanh(min_val=0, max_val=2, inplace=True)",
    "ReLU6()": "ReLU6()",
    "LogSigmoid()": "LogSigmoid()",
}


@pytest.mark.parametrize("text", REPRS)
def test_reprs(text):
    assert repr(eval(f"nn.{text}")) == REPRS[text]


@pytest.mark.parametrize("text", ["ELU(inplace=True)", "SELU(True)", "SiLU(True)", "ReLU6(True)"])
def test_in_place(text):
    module = eval(f"nn.{text}")
    x = torch.tensor(INPUT, requires_grad=True)
    hidden = x * 1.0
    assert module(hidden) is hidden
    hidden.sum().backward()
    again = torch.tensor(INPUT, requires_grad=True)
    module(again * 1.0).sum().backward()
    assert x.grad.tolist() == again.grad.tolist()
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        module(x)
    values = np.array([Value(-1.0)], dtype=object)
    assert module(values) is values


REFUSED = {
    "integers": (NotImplementedError, "gelu.*Long", lambda: nn.GELU()(torch.tensor([1]))),
    "bools": (RuntimeError, "Bool", lambda: nn.ReLU6()(torch.tensor([True]))),
    "bytes": (RuntimeError, "unsigned",
              lambda: nn.Hardtanh()(torch.tensor([1], dtype=torch.uint8))),
    "infinite bounds": (RuntimeError, "is -inf or 1",
                        lambda: functional.hardtanh(torch.tensor([1]), -math.inf, 1)),
    "a list": (TypeError, "must be Tensor, not list", lambda: nn.Softsign()([1.0])),
    "approximation": (RuntimeError, "either none or tanh, not 'x'",
                      lambda: nn.GELU("x")(torch.ones(1))),
    "bounds": (AssertionError, "must be greater", lambda: nn.Hardtanh(1, 0)),
    "channels": (RuntimeError, r"numbers = 2 and channel size = 3.*\[2, 3\]",
                 lambda: nn.PReLU(2)(torch.ones(2, 3))),
    "a tensor of slopes": (TypeError, "the weight is a Tensor",
                           lambda: nn.PReLU()([Value(1.0)])),
    "alpha": (TypeError, "argument 'alpha' must be a number",
              lambda: functional.elu(torch.ones(1), "1")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_mistakes(name):
    kind, message, call = REFUSED[name]
    with pytest.raises(kind, match=message):
        call()
