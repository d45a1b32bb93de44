"""Dtypes of elementwise operations, mixed with each other and with numbers, as torch has them."""

from itertools import product

import pytest
from cases import run
from comparing import programs, same_in_both

import tinygrad_edu

torch = pytest.importorskip("torch", reason="dtypes are compared with those of torch")

DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")
UNARY = (
    "floor", "ceil", "round", "trunc", "frac", "fix", "sign", "sgn", "sinh", "cosh", "asinh",
    "acosh", "atanh", "asin", "acos", "atan", "sinc", "deg2rad", "rad2deg", "log2", "log10",
    "exp2", "logit", "erfc", "positive", "nan_to_num", "arcsin", "arccos", "arctan", "arcsinh",
    "arccosh", "arctanh", "celu", "hardshrink",
)  # fmt: skip
BINARY = (
    "fmod", "remainder", "floor_divide", "div", "true_divide", "divide", "atan2", "arctan2",
    "hypot", "logaddexp", "logaddexp2", "xlogy", "rsub", "heaviside", "copysign", "fmax",
    "fmin", "float_power", "clamp_min", "clamp_max",
)  # fmt: skip
WITH_NUMBERS = (
    "fmod", "remainder", "floor_divide", "div", "true_divide", "xlogy", "rsub", "copysign",
    "float_power", "clamp_min", "clamp_max",
)  # fmt: skip
NUMBERS_FIRST = ("remainder", "floor_divide", "float_power", "xlogy")
"""Functions whose first operand may be a number."""


def same(program: str) -> None:
    """Run a program under both libraries and compare what it comes to."""
    same_in_both(program, torch)


def of(kind: str, *numbers: float) -> str:
    """Write a tensor of a dtype."""
    return f"torch.tensor({list(numbers)}).to(torch.{kind})"


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(name: str, kind: str) -> None:
    same(f"torch.{name}({of(kind, 0, 1, 3)})")


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_tensors(name: str) -> None:
    for first, second in product(DTYPES, repeat=2):
        same(f"torch.{name}({of(first, 0, 1, 7)}, {of(second, 1, 2, 3)})")
        same(f"torch.{name}({of(first, 0, 1, 7)}, {of(second, 1)}[0])")


@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_functions_of_a_tensor_and_a_number(name: str) -> None:
    for kind, number in product(DTYPES, (2, 2.5, True)):
        if name.startswith("clamp") and kind == "bool" and number is True:
            continue  # torch refuses True as a bound, and takes a tensor of it
        same(f"torch.{name}({of(kind, 0, 1, 7)}, {number})")
        if name in NUMBERS_FIRST:
            same(f"torch.{name}({number}, {of(kind, 1, 1, 7)})")


@pytest.mark.parametrize("sign", ["//", "%", "&", "|", "^", "<<", ">>"])
def test_operators(sign: str) -> None:
    for first, second in product(DTYPES, repeat=2):
        same(f"{of(first, 0, 1, 7)} {sign} {of(second, 1, 2, 3)}")
    for kind, number in product(DTYPES, (2, 2.5, True)):
        same(f"{of(kind, 0, 1, 7)} {sign} {number}")
        same(f"{number} {sign} {of(kind, 1, 1, 7)}")
    for other in ("'a'", "None", "[1, 2, 3]"):
        same(f"{of('int64', 0, 1, 7)} {sign} {other}")


@pytest.mark.parametrize("mode", ["trunc", "floor"])
def test_rounded_division(mode: str) -> None:
    for first, second in product(DTYPES, repeat=2):
        same(f"{of(first, 0, 5, 7)}.div({of(second, 1, 2, 3)}, rounding_mode='{mode}')")
    for kind in ("int64", "int8", "float64"):
        same(
            f"torch.div({of(kind, -7, -6, 6, 7, 5)}, {of(kind, 3, -3, -4, 4, -5)}, "
            f"rounding_mode='{mode}')"
        )


