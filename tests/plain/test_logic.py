"""Logic, bits, and questions about numbers: what holds without torch."""

import math

import pytest

import tinygrad_edu as torch


def test_a_number_is_true_unless_it_is_0() -> None:
    a = torch.tensor([0.0, -0.0, math.nan, 2.0])
    b = torch.tensor([0, 1, 0, -1])
    assert torch.logical_not(a).tolist() == [True, True, False, False]
    assert a.logical_and(b).tolist() == [False, False, False, True]
    assert a.logical_or(b).tolist() == [False, True, True, True]
    assert a.logical_xor(b).tolist() == [False, True, True, False]


def test_bits_are_combined_as_python_combines_those_of_ints() -> None:
    numbers = [0, 1, 5, -1, -8, 123456789]
    for first in numbers:
        x = torch.tensor(numbers)
        assert torch.bitwise_and(x, first).tolist() == [n & first for n in numbers]
        assert torch.bitwise_or(first, x).tolist() == [n | first for n in numbers]
        assert x.bitwise_xor(first).tolist() == [n ^ first for n in numbers]
    for by in (0, 1, 7):
        assert (x << by).tolist() == [n << by for n in numbers]
        assert (x >> by).tolist() == [n >> by for n in numbers]
    assert torch.bitwise_not(x).tolist() == [~n for n in numbers]


def test_isclose_is_not_symmetric() -> None:
    a, b = torch.tensor([1.0]), torch.tensor([1.1])
    assert not torch.isclose(b, a, rtol=0.095, atol=0.0)
    assert torch.isclose(a, b, rtol=0.095, atol=0.0)


def test_nothing_is_changed_and_no_gradient_is_asked_for() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    for result in (torch.logical_not(x), x.isclose(x), torch.isin(x, 1.0), x.signbit()):
        assert not result.requires_grad and result.dtype is torch.bool
    assert x.tolist() == [1.0, -2.0]


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda x: torch.logical_and(x, 1), TypeError, "'other' must be Tensor, not int"),
        (lambda x: torch.isclose(x, x.double()), RuntimeError, r"Float did not match Double.*\.to"),
        (lambda x: torch.isclose(x, torch.ones(3)), RuntimeError, r"shapes \[2\] and \[3\]"),
        (lambda x: torch.bitwise_not(x), NotImplementedError, "for 'Float'"),
        (lambda x: x << 1, NotImplementedError, "floats have no bits"),
        (lambda x: torch.isin(x, [1.0]), TypeError, r"not \(Tensor, list\)"),
    ],
)
def test_refusals(function: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        function(torch.tensor([1.0, 2.0]))
