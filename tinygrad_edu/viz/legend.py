"""The legend under a drawing of a graph: what its frames, colours, widths and signs mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from tinygrad_edu.viz import labels
from tinygrad_edu.viz.style import RANGES, STEPS, Theme, magnitude, width

KINDS = {
    "parameter": "parameter",
    "leaf": "leaf: wants a gradient",
    "intermediate": "computed",
    "output": "output",
}
STATES = {
    "constant": "dashed frame: constant, no gradient",
    "zero": "dotted, 0: exactly zero",
    "invalid": "✕: nan or inf",
    "stale": "? changed: a number was changed after the forward pass, the gradient is not known",
    "missing": "–: not computed, no backward pass has come here",
    "named": "a name without a frame: a leaf that is drawn at the first of its many uses",
    "accumulated": "(here …): what this graph sent; the rest of .grad is from other passes",
}
SAMPLES = (1e-6, 1e-4, 1e-2, 1.0, 25.0, 1e3, 1e5)
"""A size inside each of the steps of a gradient's size (`style.BOUNDS`)."""

SIZE = 11  # points


def legend(theme: Theme, seen: Collection[str], reference: str, tensors: bool = False) -> str:
    """Write the legend as a label of the drawing.

    Args:
        theme: the colours.
        seen: which kinds of nodes and states of gradients occur; the others are left out.
        reference: what the size of a gradient is compared with, in words.
        tensors: whether there are gradients of several numbers.
    """
    rows = [frames(theme, seen)]
    if "known" in seen:
        of_tensors = " (of a tensor, its norm: the root of the sum of squares)" if tensors else ""
        rows.append(text(f"Size of the gradient that flows back{of_tensors},", theme))
        rows += [text(line, theme) for line in f"relative to {reference}".split("; ")]
        rows.append(scale(theme))
    rows += [text(meaning, theme) for state, meaning in STATES.items() if state in seen]
    lines = (labels.row(labels.cell(line, align="LEFT")) for line in rows if line)
    return labels.label(labels.table(*lines, cellpadding=4))


def frames(theme: Theme, seen: Collection[str]) -> str:
    """Write the key of frames: one of each kind of value that occurs."""
    boxes = [
        labels.value_box(kind, [labels.row(labels.cell(text(words, theme)))], theme)
        for kind, words in KINDS.items()
        if kind in seen
    ]
    letters = sum(len(words) for kind, words in KINDS.items() if kind in seen)
    height = 52 if "parameter" in seen else 44  # room enough also for a font wider than Helvetica
    size: dict[str, Any] = {"align": "LEFT", "fixedsize": "TRUE"}
    size.update({"width": 7 * letters + 34 * len(boxes), "height": height})
    cells = [labels.cell(box) for box in boxes]
    return labels.table(labels.row(*cells), cellspacing=4, **size) if boxes else ""


def scale(theme: Theme) -> str:
    """Write the key of colours and widths: a sample of each step, its word and its bounds."""
    samples = [
        stroke(theme.steps[shown.step], width(shown), dashed=shown.step == 0)
        for shown in map(magnitude, SAMPLES)
    ]
    words = Counter(STEPS)  # a word stands under all steps that have it
    bounds = [labels.font(bound, theme.muted, SIZE) for bound in RANGES]
    return labels.table(
        labels.row(*(labels.cell(sample, height=12, width=66) for sample in samples)),
        labels.row(*(labels.cell(text(w, theme), colspan=n) for w, n in words.items())),
        labels.row(*map(labels.cell, bounds)),
    )


def stroke(color: str, thickness: float, dashed: bool = False) -> str:
    """Draw a line of an arrow's colour and width: cells, which may be no thinner than a point."""
    pieces = 5 if dashed else 1
    look: dict[str, Any] = {"fixedsize": "TRUE", "height": max(round(thickness), 1)}
    inked = labels.cell(bgcolor=color, width=45 // pieces - (3 if dashed else 0), **look)
    blank = labels.cell(width=4, **look)
    return labels.table(labels.row(*([inked, blank] * pieces)[: 2 * pieces - 1]))


def text(markup: str, theme: Theme) -> str:
    """Write text of the legend's size."""
    return labels.font(markup, theme.text, SIZE)
