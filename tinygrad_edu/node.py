"""What a tensor remembers of the operation that made it: its `grad_fn`.

A `Node` holds the operation, its parameters and what its rules will need of the inputs and the
output. Of an input whose numbers no rule needs only its vertex in the graph is held, which knows
its shape; so its memory is free as soon as nobody else wants it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.autograd.clock import clock
from tinygrad_edu.autograd.hooks import AccumulateGrad, run_hooks
from tinygrad_edu.autograd.recording import Scope
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.reductions import sum as sum_over
from tinygrad_edu.ops.shapes import expand, reshape, to_dtype

if TYPE_CHECKING:
    from tinygrad_edu.tensor import Tensor


_new: Any = object.__new__


class Node:
    """A vertex of a tensor graph: one use of an operation.

    Attributes:
        op: the operation.
        parameters: its parameters, such as `dim`.
        inputs: for each input its vertex, a `Node` or a leaf tensor; None where it needs no grad.
        operands: the same, but a tensor or a number where there is no gradient.
        saved: for each input what its rules need of it: an array, a number, or (shape only) its
            vertex; None once freed.
        output: the output, where the rules need it.
        guards: the change counters of all that was saved.
        shape: the shape of the output.
        dtype: the numpy dtype of the output.
        grad: the gradient of the output in the last backward pass, as an array; None before one.
        contributions: what that pass sent to each of `inputs`.
        scope: the module call that it happened in.
    """

    __slots__ = (
        "__weakref__",
        "contributions",
        "dtype",
        "grad",
        "guards",
        "hooks",
        "inputs",
        "op",
        "operands",
        "output",
        "parameters",
        "recorded_at",
        "saved",
        "scope",
        "shape",
    )

    requires_grad = True

    op: Operation
    parameters: dict[str, Any]
    inputs: Sequence[Any]
    operands: Sequence[Any]
    saved: Any
    output: Any
    guards: Any
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    recorded_at: int
    scope: Scope
    grad: Any
    contributions: Any
    hooks: list[Any] | None

    # --- the engine's side -----------------------------------------------------------------------

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool
    ) -> list[Any]:
        """Apply the rule of each relevant input, and remember what went through."""
        if self.saved is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time: what it had kept was freed "
                "by the first backward pass. Use retain_graph=True there to go through it twice."
            )
        if clock.now > self.recorded_at:
            self._refuse_changed()
        y, xs = self._as_tensors() if create_graph else (self.output, self.saved)
        op, parameters = self.op, self.parameters
        rules: Any = op.rules if op.arity else [op.rule(i) for i in range(len(xs))]
        exact = op.exact
        arguments = (upstream, y, *xs)
        contributions: list[Any] = []
        for i, source in enumerate(self.inputs):
            if source is None or (relevant is not None and source not in relevant):
                contributions.append(None)
                continue
            rule = rules[i]
            contribution = rule(*arguments, **parameters) if parameters else rule(*arguments)
            if not exact and not _fits(contribution, xs[i]):
                if not hasattr(contribution, "shape"):  # a rule may answer with a plain 0
                    contribution = _filled(xs[i], contribution, create_graph)
                contribution = fit(contribution, xs[i])
            contributions.append(contribution)
        if create_graph:
            self.grad = upstream.array
            self.contributions = [None if c is None else c.array for c in contributions]
        else:
            self.grad, self.contributions = upstream, contributions
        return contributions

    def _as_tensors(self) -> tuple[Any, list[Any]]:
        """Return output and inputs as tensors with their history, for rules to be recorded."""
        output = None if self.output is None else _with_history(self.output, self)
        xs = [
            _with_history(x, source)
            if isinstance(x, np.ndarray) and source is not x and not hasattr(source, "array")
            else source  # a leaf, a constant, or a plain array such as a mask
            for x, source in zip(self.saved, self.operands, strict=True)
        ]
        return output, xs

    def _refuse_changed(self) -> None:
        if any(changes[1] > self.recorded_at for changes in self.guards):
            shapes = [list(np.shape(x)) for x in self.saved]
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an "
                f"inplace operation: an input or the output of {self.op.name} (inputs of shapes "
                f"{', '.join(map(str, shapes))}) was changed after the forward pass. Use the "
                "out-of-place form (x = x + 1 instead of x += 1), or change it after backward()."
            )

    def run_hooks(self, upstream: Any) -> Any:
        """Show the complete gradient to each hook; what a hook returns replaces it."""
        return run_hooks(self.hooks or (), upstream, _tensor_class()._wrap)

    def accumulate(self, gradient: Any) -> None:
        """Do nothing: only leaves collect a `.grad` (see `Tensor.retain_grad`)."""

    def release(self) -> None:
        """Free what was kept for the backward pass; what a drawing shows of the graph stays."""
        if self.guards:  # without saved numbers, as after x + y, another pass can do no harm
            self.saved = self.guards = None
            if self.shape:
                self.output = None

    # --- the reader's side -----------------------------------------------------------------------

    def name(self) -> str:
        """Return torch's name of the node, such as SigmoidBackward0."""
        return self.op.node_name(self.parameters)

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The nodes behind this one, as torch shows them; a leaf is an `AccumulateGrad`."""
        return tuple(
            (source if source is None or isinstance(source, Node) else AccumulateGrad(source), 0)
            for source in self.inputs
        )

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


def record(
    op: Operation,
    parameters: dict[str, Any],
    operands: Sequence[Any],
    inputs: list[Any],
    arrays: list[Any],
    wanted: int,
    output: Tensor,
    scope: Scope,
) -> Node:
    """Make the node of one use of an operation.

    A function rather than `Node.__init__`, because calling a class takes longer.

    Args:
        op: the operation.
        parameters: its parameters.
        operands: what it was computed from: tensors and numbers.
        inputs: the vertex of each operand that gets a gradient, None for the others.
        arrays: the array of each operand, or the number; the list becomes the node's.
        wanted: which operands get a gradient: bit i for operand i.
        output: the tensor that was computed.
        scope: the module call that it happened in.
    """
    keep_output, numbers, shapes, every = op.keeps(wanted, len(inputs))
    array = output.array
    node: Node = _new(Node)
    node.op = op
    node.parameters = parameters
    node.inputs = node.operands = inputs
    if not every:
        node.operands = [x if source is None else source for x, source in zip(operands, inputs)]  # noqa: B905
    node.saved = arrays
    for i in shapes:
        arrays[i] = node.operands[i]
    node.output = array if keep_output or not array.ndim else None  # a drawing shows a scalar
    node.guards = guards = [output._changes] if keep_output else []
    for i in numbers:
        if inputs[i] is not None or hasattr(operands[i], "array"):  # a number cannot change
            guards.append(operands[i]._changes)
    node.shape = array.shape
    node.dtype = array.dtype
    node.recorded_at = clock.now
    node.scope = scope
    node.grad = node.contributions = node.hooks = None
    return node


def _fits(gradient: Any, like: Any) -> bool:
    try:
        return gradient.shape == like.shape and gradient.dtype is like.dtype
    except AttributeError:  # a plain number
        return False


def fit(gradient: Any, like: Any) -> Any:
    """Bring a contribution to the shape and dtype of the input that it is for.

    Broadcasting repeats a number, so its gradient is the sum over the repeats; a reduction shares
    one gradient among all that it summed, so it is spread over them.
    """
    shape, kind = like.shape, getattr(like.dtype, "numpy", like.dtype)
    if gradient.shape != shape:
        gradient = _sum_to(gradient, shape)
    given = gradient.dtype
    if given is kind or getattr(given, "numpy", given) == kind:
        return gradient
    return to_dtype(gradient, dtype=kind)


def _filled(like: Any, number: float, as_tensor: bool) -> Any:
    array = np.full(like.shape, number, getattr(like.dtype, "numpy", like.dtype))
    return _tensor_class()._wrap(array) if as_tensor else array


def _sum_to(gradient: Any, shape: tuple[int, ...]) -> Any:
    extra = len(gradient.shape) - len(shape)
    sizes = gradient.shape[max(extra, 0) :]
    stretched = [i for i, (n, m) in enumerate(zip(shape, sizes, strict=False)) if n == 1 != m]
    if extra >= 0 and (extra or stretched):
        dims = (*range(extra), *(i + extra for i in stretched))
        gradient = sum_over(gradient, dims, keepdim=True)
        gradient = reshape(gradient, gradient.shape[extra:])
    return gradient if gradient.shape == shape else expand(gradient, shape)


def _with_history(array: Any, node: Any) -> Any:
    """Make the tensor that a node computed, from its array."""
    tensor = _tensor_class()._wrap(array)
    tensor._grad_fn, tensor._requires_grad = node, True
    return tensor


def _tensor_class() -> Any:
    from tinygrad_edu.tensor import Tensor

    return Tensor
