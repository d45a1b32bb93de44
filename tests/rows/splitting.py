"""Rows of the operation tests: the chapter ops/splitting.py."""

from rows.kinds import reshaping

ROWS = (
    reshaping(
        "split", "a.split(1)", "torch.split(a, 2, dim=1)", "a.split([1, 1])",
        "a.split((1, 0, 1), dim=0)", "torch.split(a, 5)", "a.split(split_size=2)",
        "a.split(torch.tensor(1))",
        shapes=(((2, 3),), ((2, 2, 3),)),
        odd_calls=("a.split(0)", "a.split(-1)", "a.split([1, 2])", "a.split(1, 5)",
                   "a.split([3, -1])", "a.split(2.0)", "a.split((1, 1.0))", "a.split()",
                   "a.split(True)"),
        odd_shapes=(((),), ((2, 0),), ((0, 2),), ((5,),), ((2,),)),
    ),
    reshaping(
        "chunk", "a.chunk(2)", "torch.chunk(a, 2, dim=1)", "a.chunk(5, -1)", "a.chunk(1)",
        odd_calls=("a.chunk(0)", "a.chunk(-1)", "a.chunk(2, 5)", "a.chunk(2.0)"),
        odd_shapes=(((),), ((5,),), ((7,),), ((0, 2),)),
    ),
    reshaping(
        "unbind", "a.unbind()", "torch.unbind(a, 1)", "a.unbind(dim=-1)", "torch.unbind(a, -2)",
        odd_calls=("a.unbind(5)", "torch.unbind([1])", "a.unbind(1.0)"),
        odd_shapes=(((),), ((3,),), ((0, 2),), ((2, 0),)),
    ),
    reshaping(
        "tensor_split", "a.tensor_split(2)", "torch.tensor_split(a, 2, dim=1)",
        "a.tensor_split((1,))", "a.tensor_split((1, 2), dim=-1)", "a.tensor_split([1, 5, -1])",
        "a.tensor_split(torch.tensor(2))", "a.tensor_split(torch.tensor([1]), 1)",
        "torch.tensor_split(a, sections=5)", "torch.tensor_split(a, indices=(1,), dim=1)",
        odd_calls=("a.tensor_split(0)", "a.tensor_split(-1)", "a.tensor_split(1.5)",
                   "a.tensor_split(2, 5)", "a.tensor_split((2, 1))", "a.tensor_split([])",
                   "a.tensor_split(torch.tensor([1.0]))", "a.tensor_split(torch.tensor([[1]]))",
                   "a.tensor_split()"),
        odd_shapes=(((),), ((5,),), ((0, 2),), ((2, 0),)),
    ),
    reshaping(
        "hsplit", "a.hsplit(2)", "torch.hsplit(a, (1,))", "a.hsplit([1, 3])",
        shapes=(((2, 4),), ((4,),), ((1, 2, 3),)),
        odd_calls=("a.hsplit(3)", "a.hsplit(0)", "a.hsplit(-1)", "a.hsplit(1.0)"),
        odd_shapes=(((),), ((3,),), ((2, 0),)),
    ),
    reshaping(
        "vsplit", "a.vsplit(2)", "torch.vsplit(a, (1,))",
        shapes=(((2, 3),), ((4, 1),), ((2, 1, 3),)),
        odd_calls=("a.vsplit(3)", "a.vsplit(0)"), odd_shapes=(((),), ((4,),), ((0, 2),)),
    ),
    reshaping(
        "dsplit", "a.dsplit(2)", "torch.dsplit(a, (1, 2))",
        shapes=(((1, 2, 4),), ((2, 1, 2),)),
        odd_calls=("a.dsplit(3)", "a.dsplit(0)"), odd_shapes=(((),), ((4,),), ((2, 4),)),
    ),
)  # fmt: skip
