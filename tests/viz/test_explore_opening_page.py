"""What the page shows when it opens, in a real browser: the verdict, and how it fits."""

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.viz.page.data import describe

pytest.importorskip("playwright", reason="pages are tested in a real browser")

GHOSTS = """() => {
    const shapes = ".frame, .body, .slot, text";
    const all = [...document.querySelector("svg.graph").querySelectorAll(shapes)]
        .filter(e => e.tagName === "rect" || e.textContent.trim());
    const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width &&
        a.y + 1.5 < b.y + b.height && b.y + 1.5 < a.y + a.height;
    const ghosts = all.filter(e => e.classList.contains("ghost"));
    const box = e => {
        const {x, y, width, height} = e.getBoundingClientRect(), s = e.getScreenCTM().a;
        return {x: x / s, y: y / s, width: width / s, height: height / s};
    };
    const over = ghosts.flatMap(g => all.filter(e => e !== g && meet(box(g), box(e)))
        .map(e => [g.textContent, e.textContent || e.getAttribute("class")]));
    return {count: ghosts.length, over};
}"""


def neuron():
    w, x, b = Value(-3.0), Value(2.0), Value(6.9)
    L = ((w * x + b).tanh() - 0.5) ** 2
    return viz.explore(L)


def sigmoids(depth=10):
    h = Value(0.5, label="x")
    for i in range(depth):
        h = (Value(1.0, label=f"w{i + 1}") * h).sigmoid()
    h.label = "out"
    return h


def network(activation, depth=10, width=8):
    torch.manual_seed(0)
    layers = [layer for _ in range(depth) for layer in (nn.Linear(width, width), activation())]
    model = nn.Sequential(*layers, nn.Linear(width, 1))
    loss = nn.MSELoss()(model(torch.randn(16, width)), torch.zeros(16, 1))
    loss.backward(retain_graph=True)
    return model, loss


def verdicts(page):
    return page.locator(".verdict .words").all_text_contents()


def position(page):
    return int(page.locator("#position").input_value())


# --- the verdict ---------------------------------------------------------------------------------


def test_a_deep_sigmoid_network_says_at_once_where_the_gradient_died_and_of_what(show):
    model, loss = network(nn.Sigmoid)
    flow = viz.gradient_flow(model, loss)
    page = show(viz.explore(loss))
    (words,) = verdicts(page)
    assert flow.verdict == "vanishing"
    assert words.startswith("Vanishing: the gradient falls from 0.00857 at 20: Linear to 3.62e-11")
    assert (
        "at 0: Linear. Largest part: the 10 slopes of sigmoid (×7.14e-7, of ×4.22e-9 in all)."
        in words
    )
    box = page.locator(".verdict").bounding_box()
    assert box["y"] + box["height"] < page.locator("#drawing").bounding_box()["y"]
    page.locator(".verdict button").click()
    assert page.locator("#tab-explain").get_attribute("aria-selected") == "true"
    assert page.locator("#panel-explain h2").text_content() == "0.weight"
    page.locator("#tab-flow").click()
    told = page.locator("#panel-flow .culprit").text_content()
    assert told == words


def test_the_verdict_of_values_leads_to_the_waterfall(show):
    page = show(viz.explore(sigmoids()))
    assert verdicts(page) == [
        "Vanishing: the gradient falls from 1 at out to 3.48e-7 at x (which gets the most of the 2 "
        "leaves furthest from out). All of it is done by the 10 slopes of sigmoid."
    ]
    assert "step-0" in page.locator(".verdict .swatch").get_attribute("class")
    page.locator(".verdict button").click()
    assert page.locator("#panel-explain h2").text_content() == "x"
    assert page.locator("#panel-explain .waterfall").count() == 1


def test_a_healthy_graph_has_one_calm_line_and_a_changed_one_that_of_now(show):
    w, x = Value(0.5), Value(2.0)
    y = (w * x).tanh()
    page = show(viz.explore(y))
    assert verdicts(page) == [
        "Healthy: the gradient goes from 1 at y to 0.84 at w (which gets the most of the 2 leaves)."
    ]
    page.locator("#tab-what-if").click()
    page.get_by_role("textbox", name="x", exact=True).fill("12")
    (words,) = verdicts(page)
    assert words == (
        "Now vanishing: the gradient falls from 1 at y to 2.95e-4 at w. Smallest factor: ×2.46e-5, "
        "the slope of tanh. (At first: healthy.)"
    )


def trained(**numbers):
    """((w·x + b).tanh() − y)²: what is called trained has tanh near its target."""
    found = {"w": 2.0, "x": -1.5, "b": 0.5, "y": 1.0, **numbers}
    w, x, b, y = (Value(n, label=name) for name, n in found.items())
    L = ((w * x + b).tanh() - y) ** 2
    L.label = "L"
    return L


