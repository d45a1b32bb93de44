"""What a row of the table of operation tests is, and the usual kinds of rows.

A row has calls, written as text that runs under this library and under torch alike: `torch` is the
library, `a`, `b`, `c` the inputs, `op` the entry of the table itself. Where torch has no such call,
a pair of texts: ours and torch's.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
Call = str | tuple[str, str]
inf, nan = math.inf, math.nan

# --- what the operations are tried on ----------------------------------------------------------

SPECIAL = (
    nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 3.0,
    5e-324, 1e-310, -1e-310, 1e308, -1e308, 1000.0, -1000.0,
)  # fmt: skip
"""Numbers at which floating point has something to say."""

ONE: tuple[Shapes, ...] = (((),), ((3,),), ((2, 3),), ((2, 1, 2),))
TWO: tuple[Shapes, ...] = (
    ((), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((1,), (2, 3)),
    ((2, 1, 2), (3, 1)),
    ((2, 3), (2, 1)),
)
"""Shapes of the inputs: of functions of one tensor, and of two that are broadcast."""

ODD_ONE: tuple[Shapes, ...] = (((0,),), ((2, 0),))
ODD_TWO: tuple[Shapes, ...] = (
    ((0,), (1,)),
    ((2, 0), (1,)),
    ((0, 3), (3,)),
    ((2, 3), (4,)),
    ((2, 2), (3, 2)),
    ((3,), (2, 1, 4)),
)
"""Shapes without elements, and shapes that do not fit."""

TIES = (
    [2.0, 3.0, 3.0],
    [3.0, 3.0, 3.0],
    [0.0, -0.0, 0.0],
    [0.0, 2.0, -3.0],
    [0.0, 2.0, 0.0],
    [-1.0, -1.0, 2.0],
    [nan, 1.0, 2.0],
    [1.0, nan, nan],
    [inf, 1.0, -inf],
    [inf, inf, 1.0],
    [-inf, -inf, -inf],
    [1e308, 1e308, 1.0],
    [1000.0, -1000.0, 0.0],
    [-1000.0, -1001.0, -1002.0],
    [5e-324, 5e-324, 0.0],
    [7.0],
    [0.0],
    [[1.0, 2.0, 2.0], [2.0, 0.0, 1.0]],
    [[1.0, 1.0], [1.0, 1.0]],
    [[0.0, 0.0, 5.0], [0.0, 1.0, 2.0]],
    [[nan, 1.0], [2.0, -inf]],
)
"""What reductions are asked about: ties, zeros, equal numbers, infinities, one element."""


def grid(values: Sequence[float], times: int) -> tuple[Any, ...]:
    """Return, for `times` inputs, the arrays that hold all combinations of the values."""
    return tuple(x.ravel() for x in np.meshgrid(*[np.array(values)] * times, indexing="ij"))


def numbers(shape: Shape, domain: tuple[float, float] = (-2.0, 2.0), which: int = 0) -> Any:
    """Spread different numbers over an interval, in no order: multiples of the golden ratio."""
    low, high = domain
    index = np.arange(1, math.prod(shape) + 1)
    return (low + (high - low) * ((index * 0.6180339887 + 0.3137 * (which + 1)) % 1)).reshape(shape)


# --- a row -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """How one operation is tested.

    Attributes:
        op: its name in the table.
        calls: uses of it.
        shapes: for each sample the shapes of the inputs; every call accepts every sample.
        odd_calls: uses that may be refused, as torch refuses them.
        odd_shapes: samples that a call may refuse.
        domains: for each input the interval that smooth numbers are drawn from; the last repeats.
        data: inputs that are of interest for their numbers: ties, zeros, infinities.
        scalars: the parameters of uses on floats and `Value`s; None if it has no scalar form.
        step: what gradcheck moves the inputs by.
        taken_apart: whether it can be computed on arrays of `Value`s.
    """

    op: str
    calls: Sequence[Call]
    shapes: Sequence[Shapes] = ONE
    odd_calls: Sequence[Call] = ()
    odd_shapes: Sequence[Shapes] = ODD_ONE
    domains: Sequence[tuple[float, float]] = ((-2.0, 2.0),)
    data: Sequence[tuple[Any, ...]] = ()
    scalars: Sequence[dict[str, Any]] | None = None
    step: float = 1e-6
    taken_apart: bool = True

    def domain(self, which: int) -> tuple[float, float]:
        """Return the interval for an input."""
        return self.domains[min(which, len(self.domains) - 1)]

    def sample(self, shapes: Shapes) -> list[Any]:
        """Return an array of smooth numbers for each input."""
        return [numbers(shape, self.domain(i), i) for i, shape in enumerate(shapes)]


def run(program: str, library: Any, inputs: Sequence[Any] = (), op: Any = None) -> Any:
    """Run a program under a library; return what its last line is, where that is an expression."""
    names = {"torch": library, "op": op, "np": np, "inf": inf, "nan": nan}
    names.update(zip("abc", inputs, strict=False))
    *before, last = ast.parse(program).body
    exec(compile(ast.Module(before, []), "<program>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<program>", "eval"), names)
    return exec(compile(ast.Module([last], []), "<program>", "exec"), names)


def ours(call: Call) -> str:
    """Return a call as this library spells it."""
    return call if isinstance(call, str) else call[0]


def torchs(call: Call) -> str:
    """Return a call as torch spells it."""
    return call if isinstance(call, str) else call[1]


# --- kinds of rows -----------------------------------------------------------------------------

POSITIVE = (0.2, 3.0)


def unary(op: str, *calls: Call, **more: Any) -> Row:
    """Make the row of a function of one number."""
    calls = calls or (f"torch.{op}(a)", f"a.{op}()")
    return Row(op, calls, **{"scalars": ({},), "data": [grid(SPECIAL, 1)], **more})


def binary(op: str, *calls: Call, **more: Any) -> Row:
    """Make the row of a function of two numbers."""
    calls = (f"torch.{op}(a, b)", f"a.{op}(b)", *calls)
    defaults = {
        "shapes": TWO,
        "odd_shapes": ODD_TWO,
        "scalars": ({},),
        "data": [grid(SPECIAL, 2)],
    }
    return Row(op, calls, **{**defaults, **more})


def reduction(op: str, *calls: Call, **more: Any) -> Row:
    """Make the row of an operation that makes many numbers one."""
    defaults: dict[str, Any] = {
        "shapes": (((2, 3),), ((3, 2),), ((2, 2, 2),)),
        "odd_shapes": (((),), ((3,),), ((2, 1),), ((0,),), ((0, 3),), ((2, 0),)),
        "data": [(x,) for x in TIES],
    }
    return Row(op, calls, **{**defaults, **more})


def over_dims(op: str, *more_calls: Call, **more: Any) -> Row:
    """Make the row of a reduction that takes no dim, one or several."""
    given = ("", "0", "-1", "dim=1", "(0, 1)", "dim=(-1, 0)", "[0]", "dim=None",
             "0, keepdim=True", "dim=(0, 1), keepdim=True", "dim=None, keepdim=True")  # fmt: skip
    odd = ("5", "-3", "(0, 0)", "(0, 5)", "()", "dim=(), keepdim=True")
    return reduction(
        op,
        f"torch.{op}(a)",
        *(f"a.{op}({arguments})" for arguments in given),
        *more_calls,
        **{"odd_calls": [f"a.{op}({arguments})" for arguments in odd], **more},
    )


def spread(op: str, *more_calls: Call) -> Row:
    """Make the row of var or std; torch's gradient for `dim=()` is no derivative of its value."""
    row = over_dims(op, *more_calls)
    odd_calls = [call for call in row.odd_calls if "()" not in call]
    return replace(row, odd_calls=[*odd_calls, f"a.{op}(1, correction=2)"])


def functional(*calls: str) -> list[str]:
    """Spell calls of functions of torch.nn.functional in full."""
    return [f"torch.nn.functional.{call}" for call in calls]


def reshaping(op: str, *calls: Call, **more: Any) -> Row:
    """Make the row of an operation that moves numbers without changing them."""
    return Row(op, calls, **{"shapes": (((2, 3),), ((2, 1, 3),)), **more})


# --- the table ---------------------------------------------------------------------------------
