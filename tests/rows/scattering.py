"""Rows of the operation tests: the chapter ops/scattering.py."""

from rows.kinds import Row

ALONG_0 = "torch.tensor([[0, 1], [1, 1]])"
ALONG_1 = "torch.tensor([[0, 1], [1, 0]])"
WRONG = ("torch.tensor([[0, 1], [1, 5]])", "torch.tensor([[0, -1]])", "torch.tensor([0, 1])",
         "torch.tensor([[0.0]])", "torch.tensor([[0, 0, 0, 0, 0, 0]] * 2)", "[[0]]")  # fmt: skip
NONE = "torch.zeros(0, 2, dtype=torch.int64)"
VECTOR = "torch.tensor([1, 0, 1])"
REDUCE = ("sum", "prod", "mean", "amax", "amin")


def scattering(name: str, *, last: str = "", once: bool = False) -> Row:
    """Make the row of an operation that takes (dim, index, src); `once`: to each place once."""
    along_0 = ALONG_1 if once else ALONG_0
    return Row(
        name,
        (f"torch.{name}(a, 0, {along_0}, b{last})", f"a.{name}(1, {ALONG_1}, b{last})",
         f"a.{name}(dim=-1, index=torch.tensor([[1]], dtype=torch.int32), src=b[:1, :1]{last})",
         f"a.{name}(0, {NONE}, b[:0]{last})"),
        shapes=(((2, 2), (2, 2)), ((3, 2), (2, 2)), ((2, 4), (2, 2))),
        odd_calls=(*(f"a.{name}(0, {index}, b{last})" for index in WRONG),
                   f"a.{name}(0, {ALONG_0}, b{last})", f"a.{name}(5, {ALONG_0}, b{last})",
                   f"a.{name}(0, {ALONG_0}, b.detach().long(){last})"),
        odd_shapes=(((2,), (2, 2)), ((2, 2), (1, 2)), ((0, 2), (2, 2)), ((), ())),
    )  # fmt: skip


