"""Printed tensors against torch, for any dtype, shape, numbers and options."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tinygrad_edu.printing import parameter_repr, set_printoptions, tensor_repr

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.bool_]
FLOATS = [np.float32, np.float64]
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)
# Numbers at which the notation changes, besides whatever hypothesis finds.
TURNING_POINTS = [0.0, -0.0, 1.0, -2.0, 0.5, 1e-4, 9.9e-5, 1000.0, 1001.0, 1e8, 1.1e8, 99999.5]
SPECIAL = [np.nan, np.inf, -np.inf]


@st.composite
def arrays(draw):
    dtype = draw(st.sampled_from(INTEGERS + FLOATS))
    if dtype in INTEGERS:
        return draw(hnp.arrays(dtype, SHAPES))
    width = 8 * np.dtype(dtype).itemsize
    numbers = st.sampled_from(TURNING_POINTS + SPECIAL) | st.floats(-1e6, 1e6).map(dtype)
    return draw(hnp.arrays(dtype, SHAPES, elements=numbers | st.floats(width=width)))


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 8),
        "threshold": st.sampled_from([0, 5, 20, 1000]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(5, 120),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.booleans(),
    },
)


@pytest.fixture(autouse=True)
def default_options():
    yield
    torch.set_printoptions(profile="default")
    set_printoptions(profile="default")


def same_text(array, **options):
    torch.set_printoptions(**{"profile": "default"} | options)
    set_printoptions(**{"profile": "default"} | options)
    tensor = torch.from_numpy(array.copy())
    assert tensor_repr(array) == repr(tensor)
    if array.dtype.kind == "f":
        leaf = tensor.requires_grad_()
        assert tensor_repr(array, requires_grad=True) == repr(leaf)
        assert tensor_repr(array, grad_fn_name="CloneBackward0") == repr(leaf.clone())
        assert parameter_repr(array) == repr(torch.nn.Parameter(tensor))


@given(arrays(), OPTIONS)
@example(np.array(np.nan), {})
@example(np.array(3, np.int8), {})
@example(np.full((2, 3), 1e300), {"sci_mode": False})
@settings(max_examples=500)
def test_any_array(array, options):
    same_text(array, **options)


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize(
    "shape",
    [(999,), (1000,), (1001,), (40, 40), (7, 200), (6, 200), (500, 3), (3, 9, 50), (8, 1, 8, 20)],
)
def test_large_arrays_are_summarised(shape, dtype):
    numbers = np.random.default_rng(0).normal(size=shape) * 50
    same_text(numbers.astype(dtype))


@pytest.mark.parametrize("length", range(1, 90, 4))
def test_notes_wrap(length):
    identity = {
        "forward": staticmethod(lambda ctx, x: x.clone()),
        "backward": staticmethod(lambda ctx, g: g),
    }
    function = type("F" * length, (torch.autograd.Function,), identity)
    array = np.arange(5, dtype=np.float64)
    result = function.apply(torch.from_numpy(array).requires_grad_())
    assert tensor_repr(array, grad_fn_name="F" * length + "Backward") == repr(result)


@pytest.mark.parametrize("default", [torch.float32, torch.float64])
def test_the_default_dtype_is_not_named(default):
    before = torch.get_default_dtype()
    torch.set_default_dtype(default)
    try:
        for array in (np.ones(2, np.float32), np.ones(2), np.ones((0, 1)), np.zeros(0, np.int64)):
            name = str(default).removeprefix("torch.")
            assert tensor_repr(array, default_float=name) == repr(torch.from_numpy(array))
    finally:
        torch.set_default_dtype(before)
