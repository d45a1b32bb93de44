"""Automatic differentiation: the engine, and torch.autograd's names for using it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tinygrad_edu.autograd.engine import backpropagate, topological_order
from tinygrad_edu.autograd.gradients import backward, grad
from tinygrad_edu.autograd.recording import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from tinygrad_edu.missing import missing

if TYPE_CHECKING:
    from tinygrad_edu.autograd import functional
    from tinygrad_edu.autograd.anomaly import detect_anomaly, set_detect_anomaly
    from tinygrad_edu.autograd.finite_differences import GradcheckError, gradcheck, gradgradcheck
    from tinygrad_edu.autograd.function import Function

_HOMES = {
    "Function": "function",
    "GradcheckError": "finite_differences",
    "detect_anomaly": "anomaly",
    "functional": "functional",
    "gradcheck": "finite_differences",
    "gradgradcheck": "finite_differences",
    "set_detect_anomaly": "anomaly",
}

__all__ = [
    "Function",
    "GradcheckError",
    "backpropagate",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "topological_order",
]


def __getattr__(name: str) -> Any:
    """Load what is used for the first time."""
    if name not in _HOMES:
        raise missing("tinygrad_edu.autograd", name)
    home = importlib.import_module(f"tinygrad_edu.autograd.{_HOMES[name]}")
    globals()[name] = found = getattr(home, name, home)
    return found
