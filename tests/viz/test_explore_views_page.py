"""What is in sight on the page, and how it reads: the view, small windows, charts and notes."""

import pytest
from accessibility import serious_findings

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, viz
from tinygrad_edu.trace.text import number
from tinygrad_edu.viz.page.data import describe

pytest.importorskip("playwright", reason="pages are tested in a real browser")

IN_SIGHT = """e => {
    const box = e.getBoundingClientRect(), room = e.closest("svg").getBoundingClientRect();
    return box.left >= room.left - 1 && box.right <= room.right + 1
        && box.top >= room.top - 1 && box.bottom <= room.bottom + 1;
}"""


def neuron():
    w, x, b, y = (Value(n, k) for k, n in {"w": 2.0, "x": -1.5, "b": 0.5, "y": 1.0}.items())
    L = ((w * x + b).tanh() - y) ** 2
    L.label = "L"
    return L


def sigmoids(depth=10):
    h = Value(0.5, label="x")
    for i in range(depth):
        h = (Value(1.0, label=f"w{i + 1}") * h).sigmoid()
    h.label = "out"
    return h


def mlp(activation=nn.Tanh, layers=1, batch=16, width=8):
    torch.manual_seed(0)
    parts = [m for _ in range(layers) for m in (nn.Linear(width, width), activation())]
    model = nn.Sequential(*parts, nn.Linear(width, 1))
    return nn.MSELoss()(model(torch.randn(batch, width)), torch.ones(batch, 1))


def texts(page, selector):
    return page.locator(selector).all_text_contents()


def scale_of(page, pane=0):
    moved = page.locator("svg.graph > g").nth(pane).get_attribute("transform")
    return float(moved.split("scale(")[1][:-1])


def value(page, name):
    return page.locator(".value", has=page.locator(f".name:text-is('{name}')"))


def sees(page, name):
    return value(page, name).evaluate(IN_SIGHT)


def choose(page, name):
    value(page, name).dispatch_event("click")


def tab(page, name):
    page.locator(f"#tab-{name}").click()


# --- what is in sight ----------------------------------------------------------------------------


def test_a_graph_of_five_operations_is_shown_whole(show):
    page = show(viz.explore(neuron()))
    assert scale_of(page) >= 0.65
    for name in ("step", "what-if", "descend", "nudge", "explain", "flow", "program"):
        tab(page, name)
        everything = page.locator(".room .value, .room .operation").evaluate_all(
            f"all => all.map({IN_SIGHT})"
        )
        assert len(everything) == 15 and all(everything)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (900, 680), (390, 844)])
def test_what_is_spoken_of_is_in_sight(show, width, height):
    page = show(viz.explore(sigmoids()), width, height)
    active = page.locator(".value.active, .operation.active")
    assert all(active.evaluate_all(f"all => all.map({IN_SIGHT})")) and active.count() == 4
    assert page.locator("#sentence").text_content() != "" and scale_of(page) >= 0.75
    page.keyboard.press("Home")
    page.locator("#position").fill("15")  # amidst
    tab(page, "what-if")
    assert sees(page, page.locator(".knob label").first.text_content())
    tab(page, "explain")
    assert sees(page, page.locator("#panel-explain h2").text_content())
    tab(page, "step")
    assert all(page.locator(".operation.active").evaluate_all(f"all => all.map({IN_SIGHT})"))
    choose(page, "w9")
    assert page.locator("#panel-explain h2").text_content() == "w9" and sees(page, "w9")


