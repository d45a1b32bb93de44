"""Rows of the operation tests: the chapter ops/statistics.py."""

import numpy as np

from rows.kinds import TIES, Row, over_dims, reduction

WEIGHTS = "aweights=torch.tensor([0.5, 1.0, 0.25], dtype=a.dtype)"
OFTEN = "fweights=torch.tensor([1, 2, 1])"
MATRICES = (((2, 3),), ((1, 3),), ((4, 3),))
ODD = (((),), ((4,),), ((1,),), ((0,),), ((2, 0),), ((2, 2, 2),))

ROWS = (
    *(
        reduction(name, *(f"torch.{name}(a{given})" for given in (
            "", ", 0", ", dim=(0, 1), keepdim=True", ", False", ", 1, True", ", 0, correction=0",
            ", dim=1, unbiased=False, keepdim=True", ", None, correction=0.5")),
            odd_calls=(f"torch.{name}(a, 5)", f"torch.{name}(1.0)"), data=())
        for name in ("var_mean", "std_mean")
    ),
    *(
        over_dims(name, f"torch.{name}(a, dim=-2, keepdim=True)", f"a.{name}(dtype=torch.float64)",
                  odd_calls=(f"a.{name}(5)", f"a.{name}((0, 0))", f"torch.{name}(1.0)"),
                  data=[(x,) for x in TIES if not np.isnan(x).any()])
        for name in ("nansum", "nanmean")
    ),
    Row("cov", ("torch.cov(a)", "a.cov(correction=0)", f"torch.cov(a, {WEIGHTS})",
                f"a.cov({OFTEN})", f"a.cov({OFTEN}, {WEIGHTS}, correction=1)"),
        shapes=MATRICES, odd_shapes=ODD,
        odd_calls=("a.cov(correction=0.5)", "a.cov(fweights=torch.tensor([0.5, 1.0, 1.0]))",
                   "a.cov(fweights=torch.tensor([1, 2]))",
                   "a.cov(aweights=torch.tensor([1, 2, 3]))",
                   "a.cov(fweights=torch.tensor([1, -2, 3]))",
                   "a.cov(fweights=torch.zeros(3).long())",
                   "a.cov(correction=3)"),
        data=[(x,) for x in TIES[:4]]),
    # beside the diagonal, where rounding decides whether the clamp at 1 lets a gradient through
    Row("corrcoef", ("torch.corrcoef(a)[0, 1:]", "a.corrcoef()[-1, 0]"),
        shapes=(((2, 5),), ((2, 4),)), odd_shapes=ODD[-1:], odd_calls=("torch.corrcoef(1)",)),
)  # fmt: skip
