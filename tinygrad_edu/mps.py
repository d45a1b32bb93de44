"""torch.mps as a computer without Apple's GPU has it."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.missing import missing


def is_available() -> bool:
    """Tell whether there is such a GPU for this library: never."""
    return False


def device_count() -> int:
    """Return the number of such GPUs: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator of a GPU. `torch.manual_seed` seeds the CPU's."""
    int(seed)


def __getattr__(name: str) -> Any:
    raise missing("tinygrad_edu.mps", name)
