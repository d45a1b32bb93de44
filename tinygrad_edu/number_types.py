"""Questions about number types: their limits, and what comes out where they are mixed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.tensor import Tensor


def _dtype(name: str, argument: str, given: Any) -> dtypes.dtype:
    if not isinstance(given, dtypes.dtype):
        raise TypeError(
            f"{name}(): argument '{argument}' must be torch.dtype, not {type(given).__name__}"
        )
    return given


class finfo:  # noqa: N801 - torch's spelling
    """The limits of a floating type.

    Args:
        type: float32 or float64; by default the one that Python floats become.

    Attributes:
        eps: the distance from 1 to the next number.
        max: the largest number.
        min: the smallest, which is −max.
        smallest_normal: the smallest positive number with all its digits; also called `tiny`.
        resolution: what ten digits can tell apart: 10⁻ⁿ.
        bits: the size of a number.
        dtype: the name of the type.

    >>> import tinygrad_edu as torch
    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: Any = None) -> None:
        kind = _dtype("finfo", "type", dtypes.get_default_dtype() if type is None else type)
        if not kind.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type, not "
                f"{kind}. Use torch.iinfo to handle it"
            )
        limits = np.finfo(kind.numpy)
        self.eps, self.max, self.min = float(limits.eps), float(limits.max), float(limits.min)
        self.smallest_normal = self.tiny = float(limits.smallest_normal)
        self.resolution = float(f"1e-{limits.precision}")
        self.bits, self.dtype = int(limits.bits), kind.name

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        limits = ", ".join(f"{name}={getattr(self, name):g}" for name in names)
        return f"finfo({limits}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


class iinfo:  # noqa: N801 - torch's spelling
    """The limits of a type of whole numbers.

    Args:
        type: one of them.

    Attributes:
        max: the largest number.
        min: the smallest.
        bits: the size of a number.
        dtype: the name of the type.

    >>> import tinygrad_edu as torch
    >>> torch.iinfo(torch.uint8).max
    255
    """

    def __init__(self, type: Any) -> None:
        kind = _dtype("iinfo", "type", type)
        if kind.is_floating_point or kind.is_complex:
            raise TypeError(
                f"torch.iinfo() requires an integer input type, not {kind}. Use torch.finfo to "
                "handle it"
            )
        if kind is dtypes.bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(kind.numpy)
        self.max, self.min, self.bits = int(limits.max), int(limits.min), int(limits.bits)
        self.dtype = kind.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype in which two tensors or numbers are combined.

    >>> import tinygrad_edu as torch
    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    operands = []
    for x in (tensor1, tensor2):
        if not isinstance(x, (Tensor, int, float, np.generic)):
            raise TypeError(f"result_type() takes tensors and numbers, not {type(x).__name__}")
        operands.append(x.array if isinstance(x, Tensor) else x)
    return _named(dtypes.common_dtype(operands))


def promote_types(type1: Any, type2: Any) -> dtypes.dtype:
    """Return the smallest dtype to which both can be converted.

    >>> import tinygrad_edu as torch
    >>> torch.promote_types(torch.int64, torch.float32)
    torch.float32
    """
    kinds = [_dtype("promote_types", f"type{i}", t) for i, t in ((1, type1), (2, type2))]
    return _named(dtypes.common_dtype([np.empty(1, kind.numpy) for kind in kinds]))


def can_cast(from_: Any, to: Any) -> bool:
    """Tell whether a result of one dtype may be written into a tensor of another.

    >>> import tinygrad_edu as torch
    >>> torch.can_cast(torch.float64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    (True, False)
    """
    ranks = [
        dtypes.CATEGORY[_dtype("can_cast", name, d).numpy.kind]
        for name, d in (("from_", from_), ("to", to))
    ]
    return ranks[0] <= ranks[1]


def _named(kind: np.dtype[Any]) -> dtypes.dtype:
    return dtypes.of(np.empty(0, kind))


def _tensor(name: str, x: Any) -> Tensor:
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(x).__name__}"
        )
    return x


def is_floating_point(input: Any) -> bool:
    """Tell whether the dtype of a tensor is a floating one."""
    return _tensor("is_floating_point", input).is_floating_point()


def is_complex(input: Any) -> bool:
    """Tell whether the numbers of a tensor have an imaginary part: never here."""
    return _tensor("is_complex", input).is_complex()


def is_nonzero(input: Any) -> bool:
    """Tell whether the only number of a tensor is not 0."""
    return _tensor("is_nonzero", input).is_nonzero()


def is_storage(obj: Any) -> bool:
    """Tell whether an object is a storage of torch: there is none here."""
    return False
