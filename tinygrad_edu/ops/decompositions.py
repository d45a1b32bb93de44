"""The decompositions of `torch.linalg`, and what follows from them, under torch's names.

Each collects what the operations of `spectra.py` and `matrices.py` give.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.checking import check_tensor, number
from tinygrad_edu.ops.matrices import check_floats, check_matrices, inverse
from tinygrad_edu.ops.operation import composite
from tinygrad_edu.ops.reductions import sum
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.ops.shapes import reshape, transpose, unsqueeze
from tinygrad_edu.ops.spectra import (
    eigenvalues,
    eigenvectors,
    left_vectors,
    orthonormal,
    pseudo_inverse,
    right_vectors,
    singular_values,
    upper_triangle,
)

qr_result = named_result("qr", "Q", "R")
svd_result = named_result("svd", "U", "S", "V")
linalg_qr_result = named_result("linalg_qr", "Q", "R")
linalg_svd_result = named_result("linalg_svd", "U", "S", "Vh")
linalg_eigh_result = named_result("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_lstsq_result = named_result(
    "linalg_lstsq", "solution", "residuals", "rank", "singular_values"
)


def _array(x: Any) -> Any:
    return getattr(x, "array", x)


# --- QR and SVD ----------------------------------------------------------------------------------


def linalg_qr(a: Any, mode: str = "reduced") -> Any:
    """Factor A = Q R: columns of length 1 at right angles, and a triangle (torch.linalg.qr).

    Args:
        a: shape (…, m, n).
        mode: "reduced": Q has min(m, n) columns; "complete": m; "r": Q is empty.

    Returns:
        (Q, R), which have a gradient if mode is "reduced", or "complete" and m ≤ n.
    """
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), "
            "'r', or 'complete'"
        )
    r = upper_triangle(a, mode)
    q = a._wrap(np.zeros(0, _array(a).dtype)) if mode == "r" else orthonormal(a, mode)
    return linalg_qr_result(q, r)


@composite("qr", "Q and R with Q R = A")
def qr(input: Any, some: bool = True) -> Any:
    """Factor a matrix: torch's older name of `linalg.qr`, mode "reduced" if `some`."""
    return qr_result(*linalg_qr(input, "reduced" if some else "complete"))


