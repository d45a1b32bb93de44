"""The course chapter's code: it runs with the import changed and prints what PyTorch prints.

The expected texts were printed by PyTorch 2.13.
"""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
import tinygrad_edu.nn as nn
from tinygrad_edu import Value


def test_sigmoid_of_random_numbers():
    torch.manual_seed(0)
    x = torch.rand(4)
    assert repr(x) == "tensor([0.4963, 0.7682, 0.0885, 0.1320])"
    assert repr(torch.sigmoid(x)) == "tensor([0.6216, 0.6831, 0.5221, 0.5330])"


def test_leaky_relu_of_random_numbers():
    torch.manual_seed(0)
    assert repr(torch.nn.functional.leaky_relu(torch.rand(10), 0.03)) == (
        "tensor([0.4963, 0.7682, 0.0885, 0.1320, 0.3074, 0.6341, 0.4901, 0.8964, 0.4556,\n"
        "        0.6323])"
    )


def test_mse_loss_and_its_gradient():
    torch.manual_seed(0)
    loss = nn.MSELoss()
    input = torch.randn(3, 5, requires_grad=True)
    target = torch.randn(3, 5)
    output = loss(input, target)
    output.backward()
    assert repr(output) == "tensor(1.6508, grad_fn=<MseLossBackward0>)"
    assert torch.allclose(input.grad, 2 * (input - target) / 15, rtol=1e-6)


def test_tanh_is_a_scaled_sigmoid_over_the_whole_range_of_floats():
    tiny = np.geomspace(1e-300, 1e308, 4001)
    for kind, two_units_in_the_last_place in ((torch.float64, 2**-51), (torch.float32, 2**-22)):
        with np.errstate(over="ignore", under="ignore"):
            x = torch.tensor(np.concatenate([-tiny, [0.0], tiny]), dtype=kind)
        difference = torch.tanh(x) - (2 * torch.sigmoid(2 * x) - 1)
        assert difference.abs().max().item() <= two_units_in_the_last_place


@pytest.mark.parametrize("x", [1000.0, -1000.0, 1e308, -1e308, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_saturation_is_exact(name, x):
    limit = {"sigmoid": float(x > 0), "tanh": math.copysign(1.0, x)}[name]
    value = Value(x)
    y = getattr(value, name)()
    y.backward()
    tensor = torch.tensor(x, requires_grad=True)
    z = getattr(tensor, name)()
    z.backward()
    assert (y.data, value.grad) == (z.item(), tensor.grad.item()) == (limit, 0.0)


@pytest.mark.parametrize(("factor", "product"), [(0.9, 2.656e-5), (1.1, 13780.6)])
def test_a_chain_of_a_hundred_factors(factor, product):
    x = Value(1.0)
    y = x
    for _ in range(100):
        y = y * factor
    y.backward()
    assert x.grad == pytest.approx(product, rel=1e-4)


@pytest.mark.parametrize("loss", ["MSELoss", "L1Loss"])
def test_an_unknown_reduction_is_refused(loss):
    with pytest.raises(ValueError, match="'median' is not a valid value for reduction"):
        getattr(nn, loss)(reduction="median")(torch.ones(1), torch.ones(1))


def test_no_device_but_the_cpu():
    model = nn.Linear(2, 1)
    assert model.to("cpu") is model.to(device=torch.device("cpu")) is model
    for move in (lambda: model.to("cuda"), lambda: torch.ones(1).to(device="cuda")):
        with pytest.raises(RuntimeError, match="there is no device 'cuda'"):
            move()
