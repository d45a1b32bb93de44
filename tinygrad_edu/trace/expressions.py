"""Expressions: pieces of source code in numpy, as trees, so that passes can simplify them.

A tree has names of lines at its ends. It is written with as few brackets as Python needs to
compute it in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

ATOM, POWER, UNARY, PRODUCT, SUM, AND, OR, COMPARISON = 10, 9, 8, 7, 6, 5, 4, 3
"""How strongly an expression holds together: one that does so less needs brackets inside it."""

INDEXED = "{0}[{1}]"
"""The form of a part of an array."""


class UnwritableError(Exception):
    """What flowed through a function cannot be written as an expression."""


@dataclass(frozen=True)
class Name:
    """A variable of the program."""

    text: str


@dataclass(frozen=True, eq=False)
class Expression:
    """An operation on parts.

    Attributes:
        form: how it is written, with {0}, {1} for the parts.
        parts: names, expressions, numbers, and tuples and lists of those.
        rank: how strongly it holds together.
        needs: what each part must at least have to need no brackets.
    """

    form: str
    parts: tuple[Any, ...]
    rank: int = ATOM
    needs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Step:
    """A line of a program.

    Attributes:
        name: the variable that it sets; "" for a line that is only done.
        expression: what it is set to.
        comment: the formula.
        draws: whether it does something besides (draws random numbers, checks): then it is never
            dropped or shared.
    """

    name: str
    expression: Any
    comment: str = ""
    draws: bool = False


def text(x: Any, need: int = 0) -> str:
    """Write an expression.

    Args:
        x: a name, an expression, or a plain number, dtype, slice, tuple, …
        need: how strongly it must hold together to be written without brackets.

    Raises:
        UnwritableError: for an array, which is no source code.

    >>> a, b = Name("a"), Name("b")
    >>> total = Expression("{0} + {1}", (a, b), SUM, (SUM, SUM + 1))
    >>> text(Expression("{0} * {1}", (total, -2.0), PRODUCT, (PRODUCT, PRODUCT + 1)))
    '(a + b) * -2.0'
    """
    if isinstance(x, Name):
        return x.text
    if not isinstance(x, Expression):
        written = _plain(x)
        return f"({written})" if written.startswith("-") and need > UNARY else written
    needs = x.needs or (0,) * len(x.parts)
    if x.form == INDEXED:
        written = x.form.format(text(x.parts[0], ATOM), index_text(x.parts[1]))
        return f"({written})" if x.rank < need else written
    written = x.form.format(*(text(part, n) for part, n in zip(x.parts, needs, strict=True)))
    return f"({written})" if x.rank < need else written


_CONTAINERS = {list: "[{}]", tuple: "({})"}


def _plain(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return _array(x)
    if isinstance(x, str):
        return f'"{x}"' if x.isprintable() and '"' not in x and "\\" not in x else repr(x)
    if isinstance(x, (bool, int, type(None))):
        return repr(x)
    if isinstance(x, np.floating):
        return f"np.{x.dtype.name}({_number(float(x))})"
    if isinstance(x, float):
        return _number(x)
    if isinstance(x, (np.dtype, type)):
        return f"np.{np.dtype(x).name}" if np.dtype(x) != bool else "bool"
    if isinstance(x, slice) or (type(x) is tuple and any(isinstance(part, slice) for part in x)):
        return f"np.s_[{index_text(x)}]"
    if x is Ellipsis:
        return "..."
    if hasattr(x, "_fields"):
        return f"{type(x).__name__}({', '.join(map(text, x))})"
    if isinstance(x, (tuple, list)):
        inner = ", ".join(map(text, x)) + ("," if type(x) is tuple and len(x) == 1 else "")
        return _CONTAINERS[type(x)].format(inner)
    if isinstance(x, np.generic):
        return repr(x)
    raise UnwritableError(f"{type(x).__name__} is no source code")


def _number(x: float) -> str:
    written = repr(x)
    return re.sub("(inf|nan)", r"np.\1", written) if not np.isfinite(x) else written


def _array(x: Any) -> str:
    """Write a small array, or one that is the same number everywhere."""
    kind = text(x.dtype)
    if not x.size:
        return f"np.zeros({x.shape}, {kind})"
    if not x.ndim:
        return f"np.array({text(x.item())}, {kind})"
    same = (x == x.flat[0]).all() and not (x.dtype.kind == "f" and x.flat[0] == 0)
    if same or (not x.any() and not np.signbit(x).any()):
        return f"np.full({x.shape}, {text(x.flat[0].item())}, {kind})"
    if x.ndim == 1 and x.dtype == np.int64 and np.array_equal(x, np.arange(x.size)):
        return f"np.arange({x.size})"
    if x.size > 16:
        raise UnwritableError("an array of many numbers is no source code")
    return f"np.array({text(x.tolist())}, {kind})"


def index_text(index: Any) -> str:
    """Write what stands between the brackets of an index.

    >>> index_text((slice(None), slice(1, 3), 0))
    ':, 1:3, 0'
    """
    if isinstance(index, tuple) and not hasattr(index, "_fields") and index:
        return ", ".join(map(index_text, index)) + ("," if len(index) == 1 else "")
    if isinstance(index, slice):
        start, stop, step = ("" if x is None else text(x) for x in parts_in(index))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return text(index)


def parts_in(x: Any) -> tuple[Any, ...]:
    """Return what an expression, a tuple, a list or a slice is made of."""
    if isinstance(x, Expression):
        return x.parts
    if isinstance(x, (tuple, list)):
        return tuple(x)
    return (x.start, x.stop, x.step) if isinstance(x, slice) else ()


def with_parts(x: Any, change: Callable[[Any], Any]) -> Any:
    """Rebuild an expression with each part changed."""
    old = parts_in(x)
    new = tuple(map(change, old))
    if all(a is b for a, b in zip(new, old, strict=True)):
        return x
    if isinstance(x, Expression):
        return Expression(x.form, new, x.rank, x.needs)
    if hasattr(x, "_fields") or isinstance(x, slice):
        return type(x)(*new)
    return type(x)(new)


def names_in(x: Any) -> Iterator[str]:
    """Yield the names in an expression, each as often as it is there."""
    if isinstance(x, Name):
        yield x.text
    for part in parts_in(x):
        yield from names_in(part)


def rewritten(x: Any, change: Callable[[Any], Any]) -> Any:
    """Rebuild an expression from its ends up, with `change` applied to each part."""
    return change(with_parts(x, lambda part: rewritten(part, change)))


def size(x: Any) -> int:
    """Count the operations in an expression."""
    return isinstance(x, Expression) + sum(map(size, parts_in(x)))
