"""Rows of the operation tests: the chapter ops/chains.py."""

from rows.kinds import Row

ROWS = (
    Row(
        "chain_matmul", ("torch.chain_matmul(a, b)", "torch.chain_matmul(a, b, c)",
                         "torch.chain_matmul(a)"),
        shapes=(((2, 3), (3, 1), (1, 4)), ((1, 2), (2, 2), (2, 1))),
        odd_calls=("torch.chain_matmul()", "torch.chain_matmul(a, b, b)",
                   "torch.linalg.multi_dot([a])", "torch.linalg.multi_dot([a, b.float()])"),
        odd_shapes=(((2, 3), (3,), (3,)), ((2, 0), (0, 2), (2, 2))),
    ),
    Row(
        "matrix_power",
        ("torch.matrix_power(a, 3)", "a.matrix_power(2)", "torch.linalg.matrix_power(a, 5)",
         "a.matrix_power(1)", "torch.matrix_power(a, -2)", "a.matrix_power(-1)"),
        shapes=(((2, 2),), ((2, 2, 2),)),
        odd_calls=("torch.matrix_power(a, 1.0)", "torch.matrix_power(a * 0, -1)",
                   "torch.matrix_power(a, 0)"),
        odd_shapes=(((),), ((3,),), ((2, 3),), ((0, 0),)),
    ),
)  # fmt: skip
