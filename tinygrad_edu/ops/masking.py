"""Operations at the places where a mask holds: to fill, to select, to write there in order.

A mask is of bools, and is broadcast together with the input.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.origins import kept
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.shapes import along, expand, reshape
from tinygrad_edu.ops.writing import array_of, check_same_dtype, one_value, reading, writing

_fill = writing(__name__, "masked_fill", "fill", "x with b where the mask holds")
_scatter = writing(__name__, "masked_scatter", "scatter", "x with b in order where the mask holds")
_select = reading(__name__, "masked_select", "select", "the elements of x where the mask holds")


def _with_mask(name: str, input: Any, mask: Any) -> tuple[Any, Any]:
    """Return the input and a copy of the mask in the shape that both are broadcast to."""
    check_tensor(name, input)
    check_tensor(name, mask, "mask")
    array = array_of(mask)
    if array.dtype != bool:
        raise RuntimeError(
            f"{name}() only supports boolean masks, but got mask with dtype "
            f"{dtypes.of(array)}; compare, as in x > 0, or convert with .bool()"
        )
    shapes = tuple(input.shape), array.shape
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise RuntimeError(
            f"{name}(): the shapes of the input {list(shapes[0])} and of the mask "
            f"{list(shapes[1])} must be broadcastable: counted from the last, sizes must be equal "
            "or 1"
        ) from None

    def spread(mask: Any) -> Any:
        return mask if mask.shape == shape else np.broadcast_to(mask, shape)

    return (
        input if shapes[0] == shape else expand(input, shape),
        kept(spread(array).copy(), spread, (mask,)),
    )


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """Return x with one value where the mask holds (torch.masked_fill).

    Args:
        input: any shape.
        mask: bools that broadcast with the input.
        value: a number, or a tensor without dims.

    Raises:
        RuntimeError: for a mask that is not of bools, or does not fit.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([1.0, 2.0, 3.0])
    >>> x.masked_fill(x > 1, -torch.inf)
    tensor([1., -inf, -inf])
    """
    check_tensor("masked_fill", input)
    value = one_value("masked_fill", input, value)
    x, places = _with_mask("masked_fill", input, mask)
    return _fill(x, value, index=(places,), overload=int(hasattr(value, "shape")))


def masked_select(input: Any, mask: Any) -> Any:
    """Return the elements where the mask holds, in one row (torch.masked_select).

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([1.0, 2.0, 3.0])
    >>> torch.masked_select(x, x > 1)
    tensor([2., 3.])
    """
    x, places = _with_mask("masked_select", input, mask)
    return _select(x, index=(places,))


def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """Return x with the numbers of `source`, in order, where the mask holds (torch.masked_scatter).

    Raises:
        RuntimeError: if there are fewer numbers than places, or of another dtype.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(3).masked_scatter(torch.tensor([True, False, True]), torch.tensor([5.0, 6.0]))
    tensor([5., 0., 6.])
    """
    check_tensor("masked_scatter", source, "source")
    x, places = _with_mask("masked_scatter", input, mask)
    check_same_dtype("masked_scatter", input, source, "source")
    count, given = int(places.sum()), math.prod(source.shape)
    if given < count:
        raise RuntimeError(
            f"masked_scatter(): Number of elements of source < number of ones in mask: {given} < "
            f"{count}"
        )
    return _scatter(x, reshape(source, (given,))[along(0, slice(0, count))], index=(places,))
