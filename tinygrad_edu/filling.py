"""Methods that fill a tensor with random numbers, x.uniform_(), x.normal_(), or its diagonal.

The numbers are torch's from the same seed (`random.py`), drawn in the order in which the elements
lie in memory.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu import random as rng
from tinygrad_edu.in_place import is_recorded, refuse_recording
from tinygrad_edu.ops.checking import integer, number
from tinygrad_edu.writing import check_expands, check_writeable, number_for

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def uniform_(self: Any, from_: float = 0.0, to: float = 1.0, *, generator: Any = None) -> Any:
    """Fill with numbers drawn evenly from `from_` to `to`, which is not included.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(3).uniform_(-1, 1)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    _insist_on_floats(self, "check_uniform_bounds")
    from_, to = number("uniform_", "from", from_), number("uniform_", "to", to)
    if from_ > to:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={from_} > to={to}"
        )
    draws, kind = rng.chosen(generator), self.array.dtype
    return _filled(self, lambda shape: draws.uniform(shape, kind, from_, to))


def normal_(self: Any, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Any:
    """Fill with numbers drawn from the normal distribution.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(3).normal_(10, 2)
    tensor([13.0820,  9.4131,  5.6424])
    """
    mean, std = number("normal_", "mean", mean), number("normal_", "std", std)
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    _insist_on_floats(self, "normal_kernel_cpu")
    draws, kind = rng.chosen(generator), self.array.dtype

    def draw(shape: Shape) -> Array:
        if self.is_contiguous():
            return draws.normal(shape, kind, mean, std)
        return _one_by_one(draws, kind, mean, std, shape)

    return _filled(self, draw)


def _one_by_one(draws: Any, kind: Any, mean: float, std: float, shape: Shape) -> Array:
    """Draw normal numbers as torch does where fewer than 16 lie side by side in memory."""
    sizes = [min(8, math.prod(shape) - start) for start in range(0, math.prod(shape), 8)]
    parts = [draws.normal((size,), kind, mean, std) for size in sizes]
    return np.concatenate([np.empty(0, kind), *parts]).reshape(shape)


def bernoulli_(self: Any, p: Any = 0.5, *, generator: Any = None) -> Any:
    """Fill with 1 where a coin says so, else 0.

    Args:
        self: any shape and dtype.
        p: the probability of 1, or a tensor of probabilities that broadcasts to the shape.
        generator: where the numbers come from.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(6).bernoulli_(0.5)
    tensor([0., 0., 1., 0., 0., 0.])
    """
    chances = getattr(p, "array", p)
    if hasattr(p, "array"):
        check_expands(p, self.array.shape)
        if chances.dtype.kind != "f":
            raise NotImplementedError(
                f"\"bernoulli_tensor_cpu_p_\" not implemented for '{p.dtype.title}': probabilities "
                "are no whole numbers"
            )
        chances = np.broadcast_to(chances, self.array.shape).transpose(_in_memory(self.array))
    if not np.all((chances >= 0) & (chances <= 1)):
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
    draws, kind = rng.chosen(generator), self.array.dtype
    return _filled(self, lambda shape: draws.bernoulli(chances, shape, kind))


def random_(self: Any, from_: Any = None, to: Any = None, *, generator: Any = None) -> Any:
    """Fill with whole numbers: `random_(to)` from 0, `random_(from_, to)`, or as large as fit.

    Args:
        self: any shape and dtype.
        from_: the smallest number; the upper bound if it is the only argument.
        to: the upper bound, which is not included.
        generator: where the numbers come from.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.empty(5).random_(10)
    tensor([4., 9., 3., 0., 3.])
    """
    draws, kind = rng.chosen(generator), self.array.dtype
    if from_ is None and to is None:
        return _filled(self, lambda shape: _any_number(draws, kind, shape))
    low, high = (0, from_) if to is None else (from_ or 0, to)
    low, high = integer("random_", "from", low), integer("random_", "to", high)
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    check_bounds(kind, low, high)
    return _filled(self, lambda shape: draws.integers(low, high, shape).astype(kind))


def exponential_(self: Any, lambd: float = 1.0, *, generator: Any = None) -> Any:
    """Fill with numbers drawn from the exponential distribution, whose mean is 1/lambd."""
    if self.array.dtype.kind != "f":
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a "
            f"floating point but you specified {self.dtype.title}"
        )
    lambd = number("exponential_", "lambd", lambd)
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    draws, kind = rng.chosen(generator), self.array.dtype
    return _filled(self, lambda shape: draws.exponential(shape, kind, lambd))


def log_normal_(self: Any, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Any:
    """Fill with numbers whose logarithm is drawn from the normal distribution."""
    mean, std = number("log_normal_", "mean", mean), number("log_normal_", "std", std)
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std}")
    _insist_on_floats(self, "log_normal_cpu")
    draws, kind = rng.chosen(generator), self.array.dtype

    def draw(shape: Shape) -> Array:
        numbers = _one_by_one(draws, np.float64, mean, std, shape)
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(numbers), kind)

    return _filled(self, draw)


