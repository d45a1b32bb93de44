"""Activation functions beyond a first course: hard, shrinking and gated ones."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.functional.activations import softmax
from tinygrad_edu.nn.functional.common import floating, insist_on_floating, of_values, values
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.ops import units
from tinygrad_edu.tensor import Tensor


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Compute x where x > 0, else α (e^(x/α) − 1): elu without a kink at 0, whatever α is.

    Args:
        input: any shape, floating.
        alpha: how far below 0 it goes.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if alpha is 0; in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.celu(torch.tensor([-1.0, 2.0]), 2.0)
    tensor([-0.7869,  2.0000])
    """
    return floating("elu", units.celu, input, inplace, alpha=alpha)


def mish(input: Any, inplace: bool = False) -> Any:
    """Compute x · tanh(softplus(x)).

    Args:
        input: any shape, floating.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.mish(torch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """
    return floating("mish", units.mish, input, inplace)


def hardswish(input: Any, inplace: bool = False) -> Any:
    """Compute x · hardsigmoid(x): silu of straight lines and a parabola; errors as of `mish`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.hardswish(torch.tensor([-4.0, -1.0, 2.0, 5.0]))
    tensor([-0.0000, -0.3333,  1.6667,  5.0000])
    """
    return floating("hardswish", units.hardswish, input, inplace)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """Compute x/6 + 1/2, but at least 0 and at most 1; errors as of `mish`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.hardsigmoid(torch.tensor([-4.0, 0.0, 1.5]))
    tensor([0.0000, 0.5000, 0.7500])
    """
    return floating("hardsigmoid", units.hardsigmoid, input, inplace)


def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """Compute 0 where −λ ≤ x ≤ λ, else x.

    Raises:
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.hardshrink(torch.tensor([-1.0, 0.25, 2.0]))
    tensor([-1.,  0.,  2.])
    """
    return floating("hardshrink", units.hardshrink, input, lambd=lambd)


def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """Compute x, brought nearer to 0 by λ; what is nearer than that becomes 0.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if λ is negative.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softshrink(torch.tensor([-1.0, 0.25, 2.0]))
    tensor([-0.5000,  0.0000,  1.5000])
    """
    if not lambd >= 0:
        raise RuntimeError(f"softshrink: lambda must be at least 0, but found {lambd}")
    return floating("softshrink_check", units.softshrink, input, lambd=lambd)


def tanhshrink(input: Any) -> Any:
    """Compute x − tanh(x) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.tanhshrink(torch.tensor([-1.0, 2.0]))
    tensor([-0.2384,  1.0360])
    """
    if isinstance(input, Tensor):
        return units.tanhshrink(input)
    return units.tanhshrink(values("tanhshrink", input))


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """Compute x where x is above the threshold, else the value.

    Args:
        input: any shape.
        threshold: what x must be above to stay.
        value: what stands in its place otherwise.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for bools.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.threshold(torch.tensor([0.5, 2.0]), 1.0, -7.0)
    tensor([-7.,  2.])
    """
    bounds = {"threshold": threshold, "value": value}
    if not isinstance(input, Tensor):
        return of_values("threshold", lambda x: units.threshold(x, **bounds), input, inplace)
    if inplace:
        return input._in_place(units.threshold, **bounds)
    return units.threshold(input, **bounds)


def glu(input: Any, dim: int = -1) -> Any:
    """Gate one half of the input by the other: a · σ(b), of the halves a and b along a dim.

    Args:
        input: any shape, floating; its size along `dim` is even.
        dim: the dim along which it is halved.

    Raises:
        IndexError: if there is no such dim.
        NotImplementedError: for integers.
        RuntimeError: for a tensor without dims, and for an odd size.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.glu(torch.tensor([4.0, 6.0, 0.0, 50.0]))
    tensor([2., 6.])
    """
    if not isinstance(input, Tensor):
        return units.glu(as_values(values("glu", input)), dim)
    result = units.glu(input, dim)
    insist_on_floating("glu", input)
    return result


def softmin(input: Any, dim: int | None = None, *, dtype: Any = None) -> Any:
    """Compute softmax(−x) along a dim; arguments and errors as of `softmax`.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softmin(torch.tensor([1.0, 1.0, 5.0]), dim=0)
    tensor([0.4955, 0.4955, 0.0091])
    """
    x = input if isinstance(input, Tensor) else as_values(values("softmin", input))
    return softmax(-x, dim, dtype=dtype)
