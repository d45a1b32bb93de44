"""Initialisations: what the drawn numbers satisfy, and mistakes."""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.nn import init


@pytest.mark.parametrize("sizes", [(5, 3), (3, 5), (4, 4), (4, 2, 3)])
def test_orthogonal_matrices(sizes):
    w = init.orthogonal_(torch.empty(*sizes, dtype=torch.float64), gain=3).numpy()
    w = w.reshape(sizes[0], -1)
    square = w @ w.T if w.shape[0] < w.shape[1] else w.T @ w
    np.testing.assert_allclose(square, 9 * np.eye(len(square)), atol=1e-12)


def test_identity():
    assert init.eye_(torch.ones(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


BOUNDS = [(0, 1, -2, 2), (0, 1, -0.1, 0.1), (0, 1, 2, 3), (5, 0.1, 4.9, 5.2)]


@pytest.mark.parametrize(("mean", "std", "a", "b"), BOUNDS)
def test_truncated_normal_numbers(mean, std, a, b):
    torch.manual_seed(0)
    w = init.trunc_normal_(torch.empty(20_000, dtype=torch.float64), mean, std, a, b).numpy()
    assert a <= w.min() and w.max() <= b
    low, high = ((x - mean) / std for x in (a, b))
    mass = (math.erf(high / 2**0.5) - math.erf(low / 2**0.5)) / 2
    density = [math.exp(-x * x / 2) / math.sqrt(2 * math.pi) for x in (low, high)]
    expected = mean + std * (density[0] - density[1]) / mass
    assert w.mean() == pytest.approx(expected, abs=0.02 * (b - a))


def test_bounds_far_from_the_mean_are_warned_of():
    with pytest.warns(UserWarning, match="mean is more than 2 std"):
        init.trunc_normal_(torch.empty(3), a=3.0, b=4.0)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: init.orthogonal_(torch.empty(3)), ValueError, r"shape \[3\]"),
        (lambda: init.eye_(torch.empty(3)), ValueError, r"shape \[3\]"),
        (lambda: init.trunc_normal_(torch.empty(3), a=2.0, b=1.0), RuntimeError, "uniform"),
    ],
)
def test_mistakes(call, error, text):
    with pytest.raises(error, match=text):
        call()
