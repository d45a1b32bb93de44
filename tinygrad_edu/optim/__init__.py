"""Optimizers, with torch.optim's names."""

from tinygrad_edu.optim.adam import Adam
from tinygrad_edu.optim.optimizer import Optimizer
from tinygrad_edu.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
