"""Whole numbers: common divisors and multiples, and where a place in a row lies in a shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.mixing import shape_error
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.tensor import Tensor


def _of_two(name: str, function: Any, what: str) -> Callable[[Tensor, Tensor], Tensor]:
    def whole(input: Tensor, other: Tensor) -> Tensor:
        check_tensor(name, input)
        check_tensor(name, other, "other")
        kind = dtypes.common_dtype([input.array, other.array])
        try:
            a, b = np.broadcast_arrays(input.array, other.array)
        except ValueError as error:
            raise shape_error(name, [input.array, other.array], error) from None
        if kind.kind not in "iu":
            raise NotImplementedError(
                f"\"{name}_cpu\" not implemented for '{dtypes.title(kind)}': it is there for whole "
                "numbers"
            )
        return Tensor._wrap(function(a.astype(kind), b.astype(kind)))  # type: ignore[no-any-return]

    whole.__name__ = whole.__qualname__ = name
    whole.__doc__ = f"Find the {what} of each pair of whole numbers, which is not negative."
    return whole


gcd = _of_two("gcd", np.gcd, "greatest common divisor")
lcm = _of_two("lcm", np.lcm, "least common multiple")


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Turn places in a flattened tensor into an index for each of its dims (torch.unravel_index).

    Args:
        indices: whole numbers, of any shape.
        shape: that of the tensor before it was flattened; an int, or a sequence of ints.

    Raises:
        TypeError: for indices that are not whole numbers, or a shape that is none.
        ValueError: for a shape with negative sizes.

    >>> import tinygrad_edu as torch
    >>> torch.unravel_index(torch.tensor([4, 1]), (3, 2))
    (tensor([2, 0]), tensor([0, 1]))
    """
    check_tensor("unravel_index", indices, "indices")
    if indices.array.dtype.kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(
                f"expected 'shape' to be an int or a sequence of ints, but got {type(size)}"
            )
    if min(sizes, default=0) < 0:
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(sizes)}")
    found, rest = [], indices.array.astype(np.int64)
    for size in reversed(sizes):
        found.append(Tensor._wrap(rest % max(size, 1)))
        rest = rest // max(size, 1)
    return tuple(reversed(found))
