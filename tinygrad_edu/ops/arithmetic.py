"""The four operations of arithmetic, and negation."""

from __future__ import annotations

import operator

import numpy as np

from tinygrad_edu.ops.operation import Operation

add = Operation(
    "add",
    "+",
    definition="a + b",
    derivatives=("g", "g"),
    on_floats=operator.add,
    source="{0} + {1}",
    on_arrays=np.add,
    rules=(lambda g, _y, _a, _b: g, lambda g, _y, _a, _b: g),
)

sub = Operation(
    "sub",
    "−",
    definition="a − b",
    derivatives=("g", "−g"),
    on_floats=operator.sub,
    source="{0} - {1}",
    on_arrays=np.subtract,
    on_bool=(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` operator instead."
    ),
    rules=(lambda g, _y, _a, _b: g, lambda g, _y, _a, _b: -g),
    dtypes="numbers",
)

mul = Operation(
    "mul",
    "×",
    definition="a · b",
    derivatives=("g · b", "g · a"),
    on_floats=operator.mul,
    source="{0} * {1}",
    on_arrays=np.multiply,
    rules=(lambda g, _y, _a, b: g * b, lambda g, _y, a, _b: g * a),
)

div = Operation(
    "div",
    "÷",
    definition="a / b",
    derivatives=("g / b", "−g · (a/b) / b"),
    on_floats=operator.truediv,
    source="{0} / {1}",
    on_arrays=np.true_divide,
    rules=(lambda g, _y, _a, b: g / b, lambda g, y, _a, b: -g * (y / b)),
    dtypes="float",
)

neg = Operation(
    "neg",
    "−x",
    definition="−x",
    derivatives=("−g",),
    on_floats=operator.neg,
    source="-{0}",
    on_arrays=np.negative,
    on_bool=(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` operator instead."
    ),
    rules=(lambda g, _y, _x: -g,),
    dtypes="numbers",
)
