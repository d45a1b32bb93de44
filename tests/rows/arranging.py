"""Rows of the operation tests: the chapter ops/arranging.py."""

from rows.kinds import Row, Shapes, reshaping

SOME: tuple[Shapes, ...] = (((),), ((2,),), ((0,),), ((2, 0),))

ROWS = (
    Row(
        "contiguous",
        ("a.t().contiguous()", "a.t().contiguous().view(-1)"),
        shapes=(((2, 3),), ((3, 1),), ((2, 2),)),
        odd_shapes=(((0, 2),),),
    ),
    reshaping(
        "narrow", "a.narrow(0, 1, 1)", "torch.narrow(a, 1, 0, 1)", "a.narrow(-1, -2, 2)",
        "a.narrow(dim=0, start=2, length=0)", "a.narrow(0, torch.tensor(1), 1)",
        odd_calls=("a.narrow(0, 1, 2)", "a.narrow(0, -3, 1)", "a.narrow(0, 0, -1)",
                   "a.narrow(5, 0, 1)", "a.narrow(0, torch.tensor([1]), 1)", "a.narrow(0, 0, 1.0)"),
        odd_shapes=SOME,
    ),
    reshaping(
        "select", "a.select(0, 1)", "torch.select(a, -1, -1)", "a.select(dim=1, index=0)",
        odd_calls=("a.select(0, 2)", "a.select(0, -3)", "a.select(5, 0)", "a.select(0, 1.0)"),
        odd_shapes=SOME,
    ),
    reshaping(
        "diagonal", "a.diagonal()", "torch.diagonal(a, 1)", "a.diagonal(-1, 1, 0)",
        "a.diagonal(offset=1, dim1=-1, dim2=0)", "a.diagonal(5)",
        shapes=(((2, 3),), ((3, 2),), ((2, 3, 2),)),
        odd_calls=("a.diagonal(0, 1, 1)", "a.diagonal(0, 0, 5)", "a.diagonal(0, -1, 1)",
                   "a.diagonal(1.0)", "a.diagonal(-7)"),
        odd_shapes=(((),), ((3,),), ((0, 2),), ((2, 0),)),
    ),
    Row("on_diagonal",
        (("op(a, shape=(3, 4), offset=1, dim1=0, dim2=1)",
          "torch.diagonal_scatter(torch.zeros(3, 4, dtype=a.dtype), a, 1)"),),
        shapes=(((3,),),)),
    reshaping(
        "unfold", "a.unfold(0, 2, 1)", "a.unfold(-1, 2, 3)", "a.unfold(1, 3, 2)",
        "a.unfold(dimension=1, size=1, step=1)", "a.unfold(1, 3, 1)",
        shapes=(((2, 5),), ((3, 4),), ((2, 3, 2),)),
        odd_calls=("a.unfold(0, 7, 1)", "a.unfold(0, 1, 0)", "a.unfold(0, -1, 1)",
                   "a.unfold(5, 1, 1)", "a.unfold(0, 0, 1)", "a.unfold(0, 1.0, 1)"),
        odd_shapes=(((),), ((0,),), ((3,),)),
    ),
    reshaping(
        "movedim", "a.movedim(0, 1)", "torch.movedim(a, -1, 0)", "a.movedim((0, 1), (1, 0))",
        "a.movedim(source=0, destination=-1)", "a.movedim((), ())",
        odd_calls=("a.movedim(0, 5)", "a.movedim((0, 0), (0, 1))", "a.movedim((0, 1), (0, 0))",
                   "a.movedim((0, 1), (0,))", "a.movedim((0, 1), 0)", "a.movedim(0.0, 1)"),
        odd_shapes=SOME,
    ),
    reshaping(
        "moveaxis", "a.moveaxis(0, 1)", "torch.moveaxis(a, (0,), (-1,))",
        odd_calls=("a.moveaxis(0, 5)",), odd_shapes=SOME,
    ),
    reshaping(
        "swapaxes", "a.swapaxes(0, 1)", "torch.swapaxes(a, axis0=0, axis1=-1)",
        odd_calls=("a.swapaxes(0, 5)",), odd_shapes=SOME,
    ),
    reshaping(
        "swapdims", "a.swapdims(0, 1)", "torch.swapdims(a, dim0=0, dim1=-1)",
        odd_calls=("a.swapdims(0, 5)",), odd_shapes=SOME,
    ),
    reshaping("adjoint", "a.adjoint()", "torch.adjoint(a)", odd_calls=("a.H", "a.mH"),
              odd_shapes=(((),), ((3,),), ((2, 0),), ((2, 2),))),
    Row(
        "broadcast_to",
        ("a.broadcast_to(2, 3)", "torch.broadcast_to(a, (4, 2, 3))", "a.broadcast_to((-1, 3))"),
        shapes=(((1, 3),), ((2, 1),), ((2, 3),)),
        odd_calls=("a.broadcast_to(2, 4)", "torch.broadcast_to(a, (3,))",
                   "torch.broadcast_to([1], (2,))"),
        odd_shapes=(((),), ((3,),)),
    ),
    reshaping("ravel", "a.ravel()", "torch.ravel(a)", odd_shapes=(((),), ((3,),), ((2, 0),))),
    reshaping(
        "unflatten", "a.unflatten(-1, (3, 1))", "torch.unflatten(a, 0, (1, -1))",
        "a.unflatten(dim=-1, sizes=[-1, 3])",
        odd_calls=("a.unflatten(0, (3, 2))", "a.unflatten(0, ())", "a.unflatten(5, (2,))",
                   "a.unflatten(0, (-1, -1))", "a.unflatten(0, 2)", "a.unflatten(0, (-2, -1))",
                   "a.unflatten(0, (0, -1))"),
        odd_shapes=SOME,
    ),
    *(
        reshaping(
            op, f"torch.{op}(a)", f"torch.{op}(a, a)", f"torch.{op}((a,))", f"torch.{op}([a, a])",
            shapes=(((),), ((3,),), ((2, 3),), ((2, 1, 3),)),
            odd_calls=(f"torch.{op}()", f"torch.{op}(1.0)", f"torch.{op}(())"),
            odd_shapes=(((0,),), ((2, 0),)),
        )
        for op in ("atleast_1d", "atleast_2d", "atleast_3d")
    ),
)  # fmt: skip
