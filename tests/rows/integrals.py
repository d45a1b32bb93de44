"""Rows of the operation tests: the chapter ops/integrals.py."""

from rows.kinds import Row

CASES = (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)), ((4, 2, 3), (2, 3)))


def integral(name: str, *odd_shapes: object) -> Row:
    return Row(
        name,
        (f"torch.{name}(a)", f"torch.{name}(a, b)", f"torch.{name}(a, dx=0.5)",
         f"torch.{name}(a, dim=0)", f"torch.{name}(y=a, x=b * 2, dim=-1)"),
        shapes=CASES,
        odd_calls=(f"torch.{name}(a, b, dim=0)", f"torch.{name}(a, b, dx=2)",
                   f"torch.{name}(a, dim=5)", f"torch.{name}(a, dx='1')", f"torch.{name}(1.0)",
                   f"torch.{name}(a > 0)", f"torch.{name}(a, b > 0)"),
        odd_shapes=(*odd_shapes, ((1,), (1,)), ((3,), (2,))),
    )  # fmt: skip


ROWS = (
    integral("trapezoid", ((), ())),
    integral("cumulative_trapezoid", ((0,), (0,)), ((0, 2), (0,))),
)