def test_twins_open_whole_with_their_names_beside_the_drawings(show):
    losses = {"sigmoid": mlp(nn.Sigmoid, 9), "relu": mlp(nn.ReLU, 9)}
    page = show(viz.compare(losses))
    for pane in range(2):
        figure = page.locator("figure.pane").nth(pane)
        shapes = figure.locator(".value, .operation")
        assert all(shapes.evaluate_all(f"all => all.map({IN_SIGHT})"))
        name, drawing = (figure.locator(s).bounding_box() for s in ("figcaption", "svg.graph"))
        assert name["y"] + name["height"] <= drawing["y"] + 0.5
    caption, words = (page.locator(s).bounding_box() for s in ("#caption", "#sentence"))
    assert words["y"] + words["height"] <= caption["y"] + caption["height"]
    facts = [describe(loss).facts for loss in losses.values()]
    legend = page.locator("#legend").text_content()
    for title, told in zip(losses, facts, strict=True):
        assert f"{title}: {number(told['reference'])} at 18: Linear" in legend
    page.keyboard.press("ArrowLeft")
    assert scale_of(page, 0) >= 0.75 and scale_of(page, 1) >= 0.75


def test_the_whole_of_a_long_network_shows_its_colours(show):
    page = show(viz.explore(blocks(80)))
    page.locator("#fit").click()
    assert scale_of(page) < 0.1
    cell = page.locator(".value.parameter .cell.step-0 rect").first
    width, stroke, fill = cell.evaluate(
        "e => (s => [parseFloat(s.strokeWidth), s.stroke, s.fill])(getComputedStyle(e))"
    )
    assert width >= 5 and stroke == fill  # in pixels of the screen: it does not shrink
    page.locator("#search").fill("79.b.weight")
    page.keyboard.press("Enter")
    in_sight = page.locator("[data-value] .cell[class*='step-'] rect").first
    assert in_sight.evaluate("e => getComputedStyle(e).stroke") == "none"


# --- on a phone ----------------------------------------------------------------------------------


def test_on_a_phone_a_tab_leads_to_its_panel_below_the_drawing(show):
    page = show(viz.explore(neuron()), 390, 844)
    tabs = page.get_by_role("tab").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().top)"
    )
    assert len(tabs) == 7 and len(set(tabs)) == 1  # in one row
    bar = page.locator("footer").bounding_box()["y"]
    assert tabs[0] + 25 < bar
    for name in ("what-if", "descend", "explain", "program"):
        tab(page, name)
        panel, drawing = (page.locator(s).bounding_box() for s in (f"#panel-{name}", "#drawing"))
        assert drawing["y"] == 0 and drawing["height"] <= panel["y"] < 844 / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("twins", [False, True])
def test_on_a_phone_the_tabs_are_above_the_bar_of_the_steps(show, twins):
    losses = {"sigmoid": mlp(nn.Sigmoid, 9), "relu": mlp(nn.ReLU, 9)}
    page = show(viz.compare(losses) if twins else viz.explore(losses["sigmoid"]), 390, 844)
    tabs, bar = (page.locator(s).bounding_box() for s in ("#tabs", "footer"))
    assert tabs["y"] + tabs["height"] <= bar["y"]


def test_on_a_phone_a_question_is_not_under_the_bar(show):
    page = show(viz.explore(neuron()), 390, 844)
    page.locator("#predict").check()
    for _ in range(30):
        if page.locator("#answer").count():
            break
        page.locator("#next").click()
    answer, bar, drawing = (
        page.locator(s).bounding_box() for s in ("#answer", "footer", "#drawing")
    )
    assert drawing["y"] + drawing["height"] <= answer["y"]
    assert answer["y"] + answer["height"] <= bar["y"]


# --- the scale of parameters ---------------------------------------------------------------------


def test_a_large_batch_makes_no_weight_explode(show):
    page = show(viz.explore(mlp(batch=512)))
    parameters = page.locator(".value.parameter .cell")
    assert parameters.count() == 4
    assert {"cell step-3"} == {parameters.nth(i).get_attribute("class") for i in range(4)}
    choose(page, "2.weight")
    assert page.locator(".numbers .swatch.step-5, .numbers .swatch.step-6").count() == 0


# --- charts --------------------------------------------------------------------------------------


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return self.b(self.a(x).tanh()).sigmoid()


