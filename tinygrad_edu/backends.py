"""torch.backends: the switches of libraries that this one does without.

Scripts set them so that GPUs compute the same numbers each time. They can be set and read, and
change nothing on a CPU, as in torch; what is no switch of torch is refused.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tinygrad_edu.missing import missing


class Backend:
    """A library that torch can use and this one cannot: unavailable, with switches.

    Args:
        name: its name.
        switches: the switches and how they stand.
    """

    def __init__(self, name: str, **switches: Any) -> None:
        object.__setattr__(self, "_name", name)
        self.__dict__.update(switches)

    def is_available(self) -> bool:
        """Tell whether the library can be used: never."""
        return False

    def is_built(self) -> bool:
        """Tell whether there is code for it: there is none."""
        return False

    def version(self) -> None:
        """Return the version of the library: there is none."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dict__:
            raise missing(f"tinygrad_edu.backends.{self._name}", name)
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        raise missing(f"tinygrad_edu.backends.{self._name}", name)


cudnn = Backend("cudnn", allow_tf32=True, benchmark=False, benchmark_limit=10,
                deterministic=False, enabled=True)  # fmt: skip
cuda = Backend("cuda", matmul=SimpleNamespace(allow_tf32=False))
mps = Backend("mps")


def __getattr__(name: str) -> Any:
    raise missing("tinygrad_edu.backends", name)
