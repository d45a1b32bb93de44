"""`FlowHistory`: the gradient flow of every backward pass of a training.

While it records, it looks at each output of the model; when a gradient comes back to one, the pass
has begun, and when the model is called again (or the history is read), it is over and is measured.
Then only figures are kept, no graph. `update` measures at once instead, for what has no hooks.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any, overload

import numpy as np

from tinygrad_edu.tensor import Tensor
from tinygrad_edu.trace.graph import read
from tinygrad_edu.trace.sizes import norm
from tinygrad_edu.value import Value
from tinygrad_edu.viz.flow_layers import measure
from tinygrad_edu.viz.flow_of_loss import (
    GradientFlow,
    LayerGradient,
    check_model,
    compare_layers,
    gradient_flow,
)


class FlowHistory(Sequence[GradientFlow]):
    """The gradient flow of every backward pass of a training, made by `GradientFlow.record`.

    It is a sequence of `GradientFlow`s (without their graphs), one for each recorded pass; as a
    context manager it records by itself::

        with GradientFlow.record(model) as history:
            train(model)
        history.plot()

    A pass through several calls of the model is one step; a second pass through the same graph is
    another. Calls under `no_grad` and outputs that no pass comes to are none.

    Args:
        model: an `nn.Module`, which is called as a whole; else use `update`.
        lr: the learning rate in `LayerGradient.update`.
        every: measure only one of so many passes.

    Raises:
        TypeError: the model is no module.
        ValueError: `every` is not a positive whole number.
    """

    def __init__(self, model: Any, *, lr: float = 1.0, every: int = 1) -> None:
        check_model(model)
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every is a whole number from 1 on, not {every!r}")
        self._model, self._lr, self._every = model, lr, every
        self._flows: list[GradientFlow] = []
        self._steps: list[int] = []
        self._passes = 0
        self._reached: list[_Watch] = []
        self._watches: weakref.WeakSet[_Watch] = weakref.WeakSet()
        self._handles: list[Any] = []

    # --- recording -------------------------------------------------------------------------------

    def __enter__(self) -> FlowHistory:
        if any(isinstance(parameter, Value) for parameter in self._model.parameters()):
            raise NotImplementedError(
                "a network of Values has no hooks: call history.update(loss) after each "
                "loss.backward(), without the with statement"
            )
        if self._handles:
            raise RuntimeError("this history is recording already")
        self._handles = [
            self._model.register_forward_pre_hook(lambda _module, _args: self._measure()),
            self._model.register_forward_hook(lambda _module, _args, out: self._watch(out)),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._measure()
        finally:
            for handle in self._handles:
                handle.remove()
            for watch in list(self._watches):
                watch.stop()
            self._handles = []
            self._watches.clear()

    def update(self, loss: Any) -> GradientFlow | None:
        """Measure the pass of `loss.backward()` now, before the optimizer's step.

        Returns:
            The flow; None if it is one of those that `every` leaves out.

        Raises:
            RuntimeError: while it records by itself; or as of `gradient_flow`.
        """
        if self._handles:
            raise RuntimeError("inside its with statement a history records by itself")
        if not self._is_due():
            return None
        flow = gradient_flow(self._model, loss, lr=self._lr)
        object.__setattr__(flow, "source", None)
        self._add(flow)
        return flow

    def _is_due(self) -> bool:
        self._passes += 1
        return (self._passes - 1) % self._every == 0

    def _add(self, flow: GradientFlow) -> None:
        self._flows.append(flow)
        self._steps.append(self._passes - 1)

    def _watch(self, output: Any) -> None:
        """Wait for a gradient to come back to an output of the model."""
        norms: dict[int, float] | None = None
        for x in _tensors_in(output):
            if x.grad_fn is not None:
                norms = norms or {id(p): norm(p.array) for p in self._model.parameters()}
                self._watches.add(_Watch(x, norms, self._arrived))

    def _arrived(self, watch: _Watch) -> None:
        """Note that a pass has come to an output; if it is a second one, measure the first."""
        if watch in self._reached:
            self._measure()
        self._reached.append(watch)

    def _measure(self) -> None:
        """Measure the pass that has come to some outputs, if there was one."""
        reached, self._reached = self._reached, []
        if not reached or not self._is_due():
            return
        recorded = read([watch.output for watch in reached], params=self._model)
        measured = measure(recorded, self._model, reached[0].norms)
        if any(layer.gradient is not None for layer in measured):
            name = type(self._model).__name__
            self._add(compare_layers(measured, name, None, self._lr))

    # --- what was recorded -----------------------------------------------------------------------

    @property
    def steps(self) -> list[int]:
        """Which backward pass each flow is of, from 0 on."""
        self._measure()
        return list(self._steps)

    @property
    def layers(self) -> list[str]:
        """The titles of all layers that occur."""
        return list(dict.fromkeys(layer.title for flow in self for layer in flow.layers))

    def array(self, figure: str = "norm") -> Any:
        """Return a figure as an array of layers × steps; nan where there is none.

        Args:
            figure: the name of a number of `LayerGradient`, such as "norm", "ratio", "update".

        Raises:
            ValueError: there is no such figure.
        """
        numbers = [x.name for x in fields(LayerGradient) if "float" in str(x.type)]
        if figure not in numbers:
            raise ValueError(f"a figure is one of {', '.join(numbers)}; not {figure!r}")
        rows = {title: i for i, title in enumerate(self.layers)}
        found = np.full((len(rows), len(self)), math.nan)
        for step, flow in enumerate(self):
            for layer in flow.layers:
                number = getattr(layer, figure)
                if number is not None:
                    found[rows[layer.title], step] = number
        return found

    def invalid(self) -> Any:
        """Tell, for layers × steps, where the gradient was nan or inf."""
        rows = {title: i for i, title in enumerate(self.layers)}
        found = np.zeros((len(rows), len(self)), dtype=bool)
        for step, flow in enumerate(self):
            for layer in flow.layers:
                bad = layer.norm is not None and not math.isfinite(layer.norm)
                found[rows[layer.title], step] = bad
        return found

    def plot(self, ax: Any = None, *, theme: str = "light", absolute: bool = False) -> Any:
        """Draw a heat map of layers × steps: log10 of the norm of ∂L/∂output.

        Args:
            ax: a matplotlib `Axes`; by default a new figure is made.
            theme: "light" or "dark".
            absolute: colour the size itself (on cividis, from 1e-10 to 100) instead of the ratio to
                the reference layer at the same step (around grey, with the words of the verdicts).

        Returns:
            The `Axes`.

        Raises:
            ValueError: nothing was recorded.
            ImportError: matplotlib is not installed.
        """
        if not len(self):
            raise ValueError(
                "nothing was recorded: call the model and loss.backward() inside the with "
                "statement, or history.update(loss) after loss.backward()"
            )
        from tinygrad_edu.viz.flow_plot import plot_history

        return plot_history(self, ax, theme=theme, absolute=absolute)

    def __len__(self) -> int:
        self._measure()
        return len(self._flows)

    @overload
    def __getitem__(self, index: int) -> GradientFlow: ...
    @overload
    def __getitem__(self, index: slice) -> list[GradientFlow]: ...
    def __getitem__(self, index: Any) -> Any:
        self._measure()
        return self._flows[index]

    def __iter__(self) -> Iterator[GradientFlow]:
        self._measure()
        return iter(self._flows)

    def __repr__(self) -> str:
        if not len(self):
            return f"<FlowHistory of {type(self._model).__name__}: nothing recorded yet>"
        first, last = self[0].verdict, self[-1].verdict
        return (
            f"<FlowHistory of {type(self._model).__name__}: {len(self)} passes, "
            f"{len(self.layers)} layers, {first} at first, {last} at the end>"
        )


class _Watch:
    """A hook on an output of the model, which says that a gradient has come back to it.

    The graph holds the hook and the hook the output, a cycle: nothing else may keep the output, or
    a graph that no pass comes to would be kept for ever.
    """

    def __init__(
        self, output: Tensor, norms: dict[int, float], arrived: Callable[[_Watch], None]
    ) -> None:
        self.output: Tensor | None = output
        self.norms = norms
        self._arrived: Callable[[_Watch], None] | None = arrived
        self._handle = output.register_hook(self)

    def __call__(self, _gradient: Any) -> None:
        if self._arrived is not None:
            self._arrived(self)

    def stop(self) -> None:
        """Take the hook away, and break the cycle."""
        self._handle.remove()
        self._arrived = self.output = None


def _tensors_in(output: Any) -> Iterator[Tensor]:
    """Yield the tensors in what a module returns."""
    stack = [output]
    while stack:
        x = stack.pop()
        if isinstance(x, Tensor):
            yield x
        elif isinstance(x, (tuple, list)):
            stack += x
        elif isinstance(x, dict):
            stack += x.values()
