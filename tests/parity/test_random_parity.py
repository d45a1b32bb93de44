"""Every draw against torch, number by number and bit by bit."""

import platform

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tinygrad_edu.random import Generator, default_generator

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

f32, f64 = np.float32, np.float64
DTYPES = {f32: torch.float32, f64: torch.float64}
COUNTS = [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 623, 624, 625, 5000]
FLOATS = st.floats(-1e4, 1e4, width=32)
SEEDS = st.integers(-(2**63), 2**64 - 1)


# torch's last bits depend on the processor; on x86 they are the ones drawn here.
TOLERANCE = 0 if platform.machine().lower() in ("x86_64", "amd64") else 1e-6


def same(drawn, tensor):
    expected = tensor.numpy()
    assert (drawn.dtype, drawn.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(drawn, expected, rtol=TOLERANCE, atol=TOLERANCE)


def same_state(ours, theirs):
    np.testing.assert_array_equal(ours.get_state(), theirs.get_state().numpy())


def empty(n, dtype):
    return torch.empty(n, dtype=DTYPES[dtype])


# name: (ours, torch's), each of (generator, count, dtype, a, b) with a number a and b > 0
DRAWS = {
    "rand": (
        lambda g, n, d, a, b: g.uniform((n,), d),
        lambda g, n, d, a, b: torch.rand(n, dtype=DTYPES[d], generator=g),
    ),
    "uniform_": (
        lambda g, n, d, a, b: g.uniform((n,), d, a, a + b),
        lambda g, n, d, a, b: empty(n, d).uniform_(a, a + b, generator=g),
    ),
    "randn": (
        lambda g, n, d, a, b: g.normal((n,), d),
        lambda g, n, d, a, b: torch.randn(n, dtype=DTYPES[d], generator=g),
    ),
    "normal_": (
        lambda g, n, d, a, b: g.normal((n,), d, a, b),
        lambda g, n, d, a, b: empty(n, d).normal_(a, b, generator=g),
    ),
    "randint": (
        lambda g, n, d, a, b: g.integers(int(a), int(a + b) + 1, (n,)),
        lambda g, n, d, a, b: torch.randint(int(a), int(a + b) + 1, (n,), generator=g),
    ),
    "randperm": (
        lambda g, n, d, a, b: g.permutation(n),
        lambda g, n, d, a, b: torch.randperm(n, generator=g),
    ),
    "bernoulli_": (
        lambda g, n, d, a, b: g.bernoulli(b % 1, (n,), d),
        lambda g, n, d, a, b: empty(n, d).bernoulli_(b % 1, generator=g),
    ),
    "bernoulli": (
        lambda g, n, d, a, b: g.bernoulli(np.full(n, b % 1, d)),
        lambda g, n, d, a, b: torch.bernoulli(empty(n, d).fill_(b % 1), generator=g),
    ),
    "exponential_": (
        lambda g, n, d, a, b: g.exponential((n,), d, b),
        lambda g, n, d, a, b: empty(n, d).exponential_(b, generator=g),
    ),
}


@given(
    seed=SEEDS,
    calls=st.lists(
        st.tuples(
            st.sampled_from(sorted(DRAWS)),
            st.sampled_from(COUNTS),
            st.sampled_from([f32, f64]),
            FLOATS,
            st.floats(2**-10, 1e4, width=32),
        ),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=300)
def test_any_sequence_of_draws(seed, calls):
    ours, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    for name, n, dtype, a, b in calls:
        draw, reference = DRAWS[name]
        same(draw(ours, n, dtype, a, b), reference(theirs, n, dtype, a, b))
        same_state(ours, theirs)


@pytest.mark.parametrize("dtype", [f32, f64])
@pytest.mark.parametrize("name", sorted(DRAWS))
def test_a_million_numbers(name, dtype):
    ours, theirs = Generator().manual_seed(12), torch.Generator().manual_seed(12)
    draw, reference = DRAWS[name]
    n = 50_000 if name == "randperm" else 1_000_003
    same(draw(ours, n, dtype, 1000.0, 0.3), reference(theirs, n, dtype, 1000.0, 0.3))
    same_state(ours, theirs)


@given(seed=SEEDS, low=st.integers(-(2**63), 2**63 - 2), span=st.integers(1, 2**64 - 1))
@example(seed=0, low=0, span=2**28 - 1)
@example(seed=0, low=0, span=2**28)
@example(seed=0, low=0, span=2**32)
@example(seed=0, low=-(2**63), span=2**64 - 1)
def test_randint_of_any_range(seed, low, span):
    high = min(low + span, 2**63 - 1)
    ours, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    same(ours.integers(low, high, (7,)), torch.randint(low, high, (7,), generator=theirs))


@pytest.mark.parametrize("shape", [(5,), (4, 6), (2, 3, 50)])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.75])
def test_dropout_masks(shape, p):
    torch.manual_seed(3)
    expected = torch.nn.functional.dropout(torch.ones(shape), p)
    default_generator.manual_seed(3)
    same(default_generator.bernoulli(1 - p, shape) / f32(1 - p), expected)


