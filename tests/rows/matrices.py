"""Rows of the operation tests: the chapter ops/matrices.py."""

from rows.kinds import Row, Shapes

SQUARE: tuple[Shapes, ...] = (((2, 2),), ((3, 3),), ((2, 2, 2),), ((1, 1),))
WRONG: tuple[Shapes, ...] = (((),), ((3,),), ((2, 3),), ((0, 0),), ((0, 2, 2),))
FULL = "(a + 3 * torch.eye(a.shape[-1], dtype=a.dtype))"
POSITIVE = "(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype))"

ROWS = (
    Row(
        "inverse", ("torch.linalg.inv(a)", "torch.inverse(a)", "a.inverse()"), shapes=SQUARE,
        odd_calls=("torch.linalg.inv(0.0 * a)", "torch.inverse(a.int())", "torch.inverse(1.0)"),
        odd_shapes=WRONG,
    ),
    Row(
        "solve_matrices",
        ("torch.linalg.solve(a, b)", ("op(a, b)", "torch.linalg.solve(a, b)")),
        shapes=(((2, 2), (2, 3)), ((3, 3), (3, 1)), ((2, 2, 2), (2, 2, 1)), ((2, 2), (3, 2, 1))),
        odd_calls=("torch.linalg.solve(0.0 * a, b)", "torch.linalg.solve(a, b.float())",
                   "torch.linalg.solve(a.int(), b.int())"),
        odd_shapes=(((2, 2), (3, 2)), ((2, 3), (2, 2)), ((0, 0), (0, 2)), ((2, 2), (2, 0))),
    ),
    Row(
        "solve_matrices", ("torch.linalg.solve(a, b, left=False)",),
        shapes=(((2, 2), (3, 2)), ((2, 2, 2), (1, 2, 2))),
        odd_shapes=(((2, 2), (2, 3)), ((2, 2), (3,)), ((2, 2), ())),
    ),
    Row(
        "solve_matrices", ("torch.linalg.solve(a, b)",),
        shapes=(((2, 2), (2,)), ((2, 2, 2), (2, 2)), ((2, 2, 2), (2,))),
        odd_shapes=(((2, 2), (3,)), ((2, 2), ()), ((3, 2, 2), (2, 2, 2))),
    ),
    Row(
        "det", (f"torch.linalg.det({FULL})", f"torch.det({FULL})", f"{FULL}.det()"), shapes=SQUARE,
        odd_calls=("torch.det(a.int())", "torch.det(0.0 * a.detach())"),
        odd_shapes=WRONG,
    ),
    Row("cofactors", ((f"op({FULL})",
                        f"torch.linalg.det({FULL})[..., None, None] * torch.inverse({FULL}).mT"),),
        shapes=SQUARE, taken_apart=False),
    Row(
        "slogdet", ("torch.linalg.slogdet(a)", "torch.slogdet(a)", "a.slogdet()"), shapes=SQUARE,
        odd_calls=("torch.slogdet(0.0 * a.detach())", "torch.slogdet(a.int())"), odd_shapes=WRONG,
    ),
    Row("sign_of_det", (("op(a)", "torch.slogdet(a).sign"),), shapes=SQUARE),
    Row("log_abs_det", (("op(a)", "torch.slogdet(a).logabsdet"),), shapes=SQUARE),
    Row(
        "logdet", (f"torch.logdet({POSITIVE})", f"{POSITIVE}.logdet()"), shapes=SQUARE,
        odd_calls=("torch.logdet(a.detach())", "torch.logdet(0.0 * a.detach())"), odd_shapes=WRONG,
    ),
    Row(
        "cholesky",
        (f"torch.linalg.cholesky({POSITIVE})", f"torch.linalg.cholesky({POSITIVE}, upper=True)",
         f"torch.cholesky({POSITIVE})", f"{POSITIVE}.cholesky(True)"),
        shapes=SQUARE, odd_calls=("torch.linalg.cholesky(-a @ a.mT)", "torch.linalg.cholesky(a)"),
        odd_shapes=WRONG,
    ),
    Row("cholesky_factor", ((f"op{POSITIVE}", f"torch.linalg.cholesky{POSITIVE}"),), shapes=SQUARE),
)  # fmt: skip
