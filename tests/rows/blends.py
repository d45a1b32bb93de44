"""Rows of the operation tests: the chapter ops/blends.py."""

from rows.kinds import POSITIVE, SPECIAL, Row, grid

THREE = (
    ((), (), ()),
    ((3,), (3,), (3,)),
    ((2, 3), (3,), ()),
    ((1,), (2, 1), (1, 3)),
    ((2, 1, 2), (3, 1), (2,)),
)
ODD_THREE = (((0,), (1,), (1,)), ((2, 3), (2,), (3,)), ((3,), (3,), (4,)))
FEW = (*SPECIAL[:4], 0.4, -1.0, 2.0)
"""Of three inputs there are many combinations; at 1e308 torch's fused multiply-add shows."""

ROWS = (
    Row(
        "lerp",
        ("torch.lerp(a, b, c)", "a.lerp(b, c)", "a.lerp(b, 0.25)",
         "torch.lerp(a, end=b, weight=3)"),
        shapes=THREE, odd_shapes=ODD_THREE, data=[grid(FEW, 3)], domains=((-2.0, 2.0),),
        odd_calls=("a.lerp(2.0, 0.5)", "a.lerp(b.float(), c.double())"),
    ),
    Row(
        "addcmul",
        ("torch.addcmul(a, b, c)", "a.addcmul(b, c, value=-0.5)"),
        shapes=THREE, odd_shapes=ODD_THREE, data=[grid(FEW, 3)],
        odd_calls=("a.addcmul(b, c, value='x')",),
    ),
    Row(
        "addcdiv",
        ("torch.addcdiv(a, b, c)", "a.addcdiv(b, c, value=-0.5)"),
        shapes=THREE, odd_shapes=ODD_THREE, data=[grid(FEW, 3)],
        domains=((-2.0, 2.0), (-2.0, 2.0), POSITIVE),
    ),
)  # fmt: skip
