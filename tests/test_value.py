"""Value: the facts of the scalar engine that no table of operations can say."""

import math
import operator
from typing import Any

import numpy as np
import pytest

import tinygrad_edu as tg
from tinygrad_edu import Constant, Value


def test_micrograds_first_expression():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_micrograds_second_expression():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert g.data == pytest.approx(24.70408163265306, rel=1e-14)
    assert a.grad == pytest.approx(138.83381924198252, rel=1e-14)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-14)


def test_grad_is_none_until_a_backward_pass_reaches_it():
    a, b, unused = Value(2.0), Value(3.0), Value(4.0)
    y = a * b
    assert [v.grad for v in (a, b, y)] == [None] * 3
    y.backward()
    assert [v.grad for v in (a, b, y, unused)] == [3.0, 2.0, 1.0, None]


def test_leaves_add_up_and_the_others_hold_the_latest_pass():
    a = Value(3.0)
    b = a * a
    y = b * 2
    y.backward()
    y.backward()
    assert (a.grad, b.grad, y.grad) == (24.0, 2.0, 1.0)


def test_one_argument_in_both_places_gets_both_gradients():
    a = Value(3.0)
    (a + a).backward()
    assert a.grad == 2.0


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda v: v + 1, 4.0),
        (lambda v: 1 + v, 4.0),
        (lambda v: v - 1, 2.0),
        (lambda v: 1 - v, -2.0),
        (lambda v: v * 2, 6.0),
        (lambda v: 2 * v, 6.0),
        (lambda v: v / 2, 1.5),
        (lambda v: 6 / v, 2.0),
        (lambda v: v**2, 9.0),
        (lambda v: 2**v, 8.0),
        (lambda v: v ** Value(2.0), 9.0),
        (lambda v: -v, -3.0),
        (lambda v: abs(-v), 3.0),
        (lambda v: np.float64(2) * v, 6.0),
        (lambda v: v * np.float32(2), 6.0),
        (lambda v: np.int64(2) - v, -1.0),
        (lambda v: np.float64(6) / v, 2.0),
        (lambda v: v.max(5), 5.0),
        (lambda v: v.min(Value(1.0)), 1.0),
        (lambda v: (-v).leaky_relu(0.1), -0.30000000000000004),
        (lambda v: v.clamp(max=2), 2.0),
        (lambda v: tg.exp(v * 0), 1.0),
        (lambda v: v / 0, math.inf),
        (lambda v: (v * 1000).exp(), math.inf),
        (lambda v: (v * 0).log(), -math.inf),
        (lambda v: (v * 0) ** -1, math.inf),
    ],
)
def test_arithmetic_with_numbers_on_either_side(result, expected):
    y = result(Value(3.0))
    assert type(y) is Value
    assert y.data == expected


@pytest.mark.parametrize(
    "nan", [lambda v: v.log(), lambda v: v.sqrt(), lambda v: v ** (1 / 3), lambda v: v * math.nan]
)
def test_what_python_refuses_is_nan(nan):
    assert math.isnan(nan(Value(-8.0)).data)


def test_gradients_are_ieee_too():
    x = Value(0.0)
    (1 / x).backward()
    assert x.grad == -math.inf
    x = Value(0.0)
    x.sqrt().backward()
    assert x.grad == math.inf


def test_comparisons_are_of_the_numbers():
    a, b = Value(1.0), Value(2.0)
    assert a < b and a <= b and b > a and b >= a and a != b and a == 1 and a < 1.5
    assert max(a, b) is b
    assert len({a, Value(1.0)}) == 2  # two nodes, though equal in number


def test_constants_take_no_gradient():
    c = Constant(2.0)
    x = Value(3.0)
    y = c * x
    y.backward()
    assert (x.grad, c.grad) == (2.0, None)
    assert type(c * 2) is Constant
    with tg.no_grad():
        assert type(x * x) is Constant


def test_third_derivative():
    x = Value(2.0)
    (d1,) = tg.autograd.grad(x**4, x, create_graph=True)
    (d2,) = tg.autograd.grad(d1, x, create_graph=True)
    (d3,) = tg.autograd.grad(d2, x)
    assert (d1.data, d2.data, d3) == (32.0, 48.0, 48.0)


def test_backward_with_create_graph_leaves_values_as_gradients():
    x = Value(3.0)
    (x**3).backward(create_graph=True)
    assert isinstance(x.grad, Value) and x.grad.data == 27.0


def test_repr_says_what_there_is():
    v = Value(2.0, label="w")
    assert repr(v) == "Value(2.0, label='w')"
    (v * v).backward()
    assert repr(v) == "Value(2.0, grad=4.0, label='w')"


@pytest.mark.parametrize("other", ["1", None, [1.0], {}])
def test_what_is_no_number_is_refused(other):
    with pytest.raises(TypeError):
        Value(1.0) + other


@pytest.mark.parametrize("data", ["2", b"2", None, [1.0], np.array([2.0, 3.0]), 1j])
def test_a_value_is_one_number(data: Any) -> None:
    hint = "make a list of Values" if isinstance(data, (list, np.ndarray)) else ""
    with pytest.raises(TypeError, match=f"a Value is one number, but this is of type .*{hint}"):
        Value(data)


def test_what_is_a_number_becomes_a_float() -> None:
    for data in (2, True, np.float32(2.0), np.array(2.0), tg.tensor(2.0), Value(2.0)):
        assert type(Value(data).data) is float
        assert Value(data).data == float(data)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
def test_values_and_tensors_do_not_mix(name: str) -> None:
    function = getattr(operator, name)
    for pair in ((Value(2.0), tg.ones(2)), (tg.ones(2), Value(2.0))):
        with pytest.raises(TypeError, match=r"they do not mix\. Take the number out"):
            function(*pair)
