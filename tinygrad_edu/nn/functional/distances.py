"""Lengths and angles: vectors of length 1, cosines of angles between vectors, distances."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.functional.common import not_a_tensor
from tinygrad_edu.ops.bounds import clamp_min
from tinygrad_edu.ops.checking import integer, number
from tinygrad_edu.ops.reductions import norm
from tinygrad_edu.tensor import Tensor


def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Any:
    """Divide each vector along a dim by its norm: x / max(‖x‖, eps).

    Args:
        input: any shape, floating.
        p: which norm.
        dim: the dim or dims that a vector lies along; None for all of them.
        eps: what a smaller norm is replaced by.
        out: not there.

    Raises:
        IndexError: if there is no such dim.
        NotImplementedError: if `out` is given.
        RuntimeError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    tensor([[0.6000, 0.8000],
            [0.0000, 0.0000]])
    """
    if out is not None:
        raise NotImplementedError("normalize: out= is not there; use the result")
    _insist_on_tensors("normalize", input)
    return input / clamp_min(norm(input, p, dim, keepdim=True), eps)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Compute the cosine of the angle between vectors: x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)).

    Args:
        x1: any shape, floating.
        x2: a shape that is broadcast with it.
        dim: the dim that the vectors lie along, after broadcasting.
        eps: what a smaller norm is replaced by.

    Raises:
        IndexError: if there is no such dim.
        RuntimeError: for integers, or if the shapes do not fit.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    >>> torch.nn.functional.cosine_similarity(x, torch.tensor([2.0, 0.0]))
    tensor([1.0000, 0.7071])
    """
    _insist_on_tensors("cosine_similarity", x1, x2)
    dim = integer("cosine_similarity", "dim", dim)
    if eps < 0:
        raise RuntimeError(f"cosine_similarity: eps must be non-negative, got: {eps}")
    product = x1 * x2
    if product.array.dtype.kind != "f":
        raise RuntimeError(
            "expected common dtype to be floating point, yet common dtype is "
            f"{product.dtype.title}: convert one with .float()"
        )
    a, b = (x.to(product.dtype).expand(product.shape) for x in (x1, x2))
    return (_to_length_1(a, dim, eps) * _to_length_1(b, dim, eps)).sum(dim)


def _to_length_1(x: Tensor, dim: int, eps: float) -> Any:
    length = norm(x, 2, dim, keepdim=True)
    # A length below eps is replaced, but its gradient flows all the same, as in torch.
    return x / (length + (clamp_min(length, eps) - length).detach())


def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Any:
    """Compute the distance between vectors along the last dim: ‖x1 − x2 + eps‖.

    Args:
        x1: any shape.
        x2: a shape that is broadcast with it.
        p: which norm.
        eps: added to each difference, so that the distance has a derivative where it is 0.
        keepdim: keep the last dim, with size 1.

    Raises:
        RuntimeError: if the shapes do not fit.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.pairwise_distance(torch.zeros(2), torch.tensor([3.0, 4.0]))
    tensor(5.0000)
    """
    _insist_on_tensors("pairwise_distance", x1, x2)
    p = number("pairwise_distance", "p", p)
    return norm(x1 - x2 + eps, p, -1, keepdim)


def _insist_on_tensors(name: str, *inputs: Any) -> None:
    for x in inputs:
        if not isinstance(x, Tensor):
            raise not_a_tensor(name, x)
