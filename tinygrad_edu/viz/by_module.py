"""A large graph with one node for each call of a module, and the gradients between them.

The innermost calls become nodes; calls around them stay boxes, and what they compute beside their
inner calls stays as it is. If that is too much to read, calls further out become nodes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tinygrad_edu.trace.calls import Unit, unit_of
from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, Use, ValueNode
from tinygrad_edu.viz import labels
from tinygrad_edu.viz.sheet import Sheet, draw_operation, together, value_node
from tinygrad_edu.viz.style import magnitude, size_of

ROWS = 4  # the parameters that a module's node lists


@dataclass(eq=False)
class Bundle:
    """Values from outside that go to the same units: one node, and one arrow to each unit."""

    values: list[ValueNode]


@dataclass(eq=False)
class Plan:
    """What to draw.

    Attributes:
        units: the nodes, in the order of computation.
        parameters: the parameters that are listed in each module's node.
        arrows: the uses that an arrow stands for, from a node to a unit.
    """

    units: list[Unit] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    parameters: dict[Unit, list[ValueNode]] = field(default_factory=lambda: defaultdict(list))
    arrows: dict[tuple[Unit | Bundle, Unit], list[Use]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __len__(self) -> int:
        return len(self.units) + len(self.bundles)


def plan(recorded: Graph, limit: int) -> Plan:
    """Decide how far in to draw: the innermost calls, or those further out if they are too many.

    Raises:
        ValueError: even the outermost calls are more nodes than the limit.
    """
    deepest = max((call.depth for call in recorded.calls), default=0)
    for depth in range(deepest, -1, -1):
        found = _plan_at(recorded, depth)
        if len(found) <= limit:
            return found
    raise ValueError(
        f"this graph has {len(recorded.values):,} values, and drawn by module it still has "
        f"{len(found):,} nodes, more than the limit of {limit:,} up to which a drawing can be "
        f"read: pass limit={len(found)} to draw it anyway, or draw a part of it (an inner value, "
        "fewer steps)"
    )


def _plan_at(recorded: Graph, depth: int) -> Plan:
    """Make a plan in which calls are nodes that call no others, or lie `depth` calls deep."""
    found = Plan()
    units = {op: unit_of(op, depth) for op in recorded.operations}
    found.units = list(dict.fromkeys(units.values()))
    bundled: dict[Any, Bundle] = {}
    for value in recorded.values:
        targets = list(dict.fromkeys(units[use.operation] for use in value.uses))
        source: Unit | Bundle
        if value.made_by is not None:
            source = units[value.made_by]
        elif not value.is_given and all(isinstance(target, ModuleCall) for target in targets):
            for target in targets:
                if value.name:
                    found.parameters[target].append(value)
            continue
        else:
            key = value if value.shape is not None or value.name else (value.kind, *targets)
            source = bundled.setdefault(key, Bundle([]))
            source.values.append(value)
        for use in value.uses:
            target = units[use.operation]
            if target is not source:
                found.arrows[source, target].append(use)
    found.bundles = list(bundled.values())
    return found


# --- drawing -------------------------------------------------------------------------------------


def draw_by_module(sheet: Sheet, limit: int) -> None:
    """Draw a graph with a node for each call of a module."""
    chosen = plan(sheet.recorded, limit)
    names: dict[Unit | Bundle, str] = {}
    for i, bundle in enumerate(chosen.bundles):
        names[bundle] = f"s{i}"
        sheet.digraph.node(names[bundle], **bundle_node(sheet, bundle))
    for unit in chosen.units:
        if isinstance(unit, ModuleCall):
            names[unit] = f"m{unit.index}"
            label = call_label(sheet, unit, chosen.parameters[unit])
            sheet.inside(unit.outer).node(names[unit], label=label)
        else:
            names[unit] = f"o{unit.index}"
            draw_operation(sheet, unit)
    for (source, target), uses in chosen.arrows.items():
        draw_arrow(sheet, names[source], names[target], uses, isinstance(source, Bundle))
    for value in sheet.recorded.outputs:
        draw_output(sheet, value, names, chosen)


def draw_output(sheet: Sheet, value: ValueNode, names: dict[Any, str], chosen: Plan) -> None:
    """Draw an output of the graph, behind the unit that computed it."""
    if value.made_by is None:
        return
    maker = next(
        names[u] for u in chosen.units if u is value.made_by or _contains(u, value.made_by)
    )
    sheet.digraph.node(f"v{value.index}", **value_node(sheet, value))
    shown = magnitude(size_of(value.gradient), sheet.reference_for(value))
    sheet.arrow(maker, f"v{value.index}", shown)


def _contains(unit: Unit, operation: OperationNode) -> bool:
    call = operation.call
    while call is not None and call is not unit:
        call = call.outer
    return call is not None


def call_label(sheet: Sheet, call: ModuleCall, parameters: list[ValueNode]) -> str:
    """Write a module's node: its title, and its parameters with their gradients."""
    theme = sheet.theme
    title = labels.font(labels.literal(call.title), theme.text, bold=True)
    rows = [labels.row(labels.cell(title, colspan=3, align="LEFT"))]
    groups: dict[str, list[ValueNode]] = defaultdict(list)
    for value in parameters:
        name = (value.name or "").partition("[")[0]
        groups[name.rpartition(".")[2] if call.is_innermost else name].append(value)
    for name, values in list(groups.items())[:ROWS]:
        cells = (
            labels.cell(labels.font(labels.literal(name), theme.text), align="LEFT"),
            labels.cell(labels.font(amount(values), theme.muted), align="LEFT"),
            sheet.gradient_row(values)
            if values[0].needs_gradient
            else labels.cell(labels.font("no gradient", theme.muted)),
        )
        rows.append(labels.row(*cells))
    if len(groups) > ROWS:
        more = labels.font(f"and {len(groups) - ROWS} more", theme.muted)
        rows.append(labels.row(labels.cell(more, colspan=3, align="LEFT")))
    frame = {"border": 1, "style": "ROUNDED", "color": theme.text, "bgcolor": theme.operation}
    inner = labels.table(*rows, cellpadding=3, cellspacing=1)
    return labels.label(labels.table(labels.row(labels.cell(inner)), cellpadding=3, **frame))


