"""Operations of the user's own: `Function`, with a forward and a backward written by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

from tinygrad_edu.autograd.hooks import AccumulateGrad, run_hooks
from tinygrad_edu.autograd.recording import is_grad_enabled, no_grad, set_grad_enabled, thread


class FunctionCtx:
    """Carries what `forward` leaves for `backward`; attributes of any name may be set on it.

    Attributes:
        needs_input_grad: for each input, whether a gradient will be asked for.
        saved_tensors: what was given to `save_for_backward`.
    """

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads = True

    def __init__(self) -> None:
        self._saved: tuple[Any, ...] = ()
        self._versions: tuple[int | None, ...] = ()
        self._non_differentiable: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for `backward`, which will refuse those that were changed meanwhile."""
        self._saved = tensors
        self._versions = tuple(getattr(t, "_version", None) for t in tensors)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that were saved, in order."""
        for tensor, version in zip(self._saved, self._versions, strict=True):
            if getattr(tensor, "_version", None) != version:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an "
                    f"inplace operation: a saved tensor of shape {list(tensor.shape)}"
                )
        return self._saved

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Declare outputs through which no gradient flows."""
        self._non_differentiable = outputs

    def set_materialize_grads(self, value: bool) -> None:
        """Choose whether `backward` gets zeros (True) or None for an output nobody used."""
        self.materialize_grads = value


class Function:
    """Base of an operation with its own backward (torch.autograd.Function).

    Write `forward(ctx, *inputs)` and `backward(ctx, *gradients)` as static methods, the second with
    one result per input, None where there is no gradient; then call `YourFunction.apply(...)`.

    >>> import tinygrad_edu as torch
    >>> class Cube(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return g * 3 * x**2
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; to be written by the subclass."""
        raise NotImplementedError("a Function needs a static method forward(ctx, *inputs)")

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep things for backward, if `forward` takes no ctx; may be written by the subclass."""

    @staticmethod
    def backward(ctx: FunctionCtx, *grad_outputs: Any) -> Any:
        """Compute the gradients of the inputs; to be written by the subclass."""
        raise NotImplementedError("a Function needs a static method backward(ctx, *gradients)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run `forward`, and record that `backward` is its derivative."""
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(bool(getattr(x, "requires_grad", False)) for x in args)
        with no_grad():
            if cls.setup_context is Function.setup_context:
                outputs = cls.forward(ctx, *args)
            else:
                outputs = cls.forward(*args)
                cls.setup_context(ctx, args, outputs)
        if not (is_grad_enabled() and any(ctx.needs_input_grad)):
            return outputs
        several = isinstance(outputs, tuple)
        given = outputs if several else (outputs,)
        results = [_own(x, args) for x in given]
        node = FunctionNode(cls, ctx, args, results)
        for i, result in enumerate(results):
            if all(given[i] is not x for x in ctx._non_differentiable):
                result._grad_fn = node if len(results) == 1 else Output(node, i)
                result._requires_grad = True
        return tuple(results) if several else results[0]


def _own(x: Any, args: Sequence[Any]) -> Any:
    """Return a result as a tensor of its own; a view of another may not be changed in place."""
    if any(x is a for a in args):
        with no_grad():
            x = x.reshape(x.shape)
    if x._view is not None:
        x._view.kind = "Function"
    return x


