"""Operations that read or write at an index: x[index], gather, index_select."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept, same
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import Shape, along, normalize_dim

_BASIC = frozenset((int, slice, type(None), type(Ellipsis)))


def _is_basic(index: Any) -> bool:
    """Tell whether an index selects each element at most once: ints, slices, None and Ellipsis."""
    for part in index if isinstance(index, tuple) else (index,):
        if type(part) not in _BASIC and not isinstance(part, np.integer):
            return False
    return True


class Path:
    """An index that leads to a view by any view operations: `x[path]` is what they make of x.

    Args:
        steps: operations with their parameters, from the base to the view.

    >>> from tinygrad_edu.ops.shapes import t
    >>> path = Path([(t, {}), (getitem, {"index": (0, slice(1, None))})])
    >>> path, path.read(np.array([[1, 2], [3, 4]]))
    ([ᵀ][0, 1:], array([3]))
    """

    __slots__ = ("steps",)

    def __init__(self, steps: Sequence[tuple[Operation, dict[str, Any]]]) -> None:
        self.steps = steps

    def read(self, x: Any) -> Any:
        """Take the view of an array; where its elements do not lie as the base's, a copy."""
        for op, parameters in self.steps:
            x = (op.on_values or op.on_arrays)(x, **parameters)
        return x

    def __repr__(self) -> str:
        texts = (
            _text(parameters["index"]) if "index" in parameters else op.symbol
            for op, parameters in self.steps
        )
        return "".join(f"[{text}]" for text in texts)


def _text(index: Any) -> str:
    """Write an index as it stands between brackets."""
    if isinstance(index, tuple):
        return ", ".join(map(_text, index))
    if isinstance(index, slice):
        parts = [
            "" if part is None else str(part) for part in (index.start, index.stop, index.step)
        ]
        return ":".join(parts if parts[2] else parts[:2])
    return "..." if index is Ellipsis else str(index)


def write(array: Any, index: Any, value: Any) -> None:
    """Do `array[index] = value` for any index; one number may have any number of dims."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())
    if not isinstance(index, Path):
        array[index] = value
        return
    view = index.read(array)
    if np.may_share_memory(view, array):
        view[...] = value
    else:
        array.put(index.read(np.arange(array.size).reshape(array.shape)), value)


def put(input: Any, index: Any, shape: Shape) -> Any:
    """Return zeros with x at an index that names no place twice."""
    result = np.zeros(shape, input.dtype)
    result[index] = input
    return result


def add_at(input: Any, index: Any, shape: Shape) -> Any:
    """Return zeros with x added at an index: a place that is named twice gets both."""
    result = np.zeros(shape, input.dtype)
    np.add.at(result, index, input)
    return result


def _put_in_view(input: Any, index: Path, shape: Shape) -> Any:
    result = np.zeros(shape, input.dtype)
    write(result, index, input)
    return result


def _placing(index: Any) -> Any:
    """Choose the function, so that a program has only what its index needs."""
    return _put_in_view if isinstance(index, Path) else put if _is_basic(index) else add_at


place = Operation(
    "place",
    "place",
    definition="zeros with x added at an index",
    derivatives=("g[index]",),
    on_arrays=lambda input, index, shape: noted(_placing(index), input, index, shape),
    rules=(lambda g, _y, _x, index, shape: getitem(g, index=index),),
    dtypes="as is",
    is_method=False,
)


def _spread(g: Any, index: Any, shape: Shape) -> Any:
    """Place g at the index; of an array at once: a sixth of the time for a small one."""
    if type(g) is np.ndarray:
        return _placing(index)(g, index, shape)
    return place(g, index, shape)


def _getitem_name(index: Any) -> str:
    if isinstance(index, Path):
        return "AsStridedBackward0"
    parts = index if isinstance(index, tuple) else (index,)
    if not _is_basic(index):
        return "IndexBackward0"
    kinds = [part for part in parts if part is not Ellipsis]
    if not kinds:
        return "AliasBackward0"
    if kinds[-1] is None:
        return "UnsqueezeBackward0"
    return "SliceBackward0" if isinstance(kinds[-1], slice) else "SelectBackward0"


def _getitem(input: Any, index: Any) -> Any:
    if type(index) is Path:
        return index.read(input)
    result = input[index]
    if isinstance(result, np.generic):  # one number: a view of it, not a copy
        result = input[(*index, ...) if isinstance(index, tuple) else (index, ...)]
    return result


getitem: Operation = Operation(
    "getitem",
    "[ ]",
    definition="x[index]",
    derivatives=("zeros with g at the index",),
    on_arrays=_getitem,
    rules=(lambda g, _y, _x, index: _spread(g, index, _x.shape),),
    dtypes="as is",
    grad_fn_name=_getitem_name,
    is_view=True,
    is_method=False,
)


piece = Operation(
    "piece",
    "[ ]",
    definition="one of the pieces that x is cut into: x[index]",
    derivatives=("zeros with g at the index",),
    on_arrays=lambda input, index, _cut: _getitem(input, index),
    rules=(lambda g, _y, _x, index, _cut: _spread(g, index, _x.shape),),
    dtypes="as is",
    grad_fn_name=lambda index, _cut: f"{_cut}Backward0",
    is_view="piece",
    is_method=False,
)


def _setitem(input: Any, value: Any, index: Any) -> Any:
    result = input.copy()
    write(result, index, value)
    return result


def _setitem_name(index: Any) -> str:
    """Name the node as torch does, which writes to a view of what the other parts select."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [getattr(part, "ndim", 0) > 0 for part in parts]
    whole = [
        part is Ellipsis or (isinstance(part, slice) and part == slice(None)) for part in parts
    ]
    only_arrays = any(arrays) and all(map(operator.or_, arrays, whole))
    return "IndexPutBackward0" if only_arrays else "CopySlices"


