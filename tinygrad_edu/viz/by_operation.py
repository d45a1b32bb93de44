"""A graph in full: every value and every operation, and an arrow for each use of a value."""

from __future__ import annotations

from tinygrad_edu.trace.graph import ModuleCall, Use, ValueNode
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.viz.repeats import repeated_leaves, repeats
from tinygrad_edu.viz.sheet import Sheet, draw_operation, name_node, value_node, value_tooltip
from tinygrad_edu.viz.style import magnitude, size_of


def draw_by_operation(sheet: Sheet) -> None:
    """Draw every value and every operation."""
    recorded = sheet.recorded
    named = {use for value in repeated_leaves(recorded) for use in repeats(value.uses)}
    names = short_names(recorded) if named else []
    repeated = {use.value for use in named}
    for value in recorded.values:
        name = names[value.index] if value in repeated else value.name
        sheet.inside(home(value)).node(
            f"v{value.index}", **value_node(sheet, value, name), tooltip=value_tooltip(value)
        )
    for operation in recorded.operations:
        draw_operation(sheet, operation)
        for use in operation.arguments:
            draw_use(sheet, use, names[use.value.index] if use in named else None)
        for result in operation.results:
            shown = magnitude(size_of(result.gradient), sheet.reference_for(result))
            sheet.arrow(f"o{operation.index}", f"v{result.index}", shown)


def draw_use(sheet: Sheet, use: Use, name: str | None = None) -> None:
    """Draw the arrow from a value into an operation, with the gradient that flowed back there.

    Args:
        sheet: the drawing.
        use: the use.
        name: what stands there for the value, if it is drawn at another of its uses.
    """
    value, gradient, tail = use.value, use.contribution, f"v{use.value.index}"
    if name is not None:
        tail += f"_o{use.operation.index}_{use.position}"
        sheet.inside(use.operation.call).node(tail, **name_node(sheet, value, name))
    reference = sheet.reference_for(value)
    shown = magnitude(size_of(gradient), reference, value.needs_gradient and use.is_stale)
    lines = sheet.gradient_text(gradient, shown)
    sheet.arrow(tail, f"o{use.operation.index}", shown, lines)


def home(value: ValueNode) -> ModuleCall | None:
    """Find the module call to draw a value in.

    What an operation computed belongs where that happened; a parameter or a number in the code,
    to the innermost call that all its uses share; what was given stands outside.
    """
    if value.made_by is not None:
        return value.made_by.call
    return None if value.is_given else shared_call([use.operation.call for use in value.uses])


def around(call: ModuleCall | None) -> list[ModuleCall]:
    """Return a call and all in which it happened, the innermost first."""
    found = []
    while call is not None:
        found.append(call)
        call = call.outer
    return found


def shared_call(calls: list[ModuleCall | None]) -> ModuleCall | None:
    """Return the innermost call that all of these happened in."""
    shared = calls[0] if calls else None
    for call in calls[1:]:
        while shared is not call and shared is not None and call is not None:
            if shared.depth >= call.depth:
                shared = shared.outer
            else:
                call = call.outer
        shared = shared if shared is call else None
    return shared
