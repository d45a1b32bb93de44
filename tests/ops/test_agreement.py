"""Floats, `Value`s and tensors compute the same: values, and derivatives up to the third."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from cases import ROWS, SPECIAL, grid, nan

import tinygrad_edu as torch
from tinygrad_edu.autograd import grad
from tinygrad_edu.ops import TABLE

POINTS = (*SPECIAL, 0.3, -0.7, 1.5)
SCALAR_ROWS = {
    f"{row.op} {parameters or ''}".strip(): (TABLE[row.op], parameters)
    for row in ROWS
    for parameters in row.scalars or ()
}
ARITHMETIC = (
    "-a", "+a", "abs(a)", "a + 2", "2 + a", "a - 2", "2 - a", "a * 0", "0 * a", "a / 2", "1 / a",
    "a / 0", "0 / a", "a ** 2", "a ** 3", "a ** 1", "a ** 0", "a ** -1", "a ** 2.25", "a ** -2.25",
    "2 ** a", "0 ** a", "0.0 ** a", "1 ** a", "a * a", "a / a", "a - a", "a ** a", "a + True",
    "a.exp().log()", "(a * a).sqrt()", "a.sigmoid() * a", "(1 + a.exp()).log()", "1 / (a * 0)",
    "a.max(a * a)", "a.min(a * a)", "a.clamp(-1, 1)", "a.clamp(min=0)", "a.clamp(min=nan)",
    "a.clamp(max=nan)", "a.relu() ** 0.5",
    "a.tanh().log()",
)  # fmt: skip
"""Expressions of one number with constants: what a learner types."""

MASKED = ("pow", "0 ** a", "0.0 ** a", "a ** a", "xlogy", "logit", "logit {'eps': 0.125}")
"""Where a tensor's second derivative may be nan, as in torch: 0 · inf in the branch that `where`
did not take. A scalar's graph has only the branch that was taken."""


def derivatives(y: Any, xs: list[Any], ones: Any, order: int) -> list[Any]:
    """Return a value and all its partial derivatives up to an order, lower orders first."""
    level, found = [y], [y]
    for _ in range(order):
        level = [g for z in level for g in gradient(z, xs, ones)]
        found += level
    return found


def gradient(z: Any, xs: list[Any], ones: Any) -> Any:
    """Return the derivatives of z; where there is no way from it to the inputs, zeros."""
    if not getattr(z, "requires_grad", False):
        return [0.0 if ones is None else torch.zeros_like(ones) for _ in xs]
    return grad(z, xs, ones, create_graph=True, materialize_grads=True)


def of_values(function: Any, point: tuple[float, ...]) -> list[float]:
    """Return a value and its derivatives, computed with scalars."""
    xs = [torch.Value(x) for x in point]
    return [float(z) for z in derivatives(function(*xs), xs, None, 3)]


def of_tensors(function: Any, points: Any) -> Any:
    """Return the same, computed with tensors: a row for each point."""
    xs = [torch.tensor(x, requires_grad=True) for x in points]
    found = derivatives(function(*xs), xs, torch.ones_like(xs[0]), 3)
    return np.stack([z.detach().numpy() for z in found], axis=1)


def assert_same(function: Any, points: Any, masked: bool) -> None:
    """Compare scalars and tensors at many points."""
    expected = of_tensors(function, points)
    first = 1 + len(points)
    for row, point in zip(expected, zip(*points, strict=True), strict=True):
        found = np.array(of_values(function, point))
        if masked:
            found[first:][np.isnan(row[first:])] = nan
        np.testing.assert_allclose(found, row, rtol=1e-9, atol=0, err_msg=f"at {point}")


@pytest.mark.parametrize("name", SCALAR_ROWS)
def test_values_and_tensors_agree(name: str) -> None:
    op, parameters = SCALAR_ROWS[name]
    assert_same(lambda *xs: op(*xs, **parameters), grid(POINTS, op.arity), name in MASKED)


@pytest.mark.parametrize("expression", ARITHMETIC)
def test_expressions_of_values_and_tensors_agree(expression: str) -> None:
    function = lambda a: eval(expression)
    assert_same(function, grid(POINTS, 1), expression in MASKED)


@pytest.mark.parametrize("name", SCALAR_ROWS)
def test_floats_and_values_agree(name: str) -> None:
    op, parameters = SCALAR_ROWS[name]
    for point in product(POINTS, repeat=op.arity):
        found = op(*point, **parameters)
        assert type(found) is float
        assert same(found, op(*map(torch.Value, point), **parameters).data), point


def same(a: float, b: float) -> bool:
    """Tell whether two floats are the same, sign of zero and nan included."""
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))
