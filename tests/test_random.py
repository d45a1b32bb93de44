"""Random numbers: torch's numbers as literals, and what holds for every seed."""

import copy
import hashlib
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_edu import random
from tinygrad_edu.random import Generator

f32, f64, i64 = np.float32, np.float64, np.int64


def generator(seed):
    return Generator().manual_seed(seed)


# What torch 2.13 draws on the CPU: seed, draw, dtype, numbers.
DRAWS = [
    (0, lambda g: g.uniform((4,)), f32, [0.4962566, 0.7682218, 0.08847743, 0.13203049]),
    (67280421310721, lambda g: g.uniform((2,)), f32, [0.26729524, 0.8725283]),
    (
        1,
        lambda g: g.uniform((3,), f64),
        f64,
        [0.06105327471962363, 0.2245545065676504, 0.23425251394483937],
    ),
    (
        2,
        lambda g: g.uniform((4,), low=-(3**-0.5), high=3**-0.5),
        f32,
        [0.13243847, -0.13739452, 0.158326, -0.029489806],
    ),
    (
        3,
        lambda g: g.uniform((3,), f64, -3, 7),
        f64,
        [-2.658918043494795, -0.13259773278693054, 4.729149443285843],
    ),
    (0, lambda g: g.normal((4,)), f32, [1.5409961, -0.2934289, -2.1787894, 0.56843126]),
    (
        0,
        lambda g: g.normal((3,), f64),
        f64,
        [1.5409961082440433, -0.2934289057609464, -2.1787893820745574],
    ),
    (
        3,
        lambda g: g.normal((3,), f64, 3.3, 0.7),
        f64,
        [3.862293254667445, 3.4223833752953725, 3.362284666518115],
    ),
    (
        0,
        lambda g: g.normal((16,))[5:11],
        f32,
        [0.69200915, -0.31601277, -2.1152194, 0.32227492, -1.2633348, 0.3499832],
    ),
    (42, lambda g: g.normal((19,))[:3], f32, [1.9269153, 1.4872841, 0.9007172]),
    (42, lambda g: g.normal((19,))[-3:], f32, [-0.30972677, -0.3957105, 0.80340934]),
    (1, lambda g: g.normal((18,), f32, 5, 0.25)[:3], f32, [4.618601, 4.812442, 5.1748857]),
    (
        0,
        lambda g: g.normal((17,), f64)[-2:],
        f64,
        [-0.8910030351707375, 0.6748575435940039],
    ),
    (0, lambda g: g.integers(0, 10, (6,)), i64, [4, 9, 3, 0, 3, 9]),
    (0, lambda g: g.integers(-5, 2**28, (3,)), i64, [1139187, 17684937, 51010772]),
    (
        0,
        lambda g: g.integers(-(2**63), 2**63 - 1, (3,)),
        i64,
        [900450186894289455, 3969543146641149120, 1895649597198586619],
    ),
    (0, lambda g: g.permutation(10), i64, [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]),
    (0, lambda g: g.bernoulli(0.3, (8,)), f32, [0, 0, 0, 0, 0, 0, 1, 0]),
    (0, lambda g: g.bernoulli(f32([0.1, 0.5, 0.9, 0.5])), f32, [0, 0, 1, 1]),
    (0, lambda g: g.bernoulli(f64([0.1, 0.5, 0.9, 0.5])), f64, [0, 0, 1, 0]),
    (0, lambda g: g.bernoulli(0.3, (8,), np.dtype("bool")), np.bool_, [0, 0, 0, 0, 0, 0, 1, 0]),
    (0, lambda g: g.exponential((3,), lambd=2.0), f32, [1.7541631, 0.61519235, 0.30752206]),
]


@pytest.mark.parametrize(("seed", "draw", "dtype", "expected"), DRAWS)
def test_numbers_are_torchs(seed, draw, dtype, expected):
    drawn = draw(generator(seed))
    assert drawn.dtype == dtype
    # A float64 normal passes through the C library's log and cos: its last bit is theirs.
    np.testing.assert_allclose(drawn, dtype(expected), rtol=1e-14 if dtype is f64 else 0)


@pytest.mark.parametrize(
    ("draw", "sha256"),
    [
        (lambda g: g.uniform((10**5,)), "f97f7afccd7e5a7d6b3e96cec95b53de"),
        (lambda g: g.normal((10**5,)), "0185aae2d6c33b3965361a017caa7b5a"),
        (lambda g: g.permutation(50_000), "62d58f141ce65ae7e8cdc3f9e2f8c3d0"),
    ],
)
def test_many_numbers_are_torchs_to_the_bit(draw, sha256):
    assert hashlib.sha256(draw(generator(0)).tobytes()).hexdigest().startswith(sha256)


