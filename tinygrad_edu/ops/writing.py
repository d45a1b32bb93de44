"""Operations that write into a copy of x, or read from x, at places that are given.

What the places are, in numpy's indexing, each operation works out from its own arguments; how the
gradient flows is the same for all. Only the copies of the indices are kept: changing an index in
place afterwards does not change where the gradient goes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.origins import kept
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.indexing import getitem, place, without
from tinygrad_edu.ops.operation import Operation, camel_case


def _write(input: Any, src: Any, index: Any, accumulate: bool = False, overload: int = 0) -> Any:
    result = input.copy()
    if accumulate:
        np.add.at(result, index, src)  # a place that is named twice gets both
    else:
        result[index] = src
    return result


def writing(chapter: str, name: str, symbol: str, definition: str, adds: bool = False) -> Operation:
    """Make the entry of an operation that writes to places of x, or adds there.

    Args:
        chapter: the `__name__` of the chapter that it belongs to.
        name: torch's name for it.
        symbol: what a drawing writes into its node.
        definition: the formula for people.
        adds: whether it always adds.
    """
    op = Operation(
        name,
        symbol,
        definition=definition,
        derivatives=("g" if adds else "g with 0 at the places", "g at the places"),
        on_arrays=_write,
        rules=(
            lambda g, _y, _x, _b, index, accumulate, overload: (
                g if accumulate else without(g, index)
            ),
            lambda g, _y, _x, _b, index, accumulate, overload: getitem(g, index=index),
        ),
        dtypes="as is",
        grad_fn_name=lambda index, accumulate, overload: f"{camel_case(name)}Backward{overload}",
        is_method=False,
    )
    op.group = chapter.rpartition(".")[2]
    return op


def reading(chapter: str, name: str, symbol: str, definition: str) -> Operation:
    """Make the entry of an operation that reads at places of x."""
    op = Operation(
        name,
        symbol,
        definition=definition,
        derivatives=("zeros with g added at the places",),
        on_arrays=lambda input, index: input[index],
        rules=(lambda g, _y, _x, index: place(g, index, _x.shape),),
        dtypes="as is",
        is_method=False,
    )
    op.group = chapter.rpartition(".")[2]
    return op


# --- checks --------------------------------------------------------------------------------------


def array_of(x: Any) -> Any:
    """Return the array of a tensor, or an array itself."""
    return getattr(x, "array", x)


def check_same_dtype(name: str, input: Any, src: Any, argument: str = "src") -> None:
    """Refuse to write numbers of one dtype among those of another."""
    check_tensor(name, input)
    check_tensor(name, src, argument)
    if array_of(input).dtype != array_of(src).dtype:
        raise RuntimeError(
            f"{name}(): Expected self.dtype to be equal to {argument}.dtype, but they are "
            f"{input.dtype} and {src.dtype}; convert one with .to(dtype)"
        )


def one_value(name: str, input: Any, value: Any) -> Any:
    """Return the one value to write, which may be a number or a tensor without dims.

    Raises:
        TypeError: for something else.
        RuntimeError: for a tensor with dims, or a number that the dtype cannot hold.
    """
    if hasattr(value, "shape"):
        if value.shape:
            raise RuntimeError(
                f"{name}() only supports a 0-dimensional value tensor, but got tensor with "
                f"{len(value.shape)} dimension(s)"
            )
        return value
    if not isinstance(value, (int, float)) and not hasattr(value, "_record"):
        raise TypeError(f"{name}(): value must be a number, not {type(value).__name__}")
    kind = array_of(input).dtype
    if kind.kind in "iu" and isinstance(value, (int, float)):
        return whole(name, value, kind)
    return value


def whole(name: str, value: float, kind: np.dtype[Any]) -> int:
    """Return a number without its fraction, as integers of a dtype hold it.

    Raises:
        RuntimeError: if it is too large.
    """
    limits = np.iinfo(kind)
    lowest = limits.min if kind.kind == "i" else -int(limits.max)  # −1 is the largest, as in C
    if not lowest <= value <= limits.max:
        raise RuntimeError(
            f"{name}(): value {value} cannot be converted to type {dtypes.title(kind)} without "
            "overflow"
        )
    return int(np.array(int(value)).astype(kind))


def index_array(
    name: str, index: Any, kinds: str = "int32 int64", error: type[Exception] = RuntimeError
) -> Any:
    """Return a copy of an index, as int64."""
    check_tensor(name, index, "index")
    array = array_of(index)
    if array.dtype.name not in kinds.split():
        raise error(
            f"{name}(): Expected dtype {' or '.join(kinds.split())} for index, but got "
            f"{array.dtype}"
        )
    return kept(array.astype(np.int64), lambda array: array.astype(np.int64), (index,))


def check_range(
    name: str, index: Any, size: int, dim: int, error: type[Exception], lowest: int = 0
) -> None:
    """Refuse indices below `lowest` or from `size` on."""
    wrong = index[(index < lowest) | (index >= size)]
    if wrong.size:
        raise error(
            f"{name}(): index {wrong[0]} is out of bounds for dimension {dim} with size {size}"
        )
