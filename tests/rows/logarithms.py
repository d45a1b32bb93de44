"""Rows of the operation tests: the chapter ops/logarithms.py."""

from rows.kinds import POSITIVE, binary, unary

BETWEEN = (0.15, 0.85)

ROWS = (
    unary("log2", domains=(POSITIVE,)),
    unary("log10", domains=(POSITIVE,)),
    unary("exp2"),
    binary("ldexp"),
    binary("logaddexp"),
    binary("logaddexp2"),
    unary("logit", "torch.logit(a)", "a.logit(0.125)", "torch.logit(a, eps=0.2)",
          "torch.special.logit(a, 0.0)", domains=(BETWEEN,), odd_calls=("a.logit('x')",),
          scalars=({}, {"eps": 0.125})),
    unary("entr", "torch.special.entr(a)", domains=(POSITIVE,)),
)  # fmt: skip
