"""The picture of the guide to networks that do not learn, in the style of the library's drawings.

Questions stand below each other, and each has its answer beside it; colours of answers are those of
the verdicts of a gradient flow.
"""

from __future__ import annotations

from typing import Any

import showing

from tinygrad_edu.viz import labels
from tinygrad_edu.viz.adaptive import AdaptiveDigraph
from tinygrad_edu.viz.style import CSS_CLASS, FONT, LIGHT, STEPS

ALT = (
    "Seven questions from top to bottom: Can it learn eight examples by heart? Is the loss nan? "
    "Has each parameter a gradient? What does gradient_flow say: vanishing, exploding, dead? Is "
    "a step of the right size? Each answer that explains the trouble leads to a cause and its "
    "remedy; the text below has them all."
)

TREE = (
    ("Can it learn eight examples\nby heart?", "yes", "no",
     "The network learns.\nLook at the data, and at\nwhat it has not seen", None, "1"),
    ("Is the loss nan or inf?", "yes", "no",
     "A step was too large,\nor a number overflowed", "nan", "2"),
    ("Has every parameter\na gradient?", "no", "yes",
     "The graph is cut, or the\noptimizer does not know it", "zero", "3"),
    ("Does gradient_flow say\nvanishing?", "yes", "no",
     "Slopes below 1 everywhere:\nactivation, initialisation,\nbatch norm", "vanishing", "4"),
    ("… exploding?", "yes", "no",
     "The weights are too large:\ninitialisation, clipping", "exploding", "5"),
    ("… dead?", "yes", "no",
     "Relus that are always off:\nleaky relu, smaller steps", "zero", "6"),
    ("Is grad/W near 1/1000?", "no", "yes", "The learning rate is wrong", "growing", "7"),
)  # fmt: skip
LAST = "Then it is in the loss, the labels,\nor a derivative of your own: gradcheck"


def setup(app: Any) -> dict[str, bool]:
    """Draw it before pages are read."""
    app.connect("builder-inited", lambda _: showing.publish("decision-tree", tree(), ALT))
    return {"parallel_read_safe": True}


def tree() -> AdaptiveDigraph:
    """Draw the tree."""
    drawing = AdaptiveDigraph(
        graph_attr={
            "rankdir": "TB", "nodesep": "0.25", "ranksep": "0.26", "pad": "0.1",
            "bgcolor": LIGHT.background, "class": CSS_CLASS, "splines": "line",
        },
        node_attr={"fontname": FONT, "fontsize": "14", "shape": "plaintext", "margin": "0"},
        edge_attr={"fontname": FONT, "fontsize": "13", "color": LIGHT.muted,
                   "fontcolor": LIGHT.text, "arrowsize": "0.8", "penwidth": "1.6"},
    )  # fmt: skip
    for i, (question, out, on, answer, kind, number) in enumerate(TREE):
        with drawing.subgraph(graph_attr={"rank": "same"}) as row:
            row.node(f"q{i}", _box(question, LIGHT.operation))
            row.node(f"a{i}", _box(f"{number}. {answer}", LIGHT.background, kind))
            row.edge(f"q{i}", f"a{i}", label=f" {out} ")
        drawing.edge(f"q{i}", f"q{i + 1}", label=f" {on} ")
    drawing.node(f"q{len(TREE)}", _box(f"8. {LAST}", LIGHT.background, "healthy"))
    return drawing


def _box(text: str, fill: str, kind: str | None = "question") -> str:
    """Frame a text; an answer has a bar in the colour of its kind."""
    align = "left" if kind != "question" else "center"
    lines = "".join(
        labels.font(labels.literal(line, 80), LIGHT.text) + f'<BR ALIGN="{align}"/>'
        for line in text.split("\n")
    )
    inner = labels.table(labels.row(labels.cell(lines, align="LEFT")), cellpadding=4)
    look: dict[str, Any] = {"border": 1, "color": LIGHT.text, "bgcolor": fill, "cellpadding": 3}
    if kind == "question":
        return labels.label(labels.table(labels.row(labels.cell(inner)), style="ROUNDED", **look))
    bar = labels.cell(bgcolor=_color(kind), width=7)
    return labels.label(labels.table(labels.row(bar, labels.cell(inner)), **look))


def _color(kind: str | None) -> str:
    if kind in STEPS:
        return LIGHT.steps[STEPS.index(kind)]
    return {"nan": LIGHT.invalid, "zero": LIGHT.text}.get(kind or "", LIGHT.output)
