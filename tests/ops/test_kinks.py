"""Kinks, ties and edges: which of the possible gradients it is. They are torch's."""

from typing import Any

import numpy as np
import pytest
from cases import run

import tinygrad_edu

# call | the numbers in x | the gradient of its sum
TABLE_OF_KINKS = """
x.relu()                           | -inf, -1, -0.0, 0, 1, inf, nan | 0, 0, 0, 0, 1, 1, 1
torch.nn.functional.leaky_relu(x)  | -1, -0.0, 0, 1, nan            | 0.01, 0.01, 0.01, 1, 0.01
x.abs()                            | -inf, -1, 0, 1, nan            | -1, -1, 0, 1, 0
x.sign()                           | -inf, 0, 2, nan                | 0, 0, 0, 0
x.clamp(-1, 1)                     | -2, -1, 0, 1, 2, nan           | 0, 1, 1, 1, 0, 0
x.clamp(min=0)                     | -1, 0, 1                       | 0, 1, 1
x.clamp(1, -1)                     | -2, 0, 2                       | 0, 0, 0
x.maximum(0 * x.detach())          | -1, 0, 1, nan                  | 0, 0.5, 1, 1
x.minimum(0 * x.detach())          | -1, 0, 1, nan                  | 1, 0.5, 0, 1
x.max()                            | 3, 1, 3, 2                     | 0.5, 0, 0.5, 0
x.max()                            | 1, nan, 2                      | 0, 1, 0
x.min()                            | 1, 2, 1                        | 0.5, 0, 0.5
x.amax()                           | 3, 1, 3, 2                     | 0.5, 0, 0.5, 0
x.amax()                           | 1, nan, 2                      | nan, nan, nan
x.max(0).values                    | 3, 1, 3, 2                     | 1, 0, 0, 0
x.min(0).values                    | 2, 1, 1                        | 0, 1, 0
x.max(0).values                    | 1, nan, nan                    | 0, 1, 0
x.sqrt()                           | 0, 1, -1, inf                  | inf, 0.5, nan, 0
x.rsqrt()                          | 0, 1, inf                      | -inf, -0.5, -0
x.log()                            | 0, 1, -1, inf                  | inf, 1, -1, 0
x.reciprocal()                     | 0, -0.0, inf                   | -inf, -inf, -0
x ** 0                             | 0, -1, inf, nan                | 0, 0, 0, 0
x ** 1                             | 0, -1, inf                     | 1, 1, 1
x ** 2                             | 0, -1, inf                     | 0, -2, inf
x ** 0.5                           | 0, 1, inf                      | inf, 0.5, 0
x ** -1                            | 0, -1, inf                     | -inf, -1, -0
x ** 3                             | 0, -2                          | 0, 12
2 ** x                             | 0, -inf, inf                   | 0.693147, 0, inf
0 ** x                             | 0, 1, -1                       | 0, 0, -inf
torch.tensor(0.0) ** x             | 0, 1, 2                        | 0, 0, 0
x.floor()                          | -0.5, 0, 2, inf, nan           | 0, 0, 0, 0, 0
x.frac()                           | -0.5, 0, 2, inf, nan           | 1, 1, 1, 1, 1
x % 2                              | -3, 0, 2, nan                  | 1, 1, 1, 1
torch.tensor(-7.0) % x             | 2, -2, 0, inf                  | 4, -3, inf, 1
torch.fmod(torch.tensor(-7.0), x)  | 2, -2, inf                     | 3, -3, 0
x.asin()                           | -1, 0, 1, 2                    | inf, 1, inf, nan
x.acosh()                          | 1, 2, inf                      | inf, 0.57735, 0
x.atanh()                          | -1, 0, 1, inf                  | inf, 1, inf, -0
x.atan2(0 * x.detach())            | -1, 0, 1                       | 0, 0, 0
(0 * x.detach()).atan2(x)          | -1, 0, 1                       | 0, 0, 0
x.hypot(0 * x.detach())            | -2, 0, 2                       | -1, nan, 1
x.sinc()                           | -1, 0, 1                       | 1, 0, -1
x.logit()                          | 0, 0.5, 1, 2, nan              | inf, 4, inf, nan, nan
x.logit(0.25)                      | 0, 0.25, 0.5, 1                | 0, 5.333333, 4, 0
torch.special.entr(x)              | 0, 1, inf                      | inf, -1, -inf
x.logaddexp(torch.zeros_like(x))   | -inf, 0, inf                   | 0, 0.5, 1
x.nan_to_num()                     | -inf, 1, inf, nan              | 0, 1, 0, 0
x.copysign(-1.0)                   | -2, 0, 2                       | 1, 0, -1
x.fmax(0 * x.detach())             | -1, 0, 1                       | 0, 1, 1
x.fmin(x.detach() * nan)           | -1, 0, nan                     | 1, 1, 1
x.clamp_min(0)                     | -1, 0, 1, nan                  | 0, 1, 1, 0
x.clamp_max(0)                     | -1, 0, 1, nan                  | 1, 1, 0, 0
torch.nn.functional.celu(x)        | -inf, 0, 1                     | 0, 1, 1
torch.nn.functional.hardswish(x)   | -3, 0, 3                       | 0, 0.5, 1
torch.nn.functional.hardsigmoid(x) | -3, 0, 3, nan                  | 0, 0.166667, 0, 0
torch.nn.functional.hardshrink(x)  | -0.5, 0, 0.6                   | 0, 0, 1
torch.nn.functional.softshrink(x)  | -0.5, 0, 0.6                   | 0, 0, 1
torch.threshold(x, 1, 9)           | 0, 1, 2, nan                   | 0, 0, 1, 1
torch.lerp(0 * x.detach(), x, 0.5) | 0, 2, inf                      | 0.5, 0.5, 0.5
x.prod()                           | 0, 2, 3                        | 6, 0, 0
x.prod()                           | 0, 0, 3                        | 0, 0, 0
x.cumprod(0)                       | 0, 2, 3                        | 9, 0, 0
x.cumprod(0)                       | 2, 0, 3, 0                     | 1, 8, 0, 0
x.cummax(0).values                 | 2, 1, 2, 3                     | 2, 0, 1, 1
x.median()                         | 1, 2, 2, 3                     | 0, 0.5, 0.5, 0
x.median(0).values                 | 1, 2, 2, 3                     | 0, 1, 0, 0
x.nanmedian()                      | 1, nan, 3                      | 1, 0, 0
x.mode().values                    | 2, 1, 2                        | 0, 0, 1
x.nansum()                         | 1, nan, 2                      | 1, 0, 1
x.nanmean()                        | 1, nan, 2                      | 0.5, 0, 0.5
x.quantile(0.5)                    | 1, 2, 3, 4                     | 0, 0.5, 0.5, 0
x[:2].scatter_reduce(0, torch.tensor([0, 0]), x[2:], "amax") | 3, 1, 3, 2 | 0.5, 1, 0.5, 0
x[:2].scatter_reduce(0, torch.tensor([0, 0]), x[2:], "prod") | 2, 1, 0, 3 | 0, 1, 6, 0
x.std()                            | 2, 2, 2                        | 0, 0, 0
x.std()                            | 2                              | nan
x.var()                            | 2, 2                           | 0, 0
x.norm()                           | 0, 0                           | 0, 0
x.norm(1)                          | -1, 0, 2                       | -1, 0, 1
x.norm(inf)                        | 2, -2, 1                       | 0.5, -0.5, 0
x.norm(3)                          | 0, 0                           | 0, 0
x.logsumexp(0)                     | -inf, 0                        | 0, 1
x.logsumexp(0)                     | -inf, -inf                     | nan, nan
x.logsumexp(0)                     | inf, 0                         | nan, 0
x.softmax(0)[0]                    | -inf, 0                        | 0, 0
x.softmax(0)[0]                    | inf, 0                         | nan, nan
x.log_softmax(0)[1]                | 1000, -1000                    | -1, 1
x.sigmoid()                        | -1000, 0, 1000                 | 0, 0.25, 0
x.tanh()                           | -1000, 0, 1000                 | 0, 1, 0
x[[0, 0, 1]]                       | 1, 2, 3                        | 2, 1, 0
torch.where(x > 0, x.log(), 0 * x) | 1, 2                           | 1, 0.5
"""
KINKS = [[cell.strip() for cell in line.split("|")] for line in TABLE_OF_KINKS.strip().splitlines()]


@pytest.mark.parametrize(("call", "numbers", "gradient"), KINKS)
def test_gradients_at_kinks(call: str, numbers: str, gradient: str) -> None:
    assert_gradient(tinygrad_edu, call, numbers, gradient)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's advice
def test_gradients_at_kinks_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="the gradients at kinks are compared with torch's")
    for call, numbers, gradient in KINKS:
        assert_gradient(torch, call, numbers, gradient)


def assert_gradient(torch: Any, call: str, numbers: str, gradient: str) -> None:
    """Differentiate the sum of a call."""
    program = f"""
x = torch.tensor([{numbers}], dtype=torch.float64, requires_grad=True)
torch.autograd.grad(({call}).sum(), x)[0].tolist()
"""
    expected = run(f"[{gradient}]", torch)
    np.testing.assert_allclose(run(program, torch), expected, rtol=1e-5, err_msg=call)
