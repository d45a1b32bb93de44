"""Operations that write to, or add at, places that an index names along a dim or everywhere.

Each returns a new tensor; where an index names a place twice, the last one written stays.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import diagonal, on_diagonal
from tinygrad_edu.ops.checking import check_tensor, integer, text
from tinygrad_edu.ops.indexing import gather_index
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.scatter_reduce import KINDS
from tinygrad_edu.ops.scatter_reduce import scatter_reduce as reducing
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import along, normalize_dim, reshape, to_dtype
from tinygrad_edu.ops.writing import (
    array_of,
    check_range,
    check_same_dtype,
    index_array,
    one_value,
    writing,
)

_scatter = writing(__name__, "scatter", "scatter", "x with b at the places that an index names")
_scatter_add = writing(
    __name__, "scatter_add", "scatter +", "x plus b at the places that an index names", adds=True
)
_index_add = writing(
    __name__, "index_add", "index +", "x plus b at the slices that an index names", adds=True
)
_index_copy = writing(__name__, "index_copy", "copy", "x with b at the slices an index names")
_index_fill = writing(__name__, "index_fill", "fill", "x with b in the slices an index names")
_select_scatter = writing(__name__, "select_scatter", "scatter", "x with b as one of its slices")
_slice_scatter = writing(__name__, "slice_scatter", "scatter", "x with b as slices of it")


# --- element by element along a dim --------------------------------------------------------------


def _along(name: str, input: Any, dim: int, index: Any, src: Any = None) -> tuple[Any, Any]:
    """Return the places that an index names along a dim, in numpy's indexing, and what goes there.

    Args:
        name: of the operation, for errors.
        input: what is written to.
        dim: the dim.
        index: for each element of `src`, its place along the dim.
        src: a tensor at least as large as the index, of which the rest is not used; or a number.
    """
    check_tensor(name, input)
    shape, is_tensor = tuple(input.shape), bool(getattr(src, "shape", ()))
    dim, places = normalize_dim(dim, len(shape)), index_array(name, index)
    if not places.size:
        part = reshape(src[along(0, slice(0, 0))], (0,)) if is_tensor else src
        return (np.zeros(shape, bool),), part
    if not shape and places.ndim == 1:
        places = places[-1]  # a number: the last one written stays
        src = src[-1] if is_tensor else src
    if places.ndim != len(shape):
        raise RuntimeError(
            f"{name}(): Index tensor must have the same number of dimensions as self tensor, but "
            f"their shapes are {list(places.shape)} and {list(shape)}"
        )
    limits = [math.inf if d == dim else n for d, n in enumerate(shape)]
    if hasattr(src, "shape"):
        limits = [min(pair) for pair in zip(limits, src.shape, strict=False)]
    if len(limits) < len(shape) or any(n > m for n, m in zip(places.shape, limits, strict=True)):
        than = f", nor than src {list(src.shape)}" if hasattr(src, "shape") else ""
        raise RuntimeError(
            f"{name}(): Expected index {list(places.shape)} to be no larger than self "
            f"{list(shape)} apart from dimension {dim}{than}"
        )
    check_range(name, places, shape[dim] if shape else 1, dim, RuntimeError)
    if is_tensor and src.shape != places.shape:
        src = src[tuple(map(slice, places.shape))]
    return gather_index(places, dim), src


def scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """Return x with elements of `src` at the places that an index names (torch.scatter).

    For dim 0 and two dims: `y[index[i, j], j] = src[i, j]`.

    Args:
        input: any shape.
        dim: the dim that the index counts along.
        index: int64 or int32; as many dims as the input, and in the others no larger.
        src: at least as large as the index, in the input's dtype; or a number.
        value: a number, another word for it.
        reduce: "add" or "multiply" with what is there, instead of writing over it.

    Raises:
        RuntimeError: for shapes or dtypes that do not fit, or an index out of range.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(2, 3).scatter(1, torch.tensor([[2], [0]]), 1.0)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    if (src is None) == (value is None):
        raise TypeError("scatter() takes src, a tensor or a number, or value, a number")
    if hasattr(src, "shape"):
        check_same_dtype("scatter", input, src)
        src = src if src.shape else reshape(src, (1,))
    else:
        src = one_value("scatter", input, value if src is None else src)
        src = src.item() if hasattr(src, "item") else src
    if reduce is not None and text("scatter", "reduce", reduce) not in ("add", "multiply"):
        raise RuntimeError(f"scatter(): reduce argument must be add or multiply, not {reduce!r}")
    places, part = _along("scatter", input, dim, index, src)
    if reduce == "multiply":
        return reducing(input, part, index=places, reduce="prod")
    overload = int(not hasattr(part, "shape"))  # which one of torch's it is, for its node's name
    return _scatter(input, part, index=places, accumulate=reduce == "add", overload=overload)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """Add elements of `src` at the places that an index names (torch.scatter_add).

    For dim 0 and two dims: `y[index[i, j], j] += src[i, j]`; see `scatter`.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 2, 0]), torch.ones(3))
    tensor([2., 0., 1.])
    """
    check_same_dtype("scatter_add", input, src)
    places, part = _along("scatter_add", input, dim, index, src)
    return _scatter_add(input, part, index=places, accumulate=True)


