"""Operations at single elements: counted through the whole tensor, or named by an index per dim."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept, remember
from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.indexing import gather
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.shapes import expand, normalize_dim, reshape
from tinygrad_edu.ops.writing import array_of, check_same_dtype, index_array, reading, writing

_index_put = writing(__name__, "index_put", "put", "x with b at indices")
_put = writing(__name__, "put", "put", "x with b at places that are counted through all of it")
_take = reading(__name__, "take", "take", "the elements of x at places counted through all of it")


def _counted(name: str, input: Any, index: Any) -> Any:
    """Return the places of elements that are counted through the whole input."""
    check_tensor(name, input)
    places, size = index_array(name, index, "int64"), math.prod(input.shape)
    wrong = places[(places < -size) | (places >= size)]
    if wrong.size:
        raise IndexError(
            f"{name}(): out of range: tried to access index {wrong.flat[0]} on a tensor of {size} "
            "elements"
        )
    return places % max(size, 1)


def _in_each_dim(places: Any, shape: tuple[int, ...], index: Any) -> tuple[Any, ...]:
    """Return, for places counted through a whole tensor, where they are along each of its dims."""
    size, shown = math.prod(shape), places.shape

    def along(which: int) -> Callable[[Any], Any]:
        return lambda array: np.unravel_index(array.reshape(shown) % size, shape)[which]

    each = np.unravel_index(places, shape)
    return tuple(kept(part, along(i), (index,)) for i, part in enumerate(each))


def take(input: Any, index: Any) -> Any:
    """Read elements that are counted through the whole tensor (torch.take).

    Args:
        input: any shape.
        index: int64 of any shape; negative ones are counted from the end.

    Returns:
        The elements, in the shape of the index.

    >>> import tinygrad_edu as torch
    >>> torch.take(torch.tensor([[4.0, 3.0], [5.0, 6.0]]), torch.tensor([0, 2]))
    tensor([4., 5.])
    """
    places = _counted("take", input, index)
    if not input.shape or not places.size:
        return _take(reshape(input, (math.prod(input.shape),)), index=(places,))
    return _take(input, index=_in_each_dim(places, tuple(input.shape), index))


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Return x with elements of `source` at places counted through the whole tensor (torch.put).

    Args:
        input: any shape.
        index: int64; negative ones are counted from the end.
        source: as many elements as the index has.
        accumulate: add instead of writing over what is there.

    >>> import tinygrad_edu as torch
    >>> torch.put(torch.zeros(2, 2), torch.tensor([0, 3]), torch.tensor([5.0, 6.0]))
    tensor([[5., 0.],
            [0., 6.]])
    """
    check_same_dtype("put", input, source, "source")
    places = _counted("put", input, index).reshape(-1)
    if math.prod(source.shape) != places.size:
        raise IndexError(
            "put(): Expected source and index to have the same number of elements, but got "
            f"{math.prod(source.shape)} and {places.size}"
        )
    shape, source = tuple(input.shape), reshape(source, (places.size,))
    if not shape or not places.size:  # a mask that holds everywhere, or nowhere
        return _put(input, source, index=(np.full(shape, places.size > 0),), accumulate=accumulate)
    places = _in_each_dim(places, shape, index)
    return _put(input, source, index=places, accumulate=accumulate)


