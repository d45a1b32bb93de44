"""The line at the top of a page: how much of the gradient arrives, and which factors took the rest.

The words are those of `viz.gradient_flow`. Of a network, the layers are compared as they are there;
of any other graph, the leaves furthest from the output are, along the waterfall of `trace.explain`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode, read
from tinygrad_edu.trace.invalid import first as first_invalid
from tinygrad_edu.trace.invalid import invalid_numbers
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.trace.module_factors import module_factors
from tinygrad_edu.trace.paths import Paths, log10_of
from tinygrad_edu.trace.roles import is_activation
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.step import Steps
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import (
    NOTICEABLE,
    NOUNS,
    Bar,
    total,
    waterfall,
)
from tinygrad_edu.value import Value
from tinygrad_edu.viz.behind import behind_the_loss
from tinygrad_edu.viz.flow import compare, deciding
from tinygrad_edu.viz.flow_layers import (
    Measured,
    Modules,
    Part,
    parts_of,
    sizes_of,
    together,
    weights_of,
)
from tinygrad_edu.viz.flow_of_loss import (
    GradientFlow,
    LayerGradient,
    compare_layers,
)
from tinygrad_edu.viz.flow_slopes import UNKNOWN, results_of, shares_of
from tinygrad_edu.viz.page.verdict_words import Factor, blame_told, way_told

NOT_MEASURED = (math.nan,) * 4
"""What stands for the sizes of a layer's weights, of which a page says nothing."""

LITTLE = 1e-3
"""Where a loss sends no more than this of its 1 to what is behind it, it has hardly any slope."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a graph at first sight.

    Attributes:
        word: one of `style.WORDS`.
        sentence: from where to where the gradient goes, and through which factors.
        leaf: the value that it is about, by index; None of a network.
        reference: the size that counts as healthy, of a network or of `Value`s; else None.
        place: the layer or the value that has it.
        behind: of `Value`s, those behind the loss, by index; see `behind_the_loss`.
        groups: of `Value`s, the leaves by their depth, by index.
        weight: of a network, the tensor whose explanation shows what did it.
    """

    word: str
    sentence: str
    leaf: int | None = None
    reference: float | None = None
    place: str = ""
    behind: Sequence[int] = ()
    groups: Sequence[Sequence[int]] = ()
    weight: Any = None


def judge(ledger: Steps, output: Any, params: Any, reference: tuple[float, str]) -> Verdict | None:
    """Judge the gradients of a graph; None where it has none.

    Args:
        ledger: its steps.
        output: what they are of.
        params: names for the parameters; see `trace.read`.
        reference: of tensors without modules: the size of a healthy gradient, and where it is.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.ledger import steps
    >>> y = Value(0.5, label="x")
    >>> for i in range(10):
    ...     y = (Value(1.0, label=f"w{i + 1}") * y).sigmoid()
    >>> print(judge(steps(y), y, None, (1.0, "")).sentence)
    Vanishing: the gradient falls from 1 at y to 3.48e-7 at x (which gets the most of the 2 \
leaves furthest from y). All of it is done by the 10 slopes of sigmoid.
    """
    graph, names, gradients = ledger.graph, ledger.names, ledger.gradients()
    if not _is_of_values(graph):  # read once more: the steps have computed what was not there
        graph = read(output, params)
        names, gradients = short_names(graph), _gradients(graph)
    if not gradients:
        return None
    modules = Modules(graph)
    flow = _flow(graph, modules, gradients) if modules.named else None
    if flow is not None:
        of_network = _of_layers(flow, is_chain=not _branches(graph))
        found: Verdict | None = replace(of_network, weight=_weight_at(graph, modules, flow))
    else:
        found = _of_leaves(graph, names, gradients, reference)
    return found and _with_cause(found, graph, names)


def _with_cause(found: Verdict, graph: Graph, names: list[str]) -> Verdict:
    """Add where nan or inf came in: gradients may be finite though the loss is not."""
    if _is_of_values(graph):
        number, cause = graph.outputs[0].number, ""
        if number is not None and not math.isfinite(number):
            cause = f"{names[graph.outputs[0].index]} itself is {number}"
    else:
        cause = first_invalid(graph, invalid_numbers(graph), names)
    joined = ": " if found.word == "nan" else ". But "
    return replace(found, sentence=f"{found.sentence[:-1]}{joined}{cause}.") if cause else found


def _is_of_values(graph: Graph) -> bool:
    return isinstance(graph.outputs[0].source, Value)


def _gradients(graph: Graph) -> dict[int, Any]:
    """Collect the gradients in a graph of tensors; that of a leaf is what this graph sent it."""
    found = {}
    for value in graph.values:
        sent = [use.contribution for use in value.uses if use.contribution is not None]
        gradient = sum(sent[1:], start=sent[0]) if sent else value.gradient
        if value.needs_gradient and gradient is not None:
            found[value.index] = gradient
    return found


