"""Dropout side by side with torch: the same numbers dropped from the same seed."""

import pytest
from parity.side_by_side import both, same_words

SHAPES = {
    "vector": lambda lib: lib.randn(40),
    "matrix": lambda lib: lib.randn(5, 7),
    "images": lambda lib: lib.randn(2, 6, 3, 4),
    "one image": lambda lib: lib.randn(6, 3, 4),
    "double": lambda lib: lib.randn(2, 5, 3, 3, dtype=lib.float64),
    "transposed": lambda lib: lib.randn(6, 5).t(),
    "permuted": lambda lib: lib.randn(2, 3, 4, 5).permute(0, 2, 3, 1),
    "every other column": lambda lib: lib.randn(4, 9)[:, ::2],
    "no rows": lambda lib: lib.randn(0, 3),
    "no dims": lambda lib: lib.randn(()),
}
LAYERS = ["Dropout()", "Dropout(0.1)", "Dropout(p=0.9)", "Dropout(0)", "Dropout(1.0)",
          "Dropout2d()", "Dropout2d(0.25)", "Dropout2d(1)", "Dropout2d(0.0)"]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", LAYERS)
def test_the_same_numbers_are_dropped(text, shape):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn})
        x = SHAPES[shape](lib).detach().requires_grad_()
        y = layer(x)
        (y * y).sum().backward()
        return y, x.grad, lib.rand(2), repr(layer), layer.eval()(x) is x

    both(program)


@pytest.mark.parametrize("name", ["dropout", "dropout2d"])
@pytest.mark.parametrize("training", [True, False])
def test_in_place(name, training):
    def program(lib):
        x = lib.randn(3, 4, 2, 2, requires_grad=True)
        hidden = x * 2
        y = getattr(lib.nn.functional, name)(hidden, 0.5, training, inplace=True)
        y.sum().backward()
        return y is hidden, hidden.detach(), hidden._version, x.grad

    both(program)


def test_a_dropped_layer_in_a_network():
    def program(lib):
        nn = lib.nn
        model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
        model(lib.randn(5, 4)).square().sum().backward()
        return [p.grad for p in model.parameters()]

    both(program)


MISTAKES = {
    "p above 1": lambda lib: lib.nn.Dropout(1.5),
    "p below 0": lambda lib: lib.nn.Dropout2d(-0.5),
    "p above 1 in the function": lambda lib: lib.nn.functional.dropout(lib.ones(2), 2.0),
    "p below 0 in the function": lambda lib: lib.nn.functional.dropout2d(lib.ones(2), -1),
    "integers": lambda lib: lib.nn.functional.dropout(lib.tensor([1, 2])),
    "in place on a leaf": lambda lib: lib.nn.functional.dropout(
        lib.ones(2, requires_grad=True), inplace=True
    ),
    "channels of a vector": lambda lib: lib.nn.functional.dropout2d(lib.ones(3)),
    "channels of a number": lambda lib: lib.nn.functional.dropout2d(lib.tensor(3.0)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    same_words(*both(MISTAKES[name]))
