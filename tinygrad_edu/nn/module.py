"""Module: a function with parameters, which may be made of other modules.

An attribute that is a `Parameter` or a `Module` is noted by name when it is set; the objects
themselves are ordinary attributes, so that reading `self.weight` costs what reading any attribute
does. Everything else here walks these names.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tinygrad_edu.autograd.hooks import RemovableHandle
from tinygrad_edu.autograd.recording import Scope, no_grad, state
from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value


class Module:
    """Base of all layers and networks (torch.nn.Module).

    Write `__init__`, which sets parameters and submodules as attributes, and `forward`; then call
    the module itself.

    Attributes:
        training: whether it is in training mode, which dropout and batch normalization look at.

    >>> import tinygrad_edu as torch
    >>> class Scale(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = torch.nn.Parameter(torch.tensor(2.0))
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> Scale()(torch.ones(3))
    tensor([2., 2., 2.], grad_fn=<MulBackward0>)
    """

    training: bool
    _kinds: dict[str, str]
    _hooks: dict[str, list[Any]] | None

    def __init__(self) -> None:
        self.__dict__.update(training=True, _kinds={}, _transient=set(), _hooks=None)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; to be written by the subclass."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, with the hooks around it, in a scope of its own for drawings."""
        outer = state.scope
        if outer is None:
            return self._run(args, kwargs)
        state.scope = inner = Scope(outer, self)
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return self._run(args, kwargs)
        finally:
            # A forward that has switched recording off as a statement has meant it to stay off.
            if state.scope is inner:
                state.scope = outer

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._hooks is None:
            return self.forward(*args, **kwargs)
        from tinygrad_edu.nn.hooks import run_with_hooks

        return run_with_hooks(self, self._hooks, args, kwargs)

    # --- attributes ------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        kind = self._kind_of(name, value)
        if kind:
            self._register(name, kind)
        self.__dict__[name] = value

    def _kind_of(self, name: str, value: Any) -> str | None:
        """Find what an attribute is: a parameter, a buffer, a module or (None) none of these."""
        kinds: dict[str, str] | None = self.__dict__.get("_kinds")
        wanted = isinstance(value, (Parameter, Module))
        if kinds is None:
            if wanted:
                what = "parameters" if isinstance(value, Parameter) else "module"
                raise AttributeError(
                    f"cannot assign {what} before Module.__init__() call: call "
                    "super().__init__() first"
                )
            return None
        if wanted:
            return "parameter" if isinstance(value, Parameter) else "module"
        kind = kinds.get(name)
        if kind is None or value is None or _is_values(value):
            return kind
        if kind == "buffer" and isinstance(value, Tensor):
            return kind
        expected = {
            "parameter": "torch.nn.Parameter or None",
            "module": "torch.nn.Module or None",
            "buffer": "torch.Tensor, or None",
        }[kind]
        raise TypeError(
            f"cannot assign '{type(value).__name__}' as {kind} '{name}' ({expected} expected)"
        )

    def _register(self, name: str, kind: str) -> None:
        if self._kinds.get(name) != kind:
            self._kinds.pop(name, None)
            self._kinds[name] = kind

    def __delattr__(self, name: str) -> None:
        self._kinds.pop(name, None)
        object.__delattr__(self, name)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or None for one that is left out."""
        self._check_name(name, "parameter")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._register(name, "parameter")
        self.__dict__[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the state but is not trained.

        Args:
            name: the attribute's name.
            tensor: the tensor, or None.
            persistent: whether it is part of `state_dict`.
        """
        self._check_name(name, "buffer")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._register(name, "buffer")
        if not persistent:
            self._transient.add(name)
        self.__dict__[name] = tensor

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a submodule under a name that need not be a Python identifier."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name(name, "module")
        self._register(name, "module")
        self.__dict__[name] = module

    register_module = add_module

    def _check_name(self, name: str, kind: str) -> None:
        if "_kinds" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and self._kinds.get(name) != kind:
            raise KeyError(f"attribute '{name}' already exists")

    def _of_kind(self, kind: str) -> dict[str, Any]:
        return {name: self.__dict__[name] for name, k in self._kinds.items() if k == kind}

    @property
    def _parameters(self) -> dict[str, Any]:
        return self._of_kind("parameter")

    @property
    def _buffers(self) -> dict[str, Any]:
        return self._of_kind("buffer")

    @property
    def _modules(self) -> dict[str, Any]:
        return self._of_kind("module")

    # --- what it is made of ----------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the submodules set on this module itself, each once."""
        seen: set[Any] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """Yield the submodules set on this module itself."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yield this module (as "") and all below it, with their dotted names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                below = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, below, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """Yield this module and all below it."""
        return (module for _, module in self.named_modules())

    def _named(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        seen: set[int] = set()
        for path, module in modules:
            for name, member in module._of_kind(kind).items():
                full = f"{path}.{name}" if path else name
                for element_name, element in _elements(full, member):
                    if id(element) not in seen:
                        if remove_duplicate:
                            seen.add(id(element))
                        yield element_name, element

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yield all parameters with their dotted names; of a scalar network, each `Value`."""
        return self._named("parameter", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Yield all parameters; of a scalar network, each `Value`."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield all buffers with their dotted names."""
        return self._named("buffer", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield all buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """Return the submodule with a dotted name."""
        module = self
        for name in target.split(".") if target else ():
            found = getattr(module, name, None)
            if not isinstance(found, Module):
                raise AttributeError(f"{type(module).__name__} has no module `{name}`")
            module = found
        return module

    def get_parameter(self, target: str) -> Any:
        """Return the parameter with a dotted name."""
        path, _, name = target.rpartition(".")
        return getattr(self.get_submodule(path), name)

    # --- changing all of it ----------------------------------------------------------------------

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Call a function on every module, children first, and return this module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Any:
        """Set training mode here and below."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Any:
        """Set evaluation mode here and below."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Ask for gradients of all parameters, or of none."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            if set_to_none or isinstance(parameter, Value):
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = parameter.grad.detach().zero_()

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Convert the parameters: `to(torch.float64)`, `to("cpu")`, or `to(Value)` for scalars.

        `to(Value)` turns every number of every parameter into a `Value`; the same layers and losses
        then compute neuron by neuron, on lists or object arrays of numbers or `Value`s, with one
        node per scalar operation. `to(Tensor)` turns them back.
        """
        if args and args[0] in (Value, Tensor):
            from tinygrad_edu.nn.neurons import to_tensors, to_values

            return (to_values if args[0] is Value else to_tensors)(self)
        from tinygrad_edu.creation import parse_to

        kind = parse_to(*args, **kwargs)
        if kind is not None and kind.kind != "f":
            raise TypeError(f"nn.Module.to only accepts floating point dtypes, but got {kind}")
        for member in (*self.parameters(), *self.buffers()):
            if kind is not None and member.array.dtype.kind == "f":
                member.array = member.array.astype(kind)
                if member.grad is not None:
                    member.grad = member.grad.to(kind)
        return self

    def double(self) -> Any:
        """Convert all parameters and buffers to float64."""
        return self.to(np.float64)

    def float(self) -> Any:
        """Convert all parameters and buffers to float32."""
        return self.to(np.float32)

    # --- its state -------------------------------------------------------------------------------

    def state_dict(self, prefix: str = "") -> OrderedDict[str, Any]:
        """Return all parameters and persistent buffers by dotted name; they share memory."""
        state: OrderedDict[str, Any] = OrderedDict()
        for path, module in self.named_modules(prefix=prefix.rstrip("."), remove_duplicate=False):
            for name, member in module._state().items():
                state[f"{path}.{name}" if path else name] = member.detach()
        return state

    def _state(self) -> dict[str, Any]:
        members = {**self._parameters, **self._buffers}
        for name, member in members.items():
            if _is_values(member):
                raise NotImplementedError(
                    f"state_dict of a network of Values ({name!r} is one): use .to(Tensor) first"
                )
        return {n: m for n, m in members.items() if m is not None and n not in self._transient}

    def load_state_dict(self, state_dict: Any, strict: bool = True) -> Any:
        """Copy numbers into the parameters and buffers; nothing is copied if anything is wrong.

        Args:
            state_dict: as `state_dict` returns it.
            strict: whether missing and unexpected names are errors.

        Raises:
            RuntimeError: lists what is missing, unexpected, or of another size.
        """
        own = self.state_dict()
        keys = LoadResult(
            [name for name in own if name not in state_dict],
            [name for name in state_dict if name not in own],
        )
        problems = []
        if strict and keys.unexpected_keys:
            problems.append(f"Unexpected key(s) in state_dict: {_quoted(keys.unexpected_keys)}. ")
        if strict and keys.missing_keys:
            problems.append(f"Missing key(s) in state_dict: {_quoted(keys.missing_keys)}. ")
        for name, tensor in own.items():
            given = state_dict.get(name)
            if given is not None and tuple(given.shape) != tuple(tensor.shape):
                problems.append(
                    f"size mismatch for {name}: copying a param with shape {given.shape} from "
                    f"checkpoint, the shape in current model is {tensor.shape}."
                )
        if problems:
            title = f"Error(s) in loading state_dict for {type(self).__name__}:"
            raise RuntimeError("\n\t".join([title, *problems]))
        with no_grad():
            for name, tensor in own.items():
                if name in state_dict:
                    tensor.copy_(state_dict[name])
        return keys

    # --- hooks -----------------------------------------------------------------------------------

    def _add_hook(self, kind: str, hook: Any, prepend: bool = False) -> RemovableHandle:
        if self._hooks is None:
            self.__dict__["_hooks"] = {}
        hooks = self.__dict__["_hooks"].setdefault(kind, [])
        hooks.insert(0 if prepend else len(hooks), hook)
        return RemovableHandle(hooks, hook)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`; what it returns replaces the arguments."""
        return self._add_hook("pre_kwargs" if with_kwargs else "pre", hook, prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`; its result replaces the output."""
        return self._add_hook("post_kwargs" if with_kwargs else "post", hook, prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` in the backward pass; what it returns replaces it."""
        return self._add_hook("backward_pre", hook, prepend)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are there.

        What it returns replaces the gradients of the inputs.
        """
        return self._add_hook("backward", hook, prepend)

    register_backward_hook = register_full_backward_hook

    # --- text ------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands between the brackets of `repr`; may be written by the subclass."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        lines = [line for line in self.extra_repr().split("\n") if line]
        children = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({''.join(lines)})"
        inside = "\n  ".join([*lines, *children])
        return f"{self._get_name()}(\n  {inside}\n)"

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._kinds})


class LoadResult:
    """What `load_state_dict` found: the names that were missing, and those nobody expected."""

    def __init__(self, missing_keys: list[str], unexpected_keys: list[str]) -> None:
        self.missing_keys = missing_keys
        self.unexpected_keys = unexpected_keys

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _is_values(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object


def _elements(name: str, member: Any) -> Iterator[tuple[str, Any]]:
    """Yield a tensor under its name, and each of an array of `Value`s under its own."""
    if _is_values(member):
        for index, value in np.ndenumerate(member):
            yield f"{name}{list(index)}".replace(" ", ""), value
    elif member is not None:
        yield name, member
