"""SequentialLR: one schedule after the other."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from tinygrad_edu.optim.lr_scheduler.plateau import ReduceLROnPlateau
from tinygrad_edu.optim.lr_scheduler.scheduler import LRScheduler
from tinygrad_edu.optim.optimizer import Optimizer


class SequentialLR(LRScheduler):
    """Schedulers that take turns (torch.optim.lr_scheduler.SequentialLR).

    Args:
        optimizer: whose rates are set, by all of them.
        schedulers: in this order.
        milestones: the step at which each but the first begins.
        last_epoch: −1, or how many steps were taken before.

    Raises:
        ValueError: for none, for those of another optimizer, for `ReduceLROnPlateau`, or if there
            are not as many milestones as turns.
        TypeError: for something without an optimizer.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.optim.lr_scheduler import ConstantLR, StepLR
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=1.0)
    >>> turns = [ConstantLR(optimizer, factor=0.25, total_iters=9), StepLR(optimizer, 2, 0.5)]
    >>> scheduler = SequentialLR(optimizer, turns, milestones=[2])
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> rates
    [0.25, 0.25, 1.0, 1.0, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        for i, scheduler in enumerate(schedulers):
            _check_member(i, scheduler, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than "
                f"the number of milestone points, but got number of schedulers {len(schedulers)} "
                f"and the number of milestones to be equal to {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:  # what all took for their first step is undone
            group["lr"] = group["initial_lr"]
        self.recursive_undo()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def recursive_undo(self, sched: Any = None) -> None:
        """Take back one step of each scheduler."""
        scheduler = self if sched is None else sched
        for member in getattr(scheduler, "_schedulers", ()):
            self.recursive_undo(member)
        if not hasattr(scheduler, "_schedulers"):
            scheduler.last_epoch -= 1

    def step(self) -> None:  # type: ignore[override]
        """Set the next rates, by the scheduler whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimizer, with the states of the schedulers."""
        state = super().state_dict()
        members = state.pop("_schedulers")
        return {**state, "_schedulers": [member.state_dict() for member in members]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict()` returned."""
        states = state_dict["_schedulers"]
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for member, state in zip(self._schedulers, states, strict=True):
            member.load_state_dict(state)


def _check_member(i: int, scheduler: Any, optimizer: Optimizer) -> None:
    if not hasattr(scheduler, "optimizer"):
        raise TypeError(f"SequentialLR at index {i} should have `optimizer` as its attribute.")
    if isinstance(scheduler, ReduceLROnPlateau):
        raise ValueError(
            "SequentialLR does not support `ReduceLROnPlateau` scheduler as its step takes the "
            f"metrics, but got one at index {i} in the given schedulers sequence."
        )
    if scheduler.optimizer is not optimizer:
        raise ValueError(
            "SequentialLR expects all schedulers to belong to the same optimizer, but got "
            f"scheduler {type(scheduler).__name__} at index {i} with another one than the "
            f"{type(optimizer).__name__} given."
        )
