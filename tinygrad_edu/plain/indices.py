"""The indices of the triangles of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.device import check_device
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.tensor import Tensor


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = "cpu"
) -> Tensor:
    """Return the indices of a matrix on and below a diagonal, row by row (torch.tril_indices).

    Args:
        row: how many rows the matrix has.
        col: how many columns.
        offset: how far the diagonal is above the main one; below if negative.
        dtype: int64 by default, or int32.
        device: the CPU.

    Returns:
        Shape (2, n): the rows and the columns.

    Raises:
        NotImplementedError: for another dtype.
        RuntimeError: for a negative size.

    >>> tril_indices(2, 3)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _indices("tril_indices", np.tril, row, col, offset, dtype, device)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = "cpu"
) -> Tensor:
    """Return the indices of a matrix on and above a diagonal, row by row (torch.triu_indices).

    The arguments are those of `tril_indices`.
    """
    return _indices("triu_indices", np.triu, row, col, offset, dtype, device)


def _indices(
    name: str, triangle: Any, row: Any, col: Any, offset: Any, dtype: Any, device: Any
) -> Tensor:
    rows, columns = integer(name, "row", row), integer(name, "col", col)
    offset = integer(name, "offset", offset)
    kind = dtypes.to_numpy(dtypes.int64 if dtype is None else dtype)
    check_device(device)
    for size, which in ((rows, "row"), (columns, "col")):
        if size < 0:
            raise RuntimeError(f"{which} must be non-negative, got {size}")
    if kind not in (np.int64, np.int32):
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{dtypes.title(kind)}': indices are int64 or int32"
        )
    found = np.nonzero(triangle(np.ones((rows, columns), bool), offset))
    result: Tensor = Tensor._wrap(np.array(found, kind))
    return result
