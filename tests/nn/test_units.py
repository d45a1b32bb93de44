"""Further activations, padding and distances without torch: known numbers, and `Value`s."""

import math

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.nn import functional

INPUT = [-4.0, -1.0, -0.25, 0.0, 0.75, 8.0]
KNOWN = {
    "CELU(2.0)": [x if x > 0 else 2 * math.expm1(x / 2) for x in INPUT],
    "Mish()": [x * math.tanh(math.log1p(math.exp(x))) for x in INPUT],
    "Hardswish()": [0.0, -1 / 3, -0.25 * 2.75 / 6, 0.0, 0.75 * 3.75 / 6, 8.0],
    "Hardsigmoid()": [0.0, 1 / 3, 2.75 / 6, 0.5, 3.75 / 6, 1.0],
    "Hardshrink()": [-4.0, -1.0, 0.0, 0.0, 0.75, 8.0],
    "Softshrink(0.25)": [-3.75, -0.75, 0.0, 0.0, 0.5, 7.75],
    "Tanhshrink()": [x - math.tanh(x) for x in INPUT],
    "Threshold(0.5, 20.0)": [20.0, 20.0, 20.0, 20.0, 0.75, 8.0],
    "GLU()": [-2.0, -1 / (1 + math.exp(-0.75)), -0.25 / (1 + math.exp(-8.0))],
    "Softmin(0)": [math.exp(-x) / sum(math.exp(-z) for z in INPUT) for x in INPUT],
}


@pytest.mark.parametrize("text", KNOWN)
def test_known_numbers(text: str) -> None:
    x = torch.tensor(INPUT, dtype=torch.float64)
    found = eval(f"nn.{text}", {"nn": nn})(x)
    np.testing.assert_allclose(found.numpy(), KNOWN[text], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", KNOWN)
def test_values_give_the_numbers_and_gradients_of_tensors(text: str) -> None:
    module = eval(f"nn.{text}", {"nn": nn})
    x = torch.tensor(INPUT, dtype=torch.float64, requires_grad=True)
    expected = module(x)
    weights = list(range(1, expected.numel() + 1))
    (expected * torch.tensor(weights)).sum().backward()
    leaves = [Value(number) for number in INPUT]
    found = module(leaves)
    np.testing.assert_allclose([float(y) for y in found], expected.tolist(), rtol=1e-12)
    sum(y * w for y, w in zip(found, weights, strict=True)).backward()
    gradients = [0.0 if leaf.grad is None else leaf.grad for leaf in leaves]
    np.testing.assert_allclose(gradients, x.grad.numpy(), rtol=1e-12)


def test_what_is_in_place_changes_the_input_and_counts_it() -> None:
    for text in ("CELU(1.0, True)", "Mish(True)", "Hardswish(True)", "Threshold(0.0, 1.0, True)"):
        x = torch.tensor([-1.0, 2.0])
        y = eval(f"nn.{text}", {"nn": nn})(x)
        assert y is x and x._version == 1 and x[0] != -1.0


def test_padding_of_values_keeps_them() -> None:
    x = np.array([Value(2.0), Value(3.0)])
    padded = functional.pad(x, (1, 2), value=5.0)
    assert [float(y) for y in padded] == [5.0, 2.0, 3.0, 5.0, 5.0]
    assert padded[1] is x[0] and padded[2] is x[1]


def test_padding_and_cutting_off_again_gives_the_tensor() -> None:
    x = torch.randn(2, 3, 4)
    for amounts in ((1, 2), (0, 3, 2, 1), (1, 1, 2, 0, 3, 1)):
        padded = functional.pad(x, amounts, value=9.0)
        assert padded.numel() > x.numel()
        assert torch.equal(functional.pad(padded, [-amount for amount in amounts]), x)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_is_numpys(mode: str) -> None:
    array = np.arange(12.0).reshape(3, 4)
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    expected = np.pad(array, ((0, 0), (3, 2)), mode=names[mode])
    assert functional.pad(torch.tensor(array), (3, 2), mode).tolist() == expected.tolist()


def test_normalized_vectors_have_length_1_and_cosines_are_of_their_angles() -> None:
    x = torch.randn(5, 3, dtype=torch.float64)
    y = functional.normalize(x)
    np.testing.assert_allclose(y.norm(dim=1).numpy(), np.ones(5), rtol=1e-12)
    np.testing.assert_allclose(functional.cosine_similarity(x, x * 3).numpy(), 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        functional.cosine_similarity(x, -x[:1]).numpy(), -(y @ y[0]).numpy(), rtol=1e-12
    )


def test_options_that_are_not_there_are_refused() -> None:
    with pytest.raises(NotImplementedError, match="out= is not there"):
        functional.normalize(torch.ones(2, 2), out=torch.ones(2, 2))
    with pytest.raises(TypeError, match="must be Tensor, not list"):
        functional.cosine_similarity([1.0], [2.0])
