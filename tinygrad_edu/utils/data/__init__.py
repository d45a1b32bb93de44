"""Datasets, and how batches are drawn from them, with torch.utils.data's names and order."""

from typing import TYPE_CHECKING, NoReturn

from tinygrad_edu.missing import missing
from tinygrad_edu.utils.data.collate import default_collate, default_convert
from tinygrad_edu.utils.data.dataloader import DataLoader
from tinygrad_edu.utils.data.dataset import (
    ConcatDataset,
    Dataset,
    Subset,
    TensorDataset,
    random_split,
)
from tinygrad_edu.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
)

if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.utils.data", name)


__all__ = [
    "BatchSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "default_collate",
    "default_convert",
    "random_split",
]
