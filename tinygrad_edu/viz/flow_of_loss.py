"""`gradient_flow`: how much of the gradient of a loss reached each layer of a model, as an object.

Everything is read from the recorded graph after `loss.backward()`; nothing is run again, so it
works for any model. What a layer is is in `flow_layers`; tables are in `flow_report`, plots in
`flow_plot`, drawings in `flow_drawing`, the course of a training in `flow_record`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tinygrad_edu.trace.graph import read
from tinygrad_edu.viz.flow import DEAD_SHARE, compare, deciding, plain, worst
from tinygrad_edu.viz.flow_layers import Measured, measure, title
from tinygrad_edu.viz.flow_reading import share
from tinygrad_edu.viz.style import WORDS

if TYPE_CHECKING:
    from tinygrad_edu.viz.flow_record import FlowHistory
    from tinygrad_edu.viz.flow_report import Report
    from tinygrad_edu.viz.render import Digraph

MOST_FLAT = 0.7
"""Above this share of flat slopes it is said: relu is off for about half of its inputs anyway."""

NOT_COMPUTED = "not computed"
"""What stands for the verdict on a layer that no backward pass has come to."""

NOT_JUDGED = "not judged"
"""What stands for the verdict on a layer behind the reference, such as an output's activation."""


@dataclass(frozen=True)
class LayerGradient:
    """What one layer got of the gradient. Sizes of weights are None for a layer without any.

    Attributes:
        name: the path of its module in the model; "relu" for a function; "cell, call 2" for the
            second call of the same, "lstm.step 3" for a step through time.
        kind: the class of its module, or "function".
        mean: mean |∂L/∂output| over all elements; None if no backward pass has come here.
        rms: root mean square of ∂L/∂output, likewise.
        norm: ‖∂L/∂output‖, the root of the sum of squares, likewise.
        ratio: `norm` next to that of the reference layer.
        weight_gradient: ‖∂L/∂W‖ of this call, the root of the sum of squares.
        weight_mean: mean |∂L/∂W|.
        weight_rms: root mean square of ∂L/∂W.
        update: lr · ‖∂L/∂W‖ / ‖W‖, with ∂L/∂W from all calls that use these weights: the share of
            itself by which a step of plain SGD would change W.
        flat: of an activation, the share of slopes (per sample and unit) below 1 % of the largest
            that it can have: where sigmoid and tanh are saturated, and relu is off. None for
            another layer, or where no gradient arrived by which a slope could be measured.
        dead: the share of units whose slope is exactly 0 for every sample; None likewise.
        verdict: one of `style.WORDS`, or "not computed", or "not judged": a layer behind the
            reference.
        reason: why, in words.
    """

    name: str
    kind: str
    mean: float | None
    rms: float | None
    norm: float | None
    ratio: float | None
    weight_gradient: float | None
    weight_mean: float | None
    weight_rms: float | None
    update: float | None
    flat: float | None
    dead: float | None
    verdict: str
    reason: str

    @property
    def title(self) -> str:
        """Name and kind: `0: Linear`; a function and the whole model have only one of them."""
        return title(self.name, self.kind)

    @property
    def note(self) -> str:
        """What pictures say of it: `100 % dead`, `93 % flat`, `not judged`, or nothing."""
        if (self.dead or 0.0) >= DEAD_SHARE:
            return f"{100 * (self.dead or 0.0):.0f} % dead"
        flat = f"{100 * (self.flat or 0.0):.0f} % flat" if (self.flat or 0.0) > MOST_FLAT else ""
        return ", ".join(filter(None, (NOT_JUDGED * (self.verdict == NOT_JUDGED), flat)))

    @property
    def is_judged(self) -> bool:
        """Whether the verdict is one of `style.WORDS`."""
        return self.verdict in WORDS


