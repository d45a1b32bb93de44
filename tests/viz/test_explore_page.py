"""The page in a real browser: every control and key, its numbers against Python's, its looks."""

import json
import math
import random
import re
from importlib.resources import files

import pytest
from accessibility import serious_findings
from cases import ROWS

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.text import number

pytest.importorskip("playwright", reason="pages are tested in a real browser")

NASTY = "</script><img src=x onerror=alert(1)>"


def neuron():
    """(tanh(w·x + b) − 0.5)², and its leaves."""
    leaves = [Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.9, label="b")]
    w, x, b = leaves
    L = ((w * x + b).tanh() - 0.5) ** 2
    L.label = "L"
    return L, leaves


def chain(act, layers=6):
    x = Value(0.5, label="x")
    for i in range(layers):
        x = getattr(Value(1.0, label=f"w{i + 1}") * x, act)()
    x.label = "out"
    return x


def texts(page, selector):
    return [" ".join(text.split()) for text in page.locator(selector).all_text_contents()]


def gradient_of(page, name):
    """The gradient that stands in the box of a value."""
    return dict(boxes(page))[name][1]


def boxes(page):
    """Name, number and gradient in each box; in those in sight, of a large graph."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("[data-value]:not(:empty)")].map(box => [
            box.querySelector(".name")?.textContent ?? "", box.querySelector("text").textContent,
            box.querySelector(".cell text")?.textContent ?? ""])"""
    )
    return [
        (name, (title.removeprefix(f"{name} = "), g.removeprefix("grad ")))
        for name, title, g in found
    ]


def choose(page, value):
    """Click a value, wherever it is."""
    page.locator("#fit").click()
    page.locator(f"[data-value='{value}']").click()


def knob(page, name):
    """The field of an input."""
    return page.get_by_role("textbox", name=name, exact=True)


def stop_time(page):
    """From now on, time passes only when it is told to."""
    page.clock.install(time=0)
    page.clock.pause_at(60_000)


def open_tab(page, name):
    page.locator(f"#tab-{name}").click()


# --- stepping ------------------------------------------------------------------------------------


def test_each_step_says_what_python_says(show):
    L, _ = neuron()
    page, ledger = show(viz.explore(L)), trace.steps(L)
    page.locator("#first").click()
    assert page.locator("#where").text_content() == "Start: nothing computed yet"
    for step in ledger:
        page.locator("#next").click()
        assert page.locator("#sentence").text_content() == step.sentence
        wanted = [slot for slot in step.slots if slot.state != "missing"]
        assert texts(page, "#panel-step .ledger") == [slot.ledger for slot in wanted]
    assert page.locator("#next").is_enabled()
    page.locator("#next").click()  # there is none: nothing changes
    assert page.locator("#where").text_content() == "Backward, step 6 of 6"


def test_gradients_and_numbers_appear_when_they_are_computed(show):
    L, _ = neuron()
    page, ledger = show(viz.explore(L)), trace.steps(L)
    page.keyboard.press("Home")
    assert {g for _, (_, g) in boxes(page) if g} == {"–"}
    assert dict(boxes(page))["v1"][0] == "–" and dict(boxes(page))["w"][0] == "−3"
    found = {}
    for step in ledger:
        page.keyboard.press("ArrowRight")
        if step.phase == "backward" and step.operation is None:
            found[ledger.names[step.result.index]] = step.upstream
        for slot in step.slots:
            if slot.state != "missing":
                found[ledger.names[slot.use.value.index]] = slot.after
        shown = {name: g for name, (_, g) in boxes(page) if g != "–" and g}
        assert shown == {name: number(g) for name, g in found.items()}
    assert dict(boxes(page))["v1"][0] == "−6"


def test_buttons_slider_and_keys_go_to_the_same_places(show):
    page = show(viz.explore(neuron()[0]))
    last = 11

    def position():
        return int(page.locator("#position").input_value())

    assert position() == last
    for press, there in (("Home", 0), ("ArrowRight", 1), ("ArrowLeft", 0), ("End", last)):
        page.keyboard.press(press)
        assert position() == there
    for control, there in (("first", 0), ("next", 1), ("back", 0), ("last", last)):
        page.locator(f"#{control}").click()
        assert position() == there
    page.locator("#position").fill("7")
    assert page.locator("#where").text_content() == "Backward, step 2 of 6"
    page.locator("#position").press("ArrowLeft")
    assert page.locator("#where").text_content() == "Backward, step 1 of 6"


def test_space_plays_and_stops_at_the_end(show):
    page = show(viz.explore(neuron()[0]))
    stop_time(page)
    page.locator("#speed").select_option("10")
    page.locator("h1").click()
    page.keyboard.press(" ")
    assert page.locator("#position").input_value() == "0"
    assert page.locator("#play").get_attribute("aria-label") == "Pause"
    page.clock.run_for(350)
    assert page.locator("#position").input_value() == "3"
    page.keyboard.press(" ")
    page.clock.run_for(1000)
    assert page.locator("#position").input_value() == "3"
    page.locator("#play").click()
    page.clock.run_for(5000)
    assert page.locator("#position").input_value() == "11"
    assert page.locator("#play").get_attribute("aria-label") == "Play"


def test_keys_in_a_field_are_the_fields(show):
    page = show(viz.explore(neuron()[0]))
    page.locator("#search").fill("w")
    page.locator("#search").press("ArrowLeft")
    page.locator("#search").press("Home")
    assert page.locator("#position").input_value() == "11"


def test_what_takes_part_is_outlined_and_nothing_moves(show):
    page = show(viz.explore(neuron()[0]))
    places = """() => [...document.querySelectorAll("svg.graph rect, path.line")].map(e => {
        const r = e.getBBox();
        return [r.x, r.y, r.width, r.height];
    })"""
    page.keyboard.press("Home")
    before = page.evaluate(places)
    assert page.locator("svg.graph .active").count() == 0
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert texts(page, ".value.active .name") == ["v2", "v3"]
    assert page.locator(".operation.active").count() == 1
    assert page.locator(".arrow.active").count() == 2
    thick, thin = (
        page.locator(selector).first.evaluate("e => parseFloat(getComputedStyle(e).strokeWidth)")
        for selector in (".value.active .frame", ".value:not(.active) .frame")
    )
    assert thick >= 2 * thin
    assert page.evaluate(places) == before


def test_the_source_line_is_shown(show):
    with trace.remember_lines():
        y = Value(2.0, label="x") * 3.0  # three times
    page = show(viz.explore(y))
    assert texts(page, ".source")[0].endswith("# three times")


def test_formulas_are_mathml(show):
    page = show(viz.explore(neuron()[0]))
    fractions = page.evaluate(
        "() => [...document.querySelectorAll('#panel-step .formula')[0].querySelectorAll('mfrac')]"
        ".map(f => f.textContent)"
    )
    assert fractions == ["∂L∂w", "∂L∂v1", "∂v1∂w"]
    assert texts(page, "#panel-step .formula")[0].endswith("=0.2106·2=0.4213")


