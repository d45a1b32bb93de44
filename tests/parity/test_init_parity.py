"""Initialisations that factor or reject what they draw, side by side with torch."""

import pytest
from comparing import Raised
from parity.side_by_side import both, same_words

CALLS = [
    "orthogonal_(w)",
    "orthogonal_(w, gain=2.5)",
    "orthogonal_(w, generator=g)",
    "eye_(w)",
    "trunc_normal_(w)",
    "trunc_normal_(w, mean=1.0, std=0.02)",
    "trunc_normal_(w, std=2.0, a=-1.0, b=1.5)",
    "trunc_normal_(w, 0.0, 1.0, -0.2, 0.2)",
    "trunc_normal_(w, a=1.5, b=4.0)",
    "trunc_normal_(w, mean=-1.0, a=1.0, b=1.1)",
    "trunc_normal_(w, generator=g)",
]
WEIGHTS = {
    "small": lambda lib: lib.zeros(2, 3),
    "wide": lambda lib: lib.zeros(7, 13),
    "high": lambda lib: lib.zeros(13, 7),
    "square": lambda lib: lib.zeros(6, 6),
    "convolution": lambda lib: lib.zeros(4, 3, 2, 2),
    "double": lambda lib: lib.zeros(5, 4, dtype=lib.float64),
    "transposed": lambda lib: lib.zeros(7, 13).t(),
    "every other column": lambda lib: lib.zeros(3, 8)[:, ::2],
    "vector": lambda lib: lib.zeros(9),
    "one column": lambda lib: lib.zeros(4, 1),
    "empty": lambda lib: lib.zeros(0, 3),
    "parameter": lambda lib: lib.nn.Parameter(lib.zeros(3, 3)),
}


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("call", CALLS)
def test_the_numbers(call, weight):
    def program(lib):
        w = WEIGHTS[weight](lib)
        names = {"init": lib.nn.init, "w": w, "g": lib.Generator().manual_seed(5)}
        result = eval(f"init.{call}", names)
        changed = w._version > 0 or not w.numel()
        return result is w, w.detach() * 1, w.requires_grad, changed, lib.rand(2)

    both(program, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    "call",
    [
        "orthogonal_(lib.zeros(3))",
        "eye_(lib.zeros(3))",
        "eye_(lib.zeros(3, 3, 3))",
        "trunc_normal_(lib.zeros(3), a=2.0, b=1.0)",
    ],
)
def test_mistakes(call):
    found, expected = both(lambda lib: eval(f"init.{call}", {"init": lib.nn.init, "lib": lib}))
    assert isinstance(found, Raised)
    if found.kind == "ValueError":
        same_words(found, expected)
