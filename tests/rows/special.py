"""Rows of the operation tests: the chapter ops/special.py."""

from rows.kinds import POSITIVE, binary, unary

ROWS = (
    unary("erf"),
    binary("xlogy", domains=((-2.0, 2.0), POSITIVE)),
)
