"""Samplers: in which order a dataset's samples are taken, and how they are cut into batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

from tinygrad_edu.drawing import randint, randperm
from tinygrad_edu.random import Generator, default_generator

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """Base of samplers: a subclass says with `__iter__` which indices come in which order."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(
            f"{type(self).__name__} does not say in which order samples come: write `__iter__`"
        )


class SequentialSampler(Sampler[int]):
    """The indices 0, 1, 2, … (torch.utils.data.SequentialSampler).

    Args:
        data_source: anything with a length.
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The indices in a random order, a new one each time (torch.utils.data.RandomSampler).

    Args:
        data_source: anything with a length.
        replacement: draw each index anew, so that some come twice and some not at all.
        num_samples: how many indices; by default as many as there are samples.
        generator: where the order comes from; by default one that starts, for each order, from a
            number of the one that `manual_seed` sets.

    Raises:
        TypeError: if `replacement` is no bool.
        ValueError: for less than one sample.

    >>> list(RandomSampler(range(5), generator=Generator().manual_seed(0)))
    [4, 0, 1, 3, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        _check_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices there are in one pass."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, count = len(self.data_source), self.num_samples
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(draw_seed(None))
        if self.replacement:  # 32 at a time, as torch
            for start in range(0, count, 32):
                size = (min(32, count - start),)
                yield from randint(n, size, generator=generator).tolist()
        else:
            for _ in range(count // n):
                yield from randperm(n, generator=generator).tolist()
            yield from randperm(n, generator=generator).tolist()[: count % n]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Given indices in a random order (torch.utils.data.SubsetRandomSampler).

    Args:
        indices: which samples.
        generator: where the order comes from; by default the one that `manual_seed` sets.
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler in lists (torch.utils.data.BatchSampler).

    Args:
        sampler: where the indices come from.
        batch_size: how many in a list.
        drop_last: leave out the last list if it is shorter.

    Raises:
        ValueError: if `batch_size` is no positive int, or `drop_last` no bool.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        _check_positive("batch_size", batch_size, bools=False)
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler: Any = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def draw_seed(generator: Generator | None) -> int:
    """Draw 63 bits, as torch.empty((), dtype=torch.int64).random_() does."""
    words = (generator or default_generator)._words64(1)
    return int(words[0]) % 2**63


def _check_positive(name: str, number: Any, bools: bool = True) -> None:
    if not isinstance(number, int) or number <= 0 or (isinstance(number, bool) and not bools):
        raise ValueError(f"{name} should be a positive integer value, but got {name}={number}")
