"""What a tensor remembers of the operation that made it: its `grad_fn`.

A `Node` holds the operation, its parameters and what its rules will need of the inputs and the
output. An input whose numbers no rule needs is held as its own vertex in the graph, which knows its
shape; so its memory is free as soon as nobody else wants it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.autograd.recording import Scope
from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.reductions import sum as sum_over
from tinygrad_edu.ops.shapes import expand, reshape, to_dtype

if TYPE_CHECKING:
    from tinygrad_edu.tensor import Tensor


class Clock:
    """Counts the in-place changes of all tensors, to tell what changed after it was recorded."""

    now = 0


class Node:
    """A vertex of a tensor graph: one use of an operation.

    Attributes:
        op: the operation.
        parameters: its parameters, such as `dim`.
        args: for each input a number, a tensor, or (numbers not kept) the vertex it came from.
        inputs: for each input its vertex, a `Node` or a leaf tensor; None where it needs no grad.
        shape: the shape of the output.
        dtype: the numpy dtype of the output.
        grad: the gradient of the output in the last backward pass, as an array; None before one.
        contributions: what that pass sent to each of `inputs`.
        scope: the module call that it happened in.
    """

    __slots__ = (
        "args",
        "contributions",
        "dtype",
        "grad",
        "hooks",
        "inputs",
        "kept",
        "op",
        "output",
        "output_changes",
        "parameters",
        "recorded_at",
        "scope",
        "shape",
    )

    requires_grad = True

    def __init__(
        self,
        op: Operation,
        parameters: dict[str, Any],
        operands: Sequence[Any],
        wanted: tuple[bool, ...],
        output: Tensor,
        scope: Scope,
    ) -> None:
        inputs: list[Any] = []
        args: list[Any] = []
        kept = op.keeps(wanted)
        for i, x in enumerate(operands):
            source = None
            if wanted[i]:
                if x._base is not None:
                    refuse_stale_view(x)
                source = x.grad_fn or x
            inputs.append(source)
            args.append(x if source is None or kept[i + 1] else source)
        self.op = op
        self.parameters = parameters
        self.inputs = tuple(inputs)
        self.args: Any = args
        self.kept: Any = kept  # for (output, *inputs); None once freed
        array = output.array
        self.shape = array.shape
        self.dtype = array.dtype
        self.output = array if kept[0] else None
        self.output_changes = output._changes
        self.recorded_at = Clock.now
        self.scope = scope
        self.grad: Any = None
        self.contributions: Any = None
        self.hooks: list[Any] | None = None

    # --- the engine's side -------------------------------------------------------------------

    def pullback(
        self, upstream: Any, relevant: Collection[Any], create_graph: bool
    ) -> list[Any]:
        """Apply the rule of each relevant input, and remember what went through."""
        if self.kept is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time: what it had kept was freed "
                "by the first backward pass. Use retain_graph=True there to go through it twice."
            )
        if Clock.now > self.recorded_at:
            self._refuse_changed()
        y, xs = self._unpack(create_graph)
        op, parameters = self.op, self.parameters
        rules = op.rules if op.arity else [op.rule(i) for i in range(len(xs))]
        contributions = [
            fit(rule(upstream, y, *xs, **parameters), source) if source in relevant else None
            for rule, source in zip(rules, self.inputs)  # noqa: B905 - 0.1 µs each
        ]
        if create_graph:
            self.grad = upstream.array
            self.contributions = [None if c is None else c.array for c in contributions]
        else:
            self.grad, self.contributions = upstream, contributions
        return contributions

    def _unpack(self, create_graph: bool) -> tuple[Any, list[Any]]:
        """Return output and inputs as the rules want them: arrays, or tensors to be recorded."""
        if not create_graph:
            return self.output, [getattr(x, "array", x) for x in self.args]
        output = None
        if self.output is not None:
            output = _tensor_class()._wrap(self.output)
            output.grad_fn, output._requires_grad = self, True
        return output, list(self.args)

    def _refuse_changed(self) -> None:
        for x, keep in zip(self.args, self.kept[1:], strict=True):
            if keep and hasattr(x, "_changes") and x._changes[1] > self.recorded_at:
                self._refuse(x.shape, "an input")
        if self.kept[0] and self.output_changes[1] > self.recorded_at:
            self._refuse(self.shape, "the output")

    def _refuse(self, shape: Any, role: str) -> None:
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by an inplace "
            f"operation: {role} of {self.op.name}, of shape {list(shape)}, was changed after the "
            "forward pass. Use the out-of-place form (x = x + 1 instead of x += 1), or change it "
            "after backward()."
        )

    def run_hooks(self, upstream: Any) -> Any:
        """Show the complete gradient to each hook; what a hook returns replaces it."""
        return run_hooks(self.hooks or (), upstream)

    def accumulate(self, gradient: Any) -> None:
        """Do nothing: only leaves collect a `.grad` (see `Tensor.retain_grad`)."""

    def release(self) -> None:
        """Free what was kept for the backward pass; what a drawing shows of the graph stays."""
        if self.kept is not None:
            self.args = list(self.operands)
            self.kept = self.output = None

    # --- the reader's side -------------------------------------------------------------------

    @property
    def operands(self) -> tuple[Any, ...]:
        """What went in: vertices, tensors without gradient, and numbers."""
        pairs = zip(self.inputs, self.args)  # noqa: B905 - on the hot path of `release`
        return tuple([arg if source is None else source for source, arg in pairs])

    def name(self) -> str:
        """Return torch's name of the node, such as SigmoidBackward0."""
        name = self.op.grad_fn_name
        return name if isinstance(name, str) else name(**self.parameters)

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The nodes behind this one, as torch shows them; a leaf is an `AccumulateGrad`."""
        return tuple(
            (source if source is None or isinstance(source, Node) else AccumulateGrad(source), 0)
            for source in self.inputs
        )

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class AccumulateGrad:
    """What torch shows behind a leaf: the place where its `.grad` is summed up."""

    __slots__ = ("variable",)

    next_functions = ()

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable

    def name(self) -> str:
        """Return torch's name of it."""
        return "AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self):#x}>"


