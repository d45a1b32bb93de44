"""A drawing in the making: the graph, its look, the boxes of its modules, and its nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, ValueNode
from tinygrad_edu.trace.parameter_text import parameter_lines
from tinygrad_edu.value import Value
from tinygrad_edu.viz import labels
from tinygrad_edu.viz.adaptive import AdaptiveDigraph
from tinygrad_edu.viz.behind import behind_the_loss
from tinygrad_edu.viz.flow_layers import reference_in
from tinygrad_edu.viz.legend import legend
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.repeats import short
from tinygrad_edu.viz.style import CSS_CLASS, FONT, Magnitude, magnitude, number, size_of
from tinygrad_edu.viz.style import theme as theme_named


class Sheet:
    """A drawing in the making: the graph, the look, and what the legend will have to explain.

    Attributes:
        recorded: the graph.
        theme: the colours.
        reference: the size of a gradient that counts as healthy, of a tensor's elements;
        reference_of_numbers: and of a single number;
        reference_of_parameters: and of a parameter, whose gradient is a sum over the batch;
        reference_words: what both are, in markup.
        digraph: the drawing.
        seen: the kinds of nodes and the states of gradients that were drawn.
    """

    def __init__(
        self, recorded: Graph, direction: str, theme: str, reference: float | None
    ) -> None:
        self.recorded = recorded
        self.theme = theme_named(theme)
        self._set_reference(reference)
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

    def _set_reference(self, given: float | None) -> None:
        """Compare with what was given; else with the input of the loss, or tensors with a layer.

        Where there is no such place, with the output.
        """
        if given is not None and not (given > 0 and math.isfinite(given)):
            raise ValueError(f"reference is a positive number, not {given!r}")
        of_output = size_of(self.recorded.outputs[0].gradient)
        if of_output is None or not 0 < of_output < math.inf:
            of_output = 1.0
        self.reference = self.reference_of_numbers = given or of_output
        self.reference_of_parameters = self.reference
        self.reference_words = number(given) if given else f"{number(of_output)} at the output"
        self._words_of_numbers = self.reference_words
        if given is None and any(value.shape for value in self.recorded.values):
            self.refer_to_layer()
        elif given is None and len(self.recorded.outputs) == 1:
            self._refer_behind_the_loss()

    def _refer_behind_the_loss(self) -> None:
        """Compare single numbers with the largest gradient that their loss asks for."""
        output = self.recorded.outputs[0]
        if not isinstance(output.source, Value):
            return
        behind = behind_the_loss(self.recorded)
        nearest = max(behind, key=lambda value: size_of(value.gradient) or 0.0)
        size = size_of(nearest.gradient)
        if nearest is not output and size is not None and 0 < size < math.inf:
            self.reference = self.reference_of_numbers = self.reference_of_parameters = size
            made = "" if nearest.made_by is None else str(nearest.made_by.operation.symbol)
            place = labels.literal(nearest.name or made)
            self.reference_words = f"{number(size)} at {place}, the input of the loss"
            self._words_of_numbers = self.reference_words

    def refer_to_layer(self) -> None:
        """Compare with the last layer with weights, as `gradient_flow`; else the last tensor."""
        found = reference_in(self.recorded) or _last_tensor(self.recorded)
        if found is not None:
            self.refer_to(*found)

    def refer_to(self, size: float, place: str) -> None:
        """Compare the gradients of tensors, and of several numbers, with that of a place."""
        self.reference = self.reference_of_parameters = size
        self.reference_words = f"{number(size)} at {labels.literal(place)}"
        weight = _last_weight(self.recorded)
        if weight is not None:
            self.reference_of_parameters, name = weight
            of_weight = f"{number(self.reference_of_parameters)} at {labels.literal(name)}"
            self.reference_words += f"; parameters to {of_weight}"
        if any(value.needs_gradient and not value.shape for value in self.recorded.values):
            self.reference_words += f"; single numbers to {self._words_of_numbers}"

    def reference_for(self, value: ValueNode, count: int = 1) -> float:
        """Return the healthy size of a gradient: of many elements, or of a single number.

        A loss that is a mean over n elements sends each about 1/n of its own gradient.
        """
        if value.kind == "parameter" and value.shape:
            return self.reference_of_parameters
        return self.reference if value.shape or count > 1 else self.reference_of_numbers

    def gradient_row(self, values: Sequence[ValueNode], **look: Any) -> str:
        """Write the gradient of values in a cell of its colour: a number, of several their norm.

        Where it holds more than this graph sent, the part of this graph is said too.
        """
        gradient = together([value.gradient for value in values])
        shape, several = values[0].shape, np.ndim(gradient) > 0
        shown = magnitude(size_of(gradient), self.reference_for(values[0], np.size(gradient)))
        self.seen.add(shown.state)
        words = "grad norm" if shape or several else "grad"
        text = f"{words} {number(_shown_number(gradient))}"
        sent = together([_sent_to(value) for value in values])
        if _holds_more(values, gradient, sent):
            self.seen.add("accumulated")
            text += f" (here {number(_shown_number(sent))})"
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


def _last_tensor(recorded: Graph) -> tuple[float, str] | None:
    """Find the last result with dims: the size of its gradient, and what it is."""
    for value in reversed(recorded.values):
        size = size_of(value.gradient) if value.made_by is not None and value.shape else None
        if size is not None and 0 < size < math.inf:
            return size, value.name or f"the result of {_symbol(value)}"
    return None


def _last_weight(recorded: Graph) -> tuple[float, str] | None:
    """Find the last parameter, of several that with most dims: its gradient's size, its name."""
    for operation in reversed(recorded.operations):
        used = [use.value for use in operation.arguments if use.value.kind == "parameter"]
        sizes = {value: size_of(value.gradient) or 0.0 for value in used if value.shape}
        known = [value for value, size in sizes.items() if 0 < size < math.inf]
        if known:
            value = max(known, key=lambda value: len(value.shape or ()))
            return sizes[value], value.name or "the last parameter"
    return None


