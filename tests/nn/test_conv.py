"""Convolutions and pooling against their definitions, written as loops; and nn.utils."""

import itertools

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn
from tinygrad_edu.nn import functional

GEOMETRIES = [
    {},
    {"stride": 2},
    {"stride": (1, 2), "padding": (2, 1)},
    {"dilation": 2},
    {"dilation": (1, 2), "padding": 1, "stride": 2},
    {"groups": 2},
    {"groups": 4, "padding": 1},
]


def by_definition(x, w, stride=1, padding=0, dilation=1, groups=1):
    """Convolve with loops over everything but the terms of a sum."""
    (sh, sw), (ph, pw), (dh, dw) = ((n, n) if isinstance(n, int) else n
                                    for n in (stride, padding, dilation))  # fmt: skip
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    height, width = ((n - d * (k - 1) - 1) // s + 1
                     for n, k, s, d in zip(x.shape[2:], w.shape[2:], (sh, sw), (dh, dw),
                                           strict=True))  # fmt: skip
    y = np.empty((len(x), len(w), height, width))
    per_group, share = x.shape[1] // groups, len(w) // groups
    for n, o, i, j in itertools.product(*map(range, y.shape)):
        group = o // share
        seen = x[n, group * per_group : (group + 1) * per_group, i * sh :: dh, j * sw :: dw]
        y[n, o, i, j] = (seen[:, : w.shape[2], : w.shape[3]] * w[o]).sum()
    return y


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_convolution_is_what_it_is_defined_as(geometry):
    torch.manual_seed(0)
    x = torch.randn(2, 4, 7, 6, dtype=torch.float64)
    w = torch.randn(4, 4 // geometry.get("groups", 1), 3, 2, dtype=torch.float64)
    y = functional.conv2d(x, w, **geometry)
    np.testing.assert_allclose(y.numpy(), by_definition(x.numpy(), w.numpy(), **geometry))
    assert y.is_contiguous()


def test_same_keeps_the_size_also_of_even_kernels():
    x = torch.randn(1, 2, 5, 6)
    for kernel in ((1, 1), (2, 3), (4, 5)):
        assert nn.Conv2d(2, 3, kernel, padding="same")(x).shape == (1, 3, 5, 6)


def test_conv1d_is_conv2d_of_one_row():
    x, w = torch.randn(2, 3, 9), torch.randn(4, 3, 2)
    y = functional.conv1d(x, w, stride=2, padding=1)
    z = functional.conv2d(x.unsqueeze(2), w.unsqueeze(2), stride=(1, 2), padding=(0, 1))
    np.testing.assert_allclose(y.numpy(), z.squeeze(2).numpy(), rtol=1e-5, atol=1e-6)


def test_layers_from_the_seed():
    torch.manual_seed(0)
    layer = nn.Conv1d(1, 1, 3)
    expected = [-0.004322517663240433, 0.3097158372402191, -0.4751853346824646]  # of torch 2.13
    np.testing.assert_allclose(layer.weight.tolist()[0][0], expected, rtol=1e-6)


def test_max_pool_by_definition_and_its_ties():
    x = torch.tensor([[[1.0, 2.0, 2.0, 0.0], [2.0, 0.0, 1.0, 2.0]]], requires_grad=True)
    y = functional.max_pool2d(x, 2)
    y.sum().backward()
    assert y.tolist() == [[[2, 2]]]
    assert x.grad.tolist() == [[[0, 1, 1, 0], [0, 0, 0, 0]]]


def test_overlapping_windows_add_their_gradients():
    x = torch.tensor([[0.0, 5.0, 1.0]], requires_grad=True)
    functional.max_pool1d(x, 2, 1).sum().backward()
    assert x.grad.tolist() == [[0, 2, 0]]


def test_average_of_a_window_with_inf_leaves_the_others_alone():
    x = torch.tensor([[torch.inf, 1.0, 2.0, 4.0]], requires_grad=True)
    y = functional.avg_pool1d(x, 2)
    y.sum().backward()
    assert y.tolist() == [[torch.inf, 3.0]]
    assert x.grad.tolist() == [[0.5, 0.5, 0.5, 0.5]]


def test_numbers_between_windows_get_no_gradient():
    x = torch.ones(1, 1, 5, requires_grad=True)
    functional.avg_pool1d(x, 1, 3).sum().backward()
    assert x.grad.tolist() == [[[1, 0, 0, 1, 0]]]


NETWORK = [
    "nn.Conv2d(1, 2, 2, padding=1)",
    "nn.ReLU()",
    "nn.MaxPool2d(2)",
    "nn.AvgPool2d(1)",
    "nn.AdaptiveAvgPool2d((2, 1))",
    "nn.Flatten()",
    "nn.Unflatten(1, (2, 2))",
    "nn.Conv1d(2, 1, 2, bias=False)",
]


def test_a_network_of_values_computes_the_same():
    torch.manual_seed(0)
    one = nn.Sequential(*map(eval, NETWORK)).double()
    torch.manual_seed(0)
    other = nn.Sequential(*map(eval, NETWORK)).double()
    x = torch.randn(2, 1, 3, 4, dtype=torch.float64)
    loss = one(x).square().sum()
    loss.backward()
    again = (other.to(Value)(x.tolist()) ** 2).sum()
    again.backward()
    assert again.data == pytest.approx(loss.item())
    for tensor, values in ((one[0].weight, other[0].weight), (one[7].weight, other[7].weight)):
        found = [value.grad for value in values.flat]
        np.testing.assert_allclose(found, tensor.grad.numpy().ravel(), atol=1e-12)


REFUSED = {
    "channels": (
        RuntimeError,
        "3 channels, but got 4",
        lambda: nn.Conv2d(3, 2, 3)(torch.ones(1, 4, 5, 5)),
    ),
    "dims": (RuntimeError, "3D .* or 4D", lambda: nn.Conv2d(3, 2, 3)(torch.ones(5, 5))),
    "size": (
        RuntimeError,
        r"\(2 x 2\). Kernel size: \(3 x 3\)",
        lambda: nn.Conv2d(3, 2, 3)(torch.ones(1, 3, 2, 2)),
    ),
    "dtype": (
        RuntimeError,
        "double.*float",
        lambda: nn.Conv2d(3, 2, 3)(torch.ones(1, 3, 5, 5).double()),
    ),
    "padding mode": (
        NotImplementedError,
        "reflect",
        lambda: nn.Conv2d(1, 1, 1, padding_mode="reflect"),
    ),
    "list": (TypeError, "must be Tensor, not list", lambda: nn.Conv2d(1, 1, 1)([1.0])),
    "pool": (
        RuntimeError,
        "Output size is too small",
        lambda: nn.MaxPool2d(3)(torch.ones(1, 2, 2)),
    ),
    "pad": (
        RuntimeError,
        "half of effective",
        lambda: nn.MaxPool2d(2, padding=2)(torch.ones(1, 5, 5)),
    ),
    "integers": (NotImplementedError, "Int", lambda: nn.AvgPool2d(1)(torch.ones(1, 2, 2).int())),
    "unflatten": (
        RuntimeError,
        r"\[2, 4\] .* \(6\)",
        lambda: nn.Unflatten(1, (2, 4))(torch.ones(1, 6)),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    kind, match, program = REFUSED[name]
    with pytest.raises(kind, match=match):
        program()


def test_clipping_the_norm_of_values_and_of_tensors():
    a, b = Value(3.0), Value(4.0)
    (a * a + b * b).backward()
    total = nn.utils.clip_grad_norm_([a, b], 1.0)
    assert total.item() == 10.0
    assert (a.grad, b.grad) == (pytest.approx(0.6), pytest.approx(0.8))
    nn.utils.clip_grad_value_([a, b], 0.7)
    assert b.grad == 0.7


def test_vectors_of_parameters():
    model = nn.Linear(2, 1)
    vector = nn.utils.parameters_to_vector(model.parameters())
    with pytest.raises(RuntimeError, match=r"3 numbers .* \[2\]"):
        nn.utils.vector_to_parameters(torch.ones(2), model.parameters())
    assert torch.equal(nn.utils.parameters_to_vector(model.parameters()), vector)
    nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), model.parameters())
    assert model(torch.ones(1, 2)).item() == 6.0
