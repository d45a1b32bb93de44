"""Calls that give each argument of torch's functions, read off torch's own signatures.

torch lists the signatures of its functions of tensors: names, types and defaults of the arguments.
`calls_of` finds, for each signature, values of the required arguments that torch accepts; then it
gives each argument in turn, by keyword and by position, values that are usual for its type and
some that are wrong.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from calling import HELPERS
from comparing import Raised, assert_same, outcome

TENSORS = {
    "x": "torch.tensor([[0.9, 0.25, 0.375], [0.25, 0.8, 0.125], [0.375, 0.125, 0.7]])",
    "y": "torch.tensor([[-1.5, 2.0, 0.0], [3.0, -0.5, 1.0], [1.0, -2.5, 4.0]])",
    "s": "torch.tensor([[4.0, 1.0, 2.0], [0.0, 3.0, 1.0], [1.0, 2.0, 5.0]]).t()",
    "m": "torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)",
    "t": "torch.arange(12.0).reshape(2, 2, 3) / 8 - 0.5",
    "w": "torch.arange(18.0).reshape(2, 3, 3) / 8 - 0.5",
    "v": "torch.tensor([0.25, 0.5, 0.75])",
    "z": "torch.tensor(0.5)",
    "e": "torch.zeros(0, 3)",
    "X": "torch.tensor([[4, 1, 3], [2, 6, 5]])",
    "j": "torch.tensor([[0, 2, 1], [1, 0, 2], [2, 1, 0]])",
    "i": "torch.tensor([2, 0, 1])",
    "u": "torch.tensor([3, 200, 7], dtype=torch.uint8)",
    "k": "torch.tensor(1)",
    "b": "torch.tensor([True, False, True])",
    "data": "torch.utils.data.TensorDataset(torch.arange(7.0), torch.arange(7))",
}
"""Tensors, and a dataset, by the names that stand for them in calls."""

VALUES = {
    "Tensor": ("x", "v", "i", "y", "X", "b", "j", "t", "z", "m", "k", "e", "u", "s"),
    "number": ("2", "0.5", "-1", "0", "'a'"),
    "int": ("0", "1", "-1", "2", "7", "-7", "1.5", "None", "k"),
    "float": ("0.5", "1", "-0.5", "2.0", "'a'"),
    "bool": ("True", "False"),
    "List[int]": ("(0,)", "(1,)", "(0, 1)", "[0]", "1", "(3, 2)", "(-1, -2)", "()", "(5,)"),
    "List[Tensor]": ("(x, y)", "[v, v]", "(i, i)", "()", "(x, v)", "x", "(i,)", "(b,)"),
    "List[Optional[Tensor]]": ("(i,)", "(i, i)", "(b,)", "(None, i)"),
    "List[List[int]]": ("[[1], [0]]", "((0, 1), (1, 0))", "[[1], [0, 1]]", "[[0]]", "[[5], [0]]"),
    "ScalarType": ("torch.float64", "torch.int64", "torch.bool", "torch.int32", "float", "'int'"),
    "Device": ("'cpu'", "torch.device('cpu')", "'nowhere'", "0.5"),
    "Layout": ("torch.strided",),
    "MemoryFormat": ("torch.contiguous_format", "torch.preserve_format"),
    "Generator": ("torch.Generator().manual_seed(3)", "torch.default_generator", "3"),
    "str": ("'mean'", "'sum'", "'left'", "'right'", "'floor'", "'ij'", "'x'", "0"),
}
"""What is tried for arguments of each type of torch's: usual values and wrong ones."""

NAMED = {
    "size": ("(2, 3)", "(3,)", "()", "[2, 2]", "2", "(-1, 3)", "(2.0,)", "(0,)"),
    "batch1": ("w", "t", "x"),
    "batch2": ("w", "t", "x"),
    "mat2": ("x", "w", "y", "v", "j"),
    "pin_memory": ("False",),
    "rounding_mode": ("'floor'", "'trunc'", "None", "'x'", "0"),
    "reduce": ("'add'", "'multiply'", "'sum'", "'prod'", "'mean'", "'amax'", "'x'", "0"),
    "generator": ("torch.Generator().manual_seed(3)", "torch.default_generator", "None", "3"),
    "padding": ("0", "1", "(1,)", "'same'", "'valid'", "'x'", "-1", "0.5"),
}
"""What is tried for arguments of a name, rather than of a type."""