@pytest.mark.parametrize("inputs", [1, 3, 7, 16, 784])
def test_linear_weights(inputs):
    torch.manual_seed(4)
    layer = torch.nn.Linear(inputs, 5)
    default_generator.manual_seed(4)
    bound = inputs**-0.5
    same(default_generator.uniform((5, inputs), low=-bound, high=bound), layer.weight.detach())
    same(default_generator.uniform((5,), low=-bound, high=bound), layer.bias.detach())


@pytest.mark.parametrize("p", [f32([0.2, 0.9, 0.5]), f64([[0.2], [0.9]]), np.array(0.5, f32)])
def test_bernoulli_probabilities_expand(p):
    ours, theirs = Generator().manual_seed(0), torch.Generator().manual_seed(0)
    expected = torch.empty(2, 3).bernoulli_(torch.tensor(p), generator=theirs)
    same(ours.bernoulli(p, (2, 3), f32), expected)


def test_states_move_between_the_libraries():
    ours, theirs = Generator().manual_seed(8), torch.Generator().manual_seed(9)
    ours.normal((701,))
    theirs.set_state(torch.from_numpy(ours.get_state()))
    same(ours.normal((3,)), torch.randn(3, generator=theirs))
    torch.rand(623, generator=theirs)
    ours.set_state(theirs.get_state().numpy())
    same(ours.normal((3,)), torch.randn(3, generator=theirs))
    same_state(ours, theirs)


def test_generators_start_alike():
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    same(Generator().uniform((3,)), torch.rand(3, generator=torch.Generator()))


ERRORS = [
    (lambda: Generator().manual_seed(1.5), lambda: torch.Generator().manual_seed(1.5)),
    (lambda: Generator().manual_seed(True), lambda: torch.Generator().manual_seed(True)),
    (lambda: Generator().manual_seed("a"), lambda: torch.Generator().manual_seed("a")),
    (lambda: Generator().manual_seed(2**64), lambda: torch.Generator().manual_seed(2**64)),
    (lambda: Generator("cuda"), lambda: torch.Generator("cuda")),
    (lambda: Generator().set_state(None), lambda: torch.Generator().set_state(None)),
    (
        lambda: Generator().set_state(np.zeros(3, np.uint8)),
        lambda: torch.Generator().set_state(torch.zeros(3, dtype=torch.uint8)),
    ),
    (
        lambda: Generator().set_state(np.zeros(5056, np.uint8)),
        lambda: torch.Generator().set_state(torch.zeros(5056, dtype=torch.uint8)),
    ),
    (lambda: Generator().uniform((2,), f32, 2, 1), lambda: torch.empty(2).uniform_(2, 1)),
    (lambda: Generator().uniform((2,), np.int64), lambda: torch.rand(2, dtype=torch.int64)),
    (
        lambda: Generator().uniform((2,), f32, -3e38, 3e38),
        lambda: torch.empty(2).uniform_(-3e38, 3e38),
    ),
    (lambda: Generator().normal((2,), f32, 0, -1), lambda: torch.empty(2).normal_(0, -1)),
    (lambda: Generator().normal((2,), np.int64), lambda: torch.randn(2, dtype=torch.int64)),
    (lambda: Generator().integers(3, 3, (2,)), lambda: torch.randint(3, 3, (2,))),
    (lambda: Generator().integers(0, 2**63, (2,)), lambda: torch.randint(0, 2**63, (2,))),
    (lambda: Generator().integers(0.5, 3, (2,)), lambda: torch.randint(0.5, 3, (2,))),
    (lambda: Generator().permutation(-1), lambda: torch.randperm(-1)),
    (lambda: Generator().bernoulli(1.5, (2,)), lambda: torch.empty(2).bernoulli_(1.5)),
    (lambda: Generator().bernoulli(f32([1.5])), lambda: torch.bernoulli(torch.tensor([1.5]))),
    (lambda: Generator().bernoulli(np.array([1])), lambda: torch.bernoulli(torch.tensor([1]))),
    (
        lambda: Generator().bernoulli(f32([0.5, 0.5]), (3,)),
        lambda: torch.empty(3).bernoulli_(torch.tensor([0.5, 0.5])),
    ),
    (
        lambda: Generator().exponential((2,), f32, 0),
        lambda: torch.empty(2).exponential_(0),
    ),
]


@pytest.mark.parametrize(("ours", "theirs"), ERRORS)
def test_errors_are_of_torchs_class(ours, theirs):
    with pytest.raises(Exception) as expected:
        theirs()
    with pytest.raises(expected.type):
        ours()
