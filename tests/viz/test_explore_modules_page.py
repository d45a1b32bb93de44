"""The page of a graph by module in a real browser: its steps, its tables, what is explained."""

import json

import pytest
from accessibility import serious_findings

import tinygrad_edu as torch
from tinygrad_edu import nn, viz
from tinygrad_edu.trace.module_steps import module_steps
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.text import number

pytest.importorskip("playwright", reason="pages are tested in a real browser")


class Cells(nn.Module):
    """Calls one cell at each step of a sequence, and a layer on its last state."""

    def __init__(self, steps=8):
        super().__init__()
        self.cell, self.head, self.steps = nn.LSTMCell(4, 6), nn.Linear(6, 2), steps

    def forward(self, x):
        state = None
        for i in range(self.steps):
            state = self.cell(x[:, i], state)
        return self.head(state[0])


def sequence(steps=8):
    torch.manual_seed(0)
    loss = (Cells(steps)(torch.randn(3, steps, 4)) ** 2).mean()
    loss.name = "L"
    return loss


def deep(layers=30):
    torch.manual_seed(0)
    model = nn.Sequential(
        *[part for _ in range(layers) for part in (nn.Linear(6, 6), nn.Sigmoid())]
    )
    return (model(torch.randn(4, 6)) ** 2).mean()


def shown(loss):
    return viz.explore(loss, detail="modules")


def texts(page, selector):
    return [" ".join(text.split()) for text in page.locator(selector).all_text_contents()]


def go_to(page, position):
    page.keyboard.press("Home")
    for _ in range(position):
        page.keyboard.press("ArrowRight")


def test_each_step_says_what_python_says(show):
    loss = sequence()
    loss.backward()
    ledger = module_steps(loss)
    page = show(shown(loss))
    page.keyboard.press("Home")
    for step in ledger:
        page.keyboard.press("ArrowRight")
        assert texts(page, "#sentence") == [step.sentence]
    assert f"step {len(ledger.backward)} of {len(ledger.backward)}" in texts(page, "#where")[0]


def test_a_step_back_is_a_table_of_what_is_passed_on(show):
    loss = sequence()
    ledger = module_steps(loss)
    page = show(shown(loss))
    (step,) = (
        step
        for step in ledger.backward
        if getattr(step.operation, "index", None) == 4  # the fifth of eight calls
    )
    assert step.operation.operation.title == "cell: LSTMCell(4 -> 6), call 5"
    go_to(page, step.index + 1)
    assert texts(page, ".operation-name") == ["Go back through cell: LSTMCell(4 -> 6), call 5"]
    assert texts(page, "#step b, .step b")[0] == number(norm(step.upstream))
    rows = [
        [text for cell in row.locator("th, td").all_text_contents() for text in cell.split()]
        for row in page.locator(".passed tbody tr").all()
    ]
    wanted = [slot for slot in step.slots if slot.state != "missing"]
    assert len(rows) == len(wanted) == 6
    before = norm(step.upstream)
    for row, slot in zip(rows, wanted, strict=True):
        shape = "×".join(map(str, slot.use.value.shape))
        assert row[:3] == [
            ledger.names[slot.use.value.index],
            shape,
            number(norm(slot.contribution)),
        ]
        if slot.use.value.kind == "parameter":
            assert row[3:] == [number(norm(slot.after))]
        else:
            assert row[3:] == [f"×{number(norm(slot.contribution) / before, 3)}"]
    assert texts(page, ".passed caption") == ["Passed on", "To its parameters"]


def test_both_results_of_a_call_appear_and_are_outlined_together(show):
    loss = sequence(6)
    page = show(shown(loss))
    go_to(page, 1)
    facts = json.loads(page.locator("#data").text_content())["graphs"][0]
    call = facts["operations"][0]
    assert len(call["results"]) == 2
    for i in call["results"]:
        assert "active" in page.locator(f"[data-value='{i}']").get_attribute("class")
    last = len(facts["steps"])
    go_to(page, last)
    assert facts["steps"][-1]["operation"] == 0
    for i in call["results"]:
        assert "active" in page.locator(f"[data-value='{i}']").get_attribute("class")