def _shown_number(gradient: Any) -> float | None:
    """Return the number that stands for a gradient: itself, or the norm of an array."""
    return size_of(gradient) if gradient is None or np.ndim(gradient) else float(gradient)


def together(gradients: Sequence[Any]) -> Any:
    """Put gradients into one array (a single one stays as it is); None if none was computed."""
    known = [gradient for gradient in gradients if gradient is not None]
    if len(known) <= 1:
        return known[0] if known else None
    return np.concatenate([np.ravel(gradient) for gradient in known])


def _sent_to(value: ValueNode) -> Any:
    """Return what this graph sent back to a value; None if that is not known."""
    sent = [use.contribution for use in value.uses]
    if not sent or any(contribution is None for contribution in sent):
        return None
    return sum(sent[1:], start=sent[0])


def _holds_more(values: Sequence[ValueNode], gradient: Any, sent: Any) -> bool:
    """Tell whether leaves hold more than a graph sent: a gradient adds up until it is set to zero.

    Less is what clipping leaves, and a hook may leave anything.
    """
    if gradient is None or sent is None or np.size(gradient) != np.size(sent):
        return False
    if any(value.made_by is not None or getattr(value.source, "hooks", None) for value in values):
        return False
    held, own = np.ravel(gradient), np.ravel(sent)
    if not (np.isfinite(held).all() and np.isfinite(own).all()):
        return False
    single = getattr(gradient, "dtype", None) == np.float32
    less = ((held * own >= 0) & (np.abs(held) <= np.abs(own))).all()
    scale = 1e-5 * float(np.abs(own).max(initial=0.0)) if single else 0.0
    return not (less or np.allclose(held, own, rtol=1e-4 if single else 1e-9, atol=scale))


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


def value_node(sheet: Sheet, value: ValueNode, name: str | None = None) -> dict[str, str]:
    """Return the node of a value: its name (or another), its number or shape, and its gradient."""
    theme, name = sheet.theme, name or value.name
    sheet.seen.add(value.kind)
    title = labels.font(labels.literal(name), theme.text, bold=True) if name else ""
    fact = number(value.number) if value.number is not None else shape_text(value.shape or ())
    if title and fact:
        title += labels.font(f" = {fact}" if value.number is not None else f"  {fact}", theme.text)
    else:
        title = title or labels.font(fact or "scalar", theme.text)
    rows = [labels.row(labels.cell(title))]
    if value.needs_gradient:
        rows.append(labels.row(sheet.gradient_row([value])))
    return labels.value_node(value.kind, rows, theme)


def name_node(sheet: Sheet, value: ValueNode, name: str) -> dict[str, str]:
    """Return the node that stands for a value at a further use: the last part of its name."""
    sheet.seen.add("named")
    words = labels.font(labels.literal(short(name)), sheet.theme.text)
    return {"label": labels.label(words), "tooltip": value_tooltip(value), "margin": "0.03"}


def value_tooltip(value: ValueNode) -> str:
    """Describe a value in full, for readers who point at it."""
    parts = [value.kind, value.name or "", shape_text(value.shape or ())]
    if value.number is not None:
        parts.append(f"= {value.number!r}")
    if value.needs_gradient:
        size = size_of(value.gradient)
        parts.append(f"gradient {'not computed' if size is None else format(size, '.6g')}")
    return labels.tooltip(", ".join(part for part in parts if part))
