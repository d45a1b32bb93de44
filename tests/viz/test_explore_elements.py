"""What a page is told about single elements and modules: it adds up to the tensors' own numbers."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_edu as torch
from tinygrad_edu import nn, trace, viz
from tinygrad_edu.trace.ledger import steps
from tinygrad_edu.viz.page.data import describe
from tinygrad_edu.viz.page.elements import NO_ROOM, element_facts
from tinygrad_edu.viz.page.factors import factor_facts

SIGNS = {"·": "*", "÷": "/", "−": "-", "^": "**", "²": "**2"}
FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
}


def worth(template, numbers):
    """What a formula makes of numbers, read as a learner reads it."""
    text = template.format(*(f"({x})" for x in numbers))
    for sign, python in SIGNS.items():
        text = text.replace(sign, python)
    return eval(text, {"__builtins__": {}}, FUNCTIONS)


class Page:
    """The facts about elements, read as the page's program reads them."""

    def __init__(self, loss):
        self.facts = json.loads(json.dumps(describe(loss).facts))
        self.elements = self.facts["elements"]

    def tensor(self, value, what):
        return np.array([float(x) for x in self.elements["tensors"][str(value)][what]])

    def given(self, operation):
        """The numbers of all arguments, one after the other."""
        found = []
        for value in self.facts["operations"][operation]["arguments"]:
            if str(value) in self.elements["tensors"]:
                found += self.tensor(value, "numbers").tolist()
            else:
                found.append(self.facts["values"][value]["number"])
        return found

    def rows(self, operation):
        """(element, formulas, places, helpers, slopes as numbers) of each element."""
        given = self.given(operation)
        for group in self.elements["operations"][str(operation)]["groups"]:
            formulas = self.elements["templates"][group["template"]]
            slopes = group["slopes"]
            rows = np.cumsum([group["steps"][k] for k in group["order"]], axis=0).tolist()
            for (element, *places), more in zip(
                rows, group.get("own", [[]] * len(rows)), strict=True
            ):
                helpers, own = more[: len(formulas) - 1], iter(more[len(formulas) - 1 :])
                numbers = []
                for slope in slopes:
                    is_place = isinstance(slope, str)
                    common = given[places[int(slope)]] if is_place else slope
                    numbers.append(float(next(own)) if slope is None else common)
                yield element, formulas, places, helpers, numbers


def check(loss, unwritten=0):
    """Every formula makes the tensor's number; every gradient is the sum of upstream · slope."""
    page = Page(loss)
    back = {}
    reasons = 0
    for o, operation in enumerate(page.facts["operations"]):
        if isinstance(page.elements["operations"][str(o)], str):
            reasons += 1
            continue
        result = operation["results"][0]
        own, upstream = page.tensor(result, "numbers"), page.tensor(result, "gradients")
        given = page.given(o)
        sums = np.zeros(len(given))
        seen = []
        for element, formulas, places, helpers, slopes in page.rows(o):
            numbers = [*(given[place] for place in places), *helpers]
            for template, expected in zip(formulas, [*helpers, own[element]], strict=True):
                assert worth(template, numbers) == pytest.approx(expected, rel=1e-3, abs=1e-5)
            np.add.at(sums, places, upstream[element] * np.array(slopes))
            seen.append(element)
        assert sorted(seen) == list(range(own.size))
        starts = page.elements["operations"][str(o)]["starts"]
        for value, start, end in zip(operation["arguments"], starts, starts[1:], strict=False):
            back[value] = back.get(value, 0) + sums[start:end]
    assert reasons == unwritten
    for value, sums in back.items():
        if "gradients" in page.elements["tensors"].get(str(value), {}):
            own = page.tensor(value, "gradients")
            assert sums == pytest.approx(own, rel=1e-3, abs=1e-5)
    return page


sizes = st.integers(1, 4)


@settings(max_examples=30)
@given(sizes, sizes, sizes, st.integers(0, 10_000), st.sampled_from(["tanh", "sigmoid", "relu"]))
def test_a_network_of_any_small_shape_adds_up(rows, before, after, seed, act):
    torch.manual_seed(seed)
    x, target = torch.randn(rows, before), torch.randn(rows, after)
    layer = nn.Linear(before, after)
    check(((getattr(layer(x), act)() - target) ** 2).mean())


@settings(max_examples=20)
@given(sizes, sizes, sizes, st.integers(0, 10_000))
def test_products_softmax_and_broadcasting_add_up(rows, inner, columns, seed):
    torch.manual_seed(seed)
    a, b = torch.randn(rows, inner), torch.randn(inner, columns, requires_grad=True)
    bias = torch.randn(columns, requires_grad=True)
    y = (a @ b + bias).softmax(-1)
    check((y * y + b.sum(0) / 3 - bias).mean())


