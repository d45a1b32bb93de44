"""Rows of the operation tests: the chapter ops/sorting.py."""

import numpy as np

from rows.kinds import TIES, Row

SHAPES = (((2, 3),), ((3, 2),), ((2, 2, 2),))
FEW = (((),), ((3,),), ((2, 1),), ((0,),), ((0, 3),), ((2, 0),))
DATA = [(x,) for x in TIES]


def along_dim(name: str, calls: tuple, **more: object) -> Row:
    odd = (f"a.{name}(5)", f"torch.{name}(a, dim='x')", f"torch.{name}([1.0])")
    return Row(name, calls, **{"shapes": SHAPES, "odd_calls": odd, "odd_shapes": FEW,
                               "data": DATA, **more})  # fmt: skip


ROWS = (
    along_dim("sort", ("torch.sort(a)", "a.sort(0)[0]", "a.sort(dim=0, descending=True)",
                       "torch.sort(a, -1, True).values")),
    along_dim("msort", ("torch.msort(a)", "a.msort()"), odd_calls=("torch.msort(1)",)),
    along_dim("topk", ("torch.topk(a, 2)", "a.topk(1, 0)[0]", "a.topk(2, dim=0, largest=False)",
                       "torch.topk(a, 1, -1, False).values", "a.topk(torch.tensor(2))"),
              odd_calls=("a.topk(4)", "a.topk(-1)", "a.topk(0)", "a.topk(1.5)", "a.topk(1, 5)",
                         "torch.topk(1, 2)")),
    along_dim("kthvalue", ("torch.kthvalue(a, 1)", "a.kthvalue(2, 0)[0]",
                           "a.kthvalue(2, dim=-1, keepdim=True)", "torch.kthvalue(a, 1, 0, True)"),
              odd_calls=("a.kthvalue(4)", "a.kthvalue(0)", "a.kthvalue(1.5)", "a.kthvalue(1, 5)")),
    *(  # of an expanded tensor torch reads what is not there
        along_dim(name, (f"torch.{name}(a.contiguous(), 0)", f"a.{name}(-1).values",
                         f"a.contiguous().{name}(dim=0)[0]",
                         f"torch.{name}(a, 1, keepdim=True)", f"torch.{name}(a)", f"a.{name}()"))
        for name in ("median", "nanmedian")
    ),
    *(
        Row(f"{name}_all", (("op(a)", f"torch.{name}(a)"),), shapes=SHAPES, odd_shapes=FEW,
            data=DATA)
        for name in ("median", "nanmedian")
    ),
    along_dim("mode", ("torch.mode(a)", "a.mode(0).values", "a.mode(dim=-1)[0]",
                       "torch.mode(a, 1, keepdim=True)"),
              data=[(x,) for x in TIES if not np.isnan(x).any()]),  # torch does not sort nans there
    along_dim("aminmax", ("torch.aminmax(a)", "a.aminmax(dim=0).min", "a.aminmax(dim=-1)[1]",
                          "torch.aminmax(a, dim=1, keepdim=True)", "a.aminmax(keepdim=True)"),
              odd_calls=("a.aminmax(dim=5)", "a.aminmax(dim=(0, 1))", "torch.aminmax(1)")),
)  # fmt: skip
