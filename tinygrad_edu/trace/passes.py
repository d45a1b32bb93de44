"""Passes that make the lines of a program fewer and shorter, and change no value.

Each takes the steps of a program and returns others. None of them uses a law that floats do not
keep: x · 0 is not 0 where x is inf, and x + 0 is not x where x is −0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tinygrad_edu.trace.expressions import (
    UNARY,
    Expression,
    Name,
    Step,
    names_in,
    parts_in,
    rewritten,
    size,
    text,
    with_parts,
)

Steps = list[Step]


def without_ones(steps: Iterable[Step]) -> Steps:
    """Write x for x · 1, x / 1 and x¹, and −x for x · (−1), where the 1 is a plain number.

    Such a number changes no dtype.

    >>> product = Expression("{0} * {1}", (Name("x"), 1.0))
    >>> without_ones([Step("y", product)])[0].expression
    Name(text='x')
    """

    def change(x: Any) -> Any:
        if not isinstance(x, Expression) or x.form not in _WITH_ONES:
            return x
        left, right = x.parts
        if _is(left, 1, -1) and x.form == "{0} * {1}":
            left, right = right, left
        if not isinstance(left, (Name, Expression)):
            return x
        if _is(right, 1):
            return left
        if _is(right, -1) and x.form == "{0} * {1}":
            return Expression("-{0}", (left,), UNARY, (UNARY,))
        return x

    return [step_with(step, rewritten(step.expression, change)) for step in steps]


_WITH_ONES = ("{0} * {1}", "{0} / {1}", "np.power({0}, {1})")


def _is(x: Any, *numbers: int) -> bool:
    return type(x) in (int, float) and x in numbers


def folded(steps: Iterable[Step]) -> Steps:
    """Compute what is computed of plain numbers alone: (2 / 8) becomes 0.25.

    Only +, − and · of floats, and / by what is not 0, are: numpy computes them as Python does.
    """
    signs: dict[str, Any] = {
        "{0} + {1}": lambda a, b: a + b,
        "{0} - {1}": lambda a, b: a - b,
        "{0} * {1}": lambda a, b: a * b,
        "{0} / {1}": lambda a, b: a / b if b else None,
    }

    def change(x: Any) -> Any:
        if not isinstance(x, Expression) or x.form not in signs:
            return x
        if not all(type(part) is float for part in x.parts):
            return x
        result = signs[x.form](*x.parts)
        return x if result is None else result

    return [step_with(step, rewritten(step.expression, change)) for step in steps]


def without_aliases(steps: Iterable[Step], kept: Collection[str] = ()) -> Steps:
    """Drop lines that only give another name, such as sums of one term.

    Args:
        steps: the steps.
        kept: names that must stay.
    """
    meaning: dict[str, Any] = {}
    result = []
    for step in steps:
        step = step_with(step, renamed(step.expression, meaning))
        if isinstance(step.expression, Name) and step.name not in kept and not step.draws:
            meaning[step.name] = step.expression
        else:
            result.append(step)
    return result


def shared(steps: Iterable[Step], kept: Collection[str] = ()) -> Steps:
    """Compute what is computed several times once.

    Whole lines that say the same become one; and parts of lines that say the same become a line of
    their own, t1, t2, …

    Args:
        steps: the steps.
        kept: names that must stay, as other names for what is computed already.
    """
    return _shared_parts(_shared_lines(steps, kept))


def _shared_lines(steps: Iterable[Step], kept: Collection[str]) -> Steps:
    meaning: dict[str, Any] = {}
    known: dict[str, Name] = {}
    result = []
    for step in steps:
        step = step_with(step, renamed(step.expression, meaning))
        key = None if step.draws or not isinstance(step.expression, Expression) else _key(step)
        if key is not None and key in known:
            if step.name in kept:
                result.append(step_with(step, known[key]))
            else:
                meaning[step.name] = known[key]
            continue
        if key is not None:
            known[key] = Name(step.name)
        result.append(step)
    return result


def _key(step: Step) -> str:
    return text(step.expression)


def _shared_parts(steps: Steps) -> Steps:
    counts: Counter[str] = Counter()
    for step in steps:
        _count_parts(step.expression, counts)
    taken = {step.name for step in steps}
    known: dict[str, Name] = {}
    result: Steps = []

    def replace(x: Any, top: bool = False) -> Any:
        if not top and _worth_a_line(x):
            key = text(x)
            if key not in known and counts[key] > 1:
                name = Name(fresh(taken))
                result.append(Step(name.text, with_parts(x, replace)))
                known[key] = name
            if key in known:
                return known[key]
        return with_parts(x, replace)

    for step in steps:
        expression = replace(step.expression, top=True)
        result.append(step_with(step, expression))
        if isinstance(step.expression, Expression) and not step.draws:
            known.setdefault(text(step.expression), Name(step.name))
    return result


def _count_parts(x: Any, counts: Counter[str], top: bool = True) -> None:
    """Count how often each part is written; what is in a part that was there before counts once."""
    if not top and _worth_a_line(x):
        key = text(x)
        counts[key] += 1
        if counts[key] > 1:
            return
    for part in parts_in(x):
        _count_parts(part, counts, False)


def _worth_a_line(x: Any) -> bool:
    """Tell whether a part computes something, and does not only look at it (`x.T`, `x[0]`)."""
    if not isinstance(x, Expression):
        return False
    looks = x.form in ("{0}.T", "{0}.mT") or x.form.startswith(("{0}[", "{0}.reshape"))
    return not looks and any(True for _ in names_in(x))


def without_unused(steps: Sequence[Step], wanted: Iterable[str]) -> Steps:
    """Drop the lines that nothing of what is wanted depends on.

    Args:
        steps: the steps.
        wanted: the names of the results.

    >>> y = Step("y", Expression("{0} + {1}", (Name("x"), 1.0)))
    >>> [step.name for step in without_unused([y, Step("z", Name("y"))], ["y"])]
    ['y']
    """
    used = set(wanted)
    result = []
    for step in reversed(steps):
        if step.draws or step.name in used:
            used.update(names_in(step.expression))
            result.append(step)
    return result[::-1]


def shortened(steps: Iterable[Step], width: int) -> Steps:
    """Break expressions that are too long to be read: their largest parts become lines."""
    steps = list(steps)
    taken = {step.name for step in steps}
    result: Steps = []
    for step in steps:
        while len(text(step.expression)) > width:
            part = _largest_part(step.expression)
            if part is None:
                break
            name = Name(fresh(taken))
            result.append(Step(name.text, part))
            change = lambda x, part=part, name=name: name if x is part else x
            step = step_with(step, rewritten(step.expression, change))
        result.append(step)
    return result


def _largest_part(x: Any) -> Any:
    """Find the largest part that is at most about half of an expression."""
    inner = [part for part in _expressions_in(x) if _worth_a_line(part)]
    found = max(inner, key=size, default=None)
    while found is not None and size(found) > size(x) // 2 + 1:
        smaller = _largest_part(found)
        if smaller is None or size(smaller) < 2:
            break
        found = smaller
    return found


def _expressions_in(x: Any) -> list[Any]:
    found: list[Any] = []
    for part in parts_in(x):
        found += [part] if isinstance(part, Expression) else _expressions_in(part)
    return found


def renamed(x: Any, meaning: dict[str, Any]) -> Any:
    """Put other names, or what they stand for, in the place of names."""
    if not meaning:
        return x

    def change(part: Any) -> Any:
        return meaning.get(part.text, part) if isinstance(part, Name) else part

    return rewritten(x, change)


def step_with(step: Step, expression: Any) -> Step:
    """Return a step with another expression."""
    return Step(step.name, expression, step.comment, step.draws)


def fresh(taken: set[str], stem: str = "t") -> str:
    """Find a name that is not taken, and take it: t1, t2 and so on."""
    count = 1
    while f"{stem}{count}" in taken:
        count += 1
    taken.add(f"{stem}{count}")
    return f"{stem}{count}"


def simplified(steps: Iterable[Step], wanted: Collection[str]) -> Steps:
    """Apply every pass that makes a program smaller."""
    wanted = list(wanted)
    steps = folded(without_ones(steps))
    steps = without_aliases(steps, wanted)
    return without_unused(shared(without_unused(steps, wanted), wanted), wanted)