def test_an_odd_normal_number_waits_for_the_next_call():
    g = generator(0)
    drawn = [
        *g.normal((3,)),
        *g.normal((3,)),
        *g.uniform((2,)),
        *g.normal((1,)),
        *g.normal((16,))[:2],
        *g.normal((1,), f64).astype(f32),
    ]
    expected = [1.5409961, -0.2934289, -2.1787894, 0.56843126, -1.0845224, -1.3985955]
    expected += [0.022325754, 0.16885895, -0.7830641, 0.5666506, 0.79350835, 1.062171]
    np.testing.assert_array_equal(drawn, f32(expected))


def test_a_seed_forgets_the_waiting_normal_number():
    g = generator(5)
    first = g.normal((1,))
    assert g.manual_seed(5).normal((1,)) == first


@pytest.mark.parametrize(
    ("seed", "initial_seed", "first"),
    [
        (0, 0, 0.4962566),
        (-1, 2**64 - 1, 0.9937994),
        (2**32, 2**32, 0.4962566),
        (2**64 - 1, 2**64 - 1, 0.9937994),
        (-(2**63), 2**63, 0.4962566),
        (123456789012345, 123456789012345, 0.09692395),
        (np.int64(0), 0, 0.4962566),
    ],
)
def test_seeds(seed, initial_seed, first):
    g = generator(seed)
    assert g.initial_seed() == initial_seed
    assert g.uniform((1,)) == f32(first)


def test_default_generator():
    assert random.manual_seed(1.5) is random.default_generator
    assert random.initial_seed() == 1
    assert random.default_generator.uniform((1,)) == generator(1).uniform((1,))
    fresh = random.seed()
    assert fresh == random.initial_seed() != random.seed()


def test_state_has_torchs_layout():
    state = generator(-7).get_state()
    assert (state.dtype, state.shape) == (np.uint8, (5056,))
    assert hashlib.sha256(state.tobytes()).hexdigest().startswith("8f688d367714efbc")


@given(seed=st.integers(-(2**63), 2**64 - 1), words=st.integers(0, 1300), pair=st.booleans())
def test_state_round_trip(seed, words, pair):
    g = generator(seed)
    g.uniform((words,))
    g.normal((1 if pair else 2,))
    copies = [Generator().set_state(g.get_state()), copy.deepcopy(g), pickle.loads(pickle.dumps(g))]
    expected = [*g.normal((2,)), *g.uniform((3,))]
    for other in copies:
        assert other.initial_seed() == g.initial_seed()
        assert [*other.normal((2,)), *other.uniform((3,))] == expected
        assert other.get_state().tobytes() == g.get_state().tobytes()


@pytest.mark.parametrize(
    "draw",
    [
        lambda g, shape: g.uniform(shape),
        lambda g, shape: g.uniform(shape, f64, -2, 3),
        lambda g, shape: g.normal(shape),
        lambda g, shape: g.normal(shape, f64, 1, 2),
        lambda g, shape: g.integers(-3, 3, shape),
        lambda g, shape: g.bernoulli(0.5, shape),
        lambda g, shape: g.exponential(shape),
    ],
)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3), (5, 0, 2), (4, 4), (3, 5, 7)])
def test_shapes_and_determinism(draw, shape):
    first, second = draw(generator(9), shape), draw(generator(9), shape)
    assert first.shape == shape
    np.testing.assert_array_equal(first, second)
    assert first.flags.writeable and first.flags.c_contiguous


def test_nothing_drawn_leaves_the_stream_alone():
    g = generator(0)
    g.normal((1,))
    before = g.get_state()
    for empty in (g.uniform((0,)), g.normal((0,)), g.bernoulli(0.5, (0, 2)), g.permutation(0)):
        assert empty.size == 0
    g.permutation(1)
    np.testing.assert_array_equal(g.get_state(), before)


@given(st.integers(0, 2**32), st.floats(-1e6, 1e6, width=32), st.floats(2**-10, 1e6, width=32))
def test_uniform_stays_below_high(seed, low, width):
    for dtype in (f32, f64):
        high = dtype(low) + dtype(width)
        drawn = generator(seed).uniform((64,), dtype, float(low), float(high))
        assert (drawn >= low).all()
        assert (drawn < high).all() or dtype(low) == high