def cauchy_(self: Any, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Any:
    """Fill with numbers drawn from the Cauchy distribution, which has no mean."""
    median, sigma = number("cauchy_", "median", median), number("cauchy_", "sigma", sigma)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma}")
    if self.array.dtype.kind != "f":
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a "
            f"floating point but you specified {self.dtype.title}"
        )
    draws, kind = rng.chosen(generator), self.array.dtype

    def draw(shape: Shape) -> Array:
        part = draws.uniform(shape, np.float64)
        return (median + sigma * np.tan(np.pi * (part - 0.5))).astype(kind)

    return _filled(self, draw)


def geometric_(self: Any, p: float, *, generator: Any = None) -> Any:
    """Fill with how many throws it takes until a coin that says yes with probability p does."""
    p = number("geometric_", "p", p)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    draws, kind = rng.chosen(generator), self.array.dtype
    if kind.kind == "b":
        raise NotImplementedError("\"geometric_cpu\" not implemented for 'Bool': it counts")

    def draw(shape: Shape) -> Array:
        part = draws.uniform(shape, np.float64)
        return np.asarray(np.ceil(np.log(part) / math.log1p(-p)), kind)

    return _filled(self, draw)


def fill_diagonal_(self: Any, fill_value: Any, wrap: bool = False) -> Any:
    """Set the numbers whose indices are all the same.

    Args:
        self: a matrix, or a tensor whose sizes are equal.
        fill_value: the number.
        wrap: begin again below the diagonal of a matrix with more rows than columns.

    >>> import tinygrad_edu as torch
    >>> torch.zeros(2, 3).fill_diagonal_(5)
    tensor([[5., 0., 0.],
            [0., 5., 0.]])
    """
    shape = self.array.shape
    if len(shape) < 2:
        raise RuntimeError(f"dimensions must larger than 1, but the shape is {list(shape)}")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError(f"all dimensions of input must be of equal length, not {list(shape)}")
    value = number_for(self, getattr(fill_value, "item", lambda: fill_value)(), "fill_diagonal_")
    rows = np.arange(min(shape))
    if wrap and shape[0] > shape[-1] > 0:
        rows = np.arange(shape[0])
        rows = rows[rows % (shape[1] + 1) < shape[1]]
    columns = rows % (shape[1] + 1) if wrap else rows
    return self._put(value, (rows, *(columns for _ in shape[1:])))


def _in_memory(array: Array) -> list[int]:
    """Return the order of the dims from the one with the longest stride to the shortest."""
    return sorted(range(array.ndim), key=lambda dim: -array.strides[dim])


def _filled(x: Any, draw: Callable[[Shape], Array]) -> Any:
    """Write numbers in the order in which the elements lie in memory, as torch does."""
    if is_recorded(x):
        refuse_recording(x)
    check_writeable(x)
    drawn = np.empty_like(x.array, subok=False)
    order = _in_memory(x.array)
    in_memory = drawn.transpose(order)
    in_memory[...] = draw(in_memory.shape)
    return x._put(x._wrap(drawn), ...)


def _insist_on_floats(x: Any, name: str) -> None:
    if x.array.dtype.kind != "f":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{x.dtype.title}': the numbers are no whole ones"
        )


def _any_number(draws: Any, kind: np.dtype[Any], shape: Shape) -> Array:
    """Draw as torch does without bounds: 0 … 2ᵈ for d digits of a float, else all that fit."""
    if kind.kind == "f":
        count = 2 ** (np.finfo(kind).nmant + 1) + 1
    else:
        count = 2 if kind.kind == "b" else int(np.iinfo(kind).max) + 1
    words: Array = draws.words(math.prod(shape), 64 if kind.itemsize == 8 else 32)
    return (words % np.uint64(count)).astype(kind).reshape(shape)


def check_bounds(kind: np.dtype[Any], low: int, high: int) -> None:
    """Refuse bounds of whole random numbers that the dtype does not reach."""
    if kind.kind == "f":
        exact = 2 ** (np.finfo(kind).nmant + 1)
        if low < -exact or high - 1 > exact:
            warnings.warn(
                f"bounds of random_ beyond ±{exact}: not every whole number there is a "
                f"{kind.name}, so that the numbers are rounded",
                UserWarning,
                stacklevel=3,
            )
        return
    bottom, top = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
    if low < bottom:
        raise RuntimeError(f"from is out of bounds for {kind.name}: {low} is less than {bottom}")
    if high - 1 > top:
        raise RuntimeError(f"to - 1 is out of bounds for {kind.name}: {high - 1} exceeds {top}")
