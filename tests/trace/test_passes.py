"""Passes: what each takes away, and what it must leave because floats are no real numbers."""

import math

from tinygrad_edu.trace.expressions import PRODUCT, SUM, Expression, Name, Step, text
from tinygrad_edu.trace.passes import (
    folded,
    shared,
    shortened,
    without_aliases,
    without_ones,
    without_unused,
)

X, Y = Name("x"), Name("y")


def times(a: object, b: object) -> Expression:
    return Expression("{0} * {1}", (a, b), PRODUCT, (PRODUCT, PRODUCT + 1))


def plus(a: object, b: object) -> Expression:
    return Expression("{0} + {1}", (a, b), SUM, (SUM, SUM + 1))


def exp(a: object) -> Expression:
    return Expression("np.exp({0})", (a,))


def lines(steps: list[Step]) -> list[str]:
    return [f"{step.name} = {text(step.expression)}" for step in steps]


def test_factors_of_one_go() -> None:
    steps = [Step("a", times(X, 1)), Step("b", plus(times(1.0, X), Y))]
    assert lines(without_ones(steps)) == ["a = x", "b = x + y"]


def test_factors_of_minus_one_are_signs_and_first_powers_go() -> None:
    power = Expression("np.power({0}, {1})", (X, 1))
    steps = [Step("a", times(X, -1.0)), Step("b", times(-1, plus(X, Y))), Step("c", power)]
    assert lines(without_ones(steps)) == ["a = -x", "b = -(x + y)", "c = x"]


def test_other_laws_are_left_alone_because_they_do_not_hold() -> None:
    kept = [
        Step("a", plus(X, 0.0)),  # -0 + 0 is 0
        Step("b", times(X, 0.0)),  # inf * 0 is nan
        Step("c", times(X, True)),  # a bool changes the dtype of bools
        Step("d", times(X, -2.0)),
        Step("e", Expression("np.power({0}, {1})", (X, 0))),
        Step("f", Expression("{0} / {1}", (X, -1.0), PRODUCT, (PRODUCT, PRODUCT + 1))),
    ]
    assert lines(folded(without_ones(kept))) == lines(kept)


def test_numbers_are_computed_but_not_divided_by_nothing() -> None:
    half = Expression("{0} / {1}", (1.0, 2.0), PRODUCT, (PRODUCT, PRODUCT + 1))
    nothing = Expression("{0} / {1}", (1.0, 0.0), PRODUCT, (PRODUCT, PRODUCT + 1))
    assert lines(folded([Step("a", times(X, plus(half, 1.5)))])) == ["a = x * 2.0"]
    assert lines(folded([Step("a", nothing)])) == ["a = 1.0 / 0.0"]
    huge = folded([Step("a", times(1e308, 10.0))])[0].expression
    assert math.isinf(huge)


def test_other_names_go_unless_they_are_results() -> None:
    steps = [Step("a", X), Step("b", exp(Name("a"))), Step("c", Name("b"))]
    assert lines(without_aliases(steps, ["c"])) == ["b = np.exp(x)", "c = b"]


def test_equal_lines_and_equal_parts_are_computed_once() -> None:
    steps = [
        Step("a", exp(X)),
        Step("b", exp(X)),
        Step("c", plus(times(X, Y), exp(X))),
        Step("d", times(times(X, Y), Name("b"))),
    ]
    assert lines(shared(steps)) == ["a = np.exp(x)", "t1 = x * y", "c = t1 + a", "d = t1 * a"]


def test_a_result_keeps_its_name() -> None:
    steps = [Step("a", exp(X)), Step("b", exp(X))]
    assert lines(shared(steps, ["a", "b"])) == ["a = np.exp(x)", "b = a"]


def test_what_draws_is_neither_shared_nor_dropped() -> None:
    draw = Expression("draw()", ())
    steps = [Step("a", draw, draws=True), Step("b", draw, draws=True)]
    assert lines(shared(steps)) == ["a = draw()", "b = draw()"]
    assert len(without_unused(steps, [])) == 2


def test_zeros_of_either_sign_are_not_the_same() -> None:
    steps = [Step("a", plus(X, 0.0)), Step("b", plus(X, -0.0))]
    assert len(shared(steps)) == 2


def test_unused_lines_go() -> None:
    steps = [Step("a", exp(X)), Step("b", exp(Y)), Step("c", exp(Name("a")))]
    assert lines(without_unused(steps, ["c"])) == ["a = np.exp(x)", "c = np.exp(a)"]


def test_long_lines_are_broken_and_say_the_same() -> None:
    deep = X
    for _ in range(12):
        deep = plus(times(exp(deep), Y), 1.0)
    steps = shortened([Step("a", deep)], 60)
    assert len(steps) > 1
    assert all(len(text(step.expression)) <= 60 for step in steps)
    namespace = {"x": 0.1, "y": -0.2, "np": math}
    exec("\n".join(lines(steps)), namespace)
    assert namespace["a"] == eval(text(deep), {"x": 0.1, "y": -0.2, "np": math})