# --- a network: its layers ------------------------------------------------------------------------


def _flow(graph: Graph, model: Modules, gradients: Mapping[int, Any]) -> GradientFlow | None:
    """Compare the layers as `viz.gradient_flow` does, with the gradients of the steps."""
    measured = [_measured(part, gradients) for part in parts_of(graph, model)]
    if all(layer.gradient is None for layer in measured):
        return None
    return compare_layers(measured, "", None, 1.0)


def _measured(part: Part, gradients: Mapping[int, Any]) -> Measured:
    found = together(gradients.get(value.index) for value in results_of(part.operations))
    size = None if found is None else sizes_of(found)
    weights = bool(weights_of(part))
    is_function = part.is_function or (part.call.is_innermost and not weights)
    shares = shares_of(part.operations) if is_function else UNKNOWN
    if shares is UNKNOWN and not part.is_function:  # a network taken apart has leaves for weights
        weights = weights or any(map(_uses_a_leaf, part.operations))
    sizes = NOT_MEASURED if weights else None
    return Measured(part.name, part.kind, size, sizes, None, shares)


def _uses_a_leaf(operation: OperationNode) -> bool:
    given = (use.value for use in operation.arguments)
    return any(value.made_by is None and value.needs_gradient for value in given)


def _branches(graph: Graph) -> bool:
    """Tell whether the gradient takes several ways through the layers, as past a residual block."""
    return any(
        len({use.operation.call for use in value.uses if use.contribution is not None}) > 1
        for value in graph.values
        if value.made_by is not None
    )


def _of_layers(flow: GradientFlow, is_chain: bool) -> Verdict:
    """Say what becomes of the gradient between the reference layer and the one that got worst.

    Only in a chain of layers do their factors make up the whole.
    """
    layers = [layer for layer in flow.layers if layer.is_judged]
    last = next(i for i, layer in enumerate(layers) if layer.title == flow.reference)
    start = layers[last].norm or 0.0
    sizes = [log10_of(layer.norm or 0.0) for layer in layers]
    at = deciding([layer.verdict for layer in layers], [layer.ratio for layer in layers])
    if flow.verdict == "dead":
        sentence = _death(layers[at], layers[0], start, flow.reference)
        return Verdict("dead", sentence, None, start, flow.reference)
    end = layers[at].norm or 0.0
    factors = [
        _factor_of(layer, sizes[i - 1] - sizes[i])
        for i, layer in enumerate(layers)
        if at < i <= last
    ]
    way = way_told(start, flow.reference, end, layers[at].title, flow.verdict)
    blame = blame_told(factors) if is_chain else ""
    return Verdict(flow.verdict, way + blame, None, start, flow.reference)


def _weight_at(graph: Graph, modules: Modules, flow: GradientFlow) -> Any:
    """Find the weight of the layer that gives the verdict, or of the nearest one before it."""
    judged = [layer for layer in flow.layers if layer.is_judged]
    at = deciding([layer.verdict for layer in judged], [layer.ratio for layer in judged])
    upto = flow.layers.index(judged[at])
    parts = parts_of(graph, modules)
    found = [value.source for part in parts[: upto + 1] for value in weights_of(part)]
    return found[-1] if found else None


def _death(dead: LayerGradient, first: LayerGradient, start: float, reference: str) -> str:
    """Say where units are dead, and what of the gradient passes the others."""
    if not first.norm:
        return f"Dead: the gradient stops at {dead.title}; {dead.reason}."
    way = way_told(start, reference, first.norm, first.title, "dead").partition(": ")[2]
    return f"Dead: at {dead.title} {dead.reason}. Through the others, {way}"


def _factor_of(layer: LayerGradient, log10: float) -> Factor:
    """Tell what a layer does: by the slopes of an activation, by its weights, or by other means."""
    if layer.flat is not None:
        return Factor("activation", f"slope{{}} of {_called(layer)}", log10)
    if layer.weight_gradient is not None:
        return Factor("weight", "layer{} with weights", log10)
    return Factor("other", "other layer{}", log10)


def _called(layer: LayerGradient) -> str:
    """Name an activation as its operation is: `sigmoid` of the module `1: Sigmoid`."""
    return layer.name.rpartition(".")[2] if layer.kind == "function" else layer.kind.lower()


# --- any other graph: its leaves ------------------------------------------------------------------


def _of_leaves(
    graph: Graph, names: list[str], gradients: Mapping[int, Any], reference: tuple[float, str]
) -> Verdict | None:
    """Say what becomes of the gradient on its way to the leaves that got worst."""
    groups = list(_leaves_by_depth(graph, gradients))
    if not groups:
        return None
    if not _is_of_values(graph):
        return _of_groups(graph, names, gradients, groups, reference, ())
    behind = [value.index for value in behind_the_loss(graph)]
    nearest = max(behind, key=lambda i: _size(gradients.get(i, 0.0)))
    size, place = _size(gradients.get(nearest, 0.0)), names[nearest]
    found = _of_groups(graph, names, gradients, groups, (size, place), behind)
    leaves = [[value.index for value in group] for group in groups]
    return replace(found, reference=size, place=place, behind=behind, groups=leaves)


