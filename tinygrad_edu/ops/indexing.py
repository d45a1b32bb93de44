"""Operations that read or write at an index: x[index], gather, index_select."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import Shape, along, normalize_dim


def _is_basic(index: Any) -> bool:
    """Tell whether an index selects each element at most once: ints, slices, None and Ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or type(part) is int
        or isinstance(part, (np.integer, slice))
        for part in parts
    )


def _place(input: Any, index: Any, shape: Shape) -> Any:
    result = np.zeros(shape, input.dtype)
    if _is_basic(index):
        result[index] = input
    else:
        np.add.at(result, index, input)  # an element that was read twice gets both gradients
    return result


place = Operation(
    "place",
    "place",
    definition="zeros with x added at an index",
    derivatives=("g[index]",),
    on_arrays=_place,
    rules=(lambda g, _y, _x, index, shape: g[index],),
    dtypes="as is",
    is_method=False,
)


def _getitem_name(index: Any) -> str:
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
    result = input[index]
    if isinstance(result, np.generic):  # one number: a view of it, not a copy
        result = input[(*index, ...) if isinstance(index, tuple) else (index, ...)]
    return result


getitem = Operation(
    "getitem",
    "[ ]",
    definition="x[index]",
    derivatives=("zeros with g at the index",),
    on_arrays=_getitem,
    rules=(lambda g, _y, _x, index: place(g, index, _x.shape),),
    dtypes="as is",
    grad_fn_name=_getitem_name,
    is_view=True,
    is_method=False,
)


def _setitem(input: Any, value: Any, index: Any) -> Any:
    result = input.copy()
    result[index] = np.reshape(value, ()) if np.size(value) == 1 else value
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


def _without(g: Any, index: Any) -> Any:
    mask = np.zeros(g.shape, bool)
    mask[index] = True
    return where(mask, 0.0, g)


setitem = Operation(
    "setitem",
    "[ ]=",
    definition="x with b at an index",
    derivatives=("g with 0 at the index", "g[index]"),
    on_arrays=_setitem,
    rules=(
        lambda g, _y, _x, _b, index: _without(g, index),
        lambda g, _y, _x, _b, index: g[index],
    ),
    dtypes="as is",
    grad_fn_name=_setitem_name,
    is_method=False,
)


def _index_array(name: str, index: Any) -> Any:
    array = np.asarray(getattr(index, "array", index))
    if not np.issubdtype(array.dtype, np.integer):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index, but its dtype is {array.dtype}"
        )
    return array


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
    _check_range(index, shape[dim] if shape else 1, dim)
    return inputs, {"dim": dim, "index": index}


def _check_range(index: Any, size: int, dim: int, error: type[Exception] = RuntimeError) -> None:
    wrong = index[(index < 0) | (index >= size)]
    if wrong.size:
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
    _check_range(index, size, dim, IndexError if size else RuntimeError)  # as torch has it
    return inputs, {"dim": dim, "index": index.reshape(-1)}


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
