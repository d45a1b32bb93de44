"""The arithmetic with which torch turns uniform numbers into others, rounded as torch rounds it.

torch multiplies and adds with one rounding, and takes the float32 logarithm, sine and cosine from
Cephes' polynomials (on x86). numpy's own functions are 4 times as fast, but one normal number in
seven would differ from torch's in the last bits, by up to 4e-7.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


def parts(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield views of 64 Ki numbers, which stay in the processor's cache (1.5 to 3 × faster)."""
    rows = 2**16 * len(array) // max(array.size, 1) or 1
    return (array[start : start + rows] for start in range(0, len(array), rows))


def scale_and_shift(numbers: NDArray[Any], scale: Any, shift: Any) -> None:
    """Replace x by ``x * scale + shift``, rounded once (all of one dtype)."""
    for x in parts(numbers):
        if scale == 1 or shift == 0:
            x[...] = x * scale + shift
        else:
            x[...] = (
                _fused64(x, scale, shift) if x.dtype == np.float64 else _fused32(x, scale, shift)
            )


def _fused32(x: Float32, scale: np.float32, shift: np.float32) -> Float32:
    product = x * np.float64(scale)  # 24 bits times 24 bits: exact
    total = product + np.float64(shift)
    result = total.astype(np.float32)
    # This second rounding is wrong only where the first one ended halfway between two float32.
    (ties,) = np.nonzero((total.view(np.int64) & (2**29 - 1)) == 2**28)
    if ties.size:
        error = _sum_error(product[ties], np.float64(shift), total[ties])
        beside = np.nextafter(total[ties], np.copysign(np.inf, error))
        result[ties] = np.where(error == 0, total[ties], beside)
    return result


def _fused64(x: NDArray[Any], scale: np.float64, shift: np.float64) -> NDArray[Any]:
    """The factors are cut into halves whose products are exact (Dekker)."""
    if not 1e-290 < abs(scale) < 1e290:
        return np.asarray(x * scale + shift)
    product = x * scale
    total = product + shift
    x_high, s_high = x * 134217729.0, scale * 134217729.0  # 2²⁷ + 1
    x_high, s_high = x_high - (x_high - x), s_high - (s_high - scale)
    x_low, s_low = x - x_high, scale - s_high
    error = ((x_high * s_high - product) + x_high * s_low + x_low * s_high) + x_low * s_low
    lost = _sum_error(product, shift, total)
    both = error + lost
    rest = _sum_error(error, lost, both)  # decides where `both` is just half a unit of `total`
    both = np.where(rest == 0, both, np.nextafter(both, np.copysign(np.inf, rest)))
    return np.asarray(total + both)


def _sum_error(a: NDArray[Any], b: Any, total: NDArray[Any]) -> NDArray[Any]:
    """Return ``a + b - total`` exactly (Knuth)."""
    b_part = total - a
    return np.asarray((a - (total - b_part)) + (b - b_part))


def _coefficients(*values: float) -> list[np.float64]:
    return [np.float64(np.float32(value)) for value in values]


_LOG = _coefficients(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_SIN = _coefficients(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = _coefficients(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_QUARTER_PI = _coefficients(0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)
_HALF = np.float32(0.5)


def _horner(x: Float32, coefficients: list[np.float64]) -> Float32:
    """Evaluate a polynomial; a step is a fused multiply-add (float64, rounded to float32)."""
    wide = x.astype(np.float64)
    value = (wide * coefficients[0] + coefficients[1]).astype(np.float32)
    for coefficient in coefficients[2:]:
        step = value * wide
        step += coefficient
        value = step.astype(np.float32)
    return value


def _log(x: Float32) -> Float32:
    """Return ln x for 0 < x <= 1, as ``ln(1 + m) + e ln 2`` with m near 0."""
    fraction, exponent = np.frexp(x)
    small = fraction < np.float32(math.sqrt(0.5))
    e: Float32 = (exponent - small).astype(np.float32)
    m = np.where(small, 2 * fraction, fraction) - np.float32(1)
    square = m * m
    cubic = (_horner(m, _LOG) * m).astype(np.float64) * square
    tail = (cubic + e * np.float32(-2.12194440e-4)).astype(np.float32)
    return np.asarray((tail - _HALF * square + m) + e * np.float32(0.693359375))


def _cos_sin(theta: Float32) -> tuple[Float32, Float32]:
    """Return cos θ and sin θ for 0 <= θ < 2π, from θ's distance to a multiple of π/2."""
    octant = ((theta * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    x = theta
    for part in _QUARTER_PI:
        x = (x - octant * part).astype(np.float32)
    square = x * x
    quartic = (_horner(square, _COS) * square).astype(np.float64) * square
    cos = (quartic - _HALF * square).astype(np.float32) + np.float32(1)
    sin = ((_horner(square, _SIN) * square).astype(np.float64) * x + x).astype(np.float32)
    swapped = (octant & 2) != 0
    cos_sign = 1 - ((octant + 2) & 4).astype(np.float32) * _HALF
    sin_sign = 1 - (octant & 4).astype(np.float32) * _HALF
    return np.where(swapped, sin, cos) * cos_sign, np.where(swapped, cos, sin) * sin_sign


def box_muller(blocks: NDArray[Any]) -> None:
    """Turn blocks [n, 2, 8] of uniform numbers into normal ones, in place."""
    v: NDArray[Any] = 1 - blocks[:, 0]
    w = blocks[:, 1]
    theta = w * blocks.dtype.type(2 * math.pi)
    if blocks.dtype == np.float32:
        logarithm, (cos, sin) = _log(v), _cos_sin(theta)
    else:  # math.log is torch's to the bit; numpy's differs in the last bit of one in 250
        logarithm = np.array([math.log(number) for number in v.ravel().tolist()]).reshape(v.shape)
        cos, sin = np.cos(theta), np.sin(theta)
    radius = np.sqrt(-2 * logarithm)
    np.multiply(radius, cos, out=blocks[:, 0])
    np.multiply(radius, sin, out=blocks[:, 1])