# --- what if -------------------------------------------------------------------------------------


def test_a_changed_leaf_changes_everything_as_in_python(show):
    L, _ = neuron()
    page, written = show(viz.explore(L)), trace.program(L)
    open_tab(page, "what-if")
    knob(page, "w").fill("-2.25")
    result = written(-2.25, 2.0, 6.9)
    for value, (name, (fact, gradient)) in zip(written.graph.values, boxes(page), strict=True):
        assert fact == number(result.values[value.index])
        if name:
            assert gradient == number(result.gradients[value.index])
    assert page.locator(".result").first.text_content() == (
        f"L = {number(result.values[-1], 6)} (was {number(L.data)})"
    )
    w = page.locator("[data-value='0']")
    assert w.locator(".ghost.over").text_content() == "was −3"
    assert w.locator(".ghost.under").text_content() == "was 0.4213"
    page.get_by_role("button", name="Reset all numbers").click()
    assert dict(boxes(page))["w"] == ("−3", "0.4213")
    assert page.locator(".ghost.over").first.text_content() == ""


def test_the_slider_and_strange_input(show):
    page = show(viz.explore(neuron()[0]))
    open_tab(page, "what-if")
    page.get_by_label("x, slider").fill("1000")
    assert knob(page, "x").input_value() == "6"
    field = knob(page, "b")
    field.fill("six")
    assert field.get_attribute("aria-invalid") == "true"
    assert dict(boxes(page))["b"][0] == "6.9"
    field.fill("−1,5")  # as people type it
    assert dict(boxes(page))["b"][0] == "−1.5"


@pytest.mark.parametrize(
    "make",
    [
        lambda x: (x + 16.0).sigmoid(),
        lambda x: (x * 9.0).tanh(),
        lambda x: (-x).relu() * -2.0,
        lambda x: (x * 2.0).clamp(max=1.0),
        lambda x: (x * 3.0).max(x + 2.0),
    ],
)
def test_the_rule_with_numbers_is_pythons(show, make):
    x = Value(1.0, label="x")
    out = make(x)
    page = show(viz.explore(out))
    steps = trace.steps(out)
    for step in steps.backward[1:]:
        page.locator("#position").evaluate(
            "(e, i) => { e.value = i; e.dispatchEvent(new Event('input', {bubbles: true})) }",
            step.index + 1,
        )
        wanted = [slot.numbers for slot in step.slots if slot.state != "missing"]
        rules = [text for text in texts(page, "#panel-step .rule") if text.startswith("rule: ")]
        assert len(rules) == len(wanted) > 0
        for rule, numbers in zip(rules, wanted, strict=True):
            shown = re.split(r" = |; here ", rule, maxsplit=1)[1]
            assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", numbers).replace("²", "2")


def test_ledger_and_sentence_follow_the_changed_numbers(show):
    page = show(viz.explore(neuron()[0]))
    open_tab(page, "what-if")
    knob(page, "w").fill("-3.5")
    open_tab(page, "step")
    w, x, b = Value(-3.5), Value(2.0), Value(6.9)
    (((w * x + b).tanh() - 0.5) ** 2).backward()
    to_w, to_x = texts(page, "#panel-step .ledger")
    assert to_w == f"– → {number(b.grad)} × 2 = {number(w.grad)}"
    assert to_x.endswith(f"= {number(x.grad)}")
    assert number(w.grad) in page.locator("#sentence").text_content()


SCALAR = [
    (row.op, parameters) for row in ROWS if row.scalars is not None for parameters in row.scalars
]


@pytest.mark.parametrize(("name", "parameters"), SCALAR, ids=str)
def test_the_page_computes_as_python_does(show, name, parameters):
    """Values and gradients of each operation, between others, at many points; nan and inf too."""
    op = TABLE[name]
    a, b = Value(0.7, label="a"), Value(1.3, label="b")
    y = op(*([a, b] if op.arity == 2 else [a * b]), **parameters)
    z = y * a + y
    page, written = show(viz.explore(z)), trace.program(z)
    draw = random.Random(name)
    points = [[draw.uniform(-3, 3) for _ in written.inputs] for _ in range(30)]
    points += [[x] * len(written.inputs) for x in (0.0, 1.0, -1.0, 800.0, -800.0)]
    theirs = page.evaluate(
        """points => JSON.stringify(points.map(p => PROGRAMS[0].program(p)),
            (k, x) => typeof x === "number" && !Number.isFinite(x) ? String(x) : x)""",
        points,
    )
    for point, found in zip(points, json.loads(theirs), strict=True):
        ours = written(*point)
        for part, numbers in found.items():
            for mine, text in zip(getattr(ours, part), numbers, strict=True):
                assert same(mine, text), (name, part, point, mine, text)


def same(mine, theirs):
    """The same number, up to the last digits of the functions of two libraries."""
    if mine is None or theirs is None:
        return mine is theirs
    theirs = float(theirs)
    if math.isnan(mine):
        return math.isnan(theirs)
    return mine == theirs or math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-300)


# --- descend, nudge, slice -----------------------------------------------------------------------


def test_descending_is_gradient_descent(show):
    L, leaves = neuron()
    page = show(viz.explore(L))
    open_tab(page, "descend")
    page.locator("#rate").fill("0.3")
    for name in "wb":
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.get_by_role("button", name="10 steps").click()
    page.get_by_role("button", name="1 step", exact=True).click()
    w, x, b = leaves
    for _ in range(11):
        for leaf in leaves:
            leaf.grad = None
        L = ((w * x + b).tanh() - 0.5) ** 2
        L.backward()
        for leaf in (w, b):
            leaf.data -= 0.3 * leaf.grad
    L = ((w * x + b).tanh() - 0.5) ** 2
    words = page.locator("#panel-descend .result").text_content()
    assert words.startswith(f"L = {number(L.data, 6)} (was 0.04678) after 11 steps")
    shown = dict(boxes(page))
    assert [shown[leaf.label][0] for leaf in leaves] == [number(leaf.data) for leaf in leaves]
    path = page.locator("#panel-descend .chart .series-0").first.get_attribute("d")
    assert path.count("L") == 11  # a line to each of 11 losses
    page.get_by_role("button", name="Back to the start").click()
    assert dict(boxes(page))["w"][0] == "−3"
    assert "after 0 steps" in page.locator("#panel-descend .result").text_content()


def test_running_descends_until_stopped(show):
    page = show(viz.explore(neuron()[0]))
    stop_time(page)
    open_tab(page, "descend")
    page.get_by_role("checkbox", name="w", exact=True).check()
    page.get_by_role("button", name="Run").click()
    page.clock.run_for(550)
    page.get_by_role("button", name="Stop").click()
    page.clock.run_for(500)
    assert "after 5 steps" in page.locator("#panel-descend .result").text_content()