def without(g: Any, index: Any) -> Any:
    """Return g with 0 at an index."""
    only = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if getattr(only, "dtype", None) == np.bool_ and only.shape == g.shape:
        return where(only, 0.0, g)
    mask = np.zeros(g.shape, bool)
    write(mask, index, True)
    return where(mask, 0.0, g)


setitem = Operation(
    "setitem",
    "[ ]=",
    definition="x with b at an index",
    derivatives=("g with 0 at the index", "g[index]"),
    on_arrays=_setitem,
    rules=(
        lambda g, _y, _x, _b, index: without(g, index),
        lambda g, _y, _x, _b, index: getitem(g, index=index),
    ),
    dtypes="as is",
    grad_fn_name=_setitem_name,
    is_method=False,
)


def _index_array(name: str, index: Any) -> Any:
    array = getattr(index, "array", index)
    if not hasattr(array, "dtype"):
        array = np.asarray(array)
    array = array.copy()  # the index may change afterwards
    if array.dtype not in (np.int32, np.int64):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index, but its dtype is {array.dtype}"
        )
    return kept(array, same, (index,)) if hasattr(index, "array") else array


def gather_index(index: Any, dim: int) -> tuple[Any, ...]:
    """Return the index tuple that reads element index[i, j, …] along `dim`."""
    places = list(np.ogrid[tuple(map(slice, index.shape))])
    if index.ndim:
        places[dim] = index
    return tuple(places)


def _gather_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    shape = inputs[0].shape
    dim = normalize_dim(parameters["dim"], len(shape))
    index = _index_array("gather", parameters["index"])
    if index.ndim != len(shape):
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as input tensor, but index has "
            f"shape {list(index.shape)} and input {list(shape)}"
        )
    too_large = [d for d in range(index.ndim) if d != dim and index.shape[d] > shape[d]]
    if too_large:
        raise RuntimeError(
            f"Size does not match at dimension {too_large[0]}: expected index {list(index.shape)} "
            f"to be no larger than self {list(shape)} apart from dimension {dim}"
        )
    noted(_check_range, index, shape[dim] if shape else 1, dim)
    return inputs, {"dim": dim, "index": index}


def _check_range(index: Any, size: int, dim: int, lookup: bool = False) -> None:
    wrong = index[(index < 0) | (index >= size)]
    if wrong.size:
        error = IndexError if lookup and size else RuntimeError  # as torch has it
        raise error(f"index {wrong[0]} is out of bounds for dimension {dim} with size {size}")


gather = Operation(
    "gather",
    "gather",
    definition="the elements of x that an index names along a dim",
    derivatives=("zeros with g added at the index",),
    on_arrays=lambda input, dim, index: input[gather_index(index, dim)],
    rules=(lambda g, _y, _x, dim, index: place(g, gather_index(index, dim), _x.shape),),
    prepare=_gather_arguments,
    dtypes="as is",
)


def _select_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    shape = inputs[0].shape
    dim = normalize_dim(parameters["dim"], len(shape))
    index = _index_array("index_select", parameters["index"])
    if index.ndim > 1:
        raise IndexError(
            f"index_select(): Index is supposed to be a vector, not shape {list(index.shape)}"
        )
    if not shape and index.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)"
        )
    size = shape[dim] if shape else 1
    noted(_check_range, index, size, dim, True)
    return inputs, {"dim": dim, "index": index if index.ndim else index.reshape(-1)}


def _index_select(input: Any, dim: int, index: Any) -> Any:
    return np.take(input, index, axis=dim) if input.ndim else input.copy()


index_select = Operation(
    "index_select",
    "select",
    definition="the slices of x that an index names along a dim",
    derivatives=("zeros with g added at the index",),
    on_arrays=_index_select,
    rules=(lambda g, _y, _x, dim, index: place(g, along(dim, index), _x.shape) if _x.shape else g,),
    prepare=_select_arguments,
    dtypes="as is",
)
