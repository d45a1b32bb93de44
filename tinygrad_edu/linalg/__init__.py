"""Linear algebra under the names of torch.linalg.

The operations and their derivatives are in `ops/matrices.py` and `ops/spectra.py`.
"""

from typing import TYPE_CHECKING, Any, NoReturn

from tinygrad_edu.linalg.norms import cond, matrix_norm, norm, vector_norm
from tinygrad_edu.missing import missing
from tinygrad_edu.ops.arranging import diagonal as _diagonal
from tinygrad_edu.ops.chains import matrix_power as _matrix_power
from tinygrad_edu.ops.chains import multiply_chain as multi_dot
from tinygrad_edu.ops.decompositions import (
    eigh,
    eigvalsh,
    inv,
    lstsq,
    matrix_rank,
    pinv,
    svdvals,
)
from tinygrad_edu.ops.decompositions import linalg_qr as qr
from tinygrad_edu.ops.decompositions import linalg_svd as svd
from tinygrad_edu.ops.elimination import LinAlgError
from tinygrad_edu.ops.linear_algebra import matmul as _matmul
from tinygrad_edu.ops.matrices import check_matrices, solve
from tinygrad_edu.ops.matrices import cholesky as _cholesky
from tinygrad_edu.ops.matrices import det as _det
from tinygrad_edu.ops.matrices import slogdet as _slogdet
from tinygrad_edu.ops.products import cross_along
from tinygrad_edu.ops.results import named_result

_slogdet_result = named_result("linalg_slogdet", "sign", "logabsdet")


def det(A: Any) -> Any:  # noqa: N803 - torch's spelling
    """Return the determinant of square matrices, shape (…, n, n) to (…) (torch.linalg.det)."""
    return _det(A)


def slogdet(A: Any) -> Any:  # noqa: N803 - torch's spelling
    """Return the sign of the determinant and ln |det A| (torch.linalg.slogdet)."""
    return _slogdet_result(*_slogdet(A))


def cholesky(A: Any, *, upper: bool = False) -> Any:  # noqa: N803 - torch's spelling
    """Return the triangle L with L Lᵀ = A, or Lᵀ (torch.linalg.cholesky)."""
    check_matrices("linalg.cholesky", A)
    return _cholesky(A, upper)


def matmul(input: Any, other: Any) -> Any:
    """Multiply matrices, as `@` does (torch.linalg.matmul)."""
    return _matmul(input, other)


def matrix_power(A: Any, n: int) -> Any:  # noqa: N803 - torch's spelling
    """Multiply a square matrix n times with itself (torch.linalg.matrix_power)."""
    return _matrix_power(A, n)


def cross(input: Any, other: Any, *, dim: int = -1) -> Any:
    """Multiply vectors of 3 along a dim: at right angles to both (torch.linalg.cross)."""
    return cross_along(input, other, dim)


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:  # noqa: N803
    """Return the diagonal of each matrix, a view (torch.linalg.diagonal)."""
    return _diagonal(A, offset, dim1, dim2)


if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.linalg", name)


__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "vector_norm",
]