@programs("""
torch.tensor([-7, -6, 6, 7, 0]) // torch.tensor([3, -3, -4, 4, 5])
torch.tensor([-7, -6, 6, 7, 0]) % torch.tensor([3, -3, -4, 4, 5])
torch.fmod(torch.tensor([-7, -6, 6, 7, 0]), torch.tensor([3, -3, -4, 4, 5]))
torch.tensor([-7.5, -6, 6, 0.3]) // torch.tensor([0.1, -3, -4, 0.1])
torch.tensor([-7.5, -6, 6, 0.3]) % torch.tensor([0.1, -3, -4, 0.1])
torch.tensor([1, 2]) // 0
torch.tensor([1, 2]) % 0
torch.tensor([1, 2]) % torch.tensor([1, 0])
torch.fmod(torch.tensor([1, 2]), 0)
torch.div(torch.tensor([1, 2]), 0, rounding_mode='trunc')
torch.div(torch.tensor([1, 2]), 0, rounding_mode='floor')
torch.tensor([1.0, -2.0, 0.0]) // 0
torch.tensor([1.0, -2.0, 0.0]) % 0
5 // torch.tensor([2, -2])
5 % torch.tensor([3, -3])
torch.tensor([5], dtype=torch.uint8) // -1
torch.tensor([5], dtype=torch.uint8) % -3
torch.tensor([5], dtype=torch.int8) // 300
torch.tensor([2**62, -2**62]) // 3
torch.tensor([2**62, -2**62]) % 7
torch.tensor([2**62 + 1]).floor()
torch.tensor([2**62 + 1]).round()
torch.remainder(torch.tensor(-4.0), 2).tolist()
torch.round(torch.tensor([0.5, 1.5, 2.5, -0.5]))
torch.round(torch.tensor([125, 135]), decimals=-1)
torch.round(torch.tensor([1.25, 135.0]), decimals=-1)
torch.round(torch.tensor([1.005, 2.675]), decimals=2)
torch.div(torch.tensor([1.0]), 2, rounding_mode='ceil')
torch.div(torch.tensor([1.0]), 2, rounding_mode=3)
torch.div(torch.tensor([1.0]), torch.tensor([1.0, 2.0]).reshape(2, 1), rounding_mode='floor')
torch.ones(2) // torch.ones(3)
torch.ones(2) % torch.ones(3)
torch.ones(2, dtype=torch.int64) << torch.ones(3, dtype=torch.int64)
torch.tensor([1, 2, -1]) << 64
torch.tensor([1, 2, -1]) >> 64
torch.tensor([1, 2, -1]) << -1
torch.tensor([1, 2, -1]) >> -1
torch.tensor([1, 200], dtype=torch.uint8) << 1
torch.tensor([1, 200], dtype=torch.uint8) >> -1
1 << torch.tensor([1, 2, 62])
1000 >> torch.tensor([1, 2, 62])
torch.nan_to_num(torch.tensor([nan, inf, -inf, 1.0]))
torch.nan_to_num(torch.tensor([nan, inf, -inf, 1.0]).double())
torch.nan_to_num(torch.tensor([nan, inf]), 1, posinf=1e300)
torch.nan_to_num(torch.tensor([1, 2]), 1.5)
torch.rsub(torch.tensor([1, 2]), 2.5)
torch.rsub(torch.tensor([1, 2]), torch.tensor([1, 2]), alpha=2.5)
torch.rsub(torch.tensor([1.0, 2]), torch.tensor([1, 2]), alpha=2.5)
torch.rsub(torch.tensor([1, 2]), torch.tensor([1, 2]), alpha=2)
torch.addcmul(torch.tensor([1, 2]), torch.tensor([3, 4]), torch.tensor([5, 6]))
torch.addcmul(torch.tensor([1, 2]), torch.tensor([3, 4]), torch.tensor([5, 6]), value=2.5)
torch.addcmul(torch.tensor([1.0, 2]), torch.tensor([3, 4]), torch.tensor([5, 6]), value=2.5)
torch.addcmul(torch.tensor([True]), torch.tensor([True]), torch.tensor([True]))
torch.addcmul(torch.ones(2), torch.ones(2), torch.ones(2).double())
torch.addcmul(torch.ones(2), torch.ones(2), torch.ones(3))
torch.addcdiv(torch.tensor([1, 2]), torch.tensor([3, 4]), torch.tensor([5, 6]))
torch.addcdiv(torch.tensor([1.0, 2]), torch.tensor([3, 4]), torch.tensor([5, 6]))
torch.addcdiv(torch.tensor([1, 2]), torch.tensor([3.0, 4]), torch.tensor([5, 6]))
torch.addcdiv(torch.tensor([1, 2]), torch.tensor([3, 4]), torch.tensor([5.0, 6]), value=0.5)
torch.lerp(torch.tensor([1, 2]), torch.tensor([3, 4]), 0.5)
torch.lerp(torch.tensor([1.0, 2]), torch.tensor([3.0, 4]).double(), 0.5)
torch.lerp(torch.tensor([1.0, 2]), torch.tensor([3.0, 4]), torch.tensor([0.5]).double())
torch.lerp(torch.tensor([1.0, 2]), torch.tensor([3.0, 4]), torch.tensor(0.5).double())
torch.lerp(torch.tensor([1.0, 2]), torch.tensor([3.0, 4]), 1)
torch.lerp(torch.tensor([1.0, 2]), torch.ones(3), 0.5)
torch.celu(torch.ones(2), 0)
torch.threshold(torch.tensor([1, 2]), 1.5, 20)
torch.threshold(torch.tensor([1, 2]), 1, 20)
torch.threshold(torch.tensor([True]), 0, 1)
torch.threshold(torch.tensor([1, 2], dtype=torch.uint8), -1, -1)
torch.heaviside(torch.tensor([-1.0, 0.0, 2.0, nan]), torch.tensor([0.5]))
torch.heaviside(torch.tensor([-1, 0, 2]), torch.tensor([5]))
torch.heaviside(torch.tensor([-1, 0, 2]), 5)
torch.positive(torch.ones(2, requires_grad=True)).requires_grad
torch.logit(torch.tensor([0, 1]))
torch.logit(torch.tensor([0.0, 0.5, 1.0, 2.0, -1.0, nan]))
torch.logit(torch.tensor([0.0, 0.5, 1.0, 2.0, -1.0, nan]), eps=1e-6)
torch.special.expit(torch.tensor([0, 1]))
torch.special.xlogy(torch.tensor([0.0, 2.0]), 3)
torch.special.entr(torch.tensor([-1.0, 0.0, 0.5, nan, inf]))
torch.special.entr(torch.tensor([0, 2]))
torch.special.erfc(torch.tensor([-1.0, 5.0, 20.0, inf]).double()).tolist()
torch.special.exp2(torch.tensor([3, -1]))
torch.special.round(torch.tensor([2.675, -0.5]), decimals=2)
torch.special.softmax(torch.tensor([1.0, 2.0]), 0)
torch.special.log_softmax(torch.tensor([1.0, 2.0]), dim=0)
torch.special.logsumexp(torch.tensor([1.0, 2.0]), 0)
torch.special.sinc(torch.tensor([0.0, 0.5]))
torch.special.log1p(torch.tensor(1))
torch.special.expm1(torch.tensor(1))
torch.special.erf(torch.tensor(1))
torch.logaddexp(torch.tensor([-inf, inf, 1000.0]), torch.tensor([-inf, inf, 1000.0]))
torch.logaddexp2(torch.tensor([-inf, inf, 1000.0]), torch.tensor([-inf, inf, 999.0]))
torch.hypot(torch.tensor([3e38, inf, nan]), torch.tensor([1e38, nan, 0.0]))
""")
def test_values_and_errors(program: str) -> None:
    same(program)


@pytest.mark.parametrize("program", [
    "x = torch.tensor([7.0, -7.0], requires_grad=True); (x // 2).sum().backward()",
    "x = torch.tensor([7.0, -7.0], requires_grad=True); (x // 2 + x).backward(torch.ones(2))",
    "x = torch.tensor([1.0], requires_grad=True); torch.heaviside(x, x.detach()).backward()",
])  # fmt: skip
def test_what_has_no_derivative_says_so(program: str) -> None:
    messages = []
    for library in (tinygrad_edu, torch):
        with pytest.raises(RuntimeError, match="derivative for aten::") as refusal:
            run(program, library)
        messages.append(str(refusal.value).split(":")[2].split(" ")[0])
    assert messages[0] == messages[1]
