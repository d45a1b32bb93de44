"""`backward` and `grad`: the two ways to ask the engine for gradients.

Both take values and tensors alike: anything with a `vertex` in a graph, a `seed` to start with,
and a place to `accumulate` what arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.engine import backpropagate
from tinygrad_edu.autograd.recording import recorded_pass


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Any = None,
) -> None:
    """Sum up the gradient of `tensors` in the `.grad` of the leaves (torch.autograd.backward).

    Args:
        tensors: one output or several: values or tensors.
        grad_tensors: the gradient that each starts with; None for 1, with scalars.
        retain_graph: keep the graph for another pass; by default as `create_graph`.
        create_graph: record the pass itself, for derivatives of derivatives.
        inputs: accumulate only into these.
    """
    outputs = _several(tensors, "tensors")
    chosen = None if inputs is None else {x.vertex for x in _sources(inputs)}
    if chosen is not None and not chosen:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    gradients = _gradients(outputs, grad_tensors, chosen, retain_graph, create_graph)
    for vertex, gradient in gradients.items():
        if chosen is None or vertex in chosen:
            vertex.accumulate(gradient)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Return the gradients of `outputs` with respect to `inputs`; no `.grad` is touched.

    Args:
        outputs: one output or several: values or tensors.
        inputs: one input or several, leaves or not.
        grad_outputs: the gradient that each output starts with; None for 1, with scalars.
        retain_graph: keep the graph for another pass; by default as `create_graph`.
        create_graph: record the pass, so that the gradients can be differentiated again.
        allow_unused: return None for an input that the outputs do not depend on.
        materialize_grads: return zeros for it instead.

    Raises:
        RuntimeError: for an input that was not used, or does not require grad.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> slope, torch.autograd.grad(slope, x)[0]
    (tensor(12., grad_fn=<MulBackward0>), tensor(12.))
    """
    sources = _sources(inputs)
    for source in sources:
        if not source.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    targets = {source.vertex for source in sources}
    outputs = _several(outputs, "outputs")
    gradients = _gradients(outputs, grad_outputs, targets, retain_graph, create_graph)
    found = [gradients.get(source.vertex) for source in sources]
    if materialize_grads:
        found = [_zeros(x) if g is None else g for g, x in zip(found, sources, strict=True)]
    elif not allow_unused and any(gradient is None for gradient in found):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set "
            "allow_unused=True if this is the desired behavior."
        )
    pairs = zip(sources, found, strict=True)
    return tuple(None if g is None else source.from_gradient(g) for source, g in pairs)


def _gradients(
    outputs: Sequence[Any],
    starts: Any,
    targets: Any,
    retain_graph: bool | None,
    create_graph: bool,
) -> dict[Any, Any]:
    retain = create_graph if retain_graph is None else retain_graph
    seeds = _seeds(outputs, starts, create_graph)
    if not create_graph:
        return backpropagate(seeds, targets=targets, retain_graph=retain)
    with recorded_pass():
        return backpropagate(seeds, targets=targets, create_graph=True, retain_graph=retain)


def _zeros(x: Any) -> Any:
    return np.zeros_like(x.array) if hasattr(x, "array") else 0.0


def as_sequence(x: Any) -> Sequence[Any]:
    """Return several things as they are, and one thing as several."""
    return x if isinstance(x, (tuple, list)) else (x,)


def _several(x: Any, argument: str) -> Sequence[Any]:
    """Return one value or tensor as several, and several, which may be an iterator, as they are."""
    if hasattr(type(x), "vertex"):
        return (x,)
    if not hasattr(x, "__iter__"):
        kind = type(x).__name__
        raise TypeError(f"{argument} must be a tensor or several tensors, not {kind}")
    found = tuple(x)
    if not all(hasattr(type(each), "vertex") for each in found):
        kinds = ", ".join(type(each).__name__ for each in found)
        raise AssertionError(f"Expected output to be a Tensor: {argument} are {kinds}")
    return found


def _sources(inputs: Any) -> Sequence[Any]:
    """Return what gradients are asked of."""
    try:
        return _several(inputs, "inputs")
    except AssertionError as error:  # torch has another class for these
        raise RuntimeError(f"all inputs have to be Tensors: {error}") from None


def _seeds(outputs: Sequence[Any], gradients: Any, create_graph: bool) -> dict[Any, Any]:
    if gradients is None and len(outputs) == 1:  # the usual case, 1 µs sooner
        return {outputs[0].vertex: outputs[0].seed(None, create_graph)}
    starts = [None] * len(outputs) if gradients is None else as_sequence(gradients)
    if len(starts) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(starts)} gradients")
    seeds: dict[Any, Any] = {}
    for output, start in zip(outputs, starts, strict=True):
        gradient = output.seed(start, create_graph)
        vertex = output.vertex
        seeds[vertex] = seeds[vertex] + gradient if vertex in seeds else gradient
    return seeds
