"""Rows of the operation tests: the chapter ops/rounding.py."""

from rows.kinds import ODD_TWO, POSITIVE, SPECIAL, TWO, Row, binary, grid, inf, unary

HALVES = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 4503599627370497.0, -2.675, 1.005, 125.0]
"""Where rounding to even, and to so many digits, has something to say."""

MODERATE = [x for x in SPECIAL if x == 0 or not (abs(x) < 1e-300 or 1e300 < abs(x) < inf)]
"""Where torch's vectorised fmod is right: where the quotient overflows it is nan, unlike in C."""

ROWS = (
    unary("floor"),
    unary("ceil"),
    unary("trunc", "torch.trunc(a)", "a.fix()"),
    unary("round", data=[grid([*HALVES, *map(float, ("nan", "inf", "-inf", "-0.0"))], 1)]),
    Row(
        "round_decimals",
        ("a.round(decimals=2)", "torch.round(a, decimals=1)", "torch.round(a, decimals=-2)"),
        odd_calls=("a.round(decimals=1.5)", "torch.round(a, 2)", "torch.round(a, decimals=400)"),
        data=[grid(HALVES, 1)],
    ),
    unary("frac"),
    binary("fmod", domains=((-2.0, 2.0), POSITIVE), data=[grid(MODERATE, 2)]),
    binary("remainder", "a % b", domains=((-2.0, 2.0), POSITIVE), data=[grid(MODERATE, 2)]),
    Row(
        "div_trunc",
        ("torch.div(a, b, rounding_mode='trunc')", "a.divide(b, rounding_mode='trunc')"),
        shapes=TWO, domains=((-2.0, 2.0), POSITIVE), data=[grid(SPECIAL, 2)], scalars=({},),
        odd_calls=("torch.div(a, b, rounding_mode='round')", "torch.div(a, b, rounding_mode=1)"),
        odd_shapes=ODD_TWO,
    ),
    Row(
        "div_floor",
        ("a.div(b, rounding_mode='floor')", "torch.divide(a, b, rounding_mode='floor')"),
        shapes=TWO, domains=((-2.0, 2.0), POSITIVE), data=[grid(SPECIAL, 2)], scalars=({},),
        odd_shapes=ODD_TWO,
    ),
    Row(
        "floor_divide",
        (),
        odd_calls=("a // b", "torch.floor_divide(a, b)", "a.floor_divide(b)", "a // 0.3",
                   "2 // b", "(a.detach() // b.detach()) * a"),
        shapes=TWO, domains=((-2.0, 2.0), POSITIVE), data=[grid(SPECIAL, 2)], odd_shapes=ODD_TWO,
    ),
)  # fmt: skip
