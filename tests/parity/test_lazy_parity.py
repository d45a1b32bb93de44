"""Lazy layers against torch: what they show, draw, refuse, and become."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from parity.side_by_side import both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

MAKE: dict[str, Any] = {
    "linear": lambda lib: (lib.nn.LazyLinear(3), (2, 5)),
    "linear of one row": lambda lib: (lib.nn.LazyLinear(3, bias=False), (4,)),
    "conv2d": lambda lib: (lib.nn.LazyConv2d(4, 3, padding=1), (1, 2, 5, 5)),
    "conv2d in groups": lambda lib: (lib.nn.LazyConv2d(4, (3, 1), groups=2), (1, 2, 5, 5)),
    "conv1d": lambda lib: (lib.nn.LazyConv1d(2, 2, 2, bias=False), (2, 3, 6)),
    "in a network": lambda lib: (
        lib.nn.Sequential(lib.nn.LazyLinear(4), lib.nn.ReLU(), lib.nn.LazyLinear(1)),
        (3, 2),
    ),
}


@pytest.mark.parametrize("name", MAKE)
def test_the_first_call_gives_sizes_and_numbers(name: str) -> None:
    def program(lib: Any) -> Any:
        layer, shape = MAKE[name](lib)
        before = repr(layer), [repr(p) for p in layer.parameters()]
        parameters = list(layer.parameters())
        optimizer = lib.optim.SGD(parameters, lr=0.1)
        y = layer(lib.ones(shape))
        y.sum().backward()
        optimizer.step()
        same = all(a is b for a, b in zip(parameters, layer.parameters(), strict=True))
        return before, repr(layer), y, list(layer.parameters()), same, list(layer.state_dict())

    both(program)


def test_state_goes_in_and_out_before_the_first_call() -> None:
    def program(lib: Any) -> Any:
        lazy, done = lib.nn.LazyLinear(3), lib.nn.Linear(7, 3)
        text = repr(lazy.state_dict())
        lazy.load_state_dict(lib.nn.LazyLinear(3).state_dict())
        still = lazy.has_uninitialized_params()
        lazy.load_state_dict(done.state_dict())
        after = lib.rand(1)
        y = lazy(lib.ones(7))
        return text, still, after, y, repr(lazy), lib.rand(1)

    both(program)


@pytest.mark.parametrize(
    "use",
    [
        lambda lib, layer: layer.weight.shape,
        lambda lib, layer: layer.weight + 1,
        lambda lib, layer: layer.weight.numel(),
        lambda lib, layer: lib.nn.init.zeros_(layer.weight),
        lambda lib, layer: lib.nn.Linear(2, 3).load_state_dict(layer.state_dict()),
        lambda lib, layer: repr(copy.deepcopy(layer)),
        lambda lib, layer: layer(lib.ones((), dtype=lib.float32)),
    ],
)
def test_what_has_no_numbers_yet_is_refused(use: Any) -> None:
    found, expected = [], []
    for lib, outcomes in ((__import__("tinygrad_edu"), found), (torch, expected)):
        try:
            outcomes.append(use(lib, lib.nn.LazyLinear(3)))
        except Exception as error:
            outcomes.append(type(error).__name__)
    assert found == expected
