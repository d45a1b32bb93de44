"""Rows of the operation tests: the chapter ops/losses.py."""

import numpy as np

from rows.kinds import TWO, Row, functional, inf, nan

ROWS = (
    Row(
        "mse_loss",
        (("op(a, b)", "torch.nn.functional.mse_loss(a, b)"),
         ("op(a, b, 'sum')", "torch.nn.functional.mse_loss(a, b, reduction='sum')"),
         ("op(a, b, reduction='none')", "torch.nn.functional.mse_loss(a, b, reduction='none')")),
        shapes=tuple(pair for pair in TWO if pair[0] == pair[1]),
        odd_shapes=(((0,), (0,)), ((2, 3), (3,))),
        odd_calls=(("op(a, b, 'avg')", "torch.nn.functional.mse_loss(a, b, reduction='avg')"),),
        data=[([1.0, nan, inf, 0.0], [1.0, 1.0, inf, -0.0]), ([1e200, 1.0], [-1e200, 1.0])],
    ),
    *(
        Row(
            f"{name}_loss",
            functional(f"{name}_loss(a, b)", f"{name}_loss(a, b, reduction='sum')",
                       f"{name}_loss(a, b, reduction='none', {bound}=0.5)"),
            shapes=tuple(pair for pair in TWO if pair[0] == pair[1]),
            odd_shapes=(((0,), (0,)), ((2, 3), (3,))),
            odd_calls=functional(f"{name}_loss(a, b, {bound}=-1.0)",
                                 f"{name}_loss(a, b, {bound}=nan)",
                                 f"{name}_loss(a, b, reduction='avg')"),
            data=[([1.0, nan, inf, 0.0], [1.0, 1.0, 2.0, -0.0]), ([1e200, 1.0], [-1e200, 0.0]),
                  ([0.5, -0.5, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0])],
        )
        for name, bound in (("smooth_l1", "beta"), ("huber", "delta"))
    ),
    Row(
        "binary_cross_entropy",
        functional(*(f"binary_cross_entropy(a, b{more})" for more in (
            "", ", reduction='sum'", ", reduction='none'",
            ", weight=torch.tensor(2.5, dtype=a.dtype)",
            ", torch.ones_like(a) * 3, reduction='sum'"))),
        shapes=(((), ()), ((3,), (3,)), ((2, 3), (2, 3))),
        odd_shapes=(((0,), (0,)), ((2, 3), (3,)), ((1, 3), (3, 1))),
        odd_calls=functional("binary_cross_entropy(a + 1, b)", "binary_cross_entropy(a, b - 1)",
                             "binary_cross_entropy(a, b, torch.ones(7))",
                             "binary_cross_entropy(a, b, a)"),
        domains=((0.1, 0.9),),
        data=[([nan, 0.5], [1.0, 0.5]), ([0.5, 0.5], [inf, 0.5])],
    ),
    Row(
        "binary_cross_entropy_with_logits",
        functional(*(f"binary_cross_entropy_with_logits(a, b{more})" for more in (
            "", ", reduction='sum'", ", reduction='none'", ", torch.ones_like(a) * 3",
            ", pos_weight=torch.tensor(2.5, dtype=a.dtype)",
            ", torch.ones_like(a) * 3, reduction='none', pos_weight=torch.ones_like(a) * 0.5"))),
        shapes=(((), ()), ((3,), (3,)), ((2, 3), (2, 3))),
        odd_shapes=(((0,), (0,)), ((2, 3), (3,)), ((1, 3), (3, 1))),
        odd_calls=functional("binary_cross_entropy_with_logits(a, b, torch.ones(7))",
                             "binary_cross_entropy_with_logits(a, b, pos_weight=a)"),
        domains=((-3.0, 3.0), (0.0, 1.0)),
        data=[([0.0, 1000.0, -1000.0, 1000.0, nan, inf, -inf, 1e300],
               [0.5, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.5])],
    ),
    *(
        Row(
            op,
            functional(*(f"nll_loss(a, torch.tensor({target}){more})" for more in (
                "", ", reduction='sum'", ", torch.tensor([0.5, 2.0, 1.5], dtype=a.dtype)",
                ", ignore_index=2", ", torch.ones(3, dtype=a.dtype), reduction='sum'"))),
            shapes=(shape,),
            odd_calls=functional(*(f"nll_loss(a, {odd})" for odd in (
                "torch.tensor([0, 3])", "torch.tensor([-1, 0])", "torch.tensor([0, 1, 2])",
                "torch.tensor([0.0, 1.0])", "torch.tensor(0)", "torch.tensor([[0], [1]])",
                f"torch.tensor({target}), torch.ones(4, dtype=a.dtype)"))),
            odd_shapes=(((2, 4),), ((),), ((3, 3),)),
            data=[(np.reshape(np.resize([0.0, nan, -inf, inf, 1e308, -1.0], shape[0]), shape[0]),)],
        )
        for op, shape, target in (
            ("nll_loss", ((2, 3),), "[2, 0]"),
            ("nll_loss", ((3,),), "1"),
            ("nll_loss2d", ((2, 3, 2),), "[[2, 0], [1, 1]]"),
        )
    ),
)  # fmt: skip
