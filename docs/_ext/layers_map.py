"""The picture of the packages for those who read the source, drawn from their contract.

`pyproject.toml` says which package may import which, and import-linter checks it: the picture is of
that very list.
"""

from __future__ import annotations

import re
from typing import Any

import showing

from tinygrad_edu.viz import labels
from tinygrad_edu.viz.adaptive import AdaptiveDigraph
from tinygrad_edu.viz.style import CSS_CLASS, FONT, LIGHT

ALT = (
    "The packages in layers. Each imports only from layers below it: the commands on top, then "
    "viz and onnx, compiling, trace, nn and optim, functions, tensor and value, the operation "
    "table, and autograd at the bottom."
)
SAID = {
    "cli": "the command line",
    "commands": "flow, examples, step, graph, explore",
    "viz": "drawings, gradient flow, explorer pages",
    "onnx": "models as files",
    "compiling": "a step recorded as a program, and run",
    "trace": "a recorded graph: read, stepped, explained, written out",
    "nn": "layers and losses",
    "optim": "optimizers",
    "functions": "torch.…, by name",
    "creation": "zeros, randn, …",
    "tensor": "an array with a history",
    "value": "a number with a history",
    "ops": "the operation table: each rule, once",
    "autograd": "the engine: order, chain rule, accumulation",
}


def setup(app: Any) -> dict[str, bool]:
    """Draw it before pages are read."""
    app.connect("builder-inited", lambda _: showing.publish("layers", drawing(), ALT))
    return {"parallel_read_safe": True}


def layers() -> list[list[str]]:
    """Read the layers from the contract, the highest first."""
    text = (showing.DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^layers = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert listed, "pyproject.toml has the layers of import-linter"
    lines = re.findall(r'"(.*)"', listed[1])
    return [re.findall(r"tinygrad_edu\.(\w+)", line) for line in lines]


def drawing() -> AdaptiveDigraph:
    """Draw a row for each layer."""
    picture = AdaptiveDigraph(
        graph_attr={
            "rankdir": "TB", "nodesep": "0.2", "ranksep": "0.14", "pad": "0.1",
            "bgcolor": LIGHT.background, "class": CSS_CLASS,
        },
        node_attr={"fontname": FONT, "fontsize": "14", "shape": "plaintext", "margin": "0"},
        edge_attr={"color": LIGHT.muted, "arrowsize": "0.8", "penwidth": "1.6"},
    )  # fmt: skip
    rows = layers()
    for i, names in enumerate(rows):
        cells = [_cell(name) for name in names]
        picture.node(f"layer{i}", labels.label(labels.table(labels.row(*cells), cellspacing=6)))
        if i:
            picture.edge(f"layer{i - 1}", f"layer{i}")
    return picture


def _cell(name: str) -> str:
    words = labels.font(labels.literal(name), LIGHT.text, bold=True)
    said = labels.font(labels.literal(SAID[name], 80), LIGHT.muted) if name in SAID else ""
    look = {"border": 1, "color": LIGHT.text, "bgcolor": LIGHT.operation, "style": "ROUNDED"}
    return labels.cell(f"{words}<BR/>{said}" if said else words, cellpadding=6, **look)
