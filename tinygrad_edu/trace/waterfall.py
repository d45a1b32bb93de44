"""The waterfall: what each factor along a path does to the gradient, on a logarithmic scale.

Factors are of several kinds (`roles.py`): slopes of activations, weights, leaves that are not known
to be weights, and others. The factor of a layer is slope · weight, so the two are told apart: a
sigmoid's slope is at most 0.25, larger weights first make up for that, and then drive it to where
it is flat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tinygrad_edu.trace.graph import Graph, Use
from tinygrad_edu.trace.paths import Path, joined, kind_of, log10_of
from tinygrad_edu.trace.roles import KINDS, factor_beside, is_activation, role_of, slopes_of
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import computed, listed, title

NOUNS = {"weight": "weight", "leaf": "leaf factor", "other": "other factor"}
"""What the kinds are called in a sentence; slopes are named with their activation."""

NOTICEABLE = 0.05  # of a log10: 12 %
LARGEST = 307.0  # log10 of what a float can hold, and of what it can hold exactly
SATURATED = -0.5  # log10 of the mean slope next to the largest: less than a third of it


@dataclass(frozen=True, slots=True)
class Bar:
    """One factor, and what is left of the gradient behind it.

    Attributes:
        name: the factor: ∂z/∂w, or the name of a module.
        what: what it comes from: "sigmoid at layer 3", "times w3".
        operation: the operation, or the class of the module.
        kind: one of `roles.KINDS`.
        factor: the local derivative; of a module, how many times larger the gradient gets.
        before: log10 of the size of the gradient before this factor.
        after: and behind it.
        product: the gradient behind it: the running product, or the norm of an array.
        largest: the largest slope that an activation can have; None where that is not known.
        least: the smallest; 0 where it can let nothing through.
    """

    name: str
    what: str
    operation: str
    kind: str
    factor: float
    before: float
    after: float
    product: float
    largest: float | None = None
    least: float | None = None

    @property
    def log10(self) -> float:
        """log10|factor|."""
        return log10_of(self.factor)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing arrived that could have been multiplied: 0 / 0 says nothing."""
        return self.before == -math.inf and math.isnan(self.factor)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The factors of a path, from the output back to what is asked about.

    Attributes:
        start: the name of the output.
        end: the name of what is asked about.
        bars: the factors.
        sentence: what happens to the gradient, and through which factors.
        remark: what else there is to say; may be empty.
        measure: what the numbers behind each bar are.
    """

    start: str
    end: str
    bars: tuple[Bar, ...]
    sentence: str
    remark: str = ""
    measure: str = "running product"

    @property
    def log10(self) -> float:
        """log10 of the size of the gradient behind the last factor."""
        return self.bars[-1].after if self.bars else 0.0

    @property
    def change(self) -> float:
        """log10 of how many times larger the gradient is at the end than at the start."""
        return self.log10 - self.bars[0].before if self.bars else 0.0

    @property
    def in_all(self) -> str:
        """The change as it is written: `×0.05`, with the sign of the product."""
        return f"×{_signed(self.change, self.bars[-1].product if self.bars else 1.0)}"

    def share(self, kind: str) -> tuple[int, float]:
        """Return how many factors of a kind there are, and log10 of their product."""
        sizes = [bar.log10 for bar in self.bars if bar.kind == kind and not bar.is_unknown]
        return len(sizes), total(sizes)

    def times(self, kind: str) -> str:
        """Write the product of the factors of a kind: `×0.05`; – where a factor is unknown.

        >>> from tinygrad_edu import Value
        >>> from tinygrad_edu.trace.explanation import explain
        >>> w, x = Value(-1.5, label="w"), Value(2.0, label="x")
        >>> explain(w * x, "x").waterfall.times("leaf")
        '×(−1.5)'
        """
        return times([bar for bar in self.bars if bar.kind == kind])

    def smallest(self) -> Bar | None:
        """Return the bar of the smallest factor; None if no factor is smaller than 1."""
        bars = [bar for bar in self.bars if bar.log10 < 0]
        return min(bars, key=lambda bar: bar.log10, default=None)


def waterfall(graph: Graph, names: Sequence[str], path: Path) -> Waterfall:
    """Read the waterfall of a path.

    Args:
        graph: the graph.
        names: what its values are called, by index.
        path: the path.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.explanation import explain
    >>> x = h = Value(0.5, label="x")
    >>> for i in range(10):
    ...     h = (h * Value(4.0, label=f"w{i + 1}")).tanh()
    >>> falls = explain(h, x).waterfall
    >>> falls.share("leaf")[1], falls.share("activation")[1]
    (6.020..., -26.859...)
    """
    layers = _layers(graph)
    bars = []
    size, kind = 0.0, "finite"
    for use, factor, product in zip(path.uses, path.factors, path.running, strict=True):
        op = use.operation.operation
        role, what = role_of(use), _what(use, names, layers)
        kind = joined(kind, kind_of(factor))
        before = size
        size = total((size, log10_of(factor))) if kind != "nan" else math.nan
        name = factor_name(use, names)
        called = title(op)
        slopes = slopes_of(op) if role == "activation" else None
        steepest = slopes and slopes[1]
        bars.append(Bar(name, what, called, role, factor, before, size, product, steepest))
    start = names[path.uses[0].operation.results[0].index] if bars else ""
    end = names[path.uses[-1].value.index] if bars else ""
    found = Waterfall(start, end, tuple(bars), _sentence(bars))
    return Waterfall(start, end, tuple(bars), found.sentence, _remark(found))


def factor_name(use: Use, names: Sequence[str]) -> str:
    """Write the local derivative along an arrow: ∂z/∂w; with its place where w went in twice.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> x = Value(3.0)
    >>> [factor_name(use, ["x", "y"]) for use in read(x * x).operations[0].arguments]
    ['∂y/∂x (1st)', '∂y/∂x (2nd)']
    """
    made, source = names[use.operation.results[0].index], names[use.value.index]
    return f"∂{made}/∂{source}" + (f" ({ordinal(use)})" if ordinal(use) else "")


def ordinal(use: Use) -> str:
    """Say which argument an arrow is, where the same value goes into an operation twice."""
    same = [other for other in use.operation.arguments if other.value is use.value]
    return ("1st", "2nd")[use.position] if len(same) == 2 else ""


def power(log10: float) -> str:
    """Write the number that has a logarithm; one that a float cannot hold by its exponent.

    >>> power(-6.458), power(-0.301), power(-412.34), power(float("-inf"))
    ('3.483e-7', '0.5', '10^−412.3', '0')
    """
    if not math.isfinite(log10):
        return "0" if log10 < 0 else number(log10)
    if abs(log10) < LARGEST:
        return number(10**log10)
    return f"10^{number(round(log10, 1), 16)}"


def size(product: float, log10: float) -> str:
    """Write a product; by its exponent where a float cannot hold it.

    >>> size(0.25, -0.602), size(0.0, -412.34), size(0.0, float("-inf"))
    ('0.25', '10^−412.3', '0')
    """
    if math.isfinite(log10) and (not product or not math.isfinite(product)):
        return power(log10)
    return number(product)


def times(bars: Sequence[Bar]) -> str:
    """Write the product of factors, with its sign: `×0.05`, `×(−2)`; – where none is known."""
    known = [bar for bar in bars if not bar.is_unknown]
    if not known:
        return "×–"
    sign = math.prod(math.copysign(1.0, bar.factor) for bar in known)
    return f"×{_signed(total([bar.log10 for bar in known]), sign)}"


def _signed(log10: float, sign: float) -> str:
    written = power(log10)
    return f"(−{written})" if sign < 0 and written not in ("0", "nan") else written


def total(sizes: Sequence[float]) -> float:
    """Add logarithms up; nan where 0 · inf is, without an error."""
    return math.nan if {math.inf, -math.inf} <= set(sizes) else math.fsum(sizes)


# --- what a factor is ----------------------------------------------------------------------------


def _layers(graph: Graph) -> list[int]:
    """Count for each value how many activations are behind it, along the longest way."""
    layers = [0] * len(graph.values)
    for operation in graph.operations:
        deepest = max((layers[use.value.index] for use in operation.arguments), default=0)
        for result in operation.results:
            layers[result.index] = deepest + is_activation(operation)
    return layers


def _what(use: Use, names: Sequence[str], layers: Sequence[int]) -> str:
    """Say what a factor comes from."""
    operation = use.operation
    if is_activation(operation):
        place = f", in {operation.call.title}" if operation.call is not None else ""
        if place or max(layers) > 1:
            layer = layers[operation.results[0].index]
            return f"{title(operation.operation)} at layer {layer}{place}"
    other = factor_beside(use)
    if other is None:
        arguments = [names[argument.value.index] for argument in operation.arguments]
        return computed(operation, arguments)
    return f"times {names[other.index]}"


# --- what happens, in words ----------------------------------------------------------------------


def _sentence(bars: Sequence[Bar]) -> str:
    """Say what happens to the gradient along a path, and through which factors."""
    if not bars:
        return "This is the output itself: its derivative is 1."
    invalid = [bar for bar in bars if not math.isfinite(bar.factor)]
    closed = [bar for bar in bars if bar.factor == 0]
    if invalid:
        return _invalid(bars, invalid[0], closed)
    if closed:
        more = len(closed) - 1
        others = f"; {plural(more, 'more factor')} {'is' if more == 1 else 'are'} 0" if more else ""
        return f"The gradient is exactly 0: {_closed(closed[0])}{others}."
    end = bars[-1].after
    over = f"over {plural(len(bars), 'factor')}"
    if abs(end) < NOTICEABLE:
        happens = f"The gradient keeps its size {over}"
    else:
        moves = "shrinks" if end < 0 else "grows"
        in_size = " in size" if bars[-1].product < 0 else ""
        happens = f"The gradient {moves}{in_size} to {size(bars[-1].product, end)} {over}"
    parts = _parts(bars, end)
    return f"{happens}: {', '.join(parts)}{_extreme(bars, end)}."


def _invalid(bars: Sequence[Bar], bar: Bar, closed: Sequence[Bar]) -> str:
    product = bars[-1].product
    where = f"the local derivative {bar.name} (of {bar.what})"
    words = f"The gradient is {number(product)}: {where} is {number(bar.factor)}"
    if math.isinf(bar.factor) and closed:
        words += f", and {number(bar.factor)} times 0 is nan ({_closed(closed[0])})"
    return words + "."


def _closed(bar: Bar) -> str:
    """Say in what way a factor is 0."""
    if bar.kind == "activation":
        return f"{bar.what} is closed (slope 0) and lets nothing through"
    if bar.what.startswith("times "):
        return f"{bar.name} is the factor {bar.what.removeprefix('times ')}, which is 0"
    return f"the local derivative {bar.name} (of {bar.what}) is 0"


def _parts(bars: Sequence[Bar], end: float) -> list[str]:
    """Say what each kind of factors gives; first the kind that is to blame."""
    found = []
    for kind in KINDS:
        chosen = [bar for bar in bars if bar.kind == kind]
        given = total([bar.log10 for bar in chosen])
        if chosen and (kind != "other" or abs(given) >= NOTICEABLE or len(chosen) == len(bars)):
            alone = "factor" if len(chosen) == len(bars) and kind == "other" else ""
            group = f"the {_some(chosen, alone)}" if alone else _group(kind, chosen)
            found.append((given if end < 0 else -given, times(chosen), group))
    return [
        f"{group} {'' if i else _verb(group)}{product}"
        for i, (_, product, group) in enumerate(sorted(found, key=lambda part: part[0]))
    ]


def _group(kind: str, bars: Sequence[Bar]) -> str:
    if kind == "activation":
        return f"the {_some(bars, 'slope')} of {_operations(bars)}"
    return f"the {_some(bars, NOUNS[kind])}"


def _operations(bars: Sequence[Bar]) -> str:
    return listed(list(dict.fromkeys(bar.operation for bar in bars)))


def _some(bars: Sequence[Bar], noun: str) -> str:
    return plural(len(bars), noun) if len(bars) > 1 else noun


def _verb(group: str) -> str:
    return "give " if group[4].isdigit() else "gives "


def _extreme(bars: Sequence[Bar], end: float) -> str:
    """Name the factor that shrinks or enlarges the gradient most."""
    pick, word = (min, "smallest") if end < 0 else (max, "largest")
    bar = pick(bars, key=lambda bar: bar.log10)
    if abs(bar.log10) < NOTICEABLE or (bar.log10 < 0) != (end < 0):
        return ""
    if bar.kind == "activation":
        most = "" if bar.largest is None else f" of at most {number(bar.largest)}"
        return f"; {word}: {bar.what}, slope {number(bar.factor)}{most}"
    return f"; {word}: {bar.name} = {number(bar.factor)} ({bar.what})"


def _remark(found: Waterfall) -> str:
    """Say why the slopes are small, and what a float cannot hold."""
    end, remarks = found.log10, []
    if math.isfinite(end) and found.bars:
        product = found.bars[-1].product
        if product == 0:
            remarks.append(
                f"{power(end)} is smaller than a float can hold (the smallest is 5e-324): the "
                "product is 0, although no factor is."
            )
        elif not math.isfinite(product):
            remarks.append(
                f"{power(end)} is larger than a float can hold (the largest is 1.8e308), although "
                "every factor is finite."
            )
        remarks += _saturation(found)
    return " ".join(remarks)


def _saturation(found: Waterfall) -> list[str]:
    """Tell slopes that are small by nature from those of saturated units."""
    bars = [bar for bar in found.bars if bar.kind == "activation" and bar.largest]
    slopes = total([bar.log10 for bar in bars])
    if not bars or slopes > -1 or found.log10 > -1:
        return []
    names = _operations(bars)
    largest = [bar.largest or 1.0 for bar in bars]
    mean = (slopes - total(list(map(log10_of, largest)))) / len(bars)
    most = number(max(largest))
    if mean > SATURATED:
        return [
            f"{names}: not saturated here; the slope is at most {most} anywhere, which "
            f"{'the weights' if found.share('weight')[0] else 'other factors'} would have to make "
            "up for."
        ]
    kind = "weight" if found.share("weight")[0] else "leaf"
    count, weights = found.share(kind)
    product = found.times(kind)
    several = f"{count:,} {NOUNS[kind]}s, together {product},"
    helpless = f"; the {several if count > 1 else f'{NOUNS[kind]} {product}'} cannot make up for it"
    slope = "a slope is on average" if len(bars) > 1 else "the slope is"
    return [
        f"{names}: saturated here; {slope} {number(10**mean)} times what it could be, {most}"
        f"{helpless if weights >= NOTICEABLE else ''}."
    ]


def plural(count: int, noun: str) -> str:
    """Count things.

    >>> plural(1, "path"), plural(2**20, "path")
    ('1 path', '1,048,576 paths')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
