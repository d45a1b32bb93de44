"""What people call the things in a graph: parameters by their module's names, modules by theirs.

A graph holds objects, not names. The names are in the modules (`named_parameters`), in a dictionary
that the user gives, or on the values and tensors themselves (`label`, `name`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tinygrad_edu.autograd.lines import call_of

Named = Mapping[str, Any]

SIZES = (
    ("in_features", "out_features"),
    ("in_channels", "out_channels"),
    ("input_size", "hidden_size"),
    ("num_embeddings", "embedding_dim"),
)
"""The attributes in which torch's modules keep what they turn into what."""


class Names:
    """The names of the parameters and modules of a graph.

    Args:
        params: a module, a dictionary of names to values or tensors, or None.
        modules: the outermost modules that the graph was recorded in; asked when `params` is None.

    Raises:
        TypeError: `params` is something else.
    """

    def __init__(self, params: Any = None, modules: Iterable[Any] = ()) -> None:
        self._tensors: dict[int, str] = {}
        self._modules: dict[int, str] = {}
        self._parameters: set[int] = set()
        self._buffers: set[int] = set()
        if isinstance(params, Mapping):
            self._enter(params.items())
        elif params is not None and not hasattr(params, "named_parameters"):
            raise TypeError(
                "params is what names the parameters: a module, a dictionary of names to values or "
                f"tensors, or None; not {type(params).__name__}"
            )
        for module in modules if params is None else (params,):
            if hasattr(module, "named_parameters"):
                self._read(module)

    def _read(self, module: Any) -> None:
        for name, child in module.named_modules():
            self._modules.setdefault(id(child), name)
        self._enter(module.named_parameters())
        for name, buffer in module.named_buffers():
            self._tensors.setdefault(id(buffer), name)
            self._buffers.add(id(buffer))

    def _enter(self, pairs: Iterable[tuple[str, Any]]) -> None:
        for name, thing in pairs:
            for full_name, one in elements(str(name), thing):
                key = id(getattr(one, "vertex", one))
                self._tensors.setdefault(key, full_name)
                self._parameters.add(key)

    def of(self, vertex: Any) -> str | None:
        """Return the name of a vertex: the one given here, else the one it carries."""
        own = (getattr(vertex, attribute, None) for attribute in ("label", "name"))
        names = (self._tensors.get(id(vertex)), *own)
        return next((name for name in names if isinstance(name, str) and name), None)

    def is_parameter(self, vertex: Any) -> bool:
        """Tell whether a vertex is one of the parameters that were given."""
        return id(vertex) in self._parameters

    def belongs_to_module(self, vertex: Any) -> bool:
        """Tell whether a vertex is a parameter, or a buffer of one of the modules."""
        return id(vertex) in self._parameters or id(vertex) in self._buffers

    def of_module(self, module: Any, outer: Any = None) -> str:
        """Return the name of a module, seen from the module whose call it was called in.

        >>> Names().of_module(object())
        ''
        """
        name = self._modules.get(id(module), "")
        prefix = self._modules.get(id(outer), "") + "." if outer is not None else ""
        return name[len(prefix) :] if prefix != "." and name.startswith(prefix) else name


def outermost_modules(vertices: Iterable[Any]) -> list[Any]:
    """Collect the modules whose calls happened in no other module's call."""
    found: dict[int, Any] = {}
    seen: set[Any] = set()
    for vertex in vertices:
        scope = call_of(vertex.scope)
        while scope.module is not None and scope not in seen:
            seen.add(scope)
            if scope.outer is None or scope.outer.module is None:
                found[id(scope.module)] = scope.module
                break
            scope = call_of(scope.outer)
    return list(found.values())


def elements(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield a tensor or value under its name, and those in an array or list of values by index.

    >>> [name for name, _ in elements("w", [1.0, 2.0])]
    ['w[0]', 'w[1]']
    """
    if hasattr(thing, "vertex"):
        array = getattr(thing, "array", None)
        if array is None or array.dtype != object:
            yield name, thing
            return
        thing = array
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    stack = [(name, thing)]
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, (list, tuple)):
            stack += [(f"{name}[{i}]", x) for i, x in reversed(list(enumerate(thing)))]
        else:
            yield name.replace("][", ","), thing


def describe(module: Any) -> str:
    """Write a module with the sizes that it turns into each other: `Linear(3 -> 2)`.

    >>> class Linear:
    ...     in_features, out_features = 3, 2
    >>> describe(Linear())
    'Linear(3 -> 2)'
    """
    kind = type(module).__name__
    for before, after in SIZES:
        if hasattr(module, before) and hasattr(module, after):
            return f"{kind}({getattr(module, before)} -> {getattr(module, after)})"
    return kind
