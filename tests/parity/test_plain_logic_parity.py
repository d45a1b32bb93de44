"""Logic, bits, and questions about numbers against torch, for every dtype and special values."""

from itertools import product

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

TENSORS = (
    "torch.tensor([0.0, 1.5, -0.0])",
    "torch.tensor([nan, inf, -inf])",
    "torch.tensor([0.5, 1.5, 0.0], dtype=torch.float64)",
    "torch.tensor([0, 1, -7])",
    "torch.tensor([[1], [6]], dtype=torch.int32)",
    "torch.tensor([0, 200, 7], dtype=torch.uint8)",
    "torch.tensor([True, False, True])",
    "torch.tensor(3)",
    "torch.tensor(True)",
    "torch.tensor([])",
    "torch.tensor([1, 2])",
)
OPERANDS = (*TENSORS, "2", "2.5", "True", "'a'")
ONE = (
    "logical_not", "bitwise_not", "isposinf", "isneginf", "isreal", "signbit", "isnan",
    "isinf", "isfinite",
)  # fmt: skip
TWO = (
    "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor",
    "bitwise_left_shift", "bitwise_right_shift", "isclose", "allclose", "equal", "isin",
)  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_tensor(name: str) -> None:
    for x in TENSORS:
        same_in_both(f"torch.{name}({x})", torch)
        same_in_both(f"{x}.{name}()", torch)


@pytest.mark.parametrize("name", [name for name in ONE if not name.startswith("is")])
def test_functions_of_one_tensor_refuse_numbers(name: str) -> None:
    same_in_both(f"torch.{name}(1)", torch)


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two(name: str) -> None:
    for a, b in product(OPERANDS, repeat=2):
        same_in_both(f"torch.{name}({a}, {b})", torch)
        if a in TENSORS and name != "isin":
            same_in_both(f"{a}.{name}({b})", torch)


@programs("""
torch.isclose(torch.tensor([1.0, 1.0]), torch.tensor([1.00001, 1.0001]))
torch.isclose(torch.tensor([1.0, 1.0]), torch.tensor([1.1, 1.3]), rtol=0.1, atol=0.1)
torch.isclose(torch.tensor([1.0, 1.0]), torch.tensor([1.1, 1.3]), 0.0, 0.2)
torch.isclose(torch.tensor([inf, nan, -inf, 1.0]), torch.tensor([inf, nan, inf, inf]))
torch.isclose(torch.tensor([inf, nan, nan]), torch.tensor([inf, nan, 1.0]), equal_nan=True)
torch.isclose(torch.tensor([1e38, -3e38]), torch.tensor([1.00001e38, 3e38]))
torch.isclose(torch.tensor([100000, 100000]), torch.tensor([100001, 100002]))
torch.isclose(torch.tensor([2**62]), torch.tensor([2**62 + 2**40]))
torch.isclose(torch.tensor([200]).to(torch.uint8), torch.tensor([100]).to(torch.uint8), rtol=1)
torch.isclose(torch.ones(2), torch.ones(2), rtol=-1)
torch.isclose(torch.ones(2), torch.ones(2), atol=-1.0)
torch.isclose(torch.ones(2), torch.ones(2), atol=nan)
torch.isclose(torch.ones(2), torch.ones(3))
torch.isclose(torch.ones(2), torch.ones(2, 1))
torch.isclose(torch.tensor([1.0]), torch.tensor([1.0]).double())
torch.allclose(torch.tensor([1.0, nan]), torch.tensor([1.0, nan]))
torch.allclose(torch.tensor([1.0, nan]), torch.tensor([1.0, nan]), equal_nan=True)
torch.allclose(torch.tensor([]), torch.tensor([]))
torch.allclose(torch.ones(2), torch.ones(2, 2))
torch.allclose(torch.ones(2), torch.ones(3))
torch.allclose(torch.ones(2), torch.ones(2) + 0.05, atol=0.1)
torch.equal(torch.ones(2), torch.ones(2, 1))
torch.equal(torch.tensor([1, 2]), torch.tensor([1.0, 2.0]))
torch.equal(torch.tensor([nan]), torch.tensor([nan]))
torch.isin(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[2], [3]]))
torch.isin(torch.tensor([1, 2, 2]), torch.tensor([2]), invert=True)
torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2]), assume_unique=True)
torch.isin(torch.tensor([1.0, nan]), torch.tensor([nan, 1.0]))
torch.isin(torch.tensor([16777217]), torch.tensor([16777216.0]))
torch.isin(3, torch.tensor([1, 3]))
torch.isin(torch.tensor([1, 3]), 3.5)
torch.isin(torch.arange(100).reshape(10, 10), torch.arange(0, 100, 7)).sum()
torch.isin(torch.tensor([1, 2]), [2])
torch.isin(1, 2)
torch.signbit(torch.tensor([-0.0, 0.0, -1.0, inf, -inf]))
torch.bitwise_and(3, 4)
torch.bitwise_and(12, torch.tensor([4, 10]))
torch.bitwise_left_shift(1, torch.tensor([4, 10]))
torch.bitwise_right_shift(torch.tensor([-9, 9]), 2)
torch.bitwise_not(torch.tensor([0, -1, 5]))
torch.logical_and(torch.ones(2, requires_grad=True), torch.ones(2)).requires_grad
""")  # fmt: skip
def test_values_and_errors(program: str) -> None:
    same_in_both(program, torch)
