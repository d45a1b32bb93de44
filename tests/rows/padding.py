"""Rows of the operation tests: the chapter ops/padding.py."""

from rows.kinds import Row, functional

ROWS = (
    Row(
        "constant_pad_nd",
        functional("pad(a, (1, 2))", "pad(a, (0, 1), value=3.0)", "pad(a, [-1, 0], 'constant', 2)"),
        shapes=(((3,),), ((2, 3),), ((2, 1, 2),)),
        odd_calls=functional("pad(a, (1,))", "pad(a, (-3, 0))", "pad(a, (1.5, 0))", "pad(a, ())",
                             "pad(a, (1, 0, -1, 2))", "pad(a, (-2, -1))", "pad(a, (1, 1), 'none')"),
        odd_shapes=(((),), ((0,),), ((2, 0),)),
    ),
)  # fmt: skip
