"""Rows of the operation tests: the chapter ops/taking.py."""

from rows.kinds import Row

ODD = (((),), ((2,),), ((0,),), ((0, 2),))
BAD = ("torch.tensor([99])", "torch.tensor([-99])", "torch.tensor([0.0])",
       "torch.tensor([0], dtype=torch.int32)", "[0]")  # fmt: skip
ROWS = (
    Row(
        "take",
        ("torch.take(a, torch.tensor([0, 3, 3]))", "a.take(torch.tensor([[0, -1]]))",
         "a.take(index=torch.tensor(2))", "a.take(torch.tensor([], dtype=torch.int64))"),
        shapes=(((2, 2),), ((4,),), ((2, 3, 2),)),
        odd_calls=tuple(f"a.take({index})" for index in BAD),
        odd_shapes=ODD,
    ),
    Row(
        "put",
        ("torch.put(a, torch.tensor([0, 3]), b)", "a.put(torch.tensor([[2, -1]]), b, True)",
         "a.put(index=torch.tensor([1, 1]), source=b * 2, accumulate=True)"),
        shapes=(((2, 2), (2,)), ((5,), (2, 1))),
        odd_calls=(*(f"a.put({index}, b[:1])" for index in BAD),
                   "a.put(torch.tensor([0]), 1.0)",
                   "a.put(torch.tensor([0, 1]), b.detach().long())"),
        odd_shapes=(((2, 2), (3,)), ((), (2,)), ((0,), (2,)), ((0,), (0,))),
    ),
    Row(
        "take_along_dim",
        ("torch.take_along_dim(a, torch.tensor([[0], [1]]), 1)",
         "a.take_along_dim(torch.tensor([[0, -1]]), dim=0)",
         "a.contiguous().take_along_dim(torch.tensor([3, 0]))",
         "torch.take_along_dim(a, a.argsort(1), 1)",
         "a.take_along_dim(a.argmax(0, keepdim=True), 0)"),
        shapes=(((2, 2),),),
        odd_calls=("a.take_along_dim(torch.tensor([0]), 0)",
                   "a.take_along_dim(torch.tensor([[0.0]]), 0)", "a.take_along_dim([[0]], 0)",
                   "a.take_along_dim(torch.tensor([[0]]), 5)",
                   "a.take_along_dim(torch.tensor([[0]], dtype=torch.int32), 0)"),
        odd_shapes=(((),), ((2,),), ((2, 3),), ((3, 2),), ((0, 2),)),
    ),
    Row(
        "index_put",
        ("torch.index_put(a, (torch.tensor([0, 1]), torch.tensor([1, 0])), b)",
         "a.index_put((torch.tensor([0, 0]),), b, accumulate=True)",
         "a.index_put([torch.tensor([0, -1])], b)",
         "a.index_put(indices=(torch.tensor([True, False]),), values=b * 2)",
         "a.index_put((torch.tensor([0, 1], dtype=torch.int32),), b)",
         "a.index_put((a.detach() > 0,), b.sum(), True)"),
        shapes=(((2, 2), (2,)), ((2, 2), (1,))),
        odd_calls=("a.index_put((torch.tensor([0, 9]),), b)",
                   "a.index_put((torch.tensor([0.0]),), b)", "a.index_put(torch.tensor([0]), b)",
                   "a.index_put((torch.tensor([0]),) * 3, b)",
                   "a.index_put((torch.tensor([0]),), 1.0)",
                   "a.index_put((torch.tensor([0, 1]), torch.tensor([0, 1, 1])), b)",
                   "a.index_put((torch.tensor([0]), None), b)",
                   "a.index_put((torch.tensor([0]),), b.detach().long())"),
        odd_shapes=(((2,), (2,)), ((), ()), ((0, 2), ())),
    ),
)  # fmt: skip