def blocks(count):
    torch.manual_seed(0)
    model = nn.Sequential(*(Block(4) for _ in range(count)))
    return (model(torch.randn(4, 4)) ** 2).mean()


def overlapping(page, selector):
    return page.locator(selector).evaluate_all(
        """all => { const boxes = all.map(e => e.getBoundingClientRect());
            const meet = (a, b) => Math.max(a.x, b.x) < Math.min(a.right, b.right)
                && Math.max(a.y, b.y) < Math.min(a.bottom, b.bottom);
            return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => meet(a, b))).length }"""
    )


def test_flow_names_the_blocks_and_its_labels_keep_apart(show):
    page = show(viz.explore(blocks(12)))
    tab(page, "flow")
    names = texts(page, ".flow .axis title")
    assert len(names) == len(set(names)) == 24
    assert names[0] == "11.b: Linear(4 -> 4)" and names[-1] == "0.a: Linear(4 -> 4)"
    assert overlapping(page, ".flow text") == 0
    tab(page, "explain")
    assert overlapping(page, ".waterfall text") == 0


def test_flow_does_not_judge_the_loss(show):
    page = show(viz.explore(mlp(nn.Sigmoid, 3)))
    tab(page, "flow")
    assert texts(page, ".flow .heading") == ["norm", "ratio"]
    assert texts(page, ".flow .axis title")[:2] == ["MSELoss", "6: Linear(8 -> 1)"]
    looks = page.locator(".flow .cell").evaluate_all("all => all.map(e => e.getAttribute('class'))")
    assert looks[:2] == ["cell behind", "cell step-3"] and "cell behind" not in looks[1:]
    assert "behind that place is not judged" in page.locator("#panel-flow p").first.text_content()


def test_flows_of_twins_stand_in_the_same_rows(show):
    losses = {"sigmoid": mlp(nn.Sigmoid, 9), "relu": mlp(nn.ReLU, 9)}
    page = show(viz.compare(losses))
    tab(page, "flow")
    assert page.locator(".chart.flow").count() == 1
    assert texts(page, ".flow .heading") == ["sigmoid", "relu"]
    assert "17: Sigmoid / ReLU" in " ".join(texts(page, ".flow .axis"))
    bars = page.locator(".flow .cell")
    assert bars.count() == 2 * 20
    first, second = (bars.nth(i).bounding_box() for i in (2, 3))  # the references
    assert first["width"] == pytest.approx(second["width"], abs=0.5)
    assert first["y"] + first["height"] <= second["y"] + 0.5
    told = texts(page, "#panel-flow .culprit")
    assert [words.split(":")[0] for words in told] == ["sigmoid", "relu"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_leaf_has_a_colour_of_its_own_in_the_waterfall(show, scheme):
    page = show(viz.explore(neuron()), scheme=scheme)
    choose(page, "w")
    fill = "e => getComputedStyle(e).fill"
    leaf = page.locator(".waterfall rect.leaf").evaluate(fill)
    assert leaf == page.locator(".value.leaf .hue").first.evaluate(fill)
    assert leaf != page.locator(".waterfall rect.slope").evaluate(fill)


def test_the_numbers_along_an_axis_differ(show):
    page = show(viz.explore(neuron()))
    tab(page, "descend")
    page.get_by_role("checkbox", name="w", exact=True).check()
    page.get_by_role("button", name="1 step", exact=True).click()
    assert page.locator("#panel-descend .result").text_content().endswith(" after 1 step")
    ticks = texts(page, "#panel-descend .chart text:not(.axis)")
    assert len(ticks) > 4 and len(set(ticks)) == len(ticks)
    assert overlapping(page, "#panel-descend .chart text") == 0


@pytest.mark.parametrize("text", ["-1", "0"])
def test_nobody_descends_uphill(show, text):
    page = show(viz.explore(neuron()))
    tab(page, "descend")
    page.locator("#rate").fill(text)
    assert page.locator("#rate-message").text_content().startswith("not above 0")
    assert page.locator("#rate-message").text_content().endswith("lr stays 0.1")
    page.locator("#rate").blur()
    assert page.locator("#rate").input_value() == "0.1"


def test_the_curve_of_descend_is_in_sight_below_its_button(show):
    page = show(viz.explore(neuron()))
    tab(page, "descend")
    page.get_by_role("checkbox", name="w", exact=True).check()
    button = page.get_by_role("button", name="10 steps")
    button.click()
    chart, panels = (page.locator(s).bounding_box() for s in ("#panel-descend .chart", "#panels"))
    assert chart["y"] + chart["height"] <= panels["y"] + panels["height"]
    assert chart["y"] - button.bounding_box()["y"] < 110
    assert page.locator("#panels").evaluate("e => e.scrollTop") == 0
    tabs = page.get_by_role("tab").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().top)"
    )
    assert len(tabs) == 7 and len(set(tabs)) == 1  # in one row


