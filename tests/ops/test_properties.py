"""Of any shape: operations compute what numpy computes, and their gradients are its slopes."""

from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from cases import ROWS
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    different_numbers,
    dims_of,
    few,
    full_shapes,
    numbers,
    pairs_of_shapes,
    shapes,
)

import tinygrad_edu as torch
from tinygrad_edu.ops import TABLE

UNARY = {
    "neg": np.negative, "exp": np.exp, "log": np.log, "log1p": np.log1p, "expm1": np.expm1,
    "sqrt": np.sqrt, "rsqrt": lambda x: x**-0.5, "reciprocal": np.reciprocal, "square": np.square,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "abs": np.abs, "sign": np.sign,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "relu": lambda x: np.maximum(x, 0), "clone": np.copy,
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "sinh": np.sinh, "cosh": np.cosh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinc": np.sinc, "deg2rad": np.deg2rad,
    "log2": np.log2, "log10": np.log10, "exp2": np.exp2, "logit": lambda x: np.log(x / (1 - x)),
    "celu": lambda x: np.where(x > 0, x, np.expm1(x)),
}  # fmt: skip
BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power,
    "maximum": np.maximum, "minimum": np.minimum, "fmax": np.fmax, "fmin": np.fmin,
    "atan2": np.arctan2, "hypot": np.hypot, "logaddexp": np.logaddexp, "copysign": np.copysign,
}  # fmt: skip
REDUCTIONS = {
    "sum": np.sum, "mean": np.mean, "amax": np.max, "amin": np.min,
    "var": lambda x, axis, keepdims: np.var(x, axis, keepdims=keepdims),
    "norm": lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis, keepdims=keepdims)),
    "logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis, keepdims=keepdims)),
}  # fmt: skip
DOMAINS = {row.op: [row.domain(0), row.domain(1)] for row in reversed(ROWS)}


def leaf(array: Any) -> Any:
    """Make a tensor of an array that asks for a gradient."""
    return torch.tensor(array, requires_grad=True)


