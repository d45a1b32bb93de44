"""Operations that move numbers without changing them: shapes, views, joining."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.ops.checking import check_tensors, integer
from tinygrad_edu.ops.operation import Operation, composite

Shape = tuple[int, ...]


def normalize_dim(dim: int, ndim: int) -> int:
    """Count a negative dim from the end, and refuse one that is not there as torch does."""
    if type(dim) is not int:
        dim = integer("", "dim", dim)
    reach = builtins.max(ndim, 1)
    if not -reach <= dim < reach:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], "
            f"but got {dim})"
        )
    return dim % reach


def along(dim: int, index: Any) -> tuple[Any, ...]:
    """Return the index tuple that applies `index` to one dim and takes all of those before it."""
    return (slice(None),) * dim + (index,)


# --- the same numbers in another shape -----------------------------------------------------------


def _fill_in_shape(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Replace a −1 by the size that is left for it; refuse a shape that does not fit."""
    shape = tuple(int(size) for size in parameters["shape"])
    size = math.prod(inputs[0].shape)
    known = math.prod(n for n in shape if n != -1)
    if shape.count(-1) > 1:
        raise RuntimeError(
            f"only one dimension can be inferred, but shape {list(shape)} has two −1"
        )
    if builtins.any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension in {list(shape)}: sizes are not negative")
    if -1 in shape and (known == 0 or size % known == 0) and not (known == 0 and size):
        if known == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)}: "
                "the size for −1 could be anything"
            )
        shape = tuple(size // known if n == -1 else n for n in shape)
    if -1 in shape or math.prod(shape) != size:
        raise RuntimeError(
            f"shape '{list(shape)}' is invalid for input of size {size}: "
            f"the sizes must multiply to the {size} elements of shape {list(inputs[0].shape)}"
        )
    return inputs, {"shape": shape}


def _view(input: Any, shape: Shape) -> Any:
    result = input.reshape(shape)
    if input.size and not np.may_share_memory(result, input):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride: the elements of "
            f"shape {list(input.shape)} do not lie in memory in the order that {list(shape)} "
            "asks for. Use .reshape(...) instead, which copies."
        )
    return result


reshape: Operation = Operation(
    "reshape",
    "reshape",
    definition="the same numbers in another shape",
    derivatives=("g in the shape of x",),
    on_arrays=lambda input, shape: input.reshape(shape),
    rules=(lambda g, _y, _x, shape: reshape(g, _x.shape),),
    prepare=_fill_in_shape,
    dtypes="as is",
    grad_fn_name="ViewBackward0",
    is_view=True,
)

view = Operation(
    "view",
    "view",
    definition="the same memory in another shape",
    derivatives=("g in the shape of x",),
    on_arrays=_view,
    on_values=lambda input, shape: input.reshape(shape),  # a replay may lie in memory otherwise
    rules=(lambda g, _y, _x, shape: reshape(g, _x.shape),),
    prepare=_fill_in_shape,
    dtypes="as is",
    is_view=True,
)


def _one_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Normalise the place for a new dim: one more than there are."""
    ndim = len(inputs[0].shape) + 1
    return inputs, {**parameters, "dim": normalize_dim(parameters["dim"], ndim)}


unsqueeze = Operation(
    "unsqueeze",
    "unsqueeze",
    definition="x with a new dim of size 1",
    derivatives=("g without that dim",),
    on_arrays=lambda input, dim: np.expand_dims(input, dim),
    rules=(lambda g, _y, _x, dim: reshape(g, _x.shape),),
    prepare=_one_dim,
    dtypes="as is",
    is_view=True,
)


def _dims_to_drop(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    dim, ndim = parameters["dim"], len(inputs[0].shape)
    if isinstance(dim, (tuple, list)):
        dim = tuple(normalize_dim(d, ndim) for d in dim)
        if len(set(dim)) != len(dim):
            raise RuntimeError(f"dim {list(dim)} appears multiple times in the list of dims")
    elif dim is not None:
        dim = normalize_dim(dim, ndim)
    return inputs, {"dim": dim}


def _squeeze(input: Any, dim: int | tuple[int, ...] | None = None) -> Any:
    dims = range(input.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    return np.squeeze(input, axis=tuple(d for d in dims if input.shape[d : d + 1] == (1,)))


def _squeeze_name(dim: int | tuple[int, ...] | None) -> str:
    return f"SqueezeBackward{0 if dim is None else 2 if isinstance(dim, tuple) else 1}"


squeeze = Operation(
    "squeeze",
    "squeeze",
    definition="x without dims of size 1",
    derivatives=("g with them again",),
    on_arrays=_squeeze,
    rules=(lambda g, _y, _x, dim: reshape(g, _x.shape),),
    prepare=_dims_to_drop,
    dtypes="as is",
    grad_fn_name=_squeeze_name,
    is_view=True,
)


@composite("flatten", "x with the dims from start_dim to end_dim made one")
def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Join neighbouring dims into one (torch.flatten)."""
    shape = input.shape
    start, end = normalize_dim(start_dim, len(shape)), normalize_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError(
            f"flatten() has invalid args: start_dim {start_dim} comes after end_dim {end_dim}"
        )
    if start == end and shape:
        return input
    joined = math.prod(shape[start : end + 1])
    return reshape(input, (*shape[:start], joined, *shape[end + 1 :]))


