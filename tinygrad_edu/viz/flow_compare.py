"""`compare_flows`: the gradient in two or more networks, or steps of one training, on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tinygrad_edu.viz.flow_of_loss import GradientFlow, LayerGradient
from tinygrad_edu.viz.flow_reading import VERBS

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_report import Report
    from tinygrad_edu.viz.render import Digraph


@dataclass(frozen=True)
class FlowComparison:
    """Flows side by side; made by `viz.compare_flows`.

    Attributes:
        flows: the flows, each under its name here.
    """

    flows: tuple[GradientFlow, ...]

    @property
    def sentence(self) -> str:
        """What becomes of the gradient in each of them."""
        groups: dict[str, list[str]] = {}
        for flow in self.flows:
            groups.setdefault(VERBS[flow.verdict], []).append(flow.name)
        parts = [f"{', '.join(names)}: the gradient {verb}" for verb, names in groups.items()]
        return "; ".join(parts)

    def __getitem__(self, name: str | int) -> GradientFlow:
        if isinstance(name, int):
            return self.flows[name]
        for flow in self.flows:
            if flow.name == name:
                return flow
        known = ", ".join(repr(flow.name) for flow in self.flows)
        raise KeyError(f"no flow is called {name!r}: there are {known}")

    def __iter__(self) -> Iterator[GradientFlow]:
        return iter(self.flows)

    def __len__(self) -> int:
        return len(self.flows)

    def rows(self) -> list[tuple[LayerGradient | None, ...]]:
        """Put layers beside each other that are equally far from the loss, the last ones first."""
        return list(zip_longest(*(reversed(flow.layers) for flow in self.flows)))

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON can hold them."""
        return {"flows": [flow.as_dict() for flow in self.flows]}

    def table(self, *, width: int = 100, color: Any = None, ascii_only: bool = False) -> Report:
        """Write the ratios beside each other; arguments as of `GradientFlow.table`.

        Where they do not fit beside each other, they are written under each other.
        """
        from tinygrad_edu.viz.flow_report_side_by_side import comparison_report

        return comparison_report(self, width=width, color=color, ascii_only=ascii_only)

    def plot(self, ax: Any = None, *, theme: str = "light", limits: Any = None) -> Any:
        """Plot a line for each network in one pair of axes; arguments as of `GradientFlow.plot`."""
        from tinygrad_edu.viz.flow_plot import plot_flows

        return plot_flows(self.flows, ax, theme=theme, limits=limits)

    def graph(self, about: str = "", *, theme: str = "auto") -> Digraph:
        """Draw the networks beside each other, layer under layer, on one scale.

        Args:
            about: how they were measured, for the line under the title.
            theme: "light", "dark" or "auto".
        """
        from tinygrad_edu.viz.flow_drawing import draw_comparison

        return draw_comparison(self, about, theme)

    def __str__(self) -> str:
        return str(self.table())

    def __repr__(self) -> str:
        return f"<FlowComparison: {self.sentence}>"

    def _repr_html_(self) -> str:
        from tinygrad_edu.viz.flow_report import flow_html

        return flow_html(self.flows)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def compare_flows(
    flows: Mapping[str, GradientFlow] | Iterable[GradientFlow],
) -> FlowComparison:
    """Put flows side by side: in tables, plots and drawings that share one scale.

    Args:
        flows: the flows by the names that they are to have, or just the flows.

    Raises:
        TypeError: something among them is no flow, or it is a single one.
        ValueError: there is none, or two have the same name.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> from tinygrad_edu.viz.flow_of_loss import gradient_flow
    >>> def flow_with(activation):
    ...     _ = torch.manual_seed(0)
    ...     layers = [part for _ in range(10) for part in (nn.Linear(16, 16), activation())]
    ...     for linear in layers[::2]:
    ...         _ = nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
    ...     model = nn.Sequential(*layers)
    ...     loss = nn.MSELoss()(model(torch.randn(32, 16)), torch.zeros(32, 16))
    ...     loss.backward()
    ...     return gradient_flow(model, loss)
    >>> compare_flows({"sigmoid": flow_with(nn.Sigmoid), "relu": flow_with(nn.ReLU)})
    <FlowComparison: sigmoid: the gradient vanishes; relu: the gradient arrives>
    """
    if isinstance(flows, GradientFlow):
        raise TypeError(
            "compare_flows takes several flows, and this is one: give a dictionary of names to "
            'flows, such as {"sigmoid": flow_1, "relu": flow_2}, or a list of them'
        )
    pairs: Sequence[tuple[str | None, Any]]
    if isinstance(flows, Mapping):
        pairs = [(str(name), flow) for name, flow in flows.items()]
    else:
        pairs = [(None, flow) for flow in flows]
    for _, flow in pairs:
        if not isinstance(flow, GradientFlow):
            raise TypeError(
                f"compare_flows takes GradientFlows, not {type(flow).__name__}: measure each "
                "network with viz.gradient_flow(model, loss)"
            )
    named = tuple(flow if name is None else replace(flow, name=name) for name, flow in pairs)
    if not named:
        raise ValueError("give at least one flow to compare")
    if len({flow.name for flow in named}) < len(named):
        raise ValueError(
            "several flows have the same name: give a dictionary of names to flows, such as "
            '{"sigmoid": flow_1, "relu": flow_2}'
        )
    return FlowComparison(named)
