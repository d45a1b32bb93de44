"""Rows of the operation tests: the chapter ops/signs.py."""

from rows.kinds import ODD_TWO, POSITIVE, SPECIAL, TWO, Row, binary, grid

ROWS = (
    binary("copysign", "a.copysign(-2.0)", domains=((-2.0, 2.0), POSITIVE)),
    Row(
        "nextafter",
        (),
        odd_calls=("torch.nextafter(a, b)", "a.nextafter(b.double())", "torch.nextafter(a, 0.5)",
                   "torch.nextafter(a, b.long())", "torch.nextafter(a.detach(), b.detach()) * a"),
        shapes=TWO, odd_shapes=ODD_TWO, data=[grid(SPECIAL, 2)],
    ),
    Row(
        "heaviside",
        (),
        odd_calls=("torch.heaviside(a, b)", "a.heaviside(b)", "torch.heaviside(a, 0.5)",
                   "torch.heaviside(a, b.long())", "torch.heaviside(a.detach(), b.detach()) * a"),
        shapes=TWO, odd_shapes=ODD_TWO, data=[grid(SPECIAL, 2)],
    ),
)  # fmt: skip
