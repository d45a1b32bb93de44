"""A graph of tensors that opens by module: what its steps say, against gradients that were kept."""

import json
import re
from itertools import pairwise

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz
from tinygrad_edu.trace.graph import read
from tinygrad_edu.trace.module_factors import module_factors
from tinygrad_edu.trace.module_steps import module_steps
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.text import number
from tinygrad_edu.viz.page.data import describe


def facts_in(explorer):
    found = re.search(r'id="data">(.*?)</script>', explorer.html, re.S)
    return json.loads(found[1])["graphs"][0]


class Kept(nn.Module):
    """Calls a module, and keeps what it took and gave, with gradients."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.taken, self.given = inner, [], []

    def forward(self, *xs):
        for x in xs:
            if x.requires_grad:
                x.retain_grad()
        made = self.inner(*xs)
        made.retain_grad()
        self.taken.append(xs)
        self.given.append(made)
        return made


def deep(layers=30, width=6):
    torch.manual_seed(0)
    parts = [part for _ in range(layers) for part in (nn.Linear(width, width), nn.Tanh())]
    return nn.Sequential(*parts)


class Reader(nn.Module):
    """An LSTM over the steps of a sequence, and a layer on its last state."""

    def __init__(self, layers=2):
        super().__init__()
        self.lstm = nn.LSTM(4, 6, num_layers=layers, batch_first=True)
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.head(states[:, -1])


class Cells(nn.Module):
    """Calls one cell at each step of a sequence."""

    def __init__(self, cell, steps=30):
        super().__init__()
        self.cell, self.steps = cell, steps

    def forward(self, x):
        state = None
        for i in range(self.steps):
            state = self.cell(x[:, i], state)
        return state[0] if isinstance(state, tuple) else state


class Residual(nn.Module):
    """x + f(x), for which its own sum is beside the call of f."""

    def __init__(self, width):
        super().__init__()
        self.f = nn.Linear(width, width)

    def forward(self, x):
        return x + self.f(x)


def digits():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


def loss_of_digits(model=None):
    y = (model or digits())(torch.randn(5, 1, 8, 8))
    return nn.CrossEntropyLoss()(y, torch.tensor([1, 2, 3, 4, 5]))


def titles(steps):
    return [
        getattr(step.operation.operation, "title", step.operation.operation.name)
        for step in steps
        if step.operation
    ]


# --- what is a step -------------------------------------------------------------------------------


def test_a_step_is_one_call_of_a_module_forward_and_back():
    model = nn.Sequential(nn.Linear(3, 3), Residual(3), nn.LayerNorm(3))
    ledger = module_steps((model(torch.ones(2, 3)) ** 2).mean())
    assert titles(ledger.forward) == [
        "0: Linear(3 -> 3)",
        "1.f: Linear(3 -> 3)",
        "add",
        "2: LayerNorm",
        "pow",
        "mean",
    ]
    assert titles(ledger.backward) == titles(ledger.forward)[::-1]


def test_deep_nets_digits_and_sequences_have_as_many_steps_as_calls():
    torch.manual_seed(0)
    for model, x, calls in (
        (deep(), torch.randn(4, 6), 60),
        (digits(), torch.randn(4, 1, 8, 8), 6),
        (Reader(), torch.randn(3, 30, 4), 61),
        (Cells(nn.LSTMCell(4, 6)), torch.randn(3, 30, 4), 30),
        (Cells(nn.RNNCell(4, 6)), torch.randn(3, 30, 4), 30),
    ):
        ledger = module_steps(model(x).sum())
        joined = [step for step in ledger.backward if hasattr(step.operation, "operation")]
        assert sum(hasattr(step.operation.operation, "title") for step in joined) == calls


def test_calls_of_one_cell_are_numbered_as_they_were_made():
    torch.manual_seed(0)
    loss = Cells(nn.LSTMCell(2, 3), 4)(torch.randn(1, 4, 2)).sum()
    cell = "cell: LSTMCell(2 -> 3)"
    numbered = [cell, *(f"{cell}, call {i}" for i in (2, 3, 4))]
    assert titles(module_steps(loss).forward) == [*numbered, "sum"]
    loss.backward()
    bars = trace.explain(loss, "cell.bias_hh").waterfall.bars
    assert [bar.name for bar in bars] == ["sum", *numbered[::-1]]


def test_data_of_one_shape_are_put_together_and_numbers_in_the_code_are_left_out():
    torch.manual_seed(0)
    graph = module_steps(Reader(1)(torch.randn(3, 30, 4)).sum(), limit=40).graph
    names = [use.value.name for use in graph.operations[0].arguments]
    assert names[0] == "30 tensors" and graph.operations[0].arguments[0].value.shape == (3, 4)
    assert names[-4:] == [f"lstm.{kind}_l0" for kind in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")]  # fmt: skip # noqa: E501

    class Half(nn.Module):
        def forward(self, x):
            return x * 0.5 + 1.0

    half = module_steps(Half()(torch.ones(2, requires_grad=True)).sum()).graph.operations[0]
    assert [use.value.kind for use in half.arguments] == ["leaf"]
    assert half.operation.count == 2


def test_calls_further_out_are_joined_where_there_are_too_many():
    model = nn.Sequential(*[nn.Sequential(nn.Tanh(), nn.Sigmoid()) for _ in range(20)], nn.ReLU())
    loss = model(torch.ones(3, requires_grad=True)).sum()
    for limit, count in ((100, 42), (42, 22), (22, 2)):
        assert len(module_steps(loss, limit=limit).forward) == count
    with pytest.raises(ValueError, match=r"by module it still has 3.*limit=3"):
        module_steps(loss, limit=2)


# --- the numbers ----------------------------------------------------------------------------------


def slots_by_name(ledger, step):
    return {ledger.names[slot.use.value.index]: slot for slot in step.slots}


def test_what_arrives_and_is_passed_on_are_the_gradients_that_were_kept():
    torch.manual_seed(0)
    kept = [
        Kept(part) for part in (nn.Linear(4, 8), nn.LayerNorm(8), nn.Softplus(), nn.Linear(8, 4))
    ]
    x = torch.randn(5, 4, requires_grad=True)
    loss = (nn.Sequential(*kept)(x) ** 2).mean()
    loss.backward()
    ledger = module_steps(loss)
    steps = [s for s in ledger.backward if s.operation and hasattr(s.operation.operation, "title")]
    assert len(steps) == 4
    for step, module in zip(steps, reversed(kept), strict=True):
        (given,), ((taken,),) = module.given, module.taken
        np.testing.assert_allclose(step.upstream, given.grad.numpy(), rtol=1e-5)
        passed = step.slots[0]
        np.testing.assert_allclose(passed.after, taken.grad.numpy(), rtol=1e-5, atol=1e-9)
        for name, parameter in module.inner.named_parameters():
            (slot,) = (s for n, s in slots_by_name(ledger, step).items() if n.endswith(name))
            np.testing.assert_allclose(slot.after, parameter.grad.numpy(), rtol=1e-5, atol=1e-9)


def test_parameters_that_many_calls_share_add_up_to_their_gradient():
    torch.manual_seed(0)
    model = Cells(nn.LSTMCell(4, 6), 12)
    loss = (model(torch.randn(3, 12, 4)) ** 2).sum()
    ledger = module_steps(loss)
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    found = ledger.gradients()
    for name, parameter in model.named_parameters():
        (i,) = (i for i, known in enumerate(ledger.names) if known == name)
        np.testing.assert_allclose(found[i], parameter.grad.numpy(), rtol=1e-4, atol=1e-7)
        ups = [
            s
            for step in ledger.backward
            for n, s in slots_by_name(ledger, step).items()
            if n == name
        ]
        assert len(ups) == 12 and [slot.before is None for slot in ups] == [True] + [False] * 11


def test_a_result_that_is_used_inside_has_what_flows_back_from_outside():
    class Both(nn.Module):
        def forward(self, x):
            h = x * 2.0
            return h, h * h

    x = torch.tensor([1.0, 3.0], requires_grad=True)
    h, square = Both()(x)
    for part in (h, square):
        part.retain_grad()
    loss = (h * 5.0).sum() + square.sum()
    loss.backward()
    ledger = module_steps(loss)
    (step,) = (s for s in ledger.backward if "Both" in titles([s]))
    np.testing.assert_allclose(step.upstream, [5.0, 5.0, 1.0, 1.0])
    np.testing.assert_allclose(h.grad.numpy(), [9.0, 17.0])  # 2·h from inside
    assert step.operation.operation.reused == (0,)
    np.testing.assert_allclose(step.slots[0].after, x.grad.numpy())
    facts = describe(loss, by_module=100).facts
    (call,) = (op for op in facts["operations"] if "title" in op)
    assert facts["values"][call["reused"][0]]["gradient"] == pytest.approx(50**0.5)
    assert facts["steps"][0]["results"] == call["results"] and len(call["results"]) == 2


def test_the_sentence_has_the_norms_and_the_factor_between_them():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[0.5, 0.0], [0.0, 0.5]]))
    ledger = module_steps(model(torch.ones(1, 2)).sum())
    last, first = ledger.backward[-2:]
    size = number(2**0.5 * norm(model[0](torch.ones(1, 2)).detach().numpy()))
    assert last.sentence == (
        "A gradient of norm 1.414 arrives at 1: Linear(2 -> 2); norm 0.7071 goes on to v2 (×0.5). "
        f"To its parameters: weight norm {size} and bias norm 1.414."
    )
    assert first.sentence.startswith(
        "A gradient of norm 0.7071 arrives at 0: Linear(2 -> 2); nothing before it asks for one."
    )


def test_closed_gates_and_nan_are_told():
    x = torch.tensor([-1.0, -2.0], requires_grad=True)
    ledger = module_steps(nn.ReLU()(x).sum())
    assert ledger.backward[-1].slots[0].state == "zero"
    assert "nothing passes" in ledger.backward[-1].sentence

    class Root(nn.Module):
        def forward(self, x):
            return (x * 0.0).sqrt() * 0.0

    step = module_steps(Root()(x).sum()).backward[-1]
    assert step.slots[0].arises and "Here nan or inf arises." in step.sentence


def test_a_step_knows_its_line_of_code():
    layer = nn.Linear(2, 2)
    with trace.remember_lines():
        y = layer(torch.ones(1, 2))  # the layer
    ledger = module_steps(y.sum())
    assert ledger.backward[-1].line.endswith("y = layer(torch.ones(1, 2))  # the layer")


def test_a_class_with_a_lonely_x_in_its_name_is_still_a_function():
    class Up2x(nn.Module):
        def forward(self, a):
            return a * 2.0

    ledger = module_steps(Up2x()(torch.ones(2, requires_grad=True)).sum())
    assert ledger.forward[0].formula == "v2 = Up2x(v1)"


# --- the page -------------------------------------------------------------------------------------


def test_auto_opens_by_module_only_over_the_limit():
    loss = deep(10)(torch.ones(2, 6)).sum()
    count = len(read(loss).values)
    assert "modules" not in facts_in(viz.explore(loss, limit=count))
    facts = facts_in(viz.explore(loss, limit=count, detail="modules"))
    assert facts["modules"]["values"] == count and facts["modules"]["calls"] == 20

    class Many(nn.Module):
        def forward(self, x):
            for _ in range(600):
                x = x * 1.01 + 0.1
            return x

    large = nn.Sequential(Many(), nn.Linear(6, 6))(torch.ones(2, 6, requires_grad=True)).sum()
    facts = facts_in(viz.explore(large))
    assert [op["symbol"] for op in facts["operations"]] == ["Many", "Linear", "Σ"]
    assert facts["modules"]["values"] == 600 * 4 + 5
    twins = json.loads(
        re.search(r'id="data">(.*?)</script>', viz.compare({"a": large, "b": loss}).html, re.S)[1]
    )
    assert ["modules" in graph for graph in twins["graphs"]] == [True, False]


def test_what_the_page_says_to_call_can_be_called():
    model = nn.Sequential(Residual(6), nn.Tanh())
    x = torch.ones(2, 6)
    loss = model(x).sum()
    told = facts_in(viz.explore(loss, detail="modules"))["modules"]
    assert told["inside"] == 'viz.explore(model[0].f(x).sum(), "inside.html")'
    assert len(facts_in(viz.explore(model[0].f(x).sum()))["operations"]) == 2
    limit = int(re.search(r"limit=(\d+)", told["all"])[1])
    assert 'detail="values"' in told["all"]
    assert len(facts_in(viz.explore(loss, detail="values", limit=limit))["values"]) == limit
    alone = facts_in(viz.explore(nn.Linear(2, 2)(torch.ones(1, 2)).sum(), detail="modules"))
    assert alone["modules"]["inside"] == ""


def test_what_cannot_open_by_module_is_refused():
    x = Value(1.0)
    for _ in range(10):
        x = x * 2.0
    scalars = nn.Sequential(nn.Linear(2, 2), nn.Tanh()).to(Value)
    inside = scalars([Value(1.0), Value(-1.0)]).ravel()[0]
    y = torch.ones(3, requires_grad=True)
    for _ in range(10):
        y = y * 2.0
    for output in (x, inside, y.sum()):
        with pytest.raises(ValueError, match="more than the limit of 5 "):
            viz.explore(output, limit=5)
        with pytest.raises(ValueError, match="leave it out"):
            viz.explore(output, detail="modules")
    loss = loss_of_digits()
    with pytest.raises(ValueError, match="'values', 'modules', not 'full'"):
        viz.explore(loss, detail="full")
    with pytest.raises(ValueError, match="choose one"):
        viz.explore(loss, detail="modules", scalars=True)
    with pytest.raises(ValueError, match=r"more than the limit of 5 .*detail='modules'"):
        viz.explore(loss, detail="values", limit=5)


def test_gradients_on_the_page_are_those_of_the_parameters():
    model = digits()
    loss = loss_of_digits(model)
    facts = facts_in(viz.explore(loss, detail="modules"))
    loss.backward()
    by_name = {value["name"]: value for value in facts["values"]}
    for name, parameter in model.named_parameters():
        expected = norm(parameter.grad.numpy())
        assert by_name[name]["gradient"] == pytest.approx(expected, rel=1e-4, abs=1e-8)
        assert by_name[name]["shape"] == "×".join(map(str, parameter.shape))


def test_explanations_are_those_of_the_trace():
    model = deep(6)
    loss = (model(torch.randn(4, 6)) ** 2).mean()
    ledger = module_steps(loss)
    weight = ledger.graph.values[ledger.names.index("0.weight")]
    found = module_factors(ledger.graph, ledger.names, weight)
    loss.backward()
    expected = trace.explain(loss, "0.weight")
    np.testing.assert_allclose(found.gradient, expected.gradient, rtol=1e-5)
    pairs = list(zip(found.waterfall.bars, expected.waterfall.bars, strict=True))
    assert len(pairs) == 14
    for bar, other in pairs:
        assert (bar.name, bar.kind) == (other.name, other.kind)
        assert bar.factor == pytest.approx(other.factor, rel=1e-5)


def comes_before(one, other):
    """In the order in which one reads: to the right, or in a row below."""
    return one[0] + one[2] < other[0] or one[1] + one[3] < other[1]


def test_a_cell_that_is_called_often_stands_in_a_row_with_the_names_of_what_it_shares():
    torch.manual_seed(0)
    loss = Cells(nn.RNNCell(4, 6))(torch.randn(3, 30, 4)).sum()
    facts = facts_in(viz.explore(loss, detail="modules"))
    calls = [op for op in facts["operations"] if "title" in op]
    assert len({op["box"][1] for op in calls}) < 10
    stubs = [[facts["arrows"][i].get("stub") for i in op["arrows"]] for op in calls]
    shared = ["weight_ih", "bias_ih", "weight_hh", "bias_hh"]
    assert set(stubs[0]) == {None}
    for row in stubs[1:]:
        assert row == [None, None, *shared]
    for op in calls:
        for i in op["arrows"]:
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", facts["arrows"][i]["path"])]
            x, y, _, h = op["box"]
            assert abs(numbers[-2] - x) <= 2 and y - 1 <= numbers[-1] <= y + h + 1
    for one, other in pairwise(calls):
        state = facts["values"][other["arguments"][1]]
        assert state["by"] == facts["operations"].index(one)
        assert comes_before(one["box"], state["box"]) and comes_before(state["box"], other["box"])
