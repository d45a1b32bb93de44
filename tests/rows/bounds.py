"""Rows of the operation tests: the chapter ops/bounds.py."""

from rows.blends import FEW, ODD_THREE, THREE
from rows.kinds import SPECIAL, Row, binary, grid, unary

FINITE = [x for x in SPECIAL if abs(x) < 1e300]
"""Where torch's derivative of nan_to_num is that of here, for an infinite gradient too."""

ROWS = (
    binary("fmax"),
    binary("fmin"),
    binary("clamp_min", "a.clamp_min(0.5)", "torch.clamp_min(a, min=-1)", "a.clamp(min=b)"),
    binary("clamp_max", "a.clamp_max(0.5)", "torch.clamp_max(a, max=b)", "a.clip(max=b)"),
    Row(  # torch has second derivatives only where the bounds do not stretch each other
        "between", ("torch.clamp(a, b, c)", "a.clamp(min=b, max=c)", "a.clip(c, max=b)"),
        shapes=THREE[:3], odd_shapes=ODD_THREE, data=[grid(FEW, 3)], domains=((-2.0, 2.0),),
        odd_calls=("a.clamp(b, 1)", "a.clamp('x', b)"),
    ),
    unary("nan_to_num", "torch.nan_to_num(a)", "a.nan_to_num(1, posinf=7.0)",
          "torch.nan_to_num(a, nan=2.0, neginf=-3.0)", odd_calls=("a.nan_to_num('x')",),
          data=[grid(FINITE, 1)], scalars=({}, {"nan": 1.0, "posinf": 7.0, "neginf": -3.0})),
)  # fmt: skip