@dataclass(frozen=True)
class GradientFlow:
    """How much of the gradient of a loss reached each layer of a model.

    Print it for a table; in a notebook it shows itself as one. Made by `viz.gradient_flow`.

    Attributes:
        name: what tells it from others.
        layers: the layers, in the order of computation.
        reference: the title of the layer that the ratios refer to: the last one with weights.
        loss: the loss; None if it was not told.
        lr: the learning rate in `LayerGradient.update`.
        verdict: the first of `style.WORDS` that one of the layers has.
    """

    name: str
    layers: tuple[LayerGradient, ...]
    reference: str
    loss: float | None
    lr: float
    verdict: str
    source: Any = field(default=None, repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """What the layer gets that gives the verdict, in one sentence; else the first layer."""
        if self.verdict == "healthy" and self.layers[0].ratio is None:
            return f"no gradient came to {self.layers[0].title}"
        judged = [layer for layer in self.layers if layer.is_judged]
        layer = judged[deciding([x.verdict for x in judged], [x.ratio for x in judged])]
        has_reason = layer.verdict == "dead" or layer.title == self.reference
        if has_reason or layer.ratio is None or not math.isfinite(layer.ratio):
            return f"{layer.title}: {layer.reason}"
        return f"{layer.title} gets {share(layer.ratio)} the gradient at {self.reference}"

    def __getitem__(self, name: str | int) -> LayerGradient:
        if isinstance(name, int):
            return self.layers[name]
        for layer in self.layers:
            if name in (layer.name, layer.title):
                return layer
        known = ", ".join(repr(layer.title) for layer in self.layers)
        raise KeyError(f"no layer is called {name!r}: there are {known}")

    def __iter__(self) -> Iterator[LayerGradient]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON can hold them: nan and inf become strings."""
        names = ("name", "verdict", "sentence", "reference", "loss", "lr")
        figures = {name: getattr(self, name) for name in names}
        found: dict[str, Any] = plain({**figures, "layers": [asdict(x) for x in self.layers]})
        return found

    def table(self, *, width: int = 100, color: Any = None, ascii_only: bool = False) -> Report:
        """Write the figures as a table, from the loss back to the first layer.

        Args:
            width: in characters; columns that do not fit are left out.
            color: the colour system of a terminal ("standard", "256", "truecolor"); None for none.
            ascii_only: use no other characters than those of ASCII.

        Returns:
            A string, which an interactive Python shows as it prints it.
        """
        from tinygrad_edu.viz.flow_report import flow_report

        return flow_report(self, width=width, color=color, ascii_only=ascii_only)

    def plot(self, ax: Any = None, *, theme: str = "light", limits: Any = None) -> Any:
        """Plot the ratio of each layer on a logarithmic axis, over bands at the thresholds.

        Args:
            ax: a matplotlib `Axes`; by default a new figure is made.
            theme: "light" or "dark".
            limits: the ratios at both ends of the axis, such as (1e-8, 1e2), to compare figures; by
                default 1e-6 to 1000, in whole decades further out where a layer is.

        Returns:
            The `Axes`; its `.figure` can be saved.

        Raises:
            ImportError: matplotlib is not installed.
        """
        from tinygrad_edu.viz.flow_plot import plot_flows

        return plot_flows([self], ax, theme=theme, limits=limits)

    def graph(self, *, direction: str = "auto", theme: str = "auto", limit: int = 300) -> Digraph:
        """Draw the model by module, with the gradients relative to the same reference layer.

        Arguments as of `viz.graph`. It shows the graph of the loss as it is now.

        Raises:
            RuntimeError: of a recorded step, whose graph is gone.
        """
        from tinygrad_edu.viz.flow_drawing import draw_flow

        return draw_flow(self, direction, theme, limit)

    @staticmethod
    def record(model: Any, *, lr: float = 1.0, every: int = 1) -> FlowHistory:
        """Follow the training of a model: the flow in every backward pass.

        Args:
            model: an `nn.Module`.
            lr: the learning rate in `LayerGradient.update`.
            every: measure only one of so many passes.

        Returns:
            A `FlowHistory`, to be used as a context manager around the training.

        >>> import tinygrad_edu as torch
        >>> from tinygrad_edu import nn, optim
        >>> _ = torch.manual_seed(0)
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        >>> optimizer = optim.SGD(model.parameters(), lr=0.1)
        >>> with GradientFlow.record(model, lr=0.1) as history:
        ...     for step in range(5):
        ...         optimizer.zero_grad()
        ...         nn.MSELoss()(model(torch.randn(8, 3)), torch.zeros(8, 2)).backward()
        ...         optimizer.step()
        >>> history.layers, history.array("norm").shape
        (['0: Linear', '1: Tanh', '2: Linear'], (3, 5))
        """
        from tinygrad_edu.viz.flow_record import FlowHistory

        return FlowHistory(model, lr=lr, every=every)

    def __str__(self) -> str:
        return str(self.table())

    def __repr__(self) -> str:
        return (
            f"<GradientFlow of {self.name}: {self.verdict}, {len(self.layers)} layers; "
            f"{self.sentence}>"
        )

    def _repr_html_(self) -> str:
        from tinygrad_edu.viz.flow_report import flow_html

        return flow_html([self])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from rich.text import Text

        yield Text.from_ansi(str(self.table(width=options.max_width, color="standard")))


def gradient_flow(
    model: Any, loss: Any, *, lr: float = 1.0, name: str | None = None
) -> GradientFlow:
    """Measure how much of the gradient of a loss reached each layer of a model.

    Call it after `loss.backward()`. It reads the recorded graph and runs nothing, so the model may
    be anything: modules in modules, residual connections, a module called several times (a layer
    for each call). The measure is the norm of ∂L/∂output of a layer next to that of the last layer
    with weights, so it depends neither on the size of the loss nor on the width of the layers. A
    layer behind that one, such as a sigmoid at the output, belongs to the loss, and is not judged
    unless it is dead or has a nan:

    | ratio | verdict | after |
    | --- | --- | --- |
    | ≤ 1/1000 | vanishing | AUTOTRAINER (Zhang et al., ICSE 2021): first to last layer < 1e-3 |
    | ≤ 1/10 | weakening | halfway there |
    | between 1/10 and 10 | healthy | |
    | ≥ 10 | growing | halfway there |
    | ≥ 70, inf | exploding | AUTOTRAINER: more than 70 |
    | 0, or 70 % of the units dead | dead | AUTOTRAINER: 70 % of the gradients exactly 0 |
    | nan | nan | |

    A gradient that is 0 without dead units behind it is too small for a float: that is vanishing.

    Args:
        model: an `nn.Module`.
        loss: the value or tensor that `backward` was called on (or a result that is computed from
            the model's output, with `backward` called on something further on).
        lr: the learning rate in `LayerGradient.update`; with 1 that is ‖∂L/∂W‖ / ‖W‖.
        name: the name in tables and figures; by default the class of the model.

    Raises:
        TypeError: the model is no module, or the loss no value or tensor.
        RuntimeError: no backward pass has come through this graph.
        ValueError: no layer of the model took part in the graph; or a weight of a network of
            `Value`s was changed since.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> _ = torch.manual_seed(0)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> loss = nn.MSELoss()(model(torch.randn(8, 3)), torch.zeros(8, 2))
    >>> loss.backward()
    >>> flow = gradient_flow(model, loss)
    >>> [layer.title for layer in flow.layers], flow.reference, flow.verdict
    (['0: Linear', '1: ReLU', '2: Linear'], '2: Linear', 'healthy')
    >>> flow.sentence
    '0: Linear gets 46 % of the gradient at 2: Linear'
    """
    check_model(model, loss)
    recorded = read(loss, params=model)
    measured = measure(recorded, model)
    number = loss.item() if getattr(loss, "shape", ()) == () and hasattr(loss, "item") else None
    return compare_layers(measured, name or type(model).__name__, number, lr, (model, loss))


def check_model(model: Any, loss: Any = None) -> None:
    """Refuse what is no module, and say so if model and loss were given in the other order."""
    if hasattr(model, "named_modules"):
        return
    swapped = hasattr(model, "vertex") and hasattr(loss, "named_modules")
    raise TypeError(
        "gradient_flow takes the model first, then the loss: gradient_flow(model, loss)"
        if swapped
        else "gradient_flow reads the layers of an nn.Module, and this is a "
        f"{type(model).__name__}; of a network of plain Values, trace.explain(loss, leaf) tells "
        "where the gradient went"
    )


def compare_layers(
    measured: Sequence[Measured], name: str, loss: float | None, lr: float, source: Any = None
) -> GradientFlow:
    """Compare the layers of one graph with the last one that has weights, and judge each.

    Raises:
        RuntimeError: no gradient was computed in any of them.
    """
    if not (reached := [layer for layer in measured if layer.gradient is not None]):
        raise RuntimeError(
            "no gradient has been computed in this graph: call loss.backward() first, then "
            "gradient_flow(model, loss) with the same loss"
        )
    reference = next((x for x in reversed(reached) if x.weight is not None), reached[-1])
    judge = _Judge(reference, reached)
    layers = tuple(judge.layer(layer, lr) for layer in reversed(measured))[::-1]
    word = worst(layer.verdict for layer in layers)
    return GradientFlow(name, layers, reference.title, loss, lr, word, source)


class _Judge:
    """Judges the layers of a model, from the loss back."""

    def __init__(self, reference: Measured, reached: Sequence[Measured]) -> None:
        assert reference.gradient is not None and reached[-1].gradient is not None
        self.last = reference.gradient.norm
        self.reference = reference
        self.is_behind = True  # whether the reference is still to come
        self.blocker = "the loss" if reached[-1].gradient.norm == 0 else ""

    def layer(self, of: Measured, lr: float) -> LayerGradient:
        """Judge one layer."""
        mean, rms, norm = of.gradient or (None, None, None)
        own, *sizes = of.weight or (None, None, None, None)
        update = None
        if own is not None and of.total is not None:
            update = lr * of.total / own if own else math.inf
        self.is_behind = self.is_behind and of is not self.reference
        ratio = None if norm is None else compare(norm, self.last)[0]
        word, reason = self._verdict(of, norm)
        return LayerGradient(
            name=of.name,
            kind=of.kind,
            mean=mean,
            rms=rms,
            norm=norm,
            ratio=ratio,
            weight_gradient=sizes[0],
            weight_mean=sizes[1],
            weight_rms=sizes[2],
            update=update,
            flat=of.shares.flat,
            dead=of.shares.dead,
            verdict=word,
            reason=reason,
        )

    def _verdict(self, of: Measured, norm: float | None) -> tuple[str, str]:
        dead, flat = of.shares.dead or 0.0, of.shares.flat or 0.0
        if norm is None:
            return NOT_COMPUTED, "no backward pass has come here"
        if math.isnan(norm):
            return "nan", "the gradient is nan"
        if dead >= DEAD_SHARE:
            self.blocker = of.title
            return "dead", f"{100 * dead:.0f} % of its units let no gradient through"
        if norm == 0 and self.blocker:
            return "dead", f"nothing comes through {self.blocker}"
        ratio, word = compare(norm, self.last)
        if math.isinf(norm) or math.isinf(ratio):
            return "exploding", "the gradient is more than a float can hold"
        if self.is_behind:
            self.blocker = of.title if self.last == 0 else self.blocker
            return NOT_JUDGED, f"behind {self.reference.title}, what the others are compared with"
        if of is self.reference:
            return word, "what the others are compared with"
        reason = f"{share(ratio)} the gradient at {self.reference.title}"
        if norm == 0:
            reason = "smaller than a float can hold"
        if flat > MOST_FLAT:
            reason += f"; {100 * flat:.0f} % of its slopes are flat"
        return word, reason
