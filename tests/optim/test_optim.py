"""Optimizers: torch's numbers after a few steps (recorded literals), states, texts and mistakes."""

import copy
import pickle

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.optim import LBFGS, SGD, Adadelta, Adagrad, Adam, Optimizer, RMSprop

START = [1.0, -2.0, 0.5]
STEPS = [
    ("SGD(p, lr=0.1)", [0.46125728, -18.073397, 0.32956192], {}),
    ("SGD(p, lr=0.1, momentum=0.9)", [-0.11632665, -27.304371, 0.16619422],
     {"momentum_buffer": [3.9932666, 199.52371, 1.3711829]}),
    ("SGD(p, lr=0.1, momentum=0.9, dampening=0.5)", [0.028286207, -13.244279, 0.22889666],
     {"momentum_buffer": [3.2821379, 74.282784, 1.0150962]}),
    ("SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)",
     [-0.21739629, -155.00748, 0.088492088],
     {"momentum_buffer": [3.0190001, 765.31329, 1.1562984]}),
    ("SGD(p, lr=0.1, maximize=True)", [2.7865746, -0.49710077, 0.8105461], {}),
    ("Adam(p, lr=0.1)", [0.70415372, -2.3004937, 0.21322036],
     {"step": 3.0, "exp_avg": [0.65422392, 3.6148784, 0.13157347],
      "exp_avg_sq": [0.018587548, 0.5294522, 0.00086785073]}),
    ("Adam(p, lr=0.1, betas=(0.5, 0.9), eps=0.1, weight_decay=0.1)",
     [0.72187161, -2.3019331, 0.26013887],
     {"step": 3.0, "exp_avg": [2.0458107, 11.874747, 0.41687506],
      "exp_avg_sq": [1.7772181, 46.944649, 0.09181866]}),
    ("Adam(p, lr=0.1, amsgrad=True)", [0.70415372, -2.3004937, 0.21322036],
     {"step": 3.0, "exp_avg": [0.65422392, 3.6148784, 0.13157347],
      "exp_avg_sq": [0.018587548, 0.5294522, 0.00086785073],
      "max_exp_avg_sq": [0.018587548, 0.5294522, 0.00086785073]}),
    ("Adam(p, lr=0.1, maximize=True)", [1.3002148, -1.7014877, 0.79815412],
     {"step": 3.0, "exp_avg": [-1.0017322, -2.9191298, -0.30467212],
      "exp_avg_sq": [0.040810917, 0.35544571, 0.0038793476]}),
    ("Adam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
     [0.67809093, -2.23807, 0.20241269],
     {"step": 3.0, "exp_avg": [0.64049643, 3.5389366, 0.12894917],
      "exp_avg_sq": [0.017995141, 0.50766987, 0.00084822776]}),
    ("AdamW(p, lr=0.1, weight_decay=0.5)",
     [0.5799095, -2, 0.16212964],
     {"step": 3.0,
      "exp_avg": [0.58913571, 3.2520001, 0.11921152],
      "exp_avg_sq": [0.0159573, 0.43156812, 0.00078117149]}),
    ("RMSprop(p, lr=0.02)",
     [0.61647671, -2.4873722, 0.19189928],
     {"step": 3.0,
      "square_avg": [0.14531904, 6.2643723, 0.0064952988]}),
    ("RMSprop(p, lr=0.1, alpha=0.5, momentum=0.9, centered=True, weight_decay=0.1)",
     [0.05407697, -3.308475, -0.24130173],
     {"step": 3.0,
      "square_avg": [2.3985839, 275.70187, 0.10250261],
      "momentum_buffer": [3.8717165, 6.8691607, 2.5685513],
      "grad_avg": [1.2016129, 15.227779, 0.17614055]}),
    ("Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5)",
     [0.80624044, -2.218693, 0.35497636],
     {"step": 3.0,
      "sum": [20.089333, 517.97614, 1.5592586]}),
    ("Adadelta(p, lr=10, rho=0.5)",
     [0.95210499, -2.0487425, 0.45270383],
     {"step": 3.0,
      "square_avg": [7.229043, 131.52982, 0.414994],
      "acc_delta": [2.449204e-06, 2.5780828e-06, 2.3605114e-06]}),
]  # fmt: skip


def make(text, params):
    return eval(f"optim.{text}", {"optim": torch.optim, "p": params})


def descend(optimizer, params, steps):
    """Take steps down w³."""
    for _ in range(steps):
        optimizer.zero_grad()
        sum((p**3).sum() if isinstance(p, torch.Tensor) else p**3 for p in params).backward()
        optimizer.step()


