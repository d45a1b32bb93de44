"""What holds for the whole program: the default device, the state of the generator, determinism."""

from __future__ import annotations

from typing import Any

from tinygrad_edu import random as rng
from tinygrad_edu.device import check_device, device
from tinygrad_edu.tensor import Tensor


def get_default_device() -> device:
    """Return where new tensors are made: on the CPU."""
    return device("cpu")


def set_default_device(device: Any) -> None:
    """Choose where new tensors are made: the CPU is the only choice; None stands for it, too.

    Raises:
        RuntimeError: for another device.
    """
    check_device(device)


def get_rng_state() -> Tensor:
    """Return the state of the default generator, as the 5056 bytes that torch uses."""
    return Tensor._wrap(rng.default_generator.get_state())  # type: ignore[no-any-return]


def set_rng_state(new_state: Any) -> None:
    """Let the default generator go on from a state that `get_rng_state` returned.

    >>> import tinygrad_edu as torch
    >>> state = torch.get_rng_state()
    >>> numbers = torch.rand(3)
    >>> torch.set_rng_state(state)
    >>> torch.equal(torch.rand(3), numbers)
    True
    """
    if not isinstance(new_state, Tensor):
        raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
    if new_state.array.dtype.name != "uint8":
        raise TypeError(f"RNG state must be a torch.ByteTensor, but its dtype is {new_state.dtype}")
    rng.default_generator.set_state(new_state.array)


class _Determinism:
    """What was asked for; every operation of this library is deterministic."""

    asked = False
    warn_only = False


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for operations that give the same numbers each time, as all of this library do.

    Args:
        mode: whether to ask for it.
        warn_only: whether others should only warn: there are none.
    """
    for name, value in (("mode", mode), ("warn_only", warn_only)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    _Determinism.asked, _Determinism.warn_only = mode, mode and warn_only


def are_deterministic_algorithms_enabled() -> bool:
    """Tell whether deterministic operations were asked for."""
    return _Determinism.asked


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Tell whether they were asked for with `warn_only`."""
    return _Determinism.warn_only
