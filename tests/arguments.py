"""Calls that give each argument of torch's functions, read off torch's own signatures.

torch lists the signatures of its functions of tensors: names, types and defaults of the arguments.
`calls_of` finds, for each signature, values of the required arguments that torch accepts; then it
gives each argument in turn, by keyword and by position, values that are usual for its type and
some that are wrong.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
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
}
"""Tensors by the names that stand for them in calls."""

VALUES = {
    "Tensor": ("x", "v", "i", "y", "X", "b", "j", "t", "z", "m", "k", "e", "u", "s"),
    "number": ("2", "0.5", "-1", "0", "'a'"),
    "int": ("0", "1", "-1", "2", "7", "-7", "1.5", "None", "k"),
    "float": ("0.5", "1", "-0.5", "2.0", "'a'"),
    "bool": ("True", "False"),
    "List[int]": ("(0,)", "(1,)", "(0, 1)", "[0]", "1", "(3, 2)", "(-1, -2)", "()", "(5,)"),
    "List[Tensor]": ("(x, y)", "[v, v]", "(i, i)", "()", "(x, v)", "x", "(i,)", "(b,)"),
    "List[Optional[Tensor]]": ("(i,)", "(i, i)", "(b,)", "(None, i)"),
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
}
"""What is tried for arguments of a name, rather than of a type."""

SEARCH = 2000
"""How many choices of the required arguments are tried, until torch accepts one."""

Form = Callable[[Sequence[str], dict[str, str]], str]


class Argument(NamedTuple):
    """An argument of a signature."""

    name: str
    type: str
    required: bool
    by_keyword_only: bool
    default: Any

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
    return [
        [_argument(a) for a in schema.arguments]
        for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}")
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
        self[name] = tensor = eval(TENSORS[name], {"torch": self["torch"]})
        return tensor


def evaluate(library: Any, call: str) -> Any:
    """Evaluate a call under a library."""
    library.manual_seed(0)
    return eval(call, {}, _Names(torch=library, np=np, inf=math.inf, nan=math.nan))


def accepted_values(torch: Any, form: Form, required: list[Argument]) -> tuple[str, ...] | None:
    """Find values of the required arguments that torch accepts."""
    choices = itertools.product(*(a.values for a in required))
    for values in itertools.islice(choices, SEARCH):
        if not isinstance(outcome(lambda v=values: evaluate(torch, form(v, {}))), Raised):
            return values
    return None


def calls_of(torch: Any, form: Form, arguments: list[Argument]) -> Iterator[Trial]:
    """Give each argument in turn other values, by keyword and by position."""
    required = [a for a in arguments if a.required]
    base = accepted_values(torch, form, required)
    if base is None:
        return
    yield Trial(form(base, {}), "")
    names = ["input" if a.name == "self" else a.name for a in required]
    for i in range(1, len(base)):
        yield Trial(form(base[:i], dict(zip(names[i:], base[i:], strict=True))), names[i])
    for i, a in enumerate(required):
        for value in a.values:
            yield Trial(form((*base[:i], value, *base[i + 1 :]), {}), a.name)
    before = list(base)
    for a in arguments:
        if a.required:
            continue
        for value in a.values:
            yield Trial(form(base, {a.name: value}), a.name)
            if not a.by_keyword_only:
                yield Trial(form((*before, value), {}), a.name)
        if not a.by_keyword_only:
            before.append(repr(a.default))
    yield Trial(form(base, {"nonsense": "1"}), "nonsense")


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
    try:
        assert_same(found, expected, 1e-5, 1e-6)
    except AssertionError:
        return f"{trial.call}: {_short(found)}, but torch: {_short(expected)}"
    return None


def _short(result: Any) -> str:
    return " ".join(repr(result).split())[:150]
