"""The size of a gradient, as all tables, drawings and sentences measure it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def norm(x: Any) -> float:
    """Return ‖x‖, the root of the sum of squares; of a number |x|, of nothing 0.

    It is what a layer that neither shrinks nor stretches its input leaves as it is, whatever its
    width. The size of a single element is not: where 10 outputs are computed from 640 numbers,
    their gradient is spread over 64 times as many elements, each of which gets less of it.

    No square over- or underflows.

    >>> norm([3.0, -4.0]), norm([3e-200, 0.0]), norm(-2.0), norm([])
    (5.0, 3e-200, 2.0, 0.0)
    """
    return _root_of(np.sum, x)


def rms(x: Any) -> float:
    """Return the root of the mean square, the size of a typical element; of nothing it is 0.

    >>> rms([7.0, -1.0]), rms([3e-200, -3e-200])
    (5.0, 3e-200)
    """
    return _root_of(np.mean, x)


def _root_of(together: Any, x: Any) -> float:
    """Return the root of the sum or the mean of the squares, each next to the largest."""
    array = np.abs(np.asarray(x, np.float64))
    largest = float(array.max()) if array.size else 0.0
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(together(np.square(array / largest))))