def linalg_svd(a: Any, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """Factor A = U diag(S) Vh, with U and Vh at right angles (torch.linalg.svd).

    Args:
        a: shape (…, m, n).
        full_matrices: whether U is m × m and Vh n × n, rather than m × k and k × n with
            k = min(m, n).
        driver: for GPUs.

    Returns:
        (U, S, Vh). U and Vh are unique but for signs, and have a gradient, where no two singular
        values are equal.
    """
    if driver is not None:
        raise RuntimeError("torch.linalg.svd: keyword argument `driver=` is only supported on CUDA")
    full = bool(full_matrices)
    return linalg_svd_result(left_vectors(a, full), singular_values(a), right_vectors(a, full))


@composite("svd", "U, σ and V with U diag(σ) Vᵀ = A")
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """Factor a matrix: torch's older form of `linalg.svd`, which returns V, not its transpose."""
    if not compute_uv:
        check_matrices("linalg.svd", input, square=False)
        m, n = input.shape[-2:]
        zeros = [np.zeros((*input.shape[:-2], k, k), _array(input).dtype) for k in (m, n)]
        return svd_result(input._wrap(zeros[0]), singular_values(input), input._wrap(zeros[1]))
    u, s, vh = linalg_svd(input, not some)
    return svd_result(u, s, transpose(vh, -2, -1))


def svdvals(a: Any, *, driver: str | None = None) -> Any:
    """Return the singular values, the largest first (torch.linalg.svdvals)."""
    if driver is not None:
        raise RuntimeError("torch.linalg.svd: keyword argument `driver=` is only supported on CUDA")
    return singular_values(a)


# --- eigenvalues of symmetric matrices -----------------------------------------------------------


def _triangle(uplo: str) -> str:
    if uplo not in ("L", "U", "l", "u"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    return uplo.upper()


def eigh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803 - torch's spelling
    """Return the eigenvalues of symmetric matrices, and vectors to them (torch.linalg.eigh).

    Args:
        a: shape (…, n, n).
        UPLO: which triangle is read: "L", the lower, or "U".

    Returns:
        The values in ascending order, shape (…, n), and the vectors as columns. A vector is unique
        but for its sign, and has a gradient, where no other value equals its own.
    """
    uplo = _triangle(UPLO)
    return linalg_eigh_result(eigenvalues(a, uplo), eigenvectors(a, uplo))


def eigvalsh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803 - torch's spelling
    """Return the eigenvalues of symmetric matrices in ascending order (torch.linalg.eigvalsh)."""
    return eigenvalues(a, _triangle(UPLO))


# --- rank, pseudo-inverse, least squares ---------------------------------------------------------


def _tolerances(a: Any, atol: Any, rtol: Any) -> tuple[float, float]:
    """Fill in torch's defaults: max(m, n) · eps relative, unless an absolute one is given."""
    for name, given in (("atol", atol), ("rtol", rtol)):
        if hasattr(given, "shape"):
            raise NotImplementedError(f"{name} as a Tensor is not there; use {name}.item()")
        if given is not None and not isinstance(given, (int, float)):
            raise TypeError(f"{name} must be a number, not {type(given).__name__}")
    if rtol is None:
        rtol = 0.0 if atol else max(a.shape[-2:]) * float(np.finfo(_array(a).dtype).eps)
    return float(atol or 0.0), float(rtol)


def pinv(
    a: Any,
    rcond: float | None = None,
    hermitian: bool = False,
    *,
    atol: float | None = None,
    rtol: float | None = None,
) -> Any:
    """Return the pseudo-inverse A⁺ (torch.linalg.pinv): A⁺ b is the shortest least-squares answer.

    Args:
        a: shape (…, m, n).
        rcond: an older name of rtol.
        hermitian: whether A is symmetric; the result is the same.
        atol: singular values up to this count as 0.
        rtol: so do those up to this times the largest one.
    """
    check_matrices("linalg.pinv", a, square=bool(hermitian))
    absolute, relative = _tolerances(a, atol, rcond if rtol is None else rtol)
    return pseudo_inverse(a, absolute, relative)


@composite("pinverse", "the pseudo-inverse")
def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """Return the pseudo-inverse: torch's older name of `linalg.pinv`."""
    return pinv(input, number("pinverse", "rcond", rcond))


def matrix_rank(
    a: Any,
    tol: float | None = None,
    hermitian: bool = False,
    *,
    atol: float | None = None,
    rtol: float | None = None,
) -> Any:
    """Count the singular values that are not 0 (torch.linalg.matrix_rank); without a gradient.

    Args:
        a: shape (…, m, n).
        tol: an older name of atol.
        hermitian: whether A is symmetric; the result is the same.
        atol: singular values up to this count as 0.
        rtol: so do those up to this times the largest one.
    """
    check_matrices("torch.linalg.matrix_rank", a, square=bool(hermitian))
    absolute, relative = _tolerances(a, tol if atol is None else atol, rtol)
    s = singular_values(_array(a))
    if not s.shape[-1]:
        return a._wrap(np.zeros(s.shape[:-1], np.int64))
    least = np.maximum(absolute, relative * s[..., :1])
    return a._wrap(np.asarray((s > least).sum(-1), np.int64))


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def lstsq(a: Any, b: Any, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """Find the X for which A X comes closest to B (torch.linalg.lstsq).

    Args:
        a: A, shape (…, m, n).
        b: B, shape (…, m, k); or (m,), or (…, m) for a batch.
        rcond: singular values up to this times the largest one count as 0.
        driver: torch's name of LAPACK's method, which decides what else is returned.

    Returns:
        (solution, residuals, rank, singular_values); as in torch, those that the driver does not
        find are empty.
    """
    driver = "gelsy" if driver is None else driver
    vector, right = _right_side(a, b, driver)
    relative = _tolerances(a, None, rcond)[1]
    solution = pseudo_inverse(a, 0.0, relative) @ right
    rank = matrix_rank(a, rtol=relative)
    residuals = values = a._wrap(np.zeros(0, _array(a).dtype))
    if driver != "gelsy" and a.shape[-2] > a.shape[-1] == _array(rank).min(initial=a.shape[-1]):
        error = a @ solution - right
        residuals = sum(error * error, -2)
    if driver in ("gelsd", "gelss"):
        values = a._wrap(singular_values(_array(a)))
    if driver == "gels":
        rank = a._wrap(np.zeros(0, np.int64))
    if vector:
        solution = reshape(solution, tuple(solution.shape[:-1]))
    return linalg_lstsq_result(solution, residuals, rank, values)


def _right_side(a: Any, b: Any, driver: str) -> tuple[bool, Any]:
    """Check what lstsq is given; tell whether B is a vector, and return it as a matrix."""
    check_tensor("torch.linalg.lstsq", a)
    check_tensor("torch.linalg.lstsq", b, "other")
    if len(a.shape) < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    if driver not in _DRIVERS:
        raise RuntimeError(
            f"torch.linalg.lstsq: parameter `driver` should be one of ({', '.join(_DRIVERS)})"
        )
    check_floats("torch.linalg.lstsq", a, b)
    vector = len(b.shape) == 1 or tuple(b.shape) == tuple(a.shape[:-1])
    right = unsqueeze(b, -1) if vector else b
    if len(right.shape) < 2 or right.shape[-2] != a.shape[-2]:
        raise RuntimeError(
            "torch.linalg.lstsq: input.size(-2) should match other.size(-2), but the shapes are "
            f"{list(a.shape)} and {list(b.shape)}"
        )
    return vector, right


def inv(a: Any) -> Any:
    """Return the inverse of square matrices (torch.linalg.inv).

    Args:
        a: shape (…, n, n).

    Raises:
        LinAlgError: if a matrix is singular.
        RuntimeError: if it is not square, or not of a floating dtype.

    >>> import tinygrad_edu as torch
    >>> torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return inverse(a)