def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """Reduce what meets at the places that an index names (torch.scatter_reduce).

    Args:
        input: any shape.
        dim: the dim that the index counts along.
        index: int64 or int32; see `scatter`.
        src: at least as large as the index, in the input's dtype.
        reduce: sum, prod, mean, amax or amin.
        include_self: whether the element that is there counts too.

    >>> import tinygrad_edu as torch
    >>> x, src = torch.tensor([5.0, 1.0]), torch.tensor([2.0, 3.0, 4.0])
    >>> x.scatter_reduce(0, torch.tensor([0, 0, 1]), src, "mean", include_self=False)
    tensor([2.5000, 4.0000])
    """
    if text("scatter_reduce", "reduce", reduce) not in KINDS:
        raise RuntimeError(
            f"scatter_reduce(): reduce argument must be either {', '.join(KINDS)}, got {reduce!r}"
        )
    check_same_dtype("scatter_reduce", input, src)
    places, part = _along("scatter_reduce", input, dim, index, src)
    return reducing(input, part, index=places, reduce=reduce, include_self=include_self)


# --- slice by slice ------------------------------------------------------------------------------


def _vector(name: str, input: Any, dim: int, index: Any, kinds: str, error: Any) -> tuple[int, Any]:
    """Check a dim, and an index of its slices; return both."""
    check_tensor(name, input)
    dim, places = normalize_dim(dim, len(input.shape)), index_array(name, index, kinds, error)
    if places.ndim > 1:
        raise (RuntimeError if name == "index_fill" else IndexError)(
            f"{name}(): Index is supposed to be a vector, but its shape is {list(places.shape)}"
        )
    return dim, places if places.ndim else places.reshape(-1)


def _slices(input: Any, dim: int, places: Any) -> Any:
    return along(dim, places) if input.shape else (np.array(bool(places.size)),)


def _slices_to_add(name: str, input: Any, dim: int, index: Any, source: Any) -> tuple[int, Any]:
    """Check a dim and an index whose slices meet those of a source; return both."""
    check_same_dtype(name, input, source, "source")
    check_tensor(name, index, "index")
    if len(index.shape) > 1:  # torch tells of this first
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but its shape is {list(index.shape)}"
        )
    dim, places = _vector(name, input, dim, index, "int32 int64", RuntimeError)
    wanted = (*input.shape[:dim], len(places), *input.shape[dim + 1 :]) if input.shape else ()
    if tuple(source.shape) != wanted:
        raise RuntimeError(
            f"{name}(): source tensor shape must match self tensor shape, excluding the "
            f"specified dimension {dim}, which has the {len(places)} elements of the index: it "
            f"should be {list(wanted)}, but is {list(source.shape)}"
        )
    error = RuntimeError if len(input.shape) > 1 else IndexError  # as torch has it
    check_range(name, places, input.shape[dim] if input.shape else 1, dim, error)
    return dim, places


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """Add slices of `source`, times alpha, to the slices that an index names (torch.index_add).

    Args:
        input: any shape.
        dim: the dim of the slices.
        index: a vector of int64 or int32: for each slice of `source`, to which it is added.
        source: the input's shape, apart from the dim.
        alpha: what `source` is multiplied by.

    Raises:
        RuntimeError: for shapes or dtypes that do not fit, or an index out of range.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(3).index_add(0, torch.tensor([0, 2, 0]), torch.ones(3), alpha=2)
    tensor([4., 0., 2.])
    """
    dim, places = _slices_to_add("index_add", input, dim, index, source)
    if alpha != 1:
        source = source * (int(alpha) if array_of(source).dtype.kind in "biu" else alpha)
    return _index_add(input, source, index=_slices(input, dim, places), accumulate=True)


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """Return x with slices of `source` in place of those that an index names (torch.index_copy).

    >>> import tinygrad_edu as torch
    >>> torch.zeros(3).index_copy(0, torch.tensor([2, 0]), torch.tensor([5.0, 6.0]))
    tensor([6., 0., 5.])
    """
    for name, x in (("input", input), ("index", index), ("source", source)):
        check_tensor("index_copy", x, name)
    count, place = math.prod(index.shape), normalize_dim(dim, len(input.shape))
    wanted = (*input.shape[:place], count, *input.shape[place + 1 :]) if input.shape else ()
    scalar = not source.shape and count == 1 and len(input.shape) < 2
    if tuple(source.shape) != wanted and not scalar:
        raise (IndexError if _sizes_differ(source, wanted, place) else RuntimeError)(
            f"index_copy(): the source should have shape {list(wanted)}, as many slices along dim "
            f"{place} as the index has elements, but its shape is {list(source.shape)}"
        )
    dim, places = _vector("index_copy", input, dim, index, "int64", RuntimeError)
    check_same_dtype("index_copy", input, source, "source")
    check_range("index_copy", places, input.shape[dim] if input.shape else 1, dim, IndexError)
    return _index_copy(input, source, index=_slices(input, dim, places))


