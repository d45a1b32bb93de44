"""A derivative rule in the names of the graph: `g · b` of the table as `∂L/∂v1 · x`.

The table writes its rules in letters. They are replaced, for someone whose own variable is called
`b` would take the `b` of the rule for it.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tinygrad_edu.trace.graph import OperationNode
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import bracketed

RAISED = dict(zip("ᵃᵇˣʸ⁻⁰¹²³", "abxy−0123", strict=True))
_RAISED = re.compile(f"[{''.join(RAISED)}]*[ᵃᵇˣʸ][{''.join(RAISED)}]*")
_MATRICES = re.compile(r"(\}\)?ᵀ?) (\(?\{)")  # side by side: their matrix product
_NEAR_ONE = re.compile(r"1 [−+] \{(\d+)\}|\{(\d+)\}² − 1")
_RELATIONS = {
    "<": operator.lt,
    ">": operator.gt,
    "≤": operator.le,
    "≥": operator.ge,
    "=": operator.eq,
    "is": operator.eq,
}
_LOOSE = re.compile(r"(?:^|(?<=[<>≤≥=] )|(?<=, as ))\(−[^()]*\)(?=$|,| [<>≤≥=])")
"""Brackets around a negative number that no sign before or behind it asks for."""
_UNKNOWN = ("backward(g)",)  # what can be said of a user's own function


def rule_template(operation: OperationNode, position: int) -> str:
    """Write the rule of one argument with blanks in the place of its letters.

    Returns:
        The rule, with {0}, {1}, … for the arguments, then one for the result and one for the
        gradient that arrives at it.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> x, y = Value(2.0), Value(3.0)
    >>> [rule_template(read(x * y).operations[0], i) for i in (0, 1)]
    ['{3} · {1}', '{3} · {0}']
    >>> rule_template(read(x**y).operations[0], 0)
    '{3} · {1} · {0}^({1} − 1)'
    """
    formulas = getattr(operation.operation, "derivatives", _UNKNOWN)
    formula = _with_parameters(formulas[min(position, len(formulas) - 1)], operation)
    letters = _letters(operation.operation, position)
    return _with_blanks(formula, letters, position, len(operation.arguments))


def rule_with_names(
    operation: OperationNode, position: int, names: Sequence[str], output: str
) -> str:
    """Write the rule of one argument with the names of the values.

    Args:
        operation: the operation.
        position: which argument.
        names: what the values of the graph are called, by index.
        output: what is differentiated.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> rule_with_names(read(Value(2.0).tanh()).operations[0], 0, ["b", "a"], "L")
    '∂L/∂a · (1 − a²)'
    """
    return _filled(rule_template(operation, position), operation, names, output)


def rule_with_numbers(operation: OperationNode, position: int, upstream: float) -> str:
    """Write the rule of one argument of an operation on `Value`s with its numbers.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> rule_with_numbers(read(Value(0.5).tanh()).operations[0], 0, -2.0)
    '(−2) · (1 − 0.4621²)'
    >>> rule_with_numbers(read(Value(-1.0).relu()).operations[0], 0, -2.0)
    '0, as −1 < 0'
    """
    vertex = operation.vertex
    numbers = [*(x.data for x in vertex.operands), vertex.data, upstream]
    template = decided(rule_template(operation, position), numbers)
    written = template.format(*map(bracketed, precise(template, numbers)))
    return _LOOSE.sub(lambda found: found[0].strip("()"), written)


def precise(template: str, numbers: Sequence[float]) -> list[str]:
    """Write the numbers for the blanks of a rule, each with as many digits as the rule needs.

    Next to 1 they need more: 1 − 0.99999 is not 1 − 1.

    >>> precise("{1} · (1 − {0})", [0.999999887, 0.123456])
    ['0.999999887', '0.1235']
    """
    near = {int(i) for found in _NEAR_ONE.findall(template) for i in found if i}
    return [number(x, _digits_near_one(x) if i in near else 4) for i, x in enumerate(numbers)]


def _digits_near_one(x: float) -> int:
    rest = abs(1 - abs(x))
    if not 0 < rest < 0.01:
        return 4
    return 2 - math.floor(math.log10(rest)) + (abs(x) > 1)


def decided(template: str, numbers: Sequence[float]) -> str:
    """Write which case of a rule holds for some numbers, and why; without cases, the rule.

    >>> decided("{2} where {0} > 0, else 0", [3.0, 3.0, 1.0])
    '{2}, as {0} > 0'
    >>> decided("{2} where −1 ≤ {0} ≤ 1, else 0", [3.0, 1.0, 1.0])
    '0, as {0} > 1'
    """
    cases, has_else, other = template.rpartition(", else ")
    if not has_else or ";" in other:
        return template
    reason = ""
    for case in cases.split(", "):
        value, _, condition = case.partition(" where ")
        parts = condition.split(" ")
        sides = [_numeral(part, numbers) for part in parts[::2]]
        unknown = any(side is None or math.isnan(side) for side in sides)
        if len(parts) < 3 or unknown or not _RELATIONS.keys() >= {*parts[1::2]}:
            return template
        failing = _failing(parts, sides)
        if not failing:
            return f"{value}, as {condition.replace(' is ', ' = ')}"
        reason = reason or failing
    return f"{other}, as {reason}"


def _failing(parts: Sequence[str], sides: Sequence[Any]) -> str:
    """Find the first of the comparisons that does not hold, and write the one that does."""
    for i, sign in enumerate(parts[1::2]):
        left, right = sides[i], sides[i + 1]
        if not _RELATIONS[sign](left, right):
            true = next(s for s in ("<", "=", ">") if _RELATIONS[s](left, right))
            return f"{parts[2 * i]} {true} {parts[2 * i + 2]}"
    return ""


def _numeral(text: str, numbers: Sequence[float]) -> float | None:
    """Read a blank or a number in a condition; None where it is something else."""
    blank = re.fullmatch(r"\{(\d+)\}", text)
    try:
        return numbers[int(blank[1])] if blank else float(text.strip("()").replace("−", "-"))
    except ValueError:
        return None


def _with_parameters(formula: str, operation: OperationNode) -> str:
    """Put the parameters of an operation on single numbers into its formula; no bound is None."""
    if not getattr(operation.operation, "on_floats", None):
        return formula
    vertex = getattr(operation, "vertex", None)
    own = getattr(vertex, "parameters", None) or operation.operation.parameters
    for name, value in own.items():
        word = name.rpartition("_")[2]
        if len(word) > 2 and (value is None or isinstance(value, (int, float))):
            has_none = value is None or math.isinf(value)
            written = "None" if has_none else bracketed(number(value))
            formula = re.sub(rf"\b{word}\b", written, formula)
    return formula.replace("None ≤ ", "").replace(" ≤ None", "")


def definition_with_names(operation: OperationNode, names: Sequence[str]) -> str:
    """Write what an operation of the table computes with the names of the values.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> definition_with_names(read(Value(2.0).sigmoid()).operations[0], ["b", "a"])
    '1 / (1 + e^(−b))'
    """
    position = next((i for i, use in enumerate(operation.arguments) if use.value.needs_gradient), 0)
    entry, letters = operation.operation, _letters(operation.operation, position)
    template = _with_blanks(entry.definition, letters, position, len(operation.arguments))
    return _filled(template, operation, names, "")


def _filled(template: str, operation: OperationNode, names: Sequence[str], output: str) -> str:
    called = [bracketed(names[use.value.index]) for use in operation.arguments]
    result = names[operation.results[0].index]
    return template.format(*called, result, f"∂{output}/∂{result}")


def _letters(entry: Any, position: int) -> tuple[str, ...] | None:
    letters: tuple[str, ...] | None = None
    if hasattr(entry, "letters"):
        letters = entry.letters(position)
    return letters


def _blanks(letters: tuple[str, ...] | None, position: int, count: int) -> dict[str, int]:
    """Number the letters of a rule: the arguments, then the result and its gradient."""
    if letters is None:  # a rule for any number of arguments, or a user's own
        return {"x": position, "g": count + 1}
    gradient, result, *given = letters
    blanks = {x: i for i, x in enumerate(given) if len(x) == 1}
    blanks |= {result: count, gradient: count + 1}
    return {**{x.upper(): i for x, i in blanks.items()}, **blanks}


def _lowered(raised: re.Match[str]) -> str:
    """Write a raised exponent with letters in it on the line: `ᵇ⁻¹` as `^(b − 1)`."""
    text = "".join(RAISED[c] for c in raised.group())
    return f"^{text}" if len(text) == 1 else f"^({text[0]}{text[1:].replace('−', ' − ')})"


@lru_cache(maxsize=1024)
def _with_blanks(formula: str, letters: tuple[str, ...] | None, position: int, count: int) -> str:
    """Put blanks in the place of letters that stand alone, as factors that cannot run together."""
    blanks = _blanks(letters, position, count)

    def blank(found: re.Match[str]) -> str:
        before, letter, after = found.groups()
        written = f"{{{blanks[letter]}}}"
        if letter == "g" and after in ("ᵀ", "["):
            written = f"({written})"
        times = f"{before} · " if before else ""
        return times + written + {"/": " / ", "√": " · √"}.get(after, after)

    letter = "|".join(map(re.escape, blanks))
    alone = rf"(?<![A-Za-z])([0-9αβγδ]?)({letter})(?![A-Za-z])([ᵀ\[/√]?)"
    return _MATRICES.sub(r"\1 @ \2", re.sub(alone, blank, _RAISED.sub(_lowered, formula)))
