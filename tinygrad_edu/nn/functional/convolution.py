"""Convolutions over one and two dims."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.functional.common import record
from tinygrad_edu.nn.functional.windows import Sizes, each_dim, tensor_or_values
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.ops import convolution
from tinygrad_edu.ops.checking import integer
from tinygrad_edu.ops.shapes import squeeze, unsqueeze
from tinygrad_edu.tensor import Tensor


def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Compute w ∗ x + b over one dim; arguments and errors as of `conv2d`, with a dim less.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([[[1.0, 2.0, 4.0, 8.0]]])
    >>> torch.nn.functional.conv1d(x, torch.tensor([[[-1.0, 1.0]]]))
    tensor([[[1., 2., 4.]]])
    """
    return _convolve("conv1d", input, weight, bias, (stride, padding, dilation), groups, dims=1)


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Compute w ∗ x + b: at each place the sum of w times what the kernel covers of x.

    Args:
        input: shape (n, in, height, width), or (in, height, width) for a single sample.
        weight: shape (out, in / groups, kernel height, kernel width).
        bias: shape (out,), or None.
        stride: how far the kernel moves; an int, or one for each dim, as the next two.
        padding: how many zeros are put on each side; "valid" for none, "same" for as many as keep
            the size (with stride 1).
        dilation: how far apart the places are that the kernel covers.
        groups: into how many groups the channels are divided, each convolved by itself.

    Returns:
        Shape (n, out, height', width') with height' =
        ⌊(height + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1, and width' likewise;
        without n for a single sample.

    Raises:
        RuntimeError: if sizes or dtypes do not fit, or the kernel is larger than the input.
        TypeError: if the input is no tensor.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2), padding=1)
    tensor([[[[1., 2., 2., 1.],
              [2., 4., 4., 2.],
              [2., 4., 4., 2.],
              [1., 2., 2., 1.]]]])
    """
    return _convolve("conv2d", input, weight, bias, (stride, padding, dilation), groups, dims=2)


def _convolve(
    name: str, input: Any, weight: Any, bias: Any, geometry: Any, groups: int, dims: int
) -> Any:
    x = tensor_or_values(name, input)
    if not isinstance(x, Tensor):
        weight, bias = as_values(weight), None if bias is None else as_values(bias)
    if x.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}, but got "
            f"input of size: {list(x.shape)}"
        )
    size, kernel = tuple(x.shape[-dims:]), tuple(weight.shape[2:])
    parameters = _geometry(name, kernel, dims, *geometry)
    _check_channels(x, weight, bias, groups, x.shape[-dims - 1])
    _check_fits(size, kernel, parameters)
    _check_dtypes(x, weight, bias)
    parameters["groups"] = int(groups)
    batched = x.ndim == dims + 2
    if not isinstance(x, Tensor):
        return _of_values(x, weight, bias, parameters, batched)
    if not batched:
        x = unsqueeze(x, 0)
    if bias is None:
        result = record(convolution.convolution, (x, weight), parameters)
    else:
        result = record(convolution.convolution_bias, (x, weight, bias), parameters)
    return result if batched else squeeze(result, 0)


def _of_values(x: Any, weight: Any, bias: Any, parameters: Any, batched: bool) -> Any:
    x = x if batched else x[None]
    if bias is None:
        result = convolution.convolution.compute((x, weight), parameters)
    else:
        result = convolution.convolution_bias.compute((x, weight, bias), parameters)
    return result if batched else result[0]


# --- checks --------------------------------------------------------------------------------------


def _geometry(
    name: str, kernel: Sizes, dims: int, stride: Any, padding: Any, dilation: Any
) -> dict[str, Any]:
    """Read stride, padding and dilation: a number for each dim, of padding a pair."""
    if len(kernel) != dims:
        raise RuntimeError(
            f"expected stride to be a single integer value or a list of {len(kernel)} values to "
            f"match the convolution dimensions, but this is {name}: its weight must have "
            f"{dims + 2} dims, not {len(kernel) + 2}"
        )
    strides = each_dim(name, "stride", stride, dims)
    dilations = each_dim(name, "dilation", dilation, dims)
    if min(strides) <= 0:
        raise RuntimeError(f"non-positive stride is not supported, but got {list(strides)}")
    if min(dilations) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilations)}")
    if isinstance(padding, str):
        pairs = _padding_by_name(padding, kernel, strides, dilations)
    else:
        pairs = tuple((n, n) for n in each_dim(name, "padding", padding, dims))
        if min(map(min, pairs)) < 0:
            raise RuntimeError(f"negative padding is not supported, but got {padding}")
    return {"stride": strides, "padding": pairs, "dilation": dilations}


def _padding_by_name(
    padding: str, kernel: Sizes, stride: Sizes, dilation: Sizes
) -> tuple[tuple[int, int], ...]:
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}', it is 'same' or 'valid'")
    if max(stride) > 1:
        raise RuntimeError(
            f"padding='same' is not supported for strided convolutions: the stride is {stride}"
        )
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


def _check_channels(x: Any, weight: Any, bias: Any, groups: int, channels: int) -> None:
    shape, groups = list(weight.shape), integer("conv", "groups", groups)
    if groups <= 0:
        raise RuntimeError(f"non-positive groups is not supported, but got {groups}")
    if shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but "
            f"got weight of size {shape} instead"
        )
    if shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size {shape} instead"
        )
    if channels != shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {shape}, expected input{list(x.shape)} to have "
            f"{shape[1] * groups} channels, but got {channels} channels instead"
        )
    if bias is not None and list(bias.shape) != shape[:1]:
        raise RuntimeError(
            f"Given weight of size {shape}, expected bias to be 1-dimensional with {shape[0]} "
            f"elements, but got bias of size {list(bias.shape)} instead"
        )


def _check_fits(size: Sizes, kernel: Sizes, geometry: dict[str, Any]) -> None:
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got {list(kernel)}")
    padded = [n + sum(pair) for n, pair in zip(size, geometry["padding"], strict=True)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, geometry["dilation"], strict=True)]
    if any(k > n for k, n in zip(reach, padded, strict=True)) or 0 in size:
        raise RuntimeError(
            "Calculated padded input size per channel: "
            f"({' x '.join(map(str, padded))}). Kernel size: ({' x '.join(map(str, reach))}). "
            "Kernel size can't be greater than actual input size"
        )


def _check_dtypes(x: Any, weight: Any, bias: Any) -> None:
    if not isinstance(x, Tensor):
        return
    for name, other in (("bias", bias), ("weight", weight)):
        if other is not None and other.array.dtype != x.array.dtype:
            kind, its = (_C_NAMES.get(t.dtype.name, t.dtype.name) for t in (x, other))
            raise RuntimeError(
                f"Input type ({kind}) and {name} type ({its}) should be the same: convert one with "
                ".to(dtype)"
            )
    if x.array.dtype == bool:
        raise NotImplementedError("\"conv\" not implemented for 'Bool': convert it with .float()")


_C_NAMES = {"float32": "float", "float64": "double"}
