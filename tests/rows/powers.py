"""Rows of the operation tests: the chapter ops/powers.py."""

from rows.kinds import POSITIVE, SPECIAL, Row, binary, grid, unary

ROWS = (
    unary("exp"),
    unary("log", domains=(POSITIVE,)),
    unary("log1p", domains=((-0.8, 3.0),)),
    unary("expm1"),
    unary("sqrt", domains=(POSITIVE,)),
    unary("rsqrt", domains=(POSITIVE,)),
    unary("reciprocal", domains=(POSITIVE,)),
    unary("square"),
    binary("pow", "a ** b", domains=(POSITIVE, (-2.0, 2.0))),
    Row(
        "pow",
        ("a ** 2", "a ** 3", "a ** 1", "a ** 0", "a ** 2.0", "a ** -1", "a ** -2", "a ** 2.5",
         "torch.pow(a, 3)"),
        odd_calls=("a ** inf", "a ** -inf"),
        domains=(POSITIVE,), data=[grid(SPECIAL, 1)], scalars=({},),
    ),
    # Of −inf and −0 these are C's powers; torch's are square roots, with other signs.
    Row("pow", ("a ** 0.5", "a ** -0.5", "a ** 1.5"), domains=(POSITIVE,), scalars=({},),
        data=[grid([x for x in SPECIAL if x >= 0 and str(x) != "-0.0"], 1)]),
    Row(
        "pow",
        ("2 ** a", "0.5 ** a", "1 ** a", "2.0 ** a"),
        domains=(POSITIVE,), data=[grid(SPECIAL, 1)], scalars=({},),
        odd_calls=("0 ** a", "(-2) ** a", "inf ** a", "(-1.0) ** a"),
    ),
    Row("pow", ("a ** 2", "a ** 3", "a ** 0", "a ** -1"), domains=((-3.0, -0.3),), scalars=({},)),
)  # fmt: skip
