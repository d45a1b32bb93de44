"""Collating: from a list of samples to one batch, whatever a sample is made of."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.creation import as_tensor, tensor
from tinygrad_edu.dtypes import float64
from tinygrad_edu.ops.shapes import stack
from tinygrad_edu.tensor import Tensor


def default_collate(batch: Any) -> Any:
    """Make one batch of samples: tensors are stacked (torch.utils.data.default_collate).

    Args:
        batch: samples of one kind. Tensors and arrays of one shape become a tensor with one dim
            more in front, numbers a tensor of them (of dtype float64 for floats); texts stay a
            list. Of tuples, lists, named tuples and dictionaries, each member becomes a batch.

    Raises:
        RuntimeError: for tensors of different shapes, or sequences of different lengths.
        TypeError: for samples of another kind.

    >>> import tinygrad_edu as torch
    >>> default_collate([(torch.tensor([1.0, 2.0]), 0), (torch.tensor([3.0, 4.0]), 1)])
    [tensor([[1., 2.],
            [3., 4.]]), tensor([0, 1])]
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch, 0)
    if isinstance(first, np.ndarray):
        _refuse_objects(first.dtype)
        return stack([as_tensor(x) for x in batch], 0)
    if isinstance(first, (np.bool_, np.number)):
        return as_tensor(batch)
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _rebuilt(first, {key: default_collate([x[key] for x in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):  # a named tuple
        return type(first)(*_members(batch))
    if isinstance(first, tuple):
        return _members(batch)
    if isinstance(first, Sequence):
        return _rebuilt(first, _members(batch))
    raise _unknown(type(first))


def default_convert(data: Any) -> Any:
    """Turn arrays inside one sample into tensors, and leave the rest as it is.

    What a loader with `batch_size=None` does to a sample (torch.utils.data.default_convert).
    """
    if isinstance(data, (Tensor, str, bytes)):
        return data
    if isinstance(data, (np.ndarray, np.bool_, np.number)):
        return data if np.asarray(data).dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _rebuilt(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(x) for x in data))
    if isinstance(data, tuple):
        return [default_convert(x) for x in data]
    if isinstance(data, Sequence):
        return _rebuilt(data, [default_convert(x) for x in data])
    return data


def _members(batch: Any) -> list[Any]:
    """Collate the first members of the samples, the second ones, and so on."""
    sizes = [len(sample) for sample in batch]
    if len(set(sizes)) > 1:
        raise RuntimeError(
            "each element in list of batch should be of equal size, but the samples have the "
            f"lengths {sizes}: pass a collate_fn that says how to join them"
        )
    return [default_collate(samples) for samples in zip(*batch, strict=True)]


def _rebuilt(like: Any, members: Any) -> Any:
    """Make a collection of the same class, or a plain one where the class does not allow it."""
    make: Callable[[Any], Any] = type(like)
    try:
        if isinstance(like, MutableMapping):
            clone: Any = copy.copy(like)
            clone.update(members)
            return clone
        if isinstance(like, MutableSequence):
            clone = copy.copy(like)
            for i, member in enumerate(members):
                clone[i] = member
            return clone
        return make(members)
    except TypeError:
        return members


def _refuse_objects(kind: np.dtype[Any]) -> None:
    if kind.kind in "SUOV":
        raise _unknown(kind)


def _unknown(found: Any) -> TypeError:
    return TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {found}: pass a collate_fn that says how to join such samples"
    )