def _of_groups(
    graph: Graph,
    names: list[str],
    gradients: Mapping[int, Any],
    groups: Sequence[Sequence[ValueNode]],
    reference: tuple[float, str],
    behind: Sequence[int],
) -> Verdict:
    size, place = reference
    output = names[graph.outputs[0].index]
    is_behind = place != output and bool(behind)
    if is_behind and size <= LITTLE:
        calm = f"{output} itself asks for little: the gradient at {place}, the input of the loss, "
        calm += f"is {number(size, 3)}, as it is where {output} is near its least, or scaled down"
        return Verdict("healthy", f"Healthy: {calm}.", groups[0][0].index)
    largest = [max(group, key=lambda x: _size(gradients[x.index])) for group in groups]
    found = [compare(_size(gradients[x.index]), size) for x in largest]
    words = [word for _, word in found]
    at = deciding(words, [ratio for ratio, _ in found])
    leaf, word = largest[at], words[at]
    bars, sentence = _bars(graph, names, leaf, size, behind)
    end = _size(gradients[leaf.index])
    if end == 0 and (not bars or bars[-1].after == -math.inf):
        text = f"Dead: no gradient arrives at {names[leaf.index]}. {sentence}"
        return Verdict("dead", text.strip(), leaf.index)
    count, which = len(groups[at]), f" furthest from {output}" if len(groups) > 1 else ""
    among = f" (which gets the most of the {count:,} leaves{which})" if count > 1 else ""
    where = f"{place}, the input of the loss," if is_behind and size != 1 else place
    way = way_told(size, where, end, names[leaf.index] + among, word)
    factors = [Factor(bar.kind, _noun(bar), bar.log10) for bar in bars]
    told = total([factor.log10 for factor in factors])
    if end == 0:  # though no factor is: from some place on, a float cannot hold it
        is_told = math.isfinite(told)
        way = f"{way[:-1]} from {_underflow(graph, names, gradients, leaf)} on."
    else:
        is_told = abs(told - log10_of(end) + log10_of(size)) < 0.5  # else paths cancel or add up
    return Verdict(word, way + (blame_told(factors) if is_told else ""), leaf.index)


def _underflow(
    graph: Graph, names: list[str], gradients: Mapping[int, Any], leaf: ValueNode
) -> str:
    """Name the first value, on the way back to a leaf, whose gradient is 0."""
    if not _is_of_values(graph):
        return names[leaf.index]
    path = next(iter(Paths(graph, graph.outputs[0], leaf)))
    made = [use.operation.results[0].index for use in path.uses]
    return names[next((i for i in made if _size(gradients.get(i, 0.0)) == 0), leaf.index)]


def _noun(bar: Bar) -> str:
    if bar.kind == "activation":
        return f"slope{{}} of {bar.operation}"
    return f"{NOUNS[bar.kind]}{{}}"


def _size(gradient: Any) -> float:
    return norm(gradient)


def _leaves_by_depth(graph: Graph, gradients: Mapping[int, Any]) -> Iterator[list[ValueNode]]:
    """Yield the leaves with a gradient, those with most activations before the output first."""
    depth = [0] * len(graph.values)
    for operation in reversed(graph.operations):
        deepest = max((depth[x.index] for x in operation.results), default=0)
        for use in operation.arguments:
            i = use.value.index
            depth[i] = max(depth[i], deepest + is_activation(operation))
    groups: dict[int, list[ValueNode]] = {}
    for value in graph.values:
        if value.made_by is None and value.needs_gradient and value.index in gradients:
            groups.setdefault(depth[value.index], []).append(value)
    for _, group in sorted(groups.items(), reverse=True):
        yield group


def _bars(
    graph: Graph, names: list[str], leaf: ValueNode, reference: float, behind: Sequence[int]
) -> tuple[Sequence[Bar], str]:
    """Return the factors on the way to a leaf from where the gradient is healthy."""
    output = graph.outputs[0]
    if leaf is output:
        return (), ""
    if _is_of_values(graph):
        path = next(iter(Paths(graph, output, leaf)))
        made = [use.operation.results[0].index for use in path.uses]
        falls = waterfall(graph, names, path)
        first = next((k for k, i in enumerate(made) if i in behind), 0)
        return falls.bars[first:], falls.sentence
    falls = module_factors(graph, names, leaf).waterfall
    start = log10_of(reference)
    near = (i for i, bar in enumerate(falls.bars) if abs(bar.before - start) < NOTICEABLE)
    return falls.bars[next(near, 0) :], falls.sentence
