"""The activation functions."""

from __future__ import annotations

import math
import warnings
from typing import Any

from tinygrad_edu.nn.functional.common import (
    floating,
    insist_on_floating,
    of_values,
    record_one,
    values,
)
from tinygrad_edu.nn.values import as_values
from tinygrad_edu.ops import activations
from tinygrad_edu.ops import softmax as softmax_
from tinygrad_edu.ops.checking import text
from tinygrad_edu.tensor import Tensor


def sigmoid(input: Any) -> Any:
    """Compute 1 / (1 + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.sigmoid(torch.tensor([0.0, 5.0]))
    tensor([0.5000, 0.9933])
    """
    if isinstance(input, Tensor):
        return record_one(activations.sigmoid, input)
    return activations.sigmoid(values("sigmoid", input))


def tanh(input: Any) -> Any:
    """Compute (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    if isinstance(input, Tensor):
        return record_one(activations.tanh, input)
    return activations.tanh(values("tanh", input))


def relu(input: Any, inplace: bool = False) -> Any:
    """Compute x where x > 0, else 0.

    Args:
        input: any shape.
        inplace: write the result into the input.

    Raises:
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    if not isinstance(input, Tensor):
        return of_values("relu", activations.relu, input, inplace)
    return input._in_place(activations.relu) if inplace else record_one(activations.relu, input)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """Compute x where x > 0, else slope · x.

    Args:
        input: any shape, floating.
        negative_slope: the slope below 0.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.03)
    tensor([-0.0300,  2.0000])
    """
    op = activations.leaky_relu
    return floating("leaky_relu", op, input, inplace, negative_slope=negative_slope)


