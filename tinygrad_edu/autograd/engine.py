"""Reverse-mode differentiation of any recorded graph: order the vertices, apply the chain rule.

A graph is made of vertices: a `Value`, the `Node` behind a tensor (its `grad_fn`), or a leaf
tensor. A vertex knows its `inputs` and how to pull a gradient of its output back to them
(`pullback`); what the numbers are is its own business. So one engine serves floats, arrays and,
with `create_graph`, the recorded operations themselves, which is how gradients of gradients arise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from tinygrad_edu.autograd.recording import anomaly
from tinygrad_edu.ieee import QUIET, restore, silence


class Vertex(Protocol):
    """What the engine asks of a vertex of a graph."""

    @property
    def inputs(self) -> Sequence[Vertex | None]:
        """The vertices it was computed from; None where no gradient can be asked for."""

    @property
    def hooks(self) -> Sequence[Any] | None:
        """Functions to be shown, and allowed to replace, the gradient once it is complete."""

    def run_hooks(self, upstream: Any) -> Any:
        """Give the complete gradient to the hooks and return what they make of it."""

    def pullback(
        self, upstream: Any, relevant: Collection[Vertex | None] | None, create_graph: bool
    ) -> Iterable[Any]:
        """Multiply the gradient of the output by each local derivative.

        Returns one contribution for each of `inputs`; None for those that are None or not in
        `relevant` (where that is None, all are wanted).
        """

    def accumulate(self, gradient: Any) -> None:
        """Add a gradient to what the user sees as `.grad`, where there is such a thing."""

    def release(self) -> None:
        """Drop what was kept for the backward pass."""


def topological_order(roots: Iterable[Vertex]) -> list[Vertex]:
    """List all vertices that `roots` were computed from, each one after its inputs.

    A depth-first walk with a stack of its own, since Python's would overflow on deep graphs.
    """
    order: list[Vertex] = []
    seen: set[Vertex | None] = {None}  # None stands where no gradient is asked for
    stack: list[Any] = list(roots)
    while stack:
        vertex = stack.pop()
        if vertex is _WAITING:
            order.append(stack.pop())
        elif vertex not in seen:
            seen.add(vertex)
            inputs = vertex.inputs
            if inputs:
                stack += (vertex, _WAITING)
                stack += inputs
            else:
                order.append(vertex)
    return order


_WAITING = object()  # lies on a vertex that waits until its inputs are in the order


def leading_to(order: Iterable[Vertex], targets: Collection[Vertex]) -> set[Vertex | None]:
    """Collect the targets and every vertex of `order` that was computed from one of them."""
    relevant: set[Vertex | None] = set(targets)
    for vertex in order:
        if any(source in relevant for source in vertex.inputs):
            relevant.add(vertex)
    return relevant


def backpropagate(
    seeds: Mapping[Vertex, Any],
    *,
    targets: Collection[Vertex] | None = None,
    create_graph: bool = False,
    retain_graph: bool = False,
) -> dict[Vertex, Any]:
    """Find the gradient of the seeded vertices with respect to everything they depend on.

    Each vertex is visited after all that was computed from it, so its gradient is complete when
    it is passed on: d out/d x = Σ over the uses of x of (d out/d use) · (d use/d x).

    Args:
        seeds: the gradient each root starts with (1 for a loss).
        targets: compute only what these need; None for everything.
        create_graph: let the gradients be recorded themselves, for derivatives of derivatives.
        retain_graph: keep what the graph holds for another pass.

    Returns:
        The gradient of every vertex that one reached.
    """
    order = topological_order(seeds)
    relevant = None if targets is None else leading_to(order, targets)
    gradients: dict[Any, Any] = dict(seeds)
    checked = anomaly.enabled
    token = silence(QUIET)
    try:
        for vertex in reversed(order):
            upstream = gradients.get(vertex)
            if upstream is None or (relevant is not None and vertex not in relevant):
                continue
            if vertex.hooks:
                upstream = gradients[vertex] = vertex.run_hooks(upstream)
            inputs = vertex.inputs
            if not inputs:
                continue
            contributions = vertex.pullback(upstream, relevant, create_graph)
            if checked:
                _check_for_nan(vertex, contributions)
            for source, contribution in zip(inputs, contributions):  # noqa: B905 - 0.1 µs
                if contribution is None:
                    continue
                if source in gradients:
                    gradients[source] = gradients[source] + contribution
                else:
                    gradients[source] = contribution
    finally:
        restore(token)
    if not retain_graph:
        for vertex in order:
            if vertex.inputs:
                vertex.release()
    return gradients


def _check_for_nan(vertex: Vertex, contributions: Iterable[Any]) -> None:
    from tinygrad_edu.autograd.anomaly import check  # loaded when somebody looks for a nan

    check(vertex, contributions)
