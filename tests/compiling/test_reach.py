"""What a compiled function reaches may change after it was compiled: the next call shows it."""

import collections
import itertools
import os
import random
import types
import warnings
from collections.abc import Callable

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn

SCALE = 1.0
SETTINGS = types.ModuleType("settings")
SETTINGS.scale, SETTINGS.inner = 1.0, types.ModuleType("inner")
SETTINGS.inner.scale = 1.0
SITUATIONS: dict[str, Callable] = {}


def situation(f: Callable) -> Callable:
    """A function that returns another, and what to do to it."""
    SITUATIONS[f.__name__] = f
    return f


def set_scale(number: float) -> None:
    global SCALE
    SCALE = number


class Scaled(nn.Module):
    scale = 1.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scaled(x) * self.scale

    def scaled(self, x: torch.Tensor) -> torch.Tensor:
        return x * SCALE


@situation
def a_set_grows():
    numbers = {1.0}
    return lambda x: x * sum(numbers), lambda: numbers.add(5.0)


@situation
def a_deque_grows():
    numbers = collections.deque([1.0])
    return lambda x: x * sum(numbers), lambda: numbers.append(5.0)


@situation
def a_key_is_another():
    names = {"a": 1.0}
    return lambda x: x * (5 if "b" in names else 2), lambda: names.update(b=names.pop("a"))


@situation
def a_slot_is_set():
    class Slotted:
        __slots__ = ("scale",)

    thing = Slotted()
    thing.scale = 1.0
    return lambda x: x * thing.scale, lambda: setattr(thing, "scale", 3.0)


@situation
def a_slot_is_emptied():
    class Slotted:
        __slots__ = ("scale",)

    thing = Slotted()
    thing.scale = 1.0
    return lambda x: x * getattr(thing, "scale", 4.0), lambda: delattr(thing, "scale")


@situation
def an_attribute_of_a_class():
    class Settings:
        scale = 1.0

    return lambda x: x * Settings.scale, lambda: setattr(Settings, "scale", 3.0)


@situation
def an_attribute_of_the_class_of_a_module():
    class Child(Scaled):
        pass

    return Child(), lambda: setattr(Child, "scale", 3.0)


@situation
def a_method_of_a_class():
    class Child(Scaled):
        def scaled(self, x):
            return x * 2

    return Child(), lambda: setattr(Child, "scaled", lambda self, x: x * 3)


@situation
def a_global_behind_an_inherited_method():
    class Child(Scaled):
        pass

    return Child(), lambda: set_scale(2.0)


@situation
def a_global_behind_super():
    class Child(Scaled):
        def scaled(self, x):
            return super().scaled(x) + 1

    return Child(), lambda: set_scale(2.0)


@situation
def globals_behind_a_property_and_a_static_method():
    class Child(Scaled):
        @property
        def scale(self):
            return SCALE

        @staticmethod
        def scaled(x):
            return x * SCALE

    return Child(), lambda: set_scale(2.0)


@situation
def a_name_in_a_module():
    return lambda x: x * SETTINGS.scale, lambda: setattr(SETTINGS, "scale", 3.0)


@situation
def a_name_in_a_module_in_a_module():
    return lambda x: x * SETTINGS.inner.scale, lambda: setattr(SETTINGS.inner, "scale", 3.0)


@situation
def a_module_that_is_imported_inside():
    def f(x):
        import json

        return x * getattr(json, "scale", 1.0) * json.scale

    import json

    json.scale = 2.0
    return f, lambda: setattr(json, "scale", 3.0)


@situation
def a_variable_of_the_environment():
    os.environ["SCALE"] = "1"
    return lambda x: x * float(os.environ["SCALE"]), lambda: os.environ.update(SCALE="2")


@situation
def the_defaults_of_a_function():
    def f(x, scale=1.0):
        return x * scale

    return f, lambda: setattr(f, "__defaults__", (3.0,))


@situation
def the_code_of_a_function():
    def f(x):
        return x * 2

    return f, lambda: setattr(f, "__code__", (lambda x: x * 3).__code__)


@situation
def a_setting_of_a_layer():
    layer = nn.LeakyReLU(0.1)
    return layer, lambda: setattr(layer, "negative_slope", 0.5)


@situation
def a_layer_is_replaced():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    return model, lambda: model.__setitem__(1, nn.Tanh())


@situation
def a_bias_is_taken_away():
    layer = nn.Linear(2, 2)
    return layer, lambda: setattr(layer, "bias", None)


@situation
def another_compiled_function_inside():
    scale = [1.0]
    inner = torch.compile(lambda x: x * scale[0])
    return lambda x: inner(x) + 1, lambda: scale.__setitem__(0, 2.0)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_change_is_noticed(name: str) -> None:
    set_scale(1.0)
    SETTINGS.scale = SETTINGS.inner.scale = 1.0
    function, change = SITUATIONS[name]()
    fast = torch.compile(function)
    x = torch.tensor([1.5, -2.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = [fast(x).tolist() for _ in range(3)]
        assert before == [function(x).tolist()] * 3
        change()
        assert function(x).tolist() != before[0]
        assert [fast(x).tolist() for _ in range(3)] == [function(x).tolist()] * 3


def test_a_weight_is_frozen_and_thawed() -> None:
    layer = nn.Linear(2, 2)
    fast = torch.compile(layer)
    for wanted in (True, False, True):
        layer.weight.requires_grad_(wanted)
        for _ in range(3):
            layer.zero_grad()
            fast(torch.ones(1, 2)).sum().backward()
            assert (layer.weight.grad is not None) is wanted


REFUSED = {
    "iterator": (lambda: itertools.cycle([1.0, 1.0, 1.0, 2.0]), lambda x, it: x * next(it)),
    "bytearray": (lambda: bytearray(b"\1\2"), lambda x, numbers: x * numbers[0]),
    "random numbers": (
        lambda: random.Random(0),
        lambda x, source: x * source.choice([1.0, 1.0, 1.0, 2.0]),
    ),
    "random numbers that": (
        lambda: np.random.default_rng(0),
        lambda x, source: x * int(source.integers(3)),
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_compared_is_refused(reason: str) -> None:
    make, of = REFUSED[reason]
    one, other = make(), make()
    fast = torch.compile(lambda x: of(x, one))
    x = torch.tensor([1.0, 2.0])
    with pytest.warns(UserWarning, match=reason):
        found = [fast(x).tolist() for _ in range(9)]
    assert found == [of(x, other).tolist() for _ in range(9)]


def test_the_global_random_numbers_of_python_are_refused() -> None:
    fast = torch.compile(lambda x: x * random.choice([1.0, 2.0]))
    with pytest.warns(UserWarning, match="random numbers"):
        fast(torch.ones(1))


def test_whoever_reads_all_globals_is_refused() -> None:
    fast = torch.compile(lambda x: x * globals()["SCALE"])
    with pytest.warns(UserWarning, match=r"calls globals\(\)"):
        fast(torch.ones(1))


def test_two_calls_before_a_backward_pass_may_update_running_means() -> None:
    norm, twin = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    fast = torch.compile(norm)
    batches = [torch.tensor([[1.0, 2.0], [3.0, i]]) for i in range(4)]
    for a, b in itertools.pairwise(batches):
        for model, layer in ((fast, norm), (twin, twin)):
            layer.zero_grad()
            ((model(a) ** 3).sum() + (model(b) ** 2).sum()).backward()
        assert torch.equal(norm.weight.grad, twin.weight.grad)
        assert torch.equal(norm.running_mean, twin.running_mean)
