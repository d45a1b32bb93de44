"""Rows of the operation tests: the chapter ops/products.py."""

from rows.kinds import Row, Shapes

DOTS: tuple[Shapes, ...] = (
    ((), ()), ((3,), ()), ((3,), (2,)), ((2, 3), (3,)), ((2, 3), (2, 3)), ((0,), (0,)),
    ((2, 0), (0, 3)), ((2, 3), (3, 2)),
)  # fmt: skip


def plus(op: str, inputs: tuple[Shapes, ...], odd: tuple[Shapes, ...]) -> Row:
    """Make the row of a product to which something is added."""
    return Row(
        op,
        (f"torch.{op}(a, b, c)", f"a.{op}(b, c, beta=2, alpha=-0.5)", f"a.{op}(b, c, beta=0.5)"),
        shapes=inputs, odd_shapes=odd,
        odd_calls=(f"torch.{op}(a.detach() / 0, b, c, beta=0)", f"a.float().{op}(b, c)",
                   f"a.long().{op}(b.long(), c.long())"),
    )  # fmt: skip


ROWS = (
    Row(
        "tensordot",
        ("torch.tensordot(a, b, 1)", "torch.tensordot(a, b, dims=0)",
         "torch.tensordot(a, b, dims=([0], [-1]))", "torch.tensordot(a, b, ([1, 0], [0, 1]))"),
        shapes=(((2, 3), (3, 2)), ((1, 2), (2, 1))),
        odd_calls=("torch.tensordot(a, b, -1)", "torch.tensordot(a, b, 3)",
                   "torch.tensordot(a, b)", "torch.tensordot(a, b, ([0], [0, 1]))",
                   "torch.tensordot(a, b, ([5], [0]))", "torch.tensordot(a, b, ([0], [0]))",
                   "torch.tensordot(a, b, dims=1.0)", "torch.tensordot(a, b.float(), 1)"),
        odd_shapes=(*DOTS, ((2, 1), (3, 2))),
    ),
    Row(
        "inner", ("torch.inner(a, b)", "a.inner(b)"),
        shapes=(((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((), (2, 3)), ((2,), ())),
        odd_calls=("torch.inner(a, 2.0)", "torch.inner(a, b[..., :0])"), odd_shapes=DOTS,
    ),
    Row("vdot", ("torch.vdot(a, b)", "a.vdot(b)"), shapes=(((3,), (3,)),),
        odd_calls=("torch.vdot(a, b.float())",), odd_shapes=DOTS),
    Row(
        "trace", ("torch.trace(a)", "a.trace()"), shapes=(((3, 3),), ((2, 3),), ((3, 1),)),
        odd_calls=("torch.trace(a > 0)", "torch.trace(a.int())", "torch.trace(1.0)"),
        odd_shapes=(((),), ((3,),), ((0, 2),), ((2, 2, 2),)),
    ),
    Row(
        "cross", ("torch.cross(a, b, dim=-1)", "a.cross(b, 1)", "torch.cross(a, b)"),
        shapes=(((2, 3), (2, 3)), ((1, 3), (2, 3)), ((2, 3), (1, 3))),
        odd_calls=("torch.cross(a, b, 0)", "torch.cross(a, b.float())", "torch.cross(a, b, 5)"),
        odd_shapes=(((3,), (2, 3)), ((3,), (3,)), ((2, 2), (2, 2)), ((3, 2), (3, 2)),
                    ((0, 3), (0, 3)), ((), ()), ((3, 3), (3, 3))),
    ),
    Row("linalg_cross", (("op(a, b, dim=0)", "torch.linalg.cross(a, b, dim=0)"),),
        shapes=(((3,), (3,)), ((3, 2), (3, 1)))),
    plus("addmm", (((), (2, 3), (3, 2)), ((2,), (2, 3), (3, 2)), ((2, 1), (2, 2), (2, 2))),
         (((3,), (2, 3), (3, 2)), ((1, 2, 2), (2, 3), (3, 2)), ((), (3,), (3, 2)),
          ((), (2, 3), (2, 3)), ((), (2, 0), (0, 2)))),
    plus("addmv", (((), (2, 3), (3,)), ((2,), (2, 3), (3,)), ((1,), (2, 2), (2,))),
         (((3,), (2, 3), (3,)), ((2,), (3,), (2, 3)), ((2,), (2, 0), (0,)))),
    plus("addbmm", (((), (2, 2, 3), (2, 3, 1)), ((2, 1), (2, 2, 3), (2, 3, 2))),
         (((3,), (2, 2, 3), (2, 3, 2)), ((), (2, 3), (2, 3, 2)), ((), (2, 2, 3), (2, 2, 3)))),
    plus("baddbmm", (((), (2, 2, 3), (2, 3, 1)), ((2, 1), (2, 2, 3), (2, 3, 2))),
         (((3,), (2, 2, 3), (2, 3, 2)), ((), (2, 3), (2, 3, 2)), ((), (2, 2, 3), (2, 2, 3)))),
    Row(
        "addr", ("torch.addr(a, b, c)", "a.addr(b, c, beta=2, alpha=-0.5)"),
        shapes=(((), (2,), (3,)), ((3,), (2,), (3,)), ((2, 3), (2,), (3,))),
        odd_calls=("torch.addr(a.detach() / 0, b, c, beta=0)",),
        odd_shapes=(((2,), (2,), (3,)), ((), (2, 3), (3,)), ((), (0,), (2,))),
    ),
    Row(
        "dist", ("torch.dist(a, b)", "a.dist(b, 1)", "a.dist(b, p=3)"),
        shapes=(((2, 3), (2, 3)), ((2, 3), (3,)), ((), ())),
        odd_calls=("torch.dist(a, a)", "torch.dist(a.detach(), b.detach(), 0)",
                   "torch.dist(a, b, p=inf)", "torch.dist(a.int(), b.int())"),
        odd_shapes=(((2, 3), (2, 2)), ((0,), (0,))),
    ),
    Row(
        "cdist",  # torch's own has no second derivatives for most p
        (("torch.cdist(a, b)", "(a.unsqueeze(-2) - b.unsqueeze(-3)).norm(2, -1)"),
         ("torch.cdist(a, b, p=1)", "(a.unsqueeze(-2) - b.unsqueeze(-3)).norm(1, -1)"),
         ("torch.cdist(a, b, 3.0)", "(a.unsqueeze(-2) - b.unsqueeze(-3)).norm(3, -1)")),
        shapes=(((2, 3), (4, 3)), ((2, 2, 1), (1, 2, 1))),
        odd_calls=("torch.cdist(a.detach(), b.detach(), p=0)",
                   "torch.cdist(a.detach(), b.detach())",
                   "torch.cdist(a.detach(), b.detach(), inf)", "torch.cdist(a, b, p=-1)",
                   "torch.cdist(a, b, compute_mode='x')",
                   "torch.cdist(a.int(), b.int())",
                   "torch.cdist(a.detach(), b.detach(), 1.5, 'donot_use_mm_for_euclid_dist')"),
        odd_shapes=(((2, 3), (2, 2)), ((0, 2), (3, 2)), ((2, 0), (2, 0))),
    ),
)  # fmt: skip