def test_no_leaf_chosen_means_no_change(show):
    page = show(viz.explore(neuron()[0]))
    open_tab(page, "descend")
    page.get_by_role("button", name="none").click()
    page.get_by_role("button", name="10 steps").click()
    assert dict(boxes(page))["w"][0] == "−3"
    page.get_by_role("button", name="all").click()
    page.get_by_role("button", name="10 steps").click()
    assert dict(boxes(page))["w"][0] != "−3"


def test_only_parameters_descend_where_there_are_some(show):
    w, x = Value(2.0), Value(3.0, label="x")
    page = show(viz.explore((w * x) ** 2, params={"w": w}))
    open_tab(page, "descend")
    checked = page.evaluate(
        "() => [...document.querySelectorAll('.choice')]"
        ".map(c => [c.textContent.trim(), c.firstElementChild.checked])"
    )
    assert checked == [["w", True], ["x", False]]


def test_nudging_is_the_central_difference(show):
    L, (w, x, b) = neuron()
    page = show(viz.explore(L))
    open_tab(page, "nudge")
    page.locator("#h").fill("-3")

    def loss(at):
        return (math.tanh(at * x.data + b.data) - 0.5) ** 2

    L.backward()
    nudged, autograd, difference = texts(page, "#panel-nudge .facts dd")
    expected = (loss(-3 + 1e-3) - loss(-3 - 1e-3)) / 2e-3
    assert math.isclose(float(nudged.replace("−", "-")), expected, rel_tol=1e-8)
    assert autograd == number(w.grad, 10)
    assert math.isclose(float(difference), abs(expected - w.grad), rel_tol=1e-2)
    assert page.locator("#panel-nudge .chart .series-0").count() == 2  # the error, and L(w)
    assert page.locator("#panel-nudge .state").count() == 0


def test_the_error_of_the_nudge_is_u_shaped(show):
    page = show(viz.explore(neuron()[0]))
    open_tab(page, "nudge")
    path = page.locator("#panel-nudge .chart .series-0").last.get_attribute("d")
    points = [tuple(map(float, p.split())) for p in path.removeprefix("M").split("L")]
    heights = [y for _, y in sorted(points)]  # from the smallest h; y grows downwards
    lowest = heights.index(max(heights))
    assert 3 < lowest < len(heights) - 3
    assert heights[0] < max(heights) - 30 and heights[-1] < max(heights) - 30


def test_a_nudge_across_a_kink_is_told(show):
    page = show(viz.explore(Value(0.02, label="x").relu() * 2.0))
    open_tab(page, "nudge")
    page.locator("#h").fill("-1")
    assert "kink" in page.locator("#panel-nudge .state").text_content()
    page.locator("#h").fill("-4")
    assert page.locator("#panel-nudge .state").count() == 0


def test_a_change_that_rounding_hides_is_no_kink(show):
    h = Value(0.5, label="x")
    for _ in range(30):
        h = h.sigmoid()
    page = show(viz.explore(h))
    open_tab(page, "nudge")
    for size in ("-5", "-12"):
        page.locator("#h").fill(size)
        (words,) = texts(page, "#panel-nudge .state")
        assert "what is seen is rounding. Take a larger h." in words and "kink" not in words


def test_the_tangent_has_the_slope_of_the_gradient(show):
    L, (w, *_) = neuron()
    page = show(viz.explore(L))
    L.backward()
    open_tab(page, "nudge")
    assert number(w.grad) in texts(page, "#panel-nudge figcaption")[0]
    d = page.locator("#panel-nudge .tangent").get_attribute("d")
    (x0, y0), (x1, y1) = (tuple(map(float, p.split())) for p in d.removeprefix("M").split("L"))
    curve = page.locator("#panel-nudge .chart .series-0").first.get_attribute("d")
    points = [tuple(map(float, p.split())) for p in curve.removeprefix("M").split("L")]
    (_, before), (mid_x, mid), (_, after) = points[59:62]
    step = points[60][0] - points[59][0]
    assert math.isclose((y1 - y0) / (x1 - x0), (after - before) / (2 * step), abs_tol=0.06)
    assert math.isclose((y0 + y1) / 2, mid, abs_tol=0.2) and math.isclose(
        (x0 + x1) / 2, mid_x, abs_tol=0.2
    )


# --- explain, flow, compare ----------------------------------------------------------------------


def test_thousands_of_paths_are_counted_and_add_up(show):
    x = Value(0.9, label="x")
    y = x
    for _ in range(12):
        y = y * 0.5 + y.tanh()
    page = show(viz.explore(y))
    y.backward()
    choose(page, 0)
    assert page.locator("#tab-explain").get_attribute("aria-selected") == "true"
    assert "4,096 paths from the output" in texts(page, "#panel-explain h3")
    total = texts(page, "#panel-explain .ledger")[-1]
    assert total.endswith(f"= {number(x.grad)}") and "by the other 4,088" in total
    products = [float(t.rpartition("= ")[2]) for t in texts(page, ".path .ledger")]
    assert len(products) == 8 and products == sorted(products, reverse=True)


def test_paths_of_a_small_graph_are_all_there(show):
    a = Value(3.0, label="a")
    page = show(viz.explore(a * a + a * 5.0))
    choose(page, 0)
    products = sorted(float(t.rpartition("= ")[2]) for t in texts(page, ".path .ledger"))
    assert products == [3.0, 3.0, 5.0]
    assert texts(page, "#panel-explain .ledger")[-1] == "sum: 11 = 11"


def test_the_waterfall_names_who_took_the_gradient(show):
    w = Value(1.0, label="w")
    y = (w * 4.0).tanh().sigmoid() * 0.5
    y.label = "y"
    page = show(viz.explore(y))
    page.locator("#search").fill("w")
    page.locator("#search").press("Enter")
    slope = 1 - math.tanh(4.0) ** 2
    assert f"{number(slope)}, by tanh" in page.locator("#panel-explain .culprit").text_content()
    assert page.locator(".waterfall .slope").count() == 2
    assert page.locator(".waterfall .other").count() == 2


def test_the_explanation_follows_what_if(show):
    page = show(viz.explore(neuron()[0]))
    choose(page, 0)
    before = texts(page, ".path .ledger")[0]
    open_tab(page, "what-if")
    knob(page, "x").fill("2.1")
    open_tab(page, "explain")
    assert texts(page, ".path .ledger")[0] != before
    assert texts(page, ".path .ledger")[0].endswith(f"= {gradient_of(page, 'w')}")


