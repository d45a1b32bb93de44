"""ParameterList and ParameterDict: parameters in a list or a dictionary."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import TYPE_CHECKING, Any

from tinygrad_edu.nn.members import type_name
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.tensor import Tensor

if TYPE_CHECKING:
    from typing_extensions import Self


def _trained(x: Any) -> Any:
    """Make a tensor a parameter, and leave anything else as it is."""
    return Parameter(x) if isinstance(x, Tensor) and not isinstance(x, Parameter) else x


def _line(key: Any, x: Any, kind: str) -> str:
    """Return the line of `repr` for an entry."""
    if not isinstance(x, Tensor):
        return f"  ({key}): Object of type: {type(x).__name__}"
    what = "Parameter" if isinstance(x, Parameter) else "Tensor"
    return f"  ({key}): {what} containing: [{kind} of size {'x'.join(map(str, x.shape))}]"


class ParameterList(Module):
    """A list of parameters that belong to the module that holds it (torch.nn.ParameterList).

    Tensors become parameters; anything else is kept as it is.

    Args:
        values: what to begin with.

    Raises:
        IndexError: for an index that there is not.
        RuntimeError: when called.

    >>> import tinygrad_edu as torch
    >>> torch.nn.ParameterList([torch.zeros(2, 3), torch.zeros(3)])
    ParameterList(
        (0): Parameter containing: [torch.float32 of size 2x3]
        (1): Parameter containing: [torch.float32 of size 3]
    )
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name_at(self, idx: Any) -> str:
        at = operator.index(idx)
        if not -self._size <= at < self._size:
            raise IndexError(f"index {at} is out of range: there are {self._size} parameters")
        return str(at % self._size)

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return getattr(self, self._name_at(idx))

    def __setitem__(self, idx: int, param: Any) -> None:
        setattr(self, self._name_at(idx), _trained(param))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(self._size))

    def __iadd__(self, parameters: Iterable[Any]) -> Self:
        return self.extend(parameters)

    def append(self, value: Any) -> Self:
        """Add a parameter at the end, and return the list."""
        setattr(self, str(self._size), _trained(value))
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several parameters at the end, and return the list.

        Raises:
            TypeError: for a single tensor, or what cannot be iterated over.
        """
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(
                f"{self._get_name()}.extend should be called with an iterable, but got "
                f"{type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        """Return a line for each parameter."""
        lines = (_line(i, x, str(getattr(x, "dtype", ""))) for i, x in enumerate(self))
        return "\n".join(lines)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to be called, since a list computes nothing."""
        raise RuntimeError("ParameterList should not be called.")


class ParameterDict(Module):
    """A dictionary of parameters that belong to the module that holds it (torch.nn.ParameterDict).

    Tensors become parameters; anything else is kept as it is.

    Args:
        parameters: what to begin with: a mapping, or pairs of names and tensors.

    Raises:
        RuntimeError: when called.
        TypeError: for a name that is no string.

    >>> import tinygrad_edu as torch
    >>> scales = torch.nn.ParameterDict({"left": torch.ones(2), "right": torch.ones(())})
    >>> scales["left"]
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    >>> [name for name, _ in scales.named_parameters()]
    ['left', 'right']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, _checked(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _checked(key), _trained(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __or__(self, other: Any) -> ParameterDict:
        result = self.copy()
        result.update(other)
        return result

    def __ror__(self, other: Any) -> ParameterDict:
        result = ParameterDict(other)
        result.update(self)
        return result

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def copy(self) -> ParameterDict:
        """Return a dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the parameter of a name, adding `default` under it if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the parameter of a name, or `default` if there is none."""
        return self[key] if key in self else default  # noqa: SIM401 - this is `get`

    def clear(self) -> None:
        """Take all parameters out."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take the parameter of a name out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take out the parameter that was added last; return its name and it.

        Raises:
            KeyError: if there is none.
        """
        if not self._keys:
            raise KeyError("popitem(): dictionary is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Return a new dictionary with one parameter under several names."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._keys.keys()

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield the pairs of names and parameters."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Iterator[Any]:
        """Yield the parameters."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Any) -> None:
        """Add parameters by name; those of the same name are replaced.

        Args:
            parameters: pairs or an ordered mapping, whose order is kept; or another mapping, which
                is sorted by name.

        Raises:
            TypeError: if it is neither.
            ValueError: if something in it is no pair.
        """
        if not isinstance(parameters, Iterable):
            raise TypeError(
                "ParametersDict.update should be called with an iterable of key/value pairs, but "
                f"got {type(parameters).__name__}"
            )
        if isinstance(parameters, (OrderedDict, ParameterDict)):
            parameters = list(parameters.items())
        elif isinstance(parameters, Mapping):
            parameters = sorted(parameters.items(), key=operator.itemgetter(0))
        for i, pair in enumerate(parameters):
            place = f"ParameterDict update sequence element #{i}"
            if not isinstance(pair, Iterable):
                raise TypeError(f"{place} should be Iterable; is {type(pair).__name__}")
            key_and_value = list(pair)
            if len(key_and_value) != 2:
                raise ValueError(f"{place} has length {len(key_and_value)}; 2 is required")
            self[key_and_value[0]] = key_and_value[1]

    def extra_repr(self) -> str:
        """Return a line for each parameter."""
        return "\n".join(_line(key, x, type_name(x)) for key, x in self.items())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to be called, since a dictionary computes nothing."""
        raise RuntimeError("ParameterDict should not be called.")


def _checked(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(
            "Index given to ParameterDict cannot be used as a key as it is not a string (type is "
            f"'{type(key).__name__}')."
        )
    return key