@pytest.mark.parametrize("dtype", [f32, f64])
def test_moments(dtype):
    g, n = generator(1), 200_000
    for drawn, mean, std in [
        (g.uniform((n,), dtype), 0.5, 12**-0.5),
        (g.normal((n,), dtype, 3, 0.5), 3, 0.5),
        (g.exponential((n,), dtype, 4.0), 0.25, 0.25),
        (g.bernoulli(0.2, (n,), dtype), 0.2, 0.4),
    ]:
        assert math.isclose(drawn.mean(dtype=f64), mean, abs_tol=5 * std / n**0.5)
        assert math.isclose(drawn.std(dtype=f64), std, rel_tol=0.01)


@given(st.integers(0, 500), st.integers(0, 2**32))
def test_a_permutation_has_every_number_once(n, seed):
    assert sorted(generator(seed).permutation(n).tolist()) == list(range(n))


@pytest.mark.parametrize("p", [0.0, 1.0, f32([0, 1, 0])])
def test_certain_outcomes(p):
    np.testing.assert_array_equal(generator(0).bernoulli(p, (50, 3)), np.zeros((50, 3)) + p)


NAN = float("nan")
ERRORS = [
    (lambda g: g.manual_seed(1.5), RuntimeError, "expected an int, got float"),
    (lambda g: g.manual_seed(True), RuntimeError, "bool"),
    (lambda g: g.manual_seed(None), RuntimeError, "NoneType"),
    (lambda g: g.manual_seed(2**64), ValueError, "not between"),
    (lambda g: g.manual_seed(-(2**63) - 1), ValueError, "not between"),
    (lambda g: random.manual_seed("a"), ValueError, "invalid literal"),
    (lambda g: random.manual_seed(None), TypeError, "NoneType"),
    (lambda g: Generator("cuda"), NotImplementedError, "cuda"),
    (lambda g: g.set_state(None), TypeError, "uint8"),
    (lambda g: g.set_state(np.zeros(5056)), TypeError, "uint8"),
    (lambda g: g.set_state(np.zeros(3, np.uint8)), RuntimeError, "5056 bytes"),
    (lambda g: g.set_state(np.zeros(5056, np.uint8)), RuntimeError, "MT19937"),
    (lambda g: g.uniform((2,), np.int64), NotImplementedError, "int64"),
    (lambda g: g.uniform((2,), low=2, high=1), RuntimeError, "low <= high"),
    (lambda g: g.uniform((2,), low=NAN), RuntimeError, "low <= high"),
    (lambda g: g.uniform((2,), low=-1e39), RuntimeError, "float32"),
    (lambda g: g.uniform((2,), low=-3e38, high=3e38), RuntimeError, "float32"),
    (lambda g: g.normal((2,), np.int64), NotImplementedError, "int64"),
    (lambda g: g.normal((2,), std=-1), RuntimeError, "std >= 0"),
    (lambda g: g.normal((2,), std=NAN), RuntimeError, "std >= 0"),
    (lambda g: g.integers(3, 3, (2,)), RuntimeError, "low=3 and high=3"),
    (lambda g: g.integers(0, 2**63, (2,)), ValueError, "int64"),
    (lambda g: g.integers(0.5, 3, (2,)), TypeError, "float"),
    (lambda g: g.permutation(-1), RuntimeError, "n >= 0"),
    (lambda g: g.bernoulli(1.5, (2,)), RuntimeError, "between 0 and 1"),
    (lambda g: g.bernoulli(NAN, (2,)), RuntimeError, "between 0 and 1"),
    (lambda g: g.bernoulli(f32([0.5, 1.5])), RuntimeError, "between 0 and 1"),
    (lambda g: g.bernoulli(np.array([0, 1])), NotImplementedError, "int64"),
    (lambda g: g.bernoulli(f32([0.5, 0.5]), (3,)), RuntimeError, "does not expand"),
    (lambda g: g.bernoulli(f32([[0.5]]), (3,)), RuntimeError, "does not expand"),
    (lambda g: g.exponential((2,), lambd=0), RuntimeError, "lambd > 0"),
]


@pytest.mark.parametrize(("draw", "error", "message"), ERRORS)
def test_errors(draw, error, message):
    with pytest.raises(error, match=message):
        draw(generator(0))