def test_flow_has_a_bar_for_each_depth_or_module(show):
    page = show(viz.explore(chain("sigmoid", 3)))
    open_tab(page, "flow")
    out = chain("sigmoid", 3)
    out.backward()
    graph = trace.read(out)
    made = [number(v.gradient, 3) for v in reversed(graph.values) if v.made_by is not None]
    rows = texts(page, ".flow .norm")
    assert rows == made
    assert page.locator(".flow .cell rect").count() == len(made) == 6

    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)).to(Value)
    y = model([Value(1.0, label="x0"), Value(-1.0, label="x1")]).ravel()[0]
    page = show(viz.explore(y))
    open_tab(page, "flow")
    assert texts(page, ".flow text.axis title") == [
        "2: Linear(2 -> 1)",
        "1: Tanh",
        "0: Linear(2 -> 2)",
    ]


def test_twins_share_steps_and_knobs(show):
    page = show(viz.compare({"sigmoid": chain("sigmoid"), "relu": chain("relu")}))
    assert page.locator("svg.graph").count() == 2
    assert texts(page, "figure.pane > figcaption") == ["sigmoid", "relu"]
    page.keyboard.press("Home")
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    assert page.locator("#where").text_content() == "Backward, step 1 of 13"
    assert texts(page, ".value.active .name") == ["out", "out"]
    page.keyboard.press("End")
    assert texts(page, "#panel-step h3") == ["sigmoid", "relu"]
    open_tab(page, "what-if")
    knob(page, "w1").fill("2")
    panes = page.locator("figure.pane")
    for i in range(2):
        assert "w1 = 2" in " ".join(panes.nth(i).locator(".value text").all_text_contents())
    colors = [
        panes.nth(i).locator("[data-value='0'] .cell").get_attribute("class") for i in range(2)
    ]
    assert colors == ["cell step-1", "cell step-3"]  # σ′ ≤ ¼ six times over; relu lets it pass


def test_twins_of_different_length_go_back_together(show):
    page = show(viz.compare({"short": chain("relu", 2), "long": chain("relu", 4)}))
    page.locator("#position").fill("8")
    assert page.locator("#where").text_content() == "Forward, step 8 of 8"
    page.keyboard.press("ArrowRight")
    assert page.locator("#where").text_content() == "Backward, step 1 of 9"
    assert texts(page, ".value.active .name") == ["out", "out"]


# --- predict -------------------------------------------------------------------------------------


def ask(show, output, position):
    page = show(viz.explore(output, predict=True))
    page.locator("#last").click()
    while page.locator("#position").input_value() != str(position):
        page.get_by_role("button", name="Show me").click()
        page.locator("#last").click()
    return page


def answer(page, text):
    page.locator("#answer").fill(text)
    page.locator("#answer").press("Enter")
    return page.locator(".feedback").text_content()


def test_wrong_answers_are_told_the_likely_mistake(show):
    x = Value(0.5, label="x")
    y = x.tanh() * 3.0  # upstream 3, slope 1 − tanh(0.5)² = 0.7864: x gets 2.359
    page = ask(show, y, 4)
    assert "wrong sign" in answer(page, "-2.359")
    assert "forgot to multiply by the upstream" in answer(page, "0.7864")
    assert "forgot to multiply by the local" in answer(page, "3")
    assert "input of the operation where its output" in answer(page, "2.25")
    assert "the chain rule multiplies" in answer(page, "3.7864")
    assert answer(page, "hm").startswith("Type a number")
    assert "Not yet" in answer(page, "77")
    assert answer(page, "2.359") == "correct: 2.359"
    assert page.locator("#position").input_value() == "4"
    page.keyboard.press("Enter")
    assert page.locator("#position").input_value() == "5"
    assert gradient_of(page, "x") == "2.359"


def asked(page):
    """What the question asks for."""
    label = page.locator(".question label").text_content()
    return label.partition("gradient of ")[2].partition(" after")[0]


def until_asked_for(page, name):
    """Give up on all questions before the one for a name."""
    while page.locator("#answer").count() == 0 or asked(page) != name:
        show_me = page.get_by_role("button", name="Show me")
        (show_me if show_me.count() else page.locator("#next")).click()


def test_forgetting_to_add_and_the_other_argument(show):
    a, b = Value(2.0, label="a"), Value(5.0, label="b")
    page = show(viz.explore(a * b + a * 7.0, predict=True))
    until_asked_for(page, "a")
    page.get_by_role("button", name="Show me").click()
    until_asked_for(page, "a")
    assert "So far a has the gradient 7" in page.locator(".question").text_content()
    assert "forgot to add" in answer(page, "5")
    assert "other argument" in answer(page, "9")
    assert answer(page, "12") == "correct: 12"
    page.locator("#next").click()  # asks no second time: on to the next of this step
    assert asked(page) == "b"
    assert "The gradient of a is 12 now." in page.locator("#panel-step").text_content()
    page.get_by_role("button", name="Show me").click()
    assert gradient_of(page, "a") == "12" and page.locator("#answer").count() == 0


@pytest.mark.parametrize(("make", "total", "part"), [
    (lambda a: a * a, "6", "3"), (lambda a: a + a, "2", "1"),
    (lambda a: a - a, "0", "1"), (lambda a: a / a, "0", "0.3333"),
])  # fmt: skip
def test_a_value_that_goes_in_twice_is_asked_for_once_with_both_parts(show, make, total, part):
    y = make(Value(3.0, label="a"))
    page = show(viz.explore(y, predict=True))
    until_asked_for(page, "a")
    assert "a goes in twice" in page.locator(".question").text_content()
    assert "one arrow, and a goes in twice" in answer(page, part)
    assert answer(page, total) == f"correct: {total}"
    page.get_by_role("button", name="Go on").click()
    assert gradient_of(page, "a") == total
    assert (
        "0 of 1 predicted at the first try, 1 at a later one"
        in page.locator(".score").text_content()
    )


def one_neuron(**numbers):
    """((w·x + b).tanh() − y)², with a target that tanh only comes near."""
    found = {"w": 2.0, "x": -1.5, "b": 0.5, "y": 1.0, **numbers}
    w, x, b, y = (Value(n, label=name) for name, n in found.items())
    L = ((w * x + b).tanh() - y) ** 2
    L.label = "L"
    return L


def test_every_gradient_is_asked_for_and_the_score_is_told(show):
    page = show(viz.explore(one_neuron(), predict=True))
    rights = {"v4": "2 * -1.987", "v3": "-3.973", "y": "3.973", "v2": "-3.973*0.02659"}
    seen = []
    while page.locator(".score").count() == 0:
        page.locator("#last").click()
        if page.locator("#answer").count() == 0:
            continue
        seen.append(asked(page))
        if seen[-1] in rights:
            if seen[-1] == "y":
                assert "wrong sign" in answer(page, "-3.973")
            assert answer(page, rights[seen[-1]]).startswith("correct")
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name="Show me").click()
    assert sorted(seen) == ["b", "v1", "v2", "v3", "v4", "w", "x", "y"]
    assert page.locator(".score").text_content() == (
        "Your score: 3 of 8 predicted at the first try, 1 at a later one, 4 shown."
    )


