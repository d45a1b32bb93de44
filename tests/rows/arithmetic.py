"""Rows of the operation tests: the chapter ops/arithmetic.py."""

from rows.kinds import POSITIVE, SPECIAL, Row, binary, grid, unary

ROWS = (
    binary("add", "a + b"),
    binary("sub", "a - b"),
    binary("mul", "a * b"),
    binary("div", "a / b", domains=((-2.0, 2.0), POSITIVE)),
    unary("neg", "torch.neg(a)", "-a"),
    # with a Python number on either side
    *(
        Row(op, calls, odd_calls=odd, data=[grid(SPECIAL, 1)], scalars=({},))
        for op, calls, odd in (
            ("add", ("a + 2", "2.5 + a", "torch.add(a, 2)", "torch.add(a, a, alpha=3)"), ()),
            ("sub", ("a - 2", "2.5 - a", "torch.sub(a, a * a, alpha=0.5)"), ("a - inf",)),
            ("mul", ("a * 2", "2.5 * a", "a * 0", "a * a"), ("a * inf", "a * nan")),
            ("div", ("a / 2", "a / -0.5"), ("a / 0", "a / inf")),
        )
    ),
    Row("div", ("2.5 / a", "1 / a"), domains=(POSITIVE,), data=[grid(SPECIAL, 1)],
        scalars=({},)),
)  # fmt: skip
