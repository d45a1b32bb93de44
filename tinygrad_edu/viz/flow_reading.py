"""What tables and figures of gradient flow share: the words, the choice of rows, the scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tinygrad_edu.trace.waterfall import plural
from tinygrad_edu.viz.flow import DEAD_SHARE, EXACTLY_ZERO, ChainFlow, Flows, NetworkFlow, deciding
from tinygrad_edu.viz.style import magnitude, number

MOST_LAYERS, MOST_STEPS = 24, 11  # the rows of a figure

VERBS = {
    "nan": "is nan",
    "dead": "stops at dead units",
    "exploding": "explodes",
    "vanishing": "vanishes",
    "growing": "grows",
    "weakening": "weakens",
    "healthy": "arrives",
    EXACTLY_ZERO: "is exactly 0",
}
"""What the gradient does, by verdict."""


@dataclass(frozen=True)
class Row:
    """One layer of a panel: what it is called, its gradient next to a healthy one, and a note.

    A layer behind the one that the others are compared with is not judged, and has no colour.
    """

    name: str
    ratio: float | None
    note: str = ""
    is_judged: bool = True


@dataclass(frozen=True)
class Panel:
    """One network or chain: from where the gradient starts down to where it ends."""

    title: str
    verdict: str
    sentence: str
    rows: Sequence[Row]
    source: str
    measure: str


def panel(flow: NetworkFlow | ChainFlow) -> Panel:
    """Read a network or chain from the loss back to the first layer, some layers of very many."""
    if isinstance(flow, ChainFlow):
        steps = chosen(len(flow.gradients), MOST_STEPS)
        rows = [Row(f"step {i}", flow.gradients[i]) for i in reversed(steps)]
        factor = _factor(flow)
        base = factor if flow.factor >= 0 else f"({factor})"
        is_rounded = flow.gradients[0] == 0 and flow.factor != 0
        result = ", rounded to 0" if is_rounded else f" = {number(flow.gradients[0])}"
        sentence = f"gradient at step 0: {base}^{len(flow.gradients) - 1}{result}"
        measure = "|∂y/∂x| at each step"
        return Panel(f"× {factor}", flow.verdict, sentence, rows, "y", measure)
    rows = [Row(flow.layers[i].name, flow.layers[i].ratio) for i in chosen(len(flow.layers))]
    measure = "norm of ∂L/∂activation of each layer"
    return Panel(flow.name, flow.verdict, _sentence(flow), rows[::-1], "loss", measure)


def _factor(flow: ChainFlow) -> str:
    return f"{flow.factor:g}".replace("-", "−")


def _sentence(flow: NetworkFlow) -> str:
    """Name the layer that gives the network its verdict, and what it gets."""
    layers = flow.layers
    layer = layers[deciding([x.verdict for x in layers], [x.ratio for x in layers])]
    if flow.verdict == "nan":
        return f"from {layer.name} back; the loss is {number(flow.loss)}"
    if flow.verdict == "dead" and (layer.dead or 0.0) < DEAD_SHARE:
        return f"nothing comes to {layer.name}"
    if flow.verdict == "dead":
        return f"{100 * (layer.dead or 0.0):.0f} % of the units of {layer.name} let nothing through"
    if not math.isfinite(layer.ratio):
        return f"the gradient at {layer.name} is more than a float can hold"
    return f"{layer.name} gets {share(layer.ratio)} the output's gradient"


def share(ratio: float) -> str:
    """Say how much of something a ratio is.

    >>> [share(ratio) for ratio in (2.612e-5, 0.97, 43.2, 939_493.3, 0.0)]
    ['1/38,000 of', '97 % of', '43.2 times', '940,000 times', 'nothing of']
    """
    if 0 < ratio < 0.01:
        digits = math.floor(-math.log10(ratio))
        part = f"1/{round(1 / ratio, 1 - digits):,.0f}" if digits < 7 else number(ratio, 2)
        return f"{part} of"
    if ratio == 0:
        return "nothing of"
    if ratio >= 1000 and math.isfinite(ratio):
        return f"{float(f'{ratio:.2g}'):,.0f} times" if ratio < 1e7 else f"{number(ratio, 2)} times"
    return f"{100 * ratio:.0f} % of" if 0.01 <= ratio < 2 else f"{number(ratio, 2)} times"


def chosen(count: int, most: int = MOST_LAYERS) -> list[int]:
    """Choose at most so many of the places 0 to count − 1, in even steps, first and last included.

    >>> chosen(5), chosen(101, 11)
    ([0, 1, 2, 3, 4], [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    """
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def lesson(flows: Flows) -> str:
    """Say in one sentence what is to be seen.

    >>> from tinygrad_edu.viz.flow import chain_flow
    >>> lesson([chain_flow(0.9), chain_flow(1.1), chain_flow(1.0)])
    '100 multiplications: by 0.9 the gradient vanishes, by 1.1 it explodes, by 1 it arrives'
    """
    first = flows[0]
    if isinstance(first, ChainFlow):
        scene, preposition = plural(len(first.gradients) - 1, "multiplication"), "by"
    else:
        scene, preposition = plural(len(first.layers) - 1, "hidden layer"), "with"
    groups: dict[str, list[str]] = {}
    for flow in flows:
        name = _factor(flow) if isinstance(flow, ChainFlow) else flow.name
        groups.setdefault(VERBS[flow.verdict], []).append(name)
    parts: list[str] = []
    for verb, names in groups.items():
        who = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        parts.append(f"{preposition} {who} {'it' if parts else 'the gradient'} {verb}")
    return f"{scene}: {', '.join(parts)}"


@dataclass(frozen=True)
class Axis:
    """The logarithmic scale that all panels share: from 10^low to 10^high."""

    low: int
    high: int

    def place(self, r: float) -> float:
        """Return where r = log10(ratio) lies, from 0 to 1."""
        return min(max((r - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self, most: int) -> list[int]:
        """Return at most so many whole r to write under the scale, 0 among them.

        >>> Axis(-6, 1).ticks(5)
        [-6, -4, -2, 0]
        """
        needed = (self.high - self.low) / most
        step = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500) if step >= needed)
        return [r for r in range(self.low, self.high + 1) if r % step == 0]


def common_axis(panels: Iterable[Panel]) -> Axis:
    """Choose whole decades around all ratios, and around 1."""
    known = [magnitude(row.ratio).r for panel in panels for row in panel.rows]
    known = [r for r in known if math.isfinite(r)] or [0.0]
    return Axis(min(math.floor(min(known) - 0.2), -2), max(math.ceil(max(known) + 0.2), 1))
