"""Datasets and loaders: torch's order from a seed (recorded literals), batches, refusals."""

import subprocess
import sys

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    RandomSampler,
    Sampler,
    Subset,
    TensorDataset,
    default_collate,
    default_convert,
    random_split,
)


def test_both_spellings_of_the_import():
    assert torch.utils.data.DataLoader is DataLoader


def test_shuffles_in_torchs_order():
    torch.manual_seed(0)
    loader = DataLoader(range(10), 4, shuffle=True)
    first, second = ([batch.tolist() for batch in loader] for _ in range(2))
    assert first == [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]
    assert second == [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1]]
    assert torch.rand(1).item() == pytest.approx(0.4556, abs=1e-4)


def test_a_generator_of_its_own_leaves_the_default_one_alone():
    torch.manual_seed(0)
    before = torch.default_generator.get_state()
    loader = DataLoader(range(10), 4, True, generator=torch.Generator().manual_seed(0))
    assert sorted(i for batch in loader for i in batch.tolist()) == list(range(10))
    np.testing.assert_array_equal(torch.default_generator.get_state(), before)


def test_drawing_with_replacement():
    torch.manual_seed(0)
    assert list(RandomSampler(range(5), True, 7)) == [1, 0, 4, 3, 4, 0, 2]


def test_splitting_at_random():
    torch.manual_seed(0)
    parts = random_split(range(10), [0.5, 0.3, 0.2])
    assert [list(part) for part in parts] == [[4, 1, 7, 5, 3], [9, 0, 8], [6, 2]]


def test_an_empty_part_is_warned_of():
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        random_split([1], [0.5, 0.5])


class Squares(Dataset):
    """A dataset as a learner writes it."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return torch.tensor([float(index)]), index**2


def test_a_dataset_of_ones_own():
    batches = list(DataLoader(Squares(), batch_size=2))
    assert [x.shape for x, _ in batches] == [(2, 1), (2, 1), (1, 1)]
    assert [y.tolist() for _, y in batches] == [[0, 1], [4, 9], [16]]
    assert batches[0][1].dtype is torch.int64
    assert len(DataLoader(Squares(), 2, drop_last=True)) == 2
    assert len(list(DataLoader(Squares(), 2, drop_last=True))) == 2


def test_a_dataset_that_fetches_batches_itself():
    class Fast(Squares):
        def __getitems__(self, indices):
            return [10 * i for i in indices]

    assert [x.tolist() for x in DataLoader(Fast(), 3)] == [[0, 10, 20], [30, 40]]
    assert [x.tolist() for x in DataLoader(Subset(Fast(), [4, 1]), 2)] == [[40, 10]]


def test_gradients_flow_through_batches():
    x = torch.ones(4, requires_grad=True)
    for (part,) in DataLoader(TensorDataset(x), 3):
        (2 * part).sum().backward()
    assert x.grad.tolist() == [2.0] * 4


def test_floats_are_doubles_as_in_torch():
    assert default_collate([1.0, 2.0]).dtype is torch.float64
    assert default_convert(np.ones(2, np.float32)).dtype is torch.float32


def test_a_collection_that_cannot_be_copied_becomes_a_plain_one():
    assert [x.tolist() for x in default_collate([range(2), range(2)])] == [[0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("program", "error", "text"),
    [
        (lambda: DataLoader([1], num_workers=2), NotImplementedError, "num_workers=2 is not there"),
        (lambda: DataLoader([1], pin_memory_device="cuda"), NotImplementedError, "cuda"),
        (lambda: TensorDataset(torch.ones(2), torch.ones(3)), AssertionError, r"\[2\], \[3\]"),
        (lambda: TensorDataset([1]), AttributeError, "takes tensors, but got a list"),
        (lambda: TensorDataset(torch.tensor(1.0)), IndexError, "without dims"),
        (lambda: ConcatDataset([[1]])[3], IndexError, "the index is 3"),
        (lambda: random_split([1, 2], [3]), ValueError, "sum up to 3, and the dataset has 2"),
        (lambda: default_collate([[1], [1, 2]]), RuntimeError, r"the lengths \[1, 2\]"),
        (lambda: default_collate([None]), TypeError, "NoneType"),
        (lambda: default_collate([torch.ones(2), torch.ones(3)]), RuntimeError, r"\[2\].*\[3\]"),
        (lambda: BatchSampler([1], 0, False), ValueError, "batch_size=0"),
        (lambda: Dataset()[0], NotImplementedError, "__getitem__"),
        (lambda: list(Sampler()), NotImplementedError, "__iter__"),
        (lambda: torch.utils.data.WeightedRandomSampler, AttributeError, "WeightedRandomSampler"),
    ],
)  # fmt: skip
def test_mistakes(program, error, text):
    with pytest.raises(error, match=text):
        program()


def test_the_package_does_not_import_it_before_its_use():
    code = "import sys, tinygrad_edu; print('tinygrad_edu.utils' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
