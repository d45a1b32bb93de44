"""Operations that choose elements by comparing them: what they choose, they read at an index.

Which elements it is (`find`) is no differentiable question; reading them is, and the gradient goes
to the elements that were read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept, remember
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
    chapter: str,
    name: str,
    symbol: str,
    definition: str,
    grad_fn_name: str | None = None,
    derivative: str = "g at the elements that were picked, else 0",
) -> Operation:
    """Make the entry of an operation that reads along a dim, at an index that was found before.

    Args:
        chapter: the `__name__` of the chapter that it belongs to.
        name: torch's name for it.
        symbol: what a drawing writes into its node.
        definition: the formula for people.
        grad_fn_name: what torch prints for its backward node, where it does not follow the name.
        derivative: the formula of the rule for people.
    """
    op = Operation(
        name,
        symbol,
        definition=definition,
        derivatives=(derivative,),
        on_arrays=_read,
        rules=(_write,),
        dtypes="as is",
        grad_fn_name=grad_fn_name,
        is_method=False,
    )
    op.group = chapter.rpartition(".")[2]
    return op


def pick(
    op: Operation, input: Any, dim: int, find: Callable[[Any], Any], keepdim: bool = True
) -> tuple[Any, Any]:
    """Read the elements of a tensor, or of an array of `Value`s, at an index along a dim.

    Args:
        op: the operation that a graph shows.
        input: what to read from.
        dim: the dim, which is not negative.
        find: finds the index in an array, with the dim kept: as many dims as the input.
        keepdim: whether the results keep a dim of one element.

    Returns:
        The elements, and the index itself as a tensor.
    """

    def found(array: Any) -> Any:
        index = find(array)
        return index if index.flags.c_contiguous else index.copy()  # and so is what it reads

    def shown(array: Any) -> Any:
        index = found(array)
        return index if keepdim or not index.ndim else index.squeeze(dim)

    index = found(plain(input))
    operands = (input,) if hasattr(input, "_wrap") else ()
    values = op(input, dim=dim, index=kept(index, found, operands), keepdim=keepdim)
    indices = index if keepdim or not index.ndim else index.squeeze(dim)
    if not operands:
        return values, indices
    # A copy: changing the indices in place must not change where the gradient goes.
    return values, remember(input._wrap(indices.copy()), shown, operands)


def beside(function: Callable[[Any], Any], input: Any) -> Any:
    """Compute what has no gradient from the numbers of a tensor, or of an array of `Value`s.

    Returns:
        Of a tensor a tensor, which knows how it was computed; else an array.
    """
    array = function(plain(input))
    if not hasattr(input, "_wrap"):
        return array
    return remember(input._wrap(array), function, (input,))


def plain(input: Any) -> Any:
    """Return the numbers to compare: those of a tensor, or of an array of `Value`s."""
    array = getattr(input, "array", input)
    return array.astype(np.float64) if array.dtype == object else array
