"""Where tensors live: always on the CPU here; and what `.to(...)` was asked for."""

from __future__ import annotations

from typing import Any

from tinygrad_edu import dtypes


class device:  # noqa: N801 - torch's spelling
    """Where tensors live: always the CPU here.

    Raises:
        RuntimeError: for any other device.
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, name: Any) -> None:
        kind = name.type if isinstance(name, device) else str(name).partition(":")[0]
        if kind != "cpu":
            raise RuntimeError(
                f"there is no device {str(name)!r}: this library computes on the CPU only; the "
                "same script runs on others with `import torch`"
            )
        self.type = "cpu"
        self.index = None

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device)

    def __hash__(self) -> int:
        return hash("cpu")


def parse_to(*args: Any, **kwargs: Any) -> Any:
    """Read what `Tensor.to` was asked for: a dtype, or None for no change."""
    kind = kwargs.pop("dtype", None)
    place = kwargs.pop("device", None)
    if place is not None:
        device(place)
    for name in ("non_blocking", "copy"):
        if kwargs.pop(name, False):
            raise NotImplementedError(f"to: {name}=True is not there")
    if kwargs:
        raise TypeError(f"to() got an unexpected keyword argument {next(iter(kwargs))!r}")
    for arg in args:
        if hasattr(arg, "array"):
            kind = arg.array.dtype
        elif isinstance(arg, (str, device)):
            device(arg)
        else:
            kind = arg
    return None if kind is None else dtypes.to_numpy(kind)
