"""torch.accelerator: which device there is besides the CPU, namely none."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.missing import missing


def is_available() -> bool:
    """Tell whether there is an accelerator for this library: never."""
    return False


def device_count() -> int:
    """Return the number of accelerators: 0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """Return the accelerator's device: None, since there is none."""


def __getattr__(name: str) -> Any:
    raise missing("tinygrad_edu.accelerator", name)
