"""What each module does to the gradient on its way from the loss of `Tensor`s to a parameter.

The size of a gradient is its norm, the root of the sum of its squares. All numbers are those of the
last backward pass.
"""

from __future__ import annotations

import importlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, Use, ValueNode
from tinygrad_edu.trace.invalid import first, invalid_numbers
from tinygrad_edu.trace.paths import log10_of
from tinygrad_edu.trace.roles import is_activation, is_weight, slopes_of
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import (
    NOTICEABLE,
    Bar,
    Waterfall,
    plural,
    times,
    total,
)
from tinygrad_edu.trace.wording import title

Unit = ModuleCall | OperationNode
"""What takes a gradient and passes it on: a module's call, or an operation outside of any."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModuleFactors:
    """The gradient before and behind each module, from the loss back to a parameter.

    `print` shows it, a notebook too; `text`, `markdown`, `latex` and `figure` write it out.

    Attributes:
        graph: the graph.
        names: what its values are called, by index.
        output: what is differentiated.
        wrt: the parameter; None for all that the output was computed from.
        gradient: the gradient of the parameter in the last backward pass; None without one.
        waterfall: a bar for each module: `before` and `after` are log10 of the norm of the gradient
            that arrives and of the one that is passed on, `factor` is their ratio.
    """

    graph: Graph
    names: list[str]
    output: ValueNode
    wrt: ValueNode | None
    gradient: Any
    waterfall: Waterfall

    def text(self) -> str:
        """Write it for a terminal."""
        from tinygrad_edu.trace.explanation_text import table, wrapped

        falls = self.waterfall
        head = f"The gradient from {falls.start} back to {falls.end}, module by module"
        parts = [[head], table(falls), wrapped([falls.sentence, falls.remark])]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def markdown(self) -> str:
        """Write it in Markdown."""
        from tinygrad_edu.trace.explanation_latex import escaped, waterfall_table

        falls = self.waterfall
        sentences = map(escaped, (falls.sentence, falls.remark))
        return "\n\n".join(part for part in (waterfall_table(falls), *sentences) if part)

    def latex(self) -> str:
        """Write the product of the factors in LaTeX."""
        from tinygrad_edu.trace.explanation_latex import factors

        return factors(self.waterfall)

    def figure(self, theme: str = "auto") -> Any:
        """Draw the waterfall.

        Args:
            theme: "light", "dark" or "auto".

        Returns:
            A `graphviz.Digraph`: `.render("name", format="svg")` writes a file.
        """
        falls = self.waterfall
        drawing = importlib.import_module("tinygrad_edu.viz.waterfall")
        return drawing.waterfall_figure(
            falls, f"The gradient on its way from {falls.start} to {falls.end}", theme
        )

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        way = f"{self.waterfall.start} to {self.waterfall.end}"
        ways = ".text(), .markdown(), .latex() and .figure() write it out"
        return f"<ModuleFactors from {way}: print() it; {ways}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        latex = f"$$\n{self.latex()}\n$$"
        return {"text/plain": self.text(), "text/markdown": self.markdown(), "text/latex": latex}


def module_factors(graph: Graph, names: list[str], wrt: ValueNode | None = None) -> ModuleFactors:
    """Measure the gradient before and behind each module.

    Args:
        graph: the graph of a loss of tensors, behind its backward pass.
        names: what its values are called, by index.
        wrt: the parameter to which the gradient is followed; None for the way to all.

    Raises:
        RuntimeError: no backward pass has gone through this graph.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn, trace
    >>> _ = torch.manual_seed(0)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    >>> loss = (model(torch.randn(5, 3)) ** 2).mean()
    >>> loss.backward()
    >>> [bar.name for bar in trace.explain(loss, "0.weight").waterfall.bars]
    ['mean', '^', '2: Linear(4 -> 1)', '1: Sigmoid', '0: Linear(3 -> 4)']
    """
    output = graph.outputs[0]
    if output.gradient is None:
        raise RuntimeError(
            "no gradient has flowed through this graph yet: call loss.backward() first, then "
            "explain the loss"
        )
    on_the_way = _depending_on(graph, wrt)
    units = _units(graph, on_the_way)
    titles = titles_of(units)
    bars = [
        bar
        for unit, operations in reversed(units.items())
        if (bar := _bar(titles[unit], unit, operations, on_the_way)) is not None
    ]
    gradient = None if wrt is None else added_up(use.contribution for use in wrt.uses)
    start = output.name or "the output"
    end = _end(graph, bars) if wrt is None else names[wrt.index]
    if bars and (is_weight(wrt) if wrt else end != INPUTS):  # here it meets the input, no weight
        bars[-1] = replace(bars[-1], kind="other", what=f"into {end if wrt else 'its parameters'}")
    shared = "" if wrt is None else _shared(units, wrt, end, gradient)
    if shared and bars[-1].product == 0 != norm(gradient):  # as what h = 0 sends to its weights
        del bars[-1]
    measure = "norm of the gradient"
    broken = any(not math.isfinite(bar.product) for bar in bars)
    source = first(graph, invalid_numbers(graph), names) if broken else ""
    remark = " ".join(filter(None, (_remark(bars), shared)))
    arrival = f"what {bars[-1].name} passes on" if shared and bars else end
    sentence = _sentence(bars, start, arrival, source, is_chain=not remark)
    falls = Waterfall(start, end, tuple(bars), sentence, remark, measure)
    return ModuleFactors(graph, names, output, wrt, gradient, falls)


def _end(graph: Graph, bars: Sequence[Bar]) -> str:
    """Say where the gradient ends if it is followed to no parameter."""
    inputs = (x for x in graph.values if x.needs_gradient and x.made_by is None)
    if bars and all(map(is_weight, inputs)):
        return f"the parameters of {bars[-1].name}"
    return INPUTS


def _depending_on(graph: Graph, wrt: ValueNode | None) -> set[int]:
    """Collect the values that depend on a parameter, itself among them; None for all."""
    if wrt is None:
        return {x.index for x in graph.values if x.needs_gradient}
    found = {wrt.index}
    for operation in graph.operations:
        if any(use.value.index in found for use in operation.arguments):
            found.update(result.index for result in operation.results)
    return found


def _units(graph: Graph, on_the_way: set[int]) -> dict[Unit, list[OperationNode]]:
    """Group the operations on the way by the innermost modules that call no others.

    The units are in the order in which they end: a call may begin with what needs no other.
    """
    units: dict[Unit, list[OperationNode]] = {}
    for operation in graph.operations:
        if any(result.index in on_the_way for result in operation.results):
            call = operation.call
            unit: Unit = call if call is not None and call.is_innermost else operation
            units[unit] = members = units.pop(unit, [])
            members.append(operation)
    return units


def _shared(
    units: Mapping[Unit, Sequence[OperationNode]], wrt: ValueNode, name: str, gradient: Any
) -> str:
    """Say that a weight is used by several units, of which the way ends in one; else nothing."""
    users = {use.operation for use in wrt.uses}
    count = sum(any(op in users for op in operations) for operations in units.values())
    if count < 2 or gradient is None:
        return ""
    size = number(norm(gradient))
    return (
        f"{count} of these use {name}: its gradient, of norm {size}, is the sum of what each sends."
    )


def titles_of(units: Iterable[Unit]) -> dict[Unit, str]:
    """Name the units; a module that is called again gets a number."""
    calls: Counter[str] = Counter()
    titles: dict[Unit, str] = {}
    for unit in units:
        if isinstance(unit, OperationNode):
            inside = "" if unit.call is None else f" in {full_title(unit.call)}"
            titles[unit] = title(unit.operation) + inside
            continue
        name = full_title(unit)
        calls[name] += 1
        titles[unit] = name if calls[name] == 1 else f"{name}, call {calls[name]}"
    return titles


def full_title(call: ModuleCall) -> str:
    """Name a module by its place in the outermost one: `3.f.0: Linear(8 -> 8)`."""
    names: list[str] = []
    described = call.title.rpartition(": ")[2]
    outer: ModuleCall | None = call
    while outer is not None:
        name, colon, _ = outer.title.partition(": ")
        names += [name] if colon else []
        outer = outer.outer
    return ": ".join([".".join(reversed(names)), described] if names else [described])


def _bar(
    name: str, unit: Unit, operations: Sequence[OperationNode], on_the_way: set[int]
) -> Bar | None:
    """Compare the gradient that arrives at a unit with the one that it passes on.

    None where it passes nothing on, because nothing asks for it.
    """
    inside = set(map(id, operations))
    results = [x for operation in operations for x in operation.results]
    arriving = [x.gradient for x in results if leaves(x, inside) and x.gradient is not None]
    passing = _passed_on(operations, inside, on_the_way)
    if not arriving or not passing:
        return None
    module = getattr(unit, "module", None)
    before, after = _norm_of_all(arriving), _norm_of_all(passing)
    if module is None:  # a sum that sends its gradient along two ways has not made it larger
        after = max(map(norm, passing))
    with np.errstate(all="ignore"):
        factor = float(np.divide(after, before))
    operation = type(module).__name__ if module is not None else title(operations[0].operation)
    kind = _kind(operations)
    what = {"activation": "activation", "weight": "weights"}.get(kind, "")
    least = None
    if kind == "activation":
        slopes = [slopes_of(each.operation) for each in operations]
        least = max((found[0] for found in slopes if found), default=None)
    sizes = log10_of(before), log10_of(after)
    return Bar(name, what, operation, kind, factor, *sizes, after, least=least)


def leaves(value: ValueNode, inside: set[int]) -> bool:
    """Tell whether a value is used outside of a unit, or is the output."""
    return not value.uses or any(id(use.operation) not in inside for use in value.uses)


def _passed_on(
    operations: Sequence[OperationNode], inside: set[int], on_the_way: set[int]
) -> list[Any]:
    """Return what a unit sends back: for each value from outside, the sum over its uses.

    Parameters are left out as long as there is something else: they are where a gradient ends.
    """
    found: dict[ValueNode, list[Use]] = {}
    for operation in operations:
        for use in operation.arguments:
            maker = use.value.made_by
            if use.value.index in on_the_way and (maker is None or id(maker) not in inside):
                found.setdefault(use.value, []).append(use)
    others = [x for x in found if not is_weight(x)]
    sums = [added_up(use.contribution for use in found[x]) for x in others or found]
    return [x for x in sums if x is not None]


def added_up(contributions: Iterable[Any]) -> Any:
    """Add up what is there; None if nothing is."""
    found = None
    for contribution in contributions:
        if contribution is not None:
            found = contribution if found is None else found + contribution
    return found


def _norm_of_all(arrays: Iterable[Any]) -> float:
    """Return the norm of several arrays as of one."""
    return norm([norm(x) for x in arrays])


def _kind(operations: Sequence[OperationNode]) -> str:
    if all(map(is_activation, operations)):
        return "activation"
    weights = (is_weight(use.value) for operation in operations for use in operation.arguments)
    return "weight" if any(weights) else "other"


# --- what happens, in words ----------------------------------------------------------------------


INPUTS = "the inputs"
TINY = -40.0  # log10 of a gradient that a slope makes too small for a float


def _sentence(
    bars: Sequence[Bar], start: str, end: str, source: str = "", is_chain: bool = True
) -> str:
    """Say what happens to the gradient, and in a chain of modules by what."""
    if not bars:
        return f"There is no module between {start} and {end}."
    broken = next((bar for bar in bars if not math.isfinite(bar.product)), None)
    if broken is not None:
        if source:
            return f"The gradient is {number(broken.product)} from {broken.name} on, as {source}."
        arrives = number(10**broken.before) if math.isfinite(broken.before) else "nothing finite"
        return f"The gradient is {number(broken.product)} behind {broken.name}; {arrives} arrives."
    stopped = next((bar for bar in bars if bar.product == 0), None)
    if stopped is not None:
        return f"The gradient is {_stopped(stopped)}; all modules before it get none."
    first, last = bars[0].before, bars[-1].after
    word = "shrinks" if last < first - NOTICEABLE else "grows"
    happens = f"{word} from {number(10**first)} at {start} to {number(bars[-1].product)} at {end}"
    if abs(last - first) < NOTICEABLE:
        happens = f"keeps its size, {number(10**first)}, from {start} to {end}"
    over = f"The gradient {happens}, over {plural(len(bars), 'step')}"
    if not is_chain:
        return f"{over}."
    most, *others = _parts(bars, last - first)
    if not others or abs(last - first) < NOTICEABLE:
        return f"{over}: {', '.join((most, *others))}."
    return f"{over}; largest part: {most}; besides {', '.join(others)}."


def _stopped(bar: Bar) -> str:
    """Say in what way nothing goes on behind a module."""
    if bar.before < TINY:
        return f"0 behind {bar.name}: smaller than a float can hold"
    if bar.least:
        return f"0 behind {bar.name}: its slopes there are too small for a float"
    return f"exactly 0 behind {bar.name}, which lets nothing through"


def _parts(bars: Sequence[Bar], whole: float) -> list[str]:
    """Say what each kind of modules does: first the kind that has done most of the whole.

    What is no layer comes last: a mean over the batch makes the gradient small, but nothing vanish.
    """
    words = {"activation": "activation", "weight": "module", "other": "other operation"}
    last = bars[-1] if bars[-1].what.startswith("into ") else None
    parts: list[tuple[tuple[bool, float], str]] = []
    sign = math.copysign(1.0, whole)
    for kind, word in words.items():
        chosen = [bar for bar in bars if bar.kind == kind and bar is not last]
        if chosen:
            what = plural(len(chosen), word) + (" with weights" if kind == "weight" else "")
            size = total([bar.log10 for bar in chosen])
            parts.append(((kind == "other", -sign * size), f"{what} {times(chosen)}"))
    parts.sort()
    ending = [] if last is None else [f"{last.what} {times([last])}"]
    return [text for _, text in parts] + ending


def _remark(bars: Sequence[Bar]) -> str:
    """Say where ways part or join, so that one bar does not start where another ends."""
    parts = [
        after.name
        for before, after in pairwise(bars)
        if math.isfinite(before.after) and abs(before.after - after.before) > NOTICEABLE
    ]
    if not parts:
        return ""
    more = f" and at {len(parts) - 1} more" if parts[1:] else ""
    return (
        f"Ways part or join at {parts[0]}{more}: what arrives there is the sum over several ways, "
        "so the factors do not multiply to the whole."
    )