def bundle_node(sheet: Sheet, bundle: Bundle) -> dict[str, str]:
    """Return the node of values from outside: a single one as ever, several by their number."""
    first = bundle.values[0]
    if len(bundle.values) == 1:
        return value_node(sheet, first)
    sheet.seen.add(first.kind)
    theme = sheet.theme
    rows = [labels.row(labels.cell(labels.font(amount(bundle.values), theme.text)))]
    if first.needs_gradient:
        rows.append(labels.row(sheet.gradient_row(bundle.values)))
    return labels.value_node(first.kind, rows, theme)


def draw_arrow(sheet: Sheet, tail: str, head: str, uses: list[Use], from_outside: bool) -> None:
    """Draw an arrow that stands for several uses of several values, with how much flows there."""
    values = list(dict.fromkeys(use.value for use in uses))
    needs_gradient = values[0].needs_gradient
    stale = needs_gradient and any(use.is_stale for use in uses)
    gradient = None if stale else _sent_back(uses)
    reference = sheet.reference_for(values[0], len(values))
    shown = magnitude(size_of(gradient), reference, stale)
    several = len(values) > 1 or values[0].shape is not None
    show_amount = several and not from_outside
    lines = [labels.font(amount(values), sheet.theme.muted)] if show_amount else []
    sheet.arrow(tail, head, shown, lines + sheet.gradient_text(gradient, shown))


def _sent_back(uses: list[Use]) -> Any:
    """Put together what flowed back to each value: the sum over its uses."""
    sums: dict[ValueNode, Any] = {}
    for use in uses:
        contribution = use.contribution
        if contribution is not None:
            before = sums.get(use.value)
            sums[use.value] = contribution if before is None else before + contribution
    return together(list(sums.values()))


def amount(values: list[ValueNode]) -> str:
    """Write how much there is: the shape of one tensor, or the number of values.

    >>> node = ValueNode(0, "leaf", None, None, (2, 3), None, None)
    >>> amount([node]), amount([node, node])
    ('2×3', '2 tensors')
    """
    if len(values) == 1:
        return "×".join(map(str, values[0].shape or ())) or "1 value"
    return f"{len(values)} " + ("values" if values[0].shape is None else "tensors")
