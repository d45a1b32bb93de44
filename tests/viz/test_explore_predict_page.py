"""Predict mode in a real browser: what is asked, what a wrong answer is told, what is held back."""

import math

import pytest

from tinygrad_edu import Value, viz
from tinygrad_edu.trace.text import number

pytest.importorskip("playwright", reason="pages are tested in a real browser")


def named(value, name):
    value.label = name
    return value


def saturated():
    """(sigmoid(w·x + b) − t)², where the sigmoid looks like 1: its input is 11."""
    w, x, b, t = (Value(n, k) for k, n in {"w": 4.0, "x": 3.0, "b": -1.0, "t": 0.0}.items())
    p = named((w * x + b).sigmoid(), "p")
    return named((p - t) ** 2, "loss")


def neuron():
    w, x, b, y = (Value(n, k) for k, n in {"w": 2.0, "x": -1.5, "b": 0.5, "y": 1.0}.items())
    return named(((w * x + b).tanh() - y) ** 2, "L")


def asked(page):
    label = page.locator(".question label").text_content()
    return label.partition("gradient of ")[2].partition(" after")[0]


def until_asked_for(page, name):
    """Give up on all questions before the one for a name."""
    while page.locator("#answer").count() == 0 or asked(page) != name:
        show_me = page.get_by_role("button", name="Show me")
        (show_me if show_me.count() else page.locator("#next")).click()


def answer(page, text):
    page.locator("#answer").fill(text)
    page.locator("#answer").press("Enter")
    return page.locator(".feedback").text_content()


def question(page):
    return page.locator(".question p").first.text_content()


# --- digits --------------------------------------------------------------------------------------


def test_a_question_shows_the_digits_that_its_rule_needs(show):
    page = show(viz.explore(saturated(), predict=True))
    until_asked_for(page, "v2")
    assert "where v2 = 11 and p = 0.9999833. The gradient of p is 2." in question(page)
    shown = 0.9999833
    p = 1 / (1 + math.exp(-11))
    assert math.isclose(1 - shown, 1 - p, rel_tol=1e-3)
    for text in ("0", "2*1*(1-1)"):
        assert answer(page, text) == "Almost: p only looks like 1, rounded. Compute with 0.9999833."
    assert answer(page, f"2*{shown}*(1-{shown})") == f"correct: {number(2 * p * (1 - p))}"


def test_a_square_near_one_is_shown_with_its_digits_too(show):
    y = named(Value(4.0, "x").tanh(), "y")
    page = show(viz.explore(named(y * 3.0, "out"), predict=True))
    until_asked_for(page, "x")
    exact = math.tanh(4)
    assert "x = 4 and y = 0.9993293." in question(page)
    assert answer(page, "3*(1-0.9993^2)") == (
        "Almost: y only looks like 0.9993, rounded. Compute with 0.9993293."
    )
    assert answer(page, "3*(1-0.9993293^2)") == f"correct: {number(3 * (1 - exact**2))}"


def test_where_no_number_is_near_one_four_digits_do(show):
    page = show(viz.explore(named(Value(0.5, "x").sigmoid() * 3.0, "out"), predict=True))
    until_asked_for(page, "x")
    assert "x = 0.5 and v1 = 0.6225." in question(page)


# --- what a wrong answer is told -----------------------------------------------------------------


def test_a_near_miss_is_not_blamed_on_another_value(show):
    page = show(viz.explore(neuron(), predict=True))
    until_asked_for(page, "v4")  # the gradient is −3.973, and L = 3.947
    for text in ("-3.9", "-3.95"):
        assert answer(page, text) == "Close, but not to three digits."
    assert answer(page, "3.9") == "Nearly the right size, but the wrong sign."
    assert answer(page, "3.947").startswith("That is the value of L: a value is no gradient.")
    assert "the value of L with the other sign" in answer(page, "-3.947")


def test_what_may_come_from_several_slips_is_told_with_perhaps(show):
    page = show(viz.explore(saturated(), predict=True))
    until_asked_for(page, "t")  # upstream 2, local derivative −1, p = v3 = 1
    words = answer(page, "1")
    assert words.startswith(
        "That is perhaps the upstream gradient plus the local derivative, the value of p or the "
        "value of v3. Multiply the upstream gradient by the local derivative."
    )
    assert answer(page, "5").startswith("Not yet. ")


# --- what stands around a question ---------------------------------------------------------------


def test_the_headings_are_of_the_step_that_is_asked_about(show):
    page = show(viz.explore(saturated(), predict=True))
    until_asked_for(page, "v2")
    for heading in ("#where", "#panel-step h2"):
        assert page.locator(heading).text_content() == "Backward, step 4 of 6"
    assert page.locator("#sentence").text_content() == "Predict what comes back in this step."
    page.get_by_role("button", name="Show me").click()
    assert page.locator("#where").text_content() == "Backward, step 4 of 6"
    assert "sigmoid" in page.locator("#sentence").text_content()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#panel-step h2").text_content() == "Backward, step 3 of 6"


def test_a_click_in_the_drawing_leaves_the_question_there(show):
    page = show(viz.explore(neuron(), predict=True))
    until_asked_for(page, "v3")
    page.locator("#answer").fill("7")
    page.locator("[data-value='0']").dispatch_event("click")
    assert page.locator("#answer").input_value() == "7"
    page.keyboard.press("Escape")
    page.locator("#back").click()
    assert page.locator("#answer").count() == 0
    assert page.locator("#panel-step .formula").count() > 0


def test_nothing_that_tells_gradients_is_open_while_predicting(show):
    page = show(viz.explore(neuron(), predict=True))
    seen = page.get_by_role("tab").all_text_contents()
    assert seen == ["Step"] and page.locator("#panel-program").is_hidden()
    page.locator("#predict").uncheck()
    assert page.get_by_role("tab", name="Program").is_visible()
