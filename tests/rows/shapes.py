"""Rows of the operation tests: the chapter ops/shapes.py."""

from rows.kinds import SPECIAL, Row, grid, reshaping, unary

ROWS = (
    reshaping(
        "reshape", "a.reshape(6)", "a.reshape(-1)", "a.reshape(3, 2)", "a.reshape((3, -1))",
        "torch.reshape(a, (1, 6, 1))", "a.reshape(-1, 1)", "a.reshape([2, 3])",
        odd_calls=("a.reshape(4)", "a.reshape(-1, 4)", "a.reshape(-1, -1)", "a.reshape(-2, 3)",
                   "a.reshape(-1, 0)", "a.reshape(0)", "a.reshape(0, -1)", "a.reshape(())"),
        odd_shapes=(((),), ((0,),), ((2, 0),), ((1,),)),
    ),
    reshaping(
        "view", "a.view(6)", "a.view(-1)", "a.view(3, 2)", "a.view((3, -1))", "a.view(1, 6, 1)",
        odd_calls=("a.view(4)", "a.view(-1, 4)", "a.view(-1, -1)", "a.view(-2, 3)", "a.view(0)"),
        odd_shapes=(((),), ((0,),), ((2, 0),), ((1,),)),
    ),
    reshaping(
        "unsqueeze", "a.unsqueeze(0)", "a.unsqueeze(-1)", "torch.unsqueeze(a, dim=1)",
        odd_calls=("a.unsqueeze(5)", "a.unsqueeze(-5)"), odd_shapes=(((),), ((0,),)),
    ),
    reshaping(
        "squeeze", "a.squeeze()", "a.squeeze(0)", "a.squeeze(1)", "torch.squeeze(a, -1)",
        "a.squeeze((0, 1))", "a.squeeze(dim=(0, -1))",
        odd_calls=("a.squeeze(5)", "a.squeeze((0, 0))"),
        odd_shapes=(((),), ((1,),), ((1, 1),), ((1, 0),), ((2, 1),)),
    ),
    reshaping(
        "flatten", "a.flatten()", "torch.flatten(a, 1)", "a.flatten(0, 1)",
        "a.flatten(start_dim=-2)", "a.flatten(end_dim=0)",
        odd_calls=("a.flatten(1, 0)", "a.flatten(5)", "a.flatten(0, -5)"),
        odd_shapes=(((),), ((3,),), ((0,),), ((2, 0),)),
    ),
    reshaping(
        "transpose", "a.transpose(0, 1)", "torch.transpose(a, -1, 0)", "a.transpose(1, 1)",
        "a.mT", "a.mH",
        odd_calls=("a.transpose(0, 5)", "a.mT"), odd_shapes=(((),), ((3,),), ((2, 0),)),
    ),
    reshaping(
        "t", "a.t()", "torch.t(a)",
        shapes=(((2, 3),), ((3, 1),), ((3,),), ((),)),
        odd_shapes=(((2, 0),), ((2, 1, 2),)),
    ),
    reshaping(
        "permute", "a.permute(tuple(range(a.ndim)))", "torch.permute(a, (1, 0))",
        "a.permute(-1, 0)", "a.permute((1, 0))", "a.T",
        shapes=(((2, 3),), ((3, 1),)),
        odd_calls=("a.permute(0)", "a.permute(0, 0)", "a.permute(0, 5)", "a.permute(2, 0, 1)"),
        odd_shapes=(((),), ((0,),), ((2, 1, 3),)),
    ),
    Row(
        "expand", ("a.expand(2, 3)", "a.expand((2, 3))", "a.expand(4, 2, 3)", "a.expand(-1, 3)"),
        shapes=(((1, 3),), ((2, 1),), ((1, 1),), ((2, 3),)),
        odd_calls=("a.expand(2, 4)", "a.expand(3)", "a.expand(-1, 2, 3)", "a.expand(0, 3)"),
        odd_shapes=(((),), ((3,),), ((1,),), ((0, 3),)),
    ),
    Row("to_dtype", ("a.float()", "a.to(torch.float32)", "a.double()", "a.to(dtype=torch.float64)"),
        step=2.0**-8, data=[grid(SPECIAL, 1)]),
    unary("clone", "torch.clone(a)", "a.clone()", scalars=None),
    Row(
        "cat", ("torch.cat([a, b])", "torch.cat((a, b), dim=0)", "torch.cat([a, b, a], dim=-2)",
                "torch.concat([a, b])"),
        shapes=(((2, 3), (2, 3)), ((2, 3), (1, 3)), ((2, 1), (3, 1))),
        odd_calls=("torch.cat([a, b], 1)", "torch.cat([])", "torch.cat([a, 1])",
                   "torch.cat([a, b], 5)", "torch.cat([a, a, b], -1)"),
        odd_shapes=(((), ()), ((3,), ()), ((3,), (2, 3)), ((0,), (2, 3)), ((2, 3), (0,)),
                    ((0, 3), (2, 3)), ((2, 3), (2, 4)), ((2, 2, 3), (1, 2, 3))),
    ),
    Row(
        "stack",
        ("torch.stack([a, b])", "torch.stack((a, b, a), dim=1)", "torch.stack([a, b], -1)"),
        shapes=(((2, 3), (2, 3)), ((3,), (3,))),
        odd_calls=("torch.stack([])", "torch.stack([a, b], 5)", "torch.stack([a, 1.0])"),
        odd_shapes=(((), ()), ((0,), (0,)), ((2, 3), (2, 4)), ((1, 3), (3,))),
    ),
)  # fmt: skip