def test_typical_slips_have_answers_of_their_own(show):
    page = show(viz.explore(one_neuron(), predict=True))
    until_asked_for(page, "v4")  # L = v4², v4 = −1.987, L = 3.947: the gradient is −3.973
    words = page.locator(".question p").first.text_content()
    assert words.startswith("Back through L = v4 ^ 2, where v4 = −1.987 and L = 3.947.")
    assert "the value of L" in answer(page, "-3.947") and "the value of L" in answer(page, "3.947")
    assert "the value of v4" in answer(page, "-1.987") and "2 · v4" in answer(page, "-1.987")
    assert "rounded: give three digits" in answer(page, "-4.0")
    assert answer(page, "2*-1.987") == "correct: −3.973"
    until_asked_for(page, "v2")
    assert "local derivative alone" in answer(page, "0.027")
    assert "rounded" in answer(page, "-0.11") and "wrong sign" in answer(page, "0.11")
    words = answer(page, "77")
    assert words.startswith("Not yet. Multiply") and "had arrived" not in words


def test_slips_are_told_apart_from_what_had_arrived(show):
    a, c = Value(3.0, label="a"), Value(2.0, label="c")
    d = a * c
    d.label = "d"
    f = d * a + a
    f.label = "f"
    page = show(viz.explore(f, predict=True))
    until_asked_for(page, "d")
    page.get_by_role("button", name="Show me").click()
    until_asked_for(page, "a")
    while "7" not in page.locator(".question p").first.text_content():
        page.get_by_role("button", name="Show me").click()
        until_asked_for(page, "a")
    # 7 have arrived; this step adds 3 · 2
    assert answer(page, "1") == "What this step adds has the wrong sign."
    assert answer(page, "9").startswith("To the 7 of before you added the local derivative alone")
    assert answer(page, "10").startswith("To the 7 of before you added the upstream gradient")
    assert answer(page, "-13") == "Right size, wrong sign."
    assert answer(page, "12.9") == "Close, but not to three digits."
    assert "forgot to add" in answer(page, "6") and answer(page, "13") == "correct: 13"


def test_calculations_are_understood(show):
    page = show(viz.explore(neuron()[0], predict=True))
    until_asked_for(page, "v4" if "v4" in dict(boxes(page)) else "v3")
    for text in ("2 *", "(1", "1)", "a*2", "2**", "--", "1 2"):
        assert answer(page, text).startswith("Type a number"), text
    slope = 2 * (math.tanh(0.9) - 0.5)
    for text in (f"({slope} + 1) * 2 / -1", "2^3 - 2**3 + 77", "7×11", "−7·−11"):
        assert not answer(page, text).startswith("Type a number"), text
    assert answer(page, f"-({slope}) × 2 ÷ −2^1").startswith("correct")


def test_keys_work_on_where_one_has_clicked(show):
    page = show(viz.explore(one_neuron()))
    page.locator("#predict").check()
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("ArrowRight")
    assert page.locator("#position").input_value() == "1" and page.locator("#predict").is_checked()
    page.locator("#predict").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#position").input_value() == "2"
    page.locator("#predict").uncheck()
    page.locator("#tab-flow").click()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#position").input_value() == "1"
    assert page.locator("#tab-flow").get_attribute("aria-selected") == "true"


def test_a_question_mark_lists_the_keys(show):
    page = show(viz.explore(one_neuron()))
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert texts(page, "#keys kbd") == ["→", "←", "Home", "End", "space", "Tab", "Enter", "?"]
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    page.locator("#search").press("?")
    assert page.locator("#keys").is_hidden() and page.locator("#search").input_value() == "?"
    page.locator("#help").click()
    page.get_by_role("button", name="Close").click()
    assert page.locator("#keys").is_hidden()


def test_without_predicting_nothing_is_asked(show):
    page = show(viz.explore(neuron()[0]))
    page.keyboard.press("Home")
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    assert page.locator("#position").input_value() == "11"
    assert page.locator("#answer").count() == 0


# --- looks ---------------------------------------------------------------------------------------


def test_a_label_is_text_wherever_it_stands(show):
    a = Value(2.0, label=NASTY)
    page = show(viz.explore(a * 3.0 + a, title=NASTY))
    for tab in ("what-if", "descend", "nudge", "flow", "explain", "step"):
        open_tab(page, tab)
    choose(page, 0)
    page.locator("#search").fill("img")
    assert page.locator("#found button").text_content().startswith(NASTY)
    page.locator("#found button").click()
    assert page.locator("img").count() == 0
    assert page.locator("#panel-explain h2").text_content() == NASTY


def test_names_of_any_language_keep_apart(show):
    a, b = Value(2.0, label="損失"), Value(3.0, label="重み")
    y = a * b + a * a
    page = show(viz.explore(y))
    y.backward()
    assert gradient_of(page, "損失") == number(a.grad) and gradient_of(page, "重み") == "2"


def test_the_theme_is_the_systems_until_it_is_switched(show):
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(17, 24, 39)"
    page = show(viz.explore(neuron()[0]), scheme="dark")
    assert page.evaluate(ground) == dark
    page.locator("#theme").select_option("light")
    assert page.evaluate(ground) == light
    page = show(viz.explore(neuron()[0]))
    assert page.evaluate(ground) == light
    page.locator("#theme").select_option("dark")
    assert page.evaluate(ground) == dark
    assert show(viz.explore(neuron()[0], theme="dark")).evaluate(ground) == dark


def test_zoom_pan_and_fit(show):
    page = show(viz.explore(neuron()[0]))
    page.locator("#fit").click()
    moved = "document.querySelector('svg.graph > g').getAttribute('transform')"
    fitted = page.evaluate(moved)
    page.locator("#zoom-in").click()
    assert float(page.evaluate(moved).split("scale(")[1][:-1]) > float(
        fitted.split("scale(")[1][:-1]
    )
    page.locator("#zoom-out").click()
    box = page.locator("svg.graph").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 60, steps=4)
    page.mouse.up()
    dragged = page.evaluate(moved)
    assert dragged != fitted
    page.mouse.wheel(0, -300)
    assert page.evaluate(moved) != dragged
    page.locator("#fit").click()
    assert page.evaluate(moved) == fitted


def scale_of(page, pane=0):
    moved = page.locator("svg.graph > g").nth(pane).get_attribute("transform")
    return float(moved.split("scale(")[1][:-1])


def out_of_sight(page):
    """What takes part in the current step and is not all in the window of the drawing.

    A value in the row above need not be: its name stands beside the operation.
    """
    return page.evaluate(
        """() => [...document.querySelectorAll(".value.active, .operation.active")].filter(e => {
            const names = [...document.querySelectorAll(".operation.active .stub")];
            const own = e.querySelector(".name")?.textContent;
            if (names.some(n => n.textContent === own)) return false;
            const box = e.getBoundingClientRect();
            const window = e.closest("svg").getBoundingClientRect();
            return box.left < window.left || box.right > window.right
                || box.top < window.top || box.bottom > window.bottom;
        }).map(e => e.textContent)"""
    )


