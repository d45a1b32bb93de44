"""The number types of tensors, and torch's rules for which type comes out when they are mixed."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np


class dtype:  # noqa: N801 - torch's spelling
    """A number type, such as `torch.float32`.

    >>> import tinygrad_edu as torch
    >>> torch.ones(2).dtype
    torch.float32
    >>> torch.ones(2).dtype.is_floating_point
    True
    """

    __slots__ = ("_numpy", "name", "title")

    def __init__(self, name: str, title: str | None = None) -> None:
        self.name = name
        self.title = title or name  # how torch's messages spell it
        self._numpy = None if title is None else np.dtype(name)

    @property
    def numpy(self) -> np.dtype[Any]:
        """What numpy calls it.

        Raises:
            NotImplementedError: for a type that torch has and this library has not: it can be
                named, but not used.
        """
        if self._numpy is None:
            raise NotImplementedError(
                f"{self!r} is not in this library, which computes with float32 and float64, whole "
                "numbers and bools; the same script runs with `import torch`"
            )
        return self._numpy

    @property
    def is_floating_point(self) -> bool:
        """Whether numbers of this type can have gradients."""
        return "float" in self.name

    @property
    def is_complex(self) -> bool:
        """Whether the numbers have an imaginary part: none that is here has."""
        return self.name.startswith("complex")

    @property
    def is_signed(self) -> bool:
        """Whether there are negative numbers of this type."""
        return not self.name.startswith(("u", "bool"))

    @property
    def itemsize(self) -> int:
        """Bytes per number."""
        return int("".join(filter(str.isdigit, self.name)) or 8) // 8

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


float32 = dtype("float32", "Float")
float64 = dtype("float64", "Double")
int8 = dtype("int8", "Char")
int16 = dtype("int16", "Short")
int32 = dtype("int32", "Int")
int64 = dtype("int64", "Long")
uint8 = dtype("uint8", "Byte")
bool_ = dtype("bool", "Bool")

ALL = (float32, float64, int8, int16, int32, int64, uint8, bool_)

_NOT_HERE = ("float16", "bfloat16", "complex32", "complex64", "complex128", "uint16", "uint32",
             "uint64")  # fmt: skip
ABSENT = {name: dtype(name) for name in _NOT_HERE}
"""What torch has and this library has not, by name: it can be named, but not used."""
ABSENT.update(half=ABSENT["float16"], chalf=ABSENT["complex32"], cfloat=ABSENT["complex64"],
              cdouble=ABSENT["complex128"])  # fmt: skip
_BY_NUMPY = {d.numpy: d for d in ALL}
_BY_PYTHON = {float: float64, int: int64, bool: bool_}

_default = [float32.numpy]


def of(array: np.ndarray[Any, Any]) -> dtype:
    """Return the dtype of an array."""
    return _BY_NUMPY[array.dtype]


def title(kind: np.dtype[Any]) -> str:
    """Return how torch's messages spell a dtype, such as Float and Long."""
    return _BY_NUMPY[kind].title


def default_float() -> np.dtype[Any]:
    """Return numpy's name for the dtype that Python floats become."""
    return _default[0]


def get_default_dtype() -> dtype:
    """Return the dtype that Python floats become: float32 unless changed."""
    return _BY_NUMPY[_default[0]]


def set_default_dtype(d: dtype) -> None:
    """Set the dtype that Python floats become: float32 or float64.

    Raises:
        TypeError: for a dtype that is not floating.
    """
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, not {d!r}")
    _default[0] = d.numpy


def to_numpy(d: Any) -> np.dtype[Any]:
    """Return numpy's dtype for torch's, numpy's or Python's name of a type.

    Raises:
        TypeError: for a type that tensors cannot have here.
    """
    if isinstance(d, dtype):
        return d.numpy
    if d in _BY_PYTHON:
        return _BY_PYTHON[d].numpy
    kind: np.dtype[Any] | None = None
    if not isinstance(d, str):  # numpy reads names, torch does not
        with contextlib.suppress(TypeError, ValueError):
            kind = np.dtype(d)
    if kind is None or kind not in _BY_NUMPY:
        names = ", ".join(known.name for known in ALL)
        raise TypeError(f"a tensor cannot have the dtype {d!r} here; it can be {names}")
    return kind


def _combine(a: np.dtype[Any] | None, b: np.dtype[Any] | None) -> np.dtype[Any] | None:
    """Promote two types of equal rank; numpy's rule, but int64 with float32 stays float32."""
    if a is None or b is None or a == b:
        return b if a is None else a
    if (a.kind == "f") != (b.kind == "f"):
        return a if a.kind == "f" else b
    return np.promote_types(a, b)


CATEGORY = {"b": 0, "i": 1, "u": 1, "f": 2}
"""How dtypes rank, by the letter of their kind: a result never goes into a lower one."""


def common_dtype(operands: Sequence[Any]) -> np.dtype[Any]:
    """Find the dtype in which arrays and numbers are combined (torch.result_type).

    Arrays with dims decide; those without, and then numbers, only count where they are of a higher
    category (bool < integer < floating).
    """
    ranks: list[np.dtype[Any] | None] = [None, None, None]
    for x in operands:
        if hasattr(x, "ndim") and not isinstance(x, np.generic):  # what stands for an array, too
            rank, kind = (0 if x.ndim else 1), x.dtype
        elif isinstance(x, (bool, np.bool_)):
            rank, kind = 2, bool_.numpy
        else:
            rank, kind = 2, int64.numpy if isinstance(x, (int, np.integer)) else _default[0]
        ranks[rank] = _combine(ranks[rank], kind)
    result: np.dtype[Any] | None = None
    for kind_or_none in ranks:
        if kind_or_none is not None and (
            result is None or CATEGORY[kind_or_none.kind] > CATEGORY[result.kind]
        ):
            result = kind_or_none
    assert result is not None
    return result
