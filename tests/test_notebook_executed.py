"""A notebook is executed, and each last expression shows itself: once, with a text beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks are executed with nbclient")
nbclient = pytest.importorskip("nbclient", reason="notebooks are executed with nbclient")
pytest.importorskip("ipykernel", reason="notebooks are executed with nbclient")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages that run notebooks

START = """
import tinygrad_edu as torch
from tinygrad_edu import Value, nn, trace, viz
torch.manual_seed(0)
w, x, b, y = Value(2.0, "w"), Value(-1.5, "x"), Value(0.5, "b"), Value(1.0, "y")
L = ((w * x + b).tanh() - y) ** 2
L.backward()
model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
loss = model(torch.randn(5, 3)).square().mean()
loss.backward()
flow = viz.gradient_flow(model, loss)
"""

SVG, HTML, MARKDOWN, LATEX = "image/svg+xml", "text/html", "text/markdown", "text/latex"

CELLS = {
    "L": ({SVG, HTML}, "Value(3.946"),
    "w": (set(), "Value(2.0, grad=0.158"),
    "loss": ({HTML}, r"tensor(0.0"),
    "torch.ones(2)": (set(), "tensor([1., 1.])"),
    "model": (set(), "Sequential(\n  (0): Linear("),
    "flow": ({HTML}, "Sequential: "),
    "flow.table()": (set(), "Sequential: "),
    "viz.compare_flows({'a': flow, 'b': flow})": ({HTML}, "a, b: the gradient"),
    "viz.graph(L)": ({SVG, HTML}, "<AdaptiveDigraph: "),
    "viz.explore(L)": ({HTML}, "<Explorer of "),
    "viz.compare({'a': L, 'b': loss})": ({HTML}, "<Explorer of "),
    "trace.steps(L)": ({HTML, MARKDOWN}, "forward\n   1  v1 = 2 × (−1.5) = −3"),
    "trace.steps(loss)": ({HTML, MARKDOWN}, "forward\n   1  v2 = linear("),
    "trace.explain(L, w)": ({MARKDOWN, LATEX}, "∂L/∂w = 0.1585"),
    "trace.explain(loss, model[0].weight)": ({MARKDOWN, LATEX}, "The gradient "),
    "trace.program(L)": ({MARKDOWN}, "from math import pow, tanh\n"),
    "trace.program(loss)": ({MARKDOWN}, "import numpy as np\n"),
}
"""What a cell shows beside a text, and how the text begins."""


@pytest.fixture(scope="module")
def shown() -> dict[str, list[Any]]:
    """Execute one notebook, and return the outputs of each cell."""
    cells = [nbformat.v4.new_code_cell(source) for source in (START, *CELLS)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {cell.source: cell.outputs for cell in notebook.cells}


@pytest.mark.parametrize("source", CELLS)
def test_a_last_expression_shows_itself(shown: dict[str, list[Any]], source: str) -> None:
    rich, text = CELLS[source]
    (output,) = shown[source]
    assert output.output_type == "execute_result"
    assert set(output.data) == {"text/plain", *rich}
    assert output.data["text/plain"].startswith(text)


def test_nothing_is_shown_of_cells_that_end_in_an_assignment(shown: dict[str, list[Any]]) -> None:
    assert shown[START] == []


def test_drawings_are_no_wider_than_their_cell(shown: dict[str, list[Any]]) -> None:
    for source in ("L", "viz.graph(L)", "loss"):
        assert re.search('<img [^>]*style="max-width:100%"', shown[source][0].data[HTML])


def test_every_picture_knows_the_dark_theme_and_loads_nothing(
    shown: dict[str, list[Any]],
) -> None:
    for source in ("L", "viz.graph(L)", "flow", "viz.explore(L)"):
        data = shown[source][0].data
        text = data.get(SVG) or data[HTML]
        assert "prefers-color-scheme" in text
        assert not re.search(r'(?:src|href)="https?:', text)
