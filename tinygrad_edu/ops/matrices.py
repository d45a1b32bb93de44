"""Inverses, solutions, determinants and Cholesky factors of square matrices, or batches of such.

The rules are those of M. B. Giles, "An extended collection of matrix derivative results for forward
and reverse mode automatic differentiation" (2008), section 2, and the factor's in the form of
I. Murray, "Differentiation of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.ops import elimination
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.elimination import LinAlgError
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.reductions import sum
from tinygrad_edu.ops.refusals import refuse
from tinygrad_edu.ops.repeating import tril
from tinygrad_edu.ops.results import named_result
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.shapes import reshape, transpose, unsqueeze

slogdet_result = named_result("slogdet", "sign", "logabsdet")


def check_floats(name: str, *tensors: Any) -> None:
    """Refuse tensors that are not of one floating dtype."""
    kinds = [getattr(x, "array", x).dtype for x in tensors]
    for x, kind in zip(tensors, kinds, strict=True):
        if kind.kind in "biu":
            raise RuntimeError(
                f"{name}: Expected a floating point or complex tensor as input. Got {x.dtype}"
            )
    if len(set(kinds)) > 1:
        raise RuntimeError(
            f"{name}: Expected A and B to have the same dtype, but found A of type "
            f"{tensors[0].dtype} and B of type {tensors[1].dtype} instead"
        )


def check_matrices(name: str, x: Any, square: bool = True, floating: bool = True) -> None:
    """Refuse what is no square or floating matrix, or batch of such."""
    check_tensor(name, x, "A")
    shape = list(x.shape)
    if len(shape) < 2:
        raise RuntimeError(
            f"{name}: The input tensor A must have at least 2 dimensions, but its shape is {shape}."
        )
    if square and shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {shape[-2]} by "
            f"{shape[-1]} matrices"
        )
    if floating:
        check_floats(name, x)


def _square(name: str) -> Any:
    def prepare(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        check_matrices(name, inputs[0])
        return inputs, parameters

    return prepare


# --- inverse and solution ------------------------------------------------------------------------


def _inverse(input: Any) -> Any:
    try:
        return np.linalg.inv(input)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.inv: the inversion could not be completed because the input matrix is "
            f"singular{_which(input)}: its columns are not independent"
        ) from None


def _which(matrices: Any) -> str:
    """Say which matrix of a batch is singular."""
    if matrices.ndim == 2:
        return ""
    singular = np.argwhere(np.linalg.matrix_rank(matrices) < matrices.shape[-1])
    return f" (batch element {singular[0].tolist()})" if len(singular) else ""


inverse: Operation = Operation(
    "inverse",
    "A⁻¹",
    definition="the matrix with which A gives the unit matrix",
    derivatives=("−yᵀ g yᵀ",),
    on_arrays=_inverse,
    on_values=elimination.inverse,
    rules=(lambda g, y, _a: -(y.mT @ g @ y.mT),),
    prepare=_square("linalg.inv"),
    dtypes="floating",
    grad_fn_name="LinalgInvExBackward0",
)


def _solve_arguments(inputs: Any, parameters: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    a, b = inputs
    check_matrices("linalg.solve", a)
    check_tensor("linalg.solve", b, "B")
    check_floats("linalg.solve", a, b)
    if len(b.shape) < 2 or a.shape[-1] != b.shape[-2]:
        raise RuntimeError(
            "linalg.solve: Incompatible shapes of A and B for the equation AX = B "
            f"({'x'.join(map(str, a.shape))} and {'x'.join(map(str, b.shape))}): they must have "
            "as many rows"
        )
    try:
        np.broadcast_shapes(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
    except ValueError:
        raise RuntimeError(
            f"linalg.solve: the batch sizes of shapes {list(a.shape)} and {list(b.shape)} do not "
            "broadcast: each pair must be equal or have a 1"
        ) from None
    return inputs, parameters


def _solve(input: Any, other: Any) -> Any:
    try:
        return np.linalg.solve(input, other)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.solve: The solver failed because the input matrix is singular"
            f"{_which(input)}: its columns are not independent"
        ) from None


solve_matrices: Operation = Operation(
    "solve_matrices",
    "A⁻¹ B",
    definition="X with A X = B",
    derivatives=("−A⁻ᵀ g yᵀ", "A⁻ᵀ g"),
    on_arrays=_solve,
    on_values=elimination.solve,
    rules=(
        lambda g, y, a, _b: -(solve_matrices(a.mT, g) @ y.mT),
        lambda g, _y, a, _b: solve_matrices(a.mT, g),
    ),
    prepare=_solve_arguments,
    dtypes="floating",
    grad_fn_name="LinalgSolveExBackward0",
    is_method=False,
)


def solve(a: Any, b: Any, *, left: bool = True) -> Any:
    """Solve A X = B, or X A = B (torch.linalg.solve).

    Args:
        a: A, shape (…, n, n).
        b: B, shape (…, n, k); or a vector for each matrix, shape (…, n).
        left: whether A stands on the left of X.

    Returns:
        X, in the shape of B (with the batch sizes of both broadcast).

    Raises:
        LinAlgError: if A is singular.
        RuntimeError: if shapes or dtypes do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.linalg.solve(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    check_matrices("linalg.solve", a)
    check_tensor("linalg.solve", b, "B")
    shape = tuple(b.shape)
    if len(shape) == 1 or shape == tuple(a.shape[:-1]):
        if not left:
            raise RuntimeError(
                "linalg.solve: Incompatible shapes of A and B for the equation XA = B: B of shape "
                f"{list(shape)} is a vector; make it a row with B.unsqueeze(-2)"
            )
        result = solve_matrices(a, unsqueeze(b, -1))
        return reshape(result, tuple(result.shape[:-1]))
    if left or not shape:
        return solve_matrices(a, b)
    return transpose(solve_matrices(transpose(a, -2, -1), transpose(b, -2, -1)), -2, -1)


# --- determinants --------------------------------------------------------------------------------


def _as_matrix(g: Any) -> Any:
    """Give one number for each matrix the dims to be multiplied with it."""
    return reshape(g, (*g.shape, 1, 1))


def _cofactors(input: Any) -> Any:
    """Return det(A) A⁻ᵀ, which a singular matrix has as well: by its singular values."""
    if not input.shape[-1]:
        return np.zeros_like(input)
    finite = np.isfinite(input).all((-2, -1), keepdims=True)  # other matrices have no svd
    u, s, vh = np.linalg.svd(np.where(finite, input, 0))
    others = np.stack([np.delete(s, i, -1).prod(-1) for i in range(s.shape[-1])], -1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    found = sign[..., None, None] * (u * others[..., None, :]) @ vh
    return np.where(finite, found, np.nan).astype(input.dtype)


def _cofactors_rule(g: Any, y: Any, a: Any) -> Any:
    inverted = inverse(a).mT
    return _as_matrix(sum(g * y, (-2, -1))) * inverted - y @ g.mT @ inverted


cofactors = Operation(
    "cofactors",
    "cof",
    definition="for each element the determinant of the others' rows and columns, with its sign",
    derivatives=("(Σ g · y) A⁻ᵀ − y gᵀ A⁻ᵀ",),
    on_arrays=_cofactors,
    rules=(lambda g, y, a: _cofactors_rule(g, y, a),),
    dtypes="floating",
    is_method=False,
)

det = Operation(
    "det",
    "det",
    definition="the factor by which A changes volumes",
    derivatives=("g · the cofactors of A, which are det A · A⁻ᵀ",),
    on_arrays=lambda input: np.linalg.det(input),
    on_values=elimination.det,
    rules=(lambda g, _y, a: _as_matrix(g) * cofactors(a),),
    prepare=_square("linalg.det"),
    dtypes="floating",
    grad_fn_name="LinalgDetBackward0",
)

sign_of_det = Operation(
    "sign_of_det",
    "sign det",
    definition="the sign of det A",
    derivatives=("0",),
    on_arrays=lambda input: np.linalg.slogdet(input)[0],
    on_values=elimination.sign_of_det,
    rules=(lambda g, _y, _a: where(False, g, 0.0),),
    prepare=_square("linalg.slogdet"),
    dtypes="floating",
    grad_fn_name="LinalgSlogdetBackward0",
    is_method=False,
)

log_abs_det = Operation(
    "log_abs_det",
    "ln |det|",
    definition="ln |det A|",
    derivatives=("g · A⁻ᵀ",),
    on_arrays=lambda input: np.linalg.slogdet(input)[1],
    on_values=elimination.log_abs_det,
    rules=(lambda g, _y, a: _as_matrix(g) * inverse(a).mT,),
    prepare=_square("linalg.slogdet"),
    dtypes="floating",
    grad_fn_name="LinalgSlogdetBackward0",
    is_method=False,
)


@composite("slogdet", "the sign of det A, and ln |det A|")
def slogdet(input: Any) -> Any:
    """Return the sign of the determinant and the logarithm of its size (torch.slogdet).

    The product of many numbers overflows long before its logarithm does.
    """
    return slogdet_result(sign_of_det(input), log_abs_det(input))


@composite("logdet", "ln det A, nan where det A < 0")
def logdet(input: Any) -> Any:
    """Return the logarithm of the determinant (torch.logdet); nan where it is negative."""
    sign, size = slogdet(input)
    return where(sign < 0, float("nan"), size)


# --- the Cholesky factor -------------------------------------------------------------------------


def _cholesky(input: Any) -> Any:
    try:
        return np.linalg.cholesky(input)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.cholesky: The factorization could not be completed because the input is not "
            "positive-definite: it must be symmetric with positive eigenvalues"
        ) from None


def _cholesky_rule(g: Any, y: Any) -> Any:
    product = y.mT @ g
    half = (tril(product, 0) + tril(product, -1)) / 2  # its lower half, and half of the diagonal
    middle = (half + half.mT) / 2
    return solve_matrices(y.mT, solve_matrices(y.mT, middle).mT)


cholesky_factor = Operation(
    "cholesky_factor",
    "L",
    definition="the lower triangle L with L Lᵀ = A",
    derivatives=("L⁻ᵀ S L⁻¹, S the symmetric part of the lower half of Lᵀ g",),
    on_arrays=_cholesky,
    on_values=elimination.cholesky,
    rules=(lambda g, y, _a: _cholesky_rule(g, y),),
    prepare=_square("linalg.cholesky"),
    dtypes="floating",
    grad_fn_name="LinalgCholeskyExBackward0",
    is_method=False,
)


@composite("cholesky", "the triangle L with L Lᵀ = A")
def cholesky(input: Any, upper: bool = False) -> Any:
    """Factor a symmetric matrix with positive eigenvalues (torch.cholesky).

    Args:
        input: shape (…, n, n); of each matrix only the lower triangle is read.
        upper: read the upper triangle, and return Lᵀ.

    Raises:
        LinAlgError: if an eigenvalue is not positive.
    """
    if hasattr(input, "array") and input.array.dtype.kind != "f":
        check_matrices("cholesky", input.double())  # what is wrong with its shape is told of first
        raise refuse("cholesky", input.array.dtype)
    if upper:
        return transpose(cholesky_factor(transpose(input, -2, -1)), -2, -1)
    return cholesky_factor(input)
