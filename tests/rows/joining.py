"""Rows of the operation tests: the chapter ops/joining.py."""

from rows.kinds import Row, Shapes, reshaping

EQUAL: tuple[Shapes, ...] = (((3,), (3,)), ((2, 3), (2, 3)), ((2, 1, 2), (2, 1, 2)))
VECTORS: tuple[Shapes, ...] = (((3,), (2,)), ((1,), (3,)))
UNEQUAL: tuple[Shapes, ...] = (
    ((), ()), ((3,), (2,)), ((2, 3), (3,)), ((2, 3), (2, 4)), ((0,), (3,)), ((2, 0), (2, 3)),
    ((2, 3), (3, 2)), ((3, 2), (3,)),
)  # fmt: skip

ROWS = (
    *(
        Row(
            op, (f"torch.{op}([a, b])", f"torch.{op}((a, b, a))"), shapes=EQUAL,
            odd_calls=(f"torch.{op}([])", f"torch.{op}([a, 1.0])"), odd_shapes=UNEQUAL,
        )
        for op in ("hstack", "vstack", "dstack", "column_stack", "row_stack")
    ),
    Row(
        "concatenate", ("torch.concatenate([a, b])", "torch.concatenate((a, b), dim=-1)",
                        "torch.concatenate([a, b], axis=0)"),
        shapes=EQUAL, odd_calls=("torch.concatenate([])",), odd_shapes=UNEQUAL,
    ),
    Row(
        "broadcast_tensors", ("torch.broadcast_tensors(a, b)", "torch.broadcast_tensors(b, a, a)"),
        shapes=(((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,))),
        odd_calls=("torch.broadcast_tensors(a, 1.0)", "torch.broadcast_tensors()"),
        odd_shapes=UNEQUAL,
    ),
    Row(
        "block_diag", ("torch.block_diag(a, b)", "torch.block_diag(b, a, b)"),
        shapes=(((2, 3), (1, 2)), ((), (3,))),
        odd_calls=("torch.block_diag([a, b])",),
        odd_shapes=(((2, 0), (1, 1)), ((2, 1, 2), (2,))),
    ),
    Row("blocks", (("op([a, b])", "torch.block_diag(a, b)"),), shapes=(((2, 3), (1, 2)),)),
    Row(
        "meshgrid",
        ("torch.meshgrid(a, b, indexing='ij')", "torch.meshgrid([a, b], indexing='xy')",
         "torch.meshgrid(a, b, a, indexing='xy')", "torch.meshgrid(a, indexing='xy')",
         "torch.meshgrid((a, b, b), indexing='ij')"),
        shapes=(*VECTORS, ((), (3,))),
        odd_calls=("torch.meshgrid(a, b, indexing='ab')", "torch.meshgrid(a, 1.0, indexing='ij')",
                   "torch.meshgrid(a, b)", "torch.meshgrid(a, b.float(), indexing='ij')",
                   "torch.meshgrid()"),
        odd_shapes=(((0,), (3,)), ((2, 1), (3,))),
    ),
    Row(
        "cartesian_prod", ("torch.cartesian_prod(a, b)", "torch.cartesian_prod(b, a, b)",
                           "torch.cartesian_prod(a)"),
        shapes=VECTORS, odd_calls=("torch.cartesian_prod()",),
        odd_shapes=(((0,), (3,)), ((2, 1), (3,)), ((), (3,))),
    ),
    reshaping(
        "combinations", "torch.combinations(a)", "torch.combinations(a, 3)",
        "torch.combinations(a, r=2, with_replacement=True)", "torch.combinations(a, 1)",
        shapes=(((3,),), ((4,),)),
        odd_calls=("torch.combinations(a, 0)", "torch.combinations(a, 5)",
                   "torch.combinations(a, -1)", "torch.combinations(a, 1.0)"),
        odd_shapes=(((),), ((0,),), ((2, 3),)),
    ),
    Row(
        "kron", (("torch.kron(a, b)", "torch.kron(a.contiguous(), b.contiguous())"),),
        shapes=(((2, 3), (3, 2)), ((2,), (3,)), ((), (2,)), ((2,), (2, 2)), ((2, 1, 2), (3,))),
        odd_calls=("torch.kron(a, 1.0)",), odd_shapes=(((0,), (2,)), ((2, 0), (2, 2))),
    ),
    Row(
        "vander",  # which torch cannot differentiate
        (("torch.vander(a)", "(a.unsqueeze(1) ** torch.arange(a.numel())).flip(1)"),
         ("torch.vander(a, N=4, increasing=True)", "a.unsqueeze(1) ** torch.arange(4)")),
        shapes=(((3,),), ((1,),)), data=(([0.0, 1.0, -2.0],),),
        odd_calls=("torch.vander(a.detach())", "torch.vander(a.detach(), 2)",
                   "torch.vander(a.long(), N=4, increasing=True)", "torch.vander(a.bool(), 1)",
                   "torch.vander(a.detach(), 0)", "torch.vander(a, -1)", "torch.vander([1])"),
        odd_shapes=(((2, 3),),)
    ),
)  # fmt: skip
