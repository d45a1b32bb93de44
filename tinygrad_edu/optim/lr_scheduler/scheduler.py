"""LRScheduler: sets the learning rates of an optimizer, step by step; the base of all of them.

A subclass says which rates come next (`get_lr`), often from the ones before. What it keeps in its
attributes is its state, under torch's names.
"""

from __future__ import annotations

import warnings
from functools import wraps
from typing import Any
from weakref import ref

from tinygrad_edu.optim.optimizer import Optimizer

EPOCH_IS_DEPRECATED = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. If epoch is different from "
    "None, the closed form is used instead of the new chainable form, where available."
)


class LRScheduler:
    """Base of the schedulers (torch.optim.lr_scheduler.LRScheduler).

    Args:
        optimizer: whose rates are set; those it has now are the ones to start from.
        last_epoch: −1, or how many steps were taken before, of an optimizer that was loaded.

    Attributes:
        base_lrs: the rates of the groups at the start.
        last_epoch: the number of steps taken.

    Raises:
        TypeError: if `optimizer` is none.
        KeyError: for steps taken before by an optimizer that knows of no scheduler.
    """

    _get_lr_called_within_step = False
    _is_initial = False
    _last_lr: list[float]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming "
                    f"scheduler with last_epoch >= 0, here {last_epoch}: load the state of the "
                    "optimizer first, or leave last_epoch at -1"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        _watch_steps(optimizer)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimizer."""
        return {name: item for name, item in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict()` returned; load the optimizer's state too."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[float]:
        """Return the rate of each group that was set last."""
        return self._last_lr

    def get_lr(self) -> list[float]:
        """Compute the next rate of each group; to be called by `step` alone.

        Raises:
            NotImplementedError: if the subclass does not say which.
        """
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                stacklevel=2,
            )
        return self._next()

    def _next(self) -> list[float]:
        """Compute the next rates, for `get_lr`."""
        raise NotImplementedError(f"{type(self).__name__} does not say what get_lr() is")

    def _rates(self) -> list[float]:
        """Return the rates that the optimizer has now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def step(self, epoch: int | None = None) -> None:
        """Set the next rates; to be called after the optimizer's steps of an epoch, or a batch.

        Args:
            epoch: deprecated; sets the rates of that step instead.
        """
        if self._step_count == 1:
            _warn_of_order(self.optimizer)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_IS_DEPRECATED, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed_form = getattr(self, "_get_closed_form_lr", None) if epoch is not None else None
        self._get_lr_called_within_step = True
        try:
            rates = self.get_lr() if closed_form is None else closed_form()
        finally:
            self._get_lr_called_within_step = False
        groups = self.optimizer.param_groups
        if len(rates) != len(groups):
            raise ValueError(
                f"{type(self).__name__} gives {len(rates)} rates, and the optimizer has "
                f"{len(groups)} groups: make the scheduler after the last add_param_group"
            )
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._rates()


def check_optimizer(optimizer: Any) -> None:
    """Refuse anything but an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def _watch_steps(optimizer: Any) -> None:
    """Let an optimizer remember that it took a step, whatever class defines the step."""
    if hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        return
    function, owner = optimizer.step.__func__, ref(optimizer)

    @wraps(function)
    def step(*args: Any, **kwargs: Any) -> Any:
        this: Any = owner()
        this._opt_called = True
        return function(this, *args, **kwargs)

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = step


def _warn_of_order(optimizer: Any) -> None:
    if not hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        warnings.warn(
            "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
            "initialization. Please, make sure to call `optimizer.step()` before "
            "`lr_scheduler.step()`.",
            stacklevel=3,
        )
    elif not getattr(optimizer, "_opt_called", False):
        warnings.warn(
            "Detected call of `lr_scheduler.step()` before `optimizer.step()`. You should call "
            "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`. "
            "Otherwise the first value of the learning rate schedule is skipped.",
            stacklevel=3,
        )
