"""How numbers, nested sequences, arrays and tensors are read into an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.operators import Operators


def to_array(data: Any, dtype: Any) -> Any:
    """Make an array of numbers, sequences, arrays or tensors, of a dtype or the natural one."""
    if isinstance(data, Operators):
        data = data.array
    kind = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.asarray(data)
        kind = kind or dtypes.to_numpy(array.dtype)
    else:
        array = _read(data)
        kind = kind or _inferred(data, array)
        _check_range(array, kind)
    with np.errstate(all="ignore"):  # 1e308 as float32 is inf
        return array.astype(kind, copy=False)


def _inferred(data: Any, array: np.ndarray[Any, Any]) -> np.dtype[Any]:
    """Find the dtype of what was read: numpy's and tensors' numbers keep theirs."""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    first = getattr(_nested(data), "dtype", None)
    if array.size and first is not None and first.kind == array.dtype.kind:
        return first  # type: ignore[no-any-return]
    if array.dtype.kind == "f" or not array.size:
        return dtypes.default_float()
    return array.dtype if array.dtype == bool else dtypes.int64.numpy


def _check_range(array: np.ndarray[Any, Any], kind: np.dtype[Any]) -> None:
    if kind.kind in "iu" and array.dtype != bool:
        top = np.iinfo(kind).max
        if not ((array >= -top - 1) & (array <= top)).all():
            raise RuntimeError(
                f"value cannot be converted to type {kind.name} without overflow: its numbers go "
                f"from {np.iinfo(kind).min} to {top}"
            )


def _read(data: Any) -> np.ndarray[Any, Any]:
    """Read numbers, or nested sequences of them; errors have torch's classes."""
    nested = _nested(data)
    try:
        array = np.asarray(nested)
    except ValueError:
        raise ValueError(
            "expected nested sequences of equal lengths, but some differ in length"
        ) from None
    if array.dtype == np.uint64 or (array.dtype == object and isinstance(array.flat[0], int)):
        raise ValueError("overflow: an int of a tensor is at most 2**63 - 1")
    if array.dtype.kind not in "biuf":
        first = array.item(0)
        error = TypeError if isinstance(first, (str, complex)) else RuntimeError
        raise error(
            f"a tensor holds numbers, but this is of type {type(first).__name__}: {first!r}"
        )
    return array


def _nested(data: Any) -> Any:
    """Turn tensors inside sequences into numbers.

    Raises:
        ValueError: if one holds more than one number, or none.
    """
    if isinstance(data, Operators):
        if data.array.size != 1:
            raise ValueError(
                "only one element tensors can be converted to Python scalars, but one has shape "
                f"{list(data.shape)}; join tensors with torch.stack or torch.cat"
            )
        return data.array.reshape(())
    return [_nested(part) for part in data] if isinstance(data, (list, tuple)) else data