def test_the_gradient_is_measured_from_behind_the_loss():
    told = describe(trained()).facts
    assert told["verdict"]["word"] == "weakening"  # tanh lets 2.7 % through; the loss has ×4
    assert told["verdict"]["sentence"].startswith(
        "Weakening: the gradient falls from 3.97 at v3, the input of the loss, to 0.211 at x"
    )
    assert told["referenceOfNumbers"] == told["reference"] == pytest.approx(3.9732, abs=1e-4)
    for w in (-4.0, -40.0):  # tanh is 1, as it should be
        told = describe(trained(w=w)).facts["verdict"]
        assert told["word"] == "healthy"
        assert told["sentence"].startswith("Healthy: L itself asks for little: the gradient at v3")
    assert describe(trained(w=40.0)).facts["verdict"]["word"] == "dead"  # tanh is −1


def test_success_is_no_illness(show):
    page = show(viz.explore(trained()))
    swatch = page.locator(".verdict .swatch")
    assert "step-2" in swatch.get_attribute("class")
    page.locator("#tab-descend").click()
    for name in "wb":
        page.get_by_role("checkbox", name=name, exact=True).check()
    for _ in range(6):
        page.get_by_role("button", name="10 steps").click()
    (words,) = verdicts(page)
    assert words.startswith("Now healthy: L itself asks for little: the gradient at v3, the input")
    assert "It has come down from 3.947 to 0.00491." in words
    assert "step-3" in swatch.get_attribute("class")
    page.locator("#tab-what-if").click()
    for text, word, look in (
        ("6", "vanishing", "step-1"),
        ("40", "dead", "zero"),
        ("-40", "healthy", "step-3"),
    ):
        page.get_by_role("textbox", name="w", exact=True).fill(text)
        assert verdicts(page)[0].startswith(f"Now {word}: ")
        assert look in swatch.get_attribute("class")
    page.get_by_role("textbox", name="w", exact=True).fill("6")
    x = page.locator("[data-value='1'] .cell")  # the leaf that the line speaks of
    assert "at x." in verdicts(page)[0] and "step-1" in x.get_attribute("class")
    page.get_by_role("button", name="Reset all numbers").click()
    assert verdicts(page)[0].startswith("Weakening: ")


def test_a_network_of_numbers_is_judged_in_the_same_words_when_changed(show):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid(), nn.Linear(1, 1)).to(Value)
    (y,) = model([Value(1.0, label="x")])
    page = show(viz.explore((y - 1.0) ** 2))
    (before,) = verdicts(page)
    assert " at 2: Linear" in before
    page.locator("#tab-what-if").click()
    page.get_by_role("textbox", name="x", exact=True).fill("400")
    (words,) = verdicts(page)
    assert words.startswith("Now ") and " at 2: Linear to " in words and "0: Linear." in words


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.ReLU, nn.Tanh])
@pytest.mark.parametrize("depth", [1, 4, 10])
def test_the_word_is_that_of_gradient_flow(activation, depth):
    model, loss = network(activation, depth)
    flow = viz.gradient_flow(model, loss)
    told = describe(loss).facts
    assert told["verdict"]["word"] == flow.verdict
    assert told["reference"] == pytest.approx(flow[flow.reference].norm)


def test_dead_units_and_numbers_that_are_none_are_told():
    w, x = Value(1.0), Value(-1.0)
    told = describe((w * x).relu() * 2.0).facts["verdict"]
    assert told["word"] == "dead" and "relu(v1) is closed" in told["sentence"]
    h = Value(1.0)
    for _ in range(4):
        h = h.exp()
    told = describe(h).facts["verdict"]
    assert told["word"] == "exploding" and "no finite number any more" in told["sentence"]
    model, _ = network(nn.ReLU, 2)
    with torch.no_grad():
        model[2].bias.fill_(-100.0)
    told = describe(model(torch.randn(4, 8)).sum()).facts["verdict"]
    assert told["word"] == "dead"
    assert told["sentence"].startswith("Dead: the gradient stops at 3: ReLU; 100 % of its units")


# --- from the beginning --------------------------------------------------------------------------


def test_all_is_computed_and_one_button_starts_from_the_beginning(show):
    page = show(neuron())
    assert position(page) == 11
    page.get_by_role("button", name="Start from the beginning").click()
    assert position(page) == 0 and page.locator("#start").is_hidden()
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("End")
    assert page.locator("#start").is_visible()


@pytest.mark.parametrize("by_teacher", [True, False])
def test_predicting_starts_with_every_gradient_hidden(show, by_teacher):
    w, x = Value(3.0), Value(2.0)
    y = w * x
    page = show(viz.explore(y, predict=by_teacher))
    if not by_teacher:
        assert page.locator("#tab-explain").is_visible()
        page.locator("#predict").check()
    assert position(page) == 0 and page.locator("#predict").is_checked()
    grads = page.locator("svg.graph .value .cell text").all_text_contents()
    assert grads == ["grad –"] * 3
    assert "1" not in verdicts(page)[0] and page.locator(".verdict button").is_hidden()
    for name in ("what-if", "descend", "nudge", "explain", "flow"):
        assert page.locator(f"#tab-{name}").is_hidden()
    page.locator("[data-value='0']").click()  # to choose a value tells nothing
    assert page.locator("#panel-step").is_visible()