class FunctionNode:
    """The vertex of one use of a `Function`; its gradient is that of all outputs together."""

    requires_grad = True

    def __init__(
        self, function: type[Function], ctx: FunctionCtx, args: Sequence[Any], outputs: list[Any]
    ) -> None:
        self.function = function
        self.ctx = ctx
        self.op = SimpleNamespace(name=function.__name__, symbol=function.__name__)
        self.parameters: dict[str, Any] = {}
        self.operands = tuple(x.vertex if getattr(x, "requires_grad", False) else x for x in args)
        self.inputs = tuple(
            x.vertex if needs else None for x, needs in zip(args, ctx.needs_input_grad, strict=True)
        )
        self.shapes = [tuple(x.shape) for x in outputs]
        self.dtypes = [x.array.dtype for x in outputs]
        self.shape, self.dtype = self.shapes[0], self.dtypes[0]
        self.wrap = type(outputs[0])._wrap
        self.scope = thread.here.scope
        self.recorded_at = 0
        self.grad: Any = None
        self.contributions: Any = None
        self.hooks: list[Any] | None = None
        self.released = False

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool
    ) -> list[Any]:
        """Call the user's backward and check what it returns."""
        if self.released:
            raise RuntimeError(
                "Trying to backward through the graph a second time: what it had kept was freed "
                "by the first backward pass. Use retain_graph=True there to go through it twice."
            )
        with set_grad_enabled(create_graph):
            results = self.function.backward(self.ctx, *self._gradients(upstream, create_graph))
        results = results if isinstance(results, tuple) else (results,)
        wanted = len(self.inputs)
        if len(results) < wanted or any(r is not None for r in results[wanted:]):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {wanted}, got {len(results)})"
            )
        for i, (operand, result) in enumerate(zip(self.operands, results, strict=False)):
            if result is not None and not hasattr(operand, "shape"):
                raise RuntimeError(
                    f"function {self.name()} returned a gradient different than None at position "
                    f"{i + 1}, but the corresponding forward input was not a Variable"
                )
        pairs = zip(self.inputs, results, strict=False)
        contributions = [
            None
            if g is None or source is None or (relevant is not None and source not in relevant)
            else self._checked(i, source, g)
            for i, (source, g) in enumerate(pairs)
        ]
        if not create_graph:
            contributions = [None if g is None else g.array for g in contributions]
        self.grad = upstream if len(self.shapes) == 1 else None
        self.contributions = [getattr(g, "array", g) for g in contributions]
        return contributions

    def _gradients(self, upstream: Any, create_graph: bool) -> list[Any]:
        given = upstream.parts if isinstance(upstream, Parts) else {0: upstream}
        gradients: list[Any] = []
        for i, (shape, kind) in enumerate(zip(self.shapes, self.dtypes, strict=True)):
            gradient = given.get(i)
            if gradient is None and self.ctx.materialize_grads:
                import numpy as np

                gradient = self.wrap(np.zeros(shape, kind))
            elif gradient is not None and not create_graph:
                gradient = self.wrap(gradient)
            gradients.append(gradient)
        return gradients

    def _checked(self, index: int, source: Any, gradient: Any) -> Any:
        if tuple(gradient.shape) != tuple(source.shape):
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient at index {index} - got "
                f"{list(gradient.shape)} but expected shape compatible with {list(source.shape)}"
            )
        return gradient

    def run_hooks(self, upstream: Any) -> Any:
        """Show the complete gradient to each hook; what a hook returns replaces it."""
        return run_hooks(self.hooks or (), upstream, self.wrap)

    def accumulate(self, gradient: Any) -> None:
        """Do nothing: only leaves collect a `.grad`."""

    def release(self) -> None:
        """Free what `forward` saved."""
        self.released = True
        self.ctx._saved = self.ctx._versions = ()

    def name(self) -> str:
        """Return torch's name of the node."""
        return f"{self.function.__name__}Backward"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The vertices behind this one."""
        return tuple(
            (AccumulateGrad(source) if hasattr(source, "array") else source, 0)
            for source in self.inputs
        )

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class Parts:
    """The gradient of a `Function` with several outputs: those that have arrived, by index."""

    def __init__(self, parts: dict[int, Any]) -> None:
        self.parts = parts

    def __add__(self, other: Parts) -> Parts:
        return Parts({**self.parts, **other.parts})


class Output(FunctionNode):
    """The vertex of one of several outputs: passes its gradient on as a part of the whole."""

    def __init__(self, node: FunctionNode, index: int) -> None:
        self.__dict__.update(node.__dict__)
        self.inputs = self.operands = (node,)
        self.index = index
        self.hooks = None
        self.shape, self.dtype = node.shapes[index], node.dtypes[index]

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool
    ) -> list[Any]:
        """Hand the gradient to the node of all outputs."""
        self.grad = getattr(upstream, "array", upstream)
        return [Parts({self.index: upstream})]

    def release(self) -> None:
        """An output keeps nothing; its node does."""
