r"""How an explanation reads in LaTeX, and in Markdown with formulas.

The LaTeX needs amsmath for `aligned`, which is all that MathJax, KaTeX and notebooks know as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tinygrad_edu.trace.explanation_text import (
    elided,
    factor_of,
    is_direct,
    log10_text,
    route,
    sum_of_paths,
    written_out,
)
from tinygrad_edu.trace.graph import Use
from tinygrad_edu.trace.paths import Path
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import Waterfall, ordinal, plural, size

if TYPE_CHECKING:
    from tinygrad_edu.trace.explanation import Explanation

MOST_FACTORS = 24  # of a path
PER_LINE = 6  # factors
MOST_ROWS = 44

ESCAPES = {
    **{c: "\\" + c for c in "_#$%&{}"},
    "\\": r"\backslash{}",
    "~": r"{\sim}",
    "^": r"{\wedge}",
    " ": r"\ ",
    "<": "{<}",  # in brackets, so that no browser takes it for a tag
    ">": "{>}",
    "′": "'",
    "…": r"{\ldots}",
    "−": "-",
}
"""What a name may hold that LaTeX would read as its own."""


def name(text: str) -> str:
    r"""Write a name in mathematics: one letter (with digits) as a variable, all else upright.

    >>> print(name("w"), name("v12"), name("α"), name("0.weight[1]"), name("a_b"))
    w v_{12} \alpha \mathrm{0.weight[1]} \mathrm{a\_b}
    """
    variable = re.fullmatch(r"([A-Za-zα-ω])(\d*)", text)
    if not variable:
        return rf"\mathrm{{{''.join(map(_character, text))}}}"
    letter, digits = variable.groups()
    return _character(letter) + (f"_{{{digits}}}" if digits else "")


def _character(c: str) -> str:
    greek = unicodedata.name(c, "").removeprefix("GREEK SMALL LETTER ").lower()
    if "α" <= c <= "ω" and greek.isalpha() and greek not in ("omicron", "lamda"):
        return rf"\{greek}"
    return r"\lambda" if c == "λ" else ESCAPES.get(c, c)


def numeral(text: str) -> str:
    r"""Write a number, as `text.number` writes it, in LaTeX; a negative one in brackets.

    >>> print(numeral("−2"), numeral("2.656e-5"), numeral("inf"), numeral("10^−6.5"))
    (-2) 2.656 \times 10^{-5} \infty 10^{-6.5}
    """
    plain = text.replace("−", "-")
    sign = plain.startswith("-")
    digits, _, exponent = plain.lstrip("-").partition("e")
    if digits.startswith("10^"):
        return f"10^{{{digits[3:]}}}"
    written = {"inf": r"\infty", "nan": r"\mathrm{nan}"}.get(digits, digits)
    if exponent:
        written += rf" \times 10^{{{exponent}}}"
    return f"(-{written})" if sign else written


def latex(explanation: Explanation, paths: int = 4) -> str:
    """Write the chain rule with names, with numbers, and the result."""
    shown = written_out(explanation.paths(max(paths, 1)), max(paths, 1))
    rest = explanation.count - len(shown)
    more = [rf"\cdots \text{{ ({plural(rest, 'more path')})}}"] if rest else []
    output, wrt = (explanation.names[x.index] for x in (explanation.output, explanation.wrt))
    left = _derivative(name(output), name(wrt))
    result = numeral(number(explanation.gradient))
    if not shown[0].uses:
        return _aligned([f"{left} &= 1"])
    if explanation.count == 1 and is_direct(shown[0]):
        return _aligned([f"{left} &= {_without_brackets(result)}"])
    lines = _sum(left, [_symbols(path, explanation.names) for path in shown], more)
    lines += _sum("", [_numbers(path) for path in shown], more)
    if explanation.count > 1:
        products = [numeral(size(path.product, path.log10)) for path in shown]
        lines.append(f"&= {' + '.join([*products, *more])}")
    return _aligned([*lines, f"&= {_without_brackets(result)}"])


def _aligned(lines: Sequence[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _derivative(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _symbols(path: Path, names: Sequence[str]) -> list[str]:
    if is_direct(path):
        return [_factor(path.uses[0], names) + r"_{\text{directly}}"]
    return elided(path.uses, MOST_FACTORS, r"\cdots", partial(_factor, names=names))


def _factor(use: Use, names: Sequence[str]) -> str:
    made, source = use.operation.results[0].index, use.value.index
    which = f"_{{({ordinal(use)[0]})}}" if ordinal(use) else ""
    return _derivative(name(names[made]), name(names[source])) + which


def _numbers(path: Path) -> list[str]:
    return elided(path.factors, MOST_FACTORS, r"\cdots", lambda x: numeral(number(x)))


def _sum(left: str, terms: Sequence[Sequence[str]], more: Sequence[str]) -> list[str]:
    """Write a sum of products, one under the other, long ones in several lines."""
    lines = []
    for i, factors in enumerate(terms):
        start = r"&\quad + " if i else f"{left} &= ".lstrip()
        for j in range(0, len(factors), PER_LINE):
            product = r" \cdot ".join(factors[j : j + PER_LINE])
            lines.append((r"&\quad \cdot " if j else start) + product)
    return [*lines, *(rf"&\quad + {term}" for term in more)]


def _without_brackets(written: str) -> str:
    return written[1:-1] if written.startswith("(") else written


# --- Markdown ------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    r"""Write a text so that Markdown, and the browser behind it, show just its characters.

    >>> print(escaped("a_b | <b> * $"))
    a\_b &#124; &lt;b&gt; \* &#36;
    """
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "$": "&#36;"}
    return "".join(entities.get(c, "\\" + c if c in r"\`*_[]#~" else c) for c in text)


def markdown(explanation: Explanation, paths: int = 5) -> str:
    """Write an explanation in Markdown."""
    paths += explanation.count == paths + 1
    shown = explanation.paths(paths)
    heading = escaped(f"{explanation.symbol} = {number(explanation.gradient)}")
    falls = explanation.waterfall
    parts = [f"**{heading}**", f"$$\n{latex(explanation)}\n$$"]
    if explanation.count > 1:
        rows = [
            (escaped(size(path.product, path.log10)), escaped(route(path, explanation.names)))
            for path in shown
        ]
        which = f"the {len(rows)} largest" if len(rows) < explanation.count else "largest first"
        parts.append(f"{plural(explanation.count, 'path')}, {which}:")
        parts += [_table(("product", "path"), rows), escaped(sum_of_paths(explanation, shown))]
    parts += map(escaped, [falls.sentence, falls.remark, *explanation.notes])
    if len(falls.bars) > 2:
        parts.append(waterfall_table(falls))
    return "\n\n".join(part for part in parts if part)


def waterfall_table(falls: Waterfall) -> str:
    """Write a waterfall as a Markdown table."""
    head = ("factor", "of", "kind", "value", "log10", falls.measure)
    rows = [
        (
            escaped(bar.name),
            escaped(bar.what),
            bar.kind,
            factor_of(bar),
            log10_text(bar),
            escaped(size(bar.product, bar.after)),
        )
        for bar in falls.bars
    ]
    if len(rows) > MOST_ROWS:
        half = MOST_ROWS // 2
        gap = (f"… {len(rows) - 2 * half} more …", "", "", "", "", "")
        rows = [*rows[:half], gap, *rows[-half:]]
    end = size(falls.bars[-1].product, falls.log10) if falls.bars else "1"
    rows.append(("**in all**", "", "", falls.in_all[1:], number(falls.change, 3), escaped(end)))
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def factors(falls: Waterfall) -> str:
    """Write the factors of modules and their product."""
    shown = elided(
        [
            rf"\underbrace{{{_without_brackets(numeral(number(bar.factor)))}}}_{{{name(bar.name)}}}"
            for bar in falls.bars
        ],
        MOST_FACTORS,
        r"\cdots",
    )
    lines = [r" \cdot ".join(shown[i : i + 4]) for i in range(0, len(shown), 4)]
    partial = rf"\frac{{\partial\, {name(falls.start)}}}{{\partial\, {name(falls.end)}}}"
    start = rf"\left\lVert {partial} \right\rVert"
    starts = [start + " &= ", *[r"&\quad \cdot "] * len(lines)]
    written = [one + line for one, line in zip(starts, lines or ["1"], strict=False)]
    change = _without_brackets(numeral(number(10**falls.change)))
    return _aligned([*written, f"&= {change}"])
