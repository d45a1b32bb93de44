"""A `GradientFlow` as a drawing: the graph by module, or several networks layer under layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tinygrad_edu.trace.graph import read
from tinygrad_edu.viz.by_module import draw_by_module
from tinygrad_edu.viz.flow_figure import draw_panels
from tinygrad_edu.viz.flow_report import panel_of
from tinygrad_edu.viz.render import Digraph
from tinygrad_edu.viz.sheet import Sheet

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_compare import FlowComparison
    from tinygrad_edu.viz.flow_of_loss import GradientFlow


def draw_flow(flow: GradientFlow, direction: str, theme: str, limit: int) -> Digraph:
    """Draw the model of a flow by module; see `GradientFlow.graph`."""
    if flow.source is None:
        raise RuntimeError(
            "the graph of a recorded step is not kept, only its figures: for a drawing call "
            "viz.gradient_flow(model, loss).graph() after loss.backward()"
        )
    model, loss = flow.source
    sheet = Sheet(read(loss, params=model), direction, theme, None)
    last = flow[flow.reference].rms
    if last and math.isfinite(last):
        sheet.refer_to(last, flow.reference)
    draw_by_module(sheet, limit)
    return sheet.finish(True)


def draw_comparison(comparison: FlowComparison, about: str, theme: str) -> Digraph:
    """Draw networks beside each other; see `FlowComparison.graph`."""
    panels = [panel_of(flow) for flow in comparison.flows]
    return draw_panels(panels, comparison.sentence, about, theme)
