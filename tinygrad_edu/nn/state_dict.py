"""The state of a module as a dictionary of tensors by name, to be saved, loaded or compared."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from tinygrad_edu.nn.members import TRANSIENT, Members
from tinygrad_edu.nn.parameter import Parameter, UninitializedParameter
from tinygrad_edu.nn.values import is_array_of_values, numbers_of
from tinygrad_edu.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` found: names that were missing, and names that nobody expected."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        missing, unexpected = self
        if not missing and not unexpected:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={missing}, unexpected_keys={unexpected})"


class StateDict(Members):
    """The part of `Module` that gives its state away and takes it over."""

    def state_dict(
        self,
        *,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> Any:
        """Return the parameters and persistent buffers by dotted name.

        The tensors share memory with the module: clone them to keep a state. A network of `Value`s
        gives tensors of its numbers, in float64.

        Args:
            destination: a dictionary to add them to; by default a new OrderedDict.
            prefix: what the names begin with.
            keep_vars: return the parameters themselves, not detached.
        """
        result = OrderedDict() if destination is None else destination
        for name, member in self._own_state().items():
            if is_array_of_values(member):
                result[prefix + name] = Tensor._wrap(numbers_of(member))
            else:
                result[prefix + name] = member if keep_vars else member.detach()
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=result, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        return result

    def _own_state(self) -> dict[str, Any]:
        """Return this module's own parameters and persistent buffers."""
        members = {**self._parameters, **self._buffers}
        return {
            name: member
            for name, member in members.items()
            if member is not None and self._kinds[name] != TRANSIENT
        }

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy numbers into the parameters and buffers; if anything is wrong, copy nothing.

        Args:
            state_dict: tensors by name, as `state_dict()` returns them.
            strict: whether missing and unexpected names are errors.
            assign: make the given tensors the parameters instead of copying their numbers.

        Returns:
            The missing and the unexpected names.

        Raises:
            RuntimeError: lists all that is missing, unexpected, of another size or no tensor.
            TypeError: if `state_dict` is no dictionary.

        >>> import tinygrad_edu as torch
        >>> one, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
        >>> one.load_state_dict(other.state_dict())
        <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        keys = IncompatibleKeys([], [])
        found = list(_match(self, state_dict, "", keys))
        problems = _list_problems(keys) if strict else []
        problems += [text for item in found for text in item.problems()]
        if problems:
            title = f"Error(s) in loading state_dict for {type(self).__name__}:"
            raise RuntimeError("\n\t".join([title, *problems]))
        for item in found:
            if assign:
                item.assign()
            else:
                item.copy()
        return keys


class _Item(NamedTuple):
    """One tensor to be loaded: where it was found, and where it goes."""

    key: str
    given: Any
    module: StateDict
    name: str
    own: Any

    def problems(self) -> Iterator[str]:
        """Say why the tensor cannot be loaded, if so."""
        if not isinstance(self.given, Tensor):
            yield (
                f'While copying the parameter named "{self.key}", expected torch.Tensor or '
                f"Tensor-like object from checkpoint but received {type(self.given)}"
            )
        elif isinstance(self.own, UninitializedParameter):
            return  # it takes the shape of what it is given
        elif tuple(self.given.shape) != tuple(self.own.shape) and not self._is_old_scalar():
            yield (
                f"size mismatch for {self.key}: copying a param with shape {self.given.shape} from "
                f"checkpoint, the shape in current model is torch.Size({list(self.own.shape)})."
            )

    def _is_old_scalar(self) -> bool:
        return tuple(self.own.shape) == () and tuple(self.given.shape) == (1,)

    def copy(self) -> None:
        """Copy the numbers over the module's."""
        if isinstance(self.given, UninitializedParameter):
            return
        if isinstance(self.own, UninitializedParameter):
            self.own.materialize(self.given.array.copy())
            return
        numbers = self.given.array.reshape(self.own.shape)
        if is_array_of_values(self.own):
            for value, number in zip(self.own.flat, numbers.flat, strict=True):
                value.data = float(number)
        else:
            np.copyto(self.own.array, numbers, casting="unsafe")
            self.own._changed()

    def assign(self) -> None:
        """Make the tensor the module's."""
        if is_array_of_values(self.own):
            raise NotImplementedError("assign=True is not there for networks of Values")
        tensor = self.given
        if isinstance(self.own, Parameter):
            tensor = tensor if isinstance(tensor, Parameter) else Parameter(tensor)
            tensor.requires_grad = self.own.requires_grad
        setattr(self.module, self.name, tensor)


def _match(
    module: Any, state: Mapping[str, Any], prefix: str, keys: IncompatibleKeys
) -> Iterator[_Item]:
    """Yield what is to be loaded, and note the keys that do not match, in torch's order."""
    own = module._own_state()
    for name, member in own.items():
        if prefix + name in state:
            yield _Item(prefix + name, state[prefix + name], module, name, member)
        else:
            keys.missing_keys.append(prefix + name)
    for key in state:
        if key.startswith(prefix):
            name, dot, _ = key[len(prefix) :].partition(".")
            if name not in (module._modules if dot else own):
                keys.unexpected_keys.append(key)
    for name, child in module._modules.items():
        if child is not None:
            yield from _match(child, state, f"{prefix}{name}.", keys)


def _list_problems(keys: IncompatibleKeys) -> list[str]:
    named = {"Missing": keys.missing_keys, "Unexpected": keys.unexpected_keys}
    return [
        f"{what} key(s) in state_dict: {', '.join(map(_quote, names))}. "
        for what, names in named.items()
        if names
    ]


def _quote(name: str) -> str:
    return f'"{name}"'
