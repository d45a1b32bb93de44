"""Masks that decide about shapes: `x[mask]` has as many numbers as the mask is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def shape_depends_on_masks(op: Any, plain: list[Any], given: dict[str, Any]) -> bool:
    """Tell whether a mask among the arguments decides how many numbers come out.

    >>> import numpy as np
    >>> from tinygrad_edu.ops import TABLE
    >>> mask = np.array([True, False])
    >>> shape_depends_on_masks(TABLE["where"], [mask, 1.0, 2.0], {})
    False
    >>> shape_depends_on_masks(TABLE["getitem"], [np.ones(2)], {"index": mask})
    True
    """
    if not any(_is_mask(x) for x in (*plain, *arrays_in(given))):
        return False
    shapes = set()
    for filled in (np.zeros_like, np.ones_like):
        masked = [_with_masks(x, filled) for x in plain]
        try:
            with np.errstate(all="ignore"):
                shapes.add(np.shape(op.on_arrays(*masked, **_with_masks(given, filled))))
        except (ValueError, IndexError, RuntimeError):
            return True
    return len(shapes) > 1


def _is_mask(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == bool


def arrays_in(x: Any) -> Iterator[Any]:
    """Yield all that dictionaries, tuples and lists hold."""
    parts = x.values() if isinstance(x, dict) else x if isinstance(x, (tuple, list)) else ()
    for part in parts:
        yield part
        yield from arrays_in(part)


def _with_masks(x: Any, filled: Any) -> Any:
    if _is_mask(x):
        return filled(x)
    if isinstance(x, dict):
        return {name: _with_masks(part, filled) for name, part in x.items()}
    if type(x) in (tuple, list):
        return type(x)(_with_masks(part, filled) for part in x)
    return x
