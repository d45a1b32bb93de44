"""How an explanation reads in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING, Any

from tinygrad_edu.trace.graph import ValueNode
from tinygrad_edu.trace.paths import Path
from tinygrad_edu.trace.rule_text import rule_template
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import Bar, Waterfall, factor_name, ordinal, plural, size
from tinygrad_edu.trace.wording import bracketed, computed

if TYPE_CHECKING:
    from tinygrad_edu.trace.explanation import Explanation

WIDTH = 100  # characters
MOST_IN_FORMULA = 4  # paths that the chain rule is written out for,
MOST_IN_ALL = 40  # and factors on them together
MOST_FACTORS = 24  # of a path
MOST_BARS = 44  # rows of the waterfall
BLOCKS = {"activation": "█", "weight": "▒", "leaf": "▚", "other": "░"}
WORDS = {
    "activation": "slopes of activations",
    "weight": "weights",
    "leaf": "leaf factors",
    "other": "other factors",
}
LONGEST_BAR = 16


def text(explanation: Explanation, paths: int = 5) -> str:
    """Write an explanation: chain rule, numbers, paths, waterfall."""
    paths += explanation.count == paths + 1  # the last one takes no more room than its mention
    shown = explanation.paths(max(paths, MOST_IN_FORMULA))
    formula = written_out(shown, MOST_IN_FORMULA)
    parts = [
        [f"{explanation.symbol} = {number(explanation.gradient)}"],
        [*_chain_rule(explanation, formula), *_definitions(explanation, formula)],
        _path_list(explanation, shown[:paths]),
        wrapped([explanation.waterfall.sentence, explanation.waterfall.remark]),
        table(explanation.waterfall) if len(explanation.waterfall.bars) > 2 else [],
        wrapped(explanation.notes),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def written_out(paths: Sequence[Path], most: int) -> list[Path]:
    """Choose the paths to write a formula for: the first, and more as long as there is room."""
    room = MOST_IN_ALL
    for i, path in enumerate(paths[:most]):
        room -= min(len(path.uses), MOST_FACTORS)
        if room < 0 and i:
            return list(paths[:i])
    return list(paths[:most])


def elided(
    items: Sequence[Any], most: int, gap: str, write: Callable[[Any], str] = str
) -> list[str]:
    """Write things, but not the middle of too many; `gap` stands for it, with its length in {}.

    >>> elided("abcdefg", 4, "… {} more …")
    ['a', 'b', '… 3 more …', 'f', 'g']
    """
    if len(items) <= most:
        return list(map(write, items))
    half = most // 2
    left_out = gap.format(len(items) - 2 * half)
    return [*map(write, items[:half]), left_out, *map(write, items[-half:])]


def wrapped(sentences: Iterable[str]) -> list[str]:
    """Break sentences into lines, each starting one of its own."""
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH)]


def route(path: Path, names: Sequence[str], most: int = MOST_FACTORS) -> str:
    """Write a path by the values on it: L ← d ← w."""
    values = [names[x.index] for x in path.values]
    places = ["", *map(ordinal, path.uses)]
    values = [f"{x} ({place})" if place else x for x, place in zip(values, places, strict=False)]
    return " ← ".join(elided(values, most, "… {} more …"))


# --- the chain rule ------------------------------------------------------------------------------


def _chain_rule(explanation: Explanation, paths: Sequence[Path]) -> list[str]:
    if not paths[0].uses:
        return [f"chain rule   {explanation.symbol} = 1"]
    rest = explanation.count - len(paths)
    more = [f"… {plural(rest, 'more path')}"] if rest else []
    gap = "… {} more …"
    named = partial(factor_name, names=explanation.names)
    names = [
        [direct(path, explanation.names, explanation.count)]
        if is_direct(path)
        else elided(path.uses, MOST_FACTORS, gap, named)
        for path in paths
    ]
    numbers = [elided(path.factors, MOST_FACTORS, gap, _numeral) for path in paths]
    products = [bracketed(size(path.product, path.log10)) for path in paths]
    indent = " " * len(explanation.symbol)
    lines = _sum([*map(_product, names), *more], f"chain rule   {explanation.symbol} = ")
    lines += _sum([*map(_product, numbers), *more], f"in numbers   {indent} = ")
    if explanation.count > 1:
        lines += _sum([" + ".join([*products, *more])], f"products     {indent} = ")
    word = "sum     " if explanation.count > 1 else "product "
    return [*lines, f"{word}     {indent} = {number(explanation.gradient)}"]


def is_direct(path: Path) -> bool:
    """Tell whether a path is one operation, whose local derivative looks like the whole one."""
    return len(path.uses) == 1 and not ordinal(path.uses[0])


def direct(path: Path, names: Sequence[str], count: int) -> str:
    """Write a path of one operation: by its rule if it is the only one, for an upstream of 1."""
    (use,) = path.uses
    if count > 1:
        return factor_name(use, names) + " (directly)"
    called = [bracketed(names[argument.value.index]) for argument in use.operation.arguments]
    result = names[use.operation.results[0].index]
    rule = rule_template(use.operation, use.position).replace(f"{{{len(called) + 1}}} · ", "")
    return rule.format(*called, result, "1")


def _numeral(x: float) -> str:
    return bracketed(number(x))


def _product(factors: Sequence[str]) -> str:
    return " · ".join(factors)


def _sum(terms: Sequence[str], start: str) -> list[str]:
    """Write a sum, each term on a line of its own, or on several if it is long."""
    indent = " " * (len(start) - 2)
    lines: list[str] = []
    for i, term in enumerate(terms):
        first = f"{indent}+ " if i else start
        lines += textwrap.wrap(
            term, max(WIDTH, len(start) + 40), initial_indent=first, subsequent_indent=indent + "  "
        )
    return lines


def _definitions(explanation: Explanation, paths: Sequence[Path]) -> list[str]:
    """Say how the values on the paths were computed, in the order of computation."""
    on_paths: dict[int, ValueNode] = {x.index: x for path in paths for x in path.values}
    computed = [
        on_paths[i]
        for i in sorted(on_paths)
        if on_paths[i].made_by is not None and on_paths[i] is not explanation.wrt
    ]
    write = partial(_definition, names=explanation.names)
    lines = elided(computed, MOST_FACTORS, "… {} more …", write)
    return [f"{' ' * 13 if i else 'where        '}{line}" for i, line in enumerate(lines)]


def _definition(value: ValueNode, names: Sequence[str]) -> str:
    operation: Any = value.made_by
    arguments = [names[use.value.index] for use in operation.arguments]
    formula = computed(operation, arguments)
    return f"{names[value.index]} = {formula} = {number(value.number)}"


# --- the paths -----------------------------------------------------------------------------------


def _path_list(explanation: Explanation, paths: Sequence[Path]) -> list[str]:
    if explanation.count == 1:
        if not paths or not paths[0].uses:
            return []
        way = f"1 path: {route(paths[0], explanation.names)}"
        return textwrap.wrap(way, WIDTH, subsequent_indent=" " * 8)
    rows = [(size(path.product, path.log10), route(path, explanation.names)) for path in paths]
    width = max((len(product) for product, _ in rows), default=0)
    digits = len(str(len(rows)))
    which = f"the {len(rows)} largest" if len(rows) < explanation.count else "largest first"
    lines = [f"{plural(explanation.count, 'path')}, {which}:"]
    for i, (product, way) in enumerate(rows):
        start = f"  {i + 1:>{digits}}.  {product:>{width}}   "
        lines += textwrap.wrap(way, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
    return [*lines, *wrapped([sum_of_paths(explanation, paths)])]


def sum_of_paths(explanation: Explanation, paths: Sequence[Path]) -> str:
    """Compare the sum of the paths that are shown with the gradient."""
    found = reduce(add, (path.product for path in paths), 0.0)  # sum() would hide the rounding
    gradient = explanation.gradient
    if len(paths) < explanation.count:
        return (
            f"These add up to {number(found)}; all {explanation.count:,} paths give "
            f"{number(gradient)}, the gradient."
        )
    if found == gradient or (found != found and gradient != gradient):
        return f"Their sum is {number(gradient)}, the gradient."
    return (
        f"Their sum is the gradient, {number(gradient)}: {found!r} added in this order, "
        f"{gradient!r} in that of backward, which differ by rounding."
    )


# --- the waterfall -------------------------------------------------------------------------------


def table(falls: Waterfall) -> list[str]:
    """Write a waterfall: a line for each factor, with a block for its size on the log scale."""
    head = ("factor", "", "value", "log10", falls.measure)
    half = MOST_BARS // 2
    bars = falls.bars if len(falls.bars) <= MOST_BARS else falls.bars[:half] + falls.bars[-half:]
    rows = [_cells(bar) for bar in bars]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    largest = max((abs(bar.log10) for bar in bars if _is_finite(bar)), default=0.0)
    body = [
        f"{_line(cells, widths)}  {_block(bar, largest)}".rstrip()
        for cells, bar in zip(rows, bars, strict=True)
    ]
    if len(bars) < len(falls.bars):
        body.insert(half, f"… {plural(len(falls.bars) - len(bars), 'more factor')} …")
    kinds = dict.fromkeys(bar.kind for bar in falls.bars)
    totals = ", ".join(f"{BLOCKS[kind]} {WORDS[kind]} {falls.times(kind)}" for kind in kinds)
    return [_line(head, widths), *body, f"in all {falls.in_all}: {totals}"]


def _cells(bar: Bar) -> tuple[str, str, str, str, str]:
    after = size(bar.product, bar.after)
    return bar.name, bar.what, factor_of(bar), log10_text(bar), after


def factor_of(bar: Bar) -> str:
    """Write a factor; – where it is unknown."""
    return "–" if bar.is_unknown else number(bar.factor)


def log10_text(bar: Bar) -> str:
    """Write the logarithm of a factor; – where it is 0 or unknown."""
    return number(round(bar.log10, 9), 3) if _is_finite(bar) else "–"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = [f"{cell:<{width}}" for cell, width in zip(cells[:2], widths[:2], strict=True)]
    right = [f"{cell:>{width}}" for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join([*left, *right])


def _block(bar: Bar, largest: float) -> str:
    """Draw the size of a factor; what stops the gradient or breaks it in a sign of its own."""
    if bar.is_unknown:
        return ""
    if not _is_finite(bar):
        return "✕" if bar.factor else "closed"
    length = round(LONGEST_BAR * abs(bar.log10) / largest) if largest else 0
    sign = "" if not length else "−" if bar.log10 < 0 else "+"
    return sign + BLOCKS[bar.kind] * length


def _is_finite(bar: Bar) -> bool:
    return abs(bar.log10) < float("inf")
