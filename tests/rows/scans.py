"""Rows of the operation tests: the chapter ops/scans.py."""

import numpy as np

from rows.kinds import TIES, Row

SHAPES = (((),), ((3,),), ((2, 3),), ((5, 1),), ((2, 3, 2),))
NONE_OR_ONE = (((0,),), ((1,),), ((2, 0),), ((0, 3),))
# torch divides by the elements of a product, which loses digits where they are extreme
MODERATE = [(x,) for x in TIES if np.all((np.abs(x) < 1e300) & (np.abs(x) != 5e-324))]
# and it takes the logarithm of the gradient, which is lost beside a large x
CLOSE = [(x,) for x in TIES if np.all(np.isnan(x) | np.isinf(x) | (np.abs(x) < 10))]


def scan(name: str, *more: str, data: object = None, odd_shapes: object = NONE_OR_ONE) -> Row:
    return Row(
        name,
        (f"torch.{name}(a, 0)", f"a.{name}(-1)", f"a.{name}(dim=0)", *more),
        shapes=SHAPES,
        odd_calls=(f"a.{name}(7)", f"a.{name}(-7)", f"torch.{name}(a)", f"a.{name}(0.5)",
                   f"a.{name}('0')"),
        odd_shapes=odd_shapes,
        data=[(x,) for x in TIES] if data is None else data,
    )  # fmt: skip


ROWS = (
    scan("cumsum", "a.cumsum(0, dtype=torch.float64)", "torch.cumsum(a * a, dim=-1)"),
    scan("cumprod", "a.cumprod(0, dtype=torch.float64)", data=MODERATE),
    scan("cumprod", "(a * (a.detach() > 0)).cumprod(-1)", data=MODERATE),
    scan("logcumsumexp", data=CLOSE),
    scan("cummax", "a.cummax(0).values", "a.cummax(-1)[0] * a.cummax(-1).indices",
         odd_shapes=(((1,),),)),  # torch takes any dim of a tensor without elements
    scan("cummin", "a.cummin(0).values", "a.cummin(-1)[0] * a.cummin(-1).indices",
         odd_shapes=(((1,),),)),
    Row(
        "diff",
        ("torch.diff(a)", "a.diff(1)", "a.diff(n=2)", "a.diff(0) * 1", "a.diff(dim=0)",
         "a.diff(3, 0)",
         "torch.diff(a, 1, 0, a, a * 2)", "a.diff(prepend=a * 2)", "a.diff(append=a)"),
        shapes=(((3,),), ((2, 3),), ((1, 4),)),
        odd_calls=("a.diff(-1)", "a.diff(1, 5)", "a.diff(prepend=1.0)", "a.diff(0.5)",
                   "a.diff(append=torch.tensor(1.0))", "a.diff(prepend=torch.ones(7))"),
        odd_shapes=(((),), ((0,),), ((2, 0),), ((1,),)),
    ),
)  # fmt: skip
