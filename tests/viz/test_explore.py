"""The page as a file: what it is told, where things stand, and that no label can escape."""

import base64
import hashlib
import html
import json
import math
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz
from tinygrad_edu.trace.text import number
from tinygrad_edu.viz.page import assemble
from tinygrad_edu.viz.page.data import describe
from tinygrad_edu.viz.page.stubs import ARROW

NASTY = "</script><img src=x onerror=alert(1)>"


def neuron():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
    y = (w * x + b).tanh()
    y.label = "y"
    return y


def network():
    model = nn.Sequential(nn.Linear(3, 2), nn.Sigmoid(), nn.Linear(2, 1))
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            p.copy_(torch.linspace(-1.0, 1.0 + i, p.numel()).reshape(p.shape))
    x = torch.linspace(0.0, 1.0, 12).reshape(4, 3)
    return nn.MSELoss()(model(x), torch.ones(4, 1))


class Parts(HTMLParser):
    """The tags of a page, and the texts inside them."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self._open = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data):
        self.texts.append((self._open, data))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def facts_in(page):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(found[1])


# --- the file ------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else():
    parts = Parts(viz.explore(neuron()).html)
    loaded = [(tag, a) for tag, a in parts.tags if {"src", "href", "action", "data"} & set(a)]
    assert loaded == []
    assert not parts.all("link") and not parts.all("iframe")
    script = viz.explore(neuron()).html
    addresses = set(re.findall(r"https?://[^\"'\s]+", script))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}


def test_the_policy_lets_these_scripts_run_and_no_others():
    page = viz.explore(neuron()).html
    (policy,) = (a["content"] for a in Parts(page).all("meta") if "http-equiv" in a)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert len(scripts) == 2
    assert rules["script-src"].split() == [sha(script) for script in scripts]
    assert rules["style-src"] == sha(style)


def sha(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_labels_and_titles_cannot_become_markup():
    a = Value(2.0, label=NASTY)
    page = viz.explore(a * 3.0 + a, title=NASTY).html
    parts = Parts(page)
    assert len(parts.all("script")) == 3 and not parts.all("img")
    assert [text for tag, text in parts.texts if tag in ("title", "h1")][:1] == [NASTY]
    assert facts_in(page)["graphs"][0]["values"][0]["name"] == NASTY


def test_half_a_character_can_be_written(tmp_path):
    path = tmp_path / "page.html"
    viz.explore(Value(2.0, label="\ud800") * 3.0, path)
    assert facts_in(path.read_text(encoding="utf-8"))["graphs"][0]["values"][0]["name"] == "\ud800"


def test_the_page_is_small():
    empty = len(viz.explore(Value(2.0) * 3.0).html.encode())
    assert empty < 200_000
    x = Value(0.5, label="x")
    for _ in range(60):
        x = (x * 1.1).tanh()
    page = viz.explore(x)
    nodes = 60 * 3 + 60 * 2 + 1  # values and operations
    assert len(page.html.encode()) - empty < 1000 * nodes


def test_every_script_of_the_package_is_in_the_page():
    folder = files("tinygrad_edu.viz.page")
    there = {entry.name for entry in folder.iterdir() if entry.name.endswith(".js")}
    assert set(assemble.SCRIPTS) == there
    lengths = {name: len((folder / name).read_text().splitlines()) for name in there}
    assert {name: n for name, n in lengths.items() if n >= 300} == {}


def test_an_explorer_saves_itself_and_shows_itself_in_a_sandbox(tmp_path):
    page = viz.explore(neuron())
    assert page.save(tmp_path / "a.html").read_text(encoding="utf-8") == page.html
    assert viz.explore(neuron(), tmp_path / "b.html").html == page.html
    assert (tmp_path / "b.html").read_text(encoding="utf-8") == page.html
    shown = page._repr_html_()
    (frame,) = Parts(shown).all("iframe")
    assert frame["sandbox"] == "allow-scripts"
    assert html.unescape(frame["srcdoc"]) == page.html == frame["srcdoc"]
    assert "KB" in repr(page)


@pytest.mark.parametrize("name", ["light", "dark", "auto"])
def test_the_theme_is_the_one_asked_for(name):
    (root,) = Parts(viz.explore(neuron(), theme=name).html).all("html")
    assert root["data-theme"] == name


# --- errors --------------------------------------------------------------------------------------


def test_errors_say_what_to_do():
    x = Value(1.0)
    for _ in range(10):
        x = x * 2.0
    with pytest.raises(ValueError, match=r"21 values.*limit=21"):
        viz.explore(x, limit=20)
    assert len(facts_in(viz.explore(x, limit=21).html)["graphs"][0]["values"]) == 21
    with pytest.raises(TypeError, match="one output"):
        viz.explore([x, x])
    with pytest.raises(TypeError, match="Value or a Tensor"):
        viz.explore(3.0)
    with pytest.raises(ValueError, match="theme is"):
        viz.explore(x, theme="pink")
    with pytest.raises(TypeError, match="dictionary"):
        viz.compare([x, x])
    with pytest.raises(TypeError, match="dictionary"):
        viz.compare({})


def test_too_large_a_graph_says_how_to_open_a_part_of_it():
    model = nn.Sequential(*[nn.Tanh() for _ in range(12)])
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match="more than the limit of 10 ") as caught:
        viz.explore(model(x).sum(), limit=10, detail="values")
    said = str(caught.value)
    assert "14 values" in said and "pass limit=14" in said
    assert "viz.explore(model[0](x).sum())" in said and "detail='modules'" in said
    assert len(facts_in(viz.explore(model(x).sum(), limit=14).html)["graphs"][0]["values"]) == 14
    assert len(facts_in(viz.explore(model[0](x).sum(), limit=10).html)["graphs"][0]["values"]) == 3
    viz.explore(model(x).sum(), detail="modules")
    y = Value(1.0)
    for _ in range(10):
        y = y * 2.0
    with pytest.raises(ValueError, match="an inner value") as caught:
        viz.explore(y, limit=10)
    assert "module" not in str(caught.value)


# --- number by number ----------------------------------------------------------------------------


def test_a_graph_of_tensors_opens_as_one_of_numbers():
    loss = network()
    facts = facts_in(viz.explore(loss, scalars=True).html)["graphs"][0]
    loss.backward()
    assert not facts["tensors"]
    names = [value["name"] for value in facts["values"]]
    weight = next(p for p in trace.read(loss).values if p.name == "0.weight").source
    numbers = {name: value["number"] for name, value in zip(names, facts["values"], strict=True)}
    for i in range(2):
        for k in range(3):
            assert numbers[f"0.weight[{i},{k}]"] == weight[i, k].item()
    assert {"0: Linear(3 -> 2)"} < {call["title"] for call in facts["calls"]}
    assert numbers[names[facts["output"]]] == pytest.approx(loss.item(), rel=1e-6)
    kinds = {value["name"]: value["kind"] for value in facts["values"]}
    assert kinds["0.weight[0,0]"] == kinds["0.bias[1]"] == "parameter"
    assert "weight" in {arrow["role"] for arrow in facts["arrows"]}


def test_a_graph_of_values_is_one_of_numbers_already():
    assert viz.explore(neuron(), scalars=True).html == viz.explore(neuron()).html


def test_graphs_that_do_not_open_as_numbers_say_why():
    w = torch.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match=r"shape \(3,\).*sum"):
        viz.explore(w * 2.0, scalars=True)
    big = torch.ones(50, 50, requires_grad=True)
    with pytest.raises(ValueError, match="numbers, more than the 2,000"):
        viz.explore((big * 2.0).sum(), scalars=True)
    wide = torch.ones(500, requires_grad=True)
    with pytest.raises(ValueError, match="pass limit=1999 to make") as caught:
        viz.explore((wide * 2.0).sum(), scalars=True, limit=999)
    assert "1,999 values" in str(caught.value)


def test_the_page_of_tensors_says_how_to_open_it_as_numbers():
    loss = network()
    note = describe(loss).facts["microscope"]
    assert note == 'viz.explore(loss, "numbers.html", scalars=True)'
    w = torch.ones(400, requires_grad=True)
    loss = (w * w).sum()
    note = describe(loss).facts["microscope"]
    limit = int(re.search(r"limit=(\d+)", note)[1])
    assert len(facts_in(viz.explore(loss, scalars=True, limit=limit).html)["graphs"]) == 1
    with pytest.raises(ValueError, match="more than the limit"):
        viz.explore(loss, scalars=True, limit=limit - 1)
    big = torch.ones(50, 50, requires_grad=True)
    assert describe((big * big).sum()).facts["microscope"] == ""


# --- what the page is told -----------------------------------------------------------------------


def test_steps_are_those_of_the_ledger():
    y = neuron()
    with trace.remember_lines():
        z = y * 2.0  # the line
    facts = describe(z).facts
    ledger = trace.steps(z)
    assert [step["sentence"] for step in facts["steps"]] == [step.sentence for step in ledger]
    assert [step["phase"] for step in facts["steps"]] == [step.phase for step in ledger]
    assert facts["steps"][3]["line"].endswith("z = y * 2.0  # the line")
    states = [[slot["state"] for slot in step["slots"]] for step in facts["steps"][-4:]]
    assert states == [["known"], ["known"], ["known"] * 2, ["known"] * 2]


def test_every_line_of_the_program_belongs_to_one_step():
    a, b = Value(0.5, label="a"), Value(-0.25, label="b")
    y = (a * b + a).tanh() * a + b.relu() * 2.0
    facts = describe(y).facts
    lines = facts["code"].splitlines()
    assert len(facts["lines"]) == len(facts["steps"])
    found = sorted(i for step in facts["lines"] for i in step)
    assert found == [i for i, line in enumerate(lines) if re.match(r"    \w+ = ", line)]
    for step, numbers in zip(facts["steps"], facts["lines"], strict=True):
        is_backward = [lines[i].strip().startswith("d") for i in numbers]
        assert is_backward == [step["phase"] == "backward"] * len(numbers) and numbers


def test_a_value_used_twice_has_two_arrows():
    a = Value(3.0, label="a")
    facts = describe(a + a).facts
    assert [(arrow["value"], arrow["position"]) for arrow in facts["arrows"]] == [(0, 0), (0, 1)]
    one, other = (arrow["path"] for arrow in facts["arrows"])
    assert one != other


def test_numbers_that_json_has_not():
    x = Value(1e300, label="x")
    facts = describe(x * 1e300 + float("nan")).facts
    text = assemble.as_json(facts)
    assert json.loads(text)["values"][2]["number"] in ("inf", "nan")
    assert {str(value["number"]) for value in facts["values"]} == {
        *("1e+300", "inf", "nan"),
    }


def test_tensors_come_with_shapes_and_norms():
    loss = network()
    facts = describe(loss).facts
    loss.backward()
    by_name = {value["name"]: value for value in facts["values"]}
    weight = next(p for p in trace.read(loss).values if p.name == "0.weight")
    assert by_name["0.weight"]["shape"] == "2×3"
    grad = weight.source.grad.numpy().astype(float)
    assert math.isclose(by_name["0.weight"]["gradient"], math.sqrt((grad**2).sum()), rel_tol=1e-6)
    assert facts["tensors"] and facts["inputs"] == []
    titles = [call["title"] for call in facts["calls"]]
    assert titles[0].startswith("Sequential") and "0: Linear(3 -> 2)" in titles


def test_compare_has_one_scale_of_ratios_to_the_reference_of_each_graph():
    small, large = network(), network() * 100.0
    graphs = facts_in(viz.compare({"small": small, "large": large}).html)["graphs"]
    assert [graph["title"] for graph in graphs] == ["small", "large"]
    for key in ("reference", "referenceOfParameters"):
        assert graphs[1][key] == pytest.approx(100 * graphs[0][key], rel=1e-5)
    assert graphs[0]["verdict"]["word"] == graphs[1]["verdict"]["word"]


RATIOS = {
    1: {"0.weight": 0.453695, "0.bias": 0.324043, "2.weight": 1.0, "2.bias": 0.767846},
    512: {"0.weight": 0.186735, "0.bias": 0.586407, "2.weight": 1.0, "2.bias": 1.384546},
}
"""The gradients of the parameters, as torch has them too, by that of the last weight."""


def test_a_parameter_is_compared_with_the_last_weight_whatever_the_batch():
    def graph(batch):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
        x = torch.randn(512, 4)[:batch]
        return describe(nn.MSELoss()(model(x), torch.ones(batch, 1))).facts

    for batch in (1, 512):
        facts = graph(batch)
        sizes = {v["name"]: v["gradient"] for v in facts["values"] if v["kind"] == "parameter"}
        assert facts["referenceOfParameters"] == sizes["2.weight"]
        assert facts["referenceWords"].endswith(
            f"; parameters to {number(sizes['2.weight'])} at 2.weight"
        )
        ratios = {name: size / sizes["2.weight"] for name, size in sizes.items()}
        assert ratios == pytest.approx(RATIOS[batch], rel=1e-4)
        assert all(ratio < 10 for ratio in ratios.values())  # none is growing
    assert sizes["2.weight"] / facts["reference"] > 10  # as if it grew, next to the samples


def relu_network(depth=4, width=6):
    torch.manual_seed(0)
    layers = [layer for _ in range(depth) for layer in (nn.Linear(width, width), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(width, 1))


def test_what_is_dead_is_where_the_gradient_stops():
    model, x = relu_network(), torch.ones(3, 6)
    with torch.no_grad():
        model[2].bias.fill_(-10.0)  # 3: ReLU lets nothing through
        model[6].bias[:5] = -10.0  # 7: ReLU something
    loss = nn.MSELoss()(model(x), torch.ones(3, 1))
    assert describe(loss).facts["verdict"]["sentence"] == (
        "Dead: the gradient stops at 3: ReLU; 100 % of its units let no gradient through."
    )
    with torch.no_grad():
        model[2].bias.fill_(1.0)
        model[6].bias[5] = 1.0
    loss = nn.MSELoss()(model(x), torch.ones(3, 1))
    loss.backward()
    assert model[0].weight.grad.abs().max() > 0
    words = describe(loss).facts["verdict"]["sentence"]
    assert words.startswith("Dead: at 7: ReLU 83 % of its units let no gradient through. Through")
    assert "the gradient falls from" in words and "stops" not in words


def test_only_in_a_chain_of_layers_a_kind_of_factors_is_blamed():
    class Block(nn.Module):
        def __init__(self, passes):
            super().__init__()
            self.inner, self.passes = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid()), passes

        def forward(self, x):
            return self.inner(x) * 0.1 + x if self.passes else self.inner(x) * 0.1

    for passes in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(*(Block(passes) for _ in range(4)), nn.Linear(4, 1))
        words = describe(model(torch.ones(2, 4)).sum()).facts["verdict"]["sentence"]
        assert ("Largest part" in words) == (not passes)


# --- where things stand --------------------------------------------------------------------------


def graphs_to_place():
    a = Value(3.0, label="a")
    scalars = nn.Sequential(nn.Linear(2, 2), nn.Tanh()).to(Value)
    inside = scalars([Value(1.0, label="x0"), Value(-1.0, label="x1")]).ravel()[0]
    long = Value(1.0, label="a name that is longer than a box is wide")
    return {"neuron": neuron(), "twice": a + a, "modules": inside, "long": long * 2.0 + a,
            "tensors": network(), "chain": sigmoids(30), "blocks": nested(12)}  # fmt: skip


def sigmoids(depth):
    h = Value(0.5, label="x")
    for i in range(depth):
        h = (Value(1.0, label=f"w{i + 1}") * h).sigmoid()
    return h


def nested(depth):
    blocks = [nn.Sequential(nn.Linear(3, 3), nn.Tanh()) for _ in range(depth)]
    return nn.Sequential(*blocks)(torch.ones(2, 3)).sum()


@pytest.mark.parametrize("name", list(graphs_to_place()))
def test_boxes_do_not_overlap_and_lie_in_their_modules(name):
    facts = describe(graphs_to_place()[name]).facts
    boxes = [one["box"] for one in (*facts["values"], *facts["operations"])]
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and y >= 0
        assert x + w <= facts["size"][0] and y + h <= facts["size"][1]
        for u, v, p, q in boxes[:i]:
            assert x + w <= u or u + p <= x or y + h <= v or v + q <= y
    for operation in facts["operations"]:
        x, y, w, h = operation["box"]
        call = operation.get("call")
        while call is not None:
            assert any(holds(part, (x, y, w, h)) for part in parts(facts["calls"][call]))
            call = facts["calls"][call].get("outer")
    alone = [part for call in facts["calls"] if call["innermost"] for part in parts(call)]
    for i, one in enumerate(alone):
        assert not any(overlap(one, other) for other in alone[:i])


def parts(call):
    """The boxes of a call, one in each row of the drawing."""
    return [call["box"], *call.get("continued", [])]


def holds(outer, inner):
    (left, top, width, height), (x, y, w, h) = outer, inner
    return left <= x and x + w <= left + width and top <= y and y + h <= top + height


def overlap(one, other):
    (x, y, w, h), (u, v, p, q) = one, other
    return x < u + p and u < x + w and y < v + q and v < y + h


@pytest.mark.parametrize(("name", "count"), [("chain", 30), ("blocks", 12)])
def test_a_deep_graph_is_drawn_in_rows(name, count):
    facts = describe(graphs_to_place()[name]).facts
    symbol = "σ" if name == "chain" else "linear"
    boxes = [op["box"] for op in facts["operations"] if op["symbol"] == symbol]
    assert len(boxes) == count
    rows = 1
    for one, other in pairwise(boxes):
        level = abs(other[1] + other[3] / 2 - one[1] - one[3] / 2) < 24.0  # half a box
        assert (other[0] > one[0] and level) or (other[0] < one[0] and other[1] > one[1] + one[3])
        rows += not level
    assert 2 <= rows <= count / 2
    width, height = facts["size"]
    assert 1 < width / height < 4  # a window is twice as wide as it is high
    names = [value["name"] for value in facts["values"]]
    arrivals = [(a, *found) for a in facts["arrows"] for found in a.get("arrivals", [])]
    assert len(arrivals) >= rows - 1
    for arrow, x, y, told in arrivals:  # the second part of the arrow begins beside its name
        assert told == names[arrow["value"]]
        starts = [
            tuple(map(float, start.split(" "))) for start in re.findall(r"M([^C]+)", arrow["path"])
        ]
        assert any(u == pytest.approx(x - ARROW, abs=0.2) and v == y for u, v in starts[1:])


@pytest.mark.parametrize("name", list(graphs_to_place()))
def test_arrows_go_from_box_to_box(name):
    facts = describe(graphs_to_place()[name]).facts
    for arrow in facts["arrows"]:
        tail = facts["values"][arrow["value"]]["box"]
        head = facts["operations"][arrow["operation"]]["box"]
        _check_ends(arrow["path"], tail, head)
    for value in facts["values"]:
        if "path" in value:
            _check_ends(value["path"], facts["operations"][value["by"]]["box"], value["box"])


def _check_ends(path, tail, head):
    """An arrow starts at the right edge of one box, and ends at the left edge of another."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    (x, y), (u, v) = numbers[:2], numbers[-2:]
    assert abs(x - (tail[0] + tail[2])) <= 2 and tail[1] - 1 <= y <= tail[1] + tail[3] + 1
    assert abs(u - head[0]) <= 2 and head[1] - 1 <= v <= head[1] + head[3] + 1


