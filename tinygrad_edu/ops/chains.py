"""Products of many matrices: in the best order, and powers of one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from tinygrad_edu.ops.checking import check_tensor, check_tensors, integer
from tinygrad_edu.ops.indexing import setitem
from tinygrad_edu.ops.linear_algebra import matmul
from tinygrad_edu.ops.matrices import check_matrices, inverse
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.shapes import clone


def _best_cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Find where to divide each run of matrices so that the fewest numbers are multiplied.

    Matrix i has shape (sizes[i], sizes[i + 1]). Cormen et al., Introduction to Algorithms, 15.2.
    """
    count = len(sizes) - 1
    cost: dict[tuple[int, int], float] = {(i, i): 0 for i in range(count)}
    cuts = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            costs = {
                k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            }
            cuts[i, j] = min(costs, key=lambda k: costs[k])
            cost[i, j] = costs[cuts[i, j]]
    return cuts


def _check_chain(tensors: Sequence[Any]) -> list[tuple[int, ...]]:
    """Refuse tensors that cannot be multiplied one after another; return their shapes."""
    check_tensors("multi_dot", tensors)
    shapes = [tuple(x.shape) for x in tensors]
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for i, shape in enumerate(shapes):
        ends = i in (0, len(shapes) - 1)
        if len(shape) != 2 and not (ends and len(shape) == 1):
            raise RuntimeError(
                f"multi_dot(): tensor {i} must be {'1D or ' if ends else ''}2D but got "
                f"{len(shape)}D"
            )
        if tensors[i].dtype != tensors[0].dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{tensors[0].dtype} and tensor {i} {tensors[i].dtype}"
            )
    for i, (a, b) in enumerate(pairwise(shapes)):
        if a[-1] != b[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(a)} and {list(b)} cannot "
                "be multiplied"
            )
    return shapes


def multiply_chain(tensors: Sequence[Any]) -> Any:
    """Multiply matrices in the order that takes the fewest multiplications (linalg.multi_dot).

    Args:
        tensors: at least two matrices; the first may be a vector that counts as a row, the last
            one that counts as a column.
    """
    shapes = _check_chain(tensors)
    sizes = [shape[0] if i or len(shape) == 2 else 1 for i, shape in enumerate(shapes)]
    sizes.append(shapes[-1][1] if len(shapes[-1]) == 2 else 1)
    cuts = _best_cuts(sizes)

    def product(i: int, j: int) -> Any:
        if i == j:
            return tensors[i]
        return matmul(product(i, cuts[i, j]), product(cuts[i, j] + 1, j))

    return product(0, len(tensors) - 1)


@composite("chain_matmul", "A B C …", is_method=False)
def chain_matmul(*matrices: Any) -> Any:
    """Multiply matrices in the best order: torch's old name of `linalg.multi_dot`."""
    check_tensors("chain_matmul", matrices)
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for x in matrices:
        if len(x.shape) != 2:
            raise RuntimeError(f"Tensor dimension is {len(x.shape)}, expected 2 instead.")
    return clone(matrices[0]) if len(matrices) == 1 else multiply_chain(matrices)


@composite("matrix_power", "A A … A")
def matrix_power(input: Any, n: int) -> Any:
    """Multiply a square matrix n times with itself; its inverse, if n is negative.

    Args:
        input: shape (…, m, m).
        n: any int; 0 gives the unit matrix.

    Raises:
        LinAlgError: if n is negative and the matrix singular.
    """
    check_tensor("matrix_power", input)
    n = integer("matrix_power", "n", n)
    check_matrices("linalg.matrix_power", input, floating=n < 0)
    if n == 0:
        unit = np.broadcast_to(np.eye(input.shape[-1]), tuple(input.shape))
        kind = getattr(input, "array", input).dtype
        return setitem(input, input._wrap(unit.astype(kind)), index=...)
    if n < 0:
        input, n = inverse(input), -n
        if n == 1:
            return input
    if n == 1:
        return clone(input)
    factors = []
    while n:  # x, x², x⁴, …: those whose bit is set in n
        if n & 1:
            factors.append(input)
        n >>= 1
        if n:
            input = matmul(input, input)
    return reduce(matmul, factors)