BASES = """
addmm            x; x; x
addmv            v; x; v
bmm              w; w
clamp clip       x; min=0.5 | x; min=z
conv1d           t; t
conv2d           w[None]; w[None, :, :2]
dsplit           t; 1 | t; (0,)
einsum           'ij'; (x,)
index_add index_copy             x; 0; i; x
index_fill       x; 0; i; z
index_reduce     x; 0; i; x; 'prod'
linspace logspace                        z; z; 7 | z; 2; 7 | 2; z; 7
masked_fill      x; b; z
masked_scatter   x; b; x
meshgrid         (v, v); indexing='ij'
narrow           x; 0; k; 1
norm             x; 2; dtype=torch.float64 | x; 2; (0,); False; dtype=torch.float64
randint          7; (2, 3); generator=None | 0; 7; (2, 3); generator=None
randint_like     x; 0; 7; generator=None
scatter scatter_add scatter_reduce       x; 0; j; x | x; 0; j; 2
scatter          x; 0; j; x; reduce='add' | x; 0; j; 2; reduce='add'
scatter_reduce   x; 0; j; x; 'sum'
select_scatter   x; v; 0; 0
unflatten        X; 1; (3, -1)
unfold           x; 0; 2; 1
where            b; x; y | b; x; 2 | b; 2; x | b; 2; 0.5
"""
"""Calls to begin with, where a search would take long: arguments are separated by `;`."""

IN_PYTHON = {
    "cartesian_prod": ["Tensor input, Tensor other"],
    "tensordot": ["Tensor a, Tensor b, int dims=2", "Tensor a, Tensor b, int[][] dims"],
}
"""Signatures of what torch has written in Python: its own tell of what is called there."""

SEARCH = 500
"""How many choices of the required arguments are tried, until torch accepts one."""

Form = Callable[[Sequence[str], dict[str, str]], str]
Given = dict[str, str]


class Argument(NamedTuple):
    """An argument of a signature."""

    name: str
    type: str
    required: bool
    by_keyword_only: bool
    default: Any

    @property
    def keyword(self) -> str:
        """What it is called in a call."""
        return "input" if self.name == "self" else self.name

    @property
    def values(self) -> Sequence[str]:
        """What to try for it."""
        return NAMED.get(self.name, VALUES.get(self.type, ()))


class Trial(NamedTuple):
    """A call, and the argument that it is about."""

    call: str
    about: str


def signatures(torch: Any, name: str) -> list[list[Argument]]:
    """List the signatures of a function of tensors, but for those with `out=`."""
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{name}")
    if name in IN_PYTHON:
        schemas = [torch._C.parse_schema(f"{name}({s}) -> Tensor") for s in IN_PYTHON[name]]
    return [
        [_argument(a) for a in schema.arguments]
        for schema in schemas
        if _is_of_tensors(schema) and not any(a.is_out for a in schema.arguments)
    ]


def _is_of_tensors(schema: Any) -> bool:
    types = [str(a.real_type) for a in (*schema.arguments, *schema.returns)]
    return any("Tensor" in t for t in types) and not any(t == "t" or "str[]" in t for t in types)


def _argument(a: Any) -> Argument:
    kind = str(a.real_type).removeprefix("Optional[")
    if kind != str(a.real_type):
        kind = kind[:-1]
    return Argument(a.name, kind, not a.has_default_value(), a.kwarg_only, a.default_value)


def function(name: str) -> Form:
    """Write calls of `torch.NAME`; one that changes its input in place is given a copy."""

    def form(positional: Sequence[str], keywords: dict[str, str]) -> str:
        if name.endswith("_") and positional:
            positional = [f"{positional[0]}.clone()", *positional[1:]]
        return f"torch.{name}({_arguments(positional, keywords)})"

    return form


def method(name: str) -> Form:
    """Write calls of `x.NAME`."""

    def form(positional: Sequence[str], keywords: dict[str, str]) -> str:
        own = positional[0] + ".clone()" * name.endswith("_")
        return f"{own}.{name}({_arguments(positional[1:], keywords)})"

    return form


def _arguments(positional: Sequence[str], keywords: dict[str, str]) -> str:
    return ", ".join([*positional, *(f"{name}={value}" for name, value in keywords.items())])


class _Names(dict[str, Any]):
    """Tensors of a library by name, made when a call asks for them."""

    def __missing__(self, name: str) -> Any:
        if name not in TENSORS:
            raise KeyError(name)  # a name of Python's own
        self[name] = tensor = eval(_compiled(TENSORS[name]), {"torch": self["torch"]})
        return tensor


@cache
def _compiled(expression: str) -> Any:
    return compile(expression, expression, "eval")


