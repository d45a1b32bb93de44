"""`compile`: run a function, or a model, as the straight-line program of its operations.

The first calls are ordinary ones, which are watched (`recorder.py`); what they did is written as a
program of numpy (`trace/array_writer.py`), and later calls with tensors of the same shapes and
dtypes run that, without a graph of single operations.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.compiling.guards import Guards
from tinygrad_edu.compiling.recorder import Recorder
from tinygrad_edu.compiling.structures import (
    holds_values,
    kind,
    kind_of_values,
    kinds,
    rebuilt,
    shape_of,
    with_leaves,
)
from tinygrad_edu.compiling.value_variant import Looks, ValueVariant, as_leaves, named_constants
from tinygrad_edu.compiling.variant import Variant
from tinygrad_edu.compiling.watching import is_watching, watching
from tinygrad_edu.dtypes import default_float
from tinygrad_edu.nn.module import Module
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Constant, Value

MOST_VARIANTS = 8
"""How many kinds of calls one function is compiled for; others run as they are."""


def compile(model: Any = None, *, fullgraph: bool = False) -> Any:
    """Compile a function or a module (torch.compile).

    Called like the original, it gives the same results to the bit and the same gradients. The first
    two calls of a kind (shapes, dtypes, requires_grad, train or eval, numbers in the code) run as
    they are and are watched; if both did the same, later calls run the program of it.

    What cannot be a program is said once, in a warning, and runs as it is: code that looks at the
    numbers of a tensor (`if x > 0`, `x.item()`, `print(x)`), goes backward itself, has hooks, or
    reaches numpy arrays. Random numbers are drawn anew in each call; what a model counts in its
    buffers, it counts.

    Args:
        model: a function of tensors, or a module; None to be used as a decorator with options.
        fullgraph: raise instead of warning.

    Raises:
        RuntimeError: with `fullgraph`, when called, for what cannot be a program.
        TypeError: for what cannot be called.

    >>> import tinygrad_edu as torch
    >>> step = torch.compile(lambda w, x: ((w * x).tanh() ** 2).sum())
    >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> for _ in range(3):
    ...     loss = step(w, torch.tensor([0.5, -1.0]))
    >>> loss.backward()
    >>> loss, w.grad
    (tensor(1.1429, grad_fn=<CompiledFunctionBackward>), tensor([0.3634, 0.1362]))
    """
    if model is None:
        return functools.partial(compile, fullgraph=fullgraph)
    if not callable(model):
        raise TypeError(f"compile takes a function or a module, not {type(model).__name__}")
    if isinstance(model, Module):
        return CompiledModule(model, fullgraph)
    return functools.wraps(model)(CompiledFunction(model, fullgraph))


class CompiledFunction:
    """A function that runs as a program where it can.

    Args:
        function: the function or module.
        fullgraph: whether to raise where it cannot.

    Attributes:
        variants: the programs, by the kind of call.
    """

    def __init__(self, function: Callable[..., Any], fullgraph: bool = False) -> None:
        self.function = function
        self.fullgraph = fullgraph
        self.variants: dict[Any, list[_Known]] = {}
        self.is_eager = False
        self._of_values: bool | None = None
        self._count = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for arguments of this kind; watch a call where there is none yet."""
        if self.is_eager or is_watching():
            return self.function(*args, **kwargs)
        if self._of_values is None:
            reached = Guards(self.function).tensors.values()
            self._of_values = holds_values((args, kwargs)) or any(map(holds_values, reached))
        if self._of_values:
            return self._on_values(args, kwargs)
        tensors: list[Any] = []
        try:
            key: Any = (kinds(args, tensors), thread.here.scope is None, default_float())
            if kwargs:
                key = (*key, kind(kwargs, tensors))
            if len(tensors) > 1:
                key = (*key, _repeats(tensors))
        except TypeError as error:
            return self._give_up(str(error), args, kwargs)
        found = self.variants.get(key)
        if found is None:
            found = self.variants[key] = []
        for known in found:
            if known.guards.hold():
                if known.variant is None:
                    return self._watch(known, tensors, args, kwargs)
                outputs = known.variant.run(tensors)
                if outputs is not None:
                    return rebuilt(known.shape, iter(outputs))
        new = self._new_variant(key)
        if new is None:
            return self._give_up(f"it was called in more than {MOST_VARIANTS} ways", args, kwargs)
        return self._watch(new, tensors, args, kwargs)

    def _on_values(self, args: Any, kwargs: dict[str, Any]) -> Any:
        """Do the same with `Value`s, and with floats as what the program takes."""
        leaves: list[Any] = []
        try:
            key: Any = kind_of_values((args, kwargs), leaves)
        except TypeError as error:
            return self._give_up(str(error), args, kwargs)
        if thread.here.scope is None:
            return self.function(*args, **kwargs)
        key = key, _repeats([x for x in leaves if isinstance(x, Value)])
        for known in self.variants.setdefault(key, []):
            if known.guards.hold():
                if known.variant is None:
                    return self._watch_values(known, leaves, args, kwargs)
                return rebuilt(known.shape, iter(known.variant.run(leaves)))
        new = self._new_variant(key)
        if new is None:
            return self._give_up(f"it was called in more than {MOST_VARIANTS} ways", args, kwargs)
        return self._watch_values(new, leaves, args, kwargs)

    def _watch_values(
        self, known: _Known, leaves: list[Any], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        """Make a call with values in the place of floats, and write it down."""
        reason = known.guards.reason or _reason_of(leaves, known.guards)
        if reason:
            return self._give_up(reason, args, kwargs)
        standing = [
            x if isinstance(x, Value) and x.requires_grad else Constant(float(x), f"x{i}")
            for i, x in enumerate(leaves)
        ]
        given, named = with_leaves((args, kwargs), iter(standing))
        reached = [x for x in known.guards.tensors.values() if isinstance(x, Value)]
        tensors = [x for x in known.guards.tensors.values() if isinstance(x, Tensor)]
        looks, outputs = Looks(tensors), list[Any]()
        with named_constants(reached), as_leaves((*reached, *standing)):
            try:
                with looks.watching():
                    result = self.function(*given, **named)
            except Exception as error:
                looks.reason = looks.reason or f"it could not be watched: {error}"
            else:
                known.shape = shape_of(result, Value, outputs)
                if not outputs or any(not x.requires_grad or x.op is None for x in outputs):
                    looks.reason = looks.reason or "it returns no Value that it has computed"
            if looks.reason is None:
                variant = ValueVariant(standing, outputs, known.guards.tensors)
        if looks.reason:  # an error of its own is the user's to see
            looks.undo()
            return self._refuse(looks.reason, self.function(*args, **kwargs))
        if variant.reason:
            return self._refuse(variant.reason, result)
        return self._compare(known, variant, variant.fixed, result)

    def _compare(self, known: _Known, variant: Any, constants: Any, result: Any) -> Any:
        """Take a program for good when two calls have given the same one."""
        if known.first is None:
            known.first = variant.source, constants
        elif known.first[0] == variant.source and _same(known.first[1], constants):
            known.variant, known.first = variant, None
        else:
            return self._refuse("it did something else in two calls of the same kind", result)
        return result

    def _new_variant(self, key: Any) -> _Known | None:
        if self._count >= MOST_VARIANTS:
            return None
        self._count += 1
        known = _Known(Guards(self.function))
        self.variants[key].append(known)
        return known

    def _watch(self, known: _Known, tensors: list[Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Make a call and write it down; the second time, compare."""
        reason = known.guards.reason or _reason_of(tensors, known.guards)
        if reason:
            return self._give_up(reason, args, kwargs)
        recorder = Recorder(tensors)
        try:
            with watching(recorder):
                result = self.function(*args, **kwargs)
        except Exception as error:
            recorder.undo()
            result = self.function(*args, **kwargs)  # an error of its own is the user's to see
            return self._refuse(recorder.reason or f"it could not be watched: {error}", result)
        recorder.settle()
        outputs: list[Any] = []
        known.shape = shape_of(result, Tensor, outputs)
        strangers = [x for x in recorder.sources.values() if id(x) not in known.guards.tensors]
        if any(all(x is not y for y in tensors) for x in strangers):
            recorder.refuse("it uses a tensor that is found neither in its arguments nor its code")
        if not outputs:
            recorder.refuse("it returns no tensor")
        try:
            variant = Variant(recorder, tensors, outputs)
        except NotImplementedError as error:
            return self._refuse(str(error), result)
        if variant.reason:
            return self._refuse(variant.reason, result)
        return self._compare(known, variant, recorder.constants, result)

    def _give_up(self, reason: str, args: Any, kwargs: dict[str, Any]) -> Any:
        self._refuse(reason, None)
        return self.function(*args, **kwargs)

    def _refuse(self, reason: str, result: Any) -> Any:
        """Say once why the function runs as it is from now on."""
        self.is_eager = True
        self.variants.clear()
        name = getattr(self.function, "__name__", type(self.function).__name__)
        message = f"{name} is not compiled and runs as it is: {reason}"
        if self.fullgraph:
            raise RuntimeError(message)
        warnings.warn(message, stacklevel=4)
        return result

    @property
    def source(self) -> str:
        """The programs, as Python."""
        every = [known.variant for found in self.variants.values() for known in found]
        return "\n\n".join(variant.source for variant in every if variant is not None)


class CompiledModule(Module):
    """A module whose calls run as a program; everything else is as of the module itself."""

    def __init__(self, model: Module, fullgraph: bool = False) -> None:
        super().__init__()
        self._orig_mod = model
        self.__dict__["compiled"] = CompiledFunction(model, fullgraph)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program."""
        return self.__dict__["compiled"](*args, **kwargs)


class _Known:
    """What is known of one kind of call."""

    __slots__ = ("first", "guards", "shape", "variant")

    def __init__(self, guards: Guards) -> None:
        self.guards = guards
        self.variant: Any = None
        self.first: Any = None
        self.shape: Any = None


def _repeats(things: list[Any]) -> tuple[int, ...] | None:
    """Tell which of several things are the same as one before; None if all differ."""
    ids = list(map(id, things))
    return None if len(set(ids)) == len(ids) else tuple(map(ids.index, ids))


def _reason_of(tensors: list[Any], guards: Guards) -> str | None:
    if any(id(x) in guards.tensors for x in tensors):
        return "it is given a tensor that it also has already"
    return None


def _same(a: Any, b: Any) -> bool:
    def equal(x: Any, y: Any) -> bool:
        if not isinstance(x, np.ndarray):
            return x is y
        return (x.dtype, x.shape, x.tobytes()) == (y.dtype, y.shape, y.tobytes())

    if isinstance(a, list):
        return list(map(repr, a)) == list(map(repr, b))
    return list(a) == list(b) and all(equal(a[name], b[name]) for name in a)
