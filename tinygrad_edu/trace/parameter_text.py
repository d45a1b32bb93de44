"""How the parameters of an operation are written in drawings and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_FEW = 4  # numbers that are written out


def parameter_lines(parameters: Mapping[str, Any]) -> list[str]:
    """Write each parameter as `name=value`; those that are nothing but long arrays are left out.

    >>> import numpy as np
    >>> parameter_lines({"dim": 1, "index": np.zeros((2, 3), int)})
    ['dim=1']
    """
    return [
        f"{name}={parameter_text(value)}"
        for name, value in parameters.items()
        if not _is_bulk(value)
    ]


def _is_bulk(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_bulk, value))
    return isinstance(value, np.ndarray) and (value.ndim > 1 or value.size > _FEW)


def parameter_text(value: Any) -> str:
    """Write a parameter in few letters: an index as between brackets, an array by its shape.

    >>> import numpy as np
    >>> parameter_text((slice(None, 2), Ellipsis, 0)), parameter_text((2, 3))
    (':2, ..., 0', '(2, 3)')
    >>> parameter_text(np.zeros((2, 3), int)), parameter_text(np.array([1, 0]))
    ('array of 2×3', '[1, 0]')
    """
    if isinstance(value, np.ndarray):
        if not _is_bulk(value):
            return str(value.tolist())
        return f"array of {'×'.join(map(str, value.shape))}"
    if isinstance(value, slice):
        bounds = ["" if x is None else str(x) for x in (value.start, value.stop, value.step)]
        return ":".join(bounds if bounds[2] else bounds[:2])
    if value is Ellipsis:
        return "..."
    if isinstance(value, tuple):
        is_index = any(x is None or x is Ellipsis or isinstance(x, slice) for x in value)
        text = ", ".join(map(parameter_text, value))
        return text if is_index else f"({text}{',' if len(value) == 1 else ''})"
    return str(value)
