"""Rows of the operation tests: the chapter ops/masking.py."""

from rows.kinds import Row

MASK = "torch.tensor([True, False, True])"
ROWS = (
    Row(
        "masked_fill",
        ("torch.masked_fill(a, a.detach() > 0.1, 2.5)", f"a.masked_fill({MASK}, -9)",
         f"a.masked_fill(mask={MASK}, value=torch.tensor(1, dtype=torch.int64))",
         "a.masked_fill(torch.tensor(True), 0)", f"a.masked_fill({MASK}, a.sum())"),
        shapes=(((3,),), ((2, 3),), ((2, 2, 3),), ((2, 1),)),
        odd_calls=("a.masked_fill(torch.tensor([1, 0, 1]), 0)", f"a.masked_fill({MASK}, a[0])",
                   f"a.masked_fill({MASK}, 'x')", "a.masked_fill([True, False, True], 0)",
                   f"a.masked_fill({MASK})"),
        odd_shapes=(((),), ((2,),), ((0,),), ((0, 3),), ((2, 2),)),
    ),
    Row(
        "masked_select",
        ("torch.masked_select(a, a.detach() > 0.1)", f"a.masked_select({MASK})",
         "a.masked_select(mask=torch.tensor(True))",
         f"a.masked_select(torch.stack([{MASK}, ~{MASK}]))"),
        shapes=(((3,),), ((2, 3),), ((2, 1),)),
        odd_calls=("a.masked_select(torch.tensor([1, 0, 1]))", "a.masked_select([True])"),
        odd_shapes=(((),), ((2,),), ((0,),), ((0, 3),), ((2, 2),)),
    ),
    Row(
        "masked_scatter",
        ("torch.masked_scatter(a, a.detach() > 0.1, b)", f"a.masked_scatter({MASK}, b)",
         f"a.masked_scatter(mask={MASK}, source=b * 2)",
         "a.masked_scatter(torch.tensor(False), b)"),
        shapes=(((3,), (3,)), ((2, 3), (2, 5)), ((2, 1), (7,))),
        odd_calls=("a.masked_scatter(torch.tensor([1, 0, 1]), b)", f"a.masked_scatter({MASK}, 1.0)",
                   f"a.masked_scatter({MASK}, torch.tensor([1, 2, 3]))"),
        odd_shapes=(((3,), (1,)), ((), (3,)), ((2,), (3,)), ((0,), (0,)), ((0, 3), (1,))),
    ),
)  # fmt: skip
