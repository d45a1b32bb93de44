"""Gauss's elimination, written out for arrays of `Value`s: what LAPACK does for numbers.

The graph that it leaves has a node for each multiplication of the method.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.ops.powers import log, sqrt
from tinygrad_edu.ops.selection import absolute


class LinAlgError(RuntimeError):
    """A matrix does not allow what was asked for (torch.linalg.LinAlgError)."""


def _for_each(function: Callable[..., Any], ndim: int) -> Callable[..., Any]:
    """Apply a function of matrices to each of a batch; its results have `ndim` dims."""

    def batched(*arrays: Any) -> Any:
        batch = np.broadcast_shapes(*(x.shape[:-2] for x in arrays))
        wide = [np.broadcast_to(x, batch + x.shape[-2:]) for x in arrays]
        results = [function(*(x[index] for x in wide)) for index in np.ndindex(batch)]
        if not batch:
            return results[0]
        flat = np.empty(len(results), object)
        flat[:] = results
        if ndim == 0:
            return flat.reshape(batch)
        return np.stack(list(flat)).reshape(batch + results[0].shape)

    return batched


def _pivot(a: Any, i: int) -> int:
    """Return the row from i on with the largest number in column i."""
    return i + int(np.argmax([abs(float(x)) for x in a[i:, i]]))


def _solve(a: Any, b: Any) -> Any:
    a, b = a.copy(), b.copy()
    n = len(a)
    for i in range(n):
        row = _pivot(a, i)
        for x in (a, b):
            x[[i, row]] = x[[row, i]]
        if float(a[i, i]) == 0:
            raise LinAlgError(f"the matrix is singular: pivot {i + 1} of the elimination is 0")
        for k in range(n):
            if k != i:
                factor = a[k, i] / a[i, i]
                a[k, i:] = a[k, i:] - factor * a[i, i:]
                b[k] = b[k] - factor * b[i]
    return b / a.diagonal()[:, None]


def _triangle(a: Any) -> tuple[Any, int]:
    """Eliminate below the diagonal; return that, and the sign of the exchange of rows."""
    a, sign, n = a.copy(), 1, len(a)
    for i in range(n):
        row = _pivot(a, i)
        if row != i:
            a[[i, row]], sign = a[[row, i]], -sign
        if float(a[i, i]) == 0:
            break
        for k in range(i + 1, n):
            a[k, i:] = a[k, i:] - a[k, i] / a[i, i] * a[i, i:]
    return a.diagonal(), sign


def _det(a: Any) -> Any:
    pivots, sign = _triangle(a)
    result = sign * 1.0
    for pivot in pivots:
        result = result * pivot
    return result


def _log_abs_det(a: Any) -> Any:
    return sum((log(absolute(pivot)) for pivot in _triangle(a)[0]), 0.0)


def _sign_of_det(a: Any) -> float:
    pivots, sign = _triangle(a)
    return float(sign * np.prod([np.sign(float(pivot)) for pivot in pivots]))


def _cholesky(a: Any) -> Any:
    n = len(a)
    result = np.zeros((n, n), object)
    for i in range(n):
        for k in range(i + 1):
            rest = a[i, k] - sum((result[i, j] * result[k, j] for j in range(k)), 0.0)
            result[i, k] = sqrt(rest) if i == k else rest / result[k, k]
    return result


solve = _for_each(_solve, 2)
inverse = _for_each(lambda a: _solve(a, np.eye(len(a)).astype(object)), 2)
det = _for_each(_det, 0)
log_abs_det = _for_each(_log_abs_det, 0)
sign_of_det = _for_each(_sign_of_det, 0)
cholesky = _for_each(_cholesky, 2)