@composite("take_along_dim", "the elements of x that an index names along a dim")
def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Any:
    """Read along a dim at an index, which broadcasts with the input (torch.take_along_dim).

    Args:
        input: any shape.
        indices: int64, with as many dims as the input; what `argsort(x, dim)` returns, say.
        dim: the dim; if None, elements are counted through the whole input.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([[10.0, 30.0, 20.0], [60.0, 40.0, 50.0]])
    >>> torch.take_along_dim(x, x.argmax(dim=1, keepdim=True), dim=1)
    tensor([[30.],
            [60.]])
    """
    check_tensor("take_along_dim", input)
    dim = None if dim is None else integer("take_along_dim", "dim", dim)
    places = index_array("take_along_dim", indices, "int64")
    if dim is None:
        input, places, dim = reshape(input, (-1,)), places.reshape(-1), 0
    if places.ndim != len(input.shape):
        raise RuntimeError(
            "take_along_dim(): input and indices should have the same number of dimensions, but "
            f"got {len(input.shape)} for input, and {places.ndim} for indices"
        )
    given, dim = places.shape, normalize_dim(dim, len(input.shape))
    if not input.shape:
        raise IndexError(f"take_along_dim(): there is no dim {dim} in a tensor without dimensions")
    size = input.shape[dim]

    def from_start(places: Any) -> Any:
        return np.where(places < 0, places + size, places)

    places = from_start(places)
    rest = [tuple(1 if d == dim else n for d, n in enumerate(x.shape)) for x in (input, places)]
    try:
        shape = np.broadcast_shapes(*rest)
    except ValueError:
        raise RuntimeError(
            "take_along_dim(): the shapes of input and indices must be broadcastable apart from "
            f"dim {dim}: {list(input.shape)} and {list(places.shape)}"
        ) from None
    before, after = shape[:dim], shape[dim + 1 :]
    x = expand(input, (*before, size, *after))
    spread = (*before, places.shape[dim], *after)
    find = lambda array: np.broadcast_to(from_start(array.reshape(given)), spread)
    index = remember(input._wrap(np.broadcast_to(places, spread)), find, (indices,))
    return gather(x, dim, index)


# --- at indices ----------------------------------------------------------------------------------


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Return x with values at indices: x[indices] = values (torch.index_put).

    Args:
        input: any shape.
        indices: a tuple of tensors, one for each of the first dims: ints that broadcast, or masks.
        values: a tensor in the input's dtype that broadcasts to what the indices select.
        accumulate: add instead of writing over what is there.

    Raises:
        IndexError: for indices that do not fit the input, or are of floats.
        RuntimeError: for values that do not fit.

    >>> import tinygrad_edu as torch
    >>> where = torch.tensor([0, 1]), torch.tensor([0, 2])
    >>> torch.zeros(2, 3).index_put(where, torch.tensor([5.0, 6.0]))
    tensor([[5., 0., 0.],
            [0., 0., 6.]])
    """
    check_tensor("index_put", input)
    check_tensor("index_put", values, "values")
    if not isinstance(indices, (tuple, list)) or not indices:
        raise TypeError(
            f"index_put(): argument 'indices' must be a tuple of Tensors, not {indices!r}"
        )
    places = tuple(map(_index, indices))
    if sum(max(place.ndim, 1) if place.dtype == bool else 1 for place in places) > len(input.shape):
        raise IndexError(
            f"index_put(): too many indices for tensor of dimension {len(input.shape)}: "
            f"{len(places)}"
        )
    shapes = ", ".join(str(list(place.shape)) for place in places)
    try:
        selected = np.broadcast_to(False, tuple(input.shape))[places].shape
    except IndexError as error:
        raise IndexError(
            f"index_put(): indices of shapes {shapes} do not fit a tensor of shape "
            f"{list(input.shape)}: {error}"
        ) from None
    check_same_dtype("index_put", input, values, "values")
    if not _fits(tuple(values.shape), selected):
        raise RuntimeError(
            f"index_put(): shape mismatch: value tensor of shape {list(values.shape)} cannot be "
            f"broadcast to indexing result of shape {list(selected)}"
        )
    return _index_put(input, values, index=places, accumulate=accumulate)


def _index(index: Any) -> Any:
    """Return a copy of one index: of ints, or a mask of bools."""
    if not hasattr(index, "shape"):
        raise TypeError(f"index_put(): expected Tensor in indices, but got {type(index).__name__}")
    array = array_of(index)
    if array.dtype.name in ("bool", "uint8"):
        return kept(array.astype(bool), lambda array: array.astype(bool), (index,))
    if array.dtype.kind not in "iu":
        raise IndexError(
            f"tensors used as indices must be long, int, byte or bool tensors, not {array.dtype}"
        )
    return kept(array.astype(np.int64), lambda array: array.astype(np.int64), (index,))


def _fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False