# --- what the verdict says of the worst ----------------------------------------------------------


def verdict_of(loss):
    return describe(loss).facts["verdict"]["sentence"]


def test_a_verdict_names_where_a_float_holds_no_more_and_the_factors():
    y = Value(0.5, label="x")
    for i in range(400):
        y = (y * Value(0.9, label=f"w{i}")).sigmoid().tanh()
    words = verdict_of(y)
    y.backward()
    name = re.search(r"smaller than a float can hold from (v\d+) on", words).group(1)
    steps = trace.steps(y)
    gradients = dict(zip(steps.names, map(steps.gradients().get, range(10**4)), strict=False))
    at = int(name[1:])
    assert gradients[name] == 0 and gradients[f"v{at + 1}"] != 0
    assert "the 800 slopes of tanh and sigmoid (×10^−315, of ×10^−333 in all)" in words


def test_a_verdict_names_where_nan_came_in():
    x = torch.ones(3, requires_grad=True)
    assert verdict_of((x - 2).log().sum()).endswith(
        "But nan arises in the forward pass, at v3 = log(v2)."
    )
    assert verdict_of((Value(2.0, label="a") - math.inf) ** 2).endswith("itself is inf.")


def test_a_number_that_many_use_in_turn_is_drawn_once_and_then_named():
    w, v = Value(0.9, label="w"), Value(1.0, label="x")
    for _ in range(150):
        v = v * w
    arrows = describe(v).facts["arrows"]
    assert [arrow.get("stub") for arrow in arrows][1::2] == [None] + ["w"] * 149
    neuron = sum((w * Value(0.1 * i) for i in range(12)), Value(0.0)).tanh()
    assert not any("stub" in arrow for arrow in describe(neuron * w).facts["arrows"])
