"""Rows of the operation tests: the chapter ops/quantiles.py."""

from rows.kinds import TIES, Row

WAYS = ("linear", "lower", "higher", "nearest", "midpoint")
FEW = (((),), ((3,),), ((2, 1),), ((0,),), ((0, 3),), ((2, 0),))


def quantile(name: str) -> Row:
    several = "torch.tensor([0.0, 0.3, 0.85, 1.0], dtype=a.dtype)"
    return Row(
        name,
        (f"torch.{name}(a, 0.3)", f"a.{name}(0.5, 0)", f"a.{name}(q=0.75, dim=-1, keepdim=True)",
         f"torch.{name}(a, {several})", f"torch.{name}(a, {several}, 0)",
         f"a.{name}({several}, dim=1)", f"a.{name}({several}, 0, True)",
         f"a.{name}({several}, None, True)", f"a.{name}(0.5, keepdim=True)", f"a.{name}(1)",
         f"a.{name}(torch.tensor(0.4, dtype=a.dtype), 0)",
         *(f"a.{name}(0.4, 0, interpolation='{way}')" for way in WAYS),
         *(f"a.{name}({several}, interpolation='{way}')" for way in WAYS)),
        shapes=(((2, 3),), ((4, 2),), ((2, 2, 3),)),
        odd_calls=(f"a.{name}(1.5)", f"a.{name}(-0.1)", f"a.{name}(nan)", f"a.{name}([0.5])",
                   f"a.{name}('x')", f"a.{name}(0.5, 5)", f"a.{name}(0.5, interpolation='other')",
                   f"a.{name}(torch.tensor([[0.5]], dtype=a.dtype))", f"torch.{name}(1.0, 0.5)",
                   f"a.{name}(torch.tensor([2.0], dtype=a.dtype))",
                   f"a.{name}(torch.tensor(1, dtype=torch.int64))",
                   f"a.{name}(torch.tensor([], dtype=a.dtype))"),
        odd_shapes=FEW,
        data=[(x,) for x in TIES],
    )  # fmt: skip


def of_both(name: str) -> Row:
    """Make the row of quantiles whose q takes a gradient as well."""
    return Row(name, (f"torch.{name}(a, b)", f"a.{name}(b, 0)", f"a.{name}(b, -1, True)"),
               shapes=(((2, 3), ()), ((4, 2), (3,))), odd_shapes=(),
               domains=((-2, 2), (0.1, 0.9)))  # fmt: skip


ROWS = (quantile("quantile"), quantile("nanquantile"), of_both("quantile"), of_both("nanquantile"))
