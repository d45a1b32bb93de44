"""Running the same program on this library and on torch, and comparing what comes out."""

import warnings

import pytest
from comparing import Raised, assert_same, outcome

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")
import tinygrad_edu as tg  # noqa: E402


def both(program, **tolerances):
    """Run a program on both libraries and compare what comes out, and what it warns of."""
    results = []
    for library in (tg, torch):
        library.manual_seed(0)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = outcome(lambda library=library: program(library))
        results.append((result, [(w.category.__name__, str(w.message)[:40]) for w in caught]))
    (found, advice), (expected, torch_advice) = results
    assert_same(found, expected, **{"rtol": 1e-5, "atol": 1e-6, **tolerances})
    assert advice == torch_advice
    return found, expected


def same_words(found, expected, count=4):
    """Compare the first words of two error messages."""
    assert isinstance(found, Raised)
    texts = [text.message.strip("'\"").replace("\\", "").lower() for text in (found, expected)]
    words = [text.split()[:count] for text in texts]
    assert words[0] == words[1]


def network(lib):
    """Make a network with lists, dictionaries, buffers, tied and missing parts."""
    nn = lib.nn

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.register_buffer("count", lib.zeros(2))
            self.fc = nn.Linear(width, width)
            self.register_buffer("cache", lib.ones(1), persistent=False)
            self.register_buffer("absent", None)
            self.act = nn.LeakyReLU(0.1)

        def forward(self, x):
            return x + self.act(self.fc(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4, bias=False)
            self.note = "plain"
            self.blocks = nn.ModuleList([Block(4), Block(4)])
            self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Sequential(nn.Tanh())})
            self.scale = nn.Parameter(lib.ones(2))
            self.tied = self.first
            self.twin = nn.Linear(3, 4, bias=False)
            self.twin.weight = self.first.weight
            self.add_module("nothing", None)

        def forward(self, x):
            x = self.first(x)
            for block in self.blocks:
                x = block(x)
            return self.heads["a"](self.heads["b"](x)) * self.scale

    return Net()
