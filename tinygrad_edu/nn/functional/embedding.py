"""Vectors of words, by their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.nn.values import is_array_of_values, numbers_of
from tinygrad_edu.ops import embedding as embeddings
from tinygrad_edu.tensor import Tensor


def check_options(
    max_norm: float | None, norm_type: float, scale_grad_by_freq: bool, sparse: bool
) -> None:
    """Refuse the options of torch's that are not there."""
    refused = {
        "max_norm": max_norm is not None,
        "norm_type, which is for max_norm,": norm_type != 2,
        "scale_grad_by_freq": bool(scale_grad_by_freq),
        "sparse": bool(sparse),
    }
    for name, given in refused.items():
        if given:
            raise NotImplementedError(f"embedding: {name} is not there; leave it at its default")


def row_of_padding(padding_idx: int | None, rows: int) -> int | None:
    """Return which row stands for padding, counted from the front."""
    if padding_idx is None:
        return None
    if not isinstance(padding_idx, (int, np.integer)):
        error = IndexError if isinstance(padding_idx, float) else TypeError  # as torch has it
        raise error(f"padding_idx must be an int, not {type(padding_idx).__name__}")
    if padding_idx and not -rows <= padding_idx < rows:
        raise AssertionError(
            f"Padding_idx must be within num_embeddings, but it is {padding_idx} of {rows}"
        )
    return int(padding_idx) % rows if padding_idx < 0 else int(padding_idx)


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """Look up rows of a table: the result at i is weight[input[i]].

    Args:
        input: int64 or int32, any shape: the numbers of the rows.
        weight: shape (rows, columns).
        padding_idx: a row that gets no gradient, and so stays as it is; negative from the end.
        max_norm: not there.
        norm_type: not there.
        scale_grad_by_freq: not there.
        sparse: not there.

    Returns:
        Shape (…, columns).

    Raises:
        AssertionError: for a padding_idx that there is not.
        IndexError: for a row that there is not.
        RuntimeError: if the input holds no integers, or the weight is no matrix.
        TypeError: if either is no tensor.

    >>> import tinygrad_edu as torch
    >>> table = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
    >>> torch.nn.functional.embedding(torch.tensor([2, 1]), table)
    tensor([[3., 4.],
            [1., 2.]])
    """
    check_options(max_norm, norm_type, scale_grad_by_freq, sparse)
    of_values = is_array_of_values(weight)
    if not of_values and not isinstance(weight, Tensor):
        raise _not_a_tensor("weight", 1, weight)
    if padding_idx is not None and weight.ndim:
        padding_idx = row_of_padding(padding_idx, weight.shape[0])
    if of_values and is_array_of_values(input):
        input = _whole_numbers(input)
    if not isinstance(input, Tensor) and not of_values:
        raise _not_a_tensor("indices", 2, input)
    return embeddings.embedding(weight, input, padding_idx)


def _not_a_tensor(name: str, place: int, given: Any) -> TypeError:
    return TypeError(
        f"embedding(): argument '{name}' (position {place}) must be Tensor, not "
        f"{type(given).__name__}: make one with torch.tensor(...)"
    )


def _whole_numbers(values: Any) -> Any:
    """Return the row numbers that a network of `Value`s was given in a list."""
    numbers = numbers_of(values)
    if not (numbers == np.floor(numbers)).all():
        raise RuntimeError(f"embedding: the numbers of rows must be whole, but got {numbers}")
    return numbers.astype(np.int64)
