"""OneCycleLR: up to a large rate and down to a tiny one, with the momentum the other way."""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu.optim.lr_scheduler.scheduler import LRScheduler, check_optimizer
from tinygrad_edu.optim.optimizer import Optimizer


class OneCycleLR(LRScheduler):
    """From max_lr / div_factor to max_lr, and down to 1 / final_div_factor of where it began.

    As torch.optim.lr_scheduler.OneCycleLR (Smith and Topin, 2019); `step` comes after each batch.

    Args:
        optimizer: whose rates are set.
        max_lr: the largest rate, or one for each group.
        total_steps: how many steps there are;
        epochs: or how many epochs,
        steps_per_epoch: and steps in each.
        pct_start: the share of the steps on the way up.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: let the momentum (Adam's β₁) go down and up.
        base_momentum: its lowest number, or one for each group.
        max_momentum: its largest number, or one for each group.
        div_factor: max_lr / the first rate.
        final_div_factor: the first rate / the last.
        three_phase: as long down to the first rate as up, then to the last one.
        last_epoch: −1, or how many steps were taken before.

    Raises:
        ValueError: for numbers that are out of range, or an optimizer without momentum; in `step`,
            after the last one.
        TypeError: if `optimizer` is none.

    >>> import tinygrad_edu as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], momentum=0.9)
    >>> scheduler = OneCycleLR(optimizer, 1.0, 10, div_factor=4, anneal_strategy="linear")
    >>> rates = []
    >>> for batch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> [round(rate, 3) for rate in rates]
    [0.25, 0.625, 1.0, 0.857, 0.714]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _count_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        self._schedule_phases = _phases(pct_start, self.total_steps, three_phase)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy
        largest = _for_each_group("max_lr", optimizer, max_lr)
        self.cycle_momentum = cycle_momentum
        momenta = self._read_momenta(base_momentum, max_momentum) if cycle_momentum else None
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, largest, strict=True):
                first = rate / div_factor
                group.update(initial_lr=first, max_lr=rate, min_lr=first / final_div_factor)
            if momenta is not None:
                self._start_momenta(*momenta)
        super().__init__(optimizer, last_epoch)

    def _read_momenta(self, base: Any, most: Any) -> tuple[list[float], list[float]]:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError(
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled; "
                f"{type(self.optimizer).__name__} has neither: pass cycle_momentum=False"
            )
        self.use_beta1 = "betas" in defaults
        largest = _for_each_group("max_momentum", self.optimizer, most)
        return largest, _for_each_group("base_momentum", self.optimizer, base)

    def _start_momenta(self, largest: list[float], lowest: list[float]) -> None:
        for group, most, least in zip(self.optimizer.param_groups, largest, lowest, strict=True):
            self._set_momentum(group, most)
            group["max_momentum"] = most
            group["base_momentum"] = least

    def _set_momentum(self, group: dict[str, Any], momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum

    def _next(self) -> list[float]:
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"Tried to step {self.last_epoch} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        phase, share = self._where()
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._set_momentum(group, self._between(*ends, share))
        return rates

    def _where(self) -> tuple[dict[str, Any], float]:
        """Return the phase that it is in, and the share of it that is over."""
        start: float = 0.0
        for phase in self._schedule_phases[:-1]:
            if self.last_epoch <= phase["end_step"]:
                break
            start = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        return phase, (self.last_epoch - start) / (phase["end_step"] - start)

    def _between(self, start: float, end: float, share: float) -> float:
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
        return (end - start) * share + start


def _count_steps(total: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    given = {"total_steps": total} if total is not None else {
        "epochs": epochs, "steps_per_epoch": steps_per_epoch
    }  # fmt: skip
    if None in given.values():
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    product = 1
    for name, number in given.items():
        if not isinstance(number, int) or number <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {number}")
        product *= number
    return product


def _phases(share: float, steps: int, three: bool) -> list[dict[str, Any]]:
    """Return where each phase ends, and between which of a group's numbers it goes."""
    up = ("initial_lr", "max_lr", "max_momentum", "base_momentum")
    ends = [float(share * steps) - 1, steps - 1]
    ways = [up, ("max_lr", "min_lr", "base_momentum", "max_momentum")]
    if three:
        ends.insert(1, float(2 * share * steps) - 2)
        down = ("max_lr", "initial_lr", "base_momentum", "max_momentum")
        ways = [up, down, ("initial_lr", "min_lr", "max_momentum", "max_momentum")]
    names = ("start_lr", "end_lr", "start_momentum", "end_momentum")
    return [
        {"end_step": end, **dict(zip(names, way, strict=True))}
        for end, way in zip(ends, ways, strict=True)
    ]


def _for_each_group(name: str, optimizer: Optimizer, given: Any) -> list[float]:
    groups = len(optimizer.param_groups)
    if not isinstance(given, (list, tuple)):
        return [given] * groups
    if len(given) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(given)} "
            f"values, param_groups has {groups}."
        )
    return list(given)
