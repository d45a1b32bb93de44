"""Dropout: what is dropped from a seed, and what the others become."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.nn import functional


def test_the_numbers_dropped_are_torchs():
    torch.manual_seed(0)
    y = nn.Dropout(0.3)(torch.ones(8))
    expected = [0, 0, 1, 0, 1, 0, 1, 1]  # of torch 2.13
    assert (y != 0).tolist() == [bool(x) for x in expected]
    np.testing.assert_allclose(y[y != 0].numpy(), 1 / 0.7, rtol=1e-6)


def test_the_expected_sum_stays():
    torch.manual_seed(0)
    y = nn.Dropout(0.25)(torch.ones(100_000))
    assert abs(y.mean().item() - 1) < 0.01
    assert set(np.unique(y.numpy()).round(4)) == {0, np.float32(1.3333)}


def test_what_is_dropped_gets_no_gradient():
    x = torch.ones(50, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_whole_channels_are_dropped():
    torch.manual_seed(0)
    y = nn.Dropout2d(0.5)(torch.ones(4, 8, 3, 3)).numpy().reshape(32, 9)
    assert all(len(set(channel)) == 1 for channel in y)
    assert {float(channel[0]) for channel in y} == {0.0, 2.0}


@pytest.mark.parametrize("layer", [nn.Dropout(0.5).eval(), nn.Dropout(0.0), nn.Dropout2d(0)])
def test_nothing_is_done_and_no_number_drawn(layer):
    torch.manual_seed(0)
    x = torch.ones(2, 3, 4, 4)
    assert layer(x) is x
    assert torch.rand(1).item() == pytest.approx(0.49625658988952637)


def test_values_are_dropped_like_tensors():
    torch.manual_seed(0)
    expected = functional.dropout(torch.ones(6, dtype=torch.float64))
    torch.manual_seed(0)
    values = functional.dropout([Value(1.0) for _ in range(6)])
    assert [value.data for value in values] == expected.tolist()
    with pytest.raises(NotImplementedError, match="inplace"):
        functional.dropout([Value(1.0)], inplace=True)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"between 0 and 1, but got 1\.5"):
        nn.Dropout(1.5)
    with pytest.raises(RuntimeError, match="Long"):
        functional.dropout(torch.tensor([1, 2]))
    with pytest.raises(TypeError, match="must be Tensor, not list"):
        functional.dropout([1.0])
    with pytest.warns(UserWarning, match="3D input"):
        functional.dropout2d(torch.ones(2, 3, 4))
