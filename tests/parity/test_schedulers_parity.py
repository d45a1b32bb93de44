"""Schedulers side by side with torch: rates, states, texts, mistakes and advice."""

import copy

import pytest
from comparing import Raised
from parity.side_by_side import both, same_words

SCHEDULES = [
    "StepLR(o, 3)",
    "StepLR(o, step_size=2, gamma=0.5)",
    "MultiStepLR(o, [2, 5, 5, 8])",
    "MultiStepLR(o, (1, 3), gamma=0.3)",
    "ConstantLR(o)",
    "ConstantLR(o, factor=0.5, total_iters=3)",
    "ConstantLR(o, 1.0, 0)",
    "LinearLR(o)",
    "LinearLR(o, 0.1, 0.5, 7)",
    "LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=10)",
    "ExponentialLR(o, 0.9)",
    "ExponentialLR(o, gamma=1.1)",
    "CosineAnnealingLR(o, 5)",
    "CosineAnnealingLR(o, T_max=4, eta_min=0.01)",
    "CosineAnnealingLR(o, 1)",
    "LambdaLR(o, lambda n: 0.95**n)",
    "LambdaLR(o, [lambda n: 1 / (n + 1), lambda n: n])",
    "OneCycleLR(o, 0.5, 13)",
    "OneCycleLR(o, max_lr=[0.5, 0.1], epochs=4, steps_per_epoch=4)",
    "OneCycleLR(o, 0.5, 14, pct_start=0.5, anneal_strategy='linear', div_factor=5.0)",
    "OneCycleLR(o, 0.5, 20, three_phase=True, final_div_factor=10.0)",
    "OneCycleLR(o, 0.5, 15, base_momentum=[0.5, 0.6], max_momentum=0.9)",
    "OneCycleLR(o, 0.5, 15, cycle_momentum=False)",
    "SequentialLR(o, [ConstantLR(o, 0.1, 3), ExponentialLR(o, 0.9)], [3])",
    "SequentialLR(o, [LinearLR(o, 0.1, 1.0, 4), CosineAnnealingLR(o, 6)], milestones=[4])",
    "SequentialLR(o, [StepLR(o, 2), ConstantLR(o), LambdaLR(o, lambda n: n)], [4, 8])",
    "SequentialLR(o, [StepLR(o, 2), ConstantLR(o)], [0])",
    "SequentialLR(o, [ExponentialLR(o, 0.5)], [])",
]


def optimizer_of(lib, kind="SGD"):
    w, v = (lib.ones(1, requires_grad=True) for _ in range(2))
    options = {"momentum": 0.9} if kind == "SGD" else {}
    return getattr(lib.optim, kind)([{"params": [w]}, {"params": [v], "lr": 0.3}], 0.1, **options)


def make(lib, text, optimizer):
    schedulers = vars(lib.optim.lr_scheduler)
    return eval(text, {**schedulers, "o": optimizer, "lib": lib})


