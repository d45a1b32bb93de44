"""The page in a real browser: elements of small tensors in scalars, and factors per module."""

import pytest
from accessibility import serious_findings

import tinygrad_edu as torch
from tinygrad_edu import nn, trace, viz
from tinygrad_edu.trace.text import number
from tinygrad_edu.viz.page.data import describe

pytest.importorskip("playwright", reason="pages are tested in a real browser")

NASTY = "</script><img src=x onerror=alert(1)>"


class Net(nn.Module):
    """A layer of three neurons on two features, and one that joins them."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 3)
        self.out = nn.Linear(3, 1)

    def forward(self, x):
        return self.out(self.hidden(x).tanh())


def network():
    torch.manual_seed(0)
    x = torch.tensor([[2.0, -1.0], [0.5, 3.0]])
    x.name = "x"
    model = Net()
    loss = ((model(x) - torch.tensor([[1.0], [0.0]])) ** 2).mean()
    loss.name = "L"
    loss.backward(retain_graph=True)
    return loss, model, x


def choose(page, name):
    """Choose a value by its name."""
    page.locator("#search").fill(name)
    page.locator("#found button").first.click()


def cell(page, i):
    return page.locator(".numbers td").nth(i)


def sheets(page):
    """The lines of each calculation."""
    found = page.locator(".sheet").all()
    return [sheet.locator("p").all_text_contents() for sheet in found]


def factor(x):
    return f"({number(x)})" if x < 0 else number(x)


def name_of(loss, operation):
    """The name of what the first use of an operation has computed."""
    ledger = trace.steps(loss)
    node = next(o for o in ledger.graph.operations if o.operation.name == operation)
    return ledger.names[node.results[0].index]


def test_the_grid_shows_pythons_numbers_and_gradients_in_the_colours_of_the_legend(show):
    loss, model, _ = network()
    page = show(viz.explore(loss))
    choose(page, "hidden.weight")
    weight, reference = model.hidden.weight, describe(loss).facts["referenceOfParameters"]
    assert page.locator(".numbers td b").all_text_contents() == [
        number(x, digits)
        for x in weight.flatten().tolist()
        for digits in [next(d for d in (4, 3, 2, 1) if len(number(abs(x), d)) <= 7)]
    ]
    pairs = zip(weight.flatten().tolist(), weight.grad.flatten().tolist(), strict=True)
    for i, (x, g) in enumerate(pairs):
        place = f"hidden.weight[{i // 2},{i % 2}]"
        assert cell(page, i).get_attribute("aria-label") == (
            f"{place} = {number(x)}, gradient {number(g)}"
        )
        swatch = cell(page, i).locator(".swatch")
        expected = "step-2" if abs(g) < 0.1 * reference else "step-3"  # weakening up to a tenth
        assert expected in swatch.get_attribute("class")


def test_a_click_unrolls_an_element_of_a_linear_layer(show):
    loss, model, x = network()
    page = show(viz.explore(loss))
    y = name_of(loss, "linear")
    choose(page, y)
    cell(page, 2).click()
    assert cell(page, 2).get_attribute("aria-selected") == "true"
    w, b = model.hidden.weight.tolist()[2], model.hidden.bias.tolist()[2]
    result = model.hidden(x)[0, 2].item()
    forward, back = sheets(page)
    assert forward == [
        f"{y}[0,2] = x[0,0]·hidden.weight[2,0] + x[0,1]·hidden.weight[2,1] + hidden.bias[2]",
        f"= 2·{factor(w[0])} + (−1)·{factor(w[1])} + {factor(b)}",
        f"= {number(result)}",
    ]
    gradient = next(v.gradient for v in trace.read(loss).values if v.shape == (2, 3) and v.made_by)
    assert back[0].startswith(f"∂L/∂{y}[0,2] = g[0,2]·")  # the slope of tanh is a number
    assert back[-1] == f"= {number(float(gradient[0, 2]))}"


def test_the_gradient_of_a_parameter_is_put_together_from_upstream_and_inputs(show):
    loss, model, x = network()
    page = show(viz.explore(loss))
    choose(page, "hidden.weight")
    cell(page, 2).click()
    nodes = trace.read(loss).operations
    upstream = next(o for o in nodes if o.operation.name == "linear").results[0].gradient
    terms = [f"{factor(float(upstream[i, 1]))}·{factor(x[i, 0].item())}" for i in range(2)]
    [back] = sheets(page)
    assert back == [
        "∂L/∂hidden.weight[1,0] = g[0,1]·x[0,0] + g[1,1]·x[1,0]",
        f"= {' + '.join(terms)}",
        f"= {number(model.hidden.weight.grad[1, 0].item())}",
    ]
    choose(page, "hidden.bias")
    cell(page, 0).click()
    assert sheets(page)[0][0] == "∂L/∂hidden.bias[0] = g[0,0] + g[1,0]"


def test_several_uses_add_up(show):
    x = torch.tensor([1.5, -2.0], requires_grad=True)
    x.name = "x"
    loss = (x * x + x).sum()
    page = show(viz.explore(loss))
    choose(page, "x")
    cell(page, 1).click()
    assert [lines[0] for lines in sheets(page)][:3] == ["g[1]·x[1]", "g[1]·x[1]", "g[1]"]
    assert sheets(page)[-1] == ["sum: (−2) + (−2) + 1 = −3"]


def test_the_grid_is_walked_with_the_keys(show):
    page = show(viz.explore(network()[0]))
    choose(page, "hidden.weight")
    position = page.locator("#position").input_value()
    cell(page, 0).focus()
    for key, expected in (
        ("ArrowRight", 1), ("ArrowDown", 3), ("Home", 2), ("End", 3), ("ArrowUp", 1),
        ("ArrowUp", 1), ("ArrowLeft", 0), ("ArrowLeft", 0), ("Enter", 0), ("Space", 0),
    ):  # fmt: skip
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == cell(page, expected).get_attribute("aria-label")
        assert cell(page, expected).get_attribute("aria-selected") == "true"
    assert page.locator(".numbers td[tabindex='0']").count() == 1
    assert page.locator("#position").input_value() == position  # no key has stepped or played


def test_the_choice_stays_while_stepping(show):
    loss = network()[0]
    page = show(viz.explore(loss))
    choose(page, name_of(loss, "linear"))  # its gradient arrives before the last step
    cell(page, 3).click()
    before = sheets(page)
    page.locator("#back").click()
    assert cell(page, 3).get_attribute("aria-selected") == "true"
    assert sheets(page) == before


def test_a_single_number_needs_no_choice(show):
    loss, _, _ = network()
    page = show(viz.explore(loss))
    choose(page, "L")
    assert page.locator(".numbers td").count() == 1
    assert sheets(page)[0][-1] == f"= {number(loss.item())}"
    assert "It is the output: the pass starts here." in page.locator(".element").inner_text()


def test_what_is_used_twice_is_named_first(show):
    x = torch.tensor([[1.0, 2.0, 4.0]], requires_grad=True)
    x.name = "x"
    loss = x.var(dim=1).sum()
    page = show(viz.explore(loss))
    choose(page, name_of(loss, "var"))
    mean, result = sheets(page)[0][:3], sheets(page)[0][3:]
    assert mean == [
        "t1 = (x[0,0] + x[0,1] + x[0,2]) ÷ 3",
        "= (1 + 2 + 4) ÷ 3",
        "= 2.333",
    ]
    assert "(x[0,0] − t1) ^ 2" in result[0] and result[-1] == "= 2.333"


def test_larger_tensors_and_functions_of_ones_own_say_why_not(show):
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    big = torch.ones(17, 17, requires_grad=True)
    big.name = "big"
    small = torch.ones(2, requires_grad=True)
    small.name = "small"
    page = show(viz.explore((big * 2).sum() + Twice.apply(small).sum()))
    choose(page, "big")
    words = page.locator("#panel-explain").inner_text()
    assert "big has 289 elements; up to 256 are shown one by one." in words
    choose(page, "small")
    cell(page, 0).click()
    told = page.locator(".element").inner_text()
    assert "a function of your own, which works on whole tensors only." in told
    assert told.count("/∂small[0] = ") == 1  # not once more in a line that has only this to say


def test_changed_numbers_are_told_of(show):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.name = "x"
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    with torch.no_grad():
        x += 1
    page = show(viz.explore(loss))
    choose(page, "x")
    cell(page, 0).click()
    assert "Number by number that makes 2; the tensor holds" in (
        page.locator(".element .state").first.inner_text()
    )


def test_a_name_is_text_in_the_grid(show):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.name = NASTY
    page = show(viz.explore((x * 3).sum()))
    choose(page, NASTY)
    cell(page, 1).click()
    assert page.locator(".element h4").first.text_content() == f"{NASTY}[1] = 2"


# --- modules -------------------------------------------------------------------------------------


def deep():
    torch.manual_seed(0)
    parts = [m for _ in range(10) for m in (nn.Linear(4, 4), nn.Sigmoid())]
    loss = (nn.Sequential(*parts)(torch.randn(3, 4)) ** 2).mean()
    loss.name = "L"
    loss.backward(retain_graph=True)
    return loss


def test_explain_shows_what_python_prints_module_by_module(show):
    loss = deep()
    page = show(viz.explore(loss))
    choose(page, "0.weight")
    found = trace.explain(loss, "0.weight").waterfall
    rows = page.locator("table.factors tbody tr")
    shown = [row.locator("th, td").all_text_contents() for row in rows.all()]
    assert shown == [
        [bar.name, number(10**bar.before), number(bar.factor), number(bar.product)]
        for bar in found.bars
    ]
    words = page.locator("#panel-explain").inner_text()
    story, culprit = found.sentence.split("; ", 1)
    assert f"{story}." in words
    named = page.locator("#panel-explain .culprit").text_content()
    assert named == culprit[0].upper() + culprit[1:]
    kinds = page.locator(".waterfall rect").evaluate_all("all => all.map(r => r.classList[0])")
    looks = {"activation": "slope", "weight": "weight", "other": "other"}
    assert kinds == [looks[bar.kind] for bar in found.bars]


def test_the_bars_end_where_the_gradient_is(show):
    loss = deep()
    page = show(viz.explore(loss))
    choose(page, "0.weight")
    bars = trace.explain(loss, "0.weight").waterfall.bars
    boxes = page.locator(".waterfall rect").evaluate_all(
        "all => all.map(r => [r.x.baseVal.value, r.width.baseVal.value])"
    )
    (x0, w0), (x9, w9) = boxes[0], boxes[-1]
    decade = w0 / abs(bars[0].after - bars[0].before)
    shrinks = bars[-1].after < bars[-1].before
    end = x9 if shrinks else x9 + w9
    assert (x0 + w0 - end) / decade == pytest.approx(bars[0].before - bars[-1].after, abs=0.05)


def test_the_output_and_constants_have_no_way(show):
    page = show(viz.explore(network()[0]))
    for name in ("L", "x"):
        choose(page, name)
        assert page.locator("table.factors").count() == 0


# --- for everyone --------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_serious_findings_of_accessibility(show, scheme):
    page = show(viz.explore(deep()), scheme=scheme)
    for name in ("0.weight", "0.bias", "L"):
        choose(page, name)
        cell(page, 0).click()
        assert serious_findings(page, scheme) == []


def test_a_phone_shows_it_without_scrolling_sideways(show):
    page = show(viz.explore(deep()), width=390, height=844)
    choose(page, "0.weight")
    cell(page, 5).click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator(".sheet").first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390


# --- larger tensors ------------------------------------------------------------------------------


def batch(rows=12, width=8):
    torch.manual_seed(0)
    layer, x = nn.Linear(width, width), torch.randn(rows, width)
    layer.weight.name, layer.bias.name, x.name = "w", "b", "x"
    loss = (layer(x).tanh() ** 2).mean()
    loss.name = "L"
    loss.backward(retain_graph=True)
    return loss, layer, x


def test_of_a_larger_tensor_a_part_is_chosen(show):
    loss, layer, x = batch()
    page = show(viz.explore(loss))
    y = name_of(loss, "linear")
    choose(page, y)
    parts = page.locator(".elements select")
    options = parts.locator("option").all_text_contents()
    assert options == [f"{y}[{i}, :]" for i in range(12)]  # of 12×8, not even two rows have room
    parts.select_option("11")
    assert page.locator(".numbers td").count() == 8
    assert page.locator(".numbers tbody th").text_content() == "11"
    cell(page, 3).click()
    result = layer(x)[11, 3].item()
    heading = page.locator(".element h4").first.text_content()
    assert heading == f"{y}[11,3], computed by linear"
    assert sheets(page)[0][-1] == f"= {number(result)}"
    page.keyboard.press("End")
    assert page.locator(".element h4").first.text_content().startswith(f"{y}[11,7],")
    page.keyboard.press("ArrowRight")
    assert page.locator(".element h4").first.text_content().startswith(f"{y}[11,7],")


def test_the_gradient_of_a_weight_is_a_sum_over_the_whole_batch(show):
    loss, layer, _ = batch()
    page = show(viz.explore(loss))
    choose(page, "weight")
    assert page.locator(".elements select").count() == 0  # 64 are shown at once
    cell(page, 10).click()
    [back] = sheets(page)
    assert back[0].count("·x[") == 12
    assert back[-1] == f"= {number(layer.weight.grad[1, 2].item())}"
    detail, panel = (page.locator(s).first.bounding_box() for s in (".element h4", "#panels"))
    assert panel["y"] <= detail["y"] < panel["y"] + panel["height"]


def test_of_a_tensor_with_long_rows_a_stretch_is_chosen(show):
    x = torch.arange(200.0).reshape(2, 100) / 100
    x.requires_grad, x.name = True, "x"
    page = show(viz.explore((x * x).sum()))
    choose(page, "x")
    options = page.locator(".elements select option").all_text_contents()
    assert options == ["x[0, 0…63]", "x[0, 64…99]", "x[1, 0…63]", "x[1, 64…99]"]
    page.locator(".elements select").select_option("3")
    assert page.locator(".numbers td").count() == 36
    assert page.locator(".numbers thead th").all_text_contents()[1:3] == ["64", "65"]
    assert cell(page, 0).get_attribute("aria-label") == "x[1,64] = 1.64, gradient 3.28"
    cell(page, 0).click()
    assert page.locator(".element h4").first.text_content() == "x[1,64] = 1.64"


def test_a_minus_takes_no_digit_of_a_small_number_away(show):
    x = torch.tensor([-2.345e-10, 2.345e-10], requires_grad=True)
    x.name = "x"
    page = show(viz.explore((x * 1e-10).sum()))
    choose(page, "x")
    assert page.locator(".numbers td b").all_text_contents() == ["−2.3e-10", "2.3e-10"]
