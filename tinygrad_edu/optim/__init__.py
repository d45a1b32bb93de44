"""Optimizers, with torch.optim's names."""

import importlib
from typing import Any

from tinygrad_edu.missing import missing
from tinygrad_edu.optim.adadelta import Adadelta
from tinygrad_edu.optim.adagrad import Adagrad
from tinygrad_edu.optim.adam import Adam, AdamW
from tinygrad_edu.optim.lbfgs import LBFGS
from tinygrad_edu.optim.optimizer import Optimizer
from tinygrad_edu.optim.rmsprop import RMSprop
from tinygrad_edu.optim.sgd import SGD


def __getattr__(name: str) -> Any:
    if name == "lr_scheduler":  # on first use: importing it takes 1 ms
        return importlib.import_module("tinygrad_edu.optim.lr_scheduler")
    raise missing("tinygrad_edu.optim", name)


__all__ = [
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
]
