"""Rows of the operation tests: the chapter ops/tails.py."""

from rows.kinds import unary

ROWS = (
    unary("erfc", "torch.erfc(a)", "a.erfc()", "torch.special.erfc(a)", scalars=None),
    unary("erfinv", "torch.special.erfinv(a)", domains=((-0.9, 0.9),), scalars=None,
          taken_apart=False),
)  # fmt: skip
