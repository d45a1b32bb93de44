"""How a step reads: formulas with names, the same with numbers, and one plain sentence.

Everything is worded from the table entry of an operation (its symbol, its chapter, its rule) and
from the numbers, never from its name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.trace.symbols import Symbol, literal
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Value

if TYPE_CHECKING:
    from tinygrad_edu.trace.graph import OperationNode
    from tinygrad_edu.trace.ledger import Slot

FLAT = 0.1
"""Below this slope an activation counts as flat in a sentence."""

_ARGUMENT = re.compile(r"(?<![a-z])x(?![a-z])")


def applied(operation: Any, arguments: Sequence[str]) -> str:
    """Write an operation on arguments as mathematics does: `w × x`, `tanh(v1)`, `−x`.

    >>> from tinygrad_edu.ops import TABLE
    >>> applied(TABLE["mul"], ["w", "−3"]), applied(TABLE["neg"], ["x"])
    ('w × (−3)', '−x')
    >>> applied(TABLE["tanh"], ["v1"]), applied(TABLE["maximum"], ["a", "b"])
    ('tanh(v1)', 'max(a, b)')
    """
    symbol = operation.symbol
    if len(arguments) == 2 and not symbol[:1].isalnum() and len(symbol) == 1:
        return f" {symbol} ".join(map(bracketed, arguments))
    if len(arguments) == 1 and _ARGUMENT.search(symbol):
        return _ARGUMENT.sub(bracketed(arguments[0]), symbol)
    name = operation.name if len(arguments) == 1 else symbol
    return f"{name}({', '.join(arguments)})"


def bracketed(text: str) -> str:
    """Put brackets around a negative number.

    >>> bracketed("−3"), bracketed("3")
    ('(−3)', '3')
    """
    return f"({text})" if text.startswith(("−", "-")) else text


def rule_with_numbers(operation: OperationNode, position: int, upstream: float) -> str:
    """Write the derivative rule of one argument of an operation on `Value`s, with its numbers.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> rule_with_numbers(read(Value(0.5).tanh()).operations[0], 0, -2.0)
    '(−2) · (1 − (0.4621 · 0.4621))'
    """
    vertex = operation.vertex
    arguments: list[Any] = [  # a constant is known, and what follows from it is written out
        _numeral(x.data) if x.requires_grad else x.data for x in vertex.operands
    ]
    y = _numeral(vertex.data)
    written = literal(vertex.op.rule(position)(_numeral(upstream), y, *arguments))
    written = re.sub(r"(?<![\w.])(\d+)\.0(?!\d)", r"\1", written)
    return written.replace(" * ", " · ").replace("-", "−")


def _numeral(x: float) -> Symbol:
    text = number(x)
    return Symbol(text, is_atom=not text.startswith("−"))


def amount(x: Any) -> str:
    """Write a gradient: a number, or of an array the root of the mean square of its elements.

    >>> amount(-2.0), amount(np.array([3.0, -3.0])), amount(None)
    ('−2', 'rms 3', '–')
    """
    if x is None:
        return "–"
    if np.ndim(x) == 0:
        return number(float(x))
    return f"rms {number(rms(x))}"


def rms(x: Any) -> float:
    """Return the root of the mean square of the elements; of none it is 0."""
    array = np.asarray(x, dtype=np.float64)
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(array * array))) if array.size else 0.0


def ledger(slot: Slot, upstream: Any) -> str:
    """Write how a contribution was added: `0 → 0 + (−2 × 3) = −6`."""
    before = "0" if slot.before is None else amount(slot.before)
    if slot.local is None:
        return f"{before} → {before} + {amount(slot.contribution)} = {amount(slot.after)}"
    product = f"{number(float(upstream))} × {number(slot.local)}"
    return f"{before} → {before} + ({product}) = {number(slot.after)}"


# --- sentences -----------------------------------------------------------------------------------


def forward_sentence(operation: Any, names: Sequence[str], numbers: Sequence[str]) -> str:
    """Say what goes in and what comes out; the last of names and numbers is the result's."""
    given = [
        name if name == text else f"{name} = {text}"
        for name, text in zip(names[:-1], numbers[:-1], strict=True)
    ]
    return f"{title(operation)} of {listed(given)} gives {names[-1]} = {numbers[-1]}."


