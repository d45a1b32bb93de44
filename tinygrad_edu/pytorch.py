"""The way out to PyTorch, and back: `to_torch` and `from_torch` move models, tensors and states.

Both libraries have the same classes, with the same arguments and attributes. So one `Mover` goes
either way, and no class is named in it: a module is made anew from the arguments that its
attributes tell, and is given the same members. PyTorch is imported when one of the two is called.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import tinygrad_edu
from tinygrad_edu.nn.values import is_array_of_values

RENAMED = {"p": "norm"}
"""Arguments that are kept under another name (of `PairwiseDistance`)."""

UNSAID = {"device", "dtype"}
"""Arguments that are not given, since what they say is said by the parameters."""

_HOOKS = (
    "_hooks", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks",
)  # fmt: skip
_PLAIN = (bool, int, float, str, type(None))


def to_torch(obj: Any) -> Any:
    """Move a model, a tensor or a nest of tensors to PyTorch, as copies.

    A model comes with its numbers, which parameters share one another's and which take gradients,
    and with its modes of training and evaluation; gradients stay behind.

    Args:
        obj: a module made of those of `nn`; a tensor; a `state_dict()` of a model or an optimizer,
            or another nest of dictionaries, lists, tuples, tensors and plain data.

    Returns:
        The same of PyTorch's.

    Raises:
        ImportError: if PyTorch is not installed.
        NotImplementedError: for what PyTorch does not have under this name, for hooks, and for
            layers that do not know their sizes yet.
        TypeError: for a class of your own, whose code cannot be translated.

    >>> import tinygrad_edu as torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    >>> type(torch.to_torch(model)[0]).__module__  # doctest: +SKIP
    'torch.nn.modules.linear'
    """
    return _Mover("to_torch", tinygrad_edu, _torch("to_torch")).moved(obj, ())


def from_torch(obj: Any) -> Any:
    """Move a model, a tensor or a nest of tensors from PyTorch here, as copies: see `to_torch`.

    Raises:
        ImportError: if PyTorch is not installed.
        NotImplementedError: for what is not here, such as a layer, an option or a dtype.
        TypeError: for a class of your own, whose code cannot be translated.
    """
    return _Mover("from_torch", _torch("from_torch"), tinygrad_edu).moved(obj, ())


def _torch(name: str) -> Any:
    try:
        return import_module("torch")
    except ImportError as error:
        raise ImportError(f"{name} needs PyTorch: pip install torch") from error


class _Mover:
    """Moves what is given, each object once, so that what was shared is shared again.

    Args:
        name: of the function that was called, for errors.
        source: the library that the objects are of.
        target: the library that they go to.
    """

    def __init__(self, name: str, source: Any, target: Any) -> None:
        self.name, self.source, self.target = name, source, target
        self._done: dict[int, Any] = {}

    def moved(self, obj: Any, way: tuple[str, ...]) -> Any:
        """Move anything.

        Args:
            obj: a module, a tensor, plain data or a nest of these.
            way: the names by which it was reached.
        """
        if isinstance(obj, _PLAIN):
            return obj
        if type(obj) in (dict, OrderedDict):
            return type(obj)((key, self.moved(obj[key], (*way, str(key)))) for key in obj)
        if type(obj) in (list, tuple):
            return type(obj)(self.moved(x, (*way, str(i))) for i, x in enumerate(obj))
        if id(obj) not in self._done:
            self._done[id(obj)] = self._new(obj, way)
        return self._done[id(obj)]

    def _new(self, obj: Any, way: tuple[str, ...]) -> Any:
        if isinstance(obj, self.source.nn.Module):
            return self._module(obj, way)
        if isinstance(obj, self.source.Tensor):
            return self._tensor(obj, way)
        if is_array_of_values(obj):
            raise NotImplementedError(
                f"{self.name}: {_place(way)} is made of Values, which PyTorch does not have; call "
                "model.to(Tensor) first"
            )
        raise TypeError(
            f"{self.name} moves modules, tensors and plain data of {self.source.__name__}, but "
            f"{_place(way)} is a {type(obj).__module__}.{type(obj).__qualname__}"
        )

    def _tensor(self, x: Any, way: tuple[str, ...]) -> Any:
        if isinstance(x, self.source.nn.UninitializedParameter):
            raise NotImplementedError(
                f"{self.name}: {_place(way)} has no numbers yet: call the model once on a batch, "
                "from which its lazy layers learn their sizes, and move it then"
            )
        if x.grad_fn is not None:
            raise RuntimeError(
                f"{self.name}: {_place(way)} was computed from others, and a graph cannot be "
                "moved: move x.detach(), or the leaves and compute it again there"
            )
        try:
            new = self.target.from_numpy(x.detach().cpu().numpy().copy())
        except TypeError as error:
            raise NotImplementedError(
                f"{self.name}: {_place(way)} is of {x.dtype}, which is not in "
                f"{self.target.__name__} ({error}); convert it first, with .float()"
            ) from None
        if isinstance(x, self.source.nn.Parameter):
            return self.target.nn.Parameter(new, requires_grad=x.requires_grad)
        return new.requires_grad_(x.requires_grad)

    # --- modules ---------------------------------------------------------------------------------

    def _module(self, module: Any, way: tuple[str, ...]) -> Any:
        cls = self._class(module, way)
        with _random_numbers_kept(self.target):
            new = cls(**self._arguments(module, way))
        for name, child in module._modules.items():
            new.add_module(name, self.moved(child, (*way, name)))
        if hasattr(module, "_keys"):  # a ParameterDict, which counts what it holds
            new.update((key, self.moved(module[key], (*way, key))) for key in module)
        elif hasattr(module, "_size"):  # a ParameterList
            new.extend([self.moved(x, (*way, str(i))) for i, x in enumerate(module)])
        for name, parameter in module._parameters.items():
            moved = self.moved(parameter, (*way, name))
            if moved is None:
                new.register_parameter(name, None)
            else:
                setattr(new, name, moved)
        state = module.state_dict()
        for name, buffer in module._buffers.items():
            persistent = buffer is None or name in state
            new.register_buffer(name, self.moved(buffer, (*way, name)), persistent)
        self._refuse_hooks(module, way)
        new.training = module.training
        return new

    def _class(self, module: Any, way: tuple[str, ...]) -> Any:
        """Return the class of the same name, if it is the same."""
        cls, place = type(module), _place(way)
        if getattr(self.source.nn, cls.__name__, None) is not cls:
            raise TypeError(
                f"{self.name}: {place} is a class of your own, {cls.__name__}, whose forward "
                f"cannot be translated. Run its code with {self.target.__name__} imported instead, "
                f"and give that model these numbers: "
                f"model.load_state_dict({self.name}(other.state_dict()))"
            )
        try:
            found = getattr(self.target.nn, cls.__name__)
        except AttributeError:
            raise NotImplementedError(
                f"{self.name}: {self.target.__name__} has no nn.{cls.__name__}, which {place} is"
            ) from None
        return found

    def _refuse_hooks(self, module: Any, way: tuple[str, ...]) -> None:
        if any(getattr(module, name, None) for name in _HOOKS) or "forward" in vars(module):
            raise NotImplementedError(
                f"{self.name}: {_place(way)} has hooks, whose code cannot be translated: remove "
                "them, move the model, and register them there"
            )

    def _arguments(self, module: Any, way: tuple[str, ...]) -> dict[str, Any]:
        """Tell with which arguments a module is made, from its attributes.

        Those are the arguments of the class here, which torch's class takes, too.
        """
        arguments = {}
        known = {**module._parameters, **module._buffers, **vars(module)}
        cls = getattr(tinygrad_edu.nn, type(module).__name__)
        for name, parameter in inspect.signature(cls.__init__).parameters.items():
            if name == "self" or name in UNSAID or parameter.kind in _ANY_NUMBER:
                continue
            attribute = name if name in known else RENAMED.get(name, name)
            if attribute in module._parameters:  # then the argument says whether there is one
                arguments[name] = known[attribute] is not None
            elif attribute in known:
                arguments[name] = self.moved(known[attribute], (*way, attribute))
            elif parameter.default is parameter.empty:
                raise NotImplementedError(
                    f"{self.name}: {_place(way)}, a {cls.__name__}, does not tell what it was "
                    f"given as {name}"
                )
        if not arguments.get("proj_size", True):  # a GRU has none, and does not take it
            del arguments["proj_size"]
        return arguments


_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _place(way: tuple[str, ...]) -> str:
    return f"'{'.'.join(way)}'" if way else "what was given"


@contextmanager
def _random_numbers_kept(library: Any) -> Iterator[None]:
    """Make a module, whose first weights are drawn at random, as if nothing had been drawn."""
    state = library.get_rng_state()
    try:
        yield
    finally:
        library.set_rng_state(state)
