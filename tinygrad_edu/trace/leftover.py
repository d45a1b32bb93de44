"""What `.grad` of a leaf held before a pass: gradients add up until they are set to zero.

A forgotten `zero_grad()` shows in `.grad` of a leaf that is not what the pass alone gives. But so
does much else: no pass has run at all, the numbers were changed since, a hook or clipping changed
the gradient. Nothing is said in these cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.trace.graph import Graph, ValueNode
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import amount, bracketed, is_finite
from tinygrad_edu.value import Value

if TYPE_CHECKING:
    from tinygrad_edu.trace.step import Step


def advice(value: ValueNode, name: str) -> str:
    """Say how gradients are kept from adding up.

    >>> from tinygrad_edu.trace.graph import read
    >>> advice(read(Value(2.0) * 3).values[0], "w")
    'Gradients add up until w.grad = None.'
    """
    way = "zero_grad() sets them to zero" if value.is_member else f"{name}.grad = None"
    return f"Gradients add up until {way}."


def leftovers(
    graph: Graph, gradients: Mapping[int, Any], names: Sequence[str], has_run: bool
) -> dict[int, str]:
    """Say of each leaf, by its index, what of its `.grad` is not from this pass.

    Args:
        graph: the graph, as it was read.
        gradients: what the pass gives, by index.
        names: what the values are called, by index.
        has_run: whether `backward` was called on the output.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace.graph import read
    >>> w = Value(2.0, label="w")
    >>> for _ in range(2):
    ...     y = w * 0.5
    ...     y.backward()
    >>> leftovers(read(y), {0: 0.5}, ["w"], True)
    {0: 'w.grad is 1 now, after all passes: 0.5 from another pass + 0.5 from this one.'}
    """
    if not has_run or any(operation.is_changed() for operation in graph.operations):
        return {}
    found = {
        value.index: value
        for value in graph.values
        if value.index in gradients and _differs(value, gradients[value.index])
    }
    if all(_is_reduced(value.gradient, gradients[i]) for i, value in found.items()):
        return {}
    return {i: _sentence(value, gradients[i], names[i]) for i, value in found.items()}


def has_run(graph: Graph) -> bool:
    """Tell whether `backward` was called on the output of a graph that was read.

    Of a tensor this is known only if something that the graph had kept was freed, as `backward`
    does.
    """
    root = graph.outputs[0]
    if isinstance(root.source, Value):
        return bool(root.gradient == 1.0)
    vertices = [operation.vertex for operation in graph.operations]
    return any(
        getattr(vertex, "released", False) or getattr(vertex, "saved", ()) is None
        for vertex in vertices
    )


def _differs(value: ValueNode, gradient: Any) -> bool:
    """Tell whether `.grad` of a leaf is something else than a pass gives."""
    held = value.gradient
    if value.made_by is not None or held is None or getattr(value.source, "hooks", None):
        return False
    if np.shape(held) != np.shape(gradient) or not (is_finite(held) and is_finite(gradient)):
        return False
    single = getattr(held, "dtype", None) == np.float32
    return not np.allclose(held, gradient, rtol=1e-4 if single else 1e-9, atol=0.0)


def _is_reduced(held: Any, gradient: Any) -> bool:
    """Tell whether a gradient was only made smaller, as clipping does."""
    held, gradient = np.asarray(held), np.asarray(gradient)
    return bool(np.all((held * gradient >= 0) & (np.abs(held) <= np.abs(gradient))))


def _sentence(value: ValueNode, gradient: Any, name: str) -> str:
    held = value.gradient
    rest = held - gradient
    if np.ndim(held):
        words = f"{amount(rest)} is from another pass, {amount(gradient)} from this one"
    else:
        here = bracketed(number(float(gradient)))
        words = f"{number(float(rest))} from another pass + {here} from this one"
    return f"{name}.grad is {amount(held)} now, after all passes: {words}."


def tell(steps: Sequence[Step], said: dict[int, str], names: Sequence[str]) -> None:
    """Add each sentence to the step in which the gradient of its leaf is complete."""
    told = []
    for step in reversed(steps):
        for slot in reversed(step.slots):
            words = said.pop(slot.use.value.index, "")
            told += [(step, words, slot.use.value)] if words else []
    for i, (step, words, value) in enumerate(reversed(told)):
        step.sentence += f" {words}" + ("" if i else f" {advice(value, names[value.index])}")
