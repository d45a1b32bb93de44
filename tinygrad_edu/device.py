"""Where tensors live: always on the CPU here. Other devices can be named, but not used."""

from __future__ import annotations

import re
from typing import Any

from tinygrad_edu import dtypes

KINDS = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia",
    "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


class device:  # noqa: N801 - torch's spelling
    """A device: "cpu", or the name of one that torch has and this library has not.

    Args:
        type: its kind, with its number after a colon if there are several: "cpu", "cuda:1".
        index: its number, if it is not in the name.

    Raises:
        RuntimeError: for what is no name of a device.

    >>> device("cpu"), device("cpu", 0) == device("cpu:0"), device("cpu").type
    (device(type='cpu'), True, 'cpu')
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, int) and not isinstance(type, bool):
            raise no_device(f"{type}, the number of an accelerator")
        if not isinstance(type, str):
            raise TypeError(f"device(): expected the name of a device, not {type!r}")
        if index is not None and not isinstance(index, int):
            raise TypeError(f"device(): the index must be an int, not {index!r}")
        self.type, self.index = _read(type)
        if index is not None:
            if self.index is not None:
                raise RuntimeError(f"type (string) must not include an index beside one: {type}")
            self.index = index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __enter__(self) -> device:
        check_device(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Tensors are made on the CPU afterwards as before."""


def _read(name: str) -> tuple[str, int | None]:
    kind, _, number = name.partition(":")
    if kind not in KINDS:
        if not name:
            raise RuntimeError("Device string must not be empty")
        raise RuntimeError(
            f"Expected one of {', '.join(KINDS)} device type at start of device string: {name}"
        )
    if kind == name:
        return kind, None
    if re.fullmatch(r"0|[1-9]\d*", number) is None:
        raise RuntimeError(f"Invalid device string: '{name}'")
    return kind, int(number)


def no_device(name: Any) -> RuntimeError:
    """Make the error of using a device that is not there."""
    return RuntimeError(
        f"there is no device {name if isinstance(name, str) and ',' in name else repr(str(name))}: "
        "this library computes on the CPU only; the same script runs on others with `import torch`"
    )


def check_device(name: Any) -> None:
    """Refuse any device but the CPU; None stands for it, too.

    Raises:
        RuntimeError: for another one.
    """
    if name is not None and device(name).type != "cpu":
        raise no_device(name)


_PYTHONS = (float, int, bool)


def read_to(*args: Any, **kwargs: Any) -> tuple[Any, bool]:
    """Read what `Tensor.to` was asked for.

    It is called as `to(dtype)`, `to(device, dtype)` or `to(other)`, each followed by `non_blocking`
    and `copy`. `non_blocking` makes no difference on the CPU, as in torch.

    Returns:
        The numpy dtype, None for no change; and whether to copy in any case.
    """
    given = list(args)
    found: dict[str, Any] = {}
    first: Any = given.pop(0) if given else None
    if hasattr(first, "array"):
        found["dtype"] = first.dtype
        order = ["non_blocking", "copy"]
    elif isinstance(first, dtypes.dtype) or first in _PYTHONS:
        found["dtype"] = first
        order = ["non_blocking", "copy"]
    else:
        if first is not None:
            found["device"] = first
        order = ["dtype", "non_blocking", "copy"]
    if len(given) > len(order):
        raise TypeError(f"to() takes {len(order) + 1} arguments here, but {len(args)} were given")
    found.update(zip(order, given, strict=False))
    for name, value in kwargs.items():
        if name == "memory_format":
            raise NotImplementedError("to: memory_format is not there")
        if name in found or name not in ("device", "dtype", "non_blocking", "copy"):
            raise TypeError(f"to() got an unexpected argument {name!r}")
        found[name] = value
    return _checked(**found)


def _checked(
    device: Any = None, dtype: Any = None, non_blocking: bool = False, copy: bool = False
) -> tuple[Any, bool]:
    if isinstance(device, float):
        raise TypeError(f"to() takes a dtype, a device or a tensor, not {device!r}")
    if not isinstance(non_blocking, bool) or not isinstance(copy, bool):
        raise TypeError(f"to(): non_blocking and copy are bools, not {non_blocking!r} and {copy!r}")
    check_device(device)
    if dtype is None:
        return None, copy
    if not isinstance(dtype, dtypes.dtype) and dtype not in _PYTHONS:
        raise TypeError(f"to(): the dtype must be a torch.dtype, not {dtype!r}")
    return dtypes.to_numpy(dtype), copy


def parse_to(*args: Any, **kwargs: Any) -> Any:
    """Read what `Module.to` was asked for: a dtype, or None for no change."""
    kind, copy = read_to(*args, **kwargs)
    if copy:
        raise NotImplementedError("to: copy=True is for tensors; use copy.deepcopy(module)")
    return kind


def read_type(given: Any) -> dtypes.dtype:
    """Read a dtype, or one of torch's types of tensors or its name, such as torch.LongTensor.

    Raises:
        ValueError: for what is no type.
    """
    found = getattr(given, "dtype", given)
    if isinstance(found, dtypes.dtype):
        return found
    name = str(given)
    if name.startswith("torch.cuda."):
        raise no_device("cuda")
    for dtype in dtypes.ALL:
        if name == f"torch.{dtype.title}Tensor":
            return dtype
    raise ValueError(f"invalid type: {name!r}")
