"""Automatic differentiation: the engine, and torch.autograd's names for using it."""

from tinygrad_edu.autograd import functional
from tinygrad_edu.autograd.engine import backpropagate, topological_order
from tinygrad_edu.autograd.function import Function
from tinygrad_edu.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck
from tinygrad_edu.autograd.gradients import backward, grad
from tinygrad_edu.autograd.recording import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)

__all__ = [
    "Function",
    "GradcheckError",
    "backpropagate",
    "backward",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
    "topological_order",
]
