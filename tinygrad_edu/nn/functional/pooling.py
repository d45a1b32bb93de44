"""Pooling: the largest number, or the mean, of each window that moves over an input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.autograd.origins import kept, remember
from tinygrad_edu.dtypes import title
from tinygrad_edu.nn.functional.common import insist_on_floating
from tinygrad_edu.nn.functional.windows import each_dim, tensor_or_values
from tinygrad_edu.nn.values import numbers_of
from tinygrad_edu.ops import pooling
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.ops.noted import noted
from tinygrad_edu.ops.pooling import Grid, Pair, Windows
from tinygrad_edu.ops.reductions import mean
from tinygrad_edu.ops.shapes import squeeze, unsqueeze
from tinygrad_edu.tensor import Tensor

# --- the largest ---------------------------------------------------------------------------------


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the largest of each window over one dim; arguments and errors as of `max_pool2d`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    tensor([[3., 2.]])
    """
    x = _of_one_dim("max_pool1d", input)
    sizes = _sizes_of_one_dim("max_pool1d", kernel_size, stride, padding, dilation)
    values, index = _max_pool("max_pool1d", x, sizes, ceil_mode)
    values = _without_the_row(values)
    return (values, _without_the_row(index)) if return_indices else values


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the largest number of each window; of equal ones the first gets the gradient.

    Args:
        input: shape (n, channels, height, width), or (channels, height, width).
        kernel_size: of the window; an int, or one for each dim, as the next three.
        stride: how far windows are apart; the kernel_size if not given.
        padding: by how much windows may begin before, and end after the input; at most half of
            the kernel_size.
        dilation: how far apart the numbers are that a window covers.
        ceil_mode: whether there is another window where some of it is still inside.
        return_indices: whether to say where in its image each number was found, too.

    Returns:
        Shape (n, channels, height', width'); with `return_indices`, an int64 tensor of that shape
        as well.

    Raises:
        NotImplementedError: for bools.
        RuntimeError: if sizes do not fit.
        TypeError: if the input is no tensor, or a size no int.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.max_pool2d(torch.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    x = tensor_or_values("max_pool2d", input)
    sizes = _sizes("max_pool2d", kernel_size, stride, padding, dilation)
    values, index = _max_pool("max_pool2d", x, sizes, ceil_mode)
    return (values, index) if return_indices else values


def _max_pool(name: str, x: Any, sizes: tuple[Pair, ...], ceil_mode: bool) -> tuple[Any, Any]:
    places = _places(name, x, sizes, ceil_mode)
    array = x.array if isinstance(x, Tensor) else numbers_of(x)
    if array.dtype == bool or (name == "max_pool1d" and array.dtype.kind in "iu"):
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{title(array.dtype)}': convert it with .float()"
        )
    size = math.prod(array.shape[-2:])

    def find(array: Any) -> Any:
        return noted(pooling.largest, array, places, *sizes)

    def find_among_all(array: Any) -> Any:
        return noted(pooling.among_all, find(array), size)

    index = find(array)
    operands = (x,) if isinstance(x, Tensor) else ()
    among_all = kept(noted(pooling.among_all, index, size), find_among_all, operands)
    return pooling.max_pool(x, among_all), remember(Tensor._wrap(index), find, operands)


# --- the mean ------------------------------------------------------------------------------------


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """Take the mean of each window over one dim; arguments and errors as of `avg_pool2d`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.avg_pool1d(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    tensor([[2., 1.]])
    """
    x = _of_one_dim("avg_pool1d", input)
    sizes = _sizes_of_one_dim("avg_pool1d", kernel_size, stride, padding, 1)
    return _without_the_row(_avg_pool("avg_pool1d", x, sizes, ceil_mode, count_include_pad, None))


