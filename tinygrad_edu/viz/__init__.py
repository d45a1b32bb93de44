"""Pictures of recorded graphs and of training; each part is imported when it is first used.

`graph` draws what a value or tensor was computed from, `gradient_flow` measures what is left of the
gradient in each layer of a network, `explore` makes a page to step through and play with. `Digraph`
is the `graphviz.Digraph` that drawings are.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinygrad_edu.viz.drawing import graph
    from tinygrad_edu.viz.explorer import Explorer, compare, explore
    from tinygrad_edu.viz.flow import chain_flow
    from tinygrad_edu.viz.flow_compare import compare_flows
    from tinygrad_edu.viz.flow_network import network_flow
    from tinygrad_edu.viz.flow_of_loss import GradientFlow, gradient_flow
    from tinygrad_edu.viz.render import Digraph

_HOMES = {
    "Digraph": "render",
    "Explorer": "explorer",
    "GradientFlow": "flow_of_loss",
    "chain_flow": "flow",
    "compare": "explorer",
    "compare_flows": "flow_compare",
    "explore": "explorer",
    "gradient_flow": "flow_of_loss",
    "graph": "drawing",
    "network_flow": "flow_network",
}

__all__ = [
    "Digraph",
    "Explorer",
    "GradientFlow",
    "chain_flow",
    "compare",
    "compare_flows",
    "explore",
    "gradient_flow",
    "graph",
    "network_flow",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tinygrad_edu.viz' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"tinygrad_edu.viz.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
