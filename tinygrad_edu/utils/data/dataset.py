"""Datasets: what has a length and can be indexed; made of tensors, of parts, of others."""

from __future__ import annotations

import itertools
import math
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from tinygrad_edu.drawing import randperm
from tinygrad_edu.random import Generator, default_generator
from tinygrad_edu.tensor import Tensor

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Base of datasets: a subclass says what `dataset[i]` and `len(dataset)` are.

    As torch.utils.data.Dataset; `one + other` puts two behind one another.

    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 4
    ...
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> Squares()[3], len(Squares() + Squares())
    (9, 8)
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(
            f"Subclasses of Dataset should implement __getitem__, but {type(self).__name__} has "
            "none: write `def __getitem__(self, index)`, which returns one sample"
        )

    def __add__(self, other: Dataset[T_co]) -> ConcatDataset[T_co]:
        return ConcatDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Sample i is a tuple of row i of each tensor (torch.utils.data.TensorDataset).

    Args:
        *tensors: each of shape (n, …), with the same n.

    Raises:
        AssertionError: if they differ in n.

    >>> import tinygrad_edu as torch
    >>> data = TensorDataset(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([0, 1]))
    >>> data[1], len(data)
    ((tensor([3., 4.]), tensor(1)), 2)
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        for x in tensors:
            if not isinstance(x, Tensor):
                raise AttributeError(
                    f"TensorDataset takes tensors, but got a {type(x).__name__}: "
                    "convert it with torch.tensor"
                )
            if not x.ndim:
                raise IndexError(
                    "TensorDataset: a tensor without dims has no rows to be the samples; "
                    "give it the shape (n, …)"
                )
        if any(x.shape[0] != tensors[0].shape[0] for x in tensors):
            raise AssertionError(
                "Size mismatch between tensors: the first sizes of the shapes "
                f"{', '.join(str(list(x.shape)) for x in tensors)} are to be equal"
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(x[index] for x in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]  # type: ignore[no-any-return]


class ConcatDataset(Dataset[T_co]):
    """Several datasets one behind the other (torch.utils.data.ConcatDataset).

    Args:
        datasets: datasets with lengths.

    Attributes:
        cumulative_sizes: the index at which each of them ends.

    Raises:
        AssertionError: if there are none.

    >>> ConcatDataset([[1, 2], [3]])[2]
    3
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> T_co:
        if idx < 0:
            if -idx > len(self):
                raise ValueError(
                    "absolute value of index should not exceed dataset length: the index is "
                    f"{idx}, the length {len(self)}"
                )
            idx += len(self)
        if idx >= len(self):
            raise IndexError(
                f"list index out of range: the index is {idx}, the length of the datasets together "
                f"{len(self)}"
            )
        which = bisect_right(self.cumulative_sizes, idx)
        start = self.cumulative_sizes[which - 1] if which else 0
        found: T_co = self.datasets[which][idx - start]
        return found


class Subset(Dataset[T_co]):
    """The samples of a dataset at some indices (torch.utils.data.Subset).

    A subclass that changes `__getitem__` must change `__getitems__` too, which loaders call with
    the indices of a whole batch.

    Args:
        dataset: the whole dataset.
        indices: which samples, in this order.

    Raises:
        NotImplementedError: for a subclass that overrides `__getitem__` alone.

    >>> part = Subset("abcdef", [4, 0])
    >>> part[0], len(part)
    ('e', 2)
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        own = type(self)
        if own.__getitem__ is not Subset.__getitem__ and own.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{own.__name__} overrides __getitem__ but not __getitems__, which a DataLoader "
                "calls: add `def __getitems__(self, indices): return [self[i] for i in indices]`"
            )

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices: list[int]) -> list[T_co]:
        """Return the samples of a batch."""
        return fetch(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def fetch(dataset: Any, indices: Sequence[int]) -> list[Any]:
    """Return the samples at some indices: all at once where the dataset has a way to."""
    if getattr(dataset, "__getitems__", None):
        samples: list[Any] = dataset.__getitems__(indices)
        return samples
    return [dataset[i] for i in indices]


def fetch_tensors(dataset: Any, indices: Sequence[int]) -> list[Tensor] | None:
    """Return the collated batch of a `TensorDataset`, or of parts of one; None of any other.

    Each tensor is indexed once, which for 32 samples takes an eighth of the time of indexing it
    32 times and stacking. Not with gradients: what is recorded is to be what torch records.
    """
    while type(dataset) is Subset:
        indices, dataset = [dataset.indices[i] for i in indices], dataset.dataset
    if type(dataset) is not TensorDataset or any(x.requires_grad for x in dataset.tensors):
        return None
    if not indices or any(type(i) is not int for i in indices):
        return None
    return [x[indices] for x in dataset.tensors]


def random_split(
    dataset: Any,
    lengths: Sequence[float],
    generator: Generator | None = default_generator,
) -> list[Subset[Any]]:
    """Split a dataset at random into subsets that do not overlap (torch.utils.data.random_split).

    Args:
        dataset: what to split.
        lengths: how many samples each gets; or fractions that sum up to 1, rounded down, where
            what is left goes to the first ones, one each.
        generator: where the order comes from; by default the one that `manual_seed` sets.

    Returns:
        A subset for each length.

    Raises:
        ValueError: if the lengths do not sum up to the dataset's, or a fraction is none.

    >>> first, second = random_split(range(10), [0.75, 0.25], Generator().manual_seed(0))
    >>> list(first), list(second)
    ([4, 1, 7, 5, 3, 9, 0, 8], [6, 2])
    """
    total = sum(lengths)
    if math.isclose(total, 1) and total <= 1:
        lengths = _counts(len(dataset), lengths)
    if sum(lengths) != len(dataset):
        raise ValueError(
            "Sum of input lengths does not equal the length of the input dataset! "
            f"{list(lengths)} sum up to {sum(lengths)}, and the dataset has {len(dataset)} samples"
        )
    order = randperm(len(dataset), generator=generator).tolist()
    sizes = [int(n) for n in lengths]
    ends = itertools.accumulate(sizes)
    return [Subset(dataset, order[end - n : end]) for end, n in zip(ends, sizes, strict=True)]


def _counts(total: int, fractions: Sequence[float]) -> list[int]:
    """Turn fractions of a total into whole numbers that sum up to it."""
    for i, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {i} is not between 0 and 1: it is {fraction}")
    counts = [math.floor(total * fraction) for fraction in fractions]
    for i in range(total - sum(counts)):
        counts[i % len(counts)] += 1
    for i, count in enumerate(counts):
        if count == 0:
            warnings.warn(
                f"Length of split at index {i} is 0. This might result in an empty dataset.",
                stacklevel=3,
            )
    return counts
