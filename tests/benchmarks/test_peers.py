"""Every runner of every workload computes the numbers that this library computes."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from benchmarks import cases
from benchmarks.cases import Training
from benchmarks.peers import MODULES, OURS, PEERS

WORKLOADS: dict[str, Any] = {
    "mlp": lambda: cases.mlp((5, 7, 6, 3), 4),
    "moons": cases.moons,
    "conv": lambda: cases.conv(6),
    "lstm": lambda: cases.lstm(5, 3, 4),
}
STEPS = 4
"""One more than `compile` takes to run a program."""


def loaded(runner: str) -> Any:
    try:
        return importlib.import_module(f"benchmarks.peers.{MODULES[runner]}")
    except (ImportError, RuntimeError) as error:  # tinygrad without a compiler
        pytest.skip(f"{runner} cannot be used: {error}")


def numbers(training: Training, steps: int = STEPS) -> tuple[list[float], list[Any]]:
    losses = []
    for _ in range(steps):
        if training.prepare:
            training.prepare()
        loss = training.step()
        losses.append(float(loss.item() if hasattr(loss, "item") else loss))
    return losses, [np.array(p, float) for p in training.parameters()]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("runner", [*OURS[1:], *PEERS])
def test_a_runner_trains_as_this_library(runner: str, workload: str) -> None:
    module, make = loaded(runner), WORKLOADS[workload]
    if not hasattr(module, workload):
        assert module.MISSING[workload]
        return
    if (runner, workload) == ("tinygrad", "conv"):
        pytest.skip("its kernels take minutes to compile: the benchmark checks the losses")
    start = [p.copy() for p in make().parameters]
    losses, after = numbers(getattr(loaded("eager"), workload)(make()))
    found, changed = numbers(getattr(module, workload)(make()))
    assert found == pytest.approx(losses, rel=2e-5)
    assert losses[-1] < losses[0]
    for p, q, before in zip(changed, after, start, strict=True):
        assert not np.array_equal(q, before)  # each parameter is trained
        np.testing.assert_allclose(p - before, q - before, rtol=2e-3, atol=2e-6)


@pytest.mark.parametrize("runner", [*OURS[1:], "micrograd"])
def test_a_runner_does_micrograds_demo(runner: str) -> None:
    module = loaded(runner)
    losses, after = numbers(loaded("eager").demo(), 3)
    found, changed = numbers(module.demo(), 3)
    assert found == pytest.approx(losses, rel=1e-9)
    np.testing.assert_allclose(changed, after, rtol=1e-9, atol=1e-12)
    assert losses[-1] < losses[0]


def test_the_demo_as_matrices_is_the_demo() -> None:
    eager = loaded("eager")
    assert numbers(eager.moons(cases.moons()), 3)[0] == pytest.approx(numbers(eager.demo(), 3)[0])


@pytest.mark.parametrize("runner", [*OURS, *PEERS])
def test_a_chain_has_the_gradient_of_a_power(runner: str) -> None:
    module = loaded(runner)
    if not hasattr(module, "chain"):
        assert module.MISSING["chain"]
        return
    losses, (gradient,) = numbers(module.chain(50), 2)
    assert losses == [1.0, 1.0]
    assert gradient == 51.0
