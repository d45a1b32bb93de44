"""Eigenvalues, singular values, QR and the pseudo-inverse.

A decomposition has several results, and each is an operation of its own, whose rule asks for the
others again. The rules: M. B. Giles, "An extended collection of matrix derivative results" (2008),
section 3, for eigenvalues and singular values; J. Townsend, "Differentiating the singular value
decomposition" (2016), for matrices that are not square; S. F. Walter and L. Lehmann, "Algorithmic
differentiation of linear algebra functions" (2018) and D. Roberts and L. Roberts, "QR and LQ
decomposition matrix backpropagation algorithms" (2020) for QR; G. H. Golub and V. Pereyra, "The
differentiation of pseudo-inverses" (1973).

Vectors that belong to equal values are not unique, and have no gradient: it is inf or nan.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import narrow
from tinygrad_edu.ops.elimination import LinAlgError
from tinygrad_edu.ops.matrices import check_matrices, solve_matrices
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.repeating import tril
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import cat, unsqueeze


def _any_shape(name: str, square: bool = False) -> Any:
    def prepare(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        check_matrices(name, inputs[0], square)
        return inputs, parameters

    return prepare


def _columns(s: Any) -> Any:
    """Lay a vector out as a row, to scale the columns of a matrix by it."""
    return unsqueeze(s, -2)


def _rows(s: Any) -> Any:
    """Lay a vector out as a column, to scale the rows of a matrix by it."""
    return unsqueeze(s, -1)


def _gaps(s: Any) -> Any:
    """Return sⱼ − sᵢ, and 1 on the diagonal."""
    return where(np.eye(s.shape[-1], dtype=bool), 1.0, _columns(s) - _rows(s))


# --- symmetric matrices --------------------------------------------------------------------------


def _eigh(input: Any, uplo: Any) -> Any:
    try:
        return np.linalg.eigh(input, uplo)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.eigh: The algorithm failed to converge: are all numbers finite?"
        ) from None


eigenvalues: Operation = Operation(
    "eigenvalues",
    "λ",
    definition="λ with A v = λ v, of a symmetric matrix",
    derivatives=("V diag(g) Vᵀ, V the eigenvectors",),
    on_arrays=lambda input, uplo="L": _eigh(input, uplo)[0],
    rules=(lambda g, _y, a, uplo: _symmetric(eigenvectors(a, uplo), g),),
    prepare=_any_shape("linalg.eigh", square=True),
    dtypes="floating",
    grad_fn_name="LinalgEighBackward0",
    is_method=False,
)

eigenvectors: Operation = Operation(
    "eigenvectors",
    "V",
    definition="the vectors v with A v = λ v, of a symmetric matrix",
    derivatives=("V ((Vᵀ g − gᵀ V) / 2 / (λⱼ − λᵢ)) Vᵀ",),
    on_arrays=lambda input, uplo="L": _eigh(input, uplo)[1],
    rules=(lambda g, y, a, uplo: _from_eigenvectors(g, y, eigenvalues(a, uplo)),),
    prepare=_any_shape("linalg.eigh", square=True),
    dtypes="floating",
    grad_fn_name="LinalgEighBackward0",
    is_method=False,
)


def _symmetric(v: Any, g: Any) -> Any:
    return (v * _columns(g)) @ v.mT


def _from_eigenvectors(g: Any, v: Any, values: Any) -> Any:
    inner = v.mT @ g
    turned = (inner - inner.mT) / 2  # of what a symmetric change of A can do
    return v @ (turned / _gaps(values)) @ v.mT


# --- singular values -----------------------------------------------------------------------------


def _svd(input: Any, full: bool) -> Any:
    try:
        return np.linalg.svd(input, full_matrices=full)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.svd: The algorithm failed to converge: are all numbers finite?"
        ) from None


def _singular_values(input: Any) -> Any:
    return _svd(input, False)[1]


singular_values: Operation = Operation(
    "singular_values",
    "σ",
    definition="the lengths of the axes of the ellipsoid that A makes of a ball",
    derivatives=("U diag(g) Vᵀ",),
    on_arrays=_singular_values,
    rules=(
        lambda g, _y, a: (left_vectors(a, full=False) * _columns(g)) @ right_vectors(a, full=False),
    ),
    prepare=_any_shape("linalg.svd"),
    dtypes="floating",
    grad_fn_name="LinalgSvdBackward0",
    is_method=False,
)

left_vectors: Operation = Operation(
    "left_vectors",
    "U",
    definition="U of A = U diag(σ) Vᵀ",
    derivatives=("U ((Uᵀ g − gᵀ U) / (σⱼ² − σᵢ²)) diag(σ) Vᵀ + (1 − U Uᵀ) g diag(σ)⁻¹ Vᵀ",),
    on_arrays=lambda input, full: _svd(input, full)[0],
    rules=(lambda g, y, a, full: _from_left(g, y, a),),
    prepare=_any_shape("linalg.svd"),
    dtypes="floating",
    grad_fn_name="LinalgSvdBackward0",
    is_method=False,
)

right_vectors: Operation = Operation(
    "right_vectors",
    "Vᵀ",
    definition="Vᵀ of A = U diag(σ) Vᵀ",
    derivatives=("U diag(σ) ((Vᵀ gᵀ − g V) / (σⱼ² − σᵢ²)) Vᵀ + U diag(σ)⁻¹ g (1 − V Vᵀ)",),
    on_arrays=lambda input, full: _svd(input, full)[2],
    rules=(lambda g, y, a, full: _from_left(g.mT, y.mT, a.mT, left_vectors(a, False)).mT,),
    prepare=_any_shape("linalg.svd"),
    dtypes="floating",
    grad_fn_name="LinalgSvdBackward0",
    is_method=False,
)


def _from_left(g: Any, u: Any, a: Any, v: Any = None) -> Any:
    """Pull a gradient of U back to A; that of V is the same for Aᵀ.

    Args:
        g: the gradient of U.
        u: U, of which the first columns are those of the reduced decomposition.
        a: A.
        v: the vectors on the other side; by default those that belong to U.
    """
    s = singular_values(a)
    k = s.shape[-1]
    g, u = narrow(g, -1, 0, k), narrow(u, -1, 0, k)
    vh = right_vectors(a, False) if v is None else v.mT
    inner = u.mT @ g
    result = u @ ((inner - inner.mT) / _gaps(s * s) * _columns(s))
    if a.shape[-2] > k:
        result = result + (g - u @ inner) / _columns(s)
    return result @ vh


# --- Q and R -------------------------------------------------------------------------------------


def _factor_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    check_matrices("linalg.qr", inputs[0], square=False)
    return inputs, parameters


def _mirrored(m: Any) -> Any:
    """Copy the lower triangle over the upper."""
    return tril(m) + tril(m, -1).mT


def _from_q_and_r(g: Any, q: Any, r: Any, m: Any) -> Any:
    """Return (g + Q · M with its lower triangle mirrored) R⁻ᵀ, for a square R."""
    return solve_matrices(r, (g + q @ _mirrored(m)).mT).mT


def _from_q(g: Any, q: Any, a: Any, mode: str) -> Any:
    rows, columns = a.shape[-2:]
    if mode == "complete" and rows > columns:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols: "
            f"the matrix is {rows} by {columns}; use mode='reduced'"
        )
    first = narrow(a, -1, 0, min(rows, columns))
    result = _from_q_and_r(g, q, q.mT @ first, -(g.mT @ q))
    if rows >= columns:
        return result
    return cat([result, 0 * narrow(a, -1, rows, columns - rows)], -1)


def _from_r(g: Any, r: Any, a: Any, mode: str) -> Any:
    if mode != "reduced" and (mode == "r" or a.shape[-2] > a.shape[-1]):
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q of mode='reduced': there is none for "
            f"mode={mode!r} here"
        )
    rows, columns = a.shape[-2:]
    q = orthonormal(a, "reduced")
    if rows >= columns:
        return _from_q_and_r(0.0, q, r, r @ g.mT)
    first, rest = narrow(g, -1, 0, rows), narrow(g, -1, rows, columns - rows)
    square = narrow(r, -1, 0, rows)
    of_q = narrow(a, -1, rows, columns - rows) @ rest.mT
    left = _from_q_and_r(of_q, q, square, square @ first.mT - of_q.mT @ q)
    return cat([left, q @ rest], -1)


orthonormal: Operation = Operation(
    "orthonormal",
    "Q",
    definition="Q of A = Q R, with columns of length 1 at right angles",
    derivatives=("(g + Q M) R⁻ᵀ, M the lower half of −gᵀ Q mirrored",),
    on_arrays=lambda input, mode="reduced": np.linalg.qr(input, mode)[0],
    rules=(lambda g, y, a, mode: _from_q(g, y, a, mode),),
    prepare=_factor_arguments,
    dtypes="floating",
    grad_fn_name="LinalgQrBackward0",
    is_method=False,
)

upper_triangle: Operation = Operation(
    "upper_triangle",
    "R",
    definition="R of A = Q R, with nothing below the diagonal",
    derivatives=("Q M R⁻ᵀ, M the lower half of R gᵀ mirrored",),
    on_arrays=lambda input, mode="reduced": np.linalg.qr(
        input, "complete" if mode == "complete" else "reduced"
    )[1],
    rules=(lambda g, y, a, mode: _from_r(g, y, a, mode),),
    prepare=_factor_arguments,
    dtypes="floating",
    grad_fn_name="LinalgQrBackward0",
    is_method=False,
)

# --- the pseudo-inverse --------------------------------------------------------------------------


def _pseudo_inverse(input: Any, atol: float, rtol: float) -> Any:
    u, s, vh = _svd(input, False)
    if not s.shape[-1]:
        return np.zeros((*input.shape[:-2], input.shape[-1], input.shape[-2]), input.dtype)
    least = np.maximum(atol, rtol * s[..., :1])
    reciprocal = np.where(s > least, 1 / np.where(s > least, s, 1), 0).astype(input.dtype)
    return np.swapaxes(vh, -2, -1) @ (reciprocal[..., :, None] * np.swapaxes(u, -2, -1))


def _pseudo_inverse_rule(g: Any, y: Any, a: Any) -> Any:
    product = g.mT @ y
    left = product @ y.mT - a @ (y @ product @ y.mT)
    right = y.mT @ (y @ g.mT)
    return left + right - (right @ y) @ a - y.mT @ g @ y.mT


pseudo_inverse: Operation = Operation(
    "pseudo_inverse",
    "A⁺",
    definition="the matrix that gives the shortest solution of least squares",
    derivatives=("(1 − A y) gᵀ y yᵀ + yᵀ y gᵀ (1 − y A) − yᵀ g yᵀ",),
    on_arrays=_pseudo_inverse,
    rules=(lambda g, y, a, atol, rtol: _pseudo_inverse_rule(g, y, a),),
    prepare=_any_shape("linalg.pinv"),
    dtypes="floating",
    grad_fn_name="LinalgPinvBackward0",
    is_method=False,
)