def options(optimizer):
    return [{k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups]


def saved(scheduler):
    return {k: v for k, v in scheduler.state_dict().items() if k != "milestones"}


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("text", SCHEDULES)
def test_rates(text, kind):
    def program(lib):
        optimizer = optimizer_of(lib, kind)
        scheduler = make(lib, text, optimizer)
        seen = [options(optimizer), scheduler.get_last_lr()]
        for _ in range(12):
            optimizer.step()
            scheduler.step()
            seen.append([g["lr"] for g in optimizer.param_groups])
            seen.append([g.get("momentum", g.get("betas")) for g in optimizer.param_groups])
            seen.append(list(scheduler.get_last_lr()))
        return seen, saved(scheduler), options(optimizer), str(optimizer)

    both(program, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", SCHEDULES[:23])
def test_going_on_from_a_saved_state(text):
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = make(lib, text, optimizer)
        for _ in range(4):
            optimizer.step()
            scheduler.step()
        state, groups = copy.deepcopy((scheduler.state_dict(), optimizer.state_dict()))
        other = optimizer_of(lib)
        again = make(lib, text, other)
        again.load_state_dict(state)
        other.load_state_dict(groups)
        rates = []
        for _ in range(4):
            other.step()
            again.step()
            rates += again.get_last_lr()
        return list(state), rates, saved(again)

    both(program, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", [text for text in SCHEDULES[:17] if "lambda" not in text])
def test_resuming_by_the_number_of_steps(text):
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = make(lib, text, optimizer)
        for _ in range(4):
            optimizer.step()
            scheduler.step()
        other = optimizer_of(lib)
        other.load_state_dict(optimizer.state_dict())
        again = make(lib, f"{text[:-1]}, last_epoch=4)", other)
        rates = again.get_last_lr()
        other.step()
        again.step()
        return rates, again.get_last_lr(), again.last_epoch

    both(program, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", SCHEDULES[:17])
def test_steps_to_an_epoch(text):
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = make(lib, text, optimizer)
        optimizer.step()
        rates = []
        for epoch in (1, 5, 2):
            scheduler.step(epoch)
            rates.append(scheduler.get_last_lr())
        return rates, scheduler.last_epoch

    both(program, rtol=1e-12, atol=1e-15)


def test_two_schedulers_on_one_optimizer():
    def program(lib):
        optimizer = optimizer_of(lib)
        first = make(lib, "ExponentialLR(o, 0.9)", optimizer)
        second = make(lib, "MultiStepLR(o, [2, 4])", optimizer)
        rates = []
        for _ in range(6):
            optimizer.step()
            first.step()
            second.step()
            rates.append([g["lr"] for g in optimizer.param_groups])
        return rates, first.get_last_lr(), second.get_last_lr()

    both(program, rtol=1e-12, atol=1e-15)


PLATEAUS = [
    "ReduceLROnPlateau(o)",
    "ReduceLROnPlateau(o, patience=1)",
    "ReduceLROnPlateau(o, 'max', 0.5, 1)",
    "ReduceLROnPlateau(o, factor=0.5, patience=0, cooldown=2)",
    "ReduceLROnPlateau(o, patience=0, min_lr=[0.05, 0.001])",
    "ReduceLROnPlateau(o, patience=0, min_lr=0.02)",
    "ReduceLROnPlateau(o, patience=1, threshold=0.2)",
    "ReduceLROnPlateau(o, patience=1, threshold=0.2, threshold_mode='abs')",
    "ReduceLROnPlateau(o, 'max', patience=1, threshold=0.2, threshold_mode='abs')",
    "ReduceLROnPlateau(o, patience=0, eps=0.1)",
]
METRICS = [5.0, 4.0, 4.0, 3.9, 3.9, 3.95, 6.0, 2.0, float("nan"), 2.0, 1.0, 1.0, float("inf"), 1.0]


@pytest.mark.parametrize("text", PLATEAUS)
def test_plateaus(text):
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = make(lib, text, optimizer)
        rates = [scheduler.get_last_lr()]
        for i, metric in enumerate(METRICS):
            scheduler.step(lib.tensor(metric, requires_grad=True).detach() if i % 2 else metric)
            rates.append((scheduler.get_last_lr(), scheduler.num_bad_epochs))
        again = make(lib, text, optimizer_of(lib))
        again.load_state_dict(scheduler.state_dict())
        again.step(9.0)
        return rates, scheduler.state_dict(), again.state_dict(), options(optimizer)

    both(program, rtol=1e-12, atol=1e-15)


MISTAKES = [
    "StepLR(3, 3)",
    "StepLR(o, 3, last_epoch=2)",
    "ConstantLR(o, factor=1.5)",
    "ConstantLR(o, factor=-0.5)",
    "LinearLR(o, start_factor=0.0)",
    "LinearLR(o, start_factor=1.5)",
    "LinearLR(o, end_factor=1.5)",
    "LambdaLR(o, [lambda n: 1])",
    "OneCycleLR(o, 0.1)",
    "OneCycleLR(o, 0.1, epochs=3)",
    "OneCycleLR(o, 0.1, 0)",
    "OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=3)",
    "OneCycleLR(o, 0.1, epochs=3, steps_per_epoch=-3)",
    "OneCycleLR(o, 0.1, 10, pct_start=2.0)",
    "OneCycleLR(o, 0.1, 10, pct_start=1)",
    "OneCycleLR(o, 0.1, 10, anneal_strategy='cubic')",
    "OneCycleLR(o, [0.1], 10)",
    "OneCycleLR(o, 0.1, 10, base_momentum=[0.8])",
    "OneCycleLR(lib.optim.Adagrad([lib.ones(1)]), 0.1, 10)",
    "OneCycleLR(3, 0.1, 10)",
    "ReduceLROnPlateau(3)",
    "ReduceLROnPlateau(o, factor=1.0)",
    "ReduceLROnPlateau(o, 'mean')",
    "ReduceLROnPlateau(o, threshold_mode='mean')",
    "ReduceLROnPlateau(o, min_lr=[0.1])",
    "SequentialLR(o, [], [])",
    "SequentialLR(o, [StepLR(o, 2)], [1])",
    "SequentialLR(o, [3], [])",
    "SequentialLR(o, [ReduceLROnPlateau(o)], [])",
    "SequentialLR(o, [StepLR(lib.optim.SGD([lib.ones(1)]), 2)], [])",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes(text):
    same_words(*both(lambda lib: make(lib, text, optimizer_of(lib)) and None), count=3)


def stepped(lib, text, times, *arguments):
    optimizer = optimizer_of(lib)
    scheduler = make(lib, text, optimizer)
    for _ in range(times):
        optimizer.step()
        scheduler.step(*arguments)


LATE_MISTAKES = [
    ("OneCycleLR(o, 0.1, 3)", 5, ()),
    ("ReduceLROnPlateau(o)", 1, ()),
    ("ReduceLROnPlateau(o)", 1, ("low",)),
    ("SequentialLR(o, [StepLR(o, 2)], [])", 1, (3,)),
    ("StepLR(o, 0)", 1, ()),
    ("LRScheduler(o)", 1, ()),
]


@pytest.mark.parametrize(("text", "times", "arguments"), LATE_MISTAKES)
def test_mistakes_in_steps(text, times, arguments):
    found, _ = both(lambda lib: stepped(lib, text, times, *arguments))
    assert isinstance(found, Raised)


def test_a_group_added_later():
    def program(lib):
        optimizer = optimizer_of(lib)
        scheduler = make(lib, "LambdaLR(o, lambda n: 1)", optimizer)
        optimizer.add_param_group({"params": [lib.ones(1)]})
        optimizer.step()
        scheduler.step()

    found, _ = both(program)
    assert isinstance(found, Raised)


ADVICE = {
    "the wrong order": lambda lib, o, s: s.step(),
    "the right order": lambda lib, o, s: (o.step(), s.step())[1],
    "never a step": lambda lib, o, s: (s.step(), s.step())[1],
    "asking for the next rate": lambda lib, o, s: s.get_lr(),
    "an epoch": lambda lib, o, s: (o.step(), s.step(3))[1],
    "another step": lambda lib, o, s: (setattr(o, "step", lambda: None), s.step())[1],
}


@pytest.mark.parametrize("name", ADVICE)
def test_advice(name):
    def program(lib):
        optimizer = optimizer_of(lib)
        return ADVICE[name](lib, optimizer, make(lib, "StepLR(o, 2)", optimizer))

    both(program)


def test_a_scheduler_and_an_optimizer_of_ones_own():
    def program(lib):
        class Halving(lib.optim.lr_scheduler.LRScheduler):
            def get_lr(self):
                return [rate * 0.5**self.last_epoch for rate in self.base_lrs]

        class Plain(lib.optim.Optimizer):
            def __init__(self, params, lr):
                super().__init__(params, {"lr": lr})

            @lib.no_grad()
            def step(self):
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["lr"] * p.grad

        w = lib.tensor([4.0], requires_grad=True)
        optimizer = Plain([w], 0.1)
        scheduler = Halving(optimizer)
        numbers = []
        for _ in range(4):
            optimizer.zero_grad()
            (w * w).sum().backward()
            optimizer.step()
            scheduler.step()
            numbers.append((w.item(), scheduler.get_last_lr()))
        return numbers

    both(program)


def test_a_function_with_a_state():
    class Warm:
        def __init__(self, steps):
            self.steps = steps

        def __call__(self, n):
            return min(1.0, n / self.steps)

    def program(lib):
        scheduler = lib.optim.lr_scheduler.LambdaLR(optimizer_of(lib), Warm(4))
        other = lib.optim.lr_scheduler.LambdaLR(optimizer_of(lib), Warm(8))
        other.load_state_dict(scheduler.state_dict())
        return scheduler.state_dict(), [function.steps for function in other.lr_lambdas]

    both(program)


@pytest.mark.parametrize("text", [SCHEDULES[0], SCHEDULES[12], SCHEDULES[17], SCHEDULES[24]])
@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop"])
def test_training_with_a_schedule(text, kind):
    def program(lib):
        nn = lib.nn
        model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
        x, t = lib.randn(16, 4), lib.randn(16, 2)
        momentum = {} if kind == "Adam" else {"momentum": 0.5}
        optimizer = getattr(lib.optim, kind)(model.parameters(), lr=0.01, **momentum)
        scheduler = make(lib, text.replace("o, 0.5, 13", "o, 0.05, 30"), optimizer)
        losses = []
        for _ in range(30):
            optimizer.zero_grad()
            loss = nn.MSELoss()(model(x), t)
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
        return losses

    both(program, rtol=1e-4)
