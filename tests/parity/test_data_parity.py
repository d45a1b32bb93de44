"""Datasets, samplers and loaders side by side with torch: order, batches, mistakes, advice."""

from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from comparing import Raised
from parity.side_by_side import both, same_words

Point = namedtuple("Point", "x y")


def pairs(lib, n=10):
    x = lib.arange(2 * n).reshape(n, 2) * 0.5
    return lib.utils.data.TensorDataset(x, lib.arange(n))


LOADERS = [
    "DataLoader(data)",
    "DataLoader(data, 3)",
    "DataLoader(data, batch_size=5, shuffle=True)",
    "DataLoader(data, 4, True, drop_last=True)",
    "DataLoader(data, 4, shuffle=False)",
    "DataLoader(data, batch_size=None)",
    "DataLoader(data, batch_size=None, shuffle=True)",
    "DataLoader(data, 3, shuffle=True, generator=lib.Generator().manual_seed(5))",
    "DataLoader(data, 3, generator=lib.Generator().manual_seed(5))",
    "DataLoader(data, 3, sampler=[1, 7, 1, 2])",
    "DataLoader(data, 3, sampler=RandomSampler(data, replacement=True, num_samples=70))",
    "DataLoader(data, 3, sampler=RandomSampler(data, num_samples=25))",
    "DataLoader(data, 3, sampler=RandomSampler(data, True, 5, lib.Generator().manual_seed(1)))",
    "DataLoader(data, 2, sampler=SubsetRandomSampler([1, 2, 3, 5, 8]))",
    "DataLoader(data, batch_sampler=[[1, 2, 3], [9]])",
    "DataLoader(data, batch_sampler=BatchSampler(SequentialSampler(data), 4, True))",
    "DataLoader(data, batch_sampler=BatchSampler(RandomSampler(data), 4, False))",
    "DataLoader(data, 4, collate_fn=lambda samples: [y for _, y in samples])",
    "DataLoader(Subset(data, [3, 1, 4, 1, 5]), 2)",
    "DataLoader(Subset(Subset(data, range(5)), [4, 0, 2]), 2, shuffle=True)",
    "DataLoader(data + data, 6, shuffle=True)",
    "DataLoader(data, 2, sampler=lib.tensor([3, 1, 4]))",
    "DataLoader(data, 2, sampler=[-1, 0, -10])",
    "DataLoader(data, 2, sampler=[True, False])",
    "DataLoader(data, batch_sampler=[[1], []])",
    "DataLoader(data, 2, sampler=[0, 99])",
    "DataLoader(Subset(data, lib.tensor([3, 1, 4])), 2)",
    "DataLoader(TensorDataset(lib.ones(3, requires_grad=True), lib.zeros(3)), 2)",
    "DataLoader(ConcatDataset([range(3), range(2), []]), 2)",
    "DataLoader(random_split(data, [7, 3])[0], 4, True)",
    "DataLoader([])",
    "DataLoader(lib.arange(6.0), 4)",
    "DataLoader(np.arange(6).reshape(3, 2), 2)",
    "DataLoader(np.arange(6).reshape(3, 2), batch_size=None)",
    "DataLoader('abc', 2)",
    "DataLoader([{'x': 1.0, 'y': 'a'}, {'x': 2.0, 'y': 'b'}], 2)",
    "DataLoader(data, 4, pin_memory=True)",
    "DataLoader(data, 4, worker_init_fn=print, in_order=False)",
]


def made(lib, text, data):
    names = {name: getattr(lib.utils.data, name) for name in dir(lib.utils.data)}
    return eval(text, {**names, "lib": lib, "data": data, "np": np})


@pytest.mark.parametrize("text", LOADERS)
def test_two_passes_and_what_is_drawn_after_them(text):
    def program(lib):
        loader = made(lib, text, pairs(lib))
        passes = []
        for _ in range(2):
            passes.append(list(loader))
            passes.append(lib.rand(2))  # as much was drawn from the default generator
        return len(loader), passes

    both(program)


def test_when_the_numbers_are_drawn():
    def program(lib):
        loader = lib.utils.data.DataLoader(pairs(lib), 5, shuffle=True)
        numbers = [lib.rand(1)]
        batches = iter(loader)
        numbers.append(lib.rand(1))
        first = next(batches)
        numbers.append(lib.rand(1))
        return len(batches), iter(batches) is batches, first, list(batches), numbers

    both(program)


