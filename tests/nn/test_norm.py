"""Batch norm and layer norm: mean 0, variance 1, and the running numbers."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.nn import functional

LAYERS = {
    "BatchNorm1d(3)": ((8, 3), (0,)),
    "BatchNorm1d(3, affine=False)": ((8, 3, 5), (0, 2)),
    "BatchNorm2d(3)": ((8, 3, 4, 5), (0, 2, 3)),
    "LayerNorm(5)": ((8, 3, 5), (2,)),
    "LayerNorm((3, 5))": ((8, 3, 5), (1, 2)),
}


@pytest.mark.parametrize("text", LAYERS)
def test_mean_is_0_and_variance_1(text):
    shape, dims = LAYERS[text]
    y = eval(f"nn.{text}").double()(torch.randn(*shape, dtype=torch.float64) * 3 + 5)
    numbers = y.detach().numpy()
    np.testing.assert_allclose(numbers.mean(dims), 0, atol=1e-12)
    np.testing.assert_allclose(numbers.var(dims), 1, rtol=1e-4)  # but for eps


@pytest.mark.parametrize("text", LAYERS)
def test_a_shifted_or_scaled_input_makes_no_difference_so_its_gradient_has_no_such_part(text):
    shape, dims = LAYERS[text]
    layer = eval(f"nn.{text}").double()
    x = torch.randn(*shape, dtype=torch.float64).requires_grad_()
    y = layer(x)
    (y * torch.randn(*shape, dtype=torch.float64)).sum().backward()
    g = x.grad.numpy()
    np.testing.assert_allclose(g.sum(dims), 0, atol=1e-12)
    np.testing.assert_allclose((g * y.detach().numpy()).sum(dims), 0, atol=1e-3)  # but for eps


def test_running_numbers_follow_the_batches():
    layer = nn.BatchNorm1d(2, momentum=0.5)
    layer(torch.tensor([[0.0, 1.0], [2.0, 5.0]]))
    assert layer.running_mean.tolist() == [0.5, 1.5]
    assert layer.running_var.tolist() == [0.5 + 0.5 * 2, 0.5 + 0.5 * 8]
    assert layer.num_batches_tracked.item() == 1
    expected = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    assert list(layer.state_dict()) == expected


def test_without_a_momentum_they_are_the_average():
    layer = nn.BatchNorm1d(1, momentum=None)
    for mean in (1.0, 2.0, 6.0):
        layer(torch.tensor([[mean - 1], [mean + 1]]))
    assert layer.running_mean.item() == pytest.approx(3.0)
    assert layer.running_var.item() == pytest.approx(2.0)


def test_eval_uses_the_running_numbers_of_the_forward_pass():
    layer = nn.BatchNorm1d(1, affine=False)
    x = torch.tensor([[3.0], [5.0]], requires_grad=True)
    y = layer.eval()(x)
    layer.train()(torch.tensor([[100.0], [900.0]]))
    y.sum().backward()
    np.testing.assert_allclose(y.detach().numpy(), [[3], [5]], rtol=1e-4)
    np.testing.assert_allclose(x.grad.numpy(), 1, rtol=1e-4)


def test_a_refused_batch_changes_nothing():
    layer = nn.BatchNorm1d(3)
    for x in (torch.ones(1, 3), torch.ones(4, 2), torch.ones(4, 3).double()):
        with pytest.raises((ValueError, RuntimeError)):
            layer(x)
    assert layer.num_batches_tracked.item() == 0
    assert layer.running_mean.tolist() == [0, 0, 0]


@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_values_are_normalised_like_tensors(text, training):
    shape, _ = LAYERS[text]
    shape = (2, *shape[1:])
    one, other = (eval(f"nn.{text}").double().train(training) for _ in range(2))
    x = torch.randn(*shape, dtype=torch.float64)
    y = one(x)
    values = other.to(Value)(x.tolist())
    np.testing.assert_allclose([v.data for v in values.flat], y.detach().numpy().ravel())
    if "affine" not in text:
        y.square().sum().backward()
        (values**2).sum().backward()
        found = [v.grad for v in other.weight.flat]
        np.testing.assert_allclose(found, one.weight.grad.numpy().ravel(), atol=1e-9)
    back = other.to(torch.Tensor, dtype=torch.float64).state_dict()
    for name, tensor in one.state_dict().items():
        np.testing.assert_allclose(back[name].numpy(), tensor.numpy())


def test_infinite_numbers_stay_in_their_channel():
    y = functional.batch_norm(
        torch.tensor([[torch.inf, 1.0], [0.0, 3.0]]), None, None, training=True
    )
    assert torch.isnan(y).tolist() == [[True, False], [True, False]]
