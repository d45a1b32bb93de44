"""Anomaly mode stops at the first nan of a backward pass and names the line it came from."""

from __future__ import annotations

import math

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, trace
from tinygrad_edu.autograd import detect_anomaly, set_detect_anomaly
from tinygrad_edu.autograd.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled


def test_the_line_of_a_nan_is_named() -> None:
    x = torch.tensor([1.0, 0.0], requires_grad=True)
    with set_detect_anomaly(True), pytest.raises(RuntimeError) as caught:
        y = torch.sqrt(x)  # the slope at 0 is infinite
        (y * torch.tensor([1.0, 0.0])).sum().backward()
    message = str(caught.value)
    assert message.startswith("Function 'SqrtBackward0' returned nan values in its 0th output")
    assert "test_anomaly.py" in message
    assert "y = torch.sqrt(x)  # the slope at 0 is infinite" in message


def test_values_are_watched_as_well() -> None:
    x = Value(0.0)
    with set_detect_anomaly(True), pytest.raises(RuntimeError, match=r"'sqrt'.*y = x\.sqrt\(\)"):
        y = x.sqrt()
        (y * 0.0).backward()


def test_which_input_gets_the_nan_is_told() -> None:
    a, b = (torch.tensor(x, requires_grad=True) for x in (1.0, math.inf))
    with set_detect_anomaly(True), pytest.raises(RuntimeError, match="in its 0th output"):
        (a * b).backward(torch.tensor(0.0))
    with set_detect_anomaly(True), pytest.raises(RuntimeError, match="in its 1th output"):
        (b * a).backward(torch.tensor(0.0))


def test_a_line_that_was_not_remembered_is_not_made_up() -> None:
    y = torch.sqrt(torch.tensor(0.0, requires_grad=True)) * 0
    with set_detect_anomaly(True), pytest.raises(RuntimeError, match="before the forward pass"):
        y.backward()


def test_passes_without_nan_are_as_ever_and_off_means_off() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with set_detect_anomaly(True):
        assert is_anomaly_enabled()
        (x * 3).backward()
        assert x.grad.item() == 3
        with set_detect_anomaly(False):
            assert not is_anomaly_enabled()
            (torch.sqrt(x) * 0).backward()
        assert is_anomaly_enabled()
    assert not is_anomaly_enabled()
    assert math.isnan(x.grad.item())
    assert trace.line_of(x * 2) is None


def test_without_check_nan_only_lines_are_remembered() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with set_detect_anomaly(True, check_nan=False):
        assert not is_anomaly_check_nan_enabled()
        y = torch.sqrt(x) * 0
        y.backward()
        assert trace.line_of(y) is not None
    assert is_anomaly_check_nan_enabled()


def test_detect_anomaly_warns_that_it_is_slow() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with (
        pytest.warns(UserWarning, match="increase the runtime"),
        detect_anomaly(),
        pytest.raises(RuntimeError, match="SqrtBackward0"),
    ):
        (torch.sqrt(x) * 0).backward()
    assert not is_anomaly_enabled()


def test_as_a_statement_it_holds_until_it_is_switched_off() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    set_detect_anomaly(True)
    try:
        with pytest.raises(RuntimeError, match="SqrtBackward0"):
            (torch.sqrt(x) * 0).backward()
    finally:
        set_detect_anomaly(False)
    assert trace.line_of(x * 2) is None
    (torch.sqrt(x) * 0).backward()
    assert math.isnan(x.grad.item())


def test_gradients_of_gradients_are_watched() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with set_detect_anomaly(True):
        (g,) = torch.autograd.grad(x**1.5, x, create_graph=True)
        with pytest.raises(RuntimeError, match="returned nan"):
            (g * 0).backward()