def backward_sentence(operation: Any, slots: Sequence[Slot], names: Sequence[str]) -> str:
    """Say in plain words what one use of a rule does with the gradient."""
    wanted = [slot for slot in slots if slot.state != "missing"]
    if not wanted:
        return f"Nothing that went into {title(operation)} asks for a gradient."
    if len(wanted) == 2 and _all_pass(wanted):
        return (
            f"{title(operation)} copies the gradient to {listed(_targets(wanted, names))}, "
            "unchanged." + _added(wanted, names)
        )
    return " ".join(_slot_sentence(operation, slot, names) for slot in wanted)


def title(operation: Any) -> str:
    """Name an operation for a sentence: its symbol where that is a sign, else its name."""
    symbol: str = operation.symbol
    return symbol if len(symbol) == 1 and not symbol.isalpha() else operation.name.replace("_", " ")


def listed(words: Sequence[str]) -> str:
    """Join words: `a, b and c`.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _targets(slots: Sequence[Slot], names: Sequence[str]) -> list[str]:
    return [names[slot.use.value.index] for slot in slots]


def _all_pass(slots: Sequence[Slot]) -> bool:
    return all(slot.local == 1.0 and slot.state == "known" for slot in slots)


def _slot_sentence(operation: Any, slot: Slot, names: Sequence[str]) -> str:
    name, what = names[slot.use.value.index], title(operation)
    if slot.state == "invalid":
        return _invalid_sentence(slot, name, what)
    if slot.state == "underflow":
        return f"What {what} passes to {name} is smaller than a float can hold: it becomes 0."
    if slot.state == "zero":
        return f"{what} lets nothing through to {name}" + (
            " (slope 0)." if slot.local == 0 else ": no gradient arrives."
        )
    if slot.local is None:
        return _array_sentence(slot, name, what) + _added([slot], names)
    return _slope_sentence(operation, slot, name, what) + _added([slot], names)


def _slope_sentence(operation: Any, slot: Slot, name: str, what: str) -> str:
    slope: Any = slot.local
    if slope == 1:
        return f"{what} passes the gradient to {name} unchanged."
    if slope == -1:
        return f"{what} passes the gradient to {name} with the other sign."
    if operation.group == "activations" and 0 < slope < 1:
        flat = "flat" if slope < FLAT else "not steep"
        only = "only " if slope < FLAT else ""
        percent = number(100 * slope, 2)
        return (
            f"{what} is {flat} here (slope {number(slope, 2)}), so {only}{percent} % of the "
            "gradient passes."
        )
    return f"{name} gets the upstream gradient times {bracketed(number(slope))}."


def _array_sentence(slot: Slot, name: str, what: str) -> str:
    before, after = rms(slot.upstream), rms(slot.contribution)
    if not before:
        return f"{name} gets {amount(slot.contribution)}."
    ratio = after / before
    change = f"{number(100 * ratio, 2)} % of" if ratio < 1 else f"{number(ratio, 3)} times"
    change = "as large as" if 0.995 < ratio < 1.005 else change
    return f"{what} sends {name} a gradient of {amount(slot.contribution)}, {change} what arrived."


def _invalid_sentence(slot: Slot, name: str, what: str) -> str:
    kind = "nan" if np.any(np.isnan(slot.contribution)) else "inf"
    if slot.arises:
        upstream = "" if np.ndim(slot.upstream) else f" from {number(float(slot.upstream))}"
        slope = "" if slot.local is None else f" × {number(slot.local)}"
        return f"Here {kind} arises: {what} sends it to {name}{upstream}{slope}."
    return f"The gradient is {kind} already, and {what} passes it on to {name}."


def _added(slots: Sequence[Slot], names: Sequence[str]) -> str:
    again = [slot for slot in slots if slot.before is not None]
    if not again:
        return ""
    who = listed(list(dict.fromkeys(_targets(again, names))))
    if any(slot.state == "cancelled" for slot in again):
        return f" {who} was used before: contributions of both signs cancel."
    return f" {who} was used before, so this is added to what is there."


def is_finite(x: Any) -> bool:
    """Tell whether a number, or each of an array, is neither nan nor inf."""
    return math.isfinite(x) if np.ndim(x) == 0 else bool(np.isfinite(x).all())


def is_on_values(operation: OperationNode) -> bool:
    """Tell whether an operation is on `Value`s."""
    return isinstance(operation.vertex, Value)