SAMPLERS = [
    "SequentialSampler(data)",
    "RandomSampler(data)",
    "RandomSampler(data, generator=lib.Generator().manual_seed(3))",
    "RandomSampler(data, num_samples=4)",
    "RandomSampler(data, num_samples=30)",
    "RandomSampler(data, True)",
    "RandomSampler(data, True, 64)",
    "RandomSampler(range(1000), True, 100)",
    "RandomSampler(range(1000))",
    "SubsetRandomSampler('abcdef')",
    "SubsetRandomSampler([5, 6, 7], lib.Generator().manual_seed(3))",
    "BatchSampler(range(7), 3, False)",
    "BatchSampler(range(7), 3, True)",
    "BatchSampler(range(6), 3, True)",
    "BatchSampler(RandomSampler(data), batch_size=3, drop_last=True)",
]


@pytest.mark.parametrize("text", SAMPLERS)
def test_samplers(text):
    def program(lib):
        sampler = made(lib, text, pairs(lib))
        return list(sampler), list(sampler), len(sampler), lib.rand(1)

    both(program)


SPLITS = ["[7, 3]", "[10]", "[0.5, 0.5]", "[0.33, 0.33, 0.34]", "[1.0]", "[0, 10]", "[0.99, 0.01]",
          "[3, 7], lib.Generator().manual_seed(42)", "[3, 7], None", "(0.3, 0.3, 0.4)"]  # fmt: skip


@pytest.mark.parametrize("arguments", SPLITS)
def test_random_split(arguments):
    def program(lib):
        parts = made(lib, f"random_split(data, {arguments})", range(10))
        return [list(part) for part in parts], [part.indices for part in parts], lib.rand(1)

    both(program)