# --- another order of the dims -------------------------------------------------------------------


def _two_dims(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    ndim = len(inputs[0].shape)
    return inputs, {name: normalize_dim(dim, ndim) for name, dim in parameters.items()}


def _transpose(input: Any, dim0: int, dim1: int) -> Any:
    return np.swapaxes(input, dim0, dim1) if input.ndim else input[...]


transpose: Operation = Operation(
    "transpose",
    "transpose",
    definition="x with two dims exchanged",
    derivatives=("g with them exchanged again",),
    on_arrays=_transpose,
    rules=(lambda g, _y, _x, dim0, dim1: transpose(g, dim0, dim1),),
    prepare=_two_dims,
    dtypes="as is",
    is_view=True,
)


def _at_most_two_dims(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    ndim = len(inputs[0].shape)
    if ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {ndim}D; use .mT"
        )
    return inputs, parameters


t: Operation = Operation(
    "t",
    "ᵀ",
    definition="the transpose of a matrix",
    derivatives=("gᵀ",),
    on_arrays=lambda input: input.T,
    rules=(lambda g, _y, _x: t(g),),
    prepare=_at_most_two_dims,
    dtypes="as is",
    is_view=True,
)


def _all_dims(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    ndim, dims = len(inputs[0].shape), parameters["dims"]
    order = tuple(normalize_dim(d, ndim) for d in dims) if len(dims) == ndim else None
    if order is None or len(set(order)) < ndim:
        raise RuntimeError(
            f"permute(dims): {list(dims)} must name each of the {ndim} dims of shape "
            f"{list(inputs[0].shape)} once"
        )
    return inputs, {"dims": order}


permute: Operation = Operation(
    "permute",
    "permute",
    definition="x with its dims in another order",
    derivatives=("g with its dims in the order they had",),
    on_arrays=lambda input, dims: np.transpose(input, dims),
    rules=(lambda g, _y, _x, dims: permute(g, tuple(dims.index(d) for d in range(len(dims)))),),
    prepare=_all_dims,
    dtypes="as is",
    is_view=True,
)

# --- repeated or converted -----------------------------------------------------------------------


def _expanded_shape(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    old, new = inputs[0].shape, tuple(int(n) for n in parameters["shape"])
    extra = len(new) - len(old)
    if extra < 0:
        raise RuntimeError(
            f"expand: the number of sizes provided ({len(new)}) must be at least the number of "
            f"dimensions in the tensor ({len(old)}); shape {list(old)} to {list(new)}"
        )
    shape = (*new[:extra], *(o if n == -1 else n for n, o in zip(new[extra:], old, strict=True)))
    for i, (n, o) in enumerate(zip(shape[extra:], old, strict=True), start=extra):
        if o not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({o}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(shape)}.  "
                f"Tensor sizes: {list(old)}"
            )
    if builtins.any(n < 0 for n in shape):
        raise RuntimeError(f"expand: the new sizes {list(shape)} must not be negative")
    return inputs, {"shape": shape}


# The rule may return a gradient of the output's shape: the engine sums it down to the input's.
expand = Operation(
    "expand",
    "expand",
    definition="x repeated along dims of size 1",
    derivatives=("g summed over the repeated dims",),
    on_arrays=lambda input, shape: np.broadcast_to(input, shape),
    rules=(lambda g, _y, _x, shape: g,),
    prepare=_expanded_shape,
    dtypes="as is",
    is_view=True,
)

to_dtype = Operation(
    "to_dtype",
    "to",
    definition="x in another dtype",
    derivatives=("g in the dtype of x",),
    on_arrays=lambda input, dtype: input.astype(dtype),
    on_values=lambda input, dtype: input,  # a Value is a Python float and stays one
    rules=(lambda g, _y, _x, dtype: g,),  # the engine converts it to the input's dtype
    dtypes="as is",
    grad_fn_name="ToCopyBackward0",
    is_method=False,
)


def _clone(input: Any) -> Any:
    """Copy in the same order in memory, as torch has it; what is expanded has no order."""
    repeats = 0 in getattr(input, "strides", ())
    return input.copy("C" if repeats else "K")


clone = Operation(
    "clone",
    "copy",
    definition="a copy of x",
    derivatives=("g",),
    on_arrays=_clone,
    rules=(lambda g, _y, _x: g,),
    dtypes="as is",
)

# --- joined -------------------------------------------------------------------------------------


class _Joining(Operation):
    """`cat` or `stack`, which take tensors, not one tensor of many rows."""

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Refuse what is no sequence of tensors, or an empty one."""
        given = args[0] if args else kwargs.get("tensors")
        check_tensors(self.name, given)
        if not given:
            error = ValueError if self.name == "cat" else RuntimeError  # as torch has it
            raise error(f"{self.name}(): expected a non-empty list of Tensors")
        return super().bind(args, kwargs)


def _cat_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if not builtins.all(x.shape for x in inputs):
        raise RuntimeError("zero-dimensional tensor cannot be concatenated; use stack instead")
    shapes = [x.shape for x in inputs if x.shape != (0,)] or [(0,)]
    dim = normalize_dim(parameters["dim"], len(shapes[0]))
    for i, shape in enumerate(shapes):
        rest = (*shape[:dim], *shape[dim + 1 :])
        if len(shape) != len(shapes[0]) or rest != (*shapes[0][:dim], *shapes[0][dim + 1 :]):
            raise RuntimeError(
                f"cat: Sizes of tensors must match except in dimension {dim}. Got "
                f"{list(shapes[0])} and, as element {i}, {list(shape)}"
            )
    return inputs, {"dim": dim}


def _cat(*tensors: Any, dim: int = 0) -> Any:
    return np.concatenate([x for x in tensors if x.shape != (0,)] or tensors[:1], axis=dim)


def _cat_rule(g: Any, _y: Any, *_xs: Any, index: int, dim: int) -> Any:
    sizes = [0 if x.shape == (0,) and len(g.shape) > 1 else x.shape[dim] for x in _xs]
    start = builtins.sum(sizes[:index])
    part = g[along(dim, slice(start, start + sizes[index]))]
    return part if part.shape == _xs[index].shape else reshape(part, _xs[index].shape)


cat: Operation = _Joining(
    "cat",
    "cat",
    definition="the tensors one after another along a dim",
    derivatives=("the part of g that is x's",),
    on_arrays=_cat,
    on_values=_cat,
    rules=_cat_rule,
    prepare=_cat_dim,
    is_method=False,
)


def _stack_dim(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    dim = normalize_dim(parameters["dim"], len(inputs[0].shape) + 1)
    for i, x in enumerate(inputs):
        if x.shape != inputs[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(inputs[0].shape)} "
                f"at entry 0 and {list(x.shape)} at entry {i}"
            )
    return inputs, {"dim": dim}


stack: Operation = _Joining(
    "stack",
    "stack",
    definition="the tensors side by side along a new dim",
    derivatives=("the slice of g that is x's",),
    on_arrays=lambda *tensors, dim=0: np.stack(tensors, axis=dim),
    on_values=lambda *tensors, dim=0: np.stack(tensors, axis=dim),
    rules=lambda g, _y, *_xs, index, dim: g[along(dim, index)],
    prepare=_stack_dim,
    is_method=False,
)
