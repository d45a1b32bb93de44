"""Rows of the operation tests: the chapter ops/repeating.py."""

from rows.kinds import Row, Shapes, reshaping

MATRICES: tuple[Shapes, ...] = (((2, 3),), ((3, 2),), ((2, 3, 2),))
FEW: tuple[Shapes, ...] = (((),), ((3,),), ((0,),), ((2, 0),))

ROWS = (
    reshaping(
        "repeat", "a.repeat(2, 1, 3)", "a.repeat((1, 1, 1))", "a.repeat(repeats=(1, 2, 2))",
        "a.repeat(3, 1, 1, 2)",
        shapes=(((),), ((3,),), ((1,),), ((2, 3),), ((2, 1, 3),)),
        odd_calls=("a.repeat(2)", "a.repeat(-1, 1, 1)", "a.repeat(2, 1.0)", "a.repeat()",
                   "a.repeat(2, 0, 1)", "a.repeat(())"),
        odd_shapes=(((0,),), ((2, 0),)),
    ),
    reshaping(
        "tile", "a.tile((2,))", "torch.tile(a, (2, 1, 2))", "a.tile(2, 2)", "a.tile(())",
        shapes=(((),), ((3,),), ((2, 1, 3),)),
        odd_calls=("a.tile(-1)", "a.tile(1.0)"), odd_shapes=(((0,),), ((2, 0),)),
    ),
    reshaping(
        "repeat_interleave", "a.repeat_interleave(2)", "torch.repeat_interleave(a, 3, dim=0)",
        "a.repeat_interleave(2, -1)", "a.repeat_interleave(torch.tensor([2, 1]), 0)",
        "torch.repeat_interleave(a, torch.tensor([2]), dim=1)",
        "a.repeat_interleave(torch.tensor(2), 1)", "a.repeat_interleave(0)",
        "a.repeat_interleave(torch.tensor([0, 3]), dim=0, output_size=3)",
        odd_calls=("a.repeat_interleave(-1)", "a.repeat_interleave(2.0)",
                   "a.repeat_interleave(torch.tensor([-1, 1]), 0)",
                   "a.repeat_interleave(torch.tensor([1.0, 1.0]), 0)",
                   "a.repeat_interleave(torch.tensor([1, 1, 1]), 0)",
                   "a.repeat_interleave(torch.tensor([[1, 1]]), 0)",
                   "a.repeat_interleave(2, 5)", "a.repeat_interleave(2, 0, output_size=3)"),
        odd_shapes=(((),), ((2,),), ((0,),), ((1, 2),)),
    ),
    Row("interleave", (("op(a, 2, 0)", "a.repeat_interleave(2, 0)"),), shapes=(((3,),), ((2, 1),))),
    reshaping(
        "roll", "a.roll(1)", "torch.roll(a, -1, 0)", "a.roll((1, 2), (0, 1))",
        "a.roll(shifts=(1, -2), dims=(1, 1))", "a.roll(7, -1)",
        odd_calls=("a.roll((1, 1))", "a.roll((1, 1), 0)", "a.roll(1, (0, 1))", "a.roll(1, 5)",
                   "a.roll(())", "a.roll(1.0)"),
        odd_shapes=FEW,
    ),
    reshaping(
        "flip", "a.flip(0)", "torch.flip(a, (0, 1))", "a.flip(-1, 0)", "a.flip(dims=[1])",
        "a.flip(())",
        odd_calls=("a.flip(0, 0)", "a.flip(5)", "a.flip()", "a.flip(1.0)"), odd_shapes=FEW,
    ),
    reshaping("fliplr", "a.fliplr()", "torch.fliplr(a)", odd_shapes=FEW),
    reshaping("flipud", "a.flipud()", "torch.flipud(a)", odd_shapes=FEW),
    reshaping(
        "rot90", "a.rot90()", "torch.rot90(a, 2)", "a.rot90(-1, [1, 0])",
        "a.rot90(k=3, dims=(0, -1))", "a.rot90(4)",
        odd_calls=("a.rot90(1, [0, 0])", "a.rot90(1, [0])", "a.rot90(1, [0, 5])", "a.rot90(1.0)"),
        odd_shapes=FEW,
    ),
    *(
        Row(
            op, (f"a.{op}()", f"torch.{op}(a, 1)", f"a.{op}(diagonal=-1)", f"a.{op}(5)"),
            shapes=MATRICES, odd_calls=(f"a.{op}(1.0)",), odd_shapes=FEW,
        )
        for op in ("tril", "triu")
    ),
    Row(
        "diag_embed",
        ("a.diag_embed()", "torch.diag_embed(a, 1)", "a.diag_embed(-2, 0, 1)",
         "a.diag_embed(offset=1, dim1=1, dim2=0)", "a.diag_embed(0, -1, 0)"),
        shapes=(((3,),), ((1,),), ((2, 3),)),
        odd_calls=("a.diag_embed(0, 1, 1)", "a.diag_embed(0, 0, 5)", "a.diag_embed(1.0)"),
        odd_shapes=(((),), ((0,),), ((2, 0),)),
    ),
    Row(
        "diag", ("a.diag()", "torch.diag(a, 1)", "a.diag(diagonal=-1)"),
        shapes=(((3,),), ((2, 3),), ((3, 2),)),
        odd_calls=("a.diag(-5)", "a.diag(1.0)"), odd_shapes=(((),), ((0,),), ((2, 1, 3),)),
    ),
    reshaping("diagflat", "a.diagflat()", "torch.diagflat(a, 1)", "a.diagflat(offset=-1)",
              odd_shapes=FEW),
)  # fmt: skip
