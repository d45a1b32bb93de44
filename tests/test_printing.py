"""What tensors look like when printed: torch's text as literals."""

import numpy as np
import pytest

from tinygrad_edu.printing import parameter_repr, set_printoptions, tensor_repr

f32, f64 = np.float32, np.float64
nan, inf = np.nan, np.inf


@pytest.fixture(autouse=True)
def default_options():
    set_printoptions(profile="default")
    yield
    set_printoptions(profile="default")


# What torch 2.13 prints: array, keywords, text.
LINES = [
    (f32([0.6491, 0.5927, 0.7311, 0.6114]), {}, "tensor([0.6491, 0.5927, 0.7311, 0.6114])"),
    (f32([1, 2, -3]), {}, "tensor([ 1.,  2., -3.])"),
    (f32([0, -0.0, 0]), {}, "tensor([0., -0., 0.])"),
    (f32([nan, inf, -inf, 1]), {}, "tensor([nan, inf, -inf, 1.])"),
    (f32([nan, inf, -inf, 1.5]), {}, "tensor([   nan,    inf,   -inf, 1.5000])"),
    (f32([nan, 0]), {}, "tensor([nan, 0.])"),
    (f32([1e-5, 1]), {}, "tensor([1.0000e-05, 1.0000e+00])"),
    (f32([1, 1001.5]), {}, "tensor([1.0000e+00, 1.0015e+03])"),
    (f32([1, 1000.5]), {}, "tensor([1.0000e+00, 1.0005e+03])"),
    (f32([1e8, 2e8]), {}, "tensor([1.0000e+08, 2.0000e+08])"),
    (f32([1e9, inf]), {}, "tensor([1.0000e+09,        inf])"),
    (f32(3), {}, "tensor(3.)"),
    (f32(0.1), {}, "tensor(0.1000)"),
    (f64(0.1), {}, "tensor(0.1000, dtype=torch.float64)"),
    (np.int64(7), {}, "tensor(7)"),
    (np.bool_(True), {}, "tensor(True)"),
    (f64([1, 2]), {}, "tensor([1., 2.], dtype=torch.float64)"),
    (f64([1, 2]), {"default_float": f64}, "tensor([1., 2.])"),
    (f32([1, 2]), {"default_float": f64}, "tensor([1., 2.], dtype=torch.float32)"),
    (np.int8([1, -20, 3]), {}, "tensor([  1, -20,   3], dtype=torch.int8)"),
    (np.int16([1]), {}, "tensor([1], dtype=torch.int16)"),
    (np.uint8([255]), {}, "tensor([255], dtype=torch.uint8)"),
    (np.array([True, False]), {}, "tensor([ True, False])"),
    (f32([]), {}, "tensor([])"),
    (np.zeros((0, 3), f32), {}, "tensor([], size=(0, 3))"),
    (np.zeros((2, 0), np.int64), {}, "tensor([], size=(2, 0), dtype=torch.int64)"),
    (np.zeros(0, bool), {}, "tensor([], dtype=torch.bool)"),
    (f32([[1]]), {"requires_grad": True}, "tensor([[1.]], requires_grad=True)"),
    (
        f32([0.5]),
        {"grad_fn_name": "SigmoidBackward0", "requires_grad": True},
        "tensor([0.5000], grad_fn=<SigmoidBackward0>)",
    ),
    (
        f64([0.5]),
        {"requires_grad": True},
        "tensor([0.5000], dtype=torch.float64, requires_grad=True)",
    ),
    (np.arange(1001), {}, "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (
        np.arange(1000.0, 2001, dtype=f32),
        {"requires_grad": True},
        "tensor([1000., 1001., 1002.,  ..., 1998., 1999., 2000.], requires_grad=True)",
    ),
]