LEAST = 0.75  # texts of 12 px are 9 px high then


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_a_long_graph_opens_readable_and_keeps_each_step_in_sight(show, width, height):
    page = show(viz.explore(chain("sigmoid", 10)), width, height)
    assert scale_of(page) >= LEAST and out_of_sight(page) == []
    for press in ("End", "Home", *["ArrowRight"] * 41, "Home", "End", *["ArrowLeft"] * 41):
        page.keyboard.press(press)
        assert out_of_sight(page) == [] and scale_of(page) >= LEAST
    for position in (30, 3, 25):
        page.locator("#position").fill(str(position))
        assert out_of_sight(page) == []


def test_playing_keeps_each_step_in_sight(show):
    page = show(viz.explore(chain("sigmoid", 10)))
    stop_time(page)
    page.locator("#play").click()
    for _ in range(41):
        page.clock.run_for(1000)
        assert out_of_sight(page) == []
    assert page.locator("#position").input_value() == "41"


def test_what_is_in_sight_does_not_move(show):
    page = show(viz.explore(chain("sigmoid", 2), title="short"), 1600, 900)
    moved = "document.querySelector('svg.graph > g').getAttribute('transform')"
    fitted = page.evaluate(moved)
    for press in ("Home", *["ArrowRight"] * 9):
        page.keyboard.press(press)
        assert page.evaluate(moved) == fitted


def test_all_that_is_shown_stays_until_one_zooms_or_follows(show):
    page = show(viz.explore(chain("sigmoid", 10)))
    page.locator("#fit").click()
    whole = scale_of(page)
    assert page.locator("#follow").get_attribute("aria-pressed") == "false" and whole < LEAST
    for press in ("Home", "ArrowRight", "End"):
        page.keyboard.press(press)
        assert scale_of(page) == whole
    page.locator("#follow").click()
    assert page.locator("#follow").get_attribute("aria-pressed") == "true"
    assert scale_of(page) >= LEAST and out_of_sight(page) == []
    page.locator("#fit").click()
    page.locator("#zoom-in").click()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert scale_of(page) >= LEAST and out_of_sight(page) == []


def test_who_zooms_out_is_left_there(show):
    page = show(viz.explore(chain("sigmoid", 10)))
    for _ in range(3):
        page.locator("#zoom-out").click()
    chosen = scale_of(page)
    assert chosen < LEAST
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert scale_of(page) == chosen and out_of_sight(page) == []


def test_what_is_found_comes_into_sight(show):
    page = show(viz.explore(chain("sigmoid", 10)))
    page.locator("#fit").click()
    page.locator("#search").fill("w3")
    page.locator("#search").press("Enter")
    assert scale_of(page) >= LEAST
    box, room = (page.locator(s).bounding_box() for s in (".value.selected", "svg.graph"))
    assert box["x"] >= room["x"] and box["x"] + box["width"] <= room["x"] + room["width"]


def test_formulas_are_never_wider_than_their_panel(show):
    x, w = Value(-0.123456, label="hidden.weight"), Value(-1.23456e-5, label="output.weight")
    y = (x * w).tanh() * x
    y.label = "a_loss_of_mine"
    page = show(viz.explore(y))
    page.keyboard.press("Home")
    for _ in trace.steps(y):
        page.keyboard.press("ArrowRight")
        outside = page.evaluate(
            """() => [...document.querySelectorAll("#panel-step .formula math")].filter(
                m => m.getBoundingClientRect().right
                    > document.querySelector("#panels").getBoundingClientRect().right
            ).map(m => m.textContent)"""
        )
        assert outside == []


# --- the program ---------------------------------------------------------------------------------


def marked(page):
    return [text.split("#")[0].strip() for text in texts(page, "#panel-program [aria-current]")]


def test_the_program_is_shown_with_the_lines_of_the_step(show):
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    y = a * b + a
    page = show(viz.explore(y))
    open_tab(page, "program")
    assert page.locator("#panel-program pre").text_content() == trace.program(y).python
    page.locator("#first").click()
    assert marked(page) == []
    steps = [["v1 = a * b"], ["y = v1 + a"], ["d_y = 1.0"], ["d_v1 = d_y", "d1_a = d_y"],
             ["d2_a = d_v1 * b", "d_b = d_v1 * a", "d_a = d1_a + d2_a"]]  # fmt: skip
    for lines in steps:
        page.locator("#next").click()
        assert marked(page) == lines


def test_the_program_is_copied(show):
    y = neuron()[0]
    page = show(viz.explore(y))
    open_tab(page, "program")
    page.locator("#panel-program button").click()
    assert page.locator("#panel-program .said").text_content() == " copied"
    page.locator("#search").click()
    page.keyboard.press("Control+V")
    pasted = page.locator("#search").input_value()
    assert pasted.split() == trace.program(y).python.split()


def test_a_graph_of_tensors_has_no_program(show):
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    page = show(viz.explore((w * w).sum()))
    assert page.locator("#tab-program").count() == 0 and page.locator("#tab-flow").count() == 1


def test_tensors_opened_as_numbers_can_be_changed(show):
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    w.name = "w"
    loss = (w * torch.tensor([1.0, 4.0]) * w).sum()
    note = show(viz.explore(loss)).locator("#panel-step .note code")
    assert note.text_content() == 'viz.explore(loss, "numbers.html", scalars=True)'
    page = show(viz.explore(loss, scalars=True))
    assert page.locator("#panel-step .note").count() == 0
    open_tab(page, "what-if")
    knob(page, "w[1]").fill("5")
    assert page.locator(".result").first.text_content().startswith("v5 = 104")
    assert gradient_of(page, "w[1]") == "40" and gradient_of(page, "w[0]") == "4"


def test_pointing_lights_where_a_value_comes_from_and_goes(show):
    a, b, c = (Value(x, label=name) for x, name in ((1.0, "a"), (2.0, "b"), (3.0, "c")))
    page = show(viz.explore((a * b).tanh() + c.tanh()))
    page.locator("[data-value='0']").hover()
    lit = texts(page, ".value.lit .name")
    assert "a" in lit and "b" not in lit and "c" not in lit and len(lit) == 4
    page.locator("h1").hover()
    assert page.locator(".lit").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_page_fits_its_window(show, width, height):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh()).to(Value)
    y = model([Value(1.0, label="x0"), Value(-1.0, label="x1")]).ravel()[0]
    page = show(viz.explore(y), width, height)
    for tab in ("step", "what-if", "descend", "nudge", "explain", "flow", "program"):
        open_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("first", "next", "last", "position"):
        box = page.locator(f"#{name}").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


