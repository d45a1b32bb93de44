"""What stands between the brackets of x[...]: read as torch reads it, said in numpy's words.

Where an index mixes whole numbers with arrays, the two libraries differ: torch takes the whole
numbers first, as views, and what the arrays select after that. Such an index is split in two.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import Followed, follows, kept

Index = Any

_INTS = (int, Followed)
_PLAIN = frozenset((*_INTS, slice, type(None), type(Ellipsis)))
_ALL = slice(None)


def read_index(index: Any, shape: tuple[int, ...]) -> tuple[Index | None, Index]:
    """Read an index: of ints, slices, None, Ellipsis, bools, lists, arrays and tensors.

    Args:
        index: what stands between the brackets.
        shape: the shape of the tensor.

    Returns:
        What to take first, as a view, None if nothing; and the index, which numpy reads as torch
        would.

    Raises:
        IndexError: for what is no index, too many of them, or a mask of another shape.
        ValueError: for a slice with a step below 1.

    >>> read_index((0, [1, 2], 3), (2, 3, 4))
    ((0, slice(None, None, None), 3), (array([1, 2]),))
    """
    if not isinstance(index, tuple):
        if type(index) is int:
            return None, index
        index = tuple(index) if _is_tuple_in_disguise(index) else (index,)
    if not all(type(part) in _PLAIN for part in index):
        index = tuple(map(_read_part, index))
    for part in index:
        if type(part) is slice and part.step is not None and part.step <= 0:
            raise ValueError(f"step must be greater than zero, but the slice has step {part.step}")
    if all(type(part) in _PLAIN for part in index) and index.count(...) < 2:
        return None, index if len(index) > 1 or not index else index[0]
    index = _without_ellipsis(index, shape)
    _check_masks(index, shape)
    if not any(type(part) in (*_INTS, bool) for part in index):
        return None, index
    return _split(index)


def _is_tuple_in_disguise(index: Any) -> bool:
    """Tell whether a list stands for a tuple, as it did in old numpy: x[[0, slice(1)]]."""
    if not isinstance(index, list) or len(index) >= 32:
        return False
    found = any(
        part is None or part is Ellipsis or isinstance(part, (slice, list, tuple))
        or hasattr(part, "array") or isinstance(part, np.ndarray)
        for part in index
    )  # fmt: skip
    if found:
        warnings.warn(
            "Using a non-tuple sequence for multidimensional indexing is deprecated and will be "
            "changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq].",
            UserWarning,
            stacklevel=4,
        )
    return found


def _read_part(part: Any) -> Any:
    """Return an int, slice, None, Ellipsis, bool or array."""
    if type(part) in _PLAIN:
        return part
    array = getattr(part, "array", None)
    if array is not None:
        read = _read_tensor(array, part.dtype)
        if type(read) is int and follows(part):
            return Followed(read)
        return kept(read, lambda array: array.astype(read.dtype, copy=False), (part,))
    if isinstance(part, bool) or part is None or part is Ellipsis or isinstance(part, slice):
        return part
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, (list, tuple, range, np.ndarray)):
        return _read_sequence(part)
    if isinstance(part, str):
        raise TypeError(f"a str is no index: {part!r}")
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
        f"indices (got {type(part).__name__})"
    )


def _read_tensor(array: Any, dtype: Any) -> Any:
    if array.dtype.kind == "f" or (array.ndim and array.dtype.name in ("int8", "int16")):
        raise IndexError(
            f"tensors used as indices must be long, int, byte or bool tensors, not {dtype}"
        )
    if array.dtype.name in ("bool", "uint8"):
        return array.astype(bool) if array.ndim else bool(array)
    return array if array.ndim else int(array)


def _read_sequence(part: Any) -> Any:
    array = np.asarray(_plain(part))
    if array.dtype.kind not in "biuf":
        raise IndexError(f"an index holds whole numbers or bools, but this holds {array.dtype}")
    if array.dtype.kind != "b":
        array = array.astype(np.int64)
    return array if array.ndim else array.item()


def _plain(part: Any) -> Any:
    if isinstance(part, (list, tuple)):
        return [_plain(x) for x in part]
    return getattr(part, "array", part)


def _without_ellipsis(index: tuple[Any, ...], shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Write the ellipsis out as slices; a second one stands for nothing."""
    count = sum(_dims_of(part) for part in index)
    if count > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    rest = (_ALL,) * (len(shape) - count)
    if not any(part is Ellipsis for part in index):
        return (*index, *rest)
    at = next(i for i, part in enumerate(index) if part is Ellipsis)
    after = tuple(part for part in index[at + 1 :] if part is not Ellipsis)
    return (*index[:at], *rest, *after)


def _is_mask(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.dtype.kind == "b"


def _dims_of(part: Any) -> int:
    if part is None or part is Ellipsis or type(part) is bool:
        return 0
    return part.ndim if _is_mask(part) else 1


def _check_masks(index: Sequence[Any], shape: tuple[int, ...]) -> None:
    dim = 0
    for part in index:
        count = _dims_of(part)
        if _is_mask(part) and part.shape != shape[dim : dim + count]:
            i = next(i for i in range(count) if part.shape[i] != shape[dim + i])
            raise IndexError(
                f"The shape of the mask {list(part.shape)} at index {i} does not match the shape "
                f"of the indexed tensor {list(shape)} at index {dim + i}"
            )
        dim += count


def _split(index: Sequence[Any]) -> tuple[Index, Index]:
    """Split into the ints, with a new dim for each bool, and what arrays select after that."""
    first: list[Any] = []
    then: list[Any] = []
    for part in index:
        if isinstance(part, np.ndarray):
            first += [_ALL] * _dims_of(part)
            then.append(part)
        elif type(part) is bool:
            first.append(None)
            then.append(np.zeros(int(part), np.int64))
        else:
            first.append(part)
            if type(part) not in _INTS:
                then.append(_ALL)
    while type(then[-1]) is slice:  # there is an array, or this would be no index to split
        then.pop()
    return tuple(first), tuple(then)


def explained(error: IndexError, shape: Sequence[int]) -> IndexError:
    """Say in torch's words what numpy says about an index."""
    text = str(error)
    if "could not be broadcast" in text:
        found = [part.strip(", ") for part in re.findall(r"\(([\d, ]*)\)", text)]
        text = (
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(f"[{part.replace(',', ', ')}]" for part in found)
        )
    elif "too many indices" in text:
        text = (
            f"too many indices for tensor of dimension {len(shape)}"
            if shape
            else "invalid index of a 0-dim tensor. Use `tensor.item()` to convert it to a number"
        )
    text = text.replace(" axis ", " dimension ")
    return IndexError(f"{text} (the tensor has shape {list(shape)})")
