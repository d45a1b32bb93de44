"""torch.cuda as a computer without one has it: nothing is available, and seeds do no harm."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.device import no_device
from tinygrad_edu.missing import missing


def is_available() -> bool:
    """Tell whether there is a GPU for this library: never."""
    return False


def device_count() -> int:
    """Return the number of GPUs: 0."""
    return 0


def is_initialized() -> bool:
    """Tell whether CUDA is in use: never."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Tell whether the GPU has bfloat16: there is none."""
    return False


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator of a GPU. `torch.manual_seed` seeds the CPU's."""
    int(seed)


def manual_seed_all(seed: int) -> None:
    """Do nothing: there is no generator of a GPU. `torch.manual_seed` seeds the CPU's."""
    int(seed)


def seed() -> None:
    """Do nothing: there is no generator of a GPU."""


def seed_all() -> None:
    """Do nothing: there is no generator of a GPU."""


def empty_cache() -> None:
    """Do nothing: there is no memory of a GPU."""


def memory_allocated(device: Any = None) -> int:
    """Return the bytes in use on a GPU: 0."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """Return the most bytes that were in use on a GPU: 0."""
    return 0


def memory_reserved(device: Any = None) -> int:
    """Return the bytes that are held on a GPU: 0."""
    return 0


_NEEDS_A_GPU = ("current_device", "get_device_name", "get_device_properties",
                "get_device_capability", "get_rng_state", "init", "initial_seed", "mem_get_info",
                "set_device", "set_rng_state", "synchronize")  # fmt: skip


def _refusal(name: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise no_device("cuda")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Refuse: there is no GPU for this library; ask `is_available()` first."
    return refuse


globals().update({name: _refusal(name) for name in _NEEDS_A_GPU})


def __getattr__(name: str) -> Any:
    raise missing("tinygrad_edu.cuda", name)
