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

from tinygrad_edu.trace.parameter_text import parameter_lines
from tinygrad_edu.trace.roles import slopes_of
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.text import number
from tinygrad_edu.value import Value

if TYPE_CHECKING:
    from tinygrad_edu.trace.graph import OperationNode, ValueNode
    from tinygrad_edu.trace.step import Slot

FLAT = 0.1
"""Below this slope an activation counts as flat in a sentence."""

SENT = ("known", "cancelled")
"""The states in which a contribution is a number other than 0."""

STEEP = 0.9
"""From this slope on it lets nearly all of the gradient pass; and from this share of the largest
slope that it has anywhere, it is nearly at its steepest."""

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
    if len(arguments) == 1 and symbol != operation.name and _ARGUMENT.search(symbol):
        return _ARGUMENT.sub(bracketed(arguments[0]), symbol)
    name = operation.name if len(arguments) == 1 else symbol
    return f"{name}({', '.join(arguments)})"


def computed(operation: OperationNode, arguments: Sequence[str]) -> str:
    """Write what an operation of a graph computes; on `Value`s with its parameters.

    >>> from tinygrad_edu.trace.graph import read
    >>> computed(read(Value(2.0).clamp(max=1.0)).operations[0], ["x"])
    'clamp(x, max=1.0)'
    """
    text = applied(operation.operation, arguments)
    if not is_on_values(operation) or not text.endswith(")"):
        return text
    bounds = (math.inf, -math.inf)  # which bound nothing
    given = {name: x for name, x in operation.parameters.items() if x not in bounds}
    return f"{', '.join([text[:-1], *parameter_lines(given)])})"


def bracketed(text: str) -> str:
    """Put brackets around a negative number.

    >>> bracketed("−3"), bracketed("3")
    ('(−3)', '3')
    """
    return f"({text})" if text.startswith(("−", "-")) else text


def amount(x: Any) -> str:
    """Write a gradient: a number, or of an array the norm: the root of the sum of its squares.

    >>> amount(-2.0), amount(np.array([3.0, -4.0])), amount(None)
    ('−2', 'norm 5', '–')
    """
    if x is None:
        return "–"
    if np.ndim(x) == 0:
        return number(float(x))
    return f"norm {number(norm(x))}"


def rounded(x: float, digits: int = 2) -> str:
    """Write a number for a sentence, with few digits.

    >>> rounded(0.1966), rounded(19.66), rounded(0.5)
    ('0.2', '20', '0.5')
    """
    return number(float(f"{x:.{digits}g}"), digits)


def ledger(slot: Slot, upstream: Any) -> str:
    """Write how a contribution was added: `– → −2 × 3 = −6`, then `−6 → −6 + (−2 × 1) = −8`.

    Of arrays the sizes are written, which do not add up as their elements do.
    """
    before = amount(slot.before)
    if slot.local is not None:
        product = f"{number(float(upstream))} × {bracketed(number(slot.local))}"
        total = product if slot.before is None else f"{before} + ({product})"
        return f"{before} → {total} = {number(slot.after)}"
    if np.ndim(slot.contribution) == 0:
        if slot.before is None:
            return f"{before} → {amount(slot.after)}"
        sum_of = f"{before} + {bracketed(amount(slot.contribution))}"
        return f"{before} → {sum_of} = {amount(slot.after)}"
    added = "" if slot.before is None else f", with {amount(slot.contribution)} added"
    return f"{before} → {amount(slot.after)}{added}"


# --- sentences -----------------------------------------------------------------------------------


def forward_sentence(operation: OperationNode, names: Sequence[str], numbers: Sequence[str]) -> str:
    """Say what goes in and what comes out; the last of names and numbers is the result's.

    >>> from tinygrad_edu.trace.graph import read
    >>> product = read(Value(2.0) * Value(3.0)).operations[0]
    >>> forward_sentence(product, ["w", "3", "y"], ["2", "3", "6"])
    'w × 3, with w = 2, gives y = 6.'
    """
    pairs = dict(zip(names[:-1], numbers[:-1], strict=True)).items()
    given = listed([_with_fact(name, text) for name, text in pairs if name != text])
    formula = computed(operation, names[:-1])
    return f"{formula}{given and f', with {given},'} gives {_with_fact(names[-1], numbers[-1])}."