def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Take the mean of each window.

    Args:
        input: shape (n, channels, height, width), or (channels, height, width); floating.
        kernel_size: of the window; an int, or one for each dim, as the next two.
        stride: how far windows are apart; the kernel_size if not given.
        padding: how many zeros are put on each side; at most half of the kernel_size.
        ceil_mode: whether there is another window where some of it is still inside.
        count_include_pad: whether these zeros count as numbers.
        divisor_override: what to divide the sums by instead of how many numbers there are.

    Returns:
        Shape (n, channels, height', width').

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if sizes do not fit.
        TypeError: if the input is no tensor, or a size no int.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.avg_pool2d(torch.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    x = tensor_or_values("avg_pool2d", input)
    sizes = _sizes("avg_pool2d", kernel_size, stride, padding, 1)
    return _avg_pool("avg_pool2d", x, sizes, ceil_mode, count_include_pad, divisor_override)


def _avg_pool(
    name: str,
    x: Any,
    sizes: tuple[Pair, ...],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> Any:
    if divisor is not None:
        divisor = integer(name, "divisor_override", divisor)
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    places = _places(name, x, sizes, ceil_mode)
    if isinstance(x, Tensor) and x.array.dtype != np.int64:  # the only whole numbers torch takes
        insist_on_floating(name, x)
    windows, counts = [], []
    for n, o, k, s, p in zip(x.shape[-2:], places, *sizes[:3], strict=True):
        starts = np.arange(o) * s - p
        ends = np.minimum(starts + k, n + p)
        inside = Windows(np.maximum(starts, 0), np.minimum(ends, n), n)
        windows.append(inside)
        counts.append(ends - starts if count_include_pad else inside.ends - inside.starts)
    by = np.full(places, divisor) if divisor else np.multiply.outer(*counts)
    return pooling.avg_pool(x, Grid(windows[0], windows[1], by, "AvgPool2D"))


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """Take the mean of as many windows as asked for, which cover the input evenly.

    Args:
        input: shape (n, channels, height, width), or (channels, height, width); floating.
        output_size: how many windows there are along each dim: an int, or one for each; None for
            as many as there are numbers.

    Returns:
        Shape (n, channels, *output_size).

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if sizes do not fit.
        TypeError: if the input is no tensor, or a size no int.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.adaptive_avg_pool2d(torch.arange(12.0).reshape(1, 3, 4), (1, 2))
    tensor([[[4.5000, 6.5000]]])
    """
    name = "adaptive_avg_pool2d"
    x = tensor_or_values(name, input)
    size = _output_size(name, x, output_size)
    if size == (1, 1) and isinstance(x, Tensor):
        return mean(x, (-2, -1), keepdim=True)  # as torch does, of any number of dims
    _check_input(name, x, f"{name}(): Expected 3D or 4D tensor, but got {list(x.shape)}")
    if isinstance(x, Tensor):
        insist_on_floating(name, x)
    rows, columns = (_evenly(n, o) for n, o in zip(x.shape[-2:], size, strict=True))
    counts = np.multiply.outer(rows.ends - rows.starts, columns.ends - columns.starts)
    return pooling.avg_pool(x, Grid(rows, columns, counts, "AdaptiveAvgPool2D"))


def _output_size(name: str, x: Any, output_size: Any) -> Pair:
    """Read a size for each dim; None is the input's."""
    if isinstance(output_size, (tuple, list)):
        if x.ndim <= len(output_size):
            raise ValueError(
                f"Input dimension should be at least {len(output_size) + 1}, but its shape is "
                f"{list(x.shape)}"
            )
        if len(output_size) != 2:
            raise RuntimeError(f"{name}: output_size must be 2 numbers, not {list(output_size)}")
        output_size = [x.shape[i - 2] if n is None else n for i, n in enumerate(output_size)]
    rows, columns = each_dim(name, "output_size", output_size, 2)
    if min(rows, columns) < 0:
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received "
            f"{[rows, columns]}"
        )
    return rows, columns


def _evenly(size: int, count: int) -> Windows:
    """Cover a dim with windows that begin and end at even distances, rounded outwards."""
    places = np.arange(count)
    divisor = max(count, 1)
    return Windows(places * size // divisor, -((places + 1) * -size // divisor), size)


# --- sizes and checks ----------------------------------------------------------------------------


def _given(kernel_size: Any, stride: Any, padding: Any, dilation: Any) -> dict[str, Any]:
    """Name the sizes; without a stride windows lie side by side."""
    if stride is None or stride in ((), []):
        stride = kernel_size
    return {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}


def _sizes(
    name: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Pair, ...]:
    """Read the sizes of windows over two dims."""
    given = _given(kernel_size, stride, padding, dilation)
    found: Any = tuple(
        each_dim(
            name,
            key,
            value,
            2,
            f"{name}: {key} must either be a single int, or a tuple of two ints",
        )
        for key, value in given.items()
    )
    _check_windows(name, *found)
    return found  # type: ignore[no-any-return]


def _sizes_of_one_dim(
    name: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Pair, ...]:
    """Read the sizes of windows over one dim, as those of windows over one row."""
    given = _given(kernel_size, stride, padding, dilation)
    numbers: list[int] = []
    for key, value in given.items():
        size = len(value) if isinstance(value, (tuple, list)) else 1
        wrong = (
            f"{name}() {key} must be an int, list of ints or tuple of ints of size 1 but got size "
            f"{size}"
        )
        numbers += each_dim(name, key, value, 1, wrong)
    k, s, p, d = numbers
    found = (1, k), (1, s), (0, p), (1, d)
    _check_windows(name, *found)
    return found


def _check_windows(name: str, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> None:
    if min(stride) <= 0:
        raise RuntimeError(
            f"{name}() stride must be greater than zero, but got {stride[1]}"
            if name == "max_pool1d"
            else f"stride should not be zero, nor negative, but is {list(stride)}"
        )
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got {list(kernel)}")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    for k, p, d in zip(kernel, padding, dilation, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, "
                f"kernel_size={k} and dilation={d}"
            )


def _places(name: str, x: Any, sizes: tuple[Pair, ...], ceil_mode: bool) -> Pair:
    """Return how many windows there are along each dim."""
    _check_input(name, x)
    found: list[int] = []
    for n, k, s, p, d in zip(x.shape[-2:], *sizes, strict=True):
        count = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (count - 1) * s >= n + p:  # the last would begin behind the input
            count -= 1
        found.append(count)
    if min(found) < 1:
        sizes_ = [tuple(x.shape[-3:]), (x.shape[-3], *found)]
        before, after = ("x".join(map(str, shape)) for shape in sizes_)
        raise RuntimeError(
            f"Given input size: ({before}). Calculated output size: ({after}). Output size is too "
            "small"
        )
    return found[0], found[1]


def _check_input(name: str, x: Any, otherwise: str = "") -> None:
    if x.ndim not in (3, 4):
        if name == "avg_pool2d":
            raise IndexError(
                f"Dimension out of range: {name} expects 3 or 4 dims, but got shape {list(x.shape)}"
            )
        raise RuntimeError(
            otherwise
            or f"non-empty 3D or 4D (batch mode) tensor expected for input of {name}, but its "
            f"shape is {list(x.shape)}"
        )
    if 0 in x.shape[-3:]:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input of "
            f"{name}, but got:{list(x.shape)}"
        )


def _of_one_dim(name: str, input: Any) -> Any:
    """Give an input of one dim a second one, a single row."""
    x = tensor_or_values(name, input)
    if x.ndim not in (2, 3):
        raise RuntimeError(
            f"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(x.shape)}"
        )
    return unsqueeze(x, -2) if isinstance(x, Tensor) else x[..., None, :]


def _without_the_row(x: Any) -> Any:
    return squeeze(x, -2) if isinstance(x, Tensor) else x[..., 0, :]
