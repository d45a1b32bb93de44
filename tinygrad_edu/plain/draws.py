"""Random numbers whose distribution is given by tensors: the ones that torch draws on the CPU.

Where an argument takes a gradient, so does the result, as in torch: the gradient is 0, since what
was drawn does not change with it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu import creation, dtypes
from tinygrad_edu import random as rng
from tinygrad_edu.ops.checking import check_tensor, integer, number
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.sorting import topk
from tinygrad_edu.tensor import Tensor


def _drawn(numbers: Any, *origins: Any) -> Tensor:
    """Make a tensor of what was drawn; a gradient of 0 flows to what it was drawn from."""
    result: Tensor = Tensor._wrap(np.asarray(numbers))
    for x in origins:
        if getattr(x, "requires_grad", False):
            nowhere: Tensor = Tensor._wrap(np.zeros(result.shape, bool))
            result = where(nowhere, x, result)
    return result


def _refuse_integers(name: str, array: Any) -> None:
    if array.dtype.kind != "f":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{dtypes.title(array.dtype)}': convert with .float()"
        )


def bernoulli(input: Tensor, p: float | None = None, *, generator: Any = None) -> Tensor:
    """Draw 1 with a probability, else 0 (torch.bernoulli).

    Args:
        input: the probabilities, of floats; only the shape and dtype of the result where `p` is
            given.
        p: the probability of every 1.
        generator: where the random numbers come from.

    Raises:
        RuntimeError: for a probability that is not between 0 and 1.
        NotImplementedError: for probabilities of integers.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.bernoulli(torch.tensor([0.1, 0.9, 0.9]))
    tensor([0., 1., 1.])
    """
    check_tensor("bernoulli", input)
    array, draws = input.array, rng.chosen(generator)
    if p is not None:
        p = number("bernoulli", "p", p)
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli() expects p to be in [0, 1], but got p={p}")
        return _drawn(draws.bernoulli(p, array.shape, array.dtype), input)
    _refuse_integers("bernoulli", array)
    if not ((array >= 0) & (array <= 1)).all():
        raise RuntimeError("bernoulli() expects probabilities between 0 and 1; some are not")
    return _drawn(draws.bernoulli(array), input)


# --- categories ----------------------------------------------------------------------------------


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Tensor:
    """Draw categories, each as often as its weight says (torch.multinomial).

    Args:
        input: weights, not negative: a vector, or a row for each distribution. They need not sum
            to 1.
        num_samples: how many to draw from each.
        replacement: whether a category can be drawn again.
        generator: where the random numbers come from.

    Returns:
        The indices of the categories: int64, `num_samples` from each row.

    Raises:
        RuntimeError: for weights that are no distribution, or more samples than categories.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.multinomial(torch.tensor([0.0, 10.0, 3.0, 0.0]), 4, replacement=True)
    tensor([2, 1, 1, 2])
    """
    check_tensor("multinomial", input)
    weights, count = input.array, integer("multinomial", "num_samples", num_samples)
    _check_samples(weights, count, replacement)
    draws = rng.chosen(generator)
    if replacement and count > 1:
        return _drawn(_with_replacement(weights, count, draws))
    # Each weight is divided by a number from the exponential distribution; the largest win.
    order = memory_order(weights)
    times = draws.exponential([weights.shape[d] for d in order], weights.dtype)
    with np.errstate(all="ignore"):
        scores = weights / times.transpose(np.argsort(order))
    if count == 1:
        return _drawn(np.argmax(scores, axis=-1, keepdims=True))
    return topk(_drawn(scores), count).indices  # type: ignore[no-any-return]


def _check_samples(weights: Any, count: int, replacement: bool) -> None:
    if weights.dtype.kind != "f":
        raise RuntimeError(
            "multinomial() only supports floating-point dtypes for input, got: "
            f"{dtypes.title(weights.dtype)}"
        )
    if weights.ndim not in (1, 2):
        raise RuntimeError(
            f"multinomial(): the weights must have 1 or 2 dims, but their shape is "
            f"{list(weights.shape)}"
        )
    if count <= 0:
        raise RuntimeError(f"multinomial(): cannot sample num_samples <= 0 samples, got {count}")
    if count > weights.shape[-1] and not replacement:
        raise RuntimeError(
            f"multinomial(): cannot draw {count} of {weights.shape[-1]} categories without "
            "replacement; draw fewer, or with replacement=True"
        )
    if not ((weights >= 0) & (weights < np.inf)).all():
        raise RuntimeError(
            "multinomial(): probability tensor contains either `inf`, `nan` or element < 0"
        )
    if not (weights.sum(-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _with_replacement(weights: Any, count: int, draws: rng.Generator) -> Any:
    """Find where uniform numbers fall among the cumulative sums of each row of weights."""
    rows = weights.reshape(-1, weights.shape[-1])
    found = np.empty((len(rows), count), np.int64)
    for row, places in zip(rows, found, strict=True):
        sums = np.add.accumulate(row)
        sums = sums / sums[-1]
        sums[-1] = 1
        places[:] = np.searchsorted(sums.astype(np.float64), draws.uniform((count,), np.float64))
    return found.reshape((*weights.shape[:-1], count))


def memory_order(array: Any) -> list[int]:
    """Return the dims of an array from the outermost to the innermost in memory.

    A dim that repeats one slice, with stride 0, stays where it is: torch's rule.
    """
    dims = list(range(array.ndim))[::-1]
    for i in range(1, len(dims)):
        moving = i
        for j in range(i - 1, -1, -1):
            a, b = dims[j], dims[moving]
            strides = array.strides[a], array.strides[b]
            if 0 in strides:
                continue
            if strides[0] < strides[1]:
                break
            if strides[0] > strides[1] or array.shape[a] > array.shape[b]:
                dims[j], dims[moving] = b, a
                moving = j
    return dims[::-1]


# --- other distributions -------------------------------------------------------------------------


def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from normal distributions (torch.normal).

    Args:
        mean: a tensor or a number.
        std: a tensor or a number, not negative; a tensor broadcasts with the mean.
        size: the shape, where mean and std are numbers; only then are the last three taken.
        generator: where the random numbers come from.
        dtype: the result's.
        device: the CPU.
        requires_grad: whether the result takes a gradient.

    Raises:
        RuntimeError: for a negative std, or shapes that do not fit.
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.normal(mean=torch.tensor([0.0, 10.0]), std=torch.tensor([1.0, 0.1]))
    tensor([1.5410, 9.9707])
    """
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    for name, x in (("mean", mean), ("std", std)):
        if not isinstance(x, (Tensor, int, float)):
            raise TypeError(f"normal(): {name} must be a Tensor or a number, not {x!r}")
    if (size is None) == (not tensors) or isinstance(size, int):
        raise TypeError(
            "normal() takes a size, a sequence of ints, with two numbers, and only with these"
        )
    if tensors and (dtype is not None or device is not None or requires_grad):
        raise TypeError("normal() takes dtype, device and requires_grad only with two numbers")
    if not isinstance(std, Tensor) and not std >= 0:
        raise RuntimeError(f"normal() expects std >= 0.0, but found std {std}")
    if tensors:
        return _normal_of_tensors(mean, std, tensors, rng.chosen(generator))
    blank = creation.empty(size, dtype=dtype, device=device)
    _refuse_integers("normal_kernel_cpu", blank.array)
    result = _drawn(rng.chosen(generator).normal(blank.shape, blank.array.dtype, mean, std))
    result.requires_grad = requires_grad
    return result


