"""Rows of the operation tests: the chapter ops/activations.py."""

from rows.kinds import SPECIAL, TWO, Row, functional, grid, unary

NO_ZEROS = [x for x in SPECIAL if not abs(x) < 1e-300]
"""Where torch's second derivative of prelu is that of its first: at 0 the two disagree."""

ROWS = (
    unary("sigmoid"),
    unary("tanh"),
    unary("relu"),
    unary(
        "leaky_relu",
        ("op(a)", "torch.nn.functional.leaky_relu(a)"),
        ("op(a, 0.2)", "torch.nn.functional.leaky_relu(a, 0.2)"),
        ("op(a, negative_slope=0.0)", "torch.nn.functional.leaky_relu(a, negative_slope=0.0)"),
        scalars=({}, {"negative_slope": 0.2}),
    ),
    unary("elu", *functional("elu(a)", "elu(a, 2.0)", "elu(a, alpha=-0.5)"),
          scalars=({}, {"alpha": 2.0}, {"alpha": 0.5, "scale": 1.5})),
    unary("selu", *functional("selu(a)"), "torch.selu(a)", scalars=None),
    unary(
        "softplus",
        *functional("softplus(a)", "softplus(a, 2)", "softplus(a, beta=3.0, threshold=0.5)",
                    "softplus(a, -1.0)"),
        scalars=({}, {"beta": 2.0, "threshold": 0.25}, {"beta": -1.0}),
    ),
    unary("silu", *functional("silu(a)")),
    unary("gelu", *functional("gelu(a)", "gelu(a, approximate='none')")),
    unary("gelu_tanh", *functional("gelu(a, approximate='tanh')")),
    unary("log_sigmoid", *functional("logsigmoid(a)")),
    unary("hardtanh", *functional("hardtanh(a)", "hardtanh(a, -0.5, 1.5)", "relu6(a)"),
          scalars=({}, {"min_val": 0.25, "max_val": 6.0})),
    unary("softsign", *functional("softsign(a)"), scalars=None),
    Row(
        "prelu",
        ("torch.nn.functional.prelu(a, b)", "torch.prelu(a, b)", "a.prelu(b)"),
        shapes=(((3,), (1,)), ((2, 3), ()), ((), (1,)), ((2, 3), (3,)), ((2, 2, 2), (2,)),
                ((1, 2, 1, 2), (2,))),
        odd_shapes=(((3,), (3,)), ((2, 3), (2,)), ((2, 3), (1, 3)), ((0, 3), (3,)), ((), (2,)),
                    ((2, 3), (0,)), ((2, 1), (1, 1))),
        data=[(NO_ZEROS, 0.25), (NO_ZEROS, [-2.0])],
    ),
    Row("prelu_kernel", (("op(a, b)", "torch._prelu_kernel(a, b)"),),
        shapes=tuple(pair for pair in TWO if pair[0] == pair[1]), odd_shapes=(),
        data=[grid(NO_ZEROS, 2)], scalars=({},)),
)  # fmt: skip
