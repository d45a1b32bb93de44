"""Embedding side by side with torch: first numbers, lookups, gradients, mistakes."""

import pytest
from parity.side_by_side import both, same_words

INDICES = {
    "one": lambda lib: lib.tensor(2),
    "vector": lambda lib: lib.tensor([4, 0, 2, 2, 0]),
    "matrix": lambda lib: lib.tensor([[1, 2, 4], [4, 3, 2]]),
    "int32": lambda lib: lib.tensor([[[1], [1]]], dtype=lib.int32),
    "transposed": lambda lib: lib.tensor([[1, 2, 4], [4, 3, 2]]).t(),
}
LAYERS = [
    "Embedding(5, 3)",
    "Embedding(5, 1)",
    "Embedding(5, 3, padding_idx=2)",
    "Embedding(5, 3, -1)",
    "Embedding(20, 4, padding_idx=0)",
]


TOLERANCES = {"float32": {}, "float64": {"rtol": 1e-9, "atol": 1e-12}}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("text", LAYERS)
def test_lookups(text, index, dtype):
    def program(lib):
        make = {"nn": lib.nn, "dtype": getattr(lib, dtype)}
        layer = eval(f"nn.{text[:-1]}, dtype=dtype)", make)
        y = layer(INDICES[index](lib))
        (first,) = lib.autograd.grad((y * y * y).sum(), layer.weight, create_graph=True)
        (first * first).sum().backward()
        return y, first.detach(), layer.weight.grad, layer.weight, repr(layer), layer.padding_idx

    both(program, **TOLERANCES[dtype])


PROGRAMS = {
    "nothing": lambda lib: lib.nn.Embedding(3, 2)(lib.zeros(0, 4, dtype=lib.int64)),
    "no rows": lambda lib: lib.nn.Embedding(0, 2)(lib.zeros(0, dtype=lib.int64)),
    "state": lambda lib: lib.nn.Embedding(3, 2, padding_idx=1).state_dict(),
    "pretrained": lambda lib: lib.nn.Embedding.from_pretrained(lib.ones(3, 2))(lib.tensor([1])),
    "trained on": lambda lib: lib.nn.Embedding.from_pretrained(lib.ones(3, 2), False, 1),
    "of pretrained integers": lambda lib: lib.nn.Embedding.from_pretrained(lib.tensor([[1, 2]]))(
        lib.tensor([0])
    ),
    "frozen": lambda lib: lib.nn.Embedding(3, 2, _freeze=True).weight,
    "in float64": lambda lib: lib.nn.Embedding(3, 2, dtype=lib.float64).weight,
    "17 numbers": lambda lib: lib.nn.Embedding(17, 1).weight,
    "function": lambda lib: lib.nn.functional.embedding(lib.tensor([1, 0]), lib.eye(2)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_embeddings(name):
    both(lambda lib: PROGRAMS[name](lib))


def test_pretrained_vectors_share_memory():
    def program(lib):
        vectors = lib.ones(2, 2)
        layer = lib.nn.Embedding.from_pretrained(vectors)
        vectors[0, 0] = 7.0
        return layer.weight

    both(program)


def test_training_leaves_the_padding():
    def program(lib):
        layer = lib.nn.Embedding(6, 3, padding_idx=0)
        optimizer = lib.optim.SGD(layer.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            layer(lib.tensor([[0, 1], [5, 1]])).sin().sum().backward()
            optimizer.step()
        return layer.weight

    both(program)


MISTAKES = {
    "too large": lambda lib, nn: nn.Embedding(3, 2)(lib.tensor([3])),
    "negative": lambda lib, nn: nn.Embedding(3, 2)(lib.tensor([-1])),
    "floats": lambda lib, nn: nn.Embedding(3, 2)(lib.tensor([1.0])),
    "bools": lambda lib, nn: nn.Embedding(3, 2)(lib.tensor([True])),
    "bytes": lambda lib, nn: nn.Embedding(3, 2)(lib.tensor([1], dtype=lib.uint8)),
    "a list": lambda lib, nn: nn.Embedding(3, 2)([1]),
    "a weight in a list": lambda lib, nn: nn.functional.embedding(lib.tensor([0]), [[1.0]]),
    "a vector as weight": lambda lib, nn: nn.functional.embedding(lib.tensor([0]), lib.ones(2)),
    "swapped": lambda lib, nn: nn.functional.embedding(lib.ones(2, 2), lib.tensor([0])),
    "padding too large": lambda lib, nn: nn.Embedding(3, 2, padding_idx=3),
    "padding too small": lambda lib, nn: nn.Embedding(3, 2, padding_idx=-4),
    "padding in the function": lambda lib, nn: nn.functional.embedding(
        lib.tensor([0]), lib.ones(2, 2), 2
    ),
    "pretrained vector": lambda lib, nn: nn.Embedding.from_pretrained(lib.ones(3)),
    "another shape": lambda lib, nn: nn.Embedding(2, 3, _weight=lib.ones(3, 2)),
}
OTHER_WORDS = {
    "padding that is no integer": lambda lib, nn: nn.Embedding(3, 2, padding_idx=1.0),
    "no rows": lambda lib, nn: nn.Embedding(0, 2)(lib.tensor([0])),
    "negative size": lambda lib, nn: nn.Embedding(-1, 2),
    "size that is no integer": lambda lib, nn: nn.Embedding("a", 2),
    "integers as weight": lambda lib, nn: nn.Embedding(2, 3, dtype=lib.int64),
    "a number as weight": lambda lib, nn: nn.functional.embedding(lib.tensor([0]), lib.tensor(1.0)),
}


@pytest.mark.parametrize("name", [*MISTAKES, *OTHER_WORDS])
def test_mistakes(name):
    mistake = MISTAKES.get(name) or OTHER_WORDS[name]
    found, expected = both(lambda lib: mistake(lib, lib.nn))
    if name in MISTAKES:
        same_words(found, expected)