ROWS = (
    scattering("scatter", once=True),
    Row(
        "scatter",
        (f"torch.scatter(a, 0, {ALONG_0}, 1.5)", f"a.scatter(1, {ALONG_1}, value=-2)",
         f"a.scatter(1, {ALONG_1}, True)", f"a.scatter(0, {NONE}, 7)"),
        shapes=(((2, 2),), ((3, 2),)),
        odd_calls=(f"a.scatter(0, {ALONG_0})", f"a.scatter(0, {ALONG_0}, 'x')",
                   f"a.scatter(0, {ALONG_0}, 1.0, reduce='sum')"),
        odd_shapes=(((),), ((2,),), ((0, 2),)),
    ),
    scattering("scatter_add"),
    *(
        scattering("scatter_reduce", last=f", reduce='{reduce}'{own}")
        for reduce in REDUCE for own in ("", ", include_self=False")
    ),
    Row("scatter_reduce",
        ("a.scatter_reduce(0, torch.tensor([[1, 1]]), b[:1], reduce='sum')",
         ),
        shapes=(((2, 2), (2, 2)),), odd_shapes=()),
    Row(
        "index_add",
        (f"torch.index_add(a, 0, {VECTOR}, b)", f"a.index_add(0, {VECTOR}, b, alpha=-1.5)",
         "a.index_add(dim=-1, index=torch.tensor([0], dtype=torch.int32), source=a[:, :1] * 2)",
         "a.index_add(0, torch.tensor(1), b[:1])"),
        shapes=(((2, 2), (3, 2)), ((3, 4), (3, 4))),
        odd_calls=("a.index_add(0, torch.tensor([0, 1, 9]), b)",
                   "a.index_add(0, torch.tensor([0, 1, -1]), b)",
                   "a.index_add(0, torch.tensor([0.0, 1.0, 1.0]), b)",
                   "a.index_add(0, torch.tensor([[0, 1, 1]]), b)", f"a.index_add(0, {VECTOR}, 1.0)",
                   f"a.index_add(7, {VECTOR}, b)", f"a.index_add(0, {VECTOR}, b.detach().long())"),
        odd_shapes=(((2, 2), (2, 2)), ((2, 2), (3, 3)), ((2, 2), (3,)), ((2,), (3,)), ((), (3,))),
    ),
    Row(
        "index_copy",
        ("torch.index_copy(a, 0, torch.tensor([1, 0]), b)",
         "a.index_copy(dim=-1, index=torch.tensor([1]), source=a[:, :1] * 2)",
         "a.index_copy(0, torch.tensor(1), b[:1])"),
        shapes=(((2, 2), (2, 2)), ((3, 4), (2, 4))),
        odd_calls=("a.index_copy(0, torch.tensor([0, 9]), b)",
                   "a.index_copy(0, torch.tensor([0, -1]), b)",
                   "a.index_copy(0, torch.tensor([0.0, 1.0]), b)",
                   "a.index_copy(0, torch.tensor([0, 1], dtype=torch.int32), b)",
                   "a.index_copy(0, torch.tensor([[0, 1]]), b)",
                   "a.index_copy(0, torch.tensor([0, 1]), 1.0)",
                   "a.index_copy(0, torch.tensor([0, 1]), b.detach().long())"),
        odd_shapes=(((2, 2), (2,)), ((2,), (2,)), ((2,), ())),
    ),
    Row("index_copy", ("a.index_copy(0, torch.tensor([1, 0]), b)",), shapes=(((2,), (2,)),),
        odd_shapes=(((2, 2), (3, 2)), ((2, 2), (2, 3)), ((), ()), ((), (1,)))),
    Row(
        "index_fill",
        ("torch.index_fill(a, 0, torch.tensor([1, 0]), 1.5)",
         "a.index_fill(-1, torch.tensor(-1), 2)",
         "a.index_fill(dim=0, index=torch.tensor([1]), value=a.sum())",
         "a.index_fill(1, torch.tensor([], dtype=torch.int64), 2)"),
        shapes=(((2, 2),), ((3, 4),)),
        odd_calls=("a.index_fill(0, torch.tensor([9]), 1)",
                   "a.index_fill(0, torch.tensor([-9]), 1)",
                   "a.index_fill(0, torch.tensor([0.0]), 1)",
                   "a.index_fill(0, torch.tensor([[0]]), 1)",
                   "a.index_fill(0, torch.tensor([0], dtype=torch.int32), 1)",
                   "a.index_fill(0, torch.tensor([0]), a)",
                   "a.index_fill(0, torch.tensor([0]), 'x')"),
        odd_shapes=(((),), ((2,),)),
    ),
    Row(
        "select_scatter",
        ("torch.select_scatter(a, b, 0, 1)", "a.select_scatter(src=b, dim=0, index=-1)",
         "a.select_scatter(a[:, 0] * 2, 1, 1)"),
        shapes=(((2, 2), (2,)), ((3, 4), (4,))),
        odd_calls=("a.select_scatter(b, 0, 9)", "a.select_scatter(b, 9, 0)",
                   "a.select_scatter(1.0, 0, 0)"),
        odd_shapes=(((2, 2), (3,)), ((), ()), ((2,), ())),
    ),
    Row(
        "slice_scatter",
        ("torch.slice_scatter(a, b, 0, 1, 3)", "a.slice_scatter(b, start=-2)",
         "a.slice_scatter(src=b * 2, dim=0, end=4, step=2)"),
        shapes=(((4, 2), (2, 2)), ((4,), (2,))),
        odd_calls=("a.slice_scatter(b, 9)", "a.slice_scatter(b, 0, 0, 2, 0)", "a.slice_scatter(b)",
                   "a.slice_scatter(1.0)", "a.slice_scatter(b, start=0.5)",
                   "a.slice_scatter(b, end=-9)"),
        odd_shapes=(((4, 2), (2,)), ((), ()), ((4,), (3,))),
    ),
    Row(
        "diagonal_scatter",
        ("torch.diagonal_scatter(a, b)", "a.diagonal_scatter(src=b * 2, dim1=1, dim2=0)"),
        shapes=(((2, 2), (2,)), ((3, 2), (2,))),
        odd_calls=("a.diagonal_scatter(b, 1)", "a.diagonal_scatter(b, 0, 1, 1)",
                   "a.diagonal_scatter(b, dim1=7)", "a.diagonal_scatter(1.0)"),
        odd_shapes=(((2, 2), (3,)), ((2,), (2,)), ((2, 2), ())),
    ),
    Row("diagonal_scatter",
        ("torch.diagonal_scatter(a, b, -1, 1, 2)", "a.diagonal_scatter(b, 1, -2, -1)"),
        shapes=(((2, 3, 3), (2, 2)),), odd_shapes=()),
    *(
        Row(
            "scatter_reduce",
            (f"torch.index_reduce(a, 0, {VECTOR}, b, '{reduce}')",
             f"a.index_reduce(0, {VECTOR}, b, '{reduce}', include_self=False)"),
            shapes=(((2, 2), (3, 2)), ((3, 4), (3, 4))), odd_shapes=(),
        )
        for reduce in REDUCE[1:]
    ),
)  # fmt: skip
