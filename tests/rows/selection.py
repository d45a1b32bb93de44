"""Rows of the operation tests: the chapter ops/selection.py."""

from rows.kinds import ODD_TWO, SPECIAL, TWO, Row, binary, grid, unary

ROWS = (
    Row(
        "where",
        ("torch.where(a.detach() > b.detach(), a, b)", "a.where(a.detach() * 2 > 1, b)",
         "torch.where(torch.tensor(True), a, b)"),
        shapes=TWO, odd_shapes=ODD_TWO, data=[grid(SPECIAL, 2)],
    ),
    Row("where", ("torch.where(a.detach() > 0.1, a, 0.0)", "torch.where(a.detach() > 0.1, 2.5, a)",
                  "a.where(a.detach() > 0.1, 1)"), data=[grid(SPECIAL, 1)]),
    unary("sign"),
    unary("abs", "torch.abs(a)", "a.abs()", "abs(a)", "torch.absolute(a)"),
    binary("maximum"),
    binary("minimum"),
    unary(
        "clamp",
        "a.clamp(-1, 1)", "a.clamp(min=0.5)", "a.clamp(max=0.5)", "torch.clamp(a, 0.5, 0.5)",
        "torch.clip(a, 1, -1)", "a.clip(-inf, inf)", "a.clamp(min=None, max=0)",
        odd_calls=("a.clamp()", "a.clamp(None, None)", "a.clamp(min=nan)", "a.clamp(nan, 1)",
                   "a.clamp(max=nan)"),
        scalars=({"min": -1.0, "max": 1.0}, {"min": 0.5}, {"max": 0}, {"min": 1, "max": -1}),
    ),
)  # fmt: skip
