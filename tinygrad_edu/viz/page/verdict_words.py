"""How a verdict is told: from where to where the gradient goes, and what did most of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tinygrad_edu.trace.roles import KINDS
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import total
from tinygrad_edu.trace.wording import listed


@dataclass(frozen=True, slots=True)
class Factor:
    """What a part of the way does to the gradient.

    Attributes:
        kind: one of `roles.KINDS`.
        noun: what it is: "slope{} of tanh", "weight{}"; the ending goes where the braces are.
        log10: of how many times larger the gradient gets.
    """

    kind: str
    noun: str
    log10: float


def way_told(start: float, place: str, end: float, arrival: str, word: str) -> str:
    """Say from where to where, in one sentence that begins with the word."""
    if word == "nan":
        return f"The gradient is nan from {arrival} back."
    sizes = f"from {number(start, 3)} at {place} to {number(end, 3)} at {arrival}"
    if place == arrival:
        sizes = f"is {number(end, 3)} at {place}"
    elif not math.isfinite(end):
        sizes = f"is no finite number any more, {sizes}"
    else:
        moves = "goes" if word == "healthy" else "falls" if end < start else "grows"
        sizes = f"{moves} {sizes}{', smaller than a float can hold' if end == 0 else ''}"
    return f"{word.capitalize()}: the gradient {sizes}."


def blame_told(factors: Sequence[Factor]) -> str:
    """Name the kind of factors that did most of it; nothing where nothing much happened.

    >>> slopes = [Factor("activation", "slope{} of tanh", -0.5)] * 6
    >>> blame_told([*slopes, Factor("weight", "weight{}", 0.4)])
    ' Largest part: the 6 slopes of tanh (×0.001, of ×0.00251 in all).'
    """
    whole = total([factor.log10 for factor in factors])
    if not math.isfinite(whole) or abs(whole) < 1:
        return ""
    parts = {
        kind: total([factor.log10 for factor in factors if factor.kind == kind]) for kind in KINDS
    }
    kind = max(KINDS, key=lambda kind: math.copysign(1, whole) * parts[kind])
    chosen = [factor for factor in factors if factor.kind == kind]
    if abs(parts[kind] - whole) < 0.02:
        return f" All of it is done by {_several(chosen)}."
    return f" Largest part: {_several(chosen)} ({_times(parts[kind])}, of {_times(whole)} in all)."


def _times(log10: float) -> str:
    """Write a factor: `×0.0266`, or as a power of ten where a float cannot hold it."""
    return f"×{number(10**log10, 3)}" if abs(log10) < 300 else f"×10^{number(round(log10))}"


def _several(factors: Sequence[Factor]) -> str:
    """Count factors of one kind.

    >>> _several([Factor("activation", f"slope{{}} of {name}", 0.0) for name in ("relu", "tanh")])
    'the 2 slopes of relu and tanh'
    """
    heads, _, names = zip(*(factor.noun.partition(" of ") for factor in factors), strict=True)
    words = heads[0].format("" if len(factors) == 1 else "s")
    count = f"{len(factors):,} " if len(factors) > 1 else ""
    of = f" of {listed(list(dict.fromkeys(names)))}" if names[0] else ""
    return f"the {count}{words}{of}"
