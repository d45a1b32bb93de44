"""Rows of the operation tests: the chapter ops/hyperbolic.py."""

from rows.kinds import unary

ROWS = (
    unary("sinh"),
    unary("cosh"),
    unary("asinh", "torch.asinh(a)", "a.arcsinh()"),
    unary("acosh", "torch.arccosh(a)", "a.acosh()", domains=((1.1, 4.0),)),
    unary("atanh", "torch.atanh(a)", "a.arctanh()", domains=((-0.9, 0.9),)),
)
