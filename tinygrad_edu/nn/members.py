"""What a module is made of: its parameters, buffers and submodules, by name.

The objects are ordinary attributes in the instance's `__dict__`, so that reading `self.weight`
costs what reading any attribute does. `_kinds` says which of the attributes count, and as what;
everything here walks it.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.nn.values import is_array_of_values, named_values
from tinygrad_edu.tensor import Tensor

if TYPE_CHECKING:
    from tinygrad_edu.nn.module import Module

PARAMETER = "parameter"
BUFFER = "buffer"
TRANSIENT = "transient buffer"  # one that is no part of the state_dict
MODULE = "child module"


class Members:
    """The part of `Module` that knows its parameters, buffers and submodules."""

    _kinds: dict[str, str]

    # --- attributes ------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        kinds = self.__dict__.get("_kinds")
        known = None if kinds is None else kinds.get(name)
        if isinstance(value, Parameter):
            self._check_initialised("parameters")
            if known != PARAMETER:
                self._forget(name)
            self.register_parameter(name, value)
        elif isinstance(value, Members) and known != PARAMETER:
            self._check_initialised("module")
            self._put(name, MODULE, value)
        elif known is None:
            object.__setattr__(self, name, value)
        else:
            _check_value(name, known, value)
            self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self._kinds.pop(name, None)
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return sorted(name for name in object.__dir__(self) if not name[:1].isdigit())

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was copied or unpickled; a copy has a list of names of its own."""
        self.__dict__.update(state)
        if "_kinds" in state:
            self.__dict__["_kinds"] = dict(state["_kinds"])

    def _put(self, name: str, kind: str, value: Any) -> None:
        """Make `value` a member; one of another kind before it loses its place in the order."""
        buffers = {BUFFER, TRANSIENT}
        if self._kinds.get(name) != kind and not buffers >= {kind, self._kinds.get(name)}:
            self._kinds.pop(name, None)
        self._kinds[name] = kind
        self.__dict__[name] = value

    def _forget(self, name: str) -> None:
        self._kinds.pop(name, None)
        self.__dict__.pop(name, None)

    def _check_initialised(self, what: str) -> None:
        if "_kinds" not in self.__dict__:
            raise AttributeError(
                f"cannot assign {what} before Module.__init__() call: call super().__init__() "
                f"first in {type(self).__name__}.__init__"
            )

    def _check_name(self, name: Any, kind: str) -> None:
        what = kind.split()[-1]
        self._check_initialised(what)
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type_name(name)}")
        if "." in name:
            raise KeyError(f'{what} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
        if hasattr(self, name) and not self._kinds.get(name, "").endswith(what):
            raise KeyError(f"attribute '{name}' already exists")

    # --- registration ----------------------------------------------------------------------------

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or None for one that is left out.

        Args:
            name: the attribute's name; without a dot, and not that of another attribute.
            param: the parameter.

        Raises:
            KeyError: if the name cannot be used.
            TypeError: if `param` is something else.
        """
        self._check_name(name, PARAMETER)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type_name(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._put(name, PARAMETER, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the state of the module, but is not trained.

        Args:
            name: the attribute's name; without a dot, and not that of another attribute.
            tensor: the tensor, or None.
            persistent: whether it is part of the `state_dict`.

        Raises:
            KeyError: if the name cannot be used.
            TypeError: if `tensor` is something else.
        """
        self._check_name(name, BUFFER)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._put(name, BUFFER if persistent else TRANSIENT, tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a submodule, or None for one that is left out.

        Args:
            name: the attribute's name, which need not be a Python identifier: "0" will do.
            module: the module.

        Raises:
            KeyError: if the name cannot be used.
            TypeError: if `module` is something else.
        """
        if module is not None and not isinstance(module, Members):
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self._check_name(name, MODULE)
        self._put(name, MODULE, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """Do what `add_module` does."""
        self.add_module(name, module)

    @property
    def _parameters(self) -> MembersOfKind:
        return MembersOfKind(self, (PARAMETER,))

    @property
    def _buffers(self) -> MembersOfKind:
        return MembersOfKind(self, (BUFFER, TRANSIENT))

    @property
    def _modules(self) -> MembersOfKind:
        return MembersOfKind(self, (MODULE,))

    # --- walking through them --------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the submodules of this module itself with their names, each module once."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """Yield the submodules of this module itself, each once."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yield this module and all below it with their dotted names; its own is the prefix.

        Args:
            memo: modules to leave out, to which those that are yielded are added.
            prefix: what the names begin with.
            remove_duplicate: whether a module that occurs several times is yielded once.
        """
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

    def modules(self, remove_duplicate: bool = True) -> Iterator[Any]:
        """Yield this module and all below it, each once unless told otherwise."""
        named = self.named_modules(remove_duplicate=remove_duplicate)
        return (module for _, module in named)

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yield the parameters with their dotted names; of a network of `Value`s, each `Value`.

        Args:
            prefix: what the names begin with.
            recurse: whether to go below this module.
            remove_duplicate: whether a parameter that occurs several times is yielded once.
        """
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Yield the parameters, each once; of a network of `Value`s, each `Value`."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yield the buffers with their dotted names; arguments as of `named_parameters`."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """Yield the buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        modules: Any = [(prefix, self)]
        if recurse:
            modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        seen: set[int] = set()
        for path, module in modules:
            for name, member in getattr(module, kind).items():
                for full, part in named_values(f"{path}.{name}" if path else name, member):
                    if part is not None and id(part) not in seen:
                        if remove_duplicate:
                            seen.add(id(part))
                        yield full, part

    # --- finding one by its dotted name ----------------------------------------------------------

    def get_submodule(self, target: str) -> Any:
        """Return the module of a dotted name such as "layers.0"; "" is this one.

        Raises:
            AttributeError: says which part of the name there is not, or is no module.
        """
        module: Any = self
        for name in target.split(".") if target else ():
            module = _member(module, name)
            if not isinstance(module, Members):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target: str) -> Any:
        """Return the parameter of a dotted name such as "layers.0.weight".

        Raises:
            AttributeError: says which part of the name there is not, or is no parameter.
        """
        path, _, name = target.rpartition(".")
        parameter = _member(self.get_submodule(path), name)
        if not isinstance(parameter, Parameter) and not is_array_of_values(parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Any:
        """Return the buffer of a dotted name such as "layers.0.mean".

        Raises:
            AttributeError: says which part of the name there is not, or is no buffer.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = _member(module, name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer


class MembersOfKind(MutableMapping[str, Any]):
    """The members of one kind as a dictionary; a view, so changes to it change the module."""

    __slots__ = ("kinds", "module")

    def __init__(self, module: Members, kinds: tuple[str, ...]) -> None:
        self.module = module
        self.kinds = kinds

    def __getitem__(self, name: str) -> Any:
        if self.module._kinds.get(name) not in self.kinds:
            raise KeyError(name)
        return self.module.__dict__[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.module._put(name, self.kinds[0], value)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self.module._forget(name)

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, kind in self.module._kinds.items() if kind in self.kinds])

    def __len__(self) -> int:
        return sum(kind in self.kinds for kind in self.module._kinds.values())

    def __repr__(self) -> str:
        return repr(dict(self))


def type_name(x: Any) -> str:
    """Return torch's name of an object's type, such as torch.FloatTensor."""
    return f"torch.{x.dtype.title}Tensor" if isinstance(x, Tensor) else type(x).__name__


def _check_value(name: str, kind: str, value: Any) -> None:
    """Refuse to assign something of another kind to the name of a member."""
    expected = {
        PARAMETER: "torch.nn.Parameter or None",
        MODULE: "torch.nn.Module or None",
        BUFFER: "torch.Tensor or None",
        TRANSIENT: "torch.Tensor or None",
    }[kind]
    if value is None or (is_array_of_values(value) and kind != MODULE):
        return
    if not (isinstance(value, Tensor) and kind in (BUFFER, TRANSIENT)):
        what = "buffer" if kind == TRANSIENT else kind
        raise TypeError(
            f"cannot assign '{type_name(value)}' as {what} '{name}' ({expected} expected)"
        )


def _member(module: Any, name: str) -> Any:
    if not hasattr(module, name):
        raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
    return getattr(module, name)
