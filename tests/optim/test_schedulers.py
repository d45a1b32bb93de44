"""Schedulers: the rates that their formulas give, what a step asks for, mistakes."""

import copy
import gc
import math
import weakref

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value
from tinygrad_edu.optim import SGD, Adam
from tinygrad_edu.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

FORMULAS = [
    (lambda o: StepLR(o, 3, 0.5), lambda n: 0.5 ** (n // 3)),
    (lambda o: MultiStepLR(o, [2, 5, 5], 0.5), lambda n: 0.5 ** ((n >= 2) + 2 * (n >= 5))),
    (lambda o: ConstantLR(o, 0.25, 4), lambda n: 0.25 if n < 4 else 1.0),
    (lambda o: LinearLR(o, 0.2, 1.0, 4), lambda n: 0.2 + 0.8 * min(n, 4) / 4),
    (lambda o: ExponentialLR(o, 0.9), lambda n: 0.9**n),
    (lambda o: CosineAnnealingLR(o, 4), lambda n: (1 + math.cos(math.pi * n / 4)) / 2),
    (lambda o: LambdaLR(o, lambda n: 1 / (1 + n)), lambda n: 1 / (1 + n)),
    (
        lambda o: SequentialLR(o, [ConstantLR(o, 0.1, 99), ExponentialLR(o, 0.5)], [3]),
        lambda n: 0.1 if n < 3 else 0.5 ** (n - 3),
    ),
    (
        lambda o: OneCycleLR(o, 1.0, 11, pct_start=6 / 11, anneal_strategy="linear"),
        lambda n: 0.04 + 0.96 * n / 5 if n <= 5 else 1 - (1 - 4e-6) * (n - 5) / 5,
    ),
]


@pytest.mark.parametrize(("make", "formula"), FORMULAS)
@pytest.mark.parametrize("parameter", [torch.ones(1, requires_grad=True), Value(1.0)])
def test_the_rate_after_each_step(make, formula, parameter):
    optimizer = SGD([parameter], lr=1.0, momentum=0.9)
    scheduler = make(optimizer)
    for n in range(11):
        assert scheduler.get_last_lr() == [pytest.approx(formula(n), abs=1e-12)]
        assert optimizer.param_groups[0]["lr"] == scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()


def test_one_cycle_moves_the_momentum_the_other_way():
    optimizer = Adam([torch.ones(1)], lr=1.0)
    scheduler = OneCycleLR(optimizer, 1.0, 10, pct_start=0.5)
    momenta = []
    for _ in range(10):
        momenta.append(optimizer.param_groups[0]["betas"][0])
        optimizer.step()
        scheduler.step()
    assert momenta[0] == pytest.approx(0.95)
    assert min(momenta) == momenta[4] == pytest.approx(0.85)
    assert optimizer.param_groups[0]["betas"][1] == 0.999


def test_the_rate_falls_on_a_plateau():
    optimizer = SGD([torch.ones(1)], lr=1.0)
    scheduler = ReduceLROnPlateau(optimizer, factor=0.1, patience=2, min_lr=0.05)
    rates = []
    for loss in [3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]:
        scheduler.step(torch.tensor(loss))
        rates += scheduler.get_last_lr()
    assert rates == [1.0] * 4 + [0.1] * 4 + [0.05] * 2


@pytest.mark.parametrize(("make", "formula"), FORMULAS)
def test_going_on_from_a_saved_state(make, formula):
    optimizer = SGD([torch.ones(1)], lr=1.0, momentum=0.9)
    scheduler = make(optimizer)
    for _ in range(4):
        optimizer.step()
        scheduler.step()
    other = SGD([torch.ones(1)], lr=1.0, momentum=0.9)
    again = make(other)
    again.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    other.load_state_dict(optimizer.state_dict())
    other.step()
    again.step()
    assert again.get_last_lr() == [pytest.approx(formula(5))]


def test_a_step_before_the_optimizers_is_warned_of():
    scheduler = StepLR(SGD([torch.ones(1)]), 1)
    with pytest.warns(UserWarning, match="call of `lr_scheduler.step\\(\\)` before"):
        scheduler.step()


def test_get_lr_is_not_for_users():
    scheduler = ExponentialLR(SGD([torch.ones(1)]), 0.5)
    with pytest.warns(UserWarning, match="please use `get_last_lr"):
        scheduler.get_lr()


def test_a_copied_optimizer_steps_for_itself():
    optimizer = SGD([torch.tensor([1.0], requires_grad=True)], lr=0.5)
    StepLR(optimizer, 1)
    copied = copy.deepcopy(optimizer)
    (w,), (v,) = (o.param_groups[0]["params"] for o in (optimizer, copied))
    w.grad, v.grad = torch.ones(1), torch.ones(1)
    copied.step()
    assert (w.item(), v.item()) == (1.0, 0.5)


def test_a_watched_optimizer_is_freed_at_once():
    optimizer = SGD([torch.ones(1)])
    StepLR(optimizer, 1)
    gone = weakref.ref(optimizer)
    gc.disable()
    try:
        del optimizer
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda o: StepLR(3, 1), TypeError, "int is not an Optimizer"),
        (lambda o: StepLR(o, 1, last_epoch=2), KeyError, "load the state of the optimizer first"),
        (lambda o: ConstantLR(o, 2.0), ValueError, "It is 2.0"),
        (lambda o: LinearLR(o, 0.0), ValueError, "It is 0.0"),
        (lambda o: LambdaLR(o, [abs, abs]), ValueError, "Expected 1 lr_lambdas, but got 2"),
        (lambda o: OneCycleLR(o, 1.0), ValueError, "either total_steps OR"),
        (lambda o: OneCycleLR(o, 1.0, 5, pct_start=3.0), ValueError, "but got 3.0"),
        (lambda o: ReduceLROnPlateau(o, "mean"), ValueError, "mode mean is unknown"),
        (lambda o: SequentialLR(o, [StepLR(o, 1)], [3]), ValueError, "milestones to be equal to 1"),
        (lambda o: LRScheduler(o), NotImplementedError, "LRScheduler does not say"),
        (lambda o: torch.optim.lr_scheduler.CyclicLR, AttributeError, "'CyclicLR'"),
    ],
)
def test_mistakes(make, error, text):
    with pytest.raises(error, match=text):
        make(SGD([torch.ones(1)], momentum=0.9))


def test_a_group_that_came_later_is_named():
    optimizer = SGD([torch.ones(1)])
    scheduler = LambdaLR(optimizer, lambda n: 1.0)
    optimizer.add_param_group({"params": [torch.ones(1)]})
    optimizer.step()
    with pytest.raises(ValueError, match="gives 1 rates, and the optimizer has 2 groups"):
        scheduler.step()
