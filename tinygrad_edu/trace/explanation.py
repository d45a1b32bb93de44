"""`explain`: one derivative, as a teacher writes it on the board.

The chain rule with names, then with numbers; the paths with their products, largest first, and
their sum; and the waterfall along the largest path. How it reads is in `explanation_text` and
`explanation_latex`.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, overload

from tinygrad_edu.trace.caller import called
from tinygrad_edu.trace.explanation_notes import notes_on, some
from tinygrad_edu.trace.graph import Graph, ValueNode, read
from tinygrad_edu.trace.local import short_names
from tinygrad_edu.trace.module_factors import ModuleFactors, module_factors
from tinygrad_edu.trace.paths import Path, Paths
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.waterfall import Waterfall, waterfall
from tinygrad_edu.value import Value

WAYS = ".text(), .markdown(), .latex() and .figure() write it out"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation:
    """The derivative of a `Value` with respect to another one, explained.

    `print` shows it, a notebook too; `text`, `markdown`, `latex` and `figure` write it out.

    Attributes:
        graph: the graph.
        names: what its values are called, by index.
        output: what is differentiated.
        wrt: with respect to what.
        gradient: the derivative, added up in the order and with the rules of `backward`.
        positive: the sum of the positive paths.
        negative: the sum of the negative paths.
        waterfall: the factors of the largest path.
        notes: what one should know beside the numbers, in sentences.
    """

    graph: Graph
    names: list[str]
    output: ValueNode
    wrt: ValueNode
    gradient: float
    positive: float
    negative: float
    waterfall: Waterfall
    notes: list[str]
    _paths: Paths

    @property
    def symbol(self) -> str:
        """How the derivative is written: ∂L/∂w."""
        return f"∂{self.names[self.output.index]}/∂{self.names[self.wrt.index]}"

    @property
    def count(self) -> int:
        """How many paths there are, from the output back to `wrt`."""
        return self._paths.count

    @property
    def counts(self) -> dict[str, int]:
        """How many of them there are of each kind: "nan", "infinite", "finite", "zero"."""
        return dict(self._paths.counts)

    def paths(self, most: int = 5) -> list[Path]:
        """Return the paths with the largest |product|, largest first; they are found only now.

        >>> a = Value(3.0, label="a")
        >>> [path.product for path in explain(a * a + a, a).paths()]
        [3.0, 3.0, 1.0]
        """
        return list(islice(self._paths, most))

    def each_path(self) -> Iterator[Path]:
        """Yield all paths, the largest |product| first, each found when it is asked for."""
        return iter(self._paths)

    def text(self, paths: int = 5) -> str:
        """Write the explanation for a terminal, with so many paths."""
        return _written("text", "text", self, paths)

    def markdown(self, paths: int = 5) -> str:
        """Write it in Markdown, with formulas between `$$`."""
        return _written("latex", "markdown", self, paths)

    def latex(self, paths: int = 4) -> str:
        """Write the chain rule with names and with numbers in LaTeX: an `aligned` environment."""
        return _written("latex", "latex", self, paths)

    def figure(self, theme: str = "auto") -> Any:
        """Draw the waterfall.

        Args:
            theme: "light", "dark" or "auto".

        Returns:
            A `graphviz.Digraph`: `.render("name", format="svg")` writes a file.
        """
        return draw(self.waterfall, f"{self.symbol} = {number(self.gradient)}", theme)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        gradient = f"{self.symbol} = {number(self.gradient)}"
        return f"<Explanation of {gradient}: print() it; {WAYS}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        latex = f"$$\n{self.latex()}\n$$"
        return {"text/plain": self.text(), "text/markdown": self.markdown(), "text/latex": latex}


@overload
def explain(
    output: Value, wrt: Any, params: Any = None, *, names: str | None = "caller"
) -> Explanation: ...
@overload
def explain(
    output: Any, wrt: Any = None, params: Any = None, *, names: str | None = "caller"
) -> Any: ...
def explain(
    output: Any, wrt: Any = None, params: Any = None, *, names: str | None = "caller"
) -> Explanation | ModuleFactors:
    """Explain the derivative of an output with respect to one value.

    Args:
        output: a `Value`, or a `Tensor` after `backward()`.
        wrt: with respect to what: a value that the output was computed from, or its name. Of a
            tensor: a parameter or its name, or None for all modules.
        params: names for the parameters: a module, or a dictionary of names to values or tensors.
            What is in it, or in a module that took part, is a weight in the waterfall; any other
            leaf is a "leaf factor", as nothing says whether it is a weight or an input.
        names: "caller" calls what has no name as the variable that holds it where this is called;
            None does not.

    Returns:
        An `Explanation`; of a tensor, `ModuleFactors`: what each module does to the gradient.

    Raises:
        KeyError: nothing in the graph has this name.
        RuntimeError: no backward pass has gone through the graph of a tensor.
        TypeError: `output` is neither a value nor a tensor, or `wrt` is something else.
        ValueError: the output was not computed from `wrt`, or no gradient is asked for it.

    >>> w, x = Value(2.0, label="w"), Value(-0.5, label="x")
    >>> loss = (w * x).tanh()
    >>> loss.label = "L"
    >>> print(explain(loss, "w"))  # doctest: +NORMALIZE_WHITESPACE
    ∂L/∂w = −0.21
    <BLANKLINE>
    chain rule   ∂L/∂w = ∂L/∂v1 · ∂v1/∂w
    in numbers         = 0.42 · (−0.5)
    product            = −0.21
    where        v1 = w × x = −1
                 L = tanh(v1) = −0.7616
    <BLANKLINE>
    1 path: L ← v1 ← w
    <BLANKLINE>
    The gradient shrinks in size to −0.21 over 2 factors: the slope of tanh gives ×0.42, the leaf
    factor ×(−0.5); smallest: tanh(v1), slope 0.42 of at most 1.
    """
    graph = read(output, called(params, names))
    given = short_names(graph)
    if len(graph.outputs) != 1:
        raise TypeError(f"one output is explained at a time, and these are {len(graph.outputs)}")
    shown = list(map(printable, given))
    if not isinstance(graph.outputs[0].source, Value):
        return module_factors(graph, shown, None if wrt is None else find(graph, given, wrt))
    return _explanation(graph, shown, find(graph, given, wrt))


def _explanation(graph: Graph, names: list[str], wrt: ValueNode) -> Explanation:
    output = graph.outputs[0]
    paths = Paths(graph, output, wrt)
    gradient = replay(graph, paths)
    positive, negative = paths.sums()
    largest = next(iter(paths))
    falls = waterfall(graph, names, largest)
    if paths.count > 1:
        sentence = falls.sentence[0].lower() + falls.sentence[1:]
        falls = replace(falls, sentence=f"Along the largest path, {sentence}")
    notes = notes_on(graph, names, paths, (gradient, positive, negative))
    return Explanation(graph, names, output, wrt, gradient, positive, negative, falls, notes, paths)


def find(graph: Graph, names: Sequence[str], wrt: Any) -> ValueNode:
    """Find the value that is asked about, by itself or by its name.

    Raises:
        KeyError: nothing has this name.
        TypeError: it is neither a name nor a value nor a tensor.
        ValueError: it is not in the graph, or no gradient is asked for it.
    """
    if isinstance(wrt, str):
        found = _named(graph, names, wrt)
    elif not hasattr(wrt, "vertex"):
        raise TypeError(
            "wrt says with respect to what: a value of the graph or its name "
            f"({some(_askable(graph, names))}), not {type(wrt).__name__}"
        )
    else:
        vertices = (wrt, wrt.vertex)
        matching = (x for x in graph.values if any(x.source is vertex for vertex in vertices))
        node = next(matching, None)
        if node is None:
            raise ValueError(
                "the output was not computed from this value (an element such as w[0, 0] is a new "
                f"tensor, too); it was computed from {some(_askable(graph, names))}"
            )
        found = node
    if not found.needs_gradient:
        raise ValueError(
            f"{names[found.index]} is a constant: no gradient is asked for it. Make it a Value "
            "(of tensors: requires_grad=True) before the forward pass."
        )
    return found


def _named(graph: Graph, names: Sequence[str], wanted: str) -> ValueNode:
    pairs = zip(names, graph.values, strict=True)
    known = {name: x for name, x in pairs if x.name or x.needs_gradient}
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=3)
    there_are = f"there are {some(_askable(graph, names))}"
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else there_are
    raise KeyError(f"no value of this graph is called {wanted!r}; {hint}")


def _askable(graph: Graph, names: Sequence[str]) -> list[str]:
    """List the names of what one can ask about: the leaves, then the others."""
    asked = [x for x in graph.values if x.needs_gradient]
    asked.sort(key=lambda x: (x.made_by is not None, x.name is None))
    return [names[x.index] for x in asked]


def printable(name: str, longest: int = 40) -> str:
    r"""Write a name on one line: what cannot be seen as Python writes it, and not too long.

    >>> printable("a\nb"), printable("w" * 99)[-3:]
    ('a\\nb', 'ww…')
    """
    seen = "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def replay(graph: Graph, paths: Paths) -> float:
    """Send a gradient of 1 back along the paths, by the rules and in the order of `backward`.

    >>> a = Value(3.0)
    >>> graph = read(a * a)
    >>> replay(graph, Paths(graph, graph.outputs[0], graph.values[0]))
    6.0
    """
    gradients = {paths.output.index: 1.0}
    wanted = {x.source for x in graph.values if paths.is_on_a_path(x)}
    for operation in reversed(graph.operations):
        result = operation.results[0]
        if result is paths.wrt or not paths.is_on_a_path(result):
            continue
        sent = operation.vertex.pullback(gradients[result.index], wanted)
        for use, contribution in zip(operation.arguments, sent, strict=True):
            if contribution is not None:
                i = use.value.index
                gradients[i] = gradients[i] + contribution if i in gradients else contribution
    return float(gradients[paths.wrt.index])


# --- what is imported only when it is used -------------------------------------------------------


def _written(module: str, function: str, explanation: Explanation, paths: int) -> str:
    written: str = getattr(
        importlib.import_module(f"tinygrad_edu.trace.explanation_{module}"), function
    )(explanation, paths)
    return written


def draw(falls: Waterfall, title: str, theme: str) -> Any:
    """Draw a waterfall; the pictures are imported only now, as they stand on what is here."""
    drawing = importlib.import_module("tinygrad_edu.viz.waterfall")
    return drawing.waterfall_figure(falls, title, theme)
