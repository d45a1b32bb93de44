"""Learning rates that change during training, with torch.optim.lr_scheduler's names."""

from typing import Any

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


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"module 'tinygrad_edu.optim.lr_scheduler' has no attribute {name!r}: it is not in this "
        "library, or not in torch either"
    )


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
