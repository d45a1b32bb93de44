"""Rows of the operation tests: the chapter ops/reductions.py."""

import numpy as np

from rows.kinds import TIES, over_dims, reduction, spread

ROWS = (
    over_dims("sum", "torch.sum(a, dim=-2, keepdim=True)", "torch.sum(a, 1)"),
    over_dims("mean", "torch.mean(a, (0, 1), True)"),
    *(
        over_dims(name, odd_shapes=(((),), ((3,),), ((2, 1),), ((0, 3),), ((2, 0),)),
                  odd_calls=(f"a.{name}(5)", f"a.{name}((0, 5))", f"a.{name}(-3)"))
        for name in ("amax", "amin")
    ),
    spread(
        "var",
        "a.var(unbiased=False)", "a.var(False)", "a.var(0, False)", "a.var(correction=0)",
        "a.var(0, unbiased=True, keepdim=True)",
        "torch.var(a, dim=1, correction=0.5, keepdim=True)", "a.var((0, 1), False, True)",
    ),
    spread(
        "std",
        "a.std(unbiased=False)", "a.std(False)", "a.std(0, False)", "a.std(correction=0)",
        "a.std(0, unbiased=False, keepdim=True)", "torch.std(a, dim=1, correction=0, keepdim=True)",
    ),
    reduction(
        "prod", "torch.prod(a)", "a.prod()", "a.prod(0)", "a.prod(-1)", "a.prod(1, keepdim=True)",
        "a.prod(dim=0, keepdim=True)",
        odd_calls=("a.prod(5)", "a.prod(-3)"),
        # torch divides the product by each element, which gives nan where the product is not finite
        data=[(x,) for x in TIES if np.all(np.abs(x) < 1e300)],
    ),
    *(
        reduction(
            name, f"torch.{name}(a)", f"a.{name}()", f"a.{name}(0).values", f"a.{name}(dim=-1)[0]",
            f"torch.{name}(a, 1, keepdim=True)[0]", f"torch.{name}(a, dim=0, keepdim=True).values",
            f"a.{name}(a * 0.5 + 0.1)",
            odd_calls=(f"a.{name}(5)", f"a.{name}(-3)[0]"),
        )
        for name in ("max", "min")
    ),
    *(
        reduction(f"{name}_all", ("op(a)", f"a.{name}()"))
        for name in ("max", "min")
    ),
    *(
        reduction(
            f"{name}_dim",
            (f"op(a, 0, torch.arg{name}(a, 0, keepdim=True).numpy(), True)",
             f"a.{name}(0, keepdim=True).values"),
            odd_shapes=(((1,),), ((3, 0),)),
        )
        for name in ("max", "min")
    ),
    reduction(
        "norm", "torch.norm(a)", "a.norm()", "a.norm(2)", "a.norm(p=2, dim=0)", "a.norm(1)",
        "a.norm(1, dim=1)", "a.norm(inf)", "a.norm(-inf)", "a.norm(inf, dim=0, keepdim=True)",
        "a.norm(0)", "a.norm(0, dim=0)", "a.norm(3)", "a.norm(3, dim=-1)", "a.norm(0.5)",
        "a.norm('fro')", "a.norm(dim=(0, 1), keepdim=True)", "a.norm(2.0, (0, 1))", "a.norm(-1)",
        "a.norm(4, 0, True)", "a.norm(p='fro', dim=1)", "a.norm(1.5)",
        odd_calls=("a.norm(2, 5)", "a.norm('other')"),
    ),
    reduction(
        "logsumexp", "torch.logsumexp(a, 0)", "a.logsumexp(-1)", "a.logsumexp(1, keepdim=True)",
        "a.logsumexp((0, 1))", "a.logsumexp(dim=(0, 1), keepdim=True)",
        odd_calls=("a.logsumexp(5)", "a.logsumexp((0, 0))", "a.logsumexp()"),
    ),
    *(
        reduction(
            name, f"torch.{name}(a, 0)", f"a.{name}(-1)", f"a.{name}(dim=1)",
            odd_calls=(f"a.{name}(5)", f"a.{name}(-3)"),
        )
        for name in ("softmax", "log_softmax")
    ),
)  # fmt: skip