def _normal_of_tensors(mean: Any, std: Any, tensors: list[Tensor], draws: rng.Generator) -> Tensor:
    """Draw standard numbers (or with a std that is a number), then multiply and add as torch."""
    kind = tensors[0].array.dtype
    _refuse_integers("normal_kernel_cpu", tensors[0].array)
    if not isinstance(std, Tensor):
        return _drawn(draws.normal(mean.shape, kind, 0.0, std) + mean.array, mean)
    if not (std.array >= 0).all():
        raise RuntimeError("normal() expects all elements of std >= 0.0; some are negative")
    shape = _broadcast(tensors)
    numbers = draws.normal(shape, kind) * std.array.astype(kind)
    shift = mean.array if isinstance(mean, Tensor) else kind.type(mean)
    return _drawn((numbers + shift).astype(kind), *tensors)


def _broadcast(tensors: list[Tensor]) -> tuple[int, ...]:
    shapes = [tuple(x.shape) for x in tensors]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise RuntimeError(
            f"normal(): the shapes of mean {list(shapes[0])} and std {list(shapes[1])} must be "
            "broadcastable: counted from the last, sizes must be equal or 1"
        ) from None


def poisson(input: Tensor, generator: Any = None) -> Tensor:
    """Draw from Poisson distributions, as floats (torch.poisson).

    Args:
        input: the mean of each, of floats.
        generator: where the random numbers come from.

    Raises:
        RuntimeError: for a mean that is negative.
        NotImplementedError: for means of integers.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.poisson(torch.tensor([1.0, 5.0, 50.0]))
    tensor([ 2.,  6., 49.])
    """
    check_tensor("poisson", input)
    array, draws = input.array, rng.chosen(generator)
    _refuse_integers("poisson_cpu", array)
    if not (array >= 0).all():
        raise RuntimeError("poisson(): invalid Poisson rate, expected rate to be non-negative")
    found = [_poisson(rate, draws) for rate in array.reshape(-1).tolist()]
    return _drawn(np.array(found, array.dtype).reshape(array.shape), input)


def _poisson(rate: float, draws: rng.Generator) -> int:
    """Draw one number: by multiplying uniform numbers, or by rejection if the mean is large."""
    if rate == 0:
        return 0

    def uniform() -> float:
        return float(draws.uniform((1,), np.float64)[0])

    if rate < 10:
        limit, product, count = math.exp(-rate), uniform(), 0
        while product > limit:
            product *= uniform()
            count += 1
        return count
    # Hörmann's transformed rejection (PTRS)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    sure = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= sure:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        bound = k * math.log(rate) - rate - math.lgamma(k + 1)
        if math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= bound:
            return k
