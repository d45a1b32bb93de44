"""Modules that hold modules: one after another, in a list, in a dictionary."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

from tinygrad_edu.nn.members import MODULE, type_name
from tinygrad_edu.nn.module import Module

if TYPE_CHECKING:
    from typing_extensions import Self


class _Numbered(Module):
    """What `Sequential` and `ModuleList` share: modules in an order, named by numbers from 0."""

    def _name_at(self, index: int) -> str:
        names, at = list(self._modules), operator.index(index)
        if not -len(names) <= at < len(names):
            raise IndexError(f"index {at} is out of range: there are {len(names)} modules")
        return names[at]

    def _renumber(self, modules: Iterable[Any]) -> None:
        kept = list(modules)
        self._modules.clear()
        for i, module in enumerate(kept):
            self._put(str(i), MODULE, module)

    def __getitem__(self, idx: Any) -> Any:
        return self._modules[self._name_at(idx)]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._name_at(idx), module)

    def __delitem__(self, idx: Any) -> None:
        kept = list(self)
        if not isinstance(idx, slice):
            self._name_at(idx)
        del kept[idx]
        self._renumber(kept)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._modules.values()))

    def append(self, module: Module) -> Self:
        """Add a module at the end, and return the container."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end, and return the container.

        Raises:
            TypeError: if they cannot be iterated over.
        """
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{self._get_name()}.extend should be called with an iterable, but got "
                f"{type_name(modules)}"
            )
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, key: Any) -> Any:
        """Take the module at an index, or those of a slice, out and return it."""
        taken = self[key]
        del self[key]
        return taken

    def _insert(self, index: int, module: Module) -> None:
        size = len(self)
        if not -size <= index <= size:
            raise IndexError(f"Index out of range: {index}; there are {size} modules")
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)


class Sequential(_Numbered):
    """Modules that are run one after another, each on what the one before returned.

    As torch.nn.Sequential: with `len`, `[]`, `del`, `+`, `*`, `append`, `insert`, `extend`, `pop`.

    Args:
        args: modules, which are named "0", "1", …; or one OrderedDict of names and modules.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named: Iterable[tuple[Any, Any]] = ((str(i), module) for i, module in enumerate(args))
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            named = args[0].items()
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        """Run the modules in order."""
        members = self.__dict__
        for name, kind in self._kinds.items():
            if kind == MODULE:
                input = members[name](input)
        return input

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return super().__getitem__(idx)

    def insert(self, index: int, module: Module) -> Self:
        """Add a module before the one at an index, and return the container.

        Raises:
            AssertionError: if it is no module.
            IndexError: if there is no such index.
        """
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}, not {type_name(module)}")
        self._insert(index, module)
        return self

    def __add__(self, other: Any) -> Sequential:
        _insist_on_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other: Any) -> Self:
        _insist_on_sequential(other)
        return self.extend(other)

    def __mul__(self, other: Any) -> Sequential:
        _insist_on_positive(self, other)
        return Sequential(*(module for _ in range(other) for module in self))

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Self:
        _insist_on_positive(self, other)
        return self.extend([module for _ in range(other - 1) for module in self])


def _insist_on_sequential(other: Any) -> None:
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )


def _insist_on_positive(container: Sequential, other: Any) -> None:
    if not isinstance(other, int):
        raise TypeError(f"unsupported operand type(s) for *: {type(container)} and {type(other)}")
    if other <= 0:
        raise ValueError(f"Non-positive multiplication factor {other} for {type(container)}")


class ModuleList(_Numbered):
    """A list of modules that belong to the module that holds it (torch.nn.ModuleList).

    Args:
        modules: what to begin with.

    >>> import tinygrad_edu as torch
    >>> torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(3)])
    ModuleList(
      (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return super().__getitem__(idx)

    def insert(self, index: int, module: Module) -> None:
        """Add a module before the one at an index.

        Raises:
            IndexError: if there is no such index.
        """
        self._insert(index, module)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __repr__(self) -> str:
        lines = []
        for text, run in groupby(enumerate(map(repr, self)), key=lambda pair: pair[1]):
            places = [i for i, _ in run]
            head = f"({places[0]}): "
            if len(places) > 1:
                head = f"({places[0]}-{places[-1]}): {len(places)} x "
            lines.append("  " + (head + text).replace("\n", "\n  "))
        inside = "\n" + "\n".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({inside})"


class ModuleDict(Module):
    """A dictionary of modules that belong to the module that holds it (torch.nn.ModuleDict).

    Args:
        modules: what to begin with: a mapping, or pairs of names and modules.

    >>> import tinygrad_edu as torch
    >>> heads = torch.nn.ModuleDict({"a": torch.nn.Tanh(), "b": torch.nn.ReLU()})
    >>> list(heads.keys()), heads["b"]
    (['a', 'b'], ReLU())
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return dict(self._modules).keys()

    def values(self) -> ValuesView[Any]:
        """Return the modules."""
        return dict(self._modules).values()

    def items(self) -> ItemsView[str, Any]:
        """Return the pairs of names and modules."""
        return dict(self._modules).items()

    def pop(self, key: str) -> Any:
        """Take the module of a name out and return it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def update(self, modules: Any) -> None:
        """Add modules by name, from a mapping or from pairs; those of the same name are replaced.

        Raises:
            TypeError: if `modules` is neither.
            ValueError: if something in it is no pair.
        """
        if not isinstance(modules, Iterable):
            raise TypeError(
                "ModuleDict.update should be called with an iterable of key/value pairs, but got "
                f"{type_name(modules)}"
            )
        if isinstance(modules, (Mapping, ModuleDict)):
            modules = modules.items()
        for i, pair in enumerate(modules):
            place = f"ModuleDict update sequence element #{i}"
            if not isinstance(pair, Iterable):
                raise TypeError(f"{place} should be Iterable; is {type_name(pair)}")
            name_and_module = list(pair)
            if len(name_and_module) != 2:
                raise ValueError(f"{place} has length {len(name_and_module)}; 2 is required")
            self[name_and_module[0]] = name_and_module[1]
