"""Rows of the operation tests: the chapter ops/indexing.py."""

from rows.kinds import Row

INDEX = "torch.tensor({})".format
ROWS = (
    Row(
        "getitem",
        ("a[0]", "a[-1]", "a[1:]", "a[::2]", "a[None]", "a[...]", "a[..., 0]", "a[:, 1:2]",
         "a[:]", "a[0, None, 1]", "a[[1, 0, 1]]", "a[a.detach() > 0]", "a[torch.tensor([1, 1])]",
         "a[torch.tensor([[0, 1], [1, 1]])]", "a[torch.tensor(1)]", "a[:, torch.tensor([0, 0])]",
         "a[torch.tensor([0, 1]), torch.tensor([1, 0])]", "a[torch.tensor([True, False])]",
         "a[1:, [0, 1]]", "a[0, 1]", "a[2:]"),
        shapes=(((2, 2),), ((2, 3),), ((2, 2, 2),)),
        odd_calls=("a[5]", "a[-5]", "a[0, 5]", "a[0, 0, 0, 0]", "a[torch.tensor([5])]", "a[0.5]",
                   "a[torch.tensor([0.5])]", "a[torch.tensor([True, False, True])]",
                   "a[::-1]", "a[::0]"),
        odd_shapes=(((),), ((3,),), ((0,),), ((0, 2),)),
    ),
    Row(
        "piece",
        (("op(a, 0, 'Unbind')", "a.unbind()[0]"),
         ("op(a, slice(1, 2), 'Split')", "a.split(1)[1]"),
         ("op(a, (slice(None), slice(0, 1)), 'SplitWithSizes')", "a.split([1, 1], 1)[0]")),
        shapes=(((2, 2),), ((2, 2, 2),)), odd_shapes=(),
    ),
    Row(
        "setitem",
        tuple(
            (f"op(a, b, index={index})", f"x = a.clone(); x[{index}] = b; x")
            for index in ("0", "slice(1, None)", "(slice(None), 1)", "...", "(0, 1)")
        ),
        shapes=(((2, 3), ()), ((2, 2), (1,))),
        odd_shapes=(((2, 3), (3,)), ((2, 3), (4,)), ((0, 2), ())),
    ),
    Row(
        "place",
        (("op(a, np.array([0, 2, 2]), (4,))",
          "torch.zeros(4, dtype=a.dtype).index_put((torch.tensor([0, 2, 2]),), a, True)"),
         ("op(a, slice(1, 4), (5,))", "torch.nn.functional.pad(a, (1, 1))")),
        shapes=(((3,),),), odd_shapes=(),
    ),
    Row(
        "gather",
        ("torch.gather(a, 0, torch.tensor([[0, 1], [1, 1]]))",
         "a.gather(1, torch.tensor([[0, 1, 0], [1, 0, 0]]))",
         "a.gather(dim=-1, index=torch.tensor([[1]]))",
         "a.gather(0, torch.zeros(0, 2, dtype=torch.int64))"),
        shapes=(((2, 2),), ((3, 2),), ((2, 4),)),
        odd_calls=("a.gather(0, torch.tensor([0]))", "a.gather(5, torch.tensor([[0]]))",
                   "a.gather(0, torch.tensor([[5, 0]]))", "a.gather(0, torch.tensor([[-1, 0]]))",
                   "a.gather(0, torch.tensor([[0, 0, 0, 0, 0]]))",
                   "a.gather(0, torch.tensor([[0.0]]))"),
        odd_shapes=(((0, 2),),),
    ),
    Row(
        "index_select",
        ("torch.index_select(a, 0, torch.tensor([1, 0, 1]))",
         "a.index_select(-1, torch.tensor([0]))", "a.index_select(dim=1, index=torch.tensor(1))",
         "a.index_select(0, torch.tensor([], dtype=torch.int64))",
         "a.index_select(0, torch.tensor([1], dtype=torch.int32))"),
        shapes=(((2, 2),), ((3, 2),), ((2, 3, 2),)),
        odd_calls=("a.index_select(0, torch.tensor([[0]]))", "a.index_select(5, torch.tensor([0]))",
                   "a.index_select(0, torch.tensor([5]))", "a.index_select(0, torch.tensor([-1]))",
                   "a.index_select(0, torch.tensor([0.0]))"),
        odd_shapes=(((),), ((2,),), ((0, 2),)),
    ),
    Row(
        "embedding",
        ("torch.nn.functional.embedding(torch.tensor([0, 1, 1]), a)",
         "torch.nn.functional.embedding(torch.tensor([[1, 0], [1, 1]], dtype=torch.int32), a)",
         "torch.nn.functional.embedding(torch.tensor(1), a)"),
        shapes=(((2, 2),), ((3, 1),)),
        odd_calls=("torch.nn.functional.embedding(torch.tensor([5]), a)",
                   "torch.nn.functional.embedding(torch.tensor([-1]), a)",
                   "torch.nn.functional.embedding(torch.tensor([0.0]), a)",
                   "torch.nn.functional.embedding(torch.tensor([True]), a)",
                   "torch.nn.functional.embedding(torch.tensor([0]), a, 7)",
                   "torch.nn.functional.embedding([0], a)"),
        odd_shapes=(((2,),), ((0, 2),), ((2, 2, 2),)),
    ),
)  # fmt: skip
