"""Paths: counted, added up, and listed largest first, against plain enumeration."""

import math
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

from tinygrad_edu import Value
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.graph import read
from tinygrad_edu.trace.local import local_derivatives
from tinygrad_edu.trace.paths import KINDS, Path, Paths

OPERATIONS = [
    op
    for op in TABLE.values()
    if getattr(op, "on_floats", None)
    and not op.parameters
    and op.group in ("activations", "arithmetic", "trigonometry")
]
"""What random graphs are made of."""


@st.composite
def graphs(draw):
    """Draw the output of a small graph in which values are used again and again."""
    numbers = draw(st.lists(st.integers(-20, 20), min_size=1, max_size=3))
    values = [Value(n / 8, label="abc"[i]) for i, n in enumerate(numbers)]
    for _ in range(draw(st.integers(1, 9))):
        op = draw(st.sampled_from(OPERATIONS))
        recent = st.sampled_from(values[-4:])
        values.append(op(*(draw(recent) for _ in range(op.arity))))
    return values[-1]


def paths_to(output, wrt):
    graph = read(output)
    (node,) = [x for x in graph.values if x.source is wrt]
    return Paths(graph, graph.outputs[0], node)


def every_value(graph):
    return [x for x in graph.values if x.needs_gradient]


def enumerated(value, wrt):
    """The products of all paths from a value back to another one: the plain recursion."""
    if value is wrt:
        return [1.0]
    if value.made_by is None:
        return []
    locals_ = local_derivatives(value.made_by)
    return [
        locals_[use.position] * rest
        for use in value.made_by.arguments
        if use.value.needs_gradient
        for rest in enumerated(use.value, wrt)
    ]


@few
@given(graphs())
def test_all_paths_are_there_once_and_in_order(output):
    graph = read(output)
    for wrt in every_value(graph):
        paths = Paths(graph, graph.outputs[0], wrt)
        expected = enumerated(graph.outputs[0], wrt)
        found = list(islice(paths, len(expected) + 1))
        assert paths.count == len(expected) == len(found)
        assert len({path.uses for path in found}) == len(found)
        kinds = [KINDS.index(path.kind) for path in found]
        assert kinds == sorted(kinds)
        assert [paths.counts[kind] for kind in KINDS] == [kinds.count(i) for i in range(4)]
        sizes = [path.log10 for path in found if path.kind == "finite"]
        assert all(a >= b - 1e-9 for a, b in pairwise(sizes))
        if all(map(math.isfinite, expected)):
            products = sorted(path.product for path in found)
            assert products == pytest.approx(sorted(expected), rel=1e-9, abs=1e-300)


@few
@given(graphs())
def test_the_sum_over_all_paths_is_grad(output):
    output.backward()
    graph = read(output)
    for wrt in every_value(graph):
        paths = Paths(graph, graph.outputs[0], wrt)
        products = [path.product for path in paths]
        if not all(map(math.isfinite, products)):
            continue
        rounding = 1e-12 * math.fsum(map(abs, products)) + 1e-300
        assert math.fsum(products) == pytest.approx(wrt.gradient, abs=rounding, rel=0)
        positive, negative = paths.sums()
        assert positive == pytest.approx(math.fsum(p for p in products if p > 0), abs=rounding)
        assert negative == pytest.approx(math.fsum(p for p in products if p < 0), abs=rounding)


def test_a_path_starts_at_the_output_and_ends_at_the_value():
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    y = (w * x).tanh()
    (path,) = paths_to(y, w)
    assert [value.source for value in path.values] == [y, y.left, w]
    assert path.factors == (1 - math.tanh(6.0) ** 2, 3.0)
    assert path.running == [path.factors[0], path.product]
    assert path.log10 == pytest.approx(math.log10(path.product))


def test_an_argument_used_twice_makes_two_paths():
    x = Value(3.0)
    assert [path.product for path in paths_to(x * x, x)] == [3.0, 3.0]
    assert [path.uses[0].position for path in paths_to(x * x, x)] in ([0, 1], [1, 0])


def test_from_the_output_to_itself_there_is_one_path_without_factors():
    y = Value(3.0) * 2
    (path,) = paths_to(y, y)
    assert (path.factors, path.product, path.log10, path.values) == ((), 1.0, 0.0, [])


def test_constants_are_no_way():
    x = Value(2.0)
    y = x * 3.0 + x.detach() * x
    assert [path.product for path in paths_to(y, x)] == [3.0, 2.0]


def ladder(rungs, factor=0.5):
    """A chain of x + factor · x: 2^rungs paths, of which C(rungs, k) have the product factor^k."""
    x = y = Value(1.0)
    for _ in range(rungs):
        y = y + y * factor
    return y, x


def test_ten_to_the_30_paths_are_counted_and_listed_from_the_largest():
    paths = paths_to(*ladder(100))
    assert paths.count == 2**100
    products = [path.product for path in islice(paths, 102)]
    assert products == [1.0] + [0.5] * 100 + [0.25]


def test_equal_paths_do_not_make_the_search_wander():
    y, x = ladder(60, 1.0)
    products = [path.product for path in islice(paths_to(y, x), 500)]
    assert products == [1.0] * 500
    assert len({path.uses for path in islice(paths_to(y, x), 500)}) == 500


def test_near_ties_do_not_make_the_search_wander():
    y = x = Value(0.3)
    for i in range(60):
        y = y * (0.1 + 1e-17 * i) + y * 0.1
    assert paths_to(y, x).count == 2**60
    assert [round(path.log10, 6) for path in islice(paths_to(y, x), 50)] == [-60.0] * 50


def test_a_long_chain_is_no_recursion():
    x = y = Value(1.0)
    for _ in range(5000):
        y = y * 0.999
    (path,) = paths_to(y, x)
    assert len(path.uses) == 5000 and path.product == pytest.approx(0.999**5000)


def test_products_that_a_float_cannot_hold_are_ordered_all_the_same():
    y = x = Value(1.0)
    for _ in range(3):
        y = y * 1e-200 + y * 1e-150
    sizes = [path.log10 for path in paths_to(y, x)]
    assert sizes == pytest.approx([-450, -500, -500, -500, -550, -550, -550, -600])
    assert {path.product for path in paths_to(y, x)} == {0.0}
    assert {path.kind for path in paths_to(y, x)} == {"finite"}


def test_nan_then_inf_then_numbers_then_zeros():
    x = Value(0.0)
    root = x.sqrt()
    y = root * 0.0 + root + x * 5.0 + x * -7.0 + x * 0.0
    paths = paths_to(y, x)
    assert paths.counts == {"nan": 1, "infinite": 1, "finite": 2, "zero": 1}
    products = [path.product for path in paths]
    assert math.isnan(products[0]) and products[1:] == [math.inf, -7.0, 5.0, 0.0]
    logs = [path.log10 for path in paths]
    assert math.isnan(logs[0]) and logs[1] == math.inf and logs[4] == -math.inf


def test_the_sums_of_both_signs_leave_out_what_is_no_number():
    x = Value(0.0)
    y = x.sqrt() + x * 5.0 - x * 7.0
    assert paths_to(y, x).sums() == (5.0, -7.0)


def test_an_empty_path_is_a_factor_of_one():
    assert Path((), ()).product == 1.0
