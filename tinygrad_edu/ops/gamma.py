"""The gamma function's logarithm and the derivatives of that: each is the next one's slope."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.checking import check_tensor, integer
from tinygrad_edu.ops.operation import Operation

_FAR = 10
"""From here on the asymptotic series are as exact as the numbers are."""

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""B₂, B₄, …: the coefficients of both series."""


def _lgamma_of(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # at 0, −1, −2 … and for the largest numbers
        return math.inf


def _lgamma(input: Any) -> Any:
    found = [_lgamma_of(x) for x in input.ravel().tolist()]  # numpy has none
    return np.array(found, input.dtype).reshape(input.shape)


def _digamma(input: Any) -> Any:
    x = input.astype(np.float64)
    mirrored = x < 0.5
    far = np.where(mirrored, 1 - x, x)  # ψ(1 − x) − ψ(x) = π / tan πx
    total = np.where(mirrored, -np.pi / np.tan(np.pi * np.fmod(x, 1)), 0.0)
    for _ in range(_FAR):  # ψ(x) = ψ(x + 1) − 1/x
        near = far < _FAR
        total = total - np.where(near, 1 / far, 0.0)
        far = far + near
    series = sum(b / (2 * n * far ** (2 * n)) for n, b in enumerate(_BERNOULLI, 1))
    found = total + np.log(far) - 0.5 / far - series
    found = np.where((x < 0) & (x == np.floor(x)), np.nan, found)
    return np.where(x == 0, np.copysign(np.inf, -x), found).astype(input.dtype)


def _zeta(s: int, x: Any) -> Any:
    """Sum 1/(x + k)ˢ for k = 0, 1, 2, …: the terms near 0, then Euler and Maclaurin's series."""
    total, far = np.zeros(x.shape), x
    for _ in range(_FAR):
        near = far < _FAR
        total = total + np.where(near, far ** -float(s), 0.0)
        far = far + near
    total = total + far ** (1.0 - s) / (s - 1) + 0.5 * far ** -float(s)
    factor = float(s)
    for n, b in enumerate(_BERNOULLI, 1):
        total = total + factor * b / math.factorial(2 * n) * far ** (1.0 - s - 2 * n)
        factor *= (s + 2 * n - 1) * (s + 2 * n)
    return total


def _all_of(s: int, x: Any) -> Any:
    """Sum 1/(x + k)ˢ from x on; from below 0 it is the sum both ways without what comes before."""
    beside = x - np.rint(x)
    both = beside ** -float(s) + _zeta(s, 1 + beside) + (-1) ** s * _zeta(s, 1 - beside)
    found = np.where(x < 0.5, both - (-1) ** s * _zeta(s, 1 - x), _zeta(s, x))
    return np.where((x <= 0) & (x == np.floor(x)), np.inf, found)


def _polygamma(input: Any, n: int) -> Any:
    x = input.astype(np.float64)
    if n == 1:  # ψ′(1 − x) + ψ′(x) = π² / sin² πx, which torch takes where x is whole as well
        both = (np.pi / np.sin(np.pi * input)) ** 2  # in the input's own digits, as torch does
        found = np.where(x < 0.5, both - _zeta(2, 1 - x), np.where(x < np.inf, _zeta(2, x), 0 / x))
    else:  # at inf torch says nan
        sums = np.where(x == np.inf, np.nan, _all_of(n + 1, x))
        found = (-1.0) ** (n + 1) * math.gamma(n + 1) * sums
    return found.astype(input.dtype)


lgamma = Operation(
    "lgamma",
    "ln Γ",
    definition="ln |Γ(x)|; Γ(n + 1) = n!",
    derivatives=("g · ψ(x)",),
    on_arrays=_lgamma,
    rules=(lambda g, _y, x: g * digamma(x),),
    dtypes="float",
)

digamma: Operation = Operation(
    "digamma",
    "ψ",
    definition="ψ(x), the derivative of ln Γ(x)",
    derivatives=("g · ψ′(x)",),
    on_arrays=_digamma,
    rules=(lambda g, _y, x: g * slope(x, n=1),),
    dtypes="float",
)

slope: Operation = Operation(
    "polygamma",
    "ψ⁽ⁿ⁾",
    definition="the n-th derivative of ψ(x)",
    derivatives=("g · ψ⁽ⁿ⁺¹⁾(x)",),
    on_arrays=_polygamma,
    rules=(lambda g, _y, x, n: g * slope(x, n=n + 1),),
    dtypes="float",
    is_method=False,
)


def polygamma(n: Any, input: Any) -> Any:
    """Compute the n-th derivative of ψ(x); as a method, `x.polygamma(n)`.

    Raises:
        RuntimeError: for a negative n.

    >>> import tinygrad_edu as torch
    >>> torch.polygamma(1, torch.tensor([1.0, 0.5]))
    tensor([1.6449, 4.9348])
    """
    if hasattr(n, "_record"):
        n, input = input, n
    check_tensor("polygamma", input)
    n = integer("polygamma", "n", n)
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n, but n is {n}.")
    return slope(input, n=n) if n else digamma(input)
