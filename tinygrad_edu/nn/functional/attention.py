"""Soft choices: attention, which looks values up by how well keys match, and sampled categories."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tinygrad_edu.creation import zeros
from tinygrad_edu.dtypes import float32
from tinygrad_edu.nn.functional.dropout import dropout
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.repeating import repeat_interleave
from tinygrad_edu.ops.selection import where
from tinygrad_edu.ops.softmax import softmax
from tinygrad_edu.tensor import Tensor


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """Compute softmax(Q Kᵀ / √E + mask) V: for each query a mean of the values, by how keys match.

    Args:
        query: Q, shape (…, L, E), floating.
        key: K, shape (…, S, E).
        value: V, shape (…, S, Ev).
        attn_mask: what may be looked at, of bools; or what is added to the scores, of the query's
            dtype. A shape that broadcasts to (…, L, S).
        dropout_p: the probability that a weight is set to 0.
        is_causal: whether query i sees only the keys up to i.
        scale: what the scores are multiplied by; 1/√E unless given.
        enable_gqa: whether there may be fewer heads (dim −3) of keys and values than of queries,
            which share them.

    Returns:
        Shape (…, L, Ev). A query that may look at nothing gets zeros.

    Raises:
        RuntimeError: for integers, shapes or dtypes that do not fit, or a mask beside `is_causal`.

    >>> import tinygrad_edu as torch
    >>> q = k = torch.tensor([[[4.0, 0.0], [0.0, 4.0]]])
    >>> v = torch.tensor([[[1.0], [2.0]]])
    >>> torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    tensor([[[1.0000],
             [2.0000]]])
    """
    name = "scaled_dot_product_attention"
    _check(name, query, key, value)
    if attn_mask is not None and is_causal:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True"
        )
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    if enable_gqa:
        key, value = (_shared(x, query.shape[-3]) for x in (key, value))
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = query @ key.mT * factor
    if is_causal:
        attn_mask = Tensor._wrap(np.tri(*scores.shape[-2:], dtype=bool))
    if attn_mask is not None:
        scores = _masked(name, scores, attn_mask)
    weights = softmax(scores, -1)
    if attn_mask is not None:  # where nothing may be looked at, the softmax is nan
        weights = where((scores == -math.inf).all(-1, keepdim=True), 0.0, weights)
    return dropout(weights, dropout_p) @ value if dropout_p > 0 else weights @ value


def _check(name: str, query: Any, key: Any, value: Any) -> None:
    for argument, x in (("query", query), ("key", key), ("value", value)):
        check_tensor(name, x, argument)
        if x.dtype != query.dtype:
            raise RuntimeError(
                "Expected query, key, and value to have the same dtype, but got query.dtype: "
                f"{query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype}"
            )
        if x.ndim < 2:
            raise RuntimeError(
                "Expected query, key, and value to all be at least 2 dimensional, but the shape "
                f"of {argument} is {list(x.shape)}"
            )
    if query.array.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: expected floating numbers, but found {query.dtype.title}: convert them with "
            ".float()"
        )


def _shared(x: Any, heads: int) -> Any:
    """Repeat each head of keys or values for the queries that share it."""
    if x.shape[-3] == 0 or heads % x.shape[-3]:
        raise RuntimeError(
            "Number of heads in key and value must divide the number of heads in query, but they "
            f"are {x.shape[-3]} and {heads}"
        )
    return repeat_interleave(x, heads // x.shape[-3], -3)


def _masked(name: str, scores: Any, mask: Any) -> Any:
    check_tensor(name, mask, "attn_mask")
    if mask.array.dtype == bool:
        return where(mask, scores, -math.inf)
    if mask.dtype not in (scores.dtype, float32):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {mask.dtype} and query.dtype: {scores.dtype} instead."
        )
    return scores + mask.to(scores.dtype)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Any:
    """Draw from categories so that gradients flow: softmax((logits + Gumbel noise) / τ).

    Args:
        logits: any shape with at least one dim, floating.
        tau: the temperature; the lower it is, the nearer to one category alone.
        hard: return one category alone, with the gradient of the soft choice.
        eps: not used any more, as in torch, which warns of another value.
        dim: along which dim the categories lie.

    Returns:
        The shape of the logits; numbers that sum to 1 along `dim`.

    Raises:
        IndexError: if there is no such dim.
        RuntimeError: for integers.

    >>> import tinygrad_edu as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.gumbel_softmax(torch.tensor([1.0, 2.0, 0.5]), hard=True)
    tensor([0., 1., 0.])
    """
    check_tensor("gumbel_softmax", logits, "logits")
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    blank = zeros(logits.shape, dtype=logits.dtype)
    noise = -blank.exponential_().log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    chosen = soft.max(dim, keepdim=True)[1]
    return blank.zero_().scatter_(dim, chosen, 1.0) - soft.detach() + soft