def _with_fact(name: str, fact: str) -> str:
    """Write a name with its number, or with its shape, which is not what it equals."""
    return f"{name} of shape {fact}" if fact.startswith("[") else f"{name} = {fact}"


def arising(given: Sequence[float | None], made: float | None) -> str:
    """Name what no number is any more, where it arises: of finite numbers, all of them known.

    >>> arising([1.0, 0.0], float("inf")), arising([float("inf")], float("inf"))
    ('inf', '')
    """
    known = all(x is not None and math.isfinite(x) for x in given)
    if made is None or math.isfinite(made) or not known:
        return ""
    return "nan" if math.isnan(made) else "inf"


def backward_sentence(operation: Any, slots: Sequence[Slot], names: Sequence[str]) -> str:
    """Say in plain words what one use of a rule does with the gradient."""
    wanted = [slot for slot in slots if slot.state != "missing"]
    if not wanted:
        return f"Nothing that went into {title(operation)} asks for a gradient."
    if all(slot.state == "zero" and not np.any(slot.upstream) for slot in wanted):
        who = listed(list(dict.fromkeys(_targets(wanted, names))))
        return f"The gradient that arrives is 0 already, so {who} {_verb(wanted, 'get')} 0."
    return _what_passes(operation, wanted, names) + _added(wanted, names)


def _what_passes(operation: Any, slots: Sequence[Slot], names: Sequence[str]) -> str:
    who, what = _targets(slots, names), title(operation)
    twice = len(slots) == 2 and slots[0].use.value is slots[1].use.value
    if len(slots) == 2 and _all_pass(slots):
        to = f"{who[0]} twice" if twice else listed(who)
        return f"{what} copies the gradient to {to}, unchanged."
    if twice and slots[0].local == slots[1].local and all(slot.state == "known" for slot in slots):
        slope = bracketed(number(slots[0].local))
        return f"{who[0]} went in twice: it gets the upstream gradient times {slope} for each."
    arrays = [slot for slot in slots if slot.local is None and slot.state in SENT]
    sentences = [_array_sentence(arrays, names, what)] if arrays else []
    sentences += [_slot_sentence(operation, slot, names) for slot in slots if slot not in arrays]
    return " ".join(sentences)


def title(operation: Any) -> str:
    """Name an operation for a sentence: its symbol where that is a sign, else its name."""
    symbol: str = operation.symbol
    is_sign = len(symbol) == 1 and not symbol.isalpha()
    is_word = getattr(operation, "arity", 1) != 1 and symbol.replace(" ", "").isalnum()
    return symbol if is_sign or is_word else operation.name.replace("_", " ")


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


def _verb(slots: Sequence[Slot], verb: str) -> str:
    return verb if len({slot.use.value.index for slot in slots}) > 1 else f"{verb}s"


def _slot_sentence(operation: Any, slot: Slot, names: Sequence[str]) -> str:
    name, what = names[slot.use.value.index], title(operation)
    if slot.state == "invalid":
        return _invalid_sentence(slot, name, what)
    if slot.state == "underflow":
        return f"What {what} passes to {name} is smaller than a float can hold: it becomes 0."
    if slot.state == "zero":
        why = " (slope 0)" if slot.local == 0 else _all_zeros(slot, names)
        return f"{what} lets nothing through to {name}{why}."
    return _slope_sentence(operation, slot, name, what)


def _all_zeros(slot: Slot, names: Sequence[str]) -> str:
    """Say that the one argument which a rule needs is 0 everywhere, as the other factor may be."""
    arguments, position = slot.use.operation.arguments, slot.use.position
    keeps = getattr(slot.use.operation.operation, "keeps", None)
    kept = keeps(1 << position, len(arguments)) if keeps else None
    if kept is None or kept.output or len(kept.numbers) != 1 or kept.numbers[0] == position:
        return ""
    other = arguments[kept.numbers[0]].value
    return f": {names[other.index]} is all zeros" if other.shape and _is_zero(other) else ""


def _is_zero(value: ValueNode) -> bool:
    """Tell whether all numbers of a value are 0, as far as they are known."""
    array = getattr(value.source, "array", getattr(value.source, "output", None))
    return array is not None and not np.any(array)


def _slope_sentence(operation: Any, slot: Slot, name: str, what: str) -> str:
    slope: Any = slot.local
    if slope == 1:
        return f"{what} passes the gradient to {name} unchanged."
    if slope == -1:
        return f"{what} passes the gradient to {name} with the other sign."
    if operation.group == "activations" and 0 < slope < STEEP:
        return _share_sentence(what, slope, (slopes_of(operation) or (0.0, 1.0))[1])
    return f"{name} gets the upstream gradient times {bracketed(number(slope))}."