def gate(x):
    """(relu(w·x) − t)², closed where x is below 0."""
    r = (Value(2.0, "w") * Value(x, "x")).relu()
    loss = (r - Value(1.0, "t")) ** 2
    loss.label = "loss"
    return loss


def test_descend_says_that_no_gradient_comes(show):
    page = show(viz.explore(gate(-3.0)))
    tab(page, "descend")
    page.get_by_role("checkbox", name="w", exact=True).check()
    step = page.get_by_role("button", name="1 step", exact=True)
    step.click()
    moves = page.locator("#panel-descend .moves")
    assert moves.text_content() == "no leaf moved: each gradient is exactly 0"
    page.keyboard.press("Home")
    step.click()
    assert moves.text_content() == "no leaf moved"  # no gradient is known yet
    page = show(viz.explore(gate(3.0)))
    tab(page, "descend")
    page.get_by_role("checkbox", name="w", exact=True).check()
    page.get_by_role("button", name="1 step", exact=True).click()
    assert page.locator("#panel-descend .moves").text_content().startswith("moved: w 2 → ")


INSIDE = """all => all.every(e => {
    const box = e.getBoundingClientRect(), room = e.closest("svg").getBoundingClientRect();
    return box.left >= room.left - 0.5 && box.right <= room.right + 0.5;
})"""


@pytest.mark.parametrize("x", [-1.5, -4.5, -9.0])
@pytest.mark.parametrize("reach", ["-2", "0.25", "2"])
def test_the_numbers_along_the_slice_are_whole_and_two_at_least(show, x, reach):
    w = Value(2.0, "w")
    L = ((w * x + Value(0.5, "b")).tanh() - 1.0) ** 2
    L.label = "L"
    page = show(viz.explore(L))
    tab(page, "nudge")
    page.locator("#reach").fill(reach)
    chart = page.locator("#panel-nudge .chart").first
    marks = chart.locator("text:not(.axis)")
    assert marks.evaluate_all(INSIDE) and chart.locator(".axis").evaluate_all(INSIDE)
    for anchor in ("middle", "end"):  # along x, along y
        found = chart.locator(f"text[text-anchor='{anchor}']:not(.axis)").all_text_contents()
        assert len(set(found)) == len(found) >= 2
    assert overlapping(page, "#panel-nudge figure:first-of-type .chart text:not(.axis)") == 0


def test_long_numbers_along_an_axis_are_counted_from_the_first(show):
    w = Value(2.0, "w")
    L = ((w * -4.5 + Value(0.5, "b")).tanh() - 1.0) ** 2
    L.label = "L"
    page = show(viz.explore(L))
    tab(page, "nudge")
    page.locator("#reach").fill("-2")
    chart = page.locator("#panel-nudge .chart").first
    name = chart.locator(".axis").last.text_content()
    assert name.startswith("L − 3.999999") and len(name) > len("L − 3.99999")
    marks = chart.locator("text[text-anchor='end']:not(.axis)").all_text_contents()
    assert marks[0] == "0" and max(map(len, marks)) < 8