@pytest.mark.parametrize(("text", "numbers", "state"), STEPS)
def test_three_steps(text, numbers, state):
    w = torch.tensor(START, requires_grad=True)
    optimizer = make(text, [w])
    descend(optimizer, [w], 3)
    np.testing.assert_allclose(w.detach().numpy(), numbers, rtol=1e-6)
    assert list(optimizer.state.get(w, {})) == list(state)
    for name, expected in state.items():
        np.testing.assert_allclose(optimizer.state[w][name].numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize(("text", "numbers", "state"), STEPS)
def test_three_steps_of_values(text, numbers, state):
    values = [Value(x) for x in START]
    optimizer = make(text, values)
    descend(optimizer, values, 3)
    np.testing.assert_allclose([v.data for v in values], numbers, rtol=1e-5)  # float32's
    assert all(type(v.data) is float for v in values)
    for i, value in enumerate(values):
        for name, expected in state.items():
            found = optimizer.state[value][name].item()
            assert found == pytest.approx(expected if name == "step" else expected[i], rel=1e-5)


CURVES = [
    ("SGD(p, lr=0.5, momentum=0.9)",
     {0: 0.2923787832260132, 9: 0.1946798712015152, 49: 0.07969951629638672}),
    ("Adam(p, lr=0.05)",
     {0: 0.2923787832260132, 9: 0.21667926013469696, 49: 0.006528095342218876}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CURVES)
def test_learning_exclusive_or_from_the_seed(text, expected):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimizer = make(text, model.parameters())
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(x), t)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[99] < 0.01
    for step, value in expected.items():
        assert losses[step] == pytest.approx(value, rel=1e-3), step


def test_steps_are_in_place():
    w = torch.tensor(START, requires_grad=True)
    array, version = w.array, w._version
    optimizer = SGD([w], lr=0.1, momentum=0.9)
    descend(optimizer, [w], 2)
    assert w.array is array
    assert w._version == version + 2
    assert w.is_leaf


def test_a_number_is_a_parameter_too():
    for text, numbers, _ in STEPS:
        w = torch.tensor(1.0, requires_grad=True)
        optimizer = make(text, [w])
        descend(optimizer, [w], 3)
        assert w.shape == ()
        assert w.item() == pytest.approx(numbers[0], rel=1e-6)


def test_parameters_without_a_gradient_are_left_alone():
    for kind in (SGD, Adam):
        w = torch.ones(2, requires_grad=True)
        optimizer = kind([w], weight_decay=0.5)
        optimizer.step()
        assert w.tolist() == [1.0, 1.0]
        assert not optimizer.state


def test_a_step_makes_an_older_graph_stale():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    loss = model(torch.ones(1, 2)).sum()
    loss.backward(retain_graph=True)
    SGD(model.parameters(), lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_closure_is_recorded_and_its_result_returned():
    w = torch.tensor([2.0], requires_grad=True)
    optimizer = SGD([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 4.0
    assert w.tolist() == [pytest.approx(1.6)]
    assert optimizer.step() is None


@pytest.mark.parametrize("p", [torch.ones(2, requires_grad=True), Value(1.0)])
def test_zero_grad(p):
    (p.sum() if isinstance(p, torch.Tensor) else p * 1).backward()
    optimizer = SGD([p])
    optimizer.zero_grad(set_to_none=False)
    assert (p.grad.tolist() if isinstance(p, torch.Tensor) else p.grad) in ([0.0, 0.0], 0.0)
    optimizer.zero_grad()
    assert p.grad is None


def test_groups_have_options_of_their_own():
    w, b = (torch.ones(1, requires_grad=True) for _ in range(2))
    optimizer = SGD([{"params": [w], "lr": 0.5}, {"params": b}], lr=0.1)
    (w + b).sum().backward()
    optimizer.step()
    assert (w.item(), b.item()) == (0.5, pytest.approx(0.9))
    optimizer.param_groups[1]["lr"] = 0.2
    optimizer.step()
    assert b.item() == pytest.approx(0.7)


def test_named_parameters():
    model = nn.Linear(2, 1)
    optimizer = SGD(model.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


TEXT = """SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.5
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0

Parameter Group 1
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.1
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0
)"""


def test_the_text_of_an_optimizer():
    groups = [{"params": [torch.ones(1)], "lr": 0.5}, {"params": [torch.ones(1)]}]
    assert repr(SGD(groups, lr=0.1, momentum=0.9)) == TEXT


@pytest.mark.parametrize("text", [text for text, _, state in STEPS if state])
@pytest.mark.parametrize("through", [lambda state: state, copy.deepcopy,
                                     lambda state: pickle.loads(pickle.dumps(state))])  # fmt: skip
def test_going_on_from_a_saved_state_is_going_on(text, through):
    w = torch.tensor(START, requires_grad=True)
    first = make(text, [w])
    descend(first, [w], 2)
    v = w.detach().clone().requires_grad_()
    second = make(text, [v])
    second.load_state_dict(through(first.state_dict()))
    descend(first, [w], 1)
    descend(second, [v], 1)
    assert torch.equal(w, v)
    assert all(first.state[w][k] is not second.state[v][k] for k in first.state[w])


def test_a_loaded_state_takes_the_dtype_of_the_parameters():
    w, v = torch.ones(1, requires_grad=True), torch.ones(1, dtype=torch.float64).requires_grad_()
    first, second = Adam([w]), Adam([v])
    descend(first, [w], 1)
    second.load_state_dict(first.state_dict())
    assert {k: str(x.dtype) for k, x in second.state[v].items()} == {
        "step": "torch.float32",
        "exp_avg": "torch.float64",
        "exp_avg_sq": "torch.float64",
    }


def parameters():
    return [torch.ones(2, requires_grad=True) for _ in range(2)]


def loaded(change):
    optimizer = SGD(parameters(), lr=0.1)
    optimizer.load_state_dict(change(optimizer.state_dict()))


MISTAKES = {
    "rate": (ValueError, "Invalid learning rate: -1", lambda: SGD(parameters(), lr=-1)),
    "nan": (ValueError, "Invalid learning rate: nan", lambda: Adam(parameters(), lr=float("nan"))),
    "momentum": (ValueError, "Invalid momentum value: -1", lambda: SGD(parameters(), momentum=-1)),
    "decay": (
        ValueError,
        "Invalid weight_decay value: -1",
        lambda: Adam(parameters(), weight_decay=-1),
    ),
    "nesterov": (
        ValueError,
        "Nesterov momentum requires a momentum and zero dampening",
        lambda: SGD(parameters(), nesterov=True),
    ),
    "epsilon": (ValueError, "Invalid epsilon value: -1", lambda: Adam(parameters(), eps=-1)),
    "beta": (
        ValueError,
        "Invalid beta parameter at index 1: 1.0",
        lambda: Adam(parameters(), betas=(0.5, 1.0)),
    ),
    "rho": (ValueError, "Invalid rho value: 2", lambda: Adadelta(parameters(), rho=2)),
    "alpha": (ValueError, "Invalid alpha value: -1", lambda: RMSprop(parameters(), alpha=-1)),
    "start": (
        ValueError,
        "Invalid initial_accumulator_value value: -1",
        lambda: Adagrad(parameters(), initial_accumulator_value=-1),
    ),
    "no closure": (TypeError, r"step\(closure\)", lambda: LBFGS(parameters()).step()),
    "line search": (
        RuntimeError,
        "only 'strong_wolfe' is supported",
        lambda: LBFGS(parameters(), line_search_fn="armijo").step(lambda: 1.0),
    ),
    "groups of LBFGS": (
        ValueError,
        "it got 2 groups",
        lambda: LBFGS([{"params": p} for p in parameters()]),
    ),
    "tensor": (TypeError, "should be an iterable of Tensors or dicts", lambda: SGD(torch.ones(1))),
    "value": (TypeError, "should be an iterable of Tensors or dicts", lambda: SGD(Value(1.0))),
    "nothing": (ValueError, "empty parameter list", lambda: SGD([])),
    "number": (
        TypeError,
        "can only optimize Tensors, but one of the params is int",
        lambda: SGD([3]),
    ),
    "computed": (
        ValueError,
        "can't optimize a non-leaf Tensor",
        lambda: SGD([parameters()[0] * 2]),
    ),
    "computed value": (
        ValueError,
        "can't optimize a non-leaf Value",
        lambda: SGD([Value(1.0) * 2]),
    ),
    "set": (TypeError, "ordered collections", lambda: SGD([{"params": set(parameters())}])),
    "twice": (
        ValueError,
        "more than one parameter group",
        lambda: SGD([{"params": p} for p in [parameters()] * 2]),
    ),
    "no group": (
        TypeError,
        "param_group must be a dict",
        lambda: SGD([{"params": parameters()}, 3]),
    ),
    "some names": (
        ValueError,
        "Some param names are missing",
        lambda: SGD([("a", torch.ones(1)), torch.ones(1)]),
    ),
    "names in one group": (
        ValueError,
        "cannot add param group without names",
        lambda: SGD([{"params": [("a", torch.ones(1))]}, {"params": parameters()}]),
    ),
    "implementation": (
        NotImplementedError,
        "fused=True is not there",
        lambda: SGD(parameters(), fused=True),
    ),
    "implementation of a group": (
        NotImplementedError,
        "foreach=True is not there",
        lambda: Adam([{"params": parameters(), "foreach": True}]),
    ),
    "tensor as rate": (
        NotImplementedError,
        r"lr as a Tensor is not there; use lr.item\(\)",
        lambda: SGD(parameters(), lr=torch.tensor(0.1)),
    ),
    "unknown option": (
        TypeError,
        "unexpected keyword argument 'warmup'",
        lambda: SGD(parameters(), warmup=3),
    ),
    "no rule": (
        NotImplementedError,
        "Optimizer does not say what a step is",
        lambda: Optimizer(parameters(), {}).step(),
    ),
    "other groups": (
        ValueError,
        "different number of parameter groups",
        lambda: loaded(lambda s: {**s, "param_groups": []}),
    ),
    "other sizes": (
        ValueError,
        "doesn't match the size of optimizer's group",
        lambda: loaded(lambda s: {**s, "param_groups": [{**s["param_groups"][0], "params": [0]}]}),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    kind, message, call = MISTAKES[name]
    with pytest.raises(kind, match=message):
        call()


def test_duplicates_are_warned_of():
    w = torch.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        SGD([w, w])


@pytest.mark.parametrize(
    "text",
    [
        "SGD(p, lr=1e30)",
        "SGD(p, lr=1e30, momentum=0.9)",
        "Adam(p, lr=1e30)",
        "RMSprop(p, lr=1e30)",
        "Adagrad(p, lr=1e30)",
    ],
)
def test_diverging_raises_no_warnings(text):
    w = torch.tensor([1.0, float("nan"), 1e30], requires_grad=True)
    descend(make(text, [w]), [w], 5)
    assert np.isnan(w.detach().numpy()).any()


def valley(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
@pytest.mark.parametrize("values", [False, True])
def test_lbfgs_finds_the_bottom_of_a_valley(search, values):
    make_number = Value if values else (lambda x: torch.tensor(x, requires_grad=True))
    x, y = make_number(-1.0), make_number(2.0)
    optimizer = LBFGS([x, y], lr=1 if search else 0.1, max_iter=200, line_search_fn=search)

    def closure():
        optimizer.zero_grad()
        loss = valley(x, y)
        loss.backward()
        return loss

    assert float(optimizer.step(closure)) == 104.0
    for _ in range(3):
        optimizer.step(closure)
    assert (float(x), float(y)) == (pytest.approx(1, abs=1e-2), pytest.approx(1, abs=1e-2))
    assert optimizer.state[x]["func_evals"] >= optimizer.state[x]["n_iter"] > 0


def test_a_state_of_lbfgs_takes_the_dtype_of_the_parameters():
    w, v = torch.ones(2, requires_grad=True), torch.ones(2, dtype=torch.float64).requires_grad_()

    def closure():
        w.grad = None
        loss = ((w - 3) ** 4).sum()
        loss.backward()
        return loss

    first, second = LBFGS([w], max_iter=4), LBFGS([v])
    first.step(closure)
    second.load_state_dict(first.state_dict())
    state = second.state[v]
    assert {str(x.dtype) for x in [state["d"], *state["old_dirs"], *state["ro"]]} == {
        "torch.float64"
    }
    assert state["n_iter"] == first.state[w]["n_iter"]


def test_a_closure_keeps_its_own_warnings_of_numpy():
    w = torch.ones(1, requires_grad=True)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        LBFGS([w]).step(lambda: np.ones(1) / np.zeros(1))


def test_a_copied_optimizer_has_a_state_of_its_own():
    w = torch.tensor([3.0], requires_grad=True)
    optimizer = Adam([w], lr=0.1)
    descend(optimizer, [w], 1)
    copied = copy.deepcopy(optimizer)
    (v,) = copied.param_groups[0]["params"]
    descend(copied, [v], 1)
    assert v.item() < w.item()
    assert (optimizer.state[w]["step"].item(), copied.state[v]["step"].item()) == (1, 2)


def test_an_optimizer_of_ones_own():
    class Sign(Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def _rule(self, group):
            def rule(p, array, gradient):
                array -= group["lr"] * np.sign(gradient)

            return rule

    tensor, value = torch.tensor([1.0, -1.0], requires_grad=True), Value(2.0)
    ((tensor * tensor).sum()).backward()
    (value * value).backward()
    Sign([tensor, value], lr=0.25).step()
    assert (tensor.tolist(), value.data) == ([0.75, -0.75], 1.75)
