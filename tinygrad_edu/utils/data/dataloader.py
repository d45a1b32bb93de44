"""DataLoader: goes through a dataset in batches, shuffled in torch's order from the same seed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from tinygrad_edu.random import Generator
from tinygrad_edu.utils.data.collate import default_collate, default_convert
from tinygrad_edu.utils.data.dataset import fetch, fetch_tensors
from tinygrad_edu.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    draw_seed,
)

T_co = TypeVar("T_co", covariant=True)

_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """Goes through a dataset in batches, in this process (torch.utils.data.DataLoader).

    Args:
        dataset: has a length and can be indexed.
        batch_size: samples per batch; None gives the samples one by one, as they are.
        shuffle: take them in a random order, a new one in each pass.
        sampler: the order of the samples' indices, if another.
        batch_sampler: lists of indices, one for each batch; instead of the four above and
            `drop_last`.
        num_workers: 0; other processes are not there.
        collate_fn: makes a batch of a list of samples; by default `default_collate`.
        pin_memory: True warns that there is nothing to pin memory for, as torch on a CPU.
        drop_last: leave out the last batch if it is smaller.
        timeout: 0, since there are no workers to wait for.
        worker_init_fn: called in each worker, so never.
        multiprocessing_context: None, since there are no workers.
        generator: where a random order comes from; by default the one that `manual_seed` sets.
        prefetch_factor: None, since there are no workers.
        persistent_workers: False, since there are no workers.
        pin_memory_device: "".
        in_order: batches come in order, whether they have to or not.

    Raises:
        ValueError: for options that exclude one another, or no positive batch size.
        NotImplementedError: for workers.

    >>> import tinygrad_edu as torch
    >>> loader = DataLoader(torch.arange(5), batch_size=2)
    >>> list(loader), len(loader)
    ([tensor([0, 1]), tensor([2, 3]), tensor([4])], 3)
    """

    _fixed = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _refuse_workers(
            num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context
        )
        if pin_memory_device:
            raise NotImplementedError(
                f"pin_memory_device={pin_memory_device!r} is not there: the CPU is the only device"
            )
        if generator is not None and not isinstance(generator, Generator):
            kind = type(generator).__name__
            raise TypeError(f"DataLoader(): argument 'generator' must be a Generator, not {kind}")
        shuffle = bool(shuffle)
        _refuse_contradictions(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batch_sampler is not None:
            batch_size = None
        if sampler is None:
            in_turn, at_random = SequentialSampler, RandomSampler
            sampler = at_random(dataset, generator=generator) if shuffle else in_turn(dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler: Any = sampler
        self.batch_sampler: Any = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn or (default_collate if self._batched else default_convert)
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = prefetch_factor
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self._fixed = True

    @property
    def _batched(self) -> bool:
        return self.batch_sampler is not None

    def __setattr__(self, name: str, value: Any) -> None:
        if self._fixed and name in _FIXED:
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized: "
                "make another loader"
            )
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        return _Pass(self)

    def __len__(self) -> int:
        return len(self.batch_sampler if self._batched else self.sampler)


class _Pass:
    """One pass through a dataset."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device "
                "pinned memory won't be used.",
                stacklevel=3,
            )
        if loader.timeout:
            raise AssertionError(
                f"timeout={loader.timeout}: without workers there is nothing to wait for; use 0"
            )
        self._loader = loader
        self._indices = iter(loader.batch_sampler if loader._batched else loader.sampler)
        # torch draws the workers' seed even if there are none: what is drawn next depends on it.
        draw_seed(loader.generator)

    def __iter__(self) -> _Pass:
        return self

    def __next__(self) -> Any:
        index, loader = next(self._indices), self._loader
        if loader.collate_fn is default_collate:
            batch = fetch_tensors(loader.dataset, index)
            if batch is not None:
                return batch
        samples = fetch(loader.dataset, index) if loader._batched else loader.dataset[index]
        return loader.collate_fn(samples)

    def __len__(self) -> int:
        return len(self._loader)


def _refuse_workers(
    num_workers: int, timeout: float, prefetch_factor: Any, persistent_workers: bool, context: Any
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable "
            f"multiprocessing. It is {num_workers}"
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, not {timeout}")
    if num_workers:
        raise NotImplementedError(
            f"num_workers={num_workers} is not there: batches are made in this process; use "
            "num_workers=0"
        )
    if prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing: set it to None"
        )
    if persistent_workers:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if context is not None:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading "
            f"(num_workers > 0), but got num_workers={num_workers}"
        )


def _refuse_contradictions(
    batch_size: Any, shuffle: bool, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (
        batch_size != 1 or shuffle or sampler is not None or drop_last
    ):
        raise ValueError(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
            "drop_last"
        )
    if batch_size is None and drop_last:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        )