def test_the_size_of_the_nudge_grows_to_the_right_as_under_its_chart(show):
    page = show(viz.explore(neuron()))
    tab(page, "nudge")
    page.locator("#h").focus()
    page.keyboard.press("End")
    assert page.locator("output[for='h']").text_content() == "0.1"
    right = page.locator("#panel-nudge circle.mark").last.bounding_box()["x"]
    page.keyboard.press("Home")
    assert page.locator("output[for='h']").text_content() == "1e-12"
    assert page.locator("#panel-nudge circle.mark").last.bounding_box()["x"] < right - 100


def test_the_nudge_names_what_hides_it_or_jumps(show):
    def words(output, h):
        page = show(viz.explore(output))
        tab(page, "nudge")
        page.locator("#h").fill(h)
        return texts(page, "#panel-nudge .state")

    x = Value(0.02, "x")
    r = x.relu()
    r.label = "r"
    (told,) = words(r * 1.0, "-1")
    assert told.startswith("The nudge crosses a kink of relu (r): its slope is another")
    steep = (Value(0.02, "x") * 60.0).tanh()  # steep, but without a kink
    assert words(steep, "-1") == []
    full = Value(37.0, "x").sigmoid()  # its slope jumps between 0 and 1e-16, by rounding
    assert not any("kink" in told for told in words(full * 1.0, "-1"))
    p = Value(33.0, "x").sigmoid()
    p.label = "p"
    (told,) = words((p - 1.0) * 1e20, "-1.5")  # the difference shows what p has lost
    assert told.startswith("On the way p changes by less than its last digits can hold")


def test_nudge_and_flow_tell_no_gradient_before_the_last_step(show):
    page = show(viz.explore(neuron()))
    nudge, flow = page.locator("#panel-nudge"), page.locator("#panel-flow")
    tab(page, "nudge")
    by_autograd = nudge.locator(".facts dd").nth(1).text_content()
    page.keyboard.press("Home")
    nudged, autograd, difference = texts(page, "#panel-nudge .facts dd")
    assert (autograd, difference) == ("–", "–") and nudged.startswith("0.15848")
    assert nudge.locator(".tangent, figcaption").count() == 0
    assert nudge.locator(".chart").count() == 1  # the error is that of the gradient
    nudge.get_by_role("button", name="Go to the last step").click()
    assert nudge.locator(".facts dd").nth(1).text_content() == by_autograd
    page.keyboard.press("ArrowLeft")
    tab(page, "flow")
    assert flow.locator(".chart").count() == 0 and "not known yet" in flow.text_content()
    assert "eakening" not in flow.text_content()
    flow.get_by_role("button", name="Go to the last step").click()
    assert flow.locator(".chart").count() == 1


def test_panels_call_the_output_by_its_name(show):
    page = show(viz.explore(sigmoids(2)))
    nudge, descend = (page.locator(f"#panel-{name}") for name in ("nudge", "descend"))
    assert texts(page, "#panel-nudge p")[0] == "Does out really change as the gradient says?"
    tab(page, "nudge")
    assert "Slice of out" in texts(page, "#panel-nudge h2")
    assert nudge.locator("mi", has_text="out").count() == 2
    assert descend.locator("mfrac").text_content() == "∂out∂w"
    tab(page, "descend")
    assert descend.locator(".chart .axis").last.text_content() == "out"


