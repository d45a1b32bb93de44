"""A `GradientFlow` as a drawing: the graph by module, or several networks layer under layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tinygrad_edu.trace.graph import read
from tinygrad_edu.viz.by_module import draw_by_module, plan
from tinygrad_edu.viz.flow_figure import draw_panels
from tinygrad_edu.viz.flow_report import panel_of
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.sheet import Sheet

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_compare import FlowComparison
    from tinygrad_edu.viz.flow_of_loss import GradientFlow


MOST_ACROSS = 8
"""More nodes than these stand below each other: a long strip can be scrolled, but not read."""


def draw_flow(flow: GradientFlow, direction: str, theme: str, limit: int) -> Digraph:
    """Draw the model of a flow by module; see `GradientFlow.graph`.

    The direction "auto" is to the right, or downwards where there are many nodes.
    """
    if flow.source is None:
        raise RuntimeError(
            "the graph of a recorded step is not kept, only its figures: for a drawing call "
            "viz.gradient_flow(model, loss).graph() after loss.backward()"
        )
    model, loss = flow.source
    recorded = read(loss, params=model)
    if direction == "auto":
        direction = "LR" if len(plan(recorded, limit)) <= MOST_ACROSS else "TB"
    sheet = Sheet(recorded, direction, theme, None)
    last = flow[flow.reference].norm
    if last and math.isfinite(last):
        sheet.refer_to(last, flow.reference)
    draw_by_module(sheet, limit)
    return sheet.finish(True)


def draw_comparison(comparison: FlowComparison, about: str, theme: str) -> Digraph:
    """Draw networks beside each other; see `FlowComparison.graph`."""
    panels = [panel_of(flow) for flow in comparison.flows]
    return draw_panels(panels, comparison.sentence, about, theme)
