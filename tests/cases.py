"""The table of operations that the tests iterate: at least one row for each entry of `ops.TABLE`.

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

arithmetic = (
    binary("add", "a + b"),
    binary("sub", "a - b"),
    binary("mul", "a * b"),
    binary("div", "a / b", domains=((-2.0, 2.0), POSITIVE)),
    unary("neg", "torch.neg(a)", "-a"),
    # with a Python number on either side
    *(
        Row(op, calls, odd_calls=odd, data=[grid(SPECIAL, 1)], scalars=({},))
        for op, calls, odd in (
            ("add", ("a + 2", "2.5 + a", "torch.add(a, 2)", "torch.add(a, a, alpha=3)"), ()),
            ("sub", ("a - 2", "2.5 - a", "torch.sub(a, a * a, alpha=0.5)"), ("a - inf",)),
            ("mul", ("a * 2", "2.5 * a", "a * 0", "a * a"), ("a * inf", "a * nan")),
            ("div", ("a / 2", "a / -0.5"), ("a / 0", "a / inf")),
        )
    ),
    Row("div", ("2.5 / a", "1 / a"), domains=(POSITIVE,), data=[grid(SPECIAL, 1)],
        scalars=({},)),
)  # fmt: skip

powers = (
    unary("exp"),
    unary("log", domains=(POSITIVE,)),
    unary("log1p", domains=((-0.8, 3.0),)),
    unary("expm1"),
    unary("sqrt", domains=(POSITIVE,)),
    unary("rsqrt", domains=(POSITIVE,)),
    unary("reciprocal", domains=(POSITIVE,)),
    unary("square"),
    binary("pow", "a ** b", domains=(POSITIVE, (-2.0, 2.0))),
    Row(
        "pow",
        ("a ** 2", "a ** 3", "a ** 1", "a ** 0", "a ** 2.0", "a ** -1", "a ** -2", "a ** 2.5",
         "torch.pow(a, 3)"),
        odd_calls=("a ** inf", "a ** -inf"),
        domains=(POSITIVE,), data=[grid(SPECIAL, 1)], scalars=({},),
    ),
    # Of −inf and −0 these are C's powers; torch's are square roots, with other signs.
    Row("pow", ("a ** 0.5", "a ** -0.5", "a ** 1.5"), domains=(POSITIVE,), scalars=({},),
        data=[grid([x for x in SPECIAL if x >= 0 and str(x) != "-0.0"], 1)]),
    Row(
        "pow",
        ("2 ** a", "0.5 ** a", "1 ** a", "2.0 ** a"),
        domains=(POSITIVE,), data=[grid(SPECIAL, 1)], scalars=({},),
        odd_calls=("0 ** a", "(-2) ** a", "inf ** a", "(-1.0) ** a"),
    ),
    Row("pow", ("a ** 2", "a ** 3", "a ** 0", "a ** -1"), domains=((-3.0, -0.3),), scalars=({},)),
)  # fmt: skip

trigonometry = (unary("sin"), unary("cos"), unary("tan", domains=((-1.2, 1.2),)))

NO_ZEROS = [x for x in SPECIAL if not abs(x) < 1e-300]
"""Where torch's second derivative of prelu is that of its first: at 0 the two disagree."""

