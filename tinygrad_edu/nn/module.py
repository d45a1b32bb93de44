"""Module: a function with parameters, which may be made of other modules.

What it is made of is in `members.py`, its state as a dictionary in `state_dict.py`, its hooks in
`hooks.py`. Here is how it is called, and what is done to all of it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.autograd.recording import Scope, thread
from tinygrad_edu.device import parse_to
from tinygrad_edu.nn.hooks import CallWithHooks, Hooks
from tinygrad_edu.nn.neurons import to_tensors, to_values
from tinygrad_edu.nn.state_dict import StateDict
from tinygrad_edu.nn.values import is_array_of_values
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

if TYPE_CHECKING:
    from typing_extensions import Self

_new: Any = object.__new__


class Module(StateDict, Hooks):
    """Base of all layers and networks (torch.nn.Module).

    Write `__init__`, which calls `super().__init__()` and then sets parameters and submodules as
    attributes, and `forward`; then call the module itself.

    Attributes:
        training: whether it is in training mode; see `train` and `eval`.

    >>> import tinygrad_edu as torch
    >>> class Scale(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = torch.nn.Parameter(torch.tensor(2.0))
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> scale = Scale()
    >>> scale(torch.ones(3))
    tensor([2., 2., 2.], grad_fn=<MulBackward0>)
    >>> [name for name, _ in scale.named_parameters()]
    ['factor']
    """

    training: bool

    def __init__(self) -> None:
        self.__dict__.update(training=True, _kinds={})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; to be written by the subclass."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` between the hooks, in a scope of its own, by which drawings group."""
        hooks = self._hooks
        here = thread.here
        outer = here.scope
        if outer is None:
            if hooks:
                return CallWithHooks(self, hooks, args, kwargs).run()
            return self.forward(*args, **kwargs)
        here.scope = scope = _new(Scope)  # calling the class takes longer
        scope.outer, scope.module = outer, self
        try:
            if hooks:
                return CallWithHooks(self, hooks, args, kwargs).run()
            return self.forward(*args, **kwargs)
        finally:
            # A forward that switched recording off as a statement meant it to stay off.
            if here.scope is not None:
                here.scope = outer

    # --- all of it at once -----------------------------------------------------------------------

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call a function on every module below this one, then on this one; returns the module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training mode, here and below, or with False evaluation mode.

        Raises:
            ValueError: if `mode` is not a bool.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, not {mode!r}")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Set evaluation mode, here and below."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for the gradients of all parameters, or with False of none (to freeze them)."""
        for parameter in self.parameters():
            if not isinstance(parameter, Tensor):
                raise NotImplementedError(
                    "requires_grad_ is not there for networks of Values: freeze the model before "
                    "model.to(Value)"
                )
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set those that are there to 0."""
        for p in self.parameters():
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                p.grad = p.grad.detach().zero_() if isinstance(p, Tensor) else 0.0

    # --- another kind of numbers -----------------------------------------------------------------

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert the parameters and buffers, in place: to a dtype, or to `Value`s and back.

        `to(torch.float64)`, `to("cpu")`, `to(tensor)`, `to(device=..., dtype=...)` as in torch.

        `to(Value)` turns every number of every parameter into a `Value` with a label such as
        `0.weight[1,2]`. The same layers, activations and losses then compute neuron by neuron, on
        nested lists or arrays of numbers or `Value`s, one node per scalar operation; a layer
        returns an array of `Value`s, a loss a `Value`; `parameters()` yields the `Value`s, and the
        optimizers work on them. `to(Tensor)` turns them back, `to(Tensor, dtype=...)` into a dtype.

        Returns:
            The module itself.

        Raises:
            TypeError: for a dtype that is not floating.

        >>> import tinygrad_edu as torch
        >>> model = torch.nn.Linear(2, 1).to(torch.Value)
        >>> model([3.0, 4.0]).shape, [p.label for p in model.parameters()]
        ((1,), ['weight[0,0]', 'weight[0,1]', 'bias[0]'])
        """
        if args and args[0] is Value:
            _refuse_more("Value", args[1:], kwargs)
            to_values(self)
            return self
        if args and args[0] is Tensor:
            dtype = kwargs.pop("dtype", None)
            _refuse_more("Tensor", args[1:], kwargs)
            to_tensors(self, dtype)
            return self
        kind = parse_to(*args, **kwargs)
        if kind is not None and kind.kind != "f":
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype=torch.{kind.name}"
            )
        return self if kind is None else self._convert(kind)

    def _convert(self, kind: np.dtype[Any]) -> Self:
        """Convert the floating tensors; parameters stay the same objects."""
        for module in self.modules():
            for members in (module._parameters, module._buffers):
                for name, member in members.items():
                    if is_array_of_values(member) and kind != np.float64:
                        raise TypeError(
                            f"{name!r} holds Values, which are Python floats (float64): call "
                            f"model.to(Tensor) before converting to {kind.name}"
                        )
                    if isinstance(member, Tensor) and member.array.dtype.kind == "f":
                        member.array = member.array.astype(kind, copy=False)
                        if member.grad is not None:
                            member.grad = Tensor._wrap(member.grad.array.astype(kind, copy=False))
        return self

    def double(self) -> Self:
        """Convert the floating parameters and buffers to float64."""
        return self._convert(np.dtype(np.float64))

    def float(self) -> Self:
        """Convert the floating parameters and buffers to float32."""
        return self._convert(np.dtype(np.float32))

    def cpu(self) -> Self:
        """Return the module, which is on the CPU."""
        return self

    # --- text ------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands between the brackets of `repr`; may be written by the subclass."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        inside = "\n  ".join([*lines, *children])
        return f"{self._get_name()}(\n  {inside}\n)"


def _refuse_more(kind: str, args: Any, kwargs: dict[str, Any]) -> None:
    if args or kwargs:
        raise TypeError(f"to({kind}) takes no other arguments, but got {[*args, *kwargs]}")