def test_what_a_number_was_is_beside_the_frame_of_the_chosen_box(show):
    page = show(viz.explore(neuron()))
    tab(page, "what-if")
    page.get_by_role("textbox", name="w", exact=True).fill("1")
    choose(page, "w")
    box = page.locator(".selected > .frame").evaluate(
        """e => { const style = getComputedStyle(e), scale = e.getCTM().a;
            const box = e.getBoundingClientRect();
            const out = Math.max(parseFloat(style.strokeWidth) / 2 * scale,
                parseFloat(style.strokeWidth) / 2 * scale + parseFloat(style.outlineOffset)
                + parseFloat(style.outlineWidth));
            return [box.top - out, box.bottom + out] }"""
    )
    # letters, without the room above and below them
    over, under = (
        page.locator(f".selected .{place}").bounding_box() for place in ("over", "under")
    )
    assert over["y"] + 0.8 * over["height"] <= box[0] + 1
    assert under["y"] + 0.2 * under["height"] >= box[1] - 1


def test_on_a_phone_the_theme_is_whole_and_help_is_there(show):
    page = show(viz.explore(neuron()), 390, 844)
    room = page.locator("#theme").evaluate(
        """e => { const copy = document.createElement("span"), style = getComputedStyle(e);
            copy.textContent = e.selectedOptions[0].textContent; copy.style.font = style.font;
            document.body.append(copy);
            const text = copy.getBoundingClientRect().width; copy.remove();
            return e.clientWidth - parseFloat(style.paddingLeft) * 2 - text }"""
    )
    assert room >= 12  # of the arrow
    page.locator("#help").click()
    assert "two fingers" in page.locator("#keys").text_content()
    assert page.locator("#keys").bounding_box()["width"] <= 390


# --- words and numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (900, 680), (390, 844)])
def test_no_number_is_broken_at_its_exponent(show, width, height):
    page = show(viz.explore(mlp(nn.Sigmoid, 9)), width, height)
    choose(page, "v5")
    page.locator(".numbers td").nth(2).click()
    numbers = page.locator(".number:visible")
    assert numbers.count() > 4
    lines = numbers.evaluate_all(
        "all => all.map(e => e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight))"
    )
    assert max(lines) < 1.5
    panel = page.locator("#panels").bounding_box()
    right = numbers.evaluate_all(
        "all => Math.max(...all.map(e => e.getBoundingClientRect().right))"
    )
    assert right <= panel["x"] + panel["width"]


def test_the_program_opens_at_its_first_line(show):
    page = show(viz.explore(neuron()))
    tab(page, "program")
    line, panel = (page.locator(s).first.bounding_box() for s in (".code .line", "#panels"))
    assert page.locator(".code .line").first.text_content().startswith("from math import")
    assert panel["y"] <= line["y"] < panel["y"] + panel["height"]


def test_a_step_of_tensors_says_what_its_operation_computes(show):
    page = show(viz.explore(mlp()))
    page.locator("#position").fill("1")
    assert page.locator("#panel-step .rule").first.text_content() == "linear: xWᵀ+b"


def test_pages_of_tensors_say_what_they_lack(show):
    def notes(loss):
        return " ".join(texts(show(viz.explore(loss)), "#panel-step .note"))

    small, large, many = notes(mlp(batch=2)), notes(mlp(batch=200)), notes(blocks(20))
    assert "What if, Descend, Nudge, Program and predicting go by single numbers." in small
    assert "To have them, open" in small and "scalars=True" in small
    count = describe(mlp(batch=200)).facts["numbers"]
    assert f"{count:,} numbers are too many for that" in large and "up to 2,000" in large
    assert 'detail="modules"' in many and 'detail="modules"' not in large


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_serious_findings_of_accessibility(show, scheme):
    losses = {"sigmoid": mlp(nn.Sigmoid, 9), "relu": mlp(nn.ReLU, 9)}
    page = show(viz.compare(losses), scheme=scheme)
    for name in ("step", "flow", "explain"):
        tab(page, name)
        assert serious_findings(page, scheme) == []
    phone = show(viz.compare(losses), 390, 844, scheme=scheme)
    assert serious_findings(phone, scheme) == []