def evaluate(library: Any, expression: str) -> Any:
    """Evaluate a call under a library."""
    library.default_generator.manual_seed(0)  # torch.manual_seed looks for devices first
    names = _Names(torch=library, np=np, inf=math.inf, nan=math.nan, **HELPERS)
    return eval(_compiled(expression), names)  # as globals, so that lambdas see them


def written(form: Form, arguments: Sequence[Argument], given: Given, by_position: int) -> str:
    """Write a call that gives the first arguments by position and the others by keyword."""
    first, others = arguments[:by_position], arguments[by_position:]
    positional = [given.get(a.name, repr(a.default)) for a in first]
    return form(positional, {a.keyword: given[a.name] for a in others if a.name in given})


def accepted(
    torch: Any, form: Form, arguments: Sequence[Argument], bases: Sequence[Given]
) -> Given | None:
    """Find values of the required arguments that torch accepts: of some calls, or by trying."""
    required = [a for a in arguments if a.required]
    count = _required_by_position(arguments)
    choices = itertools.islice(itertools.product(*(a.values for a in required)), SEARCH)
    names = [a.name for a in required]
    for given in (*bases, *(dict(zip(names, values, strict=True)) for values in choices)):
        call = written(form, arguments, given, count)
        if not isinstance(outcome(lambda call=call: evaluate(torch, call)), Raised):
            return given
    return None


def _required_by_position(arguments: Sequence[Argument]) -> int:
    return sum(a.required and not a.by_keyword_only for a in arguments)


def read(base: str, arguments: Sequence[Argument]) -> Given | None:
    """Read a call in the manner of `BASES`, if it gives these arguments what they need."""
    given = {}
    for i, part in enumerate(base.split("; ") if base else ()):
        name, equals, value = part.partition("=")
        if not equals or not name.isidentifier():
            name, value = arguments[min(i, len(arguments) - 1)].name, part
        given[name] = value
    required = {a.name for a in arguments if a.required}
    return given if required <= given.keys() <= {a.name for a in arguments} else None


def _suits(given: Given, arguments: Sequence[Argument]) -> bool:
    """Tell whether tensors are given where they are asked for, and only there."""
    return all(
        (a.type == "Tensor") == (value[0] in TENSORS and value[1:2] in ("", "["))
        for a in arguments
        if (value := given.get(a.name)) is not None
    )


def bases_of(name: str, arguments: Sequence[Argument]) -> list[Given]:
    """List the calls that are known to be good of a function, or of its form in place."""
    lines = (line.split("  ", 1) for line in BASES.strip().splitlines())
    found = (
        read(base.strip(), arguments)
        for names, bases in lines
        if name.removesuffix("_") in names.split()
        for base in bases.split(" | ")
    )
    return [given for given in found if given is not None and _suits(given, arguments)]


def calls_of(
    torch: Any, form: Form, arguments: Sequence[Argument], bases: Sequence[Given] = ()
) -> Iterator[Trial]:
    """Give each argument in turn other values, by keyword and by position."""
    base = accepted(torch, form, arguments, bases)
    if base is None:
        return
    count = _required_by_position(arguments)
    yield Trial(written(form, arguments, base, count), "")
    for i in range(1, count):
        yield Trial(written(form, arguments, base, i), arguments[i].keyword)
    for i, a in enumerate(arguments):
        for value in a.values:
            given = {**base, a.name: value}
            yield Trial(written(form, arguments, given, count), a.keyword)
            if not a.by_keyword_only and i >= count:
                yield Trial(written(form, arguments, given, i + 1), a.keyword)
    nonsense = Argument("nonsense", "", False, True, None)
    yield Trial(written(form, [*arguments, nonsense], {**base, "nonsense": "1"}, count), "nonsense")


def disagreement(trial: Trial, ours: Any, torch: Any) -> str | None:
    """Tell how a call comes out otherwise than in torch; None where it does not.

    What is left out is refused by name: that is no disagreement.
    """
    expected = outcome(lambda: evaluate(torch, trial.call))
    found = outcome(lambda: evaluate(ours, trial.call))
    if isinstance(found, Raised) and not isinstance(expected, Raised):
        by_name = f"'{trial.about}'" in found.message or "no attribute" in found.message
        if by_name and found.kind in ("TypeError", "NotImplementedError", "AttributeError"):
            return None
    left_out = isinstance(found, Raised) and found.kind == "NotImplementedError"
    if left_out and re.search(rf"\b{trial.about}\b.* is not there", found.message):
        return None
    try:
        assert_same(found, expected, 1e-5, 1e-6)
    except AssertionError:
        return f"{trial.call}: {_short(found)}, but torch: {_short(expected)}"
    return None


def _short(result: Any) -> str:
    return " ".join(repr(result).split())[:150]
