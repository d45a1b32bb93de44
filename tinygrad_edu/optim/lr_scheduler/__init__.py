"""Learning rates that change during training, with torch.optim.lr_scheduler's names."""

from typing import TYPE_CHECKING, NoReturn

from tinygrad_edu.missing import missing
from tinygrad_edu.optim.lr_scheduler.one_cycle import OneCycleLR
from tinygrad_edu.optim.lr_scheduler.plateau import ReduceLROnPlateau
from tinygrad_edu.optim.lr_scheduler.scheduler import LRScheduler
from tinygrad_edu.optim.lr_scheduler.schedules import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    StepLR,
)
from tinygrad_edu.optim.lr_scheduler.sequential import SequentialLR

if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.optim.lr_scheduler", name)


__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