def fit(gradient: Any, source: Any) -> Any:
    """Bring a contribution to the shape and dtype of the input that it is for.

    Broadcasting repeats a number, so its gradient is the sum over the repeats; a reduction shares
    one gradient among all that it summed, so it is spread over them.
    """
    meta = source if isinstance(source, Node) else getattr(source, "array", source)
    shape, kind = meta.shape, meta.dtype
    if not hasattr(gradient, "shape"):  # a rule may return a plain 0
        gradient = np.full((), gradient, kind)
    if gradient.shape != shape:
        gradient = _sum_to(gradient, shape)
    given = gradient.dtype
    if given is kind or getattr(given, "numpy", given) == kind:
        return gradient
    return to_dtype(gradient, dtype=kind)


def _sum_to(gradient: Any, shape: tuple[int, ...]) -> Any:
    extra = len(gradient.shape) - len(shape)
    sizes = gradient.shape[max(extra, 0) :]
    stretched = [i for i, (n, m) in enumerate(zip(shape, sizes, strict=False)) if n == 1 != m]
    if extra >= 0 and (extra or stretched):
        dims = (*range(extra), *(i + extra for i in stretched))
        gradient = sum_over(gradient, dims, keepdim=True)
        gradient = reshape(gradient, gradient.shape[extra:])
    return gradient if gradient.shape == shape else expand(gradient, shape)


def run_hooks(hooks: Any, upstream: Any) -> Any:
    """Give a gradient to hooks as a tensor; return what it has become, in the form it came in."""
    tensor = _tensor_class()
    recorded = isinstance(upstream, tensor)
    gradient = upstream if recorded else tensor._wrap(upstream)
    for hook in list(hooks):
        result = hook(gradient)
        if result is not None:
            if result.shape != gradient.shape:
                raise RuntimeError(
                    f"hook '{getattr(hook, '__name__', hook)}' has changed the size of value: "
                    f"from {list(gradient.shape)} to {list(result.shape)}"
                )
            gradient = result
    return gradient if recorded else gradient.array


def refuse_stale_view(x: Any) -> None:
    """Refuse a view whose base was changed by a recorded operation since the view was taken."""
    made = 0 if x.grad_fn is None else x.grad_fn.recorded_at
    if x._changes[2] > made:
        raise NotImplementedError(
            f"this view of shape {list(x.shape)} was made before its base was changed by a recorded "
            "in-place operation, which this library does not follow; take the view again"
        )


def _tensor_class() -> Any:
    from tinygrad_edu.tensor import Tensor

    return Tensor
