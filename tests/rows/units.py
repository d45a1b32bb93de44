"""Rows of the operation tests: the chapter ops/units.py."""

from rows.kinds import SPECIAL, Row, functional, grid, unary

# torch's own hardsigmoid has the slope 1/6 as float32, even of float64; and at nan its hardswish
# has a slope that is nan and does not change.
ROWS = (
    unary("celu", *functional("celu(a)", "celu(a, 2.0)", "celu(a, alpha=-0.5)"), "torch.celu(a)",
          odd_calls=("torch.celu(a, 0.0)",), scalars=({}, {"alpha": 2.0}, {"alpha": -0.5})),
    unary("hardsigmoid", *((f"{call}(a{more})", f"torch.nn.functional.relu6(a{more} + 3) / 6")
                           for call in functional("hardsigmoid") for more in ("", " * 3"))),
    unary("hardswish", *functional("hardswish(a)", "hardswish(a * 3)"),
          data=[grid(SPECIAL[1:], 1)]),
    unary("hardshrink", *functional("hardshrink(a)", "hardshrink(a, 1)"), "a.hardshrink(0.0)",
          "torch.hardshrink(a, lambd=-1.0)", scalars=({}, {"lambd": 1.5})),
    unary("softshrink", *functional("softshrink(a)", "softshrink(a, 1.0)"),
          odd_calls=functional("softshrink(a, -1.0)"), scalars=({}, {"lambd": 1.5})),
    unary("threshold", *functional("threshold(a, 0.25, 20.0)"), "torch.threshold(a, 0, -1)",
          scalars=({"threshold": 0.25, "value": -1.0},)),
    unary("mish", *functional("mish(a)")),
    unary("tanhshrink", *functional("tanhshrink(a)"), scalars=None),
    Row(
        "glu", functional("glu(a)", "glu(a, 0)", "glu(a, dim=-2)"),
        shapes=(((2, 4),), ((4, 2),), ((2, 2, 2),)),
        odd_calls=functional("glu(a, 5)"), odd_shapes=(((),), ((2,),), ((3, 2),), ((2, 0),)),
    ),
)  # fmt: skip
