"""Rows of the operation tests: the chapter ops/gamma.py."""

from rows.kinds import POSITIVE, Row, unary

ROWS = (
    unary("lgamma", domains=((0.2, 4.0),), scalars=None, taken_apart=False),
    unary("lgamma", domains=((-2.9, -2.1),), scalars=None, taken_apart=False),
    unary("digamma", domains=(POSITIVE,), scalars=None, taken_apart=False),
    unary("digamma", domains=((-1.8, -1.2),), scalars=None, taken_apart=False),
    *(
        Row(
            "polygamma",
            ((f"op(a, n={n})", f"torch.polygamma({n}, a)"),),
            domains=(domain,),
            taken_apart=False,
        )
        for n in (1, 2, 3)
        for domain in (POSITIVE, (-1.8, -1.2))
    ),
)
