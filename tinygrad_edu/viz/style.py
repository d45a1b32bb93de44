"""How all pictures look: colours, thresholds, line widths, and how a number is written.

A picture shows how large a gradient is by colour and by width, both on the logarithm of its
magnitude: r = log10(|g| / reference), where |g| of a tensor is its norm. It never
shows the sign by colour. The seven steps of the ratio |g| / reference are

    ratio  ≤ 1e-5, to 1e-3    to 0.1     to 10    to 70    to 1e4, above
    word   vanishing          weakening  healthy  growing  exploding

after the thresholds of AUTOTRAINER (X. Zhang et al., ICSE 2021: vanishing below a ratio of 1e-3 of
the first to the last layer, exploding above 70). Alarms for real training sit lower (Amazon
SageMaker Debugger: a mean |g| below 1e-7) and would not show what a lesson shows. The words are
those of all verdicts; what has no size has words of its own: "dead" and "nan" (`WORDS`).

The seven colours diverge around grey. Any two of them differ by ΔE 17 or more to all three kinds of
colour-blind eyes (Machado et al. 2009). Kinds of things have a shape first and a hue second (Okabe
and Ito's palette).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.text import number as number  # re-exported: all pictures write so

FONT = "Arial"  # its widths are known to Graphviz even where there is no font
CSS_CLASS = "tinygrad-edu"

BOUNDS = (-5.0, -3.0, -1.0, 1.0, math.log10(70), 4.0)
"""Where the steps of r end: up to the first is step 0, from the last on step 6."""

STEPS = ("vanishing", "vanishing", "weakening", "healthy", "growing", "exploding", "exploding")
"""The word of each step: how far gone a gradient is shows its colour, and makes no other word."""

RANGES = ("≤ 1e-5", "to 1e-3", "to 0.1", "to 10", "to 70", "to 1e4", "above")
"""The bounds of each step in words, as ratios."""

HEALTHY = STEPS.index("healthy")

WORDS = ("nan", "dead", "exploding", "vanishing", "growing", "weakening", "healthy")
"""All verdicts on a gradient; of several layers, the first of these that one of them has counts."""


@dataclass(frozen=True)
class Theme:
    """The colours of a page. No two are equal, so that a stylesheet can exchange each of them.

    Attributes:
        background: the page.
        panel: the ground of charts and module boxes.
        rule: thin lines: frames of modules, axes.
        text: text and outlines.
        muted: text of less weight, and arrows without a gradient.
        ink: text on `steps`, dark.
        paper: text on `steps`, light; in the light theme on the dark ends.
        steps: the seven colours of a gradient's magnitude.
        invalid: nan and inf.
        parameter, leaf, operation, output: the hues of kinds.
    """

    background: str
    panel: str
    rule: str
    text: str
    muted: str
    ink: str
    paper: str
    steps: tuple[str, str, str, str, str, str, str]
    invalid: str
    parameter: str
    leaf: str
    operation: str
    output: str

    def colors(self) -> list[str]:
        """Return all colours, in the same order for each theme."""
        found: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            found += [value] if isinstance(value, str) else value
        return found

    def text_on(self, step: int) -> str:
        """Return the colour of text that can be read on the colour of a step."""
        return self.paper if step in (0, 1, 6) else self.ink


LIGHT = Theme(
    background="#ffffff",
    panel="#f6f8fa",
    rule="#b6bec8",
    text="#1f2328",
    muted="#59636e",
    ink="#0b0f19",
    paper="#fefefe",
    steps=("#2d1e6b", "#3b5ba5", "#6fa3cf", "#c3cbd0", "#e0a04a", "#c2611a", "#7a2604"),
    invalid="#b0508a",
    parameter="#e69f00",
    leaf="#56b4e9",
    operation="#e4e7eb",
    output="#009e73",
)

DARK = Theme(
    background="#111827",
    panel="#1b2434",
    rule="#465266",
    text="#e6edf3",
    muted="#a3aebb",
    ink="#0b0f1a",
    paper="#0c101b",
    steps=("#a9e4ff", "#8b8fff", "#4388b8", "#807c79", "#cc7108", "#f8bb66", "#fcefc0"),
    invalid="#f07cc0",
    parameter="#e69f01",
    leaf="#56b4ea",
    operation="#303c50",
    output="#10b587",
)

THEMES = {"light": LIGHT, "dark": DARK, "auto": LIGHT}


def theme(name: str) -> Theme:
    """Return a theme by name; "auto" starts from the light one (see `viz.adaptive`).

    Raises:
        ValueError: there is no such theme.
    """
    if name not in THEMES:
        raise ValueError(f"theme is 'light', 'dark' or 'auto', not {name!r}")
    return THEMES[name]


@dataclass(frozen=True)
class Magnitude:
    """How large a gradient is, in the way it is drawn.

    Attributes:
        state: "known", "zero" (exactly), "invalid" (nan or inf), "missing" (not computed) or
            "stale" (a number that it needs was changed).
        r: log10(|g| / reference), where known.
        step: the index in `STEPS`, where known.
    """

    state: str
    r: float = math.nan
    step: int = HEALTHY


def magnitude(size: float | None, reference: float = 1.0, stale: bool = False) -> Magnitude:
    """Classify a gradient by its size.

    Args:
        size: as `size_of` gives it; None where no gradient was computed.
        reference: the size that counts as healthy, r = 0.
        stale: whether a number that it needs was changed.

    >>> magnitude(0.2), magnitude(0.0).state, magnitude(None).state, magnitude(math.inf).state
    (Magnitude(state='known', r=-0.6989700043360187, step=3), 'zero', 'missing', 'invalid')
    >>> STEPS[magnitude(1e-4).step], STEPS[magnitude(71.0).step]
    ('vanishing', 'exploding')
    """
    if stale:
        return Magnitude("stale")
    if size is None:
        return Magnitude("missing")
    if not math.isfinite(size):
        return Magnitude("invalid")
    if size == 0:
        return Magnitude("zero")
    r = math.log10(abs(size)) - math.log10(reference)
    return Magnitude("known", r, step_of(r))


def step_of(r: float) -> int:
    """Return the index in `STEPS` of r = log10(|g| / reference); a bound belongs to the worse side.

    >>> [step_of(r) for r in (-5, -3, -1, 0, 1, math.log10(70), 4)]
    [0, 1, 2, 3, 4, 5, 6]
    """
    return sum(r > bound if bound < 0 else r >= bound for bound in BOUNDS)


def look_of(word: str, shown: Iterable[Magnitude] = ()) -> Magnitude:
    """Return the look of a verdict: the step that has its word, the milder one of two.

    Args:
        word: the verdict.
        shown: what it is about; if the other step is among it, the verdict looks like that.

    >>> look_of("vanishing").step, look_of("dead").state, look_of("nan").state
    (1, 'zero', 'invalid')
    >>> look_of("vanishing", [magnitude(0.5), magnitude(1e-9)]).step
    0
    """
    if word in STEPS:
        places = [i for i, each in enumerate(STEPS) if each == word]
        found = [one.step for one in shown if one.state == "known" and one.step in places]
        return Magnitude("known", step=max(found, key=_far, default=min(places, key=_far)))
    return Magnitude({"dead": "zero", "exactly 0": "zero", "nan": "invalid"}.get(word, "missing"))


def _far(step: int) -> int:
    return abs(step - HEALTHY)


def width(shown: Magnitude) -> float:
    """Return the width of an arrow in points: 1 + 0.8 (r + 5), from 0.75 to 6.

    >>> width(magnitude(1.0)), width(magnitude(1e-9)), width(magnitude(1e9))
    (5.0, 0.75, 6)
    """
    if shown.state == "known":
        return min(max(1 + 0.8 * (shown.r + 5), 0.75), 6)
    return 2.0 if shown.state == "invalid" else 1.0


def size_of(gradient: Any) -> float | None:
    """Return the size of a gradient: |g|, of an array its norm; None if there is no gradient.

    >>> size_of([3.0, -4.0]), size_of(-2.0), size_of(None)
    (5.0, 2.0, None)
    """
    return None if gradient is None else norm(gradient)
