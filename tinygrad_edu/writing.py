"""What can be written into a tensor: errors in torch's words, before anything is changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.dtypes import CATEGORY


def check_fits(x: Any, result: Any) -> None:
    """Refuse a result of another shape or of a higher kind of dtype than the tensor's."""
    if result.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )
    if CATEGORY[result.array.dtype.kind] > CATEGORY[x.array.dtype.kind]:
        raise RuntimeError(
            f"result type {result.dtype.title} can't be cast to the desired output type "
            f"{x.dtype.title}"
        )
    check_writeable(x)


def check_writeable(x: Any) -> None:
    """Refuse a tensor in which several elements are one place in memory."""
    if not x.array.flags.writeable:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def number_for(x: Any, value: Any, method: str | None = None) -> Any:
    """Return a number as the dtype of a tensor can hold it; refuse what is none, or cannot be held.

    Args:
        x: the tensor that is written to.
        value: what is written.
        method: the method that writes; None for `x[index] = value`.
    """
    if not isinstance(value, (int, float, np.bool_, np.integer, np.floating)):
        kind = type(value).__name__
        if isinstance(value, complex):
            raise RuntimeError(f"a number of a tensor here is real, but this is complex: {value}")
        raise TypeError(
            f"{method}(): the value must be a number or a Tensor, not {kind}"
            if method
            else f"can't assign a {kind} to a torch.{x.dtype.title}Tensor: write torch.tensor(...)"
        )
    dtype = x.array.dtype
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise ValueError(f"Overflow when unpacking long long: {value}")
    if dtype.kind not in "iu":
        return value
    top = int(np.iinfo(dtype).max)
    if not -top - 1 <= value <= top:  # nan is refused as well
        raise RuntimeError(
            f"value cannot be converted to type {dtype.name} without overflow: {value}"
        )
    return int(value) % (top + 1) if dtype.kind == "u" else int(value)


def check_value(x: Any, index: Any, value: Any) -> None:
    """Refuse a tensor whose shape or dtype does not fit what is selected by an index."""
    by_arrays = _by_arrays(index)
    if by_arrays and value.array.dtype != x.array.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{x.dtype.title} for the destination and {value.dtype.title} for the source."
        )
    if value.array.size == 1:
        return
    shape = np.shape(x.array[index])
    given = value.array.shape
    while len(given) > len(shape) and given[0] == 1:
        given = given[1:]
    if by_arrays:
        if not _expands(given, shape):
            raise RuntimeError(
                f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast "
                f"to indexing result of shape {list(shape)}"
            )
    else:
        _check_expands(given, shape)


def check_expands(value: Any, shape: tuple[int, ...]) -> None:
    """Refuse a tensor that cannot be broadcast to a shape."""
    _check_expands(value.array.shape, shape)


def _check_expands(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if _expands(given, shape):
        return
    if len(given) > len(shape):
        raise RuntimeError(
            f"The number of sizes provided ({len(shape)}) must be greater or equal to the number "
            f"of dimensions in the tensor ({len(given)}): {list(given)} does not expand to "
            f"{list(shape)}"
        )
    extra = len(shape) - len(given)
    i = next(i for i, n in enumerate(given) if n not in (1, shape[extra + i]))
    raise RuntimeError(
        f"The expanded size of the tensor ({shape[extra + i]}) must match the existing size "
        f"({given[i]}) at non-singleton dimension {extra + i}.  Target sizes: {list(shape)}.  "
        f"Tensor sizes: {list(given)}"
    )


def _expands(given: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    pairs = zip(reversed(given), reversed(shape), strict=False)
    return len(given) <= len(shape) and all(n in (1, m) for n, m in pairs)


def _by_arrays(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray) for part in parts)