def _sizes_differ(source: Any, wanted: Any, dim: int) -> bool:
    return len(source.shape) != len(wanted) or source.shape[dim] != wanted[dim]


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """Return x with one value in the slices that an index names (torch.index_fill).

    >>> import tinygrad_edu as torch
    >>> torch.zeros(2, 3).index_fill(1, torch.tensor([0, 2]), 5)
    tensor([[5., 0., 5.],
            [5., 0., 5.]])
    """
    dim, places = _vector("index_fill", input, dim, index, "int64", IndexError)
    size = input.shape[dim] if input.shape else 1
    check_range("index_fill", places, size, dim, IndexError, -size)
    value = one_value("index_fill", input, value)
    overload = int(hasattr(value, "shape"))  # which one of torch's it is, for its node's name
    return _index_fill(input, value, index=_slices(input, dim, places), overload=overload)


def index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """Reduce slices of `source` with those that an index names (torch.index_reduce).

    Args:
        input: any shape.
        dim: the dim of the slices.
        index: a vector of int64 or int32; see `index_add`.
        source: the input's shape, apart from the dim.
        reduce: prod, mean, amax or amin.
        include_self: whether the slice that is there counts too.

    >>> import tinygrad_edu as torch
    >>> torch.ones(2).index_reduce(0, torch.tensor([1, 1]), torch.tensor([2.0, 3.0]), "prod")
    tensor([1., 6.])
    """
    if text("index_reduce", "reduce", reduce) not in KINDS or reduce == "sum":
        raise RuntimeError(
            "index_reduce(): reduce argument must be either prod, mean, amax or amin, got "
            f"{reduce!r}"
        )
    dim, places = _slices_to_add("index_reduce", input, dim, index, source)
    index = _slices(input, dim, places)
    return reducing(input, source, index=index, reduce=reduce, include_self=include_self)


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """Return x with `src` as one of its slices (torch.select_scatter): the opposite of `select`.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(2, 2).select_scatter(torch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    check_tensor("select_scatter", input)
    check_tensor("select_scatter", src, "src")
    index, shape = integer("select_scatter", "index", index), input.shape
    if not shape:
        raise IndexError("select_scatter() cannot be applied to a 0-dim tensor")
    dim = normalize_dim(dim, len(shape))
    if not -shape[dim] <= index < shape[dim]:
        raise IndexError(
            f"select_scatter(): index {index} out of range for tensor of size {list(shape)} at "
            f"dimension {dim}"
        )
    _fitting_slice("select_scatter", src, (*shape[:dim], *shape[dim + 1 :]))
    return _select_scatter(input, src, index=along(dim, index))


def _fitting_slice(name: str, src: Any, wanted: Any) -> None:
    if tuple(src.shape) != tuple(wanted):
        raise RuntimeError(
            f"{name}(): expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(wanted)}"
        )


def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Any:
    """Return x with `src` in place of x[start:end:step] along a dim (torch.slice_scatter).

    >>> import tinygrad_edu as torch
    >>> torch.zeros(4).slice_scatter(torch.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])
    """
    check_tensor("slice_scatter", input)
    check_tensor("slice_scatter", src, "src")
    start, end = (
        None if x is None else integer("slice_scatter", name, x)
        for name, x in (("start", start), ("end", end))
    )
    step, shape = integer("slice_scatter", "step", step), input.shape
    if not shape:
        raise IndexError("slice_scatter() cannot be applied to a 0-dim tensor.")
    dim = normalize_dim(dim, len(shape))
    if step <= 0:
        raise RuntimeError(f"slice_scatter(): slice step must be positive, but is {step}")
    part = slice(start, end, step)
    count = len(range(*part.indices(shape[dim])))
    _fitting_slice("slice_scatter", src, (*shape[:dim], count, *shape[dim + 1 :]))
    return _slice_scatter(input, src, index=along(dim, part))


@composite("diagonal_scatter", "x with b as a diagonal of it")
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """Return x with `src` as a diagonal of it (torch.diagonal_scatter); see `diagonal`.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(2, 2).diagonal_scatter(torch.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_tensor("diagonal_scatter", src, "src")
    _, found = diagonal.bind((input, offset, dim1, dim2), {})
    shape = tuple(input.shape)
    mask = np.zeros(shape, bool)
    there = diagonal.on_arrays(mask, **found)
    _fitting_slice("diagonal_scatter", src, there.shape)
    there[...] = True
    if hasattr(src, "array") and src.dtype != input.dtype:
        src = to_dtype(src, dtype=array_of(input).dtype)
    return where(mask, on_diagonal(src, shape=shape, **found), input)