def _share_sentence(what: str, slope: float, most: float) -> str:
    """Say how much an activation lets pass, and how much it could at most."""
    passes = f"{rounded(100 * slope)} % of the gradient passes."
    if FLAT <= slope >= STEEP * most:
        nearly = "" if slope > 0.999 * most else "nearly "
        at_most = "" if not nearly else f" of at most {number(most)}"
        here = f"{what} is {nearly}at its steepest here (slope {rounded(slope)}{at_most})"
        return f"{here}: still only {passes}"
    if slope < FLAT:
        return f"{what} is flat here (slope {rounded(slope)}), so only {passes}"
    return f"{what} has slope {rounded(slope)} here, of at most {rounded(most)}: {passes}"


def _array_sentence(slots: Sequence[Slot], names: Sequence[str], what: str) -> str:
    parts: list[str] = []
    for slot, name in zip(slots, _targets(slots, names), strict=True):
        one = "one of" if parts else "a gradient of"
        parts.append(f"{name} {one} {amount(slot.contribution)}{_compared(slot)}")
    return f"{what} sends {listed(parts)}."


def _compared(slot: Slot) -> str:
    """Compare the size of what goes on with that of what arrived."""
    before, after = norm(slot.upstream), norm(slot.contribution)
    if not before or not is_finite(before) or not is_finite(after):
        return ""
    ratio = after / before
    if 0.995 < ratio < 1.005:
        return " (as large as what arrived)"
    share = f"{rounded(100 * ratio)} % of" if ratio < 1 else f"{rounded(ratio, 3)} times"
    return f" ({share} what arrived)"


def _invalid_sentence(slot: Slot, name: str, what: str) -> str:
    kind = "nan" if np.any(np.isnan(slot.contribution)) else "inf"
    if slot.held_by:
        itself = slot.held_by.startswith(f"{name} holds ")
        return (
            f"{slot.held_by}, {'and so does its gradient' if itself else f'so {name} gets {kind}'}."
        )
    if not slot.arises:
        return f"The gradient is {kind} already, and {what} passes it on to {name}."
    if slot.local is None:
        return f"Here {kind} arises: {what} sends it to {name}."
    if is_finite(slot.local):
        product = f"{number(float(slot.upstream))} × {bracketed(number(slot.local))}"
        return f"Here {kind} arises: {name} gets {product}, more than a float can hold."
    times = f", and 0 × {number(slot.local)} is nan" if slot.upstream == 0 else ""
    return f"Here {kind} arises: the slope of {what} at {name} is {number(slot.local)}{times}."


def _added(slots: Sequence[Slot], names: Sequence[str]) -> str:
    """Say to which gradients this was added, and which contributions cancel."""
    first = {slot.use.value.index: slot for slot in reversed(slots)}
    cancelled = [slot for slot in slots if slot.state == "cancelled"]
    again = [slot for slot in first.values() if slot.before is not None and slot not in cancelled]
    again.sort(key=lambda slot: slot.use.position)
    words = ""
    if cancelled:
        who = listed(_targets(cancelled, names))
        words += f" {who} had as much of the other sign already: they cancel."
    if again:
        who = listed(_targets(again, names))
        had, it = (
            ("a gradient from another use", "it") if len(again) == 1 else ("gradients", "them")
        )
        words += f" {who} had {had} already: this is added to {it}."
    return words


def same_names(values: Sequence[ValueNode], names: Sequence[str]) -> list[str]:
    """Tell which values have a name that another one has as well, and what they are called here."""
    found: dict[str, list[str]] = {}
    for value, name in zip(values, names, strict=True):
        if value.name:
            found.setdefault(value.name, []).append(name)
    return [
        f"{listed(several)} are {len(several)} values called {name}."
        for name, several in found.items()
        if len(several) > 1
    ]


def is_finite(x: Any) -> bool:
    """Tell whether a number, or each of an array, is neither nan nor inf."""
    return math.isfinite(x) if np.ndim(x) == 0 else bool(np.isfinite(x).all())


def is_on_values(operation: OperationNode) -> bool:
    """Tell whether an operation is on `Value`s."""
    return isinstance(operation.vertex, Value)