def test_no_jump_leads_past_a_question(show):
    w, x = Value(3.0), Value(2.0)
    y = (w * x).tanh()
    page = show(viz.explore(y, predict=True))
    for jump in (
        lambda: page.locator("#last").click(),
        lambda: page.locator("#position").fill("5"),
    ):
        jump()
        assert position(page) == 3  # forward, and the start of the pass
        assert page.locator("#answer").is_visible()
    page.get_by_role("button", name="Show me").click()
    page.keyboard.press("End")
    assert position(page) == 4
    for _ in "wx":
        page.get_by_role("button", name="Show me").click()
    assert position(page) == 5 and verdicts(page)[0].startswith("Vanishing")
    page.locator("#predict").uncheck()
    assert page.locator("#tab-explain").is_visible() and position(page) == 5


def test_a_graph_of_tensors_has_no_numbers_to_predict():
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    with pytest.raises(ValueError, match="scalars=True as well"):
        viz.explore((w * w).sum(), predict=True)
    assert '"predict":true' in viz.explore((w * w).sum(), scalars=True, predict=True).html


# --- how it fits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [600, 700, 900, 1000])
def test_in_the_frame_of_a_notebook_drawing_and_panels_stand_side_by_side(show, width):
    page = show(viz.explore(sigmoids()), width, 680)
    drawing, side = (page.locator(s).bounding_box() for s in ("#drawing", "#side"))
    assert drawing["width"] >= width / 2 and drawing["height"] >= 680 / 2
    assert side["x"] >= drawing["width"] and side["height"] > 680 * 0.75
    assert page.evaluate("document.documentElement.scrollHeight") == 680
    for tab in page.get_by_role("tab").all():
        tab.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        panel = page.locator("#panels").bounding_box()
        assert panel["x"] + panel["width"] <= width and panel["height"] > 400


def test_old_numbers_cover_nothing(show):
    xs = [Value(0.3 * (i + 1), label=f"x{i}") for i in range(3)]
    hs = [
        sum(
            (Value(0.2 * (i - j), label=f"w{j}{i}") * x for i, x in enumerate(xs)), Value(0.1)
        ).tanh()
        for j in range(3)
    ]
    page = show(viz.explore((hs[0] * hs[1] + hs[2] - 1.0) ** 2))
    page.locator("#tab-descend").click()
    page.get_by_role("button", name="all", exact=True).click()
    page.get_by_role("button", name="10 steps").click()
    found = page.evaluate(GHOSTS)
    assert found["count"] > 60 and found["over"] == []


# --- names and twins -----------------------------------------------------------------------------


def test_leaves_are_called_as_the_variables_of_who_calls(show):
    w, x = Value(2.0), Value(3.0)
    L = (w * x).tanh()
    page = show(viz.explore(L))
    assert page.locator(".value .name").all_text_contents() == ["w", "x", "v1", "L"]
    assert page.title() == "Graph of L"
    page = show(viz.explore(L, names=None))
    assert page.locator(".value .name").all_text_contents() == ["v1", "v2", "v3", "v4"]
    assert (w.label, x.label, L.label) == (None, None, None)


def test_twins_of_tensors_are_taken_apart(show):
    w = torch.tensor([0.5, -1.0], requires_grad=True)
    losses = {"sigmoid": w.sigmoid().sum(), "relu": w.relu().sum()}
    page = show(viz.compare(losses, scalars=True))
    assert [words.split(":")[0] for words in verdicts(page)] == ["Healthy", "Healthy"]
    page.locator("#tab-what-if").click()
    page.get_by_role("textbox", name="w[1]", exact=True).fill("2")
    told = page.locator("#panel-what-if .result").text_content()
    assert "relu: " in told and "= 2.5 (was 0.5)" in told


def test_why_of_a_network_opens_the_way_to_the_weight_that_gets_least(show):
    torch.manual_seed(0)
    layers = [layer for _ in range(10) for layer in (nn.Linear(8, 8), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(8, 1))
    loss = nn.MSELoss()(model(torch.randn(16, 8)), torch.ones(16, 1))
    page = show(viz.explore(loss))
    page.get_by_role("button", name="Why?").click()
    panel = page.locator("#panel-explain")
    assert panel.locator("h2").text_content() == "0.weight"
    assert panel.locator("h3").first.text_content().startswith("Module by module, from ")
    assert panel.locator(".culprit").text_content().startswith("Largest part: 10 activations ×")
    assert panel.locator(".factors tbody tr").count() == 22
