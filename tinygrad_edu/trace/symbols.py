"""Symbols: run a derivative rule on names instead of numbers, and it writes its own source code.

A rule is arithmetic on whatever flows through it. Here pieces of source text flow through it, so
what comes out is the text of the derivative, in a spelling that Python and JavaScript share.
"""

from __future__ import annotations

import re
from typing import Any

from tinygrad_edu.ops import Operation, arithmetic, powers

_CALL = re.compile(r"\w+\([^()]*\)")


class Symbol:
    """A piece of source code that stands for a number.

    Args:
        text: the source.
        is_atom: whether it can be an operand without brackets around it.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> from tinygrad_edu.ops import TABLE
    >>> str(TABLE["sigmoid"].rule(0)(Symbol("g"), y, x))
    'g * (y * (1 - y))'
    """

    __slots__ = ("is_atom", "text")

    def __init__(self, text: str, is_atom: bool = True) -> None:
        self.text = text
        self.is_atom = is_atom

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def _record(op: Operation, operands: Any, parameters: dict[str, Any]) -> Symbol:
        """Write the source of an operation: what `exp(symbol)` does."""
        return write(op, operands, parameters)

    def __neg__(self) -> Symbol:
        return write(arithmetic.neg, (self,))

    def __add__(self, other: Any) -> Symbol:
        return write(arithmetic.add, (self, other))

    def __radd__(self, other: Any) -> Symbol:
        return write(arithmetic.add, (other, self))

    def __sub__(self, other: Any) -> Symbol:
        return write(arithmetic.sub, (self, other))

    def __rsub__(self, other: Any) -> Symbol:
        return write(arithmetic.sub, (other, self))

    def __mul__(self, other: Any) -> Symbol:
        return write(arithmetic.mul, (self, other))

    def __rmul__(self, other: Any) -> Symbol:
        return write(arithmetic.mul, (other, self))

    def __truediv__(self, other: Any) -> Symbol:
        return write(arithmetic.div, (self, other))

    def __rtruediv__(self, other: Any) -> Symbol:
        return write(arithmetic.div, (other, self))

    def __pow__(self, other: Any) -> Symbol:
        return write(powers.pow, (self, other))

    def __lt__(self, other: Any) -> Symbol:
        return _joined(self, "<", other)

    def __le__(self, other: Any) -> Symbol:
        return _joined(self, "<=", other)

    def __gt__(self, other: Any) -> Symbol:
        return _joined(self, ">", other)

    def __ge__(self, other: Any) -> Symbol:
        return _joined(self, ">=", other)

    def __eq__(self, other: Any) -> Any:
        return _joined(self, "==", other)

    def __ne__(self, other: Any) -> Any:
        return _joined(self, "!=", other)

    def __and__(self, other: Any) -> Any:
        if isinstance(other, bool):  # known while the source is written
            return self if other else False
        return _joined(self, "&", other)

    __rand__ = __and__

    def __or__(self, other: Any) -> Any:
        if isinstance(other, bool):
            return True if other else self
        return _joined(self, "|", other)

    __ror__ = __or__

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            "a derivative rule asked whether a number is true; it must choose with `where`, so "
            "that it can be written out for every number"
        )


def write(op: Operation, operands: Any, parameters: dict[str, Any] | None = None) -> Symbol:
    """Write the source of an operation on symbols and numbers.

    Raises:
        NotImplementedError: the operation says of no single numbers how it is computed.

    >>> from tinygrad_edu.ops import TABLE
    >>> str(write(TABLE["leaky_relu"], [Symbol("x")], {"negative_slope": 0.1}))
    'where(x > 0, x, x * 0.1)'
    """
    simple = simplified(op, operands)
    if simple is not None:
        return simple
    template = op.source
    if template is None:
        raise NotImplementedError(f"{op.name} cannot be written as a program of single numbers")
    is_call = _CALL.fullmatch(template) is not None
    texts = [literal(x) if is_call else _bracketed(x) for x in operands]
    named = {name: literal(value) for name, value in (parameters or {}).items()}
    return Symbol(template.format(*texts, **named), is_call)


def simplified(op: Operation, operands: Any) -> Symbol | None:
    """Write x for x · 1 and x¹, and −x for x · (−1), which are the same for every x."""
    if op.name not in (arithmetic.mul.name, powers.pow.name):
        return None
    left, right = operands
    if op.name == arithmetic.mul.name and not isinstance(left, Symbol):
        left, right = right, left
    if isinstance(right, Symbol) or not isinstance(left, Symbol):
        return None
    if right == 1:
        return left
    return -left if right == -1 and op.name == arithmetic.mul.name else None


def literal(x: Any) -> str:
    """Write a symbol, or a number so that it reads back as the same number.

    >>> literal(2.0), literal(0.1), literal(float("-inf"))
    ('2.0', '0.1', '-inf')
    """
    if isinstance(x, Symbol):
        return x.text
    return repr(x.item() if hasattr(x, "item") else x)


def _bracketed(x: Any) -> str:
    text = literal(x)
    is_atom = x.is_atom if isinstance(x, Symbol) else not text.startswith("-")
    return text if is_atom else f"({text})"


def _joined(left: Any, sign: str, right: Any) -> Symbol:
    return Symbol(f"{_bracketed(left)} {sign} {_bracketed(right)}", is_atom=False)
