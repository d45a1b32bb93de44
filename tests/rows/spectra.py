"""Rows of the operation tests: the chapters ops/spectra.py and ops/decompositions.py.

Vectors are unique but for their sign, so that what is compared does not depend on it. Errors and
other uses are in tests/parity/test_linalg_parity.py.
"""

from typing import Any

from rows.kinds import Call, Row, Shapes

SQUARE: tuple[Shapes, ...] = (((2, 2),), ((3, 3),), ((2, 2, 2),), ((1, 1),))
ANY: tuple[Shapes, ...] = (((2, 2),), ((2, 3),), ((3, 2),), ((2, 2, 3),))
A = "(a + torch.eye(*a.shape[-2:], dtype=a.dtype) * torch.arange(3, 3 + a.shape[-1]))"
"""A matrix of full rank, however a is laid out, with singular values that differ."""
S = "(a + a.mT + torch.diag(torch.arange(a.shape[-1], dtype=a.dtype)))"
"""A symmetric matrix with eigenvalues that differ."""


def row(op: str, *calls: Call, shapes: tuple[Shapes, ...] = ANY) -> Row:
    """Make the row of an operation that LAPACK computes."""
    more: dict[str, Any] = {"shapes": shapes, "odd_shapes": (), "taken_apart": False}
    return Row(op, calls, **more)


ROWS = (
    row("eigenvalues", f"torch.linalg.eigvalsh({S})", f"torch.linalg.eigh({S}).eigenvalues",
        (f"op({S}, 'U')", f"torch.linalg.eigvalsh({S}, UPLO='U')"), shapes=SQUARE),
    row("eigenvectors", f"torch.linalg.eigh({S}).eigenvectors ** 2",
        (f"op({S}) ** 2", f"torch.linalg.eigh({S})[1] ** 2"), shapes=SQUARE),
    row("singular_values", f"torch.linalg.svdvals({A})", f"torch.linalg.svd({A}, False).S",
        f"torch.svd({A}, compute_uv=False)[1]", (f"op({A})", f"torch.linalg.svd({A}).S")),
    row("left_vectors", f"torch.linalg.svd({A}, full_matrices=False).U ** 2",
        (f"op({A}, full=False) ** 2", f"torch.linalg.svd({A}, False)[0] ** 2")),
    row("right_vectors", f"torch.linalg.svd({A}, full_matrices=False).Vh ** 2",
        (f"op({A}, full=False) ** 2", f"torch.linalg.svd({A}, False)[2] ** 2")),
    row("svd", f"torch.svd({A}).U @ torch.svd({A}).V.mT", f"{A}.svd()[1]", f"{A}.svd().V ** 2"),
    row("qr", f"torch.qr({A})", f"{A}.qr()"),
    row("orthonormal", f"torch.linalg.qr({A}).Q", (f"op({A})", f"torch.linalg.qr({A})[0]")),
    row("upper_triangle", f"torch.linalg.qr({A}).R", (f"op({A})", f"torch.linalg.qr({A})[1]")),
    row("pseudo_inverse", f"torch.linalg.pinv({A})",
        (f"op({A}, 0.0, 1e-15)", f"torch.linalg.pinv({A})")),
    row("pinverse", f"torch.pinverse({A})", f"{A}.pinverse()"),
)  # fmt: skip