activations = (
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

special = (
    unary("erf"),
    binary("xlogy", domains=((-2.0, 2.0), POSITIVE)),
)

selection = (
    Row(
        "where",
        ("torch.where(a.detach() > b.detach(), a, b)", "a.where(a.detach() * 2 > 1, b)",
         "torch.where(torch.tensor(True), a, b)"),
        shapes=TWO, odd_shapes=ODD_TWO, data=[grid(SPECIAL, 2)],
    ),
    Row("where", ("torch.where(a.detach() > 0.1, a, 0.0)", "torch.where(a.detach() > 0.1, 2.5, a)",
                  "a.where(a.detach() > 0.1, 1)"), data=[grid(SPECIAL, 1)]),
    unary("sign"),
    unary("abs", "torch.abs(a)", "a.abs()", "abs(a)", "torch.absolute(a)"),
    binary("maximum"),
    binary("minimum"),
    unary(
        "clamp",
        "a.clamp(-1, 1)", "a.clamp(min=0.5)", "a.clamp(max=0.5)", "torch.clamp(a, 0.5, 0.5)",
        "torch.clip(a, 1, -1)", "a.clip(-inf, inf)", "a.clamp(min=None, max=0)",
        odd_calls=("a.clamp()", "a.clamp(None, None)", "a.clamp(min=nan)", "a.clamp(nan, 1)",
                   "a.clamp(max=nan)"),
        scalars=({"min": -1.0, "max": 1.0}, {"min": 0.5}, {"max": 0}, {"min": 1, "max": -1}),
    ),
)  # fmt: skip

reductions = (
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

losses = (
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

shapes = (
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
        "a.mT", "torch.swapaxes(a, 0, 1)",
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
    reshaping(
        "split", "a.split(1)", "torch.split(a, 2, dim=1)", "a.split([1, 1])",
        "a.split((1, 0, 1), dim=0)", "torch.split(a, 5)",
        shapes=(((2, 3),), ((2, 2, 3),)),
        odd_calls=("a.split(0)", "a.split(-1)", "a.split([1, 2])", "a.split(1, 5)",
                   "a.split([3, -1])"),
        odd_shapes=(((),), ((2, 0),), ((0, 2),), ((5,),), ((2,),)),
    ),
    reshaping(
        "chunk", "a.chunk(2)", "torch.chunk(a, 2, dim=1)", "a.chunk(5, -1)", "a.chunk(1)",
        odd_calls=("a.chunk(0)", "a.chunk(-1)", "a.chunk(2, 5)"),
        odd_shapes=(((),), ((5,),), ((7,),), ((0, 2),)),
    ),
)  # fmt: skip

INDEX = "torch.tensor({})".format
indexing = (
    Row(
        "getitem",
        ("a[0]", "a[-1]", "a[1:]", "a[::2]", "a[None]", "a[...]", "a[..., 0]", "a[:, 1:2]",
         "a[:]", "a[0, None, 1]", "a[[1, 0, 1]]", "a[a.detach() > 0]", "a[torch.tensor([1, 1])]",
         "a[torch.tensor([[0, 1], [1, 1]])]", "a[torch.tensor(1)]", "a[:, torch.tensor([0, 0])]",
         "a[torch.tensor([0, 1]), torch.tensor([1, 0])]", "a[torch.tensor([True, False])]",
         "a[1:, [0, 1]]", "a[0, 1]", "a[2:]"),
        shapes=(((2, 2),), ((2, 3),), ((2, 2, 2),)),
        odd_calls=("a[5]", "a[-5]", "a[0, 5]", "a[0, 0, 0, 0]", "a[torch.tensor([5])]", "a[0.5]",
                   "a[torch.tensor([0.5])]", "a[torch.tensor([True, False, True])]",
                   "a[::-1]", "a[::0]"),
        odd_shapes=(((),), ((3,),), ((0,),), ((0, 2),)),
    ),
    Row(
        "setitem",
        tuple(
            (f"op(a, b, index={index})", f"x = a.clone(); x[{index}] = b; x")
            for index in ("0", "slice(1, None)", "(slice(None), 1)", "...", "(0, 1)")
        ),
        shapes=(((2, 3), ()), ((2, 2), (1,))),
        odd_shapes=(((2, 3), (3,)), ((2, 3), (4,)), ((0, 2), ())),
    ),
    Row(
        "place",
        (("op(a, np.array([0, 2, 2]), (4,))",
          "torch.zeros(4, dtype=a.dtype).index_put((torch.tensor([0, 2, 2]),), a, True)"),
         ("op(a, slice(1, 4), (5,))", "torch.nn.functional.pad(a, (1, 1))")),
        shapes=(((3,),),), odd_shapes=(),
    ),
    Row(
        "gather",
        ("torch.gather(a, 0, torch.tensor([[0, 1], [1, 1]]))",
         "a.gather(1, torch.tensor([[0, 1, 0], [1, 0, 0]]))",
         "a.gather(dim=-1, index=torch.tensor([[1]]))",
         "a.gather(0, torch.zeros(0, 2, dtype=torch.int64))"),
        shapes=(((2, 2),), ((3, 2),), ((2, 4),)),
        odd_calls=("a.gather(0, torch.tensor([0]))", "a.gather(5, torch.tensor([[0]]))",
                   "a.gather(0, torch.tensor([[5, 0]]))", "a.gather(0, torch.tensor([[-1, 0]]))",
                   "a.gather(0, torch.tensor([[0, 0, 0, 0, 0]]))",
                   "a.gather(0, torch.tensor([[0.0]]))"),
        odd_shapes=(((0, 2),),),
    ),
    Row(
        "index_select",
        ("torch.index_select(a, 0, torch.tensor([1, 0, 1]))",
         "a.index_select(-1, torch.tensor([0]))", "a.index_select(dim=1, index=torch.tensor(1))",
         "a.index_select(0, torch.tensor([], dtype=torch.int64))",
         "a.index_select(0, torch.tensor([1], dtype=torch.int32))"),
        shapes=(((2, 2),), ((3, 2),), ((2, 3, 2),)),
        odd_calls=("a.index_select(0, torch.tensor([[0]]))", "a.index_select(5, torch.tensor([0]))",
                   "a.index_select(0, torch.tensor([5]))", "a.index_select(0, torch.tensor([-1]))",
                   "a.index_select(0, torch.tensor([0.0]))"),
        odd_shapes=(((),), ((2,),), ((0, 2),)),
    ),
    Row(
        "embedding",
        ("torch.nn.functional.embedding(torch.tensor([0, 1, 1]), a)",
         "torch.nn.functional.embedding(torch.tensor([[1, 0], [1, 1]], dtype=torch.int32), a)",
         "torch.nn.functional.embedding(torch.tensor(1), a)"),
        shapes=(((2, 2),), ((3, 1),)),
        odd_calls=("torch.nn.functional.embedding(torch.tensor([5]), a)",
                   "torch.nn.functional.embedding(torch.tensor([-1]), a)",
                   "torch.nn.functional.embedding(torch.tensor([0.0]), a)",
                   "torch.nn.functional.embedding(torch.tensor([True]), a)",
                   "torch.nn.functional.embedding(torch.tensor([0]), a, 7)",
                   "torch.nn.functional.embedding([0], a)"),
        odd_shapes=(((2,),), ((0, 2),), ((2, 2, 2),)),
    ),
)  # fmt: skip

products = {
    "mm": (((2, 3), (3, 2)), ((1, 1), (1, 4)), ((3, 2), (2, 3))),
    "bmm": (((2, 2, 3), (2, 3, 1)), ((1, 1, 2), (1, 2, 2))),
    "mv": (((2, 3), (3,)), ((1, 2), (2,))),
    "dot": (((3,), (3,)), ((1,), (1,))),
    "outer": (((2,), (3,)), ((1,), (2,))),
    "matmul": (
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((2, 2, 3), (3, 2)),
        ((2, 3), (2, 3, 1)), ((2, 1, 2, 3), (2, 3, 2)), ((2, 2, 3), (3,)), ((3,), (2, 3, 2)),
        ((2, 2, 3), (1, 3, 2)),
    ),
}  # fmt: skip
ODD_PRODUCTS: tuple[Shapes, ...] = (
    ((), ()), ((3,), ()), ((), (3,)), ((3,), (2,)), ((2, 3), (2, 3)), ((2, 3), (2,)),
    ((2,), (3, 2)), ((0,), (0,)), ((2, 0), (0, 3)), ((0, 3), (3, 2)), ((0, 3), (3,)),
    ((2, 2, 3), (3, 3, 2)), ((2, 2, 3), (2, 2, 3)), ((0, 2, 3), (0, 3, 2)), ((2, 3), (3,)),
    ((2, 3), (3, 2)), ((3,), (3,)), ((2, 2, 3), (2, 3, 2)),
)  # fmt: skip
linear_algebra = (
    *(
        Row(
            op, (f"torch.{op}(a, b)", f"a.{op}(b)", *(["a @ b"] if op == "matmul" else [])),
            shapes=samples, odd_shapes=ODD_PRODUCTS[3 if op == "mv" else 0:],
        )
        for op, samples in products.items()
    ),
    Row("batched_matmul", (("op(a, b)", "a @ b"),),
        shapes=(((2, 2, 3), (3, 2)), ((2, 1, 2, 3), (2, 3, 2)))),
    Row("linear", (("op(a, b, c)", "torch.nn.functional.linear(a, b, c)"),),
        shapes=(((2, 3), (4, 3), (4,)), ((1, 1), (1, 1), (1,))),
        odd_shapes=(((0, 3), (2, 3), (2,)), ((2, 0), (2, 0), (2,)), ((2, 3), (2, 2), (2,)),
                    ((2, 3), (2, 3), (3,)))),
)  # fmt: skip

FUNCTION = "torch.nn.functional.{}".format
normalization = (
    Row(
        "batch_norm",
        (FUNCTION("batch_norm(a, None, None, b, c, True)"),
         FUNCTION("batch_norm(a, None, None, training=True, eps=0.5) * b.sum() * c.sum()"),
         FUNCTION("batch_norm(a, b.detach() * 0 + 0.3, c.detach() * 0 + 2, b, c)")),
        shapes=(((4, 2), (2,), (2,)), ((2, 3, 2), (3,), (3,)), ((2, 2, 2, 3), (2,), (2,))),
        odd_calls=(FUNCTION("batch_norm(a, b, c)"), FUNCTION("batch_norm(a, None, c)"),
                   FUNCTION("batch_norm(a, None, None, b, c, True, eps=0)")),
        odd_shapes=(((1, 2), (2,), (2,)), ((4, 2), (3,), (2,)), ((4, 2), (2,), (3,)),
                    ((0, 2), (2,), (2,))),
    ),
    Row(
        "layer_norm",
        (FUNCTION("layer_norm(a, b.shape, b, c)"),
         FUNCTION("layer_norm(a, b.shape, weight=b, eps=0.5) * c"),
         FUNCTION("layer_norm(a, list(b.shape)) * b * c")),
        shapes=(((2, 3), (3,), (3,)), ((2, 3, 2), (3, 2), (3, 2)), ((4,), (4,), (4,))),
        odd_calls=(FUNCTION("layer_norm(a, 3, b, c)"), FUNCTION("layer_norm(a, (), b, c)")),
        odd_shapes=(((2, 4), (3,), (3,)), ((2, 3), (3,), (2,)), ((0, 3), (3,), (3,)),
                    ((3,), (2, 3), (2, 3))),
    ),
)  # fmt: skip

GRAD = "torch.nn.grad.{}".format
CONV = "stride=({0}, {0}), padding=(({1}, {1}),) * 2, dilation=({2}, {2}), groups={3}".format
convolution = (
    Row(
        "convolution",
        (FUNCTION("conv2d(a, b)"), FUNCTION("conv2d(a, b, stride=2, padding=(1, 0))"),
         FUNCTION("conv2d(a, b, None, (1, 2), 2, (2, 1))"),
         FUNCTION("conv2d(a, b, padding='same')"),
         FUNCTION("conv2d(a[0], b, padding=1)"), FUNCTION("conv2d(a, b, padding='valid')"),
         FUNCTION("conv1d(a[:, :, 0], b[:, :, 0], padding=2, dilation=2)")),
        shapes=(((2, 2, 3, 4), (2, 2, 2, 3)),),
        odd_calls=(FUNCTION("conv2d(a, b, stride=0)"), FUNCTION("conv2d(a, b, padding=-1)"),
                   FUNCTION("conv2d(a, b, groups=2)"), FUNCTION("conv2d(a, b, groups=0)"),
                   FUNCTION("conv2d(a, b, stride=(1, 2, 3))"),
                   FUNCTION("conv2d(a, b, padding='same', stride=2)"),
                   FUNCTION("conv2d(a, b, padding='other')"), FUNCTION("conv2d(a, b, stride=1.5)"),
                   FUNCTION("conv1d(a, b)"), FUNCTION("conv2d(a[0, 0], b)")),
        odd_shapes=(((0, 2, 4, 4), (2, 2, 3, 3)), ((1, 3, 4, 4), (2, 2, 3, 3)),
                    ((1, 2, 2, 2), (2, 2, 3, 3)), ((1, 2, 0, 4), (2, 2, 1, 1)),
                    ((1, 2, 4, 4), (0, 2, 3, 3)), ((1, 2, 4, 4), (2, 2, 0, 3))),
    ),
    Row(
        "convolution_bias",
        (FUNCTION("conv2d(a[:, :2], b, c)"), FUNCTION("conv2d(a, b, c, (2, 1), (0, 1), (1, 2), 2)"),
         FUNCTION("conv2d(a, b, c, groups=2, padding='same')"),
         FUNCTION("conv1d(a[:, :2, 0], b[:, :, 0], c)")),
        shapes=(((1, 4, 3, 4), (4, 2, 2, 2), (4,)),),
        odd_shapes=(((2, 4, 4, 5), (4, 2, 2, 3), (3,)), ((2, 4, 4, 5), (3, 2, 2, 2), (3,))),
    ),
    Row(
        "convolution_input",
        (("op(a, b, (4, 5), " + CONV(1, 0, 1, 1) + ")",
          GRAD("conv2d_input((len(a), b.shape[1], 4, 5), b, a)")),),
        shapes=(((2, 3, 3, 3), (3, 2, 2, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_input",
        (("op(a, b, (5, 6), " + CONV(2, 1, 1, 2) + ")",
          GRAD("conv2d_input((len(a), 4, 5, 6), b, a, stride=2, padding=1, groups=2)")),),
        shapes=(((2, 2, 3, 3), (2, 2, 2, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_weight",
        (("op(a, b, (2, 3), " + CONV(2, 1, 1, 2) + ")",
          GRAD("conv2d_weight(a, (2, 2, 2, 3), b, stride=2, padding=1, groups=2)")),),
        shapes=(((2, 4, 5, 6), (2, 2, 3, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_weight",
        (("op(a, b, (2, 2), " + CONV(1, 0, 2, 1) + ")",
          GRAD("conv2d_weight(a, (3, 2, 2, 2), b, dilation=2)")),),
        shapes=(((2, 2, 4, 5), (2, 3, 2, 3)),), odd_shapes=(),
    ),
)  # fmt: skip

pooling = (
    Row(
        "max_pool",
        (FUNCTION("max_pool2d(a, 2)"), FUNCTION("max_pool2d(a, (2, 3), (1, 2), (1, 1))"),
         FUNCTION("max_pool2d(a[0], 3, 2, 1, ceil_mode=True)"),
         FUNCTION("max_pool2d(a, 2, 1, 1, (1, 2))"), FUNCTION("max_pool1d(a[0], 2, 1, padding=1)")),
        shapes=(((2, 2, 3, 5),),),
        odd_calls=(FUNCTION("max_pool2d(a, 6)"), FUNCTION("max_pool2d(a, 2, padding=2)"),
                   FUNCTION("max_pool2d(a, 2, padding=-1)"), FUNCTION("max_pool2d(a, 2, 0)"),
                   FUNCTION("max_pool2d(a, (2, 2, 2))"), FUNCTION("max_pool2d(a, 2.5)"),
                   FUNCTION("max_pool1d(a, 2)"), FUNCTION("max_pool2d(a, 2, dilation=0)")),
        odd_shapes=(((1, 0, 5, 5),), ((1, 2, 0, 5),)),
        data=[([[[1.0, 1.0, nan], [1.0, 2.0, nan], [nan, 2.0, 2.0]]],),
              ([[[-inf, -inf, 0.0], [-inf, -inf, -0.0], [inf, inf, -inf]]],)],
    ),
    Row(
        "max_unpool",
        (("op(a, np.array([[[1, 5], [2, 1]]]), (1, 3, 3))",
          "torch.ops.aten.max_pool2d_with_indices_backward(a, torch.zeros(1, 3, 3).to(a.dtype), "
          "[2, 2], [1, 1], [0, 0], [1, 1], False, torch.tensor([[[1, 5], [2, 1]]]))"),),
        shapes=(((1, 2, 2),),), odd_shapes=(),
    ),
    Row(
        "avg_pool",
        (FUNCTION("avg_pool2d(a, 2)"), FUNCTION("avg_pool2d(a, (2, 3), (1, 2), (1, 1))"),
         FUNCTION("avg_pool2d(a[0], 3, 2, 1, True, False)"),
         FUNCTION("avg_pool2d(a, 2, 3, 1, True, True, divisor_override=3)"),
         FUNCTION("avg_pool1d(a[0], 2, 3, padding=1, count_include_pad=False)"),
         FUNCTION("avg_pool1d(a[0], 2, 1, 1, True)"),
         FUNCTION("adaptive_avg_pool2d(a, (2, 3))"), FUNCTION("adaptive_avg_pool2d(a, 1)"),
         FUNCTION("adaptive_avg_pool2d(a[0], (None, 7))")),
        shapes=(((1, 2, 3, 5),),),
        odd_calls=(FUNCTION("avg_pool2d(a, 6)"), FUNCTION("avg_pool2d(a, 2, padding=2)"),
                   FUNCTION("avg_pool2d(a, 2, padding=-1)"), FUNCTION("avg_pool2d(a, 2, 0)"),
                   FUNCTION("avg_pool2d(a, (2, 2, 2))"), FUNCTION("avg_pool2d(a[0, 0], 2)"),
                   FUNCTION("avg_pool2d(a, 2, divisor_override=0)"), FUNCTION("avg_pool1d(a, 2)"),
                   FUNCTION("adaptive_avg_pool2d(a, -1)"),
                   FUNCTION("adaptive_avg_pool2d(a, (1, 2, 3))"),
                   FUNCTION("adaptive_avg_pool2d(a, 2.5)"),
                   FUNCTION("adaptive_avg_pool2d(a[0, 0], 2)")),
        odd_shapes=(((1, 2, 0, 5),),),
        data=[([[[1.0, inf, 1.0], [1.0, 2.0, 3.0], [nan, 2.0, 2.0]]],)],
    ),
    Row(
        "avg_unpool",
        (("from tinygrad_edu.ops.pooling import Grid, Windows; z = np.array;"
          "rows, columns = Windows(z([0, 1]), z([2, 3]), 3), Windows(z([0, 3]), z([2, 5]), 5);"
          "op(a, Grid(rows, columns, np.full((2, 2), 4), 'AvgPool2D'))",
          "torch.ops.aten.avg_pool2d_backward(a, torch.zeros(2, 3, 5).to(a.dtype), [2, 2], [1, 3], "
          "[0, 0], False, True, None)"),),
        shapes=(((2, 2, 2),),), odd_shapes=(),
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *arithmetic,
    *powers,
    *trigonometry,
    *activations,
    *special,
    *selection,
    *reductions,
    *losses,
    *shapes,
    *indexing,
    *linear_algebra,
    *normalization,
    *convolution,
    *pooling,
)