def test_texts_stay_inside_their_boxes(show):
    values = [Value(x, label=f"w{i}") for i, x in enumerate((-1.23456e-105, 123456.7, -0.00123456))]
    y = (values[0] * values[1] + values[2]).leaky_relu(0.05) * values[1]
    y.label = "a name that is longer than a box is wide, by far"
    page = show(viz.explore(y))
    page.locator("#zoom-in").click()
    page.locator("#zoom-in").click()
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".value, .operation")].flatMap(group => {
            const frames = [...group.querySelectorAll("rect")].map(r => r.getBBox());
            const left = Math.min(...frames.map(f => f.x)), top = Math.min(...frames.map(f => f.y));
            const right = Math.max(...frames.map(f => f.x + f.width));
            const bottom = Math.max(...frames.map(f => f.y + f.height));
            return [...group.querySelectorAll("text:not(.ghost, .stub)")].filter(t => {
                const b = t.getBBox();
                const wide = b.x < left || b.x + b.width > right;
                return b.width && (wide || b.y < top - 1 || b.y + b.height > bottom + 2);
            }).map(t => t.textContent);
        })"""
    )
    assert outside == []


def test_numbers_are_written_as_python_writes_them(browser):
    page = browser.new_page()
    page.add_script_tag(content=(files("tinygrad_edu.viz.page") / "numbers.js").read_text())
    draw = random.Random(1)
    numbers = [draw.choice((-1, 1)) * 10 ** draw.uniform(-12, 12) for _ in range(500)]
    numbers += [k / 32 for k in range(-70, 70)] + [
        0.0,
        -0.0,
        999999.5,
        1e6,
        0.001,
        0.00099999,
        5e-324,
    ]
    theirs = page.evaluate("xs => xs.map(x => number(x))", numbers)
    assert theirs == [number(x) for x in numbers]
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_serious_findings_of_accessibility(show, scheme):
    page = show(viz.explore(neuron()[0]), scheme=scheme)
    choose(page, 0)
    for tab in ("step", "what-if", "descend", "nudge", "explain", "flow", "program"):
        open_tab(page, tab)
        assert serious_findings(page, scheme) == []


def test_a_notebook_shows_it_in_its_sandbox(browser):
    page = browser.new_page()
    page.set_content(viz.explore(neuron()[0])._repr_html_())
    frame = page.frame_locator("iframe")
    frame.locator("#first").click()
    assert frame.locator("#where").text_content() == "Start: nothing computed yet"
    assert page.frames[1].evaluate("origin") == "null"
    page.close()


def test_it_prints_in_the_colours_of_paper_without_controls(show):
    page = show(viz.explore(neuron()[0], theme="dark"))
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#next").is_hidden() and page.locator("#search").is_hidden()
    assert page.locator("#drawing").bounding_box()["height"] > 300
    assert page.locator("#legend").is_visible()


def test_tabs_go_by_keys_and_the_sentence_is_spoken(show):
    page = show(viz.explore(neuron()[0]))
    page.locator("#tab-step").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-what-if").get_attribute("aria-selected") == "true"
    assert page.locator("#panel-step").is_hidden()
    assert page.locator("#position").input_value() == "11"
    assert page.locator("#sentence").get_attribute("aria-live") == "polite"


def test_a_thousand_values_step_from_one_end_to_the_other(show):
    x = Value(0.5, label="x")
    for _ in range(330):
        x = (x * 1.001).tanh()
    page = show(viz.explore(x))
    count = len(trace.steps(x))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.locator("#where").text_content() == "Forward, step 1 of 660"
    page.keyboard.press("End")
    assert page.locator("#position").input_value() == str(count)
    x.backward()
    assert gradient_of(page, "x") == number(trace.read(x).values[0].gradient)


def test_boxes_out_of_sight_are_left_out_of_a_large_drawing_until_they_are_seen(show):
    x = Value(0.5, label="x")
    for _ in range(100):
        x = (x * 1.001).tanh()
    page = show(viz.explore(x))
    in_sight = """() => [...document.querySelectorAll("[data-value]")].filter(box => {
        const {left, top, right, bottom} = box.getBoundingClientRect();
        const room = document.querySelector("svg.graph").getBoundingClientRect();
        return right > room.left && left < room.right && bottom > room.top && top < room.bottom;
    }).length"""
    count = 301
    filled = page.locator("[data-value]:not(:empty)")
    before = filled.count()
    assert 0 < page.evaluate(in_sight) <= before < 60
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        assert 0 < page.evaluate(in_sight) <= filled.count() < 60
    page.locator("#search").fill("v100")
    page.keyboard.press("Enter")
    assert "v100" in dict(boxes(page))
    page.locator("#fit").click()
    assert filled.count() == page.evaluate(in_sight) == count
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert filled.count() == count


def test_numbers_that_were_changed_out_of_sight_keep_one_ghost(show):
    x = Value(0.5, label="x")
    y = x
    for _ in range(100):
        y = (y * 1.01).tanh()
    page = show(viz.explore(y))
    open_tab(page, "what-if")
    for number_ in ("0.25", "0.75"):
        knob(page, "x").fill(number_)
        page.keyboard.press("Enter")
    page.locator("#fit").click()
    assert page.locator("[data-value] .ghost.over").count() == 201  # all but the constants
    assert page.locator("[data-value='0'] .ghost.over").text_content() == "was 0.5"


# --- what a learner could take for something else ------------------------------------------------


def one_point():
    """(w·x + b − y)², where only w and b are weights."""
    w, x, b, y = (Value(n, label=k) for k, n in {"w": 2.0, "x": 3.0, "b": 0.5, "y": 1.0}.items())
    L = (w * x + b - y) ** 2
    L.label = "L"
    return L


def test_descend_moves_nothing_unless_a_leaf_is_ticked_and_says_what_moved(show):
    page = show(viz.explore(one_point()))
    open_tab(page, "descend")
    panel = page.locator("#panel-descend")
    assert panel.get_by_role("checkbox", checked=True).count() == 0
    assert "weights, not data or targets" in panel.locator(".state").text_content()
    page.get_by_role("button", name="1 step", exact=True).click()
    assert dict(boxes(page))["y"][0] == "1" and dict(boxes(page))["w"][0] == "2"
    assert panel.locator(".moves").text_content() == "Nothing moved: no leaf is ticked."
    for name in "wb":
        page.get_by_role("checkbox", name=name, exact=True).check()
    assert panel.locator(".state").text_content() == ""
    page.locator("#rate").fill("0.01")
    page.get_by_role("button", name="1 step", exact=True).click()
    # the loss is 5.5², so ∂L/∂w = 2 · 5.5 · 3 and ∂L/∂b = 2 · 5.5
    assert panel.locator(".moves").text_content() == "moved: w 2 → 1.67, b 0.5 → 0.39"
    assert dict(boxes(page))["y"][0] == "1" and dict(boxes(page))["x"][0] == "3"
    page.get_by_role("button", name="Back to the start").click()
    assert panel.locator(".moves").text_content() == ""


@pytest.mark.parametrize(("text", "lacking"), [
    ("abc", "not a number"), ("", "not a number"), ("nan", "not a number"),
    ("1e400", "not a finite number"), ("inf", "not a finite number"),
])  # fmt: skip
def test_a_knob_and_the_rate_of_descend_take_only_finite_numbers(show, text, lacking):
    page = show(viz.explore(one_point()))
    open_tab(page, "what-if")
    field = knob(page, "w")
    field.fill(text)
    said = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert said.text_content() == f"{lacking}: w stays 2"
    assert field.get_attribute("aria-invalid") == "true" and dict(boxes(page))["w"][0] == "2"
    page.locator("h1").click()
    assert field.input_value() == "2" and said.text_content() == f"{lacking}: w stays 2"
    field.fill("1.5")
    assert said.text_content() == "" and dict(boxes(page))["w"][0] == "1.5"
    open_tab(page, "descend")
    page.locator("#rate").fill("0.01")
    page.locator("#rate").fill(text)
    assert page.locator("#rate-message").text_content() == f"{lacking}: lr stays 0.01"
    page.get_by_role("checkbox", name="b", exact=True).check()
    page.get_by_role("button", name="1 step", exact=True).click()
    assert page.locator("#rate").input_value() == "0.01"
    assert dict(boxes(page))["b"][0] == "0.42"  # 0.5 − 0.01 · 2 · 4


def test_flow_tells_size_and_ratio_and_judges_by_the_ratio(show):
    x = Value(1.0, label="x")
    h = ((x * 1e-4).tanh() * 1e-4).tanh()
    h.label = "h"
    y = h * 10.0
    loss = (y * 0.01) * 0.1  # ∂loss/∂h = 0.01: what counts as healthy behind this loss
    page = show(viz.explore(loss))
    open_tab(page, "flow")
    assert texts(page, ".flow .heading") == ["norm", "ratio"]
    assert texts(page, ".flow .norm") == ["1", "0.1", "0.001", "0.01", "0.01", "1e-6", "1e-6"]
    assert texts(page, ".flow .ratio") == ["100", "10", "0.1", "1", "1", "1e-4", "1e-4"]
    (told,) = texts(page, "#panel-flow .culprit")
    assert told.startswith("Vanishing: the gradient falls from 0.01 at h")  # to the leaf
    assert texts(page, ".verdict .words") == [told]

    w = torch.tensor([[0.5, -0.25], [0.75, 1.0]], requires_grad=True)
    loss = ((w @ w).tanh() * 0.002).sum() * 5.0
    page = show(viz.explore(loss))
    open_tab(page, "flow")
    sizes, ratios = ([float(t) for t in texts(page, f".flow .{c}")] for c in ("norm", "ratio"))
    caption = page.locator("#panel-flow p").first.text_content()
    reference = float(caption.split("norm ÷ ")[1].split(" at ")[0])
    assert reference in sizes and 1.0 in ratios and len(set(ratios)) > 2
    for size, ratio in zip(sizes, ratios, strict=True):
        assert math.isclose(size / reference, ratio, rel_tol=6e-3)


def test_the_waterfall_tells_slopes_weights_and_others_apart_above_the_paths(show):
    out = chain("sigmoid", 10)
    graph = trace.read(out)
    weights = {x.name: x.source for x in graph.values if x.name and x.name.startswith("w")}
    page = show(viz.explore(out, params=weights))
    page.locator("#search").fill("w1")
    page.locator("#search").press("Enter")
    w1 = next(value for value in graph.values if value.name == "w1")
    log10 = trace.explain(out, w1.source).waterfall.share("activation")[1]
    said = page.locator("#panel-explain .shares").text_content()
    slopes = number(10**log10)
    assert said == f"10 slopes of activations give ×{slopes}, 9 weights ×1, 1 leaf factor ×0.5."
    shares = trace.explain(out, w1.source, weights).waterfall.share
    assert [shares(kind)[0] for kind in ("activation", "weight", "leaf")] == [10, 9, 1]
    headings = texts(page, "#panel-explain h3")
    assert headings == ["Waterfall of the largest path: 11 factors", "One path from the output"]
    path = texts(page, ".path .ledger")[0].partition(" = ")[0].split(" · ")
    assert len(path) == 7 and path[3] == "…"


def test_explain_starts_with_the_leaf_of_the_verdict(show):
    a, b, c = (Value(n, label=k) for k, n in {"a": 2.0, "b": 0.001, "c": 0.0}.items())
    page = show(viz.explore(a * b + c * (a - 2.0)))  # the gradients: 0.001, 2 and 0
    open_tab(page, "explain")
    assert texts(page, "#panel-explain h2") == ["b"]  # which gets the most: 2
    note = page.locator("#panel-explain .state").text_content()
    assert note.startswith("Nothing is chosen yet: b is what the line at the top speaks of.")
    choose(page, 0)
    assert texts(page, "#panel-explain h2") == ["a"]
    assert page.locator("#panel-explain .state").count() == 0


def test_a_use_of_several_is_written_as_a_part_and_no_rule_goes_in_a_circle(show):
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    page = show(viz.explore(a * b + a * a))
    written = []
    for _ in range(3):
        written += [text.replace(" ", "") for text in texts(page, ".formula")]
        page.keyboard.press("ArrowLeft")
    assert sum("∂v3∂a+=" in text for text in written) == 3  # a·b once, a·a twice
    assert not any("∂v3∂a=" in text for text in written)
    assert any("∂v2∂a(1st)=1·3=3" in text for text in written)
    assert not any("∂v3∂v3·" in text for text in written)  # ∂v3/∂v1 = ∂v3/∂v3 · ∂v3/∂v1


def test_nothing_tells_a_gradient_before_its_step(show):
    page = show(viz.explore(one_neuron()))
    page.keyboard.press("Home")
    assert texts(page, ".verdict .words") == ["How the gradient fares is told at the last step."]
    assert page.locator(".verdict button").is_hidden()
    choose(page, 0)
    assert "not known yet" in page.locator("#panel-explain .not-yet").text_content()
    assert "0.1585" not in page.locator("#panel-explain").text_content()
    open_tab(page, "what-if")
    assert "0.1585" not in page.locator("#panel-what-if").text_content()
    open_tab(page, "explain")
    page.get_by_role("button", name="Go to the last step").click()
    assert page.locator("#panel-explain .not-yet").count() == 0
    assert "0.1585" in page.locator("#panel-explain .formula").first.text_content()


def test_explain_leaves_out_what_is_only_rounding(show):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
    loss = nn.MSELoss()(model(torch.randn(16, 3)), torch.ones(16, 1))
    page = show(viz.explore(loss))
    open_tab(page, "explain")
    faded = texts(page, "#panel-explain h2")
    assert faded != ["0.bias"] and faded[0] in dict(model.named_parameters())
    page.locator("#search").fill("0.bias")
    page.locator("#search").press("Enter")
    assert "rounding" in page.locator("#panel-explain .state").first.text_content()
