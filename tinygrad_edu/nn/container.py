"""Modules that hold modules: one after another, in a list, in a dictionary."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from tinygrad_edu.nn.module import Module


class _Numbered(Module):
    """What `Sequential` and `ModuleList` share: modules named by numbers from 0."""

    def _values(self) -> list[Module]:
        return list(self._modules.values())

    def _reset(self, modules: Iterable[Module]) -> None:
        for name in list(self._modules):
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def _name_at(self, index: int) -> str:
        names = list(self._modules)
        index = operator.index(index)
        if not -len(names) <= index < len(names):
            raise IndexError(f"index {index} is out of range")
        return names[index]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            chosen = list(self._modules.items())[index]
            make: Any = type(self)
            return make(
                OrderedDict(chosen) if isinstance(self, Sequential) else dict(chosen).values()
            )
        return self._modules[self._name_at(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name_at(index), module)

    def __delitem__(self, index: Any) -> None:
        kept = self._values()
        del kept[index]
        self._reset(kept)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._values())

    def append(self, module: Module) -> Any:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Add a module before another."""
        modules = self._values()
        modules.insert(index, module)
        self._reset(modules)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, key: int) -> Module:
        """Take a module out."""
        module: Module = self[key]
        del self[key]
        return module


class Sequential(_Numbered):
    """Modules that are run one after another (torch.nn.Sequential).

    Args:
        args: modules, or one ordered dictionary of names and modules.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def forward(self, input: Any) -> Any:
        """Run the modules in order, each on what the one before returned."""
        members = self.__dict__
        for name in self._kinds:
            input = members[name](input)
        return input


class ModuleList(_Numbered):
    """A list whose modules are known to be parts (torch.nn.ModuleList)."""

    def __repr__(self) -> str:
        lines = []
        for text, run in groupby(enumerate(map(repr, self)), key=lambda pair: pair[1]):
            places = [i for i, _ in run]
            if len(places) == 1:
                head = f"({places[0]}): "
            else:
                head = f"({places[0]}-{places[-1]}): {len(places)} x "
            lines.append("  " + head + text.replace("\n", "\n  "))
        return "\n".join(["ModuleList(", *lines, ")"]) if lines else "ModuleList()"

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())


class ModuleDict(Module):
    """A dictionary whose modules are known to be parts (torch.nn.ModuleDict)."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Any) -> None:
        """Add or replace modules by name, from a mapping or from pairs."""
        pairs = modules.items() if isinstance(modules, (Mapping, ModuleDict)) else modules
        for name, module in pairs:
            self[name] = module

    def __getitem__(self, key: str) -> Module:
        module: Module = self._modules[key]
        return module

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Return names and modules."""
        return self._modules.items()

    def values(self) -> Iterable[Module]:
        """Return the modules."""
        return self._modules.values()

    def pop(self, key: str) -> Module:
        """Take a module out."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        for name in list(self._modules):
            del self[name]