def test_what_is_shared_is_named_where_no_arrow_leads(show):
    page = show(shown(sequence()))
    named = ["weight_ih", "bias_ih", "weight_hh", "bias_hh"]
    page.wait_for_function("document.querySelectorAll('.operation text.small').length > 0")
    told = texts(page, ".operation text.small")
    assert [name for name in told if name in named] == named * 7
    arriving = [name for name in told if name not in named]  # in a row of its own, from that above
    facts = json.loads(page.locator("#data").text_content())["graphs"][0]
    rows = {op["box"][1] for op in facts["operations"] if "title" in op}
    assert arriving and len(arriving) >= len(rows) - 1
    assert set(arriving) <= {value["name"] for value in facts["values"]}


def test_the_page_says_that_it_goes_by_module_and_how_to_see_inside(show):
    loss = sequence()
    page = show(shown(loss))
    note = " ".join(texts(page, ".by-module"))
    assert "is shown by module: each of 9 calls of a module is one step" in note
    assert 'viz.explore(model.cell(x).sum(), "inside.html")' in note
    assert 'detail="values"' in note
    assert show(viz.explore(loss)).locator(".by-module").count() == 0


def test_a_parameter_is_explained_by_the_modules_on_the_way(show):
    loss = deep(10)
    page = show(shown(loss))
    page.locator("#fit").click()
    facts = json.loads(page.locator("#data").text_content())["graphs"][0]
    place = [value["name"] for value in facts["values"]].index("0.weight")
    page.locator(f"[data-value='{place}']").click()
    assert page.get_by_role("tab", name="Explain").get_attribute("aria-selected") == "true"
    text = " ".join(texts(page, "#side"))
    assert "0.weight" in text
    for title in ("18: Linear(6 -> 6)", "1: Sigmoid", "0: Linear(6 -> 6)"):
        assert title in text
    loss.backward()
    weight = next(
        value.source for value in module_steps(loss).graph.values if value.name == "0.weight"
    )
    assert number(norm(weight.grad.numpy())) in text


def test_flow_has_a_bar_for_each_call(show):
    page = show(shown(deep(5)))
    page.get_by_role("tab", name="Flow").click()
    names = texts(page, ".chart.flow .axis > title")
    expected = [
        f"{2 * i + 1}: Sigmoid" if k else f"{2 * i}: Linear(6 -> 6)"
        for i in range(4, -1, -1)
        for k in (1, 0)
    ]
    assert names == expected


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_each_step_of_thirty_layers_comes_into_sight(show, width, height):
    loss = deep()
    page = show(shown(loss), width, height)
    page.keyboard.press("Home")
    for _ in range(9):
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        seen = page.evaluate(
            """() => { const box = document.querySelector(".operation.active .body").getBoundingClientRect();
                const room = document.querySelector("#graphs").getBoundingClientRect();
                return [box.left >= room.left - 1, box.right <= room.right + 1, box.height] }"""  # noqa: E501
        )
        assert seen[:2] == [True, True] and seen[2] > 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_twins_go_by_module_together(show):
    torch.manual_seed(0)

    class Slow(nn.Module):
        def forward(self, x):
            for _ in range(300):
                x = x * 1.001
            return x

    def loss(activation):
        model = nn.Sequential(nn.Linear(4, 4), activation, Slow())
        return (model(torch.ones(2, 4)) ** 2).mean()

    page = show(viz.compare({"tanh": loss(nn.Tanh()), "relu": loss(nn.ReLU())}))
    assert len(texts(page, ".by-module")) == 2
    go_to(page, 3)
    assert texts(page, ".operation-name") == ["Compute 2: Slow", "Compute 2: Slow"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_serious_findings_of_accessibility(show, scheme):
    page = show(shown(sequence()), scheme=scheme)
    page.keyboard.press("ArrowLeft")
    for tab in ("Step", "Explain", "Flow"):
        page.get_by_role("tab", name=tab).click()
        assert serious_findings(page, scheme) == []
