"""Very long graphs: no recursion, and freed without the garbage collector."""

import gc
import math
import weakref

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, viz


@pytest.fixture(autouse=True)
def without_the_garbage_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def living(kind):
    return sum(type(x) is kind for x in gc.get_objects())


@pytest.mark.parametrize(("kind", "count"), [("Value", 1_000_000), ("Tensor", 200_000)])
def test_a_very_long_chain(kind, count):
    x = Value(1.0) if kind == "Value" else tg.ones((), requires_grad=True)
    kind = Value if isinstance(x, Value) else type((x * 1.0).grad_fn)
    before = living(kind)
    y = x
    for _ in range(count):
        y = y * 1.0
    y.backward()
    assert float(x.grad) == 1.0
    with pytest.raises(ValueError, match="more than the limit of 300"):
        viz.graph(y)
    assert living(kind) == before + count
    del y
    assert living(kind) == before


def test_second_derivatives_of_a_long_chain():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y.sin()
    (slope,) = tg.autograd.grad(y, x, create_graph=True)
    (curvature,) = tg.autograd.grad(slope, x)
    assert 0 < slope.data < 1 and math.isfinite(curvature)


def test_an_array_that_no_rule_needs_is_freed_during_the_forward():
    x = tg.ones(10, requires_grad=True)
    h = x + 1.0
    array = weakref.ref(h.array)
    y = h + 1.0  # the rule of + needs no numbers
    del h
    assert array() is None
    h = x * 2.0
    array = weakref.ref(h.array)
    z = h * h  # the rule of × does
    del h
    assert array() is not None
    z.sum().backward()
    assert array() is None
    y.sum().backward()
    assert x.grad.tolist() == [9.0] * 10


def test_the_gradient_of_a_leaf_is_its_own():
    a, b = (tg.ones(3, requires_grad=True) for _ in range(2))
    (a + b).sum().backward()
    a.grad.zero_()
    assert b.grad.tolist() == [1.0] * 3