def prelu(input: Any, weight: Any) -> Any:
    """Compute x where x > 0, else a · x, with a slope that can be learnt.

    Args:
        input: any shape, floating.
        weight: the slope a, shape () or (1,); or one for each channel, shape (input.shape[1],).

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if the weight does not fit the channels, or the dtypes differ.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.prelu(torch.tensor([-2.0, 3.0]), torch.tensor([0.25]))
    tensor([-0.5000,  3.0000])
    """
    if not isinstance(input, Tensor):
        x = values("prelu", input)
        if isinstance(weight, Tensor):
            raise TypeError(
                "prelu: the input holds Values, but the weight is a Tensor: model.to(Value) turns "
                "the parameters into Values, too"
            )
        return activations.prelu(as_values(x), as_values(weight))
    if not isinstance(weight, Tensor):
        raise TypeError(
            "prelu(): argument 'weight' (position 2) must be Tensor, not "
            f"{type(weight).__name__}: make one with torch.tensor(...)"
        )
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype.title} and "
            f"{weight.dtype.title}: convert one with .float() or .double()"
        )
    insist_on_floating("prelu", input)
    return activations.prelu(input, weight)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Compute x where x > 0, else α (eˣ − 1).

    Args:
        input: any shape, floating.
        alpha: how far below 0 it goes.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """
    return floating("elu", activations.elu, input, inplace, alpha=alpha)


def selu(input: Any, inplace: bool = False) -> Any:
    """Compute elu with an α and a scale that keep mean 0 and variance 1 from layer to layer.

    Args:
        input: any shape, floating.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.selu(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    constants = {"alpha": activations.SELU_ALPHA, "scale": activations.SELU_SCALE}
    return floating("selu", activations.elu, input, inplace, **constants)


def gelu(input: Any, *, approximate: str = "none") -> Any:
    """Compute x · Φ(x), with the normal distribution Φ(x) = (1 + erf(x/√2)) / 2.

    Args:
        input: any shape, floating.
        approximate: "tanh" to approximate Φ by a tanh.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: for another approximation.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.gelu(torch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """
    if text("gelu", "approximate", approximate) not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh, not {approximate!r}")
    op = activations.gelu if approximate == "none" else activations.gelu_tanh
    return floating("gelu", op, input)


def silu(input: Any, inplace: bool = False) -> Any:
    """Compute x · σ(x), also called swish.

    Args:
        input: any shape, floating.
        inplace: write the result into the input.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: in place, for a leaf that requires grad.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.silu(torch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """
    return floating("silu", activations.silu, input, inplace)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Compute ln(1 + e^(βx)) / β: relu without its kink.

    Args:
        input: any shape, floating.
        beta: how sharply it bends.
        threshold: where βx is above it, the result is x.

    Raises:
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softplus(torch.tensor([-1.0, 2.0, 1000.0]))
    tensor([3.1326e-01, 2.1269e+00, 1.0000e+03])
    """
    return floating("softplus", activations.softplus, input, beta=beta, threshold=threshold)


def softsign(input: Any) -> Any:
    """Compute x / (1 + |x|) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    if isinstance(input, Tensor) and input.array.dtype == bool:
        insist_on_floating("softsign", input)
    x = input if isinstance(input, Tensor) else values("softsign", input)
    return activations.softsign(x)


def logsigmoid(input: Any) -> Any:
    """Compute ln σ(x), finite for every x.

    Raises:
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.logsigmoid(torch.tensor([-1000.0, 0.0]))
    tensor([-1.0000e+03, -6.9315e-01])
    """
    return floating("log_sigmoid", activations.log_sigmoid, input)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """Compute x, but at least min_val and at most max_val; there is no slope outside of them.

    Args:
        input: any shape.
        min_val: the lower bound.
        max_val: the upper bound.
        inplace: write the result into the input.

    Raises:
        RuntimeError: for bools, for unsigned integers with a negative bound, or in place for a
            leaf that requires grad.
        ValueError: if min_val is greater than max_val.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.hardtanh(torch.tensor([-3.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError(
            f"min_val cannot be greater than max_val, but they are {min_val} and {max_val}"
        )
    bounds = {"min_val": min_val, "max_val": max_val}
    if isinstance(input, Tensor):
        _check_bounds(input, min_val, max_val)
        if inplace:
            return input._in_place(activations.hardtanh, **bounds)
        return activations.hardtanh(input, **bounds)
    return of_values("hardtanh", lambda x: activations.hardtanh(x, **bounds), input, inplace)


def relu6(input: Any, inplace: bool = False) -> Any:
    """Compute x, but at least 0 and at most 6; arguments and errors as of `hardtanh`."""
    return hardtanh(input, 0.0, 6.0, inplace)


def _check_bounds(input: Tensor, low: float, high: float) -> None:
    kind = input.array.dtype
    if kind.kind == "f":
        return
    if kind.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh: convert them with .float()")
    if kind.kind == "u" and min(low, high) < 0:
        raise RuntimeError(
            f"cannot do hardtanh on an unsigned type with negative limits: {low} and {high}"
        )
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"hardtanh: no {input.dtype} is {low} or {high}")


def softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Any:
    """Compute eˣ / Σ eˣ along a dim: positive numbers that sum to 1.

    Args:
        input: any shape, floating.
        dim: the dim along which they sum to 1.
        dtype: convert the input to it first.

    Raises:
        IndexError: if there is no such dim.
        NotImplementedError: for integers.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.softmax(torch.tensor([1.0, 1.0, 1.0, 1.0]), dim=0)
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    return _normalized(softmax_.softmax, input, dim, dtype)


def log_softmax(input: Any, dim: int | None = None, *, dtype: Any = None) -> Any:
    """Compute ln softmax(x) = x − ln Σ eˣ along a dim; arguments and errors as of `softmax`."""
    return _normalized(softmax_.log_softmax, input, dim, dtype)


def _normalized(op: Any, input: Any, dim: int | None, dtype: Any) -> Any:
    name = op.name
    x = input if isinstance(input, Tensor) else as_values(values(name, input))
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
            "dim=X as an argument.",
            stacklevel=3,
        )
        dim = 0 if x.ndim in (0, 1, 3) else 1
    if not isinstance(x, Tensor):
        if dtype is not None:
            raise TypeError(f"{name}: Values are Python floats, so there is no dtype to choose")
        return op(x, dim)
    return op(x, dim, dtype=dtype)
