"""Operations that choose elements by comparing them: what they choose, they read at an index.

Which elements it is (`find`) is no differentiable question; reading them is, and the gradient goes
to the elements that were read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.indexing import gather_index, place
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.reductions import keep_dims


def _read(input: Any, dim: int, index: Any, keepdim: bool = True) -> Any:
    picked = input[gather_index(index, dim)]
    return picked if keepdim or not input.ndim else picked.squeeze(dim)


def _write(g: Any, _y: Any, _x: Any, dim: int, index: Any, keepdim: bool) -> Any:
    g = keep_dims(g, _x, dim, keepdim or not _x.shape)
    return place(g, gather_index(index, dim), _x.shape)


def picking(
    chapter: str, name: str, symbol: str, definition: str, grad_fn_name: str | None = None
) -> Operation:
    """Make the entry of an operation that reads along a dim, at an index that was found before.

    Args:
        chapter: the `__name__` of the chapter that it belongs to.
        name: torch's name for it.
        symbol: what a drawing writes into its node.
        definition: the formula for people.
        grad_fn_name: what torch prints for its backward node, where it does not follow the name.
    """
    op = Operation(
        name,
        symbol,
        definition=definition,
        derivatives=("g at the elements that were picked, else 0",),
        on_arrays=_read,
        rules=(_write,),
        dtypes="as is",
        grad_fn_name=grad_fn_name,
        is_method=False,
    )
    op.group = chapter.rpartition(".")[2]
    return op


def pick(op: Operation, input: Any, dim: int, index: Any, keepdim: bool = True) -> tuple[Any, Any]:
    """Read the elements of a tensor, or of an array of `Value`s, at an index along a dim.

    Args:
        op: the operation that a graph shows.
        input: what to read from.
        dim: the dim, which is not negative.
        index: which elements, with the dim kept: as many dims as the input.
        keepdim: whether the results keep a dim of one element.

    Returns:
        The elements, and the index itself as a tensor.
    """
    index = np.asarray(index, order="C")  # and so is what is read at it
    values = op(input, dim=dim, index=index, keepdim=keepdim)
    indices = index if keepdim or not index.ndim else index.squeeze(dim)
    # A copy: changing the indices in place must not change where the gradient goes.
    return values, input._wrap(indices.copy()) if hasattr(input, "_wrap") else indices


def plain(input: Any) -> Any:
    """Return the numbers to compare: those of a tensor, or of an array of `Value`s."""
    array = getattr(input, "array", input)
    return array.astype(np.float64) if array.dtype == object else array
