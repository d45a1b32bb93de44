"""What one should know of a derivative beside its numbers, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tinygrad_edu.trace.graph import Graph, ValueNode
from tinygrad_edu.trace.leftover import advice, has_run, leftovers
from tinygrad_edu.trace.paths import Paths
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import arising, computed

ROUNDING = 1e-9
"""Up to this share of the sum of all |products|, two sums differ by rounding."""


def notes_on(
    graph: Graph, names: Sequence[str], paths: Paths, sums: tuple[float, float, float]
) -> list[str]:
    """Collect the notes on a derivative.

    Args:
        graph: the graph.
        names: what its values are called, by index.
        paths: the paths back to what is asked about.
        sums: the gradient, the sum of the positive paths, and that of the negative ones.
    """
    gradient, positive, negative = sums
    return [
        *_about_names(graph, paths.wrt, names),
        *_about_output(graph, names),
        *_about_kinds(paths, gradient),
        *_about_cancelling(gradient, positive, negative),
        *_about_grad(graph, paths.wrt, names, gradient),
        *_about_changes(graph, paths, names),
    ]


def some(names: Sequence[str], most: int = 8) -> str:
    """List names, as many as fit into a sentence."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + rest


def _about_names(graph: Graph, wrt: ValueNode, names: Sequence[str]) -> list[str]:
    """Tell if several values have the name of the one that is asked about."""
    others = [x for x in graph.values if x.name and x.name == wrt.name and x is not wrt]
    if not others:
        return []
    rest = some([names[x.index] for x in others])
    return [f"Several values are called {wrt.name!r}: this is {names[wrt.index]!r}, beside {rest}."]


def _about_output(graph: Graph, names: Sequence[str]) -> list[str]:
    """Tell where the output became nan or inf, if it did."""
    output = graph.outputs[0]
    if output.number is None or math.isfinite(output.number):
        return []
    for operation in graph.operations:
        made = operation.results[0]
        kind = arising([use.value.number for use in operation.arguments], made.number)
        if kind:
            formula = computed(operation, [names[use.value.index] for use in operation.arguments])
            name = names[made.index]
            what = f"{names[output.index]} is {number(output.number)}: "
            return [f"{what if made is not output else ''}{kind} arises at {name} = {formula}."]
    return []


def _about_kinds(paths: Paths, gradient: float) -> list[str]:
    """Tell which paths are closed, and which are no finite numbers."""
    counts, notes = paths.counts, []
    if counts["zero"] and counts["zero"] < paths.count:
        closed = counts["zero"]
        give, on = ("gives", "it") if closed == 1 else ("give", "them")
        notes.append(
            f"{closed:,} of the {paths.count:,} paths {give} exactly 0: a factor on {on} is 0, so "
            "the gate is closed."
        )
    elif counts["zero"] > 1:
        who = "Both paths" if paths.count == 2 else f"All {paths.count:,} paths"
        notes.append(f"{who} give exactly 0: on each of them a factor is 0.")
    broken = counts["nan"] + counts["infinite"]
    if broken and paths.count > 1:
        notes.append(
            f"{broken:,} of the {paths.count:,} paths "
            f"{'is' if broken == 1 else 'are'} inf or nan, and so is every sum with "
            f"{'it' if broken == 1 else 'them'}."
        )
    elif not broken and paths.count > 1 and not math.isfinite(gradient):
        notes.append(
            "All local derivatives are finite, but their products or their sum are larger than a "
            "float can hold."
        )
    return notes


def _about_cancelling(gradient: float, positive: float, negative: float) -> list[str]:
    """Tell of contributions of both signs."""
    if not (positive and negative) or not math.isfinite(positive - negative):
        return []
    words = f"Contributions of both signs, {number(positive)} and {number(negative)},"
    if gradient == 0:
        return [f"{words} cancel: nothing is left."]
    if abs(gradient) / (positive - negative) <= ROUNDING:
        return [f"{words} cancel: what is left, {number(gradient)}, is rounding."]
    return [f"{words} leave {number(gradient)}."]


def _about_grad(graph: Graph, wrt: ValueNode, names: Sequence[str], gradient: float) -> list[str]:
    """Tell if `.grad` holds something else."""
    held, name = wrt.gradient, names[wrt.index]
    if held is None or held == gradient or (held != held and gradient != gradient):
        return []
    known = leftovers(graph, {wrt.index: gradient}, names, has_run(graph)).get(wrt.index)
    if known:
        return [f"{known} {advice(wrt, name)}"]
    belongs = "it belongs to another output or to other numbers"
    if wrt.made_by is None:
        belongs = "it adds up over several passes, or belongs to another output or other numbers"
    return [f"{name}.grad holds {held!r}, not {gradient!r}: {belongs}."]


def _about_changes(graph: Graph, paths: Paths, names: Sequence[str]) -> list[str]:
    """Tell if a number was changed after the forward pass."""
    changed = (
        operation.results[0]
        for operation in graph.operations
        if paths.is_on_a_path(operation.results[0]) and operation.is_changed()
    )
    first = next(changed, None)
    if first is None:
        return []
    return [
        f"A number was changed after {names[first.index]} was computed: run the forward pass "
        "again, for these derivatives mix the old numbers with the new."
    ]