BATCHES = {
    "tensors": lambda lib: [lib.ones(2, 3), lib.zeros(2, 3)],
    "tensors with gradients": lambda lib: [lib.ones(2, requires_grad=True), lib.zeros(2)],
    "arrays": lambda lib: [np.ones(2), np.zeros(2)],
    "arrays of bools": lambda lib: [np.array(True), np.array(False)],
    "numpy's numbers": lambda lib: [np.float32(1), np.float32(2)],
    "numpy's doubles": lambda lib: [np.float64(1), np.float64(2)],
    "numpy's ints": lambda lib: [np.int32(1), np.int32(2)],
    "floats": lambda lib: [1.0, 2.0],
    "ints": lambda lib: [1, 2],
    "bools": lambda lib: [True, False],
    "texts": lambda lib: ["a", "b"],
    "bytes": lambda lib: [b"a", b"b"],
    "tuples": lambda lib: [(1, "a", 2.0), (3, "b", 4.0)],
    "lists": lambda lib: [[1, 2], [3, 4]],
    "nested": lambda lib: [(lib.ones(2), {"k": [n, (2, 3)]}) for n in (1.0, 4.0)],
    "dictionaries": lambda lib: [{"a": 0, "b": 1.0}, {"a": 2, "b": 3.0}],
    "ordered dictionaries": lambda lib: [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
    "named tuples": lambda lib: [Point(1, 2.0), Point(3, 4.0)],
    "ranges": lambda lib: [range(2), range(2, 4)],
    "one": lambda lib: [lib.tensor(3.0)],
    "no samples": lambda lib: [],
    "different shapes": lambda lib: [lib.ones(2), lib.ones(3)],
    "different lengths": lambda lib: [[1], [1, 2]],
    "different kinds": lambda lib: [lib.ones(2), 3.0],
    "none": lambda lib: [None, None],
    "objects": lambda lib: [object(), object()],
    "sets": lambda lib: [{1}, {2}],
    "arrays of texts": lambda lib: [np.array(["a"])],
    "missing keys": lambda lib: [{"a": 1}, {"b": 1}],
    "float then int": lambda lib: [1.5, 2],
}  # fmt: skip


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
def test_collating(name, function):
    def program(lib):
        result = getattr(lib.utils.data, function)(BATCHES[name](lib))
        return type(result).__name__, described(result)

    if (name, function) != ("objects", "default_convert"):  # whose text is its address
        both(program)


def described(x):
    """Make named tuples and dictionaries of other classes comparable."""
    return {"fields": x._asdict()} if hasattr(x, "_fields") else x


MISTAKES = [
    "DataLoader(data, 0)",
    "DataLoader(data, -1)",
    "DataLoader(data, 2.5)",
    "DataLoader(data, True)",
    "DataLoader(data, drop_last=1)",
    "DataLoader(data, shuffle=True, sampler=[1])",
    "DataLoader(data, 2, batch_sampler=[[1]])",
    "DataLoader(data, shuffle=True, batch_sampler=[[1]])",
    "DataLoader(data, sampler=[1], batch_sampler=[[1]])",
    "DataLoader(data, drop_last=True, batch_sampler=[[1]])",
    "DataLoader(data, None, drop_last=True)",
    "DataLoader(data, num_workers=-1)",
    "DataLoader(data, timeout=-1)",
    "DataLoader(data, prefetch_factor=2)",
    "DataLoader(data, persistent_workers=True)",
    "DataLoader(data, multiprocessing_context='fork')",
    "DataLoader([], shuffle=True)",
    "setattr(DataLoader(data), 'batch_size', 4)",
    "setattr(DataLoader(data), 'dataset', data)",
    "setattr(DataLoader(data), 'sampler', data)",
    "RandomSampler(data, 'yes')",
    "RandomSampler(data, num_samples=0)",
    "RandomSampler(data, num_samples=2.0)",
    "BatchSampler(range(5), 0, False)",
    "BatchSampler(range(5), 2, 0)",
    "random_split(data, [3, 4])",
    "random_split(data, [0.3, 0.4])",
    "random_split(data, [1.5, -0.5])",
    "TensorDataset(lib.ones(2), lib.ones(3))",
    "ConcatDataset([])",
    "ConcatDataset([data])[-11]",
    "Dataset()[0]",
    "type('Part', (Subset,), {'__getitem__': lambda self, i: 0})(data, [1])",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes(text):
    same_words(*both(lambda lib: made(lib, text, pairs(lib))), count=3)


CLASSES = [
    "TensorDataset(lib.tensor(1.0))",
    "TensorDataset([1, 2])",
    "len(Dataset())",
    "data[10]",
    "data[-11]",
    "ConcatDataset([[1], [2]])[2]",
    "list(DataLoader(data, timeout=3))",
    "list(DataLoader([1], sampler=[5]))",
    "list(DataLoader(object()))",
    "iter(Sampler())",
]


@pytest.mark.parametrize("text", CLASSES)
def test_classes_of_errors(text):
    found, _ = both(lambda lib: made(lib, text, pairs(lib)))
    assert isinstance(found, Raised)


FACTS = [
    "data[2]",
    "data[-1]",
    "data[2:4]",
    "data[[1, 3]]",
    "len(data)",
    "Subset(data, [4, 2])[1]",
    "Subset(data, [4, 2])[[0, 1]]",
    "Subset(data, [4, 2, 0]).__getitems__([0, 2])",
    "ConcatDataset([range(3), range(5)])[-1]",
    "ConcatDataset([range(3), range(5)]).cumulative_sizes",
    "len(data + data)",
    "(data + data)[13]",
    "DataLoader(data, 3).batch_size, DataLoader(data, batch_sampler=[[1]]).batch_size",
    "DataLoader(data, 3, drop_last=True).drop_last, DataLoader(data).num_workers",
    "type(DataLoader(data).sampler).__name__, type(DataLoader(data, 2, True).sampler).__name__",
    "type(DataLoader(data).batch_sampler).__name__, DataLoader(data, None).batch_sampler",
    "DataLoader(data).collate_fn.__name__, DataLoader(data, None).collate_fn.__name__",
    "RandomSampler(data).num_samples",
]


@pytest.mark.parametrize("text", FACTS)
def test_facts(text):
    both(lambda lib: made(lib, text, pairs(lib)))


def test_training_in_batches_from_the_same_seed():
    def program(lib):
        nn = lib.nn
        x = lib.randn(40, 3)
        data = lib.utils.data.TensorDataset(x, (x * x).sum(1, keepdim=True))
        loader = lib.utils.data.DataLoader(data, batch_size=16, shuffle=True)
        model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
        optimizer = lib.optim.SGD(model.parameters(), lr=0.05)
        losses = []
        for _ in range(5):
            for inputs, targets in loader:
                loss = nn.functional.mse_loss(model(inputs), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses

    both(program, rtol=1e-4)