def assert_slopes(function: Any, *arrays: Any) -> None:
    """Compare the gradients of Σ w·f(x) with its slope, in a direction that moves all of x."""
    inputs = [leaf(x) for x in arrays]
    output = function(*inputs)
    weights = np.cos(np.arange(output.numel())).reshape(output.shape)
    output.backward(torch.tensor(weights))
    assert [x.grad.shape for x in inputs] == [x.shape for x in inputs]
    directions = [np.sin(np.arange(x.size) + 1).reshape(x.shape) for x in arrays]
    step = 1e-6

    def moved(by: float) -> Any:
        points = [x + by * d for x, d in zip(arrays, directions, strict=True)]
        return np.sum(weights * function(*map(torch.tensor, points)).numpy())

    expected = (moved(step) - moved(-step)) / (2 * step)
    found = sum(np.sum(x.grad.numpy() * d) for x, d in zip(inputs, directions, strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def assert_equal(found: Any, expected: Any) -> None:
    """Compare a tensor with what numpy computed: numbers, shape and dtype."""
    expected = np.asarray(expected)
    array = found.detach().numpy()
    assert (array.shape, array.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(array, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
@few
def test_functions_of_one_tensor(name: str, data: st.DataObject) -> None:
    array = data.draw(shapes.flatmap(lambda shape: numbers(shape, *DOMAINS[name][0])))
    assert_equal(TABLE[name](leaf(array)), UNARY[name](array))
    assert_slopes(TABLE[name], array)


@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
@few
def test_functions_of_two_tensors_broadcast(name: str, data: st.DataObject) -> None:
    first, second, result = data.draw(pairs_of_shapes())
    a = data.draw(numbers(first, *DOMAINS[name][0]))
    b = data.draw(numbers(second, *DOMAINS[name][1])) + 1e-4  # no ties
    found = TABLE[name](leaf(a), leaf(b))
    assert tuple(found.shape) == result
    assert_equal(found, BINARY[name](a, b))
    assert_slopes(TABLE[name], a, b)


@given(data=st.data())
@few
def test_where_broadcasts_all_three(data: st.DataObject) -> None:
    first, second, _ = data.draw(pairs_of_shapes())
    a, b = data.draw(numbers(first)), data.draw(numbers(second))
    condition = data.draw(hnp.arrays(bool, data.draw(st.sampled_from([first, second, ()]))))
    found = torch.where(torch.tensor(condition), leaf(a), leaf(b))
    assert_equal(found, np.where(condition, a, b))
    assert_slopes(lambda x, y: torch.where(torch.tensor(condition), x, y), a, b)


@pytest.mark.parametrize("name", REDUCTIONS)
@given(data=st.data())
@few
def test_reductions(name: str, data: st.DataObject) -> None:
    array = data.draw(full_shapes.filter(len).flatmap(different_numbers))
    dim, keepdim = data.draw(dims_of(array.ndim)), data.draw(st.booleans())
    options = {"correction": 0} if name == "var" else {}
    if name == "logsumexp" and dim is None:
        dim = tuple(range(array.ndim))
    function = lambda x: getattr(x, name)(dim=dim, keepdim=keepdim, **options)
    assert_equal(function(leaf(array)), REDUCTIONS[name](array, axis=dim, keepdims=keepdim))
    assert_slopes(function, array)


ALONG_ONE_DIM = {
    "softmax": lambda x, dim: np.exp(x) / np.exp(x).sum(dim, keepdims=True),
    "log_softmax": lambda x, dim: x - np.log(np.exp(x).sum(dim, keepdims=True)),
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
}


@pytest.mark.parametrize("name", ALONG_ONE_DIM)
@given(data=st.data())
@few
def test_reductions_along_one_dim(name: str, data: st.DataObject) -> None:
    array = data.draw(full_shapes.filter(len).flatmap(different_numbers))
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))

    def function(x: Any) -> Any:
        result = getattr(x, name)(dim)
        return result.values if isinstance(result, tuple) else result

    assert_equal(function(leaf(array)), ALONG_ONE_DIM[name](array, dim))
    assert_slopes(function, array)


@given(data=st.data())
@few
def test_indices_of_extremes(data: st.DataObject) -> None:
    array = data.draw(full_shapes.filter(len).flatmap(numbers))
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    x = leaf(array)
    assert_equal(x.argmax(dim), np.argmax(array, dim))
    assert_equal(x.max(dim).indices, np.argmax(array, dim))
    assert_equal(x.argmin(dim, keepdim=True), np.argmin(array, dim, keepdims=True))
    assert_equal(x.argmax(), np.argmax(array))


@given(data=st.data())
@few
def test_reading_and_writing_at_an_index(data: st.DataObject) -> None:
    array = np.asarray(data.draw(shapes.flatmap(numbers)))
    index = data.draw(hnp.basic_indices(array.shape, allow_newaxis=True).filter(_goes_forward))
    assert_equal(leaf(array)[index], array[index])
    assert_slopes(lambda x: x[index], array)
    written, expected = leaf(array) * 1, array.copy()
    written[index] = 7.0
    expected[index] = 7.0
    assert_equal(written, expected)


def _goes_forward(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(not isinstance(part, slice) or (part.step or 1) > 0 for part in parts)


@given(data=st.data())
@few
def test_reading_with_arrays_of_indices(data: st.DataObject) -> None:
    array = data.draw(full_shapes.filter(len).flatmap(numbers))
    rows = data.draw(
        hnp.arrays(np.int64, data.draw(shapes), elements=st.integers(0, len(array) - 1))
    )
    mask = data.draw(hnp.arrays(bool, array.shape))
    for index in (rows, mask):
        assert_equal(leaf(array)[torch.tensor(index)], array[index])
        assert_slopes(lambda x, index=index: x[torch.tensor(index)], array)


@given(data=st.data())
@few
def test_moving_numbers(data: st.DataObject) -> None:
    array = data.draw(shapes.flatmap(numbers))
    order = data.draw(st.permutations(range(array.ndim)))
    sizes = data.draw(st.permutations([*array.shape, 1]))
    moves = {
        "permute": (lambda x: x.permute(tuple(order)), np.transpose(array, order)),
        "reshape": (lambda x: x.reshape(tuple(sizes)), array.reshape(sizes)),
        "flatten": (lambda x: x.flatten(), array.reshape(-1)),
        "squeeze": (lambda x: x.squeeze(), array.squeeze()),
        "both": (lambda x: x.permute(tuple(order)).reshape(tuple(sizes)),
                 np.transpose(array, order).reshape(sizes)),
    }  # fmt: skip
    for move, expected in moves.values():
        assert_equal(move(leaf(array)), expected)
        assert_slopes(move, array)


@given(data=st.data())
@few
def test_products_of_batches_of_matrices(data: st.DataObject) -> None:
    first, second, _ = data.draw(pairs_of_shapes())
    n, m, k = (data.draw(st.integers(0, 3)) for _ in range(3))
    a, b = data.draw(numbers((*first, n, m))), data.draw(numbers((*second, m, k)))
    assert_equal(leaf(a) @ leaf(b), a @ b)
    assert_slopes(lambda a, b: a @ b, a, b)


@given(data=st.data())
@few
def test_joining_and_splitting(data: st.DataObject) -> None:
    array = data.draw(full_shapes.filter(len).flatmap(numbers))
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    size = data.draw(st.integers(1, 4))
    pieces = leaf(array).split(size, dim)
    assert [piece.shape[dim] for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
    assert_equal(torch.cat(pieces, dim), array)
    assert_equal(torch.stack([leaf(array)] * 2, dim), np.stack([array] * 2, dim))
    assert_slopes(lambda x: torch.cat(x.split(size, dim)[::-1], dim), array)
    assert_slopes(lambda x: torch.stack([x, x * x], dim), array)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div"])
@given(data=st.data())
@few
def test_changing_in_place_is_as_out_of_place(name: str, data: st.DataObject) -> None:
    shape, other, _ = data.draw(pairs_of_shapes().filter(lambda drawn: drawn[0] == drawn[2]))
    a, b = data.draw(numbers(shape)), data.draw(numbers(other, 0.5, 2.0))

    def in_place(x: Any, y: Any) -> Any:
        return getattr(x * 1, name + "_")(y)

    assert_equal(in_place(leaf(a), leaf(b)), BINARY[name](a, b))
    assert_slopes(in_place, a, b)
