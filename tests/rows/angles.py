"""Rows of the operation tests: the chapter ops/angles.py."""

from rows.kinds import POSITIVE, SPECIAL, binary, grid, unary

NOT_NEAR_0 = [x for x in SPECIAL if not abs(x) < 1e-300]
"""Where the derivative of sinc is that of torch, for an infinite gradient too."""

NOT_TINY = [0.0, -0.0, *NOT_NEAR_0]

ROWS = (
    unary("asin", "torch.asin(a)", "a.arcsin()", domains=((-0.9, 0.9),)),
    unary("acos", "torch.arccos(a)", "a.acos()", domains=((-0.9, 0.9),)),
    unary("atan", "torch.atan(a)", "a.arctan()"),
    binary("atan2", "torch.arctan2(a, b)", domains=((-2.0, 2.0), POSITIVE)),
    binary("hypot", domains=((-2.0, 2.0), POSITIVE), data=[grid(NOT_TINY, 2)]),
    unary("deg2rad"),
    unary("rad2deg"),
    unary("sinc", data=[grid(NOT_NEAR_0, 1)]),
)