LAYOUTS = [
    (
        np.int32([[1, 2], [3, 400]]),
        {},
        """
tensor([[  1,   2],
        [  3, 400]], dtype=torch.int32)""",
    ),
    (
        np.int64([[1, 2], [3, 400]]),
        {},
        """
tensor([[  1,   2],
        [  3, 400]])""",
    ),
    (
        f32([[1, 2], [3, 4.5]]),
        {},
        """
tensor([[1.0000, 2.0000],
        [3.0000, 4.5000]])""",
    ),
    (
        np.arange(8, dtype=f32).reshape(2, 2, 2),
        {},
        """
tensor([[[0., 1.],
         [2., 3.]],

        [[4., 5.],
         [6., 7.]]])""",
    ),
    (
        np.arange(30),
        {},
        """
tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])""",
    ),
    (
        np.arange(14, dtype=f32) / 8,
        {"requires_grad": True},
        """
tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500, 0.8750, 1.0000,
        1.1250, 1.2500, 1.3750, 1.5000, 1.6250], requires_grad=True)""",
    ),
    (
        np.arange(7, dtype=f32) / 8,
        {"grad_fn_name": "SigmoidBackward0"},
        """
tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500],
       grad_fn=<SigmoidBackward0>)""",
    ),
    (
        np.arange(7, dtype=f64) / 8,
        {"grad_fn_name": "SigmoidBackward0"},
        """
tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500],
       dtype=torch.float64, grad_fn=<SigmoidBackward0>)""",
    ),
    (
        np.arange(1200, dtype=f32).reshape(40, 30),
        {},
        """
tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 2.7000e+01, 2.8000e+01,
         2.9000e+01],
        [3.0000e+01, 3.1000e+01, 3.2000e+01,  ..., 5.7000e+01, 5.8000e+01,
         5.9000e+01],
        [6.0000e+01, 6.1000e+01, 6.2000e+01,  ..., 8.7000e+01, 8.8000e+01,
         8.9000e+01],
        ...,
        [1.1100e+03, 1.1110e+03, 1.1120e+03,  ..., 1.1370e+03, 1.1380e+03,
         1.1390e+03],
        [1.1400e+03, 1.1410e+03, 1.1420e+03,  ..., 1.1670e+03, 1.1680e+03,
         1.1690e+03],
        [1.1700e+03, 1.1710e+03, 1.1720e+03,  ..., 1.1970e+03, 1.1980e+03,
         1.1990e+03]])""",
    ),
    (
        np.arange(1200).reshape(2, 300, 2),
        {},
        """
tensor([[[   0,    1],
         [   2,    3],
         [   4,    5],
         ...,
         [ 594,  595],
         [ 596,  597],
         [ 598,  599]],

        [[ 600,  601],
         [ 602,  603],
         [ 604,  605],
         ...,
         [1194, 1195],
         [1196, 1197],
         [1198, 1199]]])""",
    ),
]


@pytest.mark.parametrize(("array", "keywords", "text"), LINES + LAYOUTS)
def test_text_is_torchs(array, keywords, text):
    assert tensor_repr(np.asarray(array), **keywords) == text.removeprefix("\n")


# Options, array, text.
OPTIONS = [
    ({"precision": 2}, f32([1.12345, 20]), "tensor([ 1.12, 20.00])"),
    ({"precision": 2}, f32([1e-5, 1.125]), "tensor([1.00e-05, 1.12e+00])"),
    ({"sci_mode": True}, f32([1, 20.5]), "tensor([1.0000e+00, 2.0500e+01])"),
    ({"sci_mode": True}, f32([1, 20]), "tensor([1.0000e+00, 2.0000e+01])"),
    ({"sci_mode": False}, f32([1e-5, 1]), "tensor([0.0000, 1.0000])"),
    ({"sci_mode": False}, f32([1e10, 1]), "tensor([10000000000.,           1.])"),
    ({"threshold": 5}, np.arange(10), "tensor([0, 1, 2,  ..., 7, 8, 9])"),
    (
        {"threshold": 5, "edgeitems": 1},
        np.arange(12).reshape(3, 4),
        "tensor([[ 0,  ...,  3],\n        ...,\n        [ 8,  ..., 11]])",
    ),
    ({"edgeitems": 0, "threshold": 5}, np.arange(12).reshape(3, 4), "tensor([...], size=(3, 4))"),
    ({"edgeitems": 0}, np.arange(2), "tensor([0, 1], size=(2,))"),
    (
        {"linewidth": 20},
        f32([0.5, 0.25, 1.5]),
        "tensor([0.5000,\n        0.2500,\n        1.5000])",
    ),
    ({"linewidth": 5}, np.arange(2), "tensor([0,\n        1])"),
    ({"profile": "short"}, f32([0.5, 1.25]), "tensor([0.50, 1.25])"),
    ({"profile": "full"}, np.arange(1001)[::143], "tensor([  0, 143, 286, 429, 572, 715, 858])"),
    ({"profile": "short", "precision": 3}, f32([0.5]), "tensor([0.500])"),
]


@pytest.mark.parametrize(("options", "array", "text"), OPTIONS)
def test_options(options, array, text):
    set_printoptions(**options)
    assert tensor_repr(array) == text


def test_options_stay_until_changed_except_sci_mode():
    set_printoptions(precision=1, sci_mode=True)
    assert tensor_repr(f32([1.5])) == "tensor([1.5e+00])"
    set_printoptions(linewidth=70)
    assert tensor_repr(f32([1.5])) == "tensor([1.5])"
    set_printoptions(profile="default")
    assert tensor_repr(f32([1.5])) == "tensor([1.5000])"


def test_an_unknown_profile_is_an_error():
    with pytest.raises(ValueError, match="'long' is not one of"):
        set_printoptions(profile="long")


@pytest.mark.parametrize(
    ("array", "requires_grad", "text"),
    [
        (f32([[1, 2]]), True, "tensor([[1., 2.]], requires_grad=True)"),
        (f32([0.5]), False, "tensor([0.5000])"),
        (f64([0.5]), True, "tensor([0.5000], dtype=torch.float64, requires_grad=True)"),
    ],
)
def test_parameters(array, requires_grad, text):
    assert parameter_repr(array, requires_grad) == "Parameter containing:\n" + text


def test_any_memory_layout():
    array = np.arange(24, dtype=f32).reshape(2, 3, 4)
    for view in (array.T, array[::-1, ::2], array[:, None], np.broadcast_to(array, (2, 2, 3, 4))):
        assert tensor_repr(view) == tensor_repr(np.ascontiguousarray(view))
