"""Checks of arguments that several chapters share: what is no tensor or no int is refused here."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any


def check_tensor(name: str, x: Any, argument: str = "input") -> None:
    """Refuse what has no shape."""
    if not hasattr(x, "shape"):
        raise TypeError(f"{name}(): argument '{argument}' must be Tensor, not {type(x).__name__}")


def check_tensors(name: str, tensors: Any) -> None:
    """Refuse what is no sequence of tensors."""
    if not isinstance(tensors, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'tensors' must be tuple of Tensors, not {type(tensors).__name__}"
        )
    for i, x in enumerate(tensors):
        if not hasattr(x, "shape"):
            raise TypeError(
                f"{name}(): expected Tensor as element {i} in argument 0, but got "
                f"{type(x).__name__}"
            )


def integer(name: str, argument: str, x: Any) -> int:
    """Return an int, which may be given as a number of numpy or a tensor of one integer.

    Args:
        name: the function, for the message; may be empty.
        argument: which of its arguments.
        x: what was given.
    """
    if not isinstance(x, bool):
        try:
            return operator.index(x)
        except TypeError:
            pass
    where = f"{name}(): " if name else ""
    raise TypeError(f"{where}argument '{argument}' must be int, not {type(x).__name__}")


def number(name: str, argument: str, x: Any) -> float:
    """Return a float, which may be given as a tensor of one number."""
    shape: Any = getattr(x, "shape", ())
    if shape or not hasattr(x, "__float__"):
        raise TypeError(f"{name}(): argument '{argument}' must be float, not {type(x).__name__}")
    return float(x)


def text(name: str, argument: str, x: Any) -> str:
    """Return a string; refuse anything else."""
    if not isinstance(x, str):
        raise TypeError(f"{name}(): argument '{argument}' must be str, not {type(x).__name__}")
    return x


def integers(name: str, argument: str, given: Any) -> tuple[int, ...]:
    """Return a tuple of ints, of which one may stand for itself."""
    if not isinstance(given, (tuple, list)):
        given = (given,)
    return tuple(integer(name, argument, x) for x in given)


def several_integers(name: str, argument: str, given: Any) -> tuple[int, ...]:
    """Return a tuple of ints; one alone is refused, as where torch wants a sequence."""
    if not isinstance(given, (tuple, list)):
        kind = type(given).__name__
        raise TypeError(f"{name}(): argument '{argument}' must be tuple of ints, not {kind}")
    return integers(name, argument, given)


def spread_arguments(given: Sequence[Any]) -> Sequence[Any]:
    """Return what was given one by one, or as the only argument in one sequence."""
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        return given[0]
    return given
