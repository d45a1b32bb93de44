"""A drawing in the making: the graph, its look, the boxes of its modules, and its nodes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, ValueNode
from tinygrad_edu.trace.parameter_text import parameter_lines
from tinygrad_edu.viz import labels
from tinygrad_edu.viz.adaptive import AdaptiveDigraph
from tinygrad_edu.viz.legend import legend
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.style import CSS_CLASS, FONT, Magnitude, magnitude, number, size_of
from tinygrad_edu.viz.style import theme as theme_named


class Sheet:
    """A drawing in the making: the graph, the look, and what the legend will have to explain.

    Attributes:
        recorded: the graph.
        theme: the colours.
        reference: the size of a gradient that counts as healthy, of a tensor's elements;
        reference_of_numbers: and of a single number.
        digraph: the drawing.
        seen: the kinds of nodes and the states of gradients that were drawn.
    """

    def __init__(
        self, recorded: Graph, direction: str, theme: str, reference: float | None
    ) -> None:
        self.recorded = recorded
        self.theme = theme_named(theme)
        found = _references(recorded, reference)
        self.reference, self.reference_of_numbers, self.reference_words = found
        self.direction = direction
        self.show_contributions = True
        self.seen: set[str] = set()
        self.digraph = (AdaptiveDigraph if theme == "auto" else Digraph)(
            graph_attr=self._graph_look(),
            node_attr={"fontname": FONT, "fontcolor": self.theme.text, "shape": "plain"},
            edge_attr={"fontname": FONT, "fontcolor": self.theme.text, "fontsize": "11"},
        )
        self._boxes: dict[ModuleCall, Digraph] = {}

    def _graph_look(self) -> dict[str, str]:
        return {
            "rankdir": self.direction,
            "bgcolor": self.theme.background,
            "fontname": FONT,
            "fontcolor": self.theme.text,
            "fontsize": "12",
            "labelloc": "b",
            "nodesep": "0.2",
            "ranksep": "0.35",
            "pad": "0.15",
            "class": CSS_CLASS,
        }

    def inside(self, call: ModuleCall | None) -> Digraph:
        """Return the drawing, or the box of a module call in it."""
        if call is None:
            return self.digraph
        if call not in self._boxes:
            box = Digraph(name=f"cluster_{call.index}")
            box.attr(
                label=labels.label(labels.font(labels.literal(call.title), self.theme.muted)),
                labelloc="t",
                labeljust="l",
                style="rounded,filled",
                color=self.theme.rule,
                fillcolor=self.theme.panel if call.depth % 2 == 0 else self.theme.background,
            )
            self._boxes[call] = box
            self.inside(call.outer)
        return self._boxes[call]

    def reference_for(self, shape: tuple[int, ...] | None) -> float:
        """Return the healthy size of a gradient: of a tensor's elements, or of a single number.

        A loss that is a mean over n elements sends each about 1/n of its own gradient.
        """
        return self.reference if shape else self.reference_of_numbers

    def gradient_row(self, gradient: Any, shape: tuple[int, ...] | None, **look: Any) -> str:
        """Write a gradient in a cell of its colour: a number, of a tensor the mean |grad|."""
        size = size_of(gradient)
        shown = magnitude(size, self.reference_for(shape))
        self.seen.add(shown.state)
        words = "|grad|" if shape or np.ndim(gradient) else "grad"
        text = f"{words} {number(_shown_number(gradient))}"
        return labels.gradient_cell(text, shown, self.theme, **look)

    def arrow(self, tail: str, head: str, shown: Magnitude, lines: list[str] | None = None) -> None:
        """Draw an arrow in the look of the gradient that flows back along it, and lines of text."""
        look = labels.arrow(shown, self.theme)
        if lines:
            look["label"] = labels.label(labels.arrow_text(lines))
        self.digraph.edge(tail, head, arrowsize="0.6", **look)

    def gradient_text(self, gradient: Any, shown: Magnitude) -> list[str]:
        """Write the gradient on an arrow, as the only line, if there is one to write."""
        if shown.state == "missing" or not self.show_contributions:
            return []
        self.seen.add(shown.state)
        if shown.state == "stale":
            return [labels.font("? changed", self.theme.muted)]
        text = number(_shown_number(gradient))
        sign = "✕ " if shown.state == "invalid" else ""
        return [labels.font(labels.literal(sign + text), self.theme.text)]

    def finish(self, show_legend: bool) -> Digraph:
        """Put the boxes into each other, innermost first, and the legend under the drawing."""
        for call in reversed(self.recorded.calls):
            if call in self._boxes:
                self.inside(call.outer).subgraph(self._boxes[call])
        if show_legend:
            tensors = any(value.shape for value in self.recorded.values)
            words = legend(self.theme, self.seen, self.reference_words, tensors)
            self.digraph.attr(label=words)
        return self.digraph


def _references(recorded: Graph, given: float | None) -> tuple[float, float, str]:
    """Return the healthy sizes of a tensor's and of a number's gradient, and what they are."""
    if given is not None:
        if not (given > 0 and math.isfinite(given)):
            raise ValueError(f"reference is a positive number, not {given!r}")
        return given, given, number(given)
    of_output = size_of(recorded.outputs[0].gradient)
    if of_output is None or not 0 < of_output < math.inf:
        of_output = 1.0
    at_output = f"{number(of_output)} at the output"
    for value in reversed(recorded.values):
        size = size_of(value.gradient) if value.made_by is not None and value.shape else None
        if size is not None and 0 < size < math.inf:
            where = labels.literal(value.name or f"the result of {_symbol(value)}")
            words = f"{number(size)} at {where}"
            if any(value.shape == () for value in recorded.values):
                words += f"; single numbers to {at_output}"
            return size, of_output, words
    return of_output, of_output, at_output


def _shown_number(gradient: Any) -> float | None:
    """Return the number that stands for a gradient: itself, or the mean |grad| of an array."""
    return size_of(gradient) if gradient is None or np.ndim(gradient) else float(gradient)


def _symbol(value: ValueNode) -> str:
    return str(value.made_by.operation.symbol) if value.made_by else ""


def draw_operation(sheet: Sheet, operation: OperationNode) -> None:
    """Draw an operation: its symbol, and its parameters where they are not the usual ones."""
    theme, entry = sheet.theme, operation.operation
    lines = [labels.font(labels.literal(entry.symbol), theme.text, 16)]
    for line in parameter_lines(operation.parameters):
        lines.append(labels.font(labels.literal(line, 24), theme.muted, 11))
    definition = getattr(entry, "definition", "an operation of the user's own")
    sheet.inside(operation.call).node(
        f"o{operation.index}",
        label=labels.label("<BR/>".join(lines)),
        tooltip=labels.tooltip(f"{entry.name}: {definition}"),
        shape="ellipse",
        style="filled",
        fillcolor=theme.operation,
        color=theme.text,
        width="0.45",
        height="0.45",
        margin="0.04,0.02",
    )


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape: `64×10`.

    >>> shape_text((64, 10)), shape_text(())
    ('64×10', '')
    """
    return "×".join(map(str, shape))


def value_node(sheet: Sheet, value: ValueNode) -> dict[str, str]:
    """Return the node of a value: its name, its number or shape, and its gradient."""
    theme = sheet.theme
    sheet.seen.add(value.kind)
    title = labels.font(labels.literal(value.name), theme.text, bold=True) if value.name else ""
    fact = number(value.number) if value.number is not None else shape_text(value.shape or ())
    if title and fact:
        title += labels.font(f" = {fact}" if value.number is not None else f"  {fact}", theme.text)
    else:
        title = title or labels.font(fact or "scalar", theme.text)
    rows = [labels.row(labels.cell(title))]
    if value.needs_gradient:
        rows.append(labels.row(sheet.gradient_row(value.gradient, value.shape)))
    return labels.value_node(value.kind, rows, theme)


def value_tooltip(value: ValueNode) -> str:
    """Describe a value in full, for readers who point at it."""
    parts = [value.kind, value.name or "", shape_text(value.shape or ())]
    if value.number is not None:
        parts.append(f"= {value.number!r}")
    if value.needs_gradient:
        size = size_of(value.gradient)
        parts.append(f"gradient {'not computed' if size is None else format(size, '.6g')}")
    return labels.tooltip(", ".join(part for part in parts if part))
