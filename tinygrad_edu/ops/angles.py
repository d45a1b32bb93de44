"""Angles: the inverses of sine, cosine and tangent, degrees, sides of triangles, and sinc."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.powers import rsqrt
from tinygrad_edu.ops.refusals import insist_on_floating
from tinygrad_edu.ops.selection import absolute, where
from tinygrad_edu.ops.trigonometry import cos, sin

asin = Operation(
    "asin",
    "arcsin",
    definition="the angle from −π/2 to π/2 whose sine is x",
    derivatives=("g / √(1 − x²)",),
    on_floats=math.asin,
    source="asin({0})",
    on_arrays=np.arcsin,
    rules=(lambda g, _y, x: g * rsqrt(1 - x * x),),
    dtypes="float",
)

acos = Operation(
    "acos",
    "arccos",
    definition="the angle from 0 to π whose cosine is x",
    derivatives=("−g / √(1 − x²)",),
    on_floats=math.acos,
    source="acos({0})",
    on_arrays=np.arccos,
    rules=(lambda g, _y, x: -g * rsqrt(1 - x * x),),
    dtypes="float",
)

atan = Operation(
    "atan",
    "arctan",
    definition="the angle from −π/2 to π/2 whose tangent is x",
    derivatives=("g / (1 + x²)",),
    on_floats=math.atan,
    source="atan({0})",
    on_arrays=np.arctan,
    rules=(lambda g, _y, x: g / (x * x + 1),),
    dtypes="float",
)


def _square(a: Any, b: Any) -> Any:
    """Return a² + b², but inf at the origin, where the angle has no derivative; torch says 0."""
    square = a * a + b * b
    return where(square == 0, math.inf, square)


atan2 = Operation(
    "atan2",
    "arctan",
    definition="the angle from −π to π of the point with x = b and y = a",
    derivatives=("g · b / (a² + b²)", "−g · a / (a² + b²)"),
    on_floats=math.atan2,
    source="atan2({0}, {1})",
    on_arrays=np.arctan2,
    rules=(
        lambda g, _y, a, b: g * b / _square(a, b),
        lambda g, _y, a, b: -g * a / _square(a, b),
    ),
    dtypes="float",
)


def _hypot(input: Any, other: Any) -> Any:
    insist_on_floating("hypot", input, other)
    return np.hypot(input, other)


hypot = Operation(
    "hypot",
    "√(a²+b²)",
    definition="√(a² + b²), which neither overflows nor underflows on the way",
    derivatives=("g · a / y", "g · b / y"),
    on_floats=math.hypot,
    source="hypot({0}, {1})",
    on_arrays=_hypot,
    rules=(lambda g, y, a, _b: g * (a / y), lambda g, y, _a, b: g * (b / y)),
)

_RADIANS, _DEGREES = math.pi / 180, 180 / math.pi

deg2rad = Operation(
    "deg2rad",
    "rad",
    definition="π/180 · x: degrees as radians",
    derivatives=("g · π/180",),
    on_floats=lambda x: x * _RADIANS,
    source=f"{{0}} * {_RADIANS!r}",
    on_arrays=lambda input: input * _RADIANS,
    rules=(lambda g, _y, _x: g * _RADIANS,),
    dtypes="float",
    grad_fn_name="Deg2RadBackward0",
)

rad2deg = Operation(
    "rad2deg",
    "deg",
    definition="180/π · x: radians as degrees",
    derivatives=("g · 180/π",),
    on_floats=lambda x: x * _DEGREES,
    source=f"{{0}} * {_DEGREES!r}",
    on_arrays=lambda input: input * _DEGREES,
    rules=(lambda g, _y, _x: g * _DEGREES,),
    dtypes="float",
    grad_fn_name="Rad2DegBackward0",
)


def _sinc(input: Any) -> Any:
    angle = math.pi * input
    return np.where(input == 0, 1, np.sin(angle) / angle)


def _sinc_rule(g: Any, x: Any) -> Any:
    # Near 0, where the difference would cancel, by the series, so that second derivatives are right
    # at 0 too (torch has nan there).
    near = absolute(x) < 1e-3
    z = (math.pi * math.pi) * (x * x)
    series = (-math.pi * math.pi / 3) * x * (1 - z / 10 * (1 - z / 28))
    angle = math.pi * where(near, 1.0, x)
    return g * where(near, series, math.pi * ((cos(angle) - sin(angle) / angle) / angle))


sinc = Operation(
    "sinc",
    "sinc",
    definition="sin πx / πx, 1 at 0",
    derivatives=("g · (cos πx − sin πx / πx) / x, 0 at 0",),
    on_floats=lambda x: math.sin(math.pi * x) / (math.pi * x) if x != 0.0 else 1.0,
    source=f"where({{0}} == 0, 1, sin({math.pi!r} * {{0}}) / ({math.pi!r} * {{0}}))",
    on_arrays=_sinc,
    rules=(lambda g, _y, x: _sinc_rule(g, x),),
    dtypes="float",
)

arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