def test_the_formulas_of_a_linear_layer_are_those_of_the_board():
    x, w, b = torch.tensor([[2.0, 3.0]]), torch.tensor([[0.5, -1.0]]), torch.tensor([0.25])
    w.requires_grad = b.requires_grad = True
    page = check(torch.nn.functional.linear(x, w, b))
    assert page.elements["templates"] == [["{0}·{1} + {2}·{3} + {4}"]]
    assert page.elements["operations"]["0"]["groups"] == [
        {
            "template": 0,
            "slopes": ["1", "0", "3", "2", 1.0],
            "steps": [[0, 0, 2, 1, 3, 4]],
            "order": [0],
        }
    ]


def test_what_comes_back_along_each_of_several_arrows_is_told():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    page = check((x * x + x).sum())
    [sent] = [t["sent"] for t in page.elements["tensors"].values() if "sent" in t]
    assert sorted(sent.values()) == [[1.0, 1.0], [1.0, 2.0], [1.0, 2.0]]


def test_an_element_of_64_products_is_written_out_and_257_rows_are_not():
    torch.manual_seed(0)
    check((nn.Linear(64, 1)(torch.randn(1, 64)) ** 2).sum())
    x = torch.randn(257, 1, requires_grad=True)
    page = check((x * 2).sum(), unwritten=2)  # the sum takes more than 130 numbers
    assert page.elements["operations"]["0"] == (
        "its result has 257 elements, and up to 256 are written out"
    )


def test_a_function_of_ones_own_says_so():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    page = Page((Twice.apply(x * 3) * 5).sum())
    reasons = [page.elements["operations"][str(i)] for i in range(4)]
    assert isinstance(reasons[0], dict)
    assert "a function of your own" in reasons[1] and "behind a function" in reasons[2]


def test_what_finds_no_room_is_left_out_and_told_of():
    torch.manual_seed(0)
    layer = nn.Linear(8, 8)
    ledger = steps((layer(torch.randn(8, 8)).tanh() ** 2).mean())
    all_of_it = element_facts(ledger.graph, ledger.gradients())
    assert not any(isinstance(x, str) for x in all_of_it["operations"].values())
    short = element_facts(ledger.graph, ledger.gradients(), room=9_000)
    assert NO_ROOM in short["operations"].values()
    assert len(json.dumps(short, separators=(",", ":"))) < 10_000


def test_numbers_changed_after_the_pass_are_told_of():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    assert "sums" not in Page(loss).elements["operations"]["0"]
    with torch.no_grad():
        x += 1
    sums = Page(loss).elements["operations"]["0"]["sums"]
    assert sums == {"0": 2.0, "1": 3.0, "2": 2.0, "3": 3.0}  # the pass sent 1 and 2


def test_inf_and_nan_are_told():
    x = torch.tensor([1.0, 0.0], requires_grad=True)
    page = Page((x / x).sum())
    assert page.tensor(1, "numbers")[0] == 1 and np.isnan(page.tensor(1, "numbers")[1])


@pytest.mark.parametrize("layers", [1, 12, 60])
def test_the_page_stays_small(layers):
    torch.manual_seed(0)
    parts = [m for _ in range(layers) for m in (nn.Linear(8, 8), nn.Tanh())]
    loss = (nn.Sequential(*parts)(torch.randn(8, 8)) ** 2).mean()
    values = len(trace.read(loss).values)
    assert len(viz.explore(loss).html.encode()) < 300_000 + 1_000 * values


# --- modules -------------------------------------------------------------------------------------


def deep(layers=4):
    torch.manual_seed(0)
    parts = [m for _ in range(layers) for m in (nn.Linear(3, 3), nn.Sigmoid())]
    loss = (nn.Sequential(*parts)(torch.randn(2, 3)) ** 2).mean()
    loss.name = "L"
    loss.backward()
    return loss


def test_the_way_to_each_tensor_is_that_of_explain():
    loss = deep()
    facts = describe(loss).facts
    told = 0
    for i, way in facts["factors"]["ways"].items():
        found = trace.explain(loss, facts["values"][i]["name"]).waterfall
        bars = [bar for a, b in way["runs"] for bar in facts["factors"]["bars"][a:b]]
        assert [bar[0] for bar in bars] == [bar.name for bar in found.bars]
        for bar, expected in zip(bars, found.bars, strict=True):
            mine = [float(x) for x in bar[2:]]
            theirs = [expected.factor, 10**expected.before, expected.product]
            assert mine == pytest.approx(theirs, rel=1e-5)
        assert (way["sentence"], way["remark"]) == (found.sentence, found.remark)
        told += 1
    assert told == sum(1 for v in facts["values"] if v["kind"] not in ("constant", "output"))


def test_parameters_come_first_where_the_work_or_the_room_is_short():
    graph = trace.read(deep())
    names = [str(i) for i in range(len(graph.values))]
    few = factor_facts(graph, names, work=3 * len(graph.operations))["ways"]
    assert len(few) == 3 and all(graph.values[i].kind == "parameter" for i in few)
    assert factor_facts(graph, names, room=100)["ways"] == {}
