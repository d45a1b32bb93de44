"""The layers of any model, read from the graph of a loss: what each got of the gradient.

A layer is a call of a module that calls no other, however deep inside the model. In a module around
others, an activation function (`x.relu()`) is a layer too, and so is what the module itself adds
behind them, as the sum of a residual block. How a ratio is judged is in `flow`, slopes are measured
in `flow_slopes`; what to do with the figures is up to `flow_of_loss`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, Use, ValueNode
from tinygrad_edu.trace.names import describe
from tinygrad_edu.trace.sizes import norm, rms
from tinygrad_edu.viz.flow_slopes import UNKNOWN, Shares, results_of, shares_of


class Sizes(NamedTuple):
    """How large a gradient is: mean |g|, root mean square, and root of the sum of squares."""

    mean: float
    rms: float
    norm: float


@dataclass(frozen=True)
class Measured:
    """What was measured in one layer, before it is compared with the others; see `LayerGradient`.

    Attributes:
        gradient: the sizes of ∂L/∂output; None where no backward pass has come.
        weight: the weights' own norm, then norm, mean and rms of |∂L/∂W|; None without weights.
        total: the norm of ∂L/∂W over all calls in which these weights took part.
    """

    name: str
    kind: str
    gradient: Sizes | None
    weight: tuple[float, float, float, float] | None
    total: float | None
    shares: Shares

    @property
    def title(self) -> str:
        """Name and kind."""
        return title(self.name, self.kind)


def title(name: str, kind: str) -> str:
    """Write name and kind of a layer; a function and the whole model have only one of them.

    >>> title("0", "Linear"), title("relu", "function"), title("", "Linear")
    ('0: Linear', 'relu', 'Linear')
    """
    if kind == "function" or not name or name.startswith(f"{kind}, call "):
        return name or kind
    return f"{name}: {kind}"


@dataclass(eq=False)
class Part:
    """The operations of one layer: of a call of a module, or a function in a call around others."""

    name: str
    kind: str
    call: ModuleCall
    operations: list[OperationNode]
    is_function: bool = False

    @property
    def place(self) -> int:
        """Where in the order of computation its result is complete."""
        return self.operations[-1].index


def measure(
    recorded: Graph, model: Any, weight_norms: Mapping[int, float] | None = None
) -> list[Measured]:
    """Measure every layer of a model in a graph, in the order of computation.

    Args:
        recorded: the graph, after a backward pass.
        model: the module whose layers are wanted.
        weight_norms: the norms of parameters by their id, where they are not those of now.
    """
    parts = parts_of(recorded, model)
    uses = {part: weights_of(part) for part in parts}
    every: dict[ValueNode, list[Use]] = defaultdict(list)
    for found in uses.values():
        for value, at in found.items():
            every[value] += at
    return [_measure(part, uses[part], every, weight_norms or {}) for part in parts]


def _measure(
    part: Part,
    weights: dict[ValueNode, list[Use]],
    every: dict[ValueNode, list[Use]],
    norms: Mapping[int, float],
) -> Measured:
    gradient = together(value.gradient for value in results_of(part.operations))
    size = None if gradient is None else sizes_of(gradient)
    is_activation = part.is_function or (part.call.is_innermost and not weights)
    shares = shares_of(part.operations) if is_activation else UNKNOWN
    sent = together(_sent(uses) for uses in weights.values())
    if sent is None:
        return Measured(part.name, part.kind, size, None, None, shares)
    own = math.hypot(*(_norm_now(value, norms) for value in weights))
    total = together(_sent(every[value]) for value in weights)
    figures = (own, norm(sent), mean_of(sent), rms(sent))
    return Measured(part.name, part.kind, size, figures, norm(total), shares)


def _norm_now(value: ValueNode, norms: Mapping[int, float]) -> float:
    known = norms.get(id(value.source))
    if known is not None:
        return known
    return norm(getattr(value.source, "array", getattr(value.source, "data", 0.0)))


def _sent(uses: list[Use]) -> Any:
    """Add up what flowed back to one parameter in these uses."""
    if any(use.is_stale for use in uses):
        raise ValueError(
            "a weight was changed after the forward pass, so its gradient cannot be read from the "
            "graph any more: measure after loss.backward() and before optimizer.step()"
        )
    known = [use.contribution for use in uses if use.contribution is not None]
    return sum(known[1:], start=known[0]) if known else None


# --- which layers there are ----------------------------------------------------------------------


def parts_of(recorded: Graph, model: Any) -> list[Part]:
    """Find the layers of a model in a graph, in the order of computation.

    Raises:
        ValueError: none of its modules took part in the graph.
    """
    paths = {id(module): name for name, module in model.named_modules()}
    own: dict[ModuleCall, list[OperationNode]] = defaultdict(list)
    for operation in recorded.operations:
        if operation.call is not None and id(operation.call.module) in paths:
            own[operation.call].append(operation)
    parts: list[Part] = []
    for call, operations in own.items():
        path = ".".join(filter(None, (paths[id(call.module)], call.part)))
        if call.is_innermost:
            parts.append(Part(path, type(call.module).__name__, call, operations))
        else:
            parts += _parts_around(call, path, operations)
    if not parts:
        raise ValueError(
            f"no layer of this {describe(model)} took part in the graph of this loss: compute the "
            "loss from model(inputs), not under no_grad, and give that model and that loss"
        )
    parts.sort(key=lambda part: part.place)
    _number_repeats(parts)
    return parts


class Modules:
    """The outermost modules with parameters that took part in a graph, as if they were one."""

    def __init__(self, graph: Graph) -> None:
        outer = dict.fromkeys(call.module for call in graph.calls if call.outer is None)
        modules = [module for module in outer if any(True for _ in module.parameters())]
        self.named = [pair for module in modules for pair in module.named_modules()]

    def named_modules(self) -> list[tuple[str, Any]]:
        """Return all of them with their paths, each path from its outermost module on."""
        return self.named


def reference_in(graph: Graph) -> tuple[float, str] | None:
    """Find what gradients are compared with: the last layer with weights, as in `gradient_flow`.

    Returns:
        The norm of ∂L/∂output there and the title of the layer; None if no such layer has a
        gradient that others can be compared with.
    """
    modules = Modules(graph)
    for part in reversed(parts_of(graph, modules) if modules.named else []):
        uses = [use for at in weights_of(part).values() for use in at]
        gradient = together(value.gradient for value in results_of(part.operations))
        if gradient is None or all(use.contribution is None for use in uses):
            continue
        size = norm(gradient)
        return (size, title(part.name, part.kind)) if 0 < size < math.inf else None
    return None


def _parts_around(
    call: ModuleCall, path: str, operations: Sequence[OperationNode]
) -> Iterator[Part]:
    """Yield the layers that a module around others computes itself."""
    functions = [op for op in operations if getattr(op.operation, "group", "") == "activations"]
    for operation in functions:
        name = operation.operation.name
        yield Part(f"{path}.{name}" if path else name, "function", call, [operation], True)
    rest = [operation for operation in operations if operation not in set(functions)]
    leaves = any(_leaves(value, call) and not _is_reshaped(value) for value in results_of(rest))
    if leaves or _parameters_in(rest):
        yield Part(path, type(call.module).__name__, call, rest)


def _leaves(value: ValueNode, call: ModuleCall) -> bool:
    """Tell whether a value goes out of a call."""
    return value.kind == "output" or any(
        not _is_within(use.operation.call, call) for use in value.uses
    )


def _is_reshaped(value: ValueNode) -> bool:
    """Tell whether a value is another one in a new shape, so that its gradient says nothing new."""
    return value.made_by is not None and getattr(value.made_by.operation, "group", "") == "shapes"


def _is_within(call: ModuleCall | None, outer: ModuleCall) -> bool:
    while call is not None and call is not outer:
        call = call.outer
    return call is outer


def _number_repeats(parts: list[Part]) -> None:
    """Name each call of a module that was called several times: `cell`, `cell, call 2`."""
    seen: Counter[str] = Counter()
    for part in parts:
        seen[part.name] += 1
        if seen[part.name] > 1:
            part.name = f"{part.name or part.kind}, call {seen[part.name]}"


# --- weights -------------------------------------------------------------------------------------


def weights_of(part: Part) -> dict[ValueNode, list[Use]]:
    """Return the weights that a layer used, and where: of its parameters those with the most dims.

    So a bias does not count where there is a matrix.
    """
    if part.is_function:
        return {}
    uses = _parameters_in(part.operations)
    most = max((_dims(value) for value in uses), default=0)
    return {value: at for value, at in uses.items() if _dims(value) == most}


def _parameters_in(operations: Iterable[OperationNode]) -> dict[ValueNode, list[Use]]:
    found: dict[ValueNode, list[Use]] = defaultdict(list)
    for operation in operations:
        for use in operation.arguments:
            if use.value.kind == "parameter":
                found[use.value].append(use)
    return found


def _dims(value: ValueNode) -> int:
    """Count the dims of a parameter; a `Value` tells them by its name, as in `weight[1,2]`."""
    if value.shape is not None:
        return len(value.shape)
    _, bracket, places = (value.name or "").partition("[")
    return places.count(",") + 1 if bracket else 0


# --- sizes ---------------------------------------------------------------------------------------


def together(gradients: Iterable[Any]) -> Any:
    """Put gradients into one flat array of float64; None if there is none."""
    known = [np.ravel(np.asarray(x, np.float64)) for x in gradients if x is not None]
    return np.concatenate(known) if known else None


def sizes_of(gradient: Any) -> Sizes:
    """Measure a gradient."""
    return Sizes(mean_of(gradient), rms(gradient), norm(gradient))


def mean_of(x: Any) -> float:
    """Return the mean of |x|."""
    with np.errstate(all="ignore"):
        return float(np.abs(x).mean()) if np.size(x) else 0.0
