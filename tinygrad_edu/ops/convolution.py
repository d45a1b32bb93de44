"""Convolutions in any number of dims, and the two products that their gradients are.

A convolution y = w ∗ x is linear in x and in w, so three operations are all that there is to it:
y from x and w, the gradient of x from g and w (a transposed convolution), and that of w from x and
g. Each is a derivative of the other two, to any order.

All are products of two matrices: one of the weights, and one whose columns are what the kernel
sees at each place. Images lie with the batch as last dim for it, since rows of a whole batch are
long, even if those of a small image are not: half the time for 50 images of 6 × 6
with 8 channels (and twice the time for 32 of 28 × 28 with one).
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinygrad_edu.ops.operation import Operation
from tinygrad_edu.ops.reductions import sum

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]
"""For each dim how many zeros are added before and after it."""


def output_size(
    size: Sizes, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> Sizes:
    """Return at how many places a kernel fits, along each dim."""
    dims = zip(size, kernel, stride, padding, dilation, strict=True)
    return tuple(
        (n + before + after - d * (k - 1) - 1) // s + 1 for n, k, s, (before, after), d in dims
    )


# --- how the numbers are laid out ----------------------------------------------------------------


def _batch_last(x: Any, padding: Pairs = ()) -> Any:
    """Lay shape (n, c, …) out as (c, …, n), with zeros around it."""
    moved = x.transpose(*range(1, x.ndim), 0)
    if not any(map(any, padding)):
        return np.ascontiguousarray(moved)
    around = [before + n + after for n, (before, after) in zip(x.shape[2:], padding, strict=True)]
    padded = np.zeros((x.shape[1], *around, x.shape[0]), x.dtype)
    padded[_inner(x.shape[2:], padding)] = moved
    return padded


def _inner(size: Sizes, padding: Pairs) -> tuple[slice, ...]:
    """Return the index of what lies within the zeros."""
    inside = (slice(before, before + n) for n, (before, _) in zip(size, padding, strict=True))
    return (slice(None), *inside)


def _batch_first(x: Any) -> Any:
    """Lay shape (c, …, n) out as (n, c, …)."""
    return np.ascontiguousarray(x.transpose(-1, *range(x.ndim - 1)))


def _seen(x: Any, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes) -> Any:
    """Return what the kernel sees at each place: shape (c, *kernel, *places, n)."""
    places = output_size(x.shape[2:], kernel, stride, padding, dilation)
    laid = _batch_last(x, padding)
    channel, *steps, sample = laid.strides
    within = [step * d for step, d in zip(steps, dilation, strict=True)]
    between = [step * s for step, s in zip(steps, stride, strict=True)]
    shape = (x.shape[1], *kernel, *places, x.shape[0])
    return as_strided(laid, shape, (channel, *within, *between, sample))


def _products(a: Any, b: Any) -> Any:
    """Multiply the matrices of each group; one pair by np.dot, faster on small ones."""
    return a[0].dot(b[0]) if len(a) == 1 else np.matmul(a, b)


# --- the three products --------------------------------------------------------------------------


def _convolution(
    input: Any,
    weight: Any,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    groups: int,
    bias: Any = None,
) -> Any:
    out, kernel = weight.shape[0], weight.shape[2:]
    seen = _seen(input, kernel, stride, padding, dilation)
    places = seen.shape[1 + len(kernel) : -1]
    terms = weight.shape[1] * math.prod(kernel)
    columns = seen.reshape(groups, terms, math.prod(places) * len(input))
    result = _products(weight.reshape(groups, out // groups, terms), columns)
    if bias is not None:
        result = result.reshape(out, math.prod(places) * len(input))
        result += bias[:, None]  # in place: one array less
    return _batch_first(result.reshape(out, *places, len(input)))


def _convolution_input(
    grad: Any,
    weight: Any,
    size: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    groups: int,
) -> Any:
    out, kernel, places = weight.shape[0], weight.shape[2:], grad.shape[2:]
    terms = weight.shape[1] * math.prod(kernel)
    count = math.prod(places) * len(grad)
    matrix = weight.reshape(groups, out // groups, terms).transpose(0, 2, 1)
    parts = _products(matrix, _batch_last(grad).reshape(groups, out // groups, count))
    parts = parts.reshape(groups * weight.shape[1], *kernel, *places, len(grad))
    around = [before + n + after for n, (before, after) in zip(size, padding, strict=True)]
    result = np.zeros((len(parts), *around, len(grad)), parts.dtype)
    for offset in itertools.product(*map(range, kernel)):  # each place of the kernel, at once
        starts = [k * d for k, d in zip(offset, dilation, strict=True)]
        where = [
            slice(start, start + (n - 1) * s + 1, s)
            for start, n, s in zip(starts, places, stride, strict=True)
        ]
        result[(slice(None), *where)] += parts[(slice(None), *offset)]
    return _batch_first(result[_inner(size, padding)])


def _convolution_weight(
    input: Any,
    grad: Any,
    kernel: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    groups: int,
) -> Any:
    out, terms = grad.shape[1], input.shape[1] // groups * math.prod(kernel)
    count = math.prod(grad.shape[2:]) * len(grad)
    seen = _seen(input, kernel, stride, padding, dilation).reshape(groups, terms, count)
    matrix = _batch_last(grad).reshape(groups, out // groups, count)
    result = _products(matrix, seen.transpose(0, 2, 1))
    return result.reshape(out, input.shape[1] // groups, *kernel)


# --- the operations ------------------------------------------------------------------------------


def _to_input(g: Any, _x: Any, w: Any, **geometry: Any) -> Any:
    return convolution_input(g, w, tuple(_x.shape[2:]), **geometry)


def _to_weight(g: Any, x: Any, _w: Any, **geometry: Any) -> Any:
    return convolution_weight(x, g, tuple(_w.shape[2:]), **geometry)


_COMMON: dict[str, Any] = {"dtypes": "as is", "is_method": False}

convolution = Operation(
    "convolution",
    "conv",
    definition="w ∗ x: at each place Σ w · what the kernel sees of x there",
    derivatives=("w transposed ∗ g", "Σ g · what the kernel sees of x"),
    on_arrays=lambda input, weight, stride, padding, dilation, groups: _convolution(
        input, weight, stride, padding, dilation, groups
    ),
    rules=(
        lambda g, _y, _x, w, **geometry: _to_input(g, _x, w, **geometry),
        lambda g, _y, x, _w, **geometry: _to_weight(g, x, _w, **geometry),
    ),
    grad_fn_name="ConvolutionBackward0",
    **_COMMON,
)

# With the bias in the same operation, as in torch's graph: an array less.
convolution_bias = Operation(
    "convolution_bias",
    "conv",
    definition="w ∗ x + b: at each place Σ w · what the kernel sees of x there, plus b",
    derivatives=(
        "w transposed ∗ g",
        "Σ g · what the kernel sees of x",
        "Σ g over batch and places",
    ),
    on_arrays=lambda input, weight, bias, stride, padding, dilation, groups: _convolution(
        input, weight, stride, padding, dilation, groups, bias
    ),
    rules=(
        lambda g, _y, _x, w, _b, **geometry: _to_input(g, _x, w, **geometry),
        lambda g, _y, x, _w, _b, **geometry: _to_weight(g, x, _w, **geometry),
        lambda g, _y, _x, _w, _b, **geometry: sum(g, (0, *range(2, len(g.shape)))),
    ),
    grad_fn_name="ConvolutionBackward0",
    **_COMMON,
)

convolution_input = Operation(
    "convolution_input",
    "convᵀ",
    definition="w transposed ∗ y: each number of y spread over what the kernel sees there",
    derivatives=("w ∗ g", "Σ y · what the kernel sees of g"),
    on_arrays=_convolution_input,
    rules=(
        lambda g, _z, _y, w, size, **geometry: convolution(g, w, **geometry),
        lambda g, _z, y, _w, size, **geometry: _to_weight(y, g, _w, **geometry),
    ),
    grad_fn_name="ConvolutionBackwardBackward0",
    **_COMMON,
)

convolution_weight = Operation(
    "convolution_weight",
    "conv",
    definition="Σ y · what the kernel sees of x, for each number of the kernel",
    derivatives=("g transposed ∗ y", "g ∗ x"),
    on_arrays=_convolution_weight,
    rules=(
        lambda g, _z, _x, y, kernel, **geometry: _to_input(y, _x, g, **geometry),
        lambda g, _z, x, _y, kernel, **geometry: convolution(x, g, **geometry),
    ),
    grad_fn_name="ConvolutionBackwardBackward0",
    **_COMMON,
)
