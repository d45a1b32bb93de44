"""What layers compute, as functions without parameters of their own (torch.nn.functional).

Each takes tensors; or `Value`s, in arrays or nested lists, and then makes one node per scalar
operation.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.nn.values import as_values, holds_values, is_array_of_values
from tinygrad_edu.ops import activations, linear_algebra, losses, reductions, selection
from tinygrad_edu.ops import softmax as softmax_
from tinygrad_edu.ops.indexing import _index_array
from tinygrad_edu.ops.shapes import reshape
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

_record = Tensor._record  # what calling the operation comes to, 0.2 to 1.8 µs sooner
_record_one = Tensor._record_one

# --- layers -------------------------------------------------------------------------------------


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Compute x Wᵀ + b.

    Args:
        input: shape (…, in).
        weight: shape (out, in); or (in,) for a single output without a dim, and no bias.
        bias: shape (out,), or None.

    Returns:
        Shape (…, out).

    Raises:
        RuntimeError: if the sizes do not fit, or the dtypes differ.
        TypeError: if the input is no tensor.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.linear(torch.ones(2), torch.ones(3, 2), torch.zeros(3))
    tensor([2., 2., 2.])
    """
    if not isinstance(input, Tensor) or not isinstance(weight, Tensor):
        return _linear_of_values(input, weight, bias)
    if bias is not None and input.array.ndim == 2 == weight.array.ndim:
        return _record(linear_algebra.linear, (input, weight, bias), {})
    return _linear_of_any_dims(input, weight, bias)


def _linear_of_any_dims(input: Tensor, weight: Any, bias: Any) -> Any:
    """Compute it as torch does: with a bias, as one matrix of rows if memory allows."""
    shape = input.shape
    if not shape:
        raise RuntimeError(
            "both arguments to linear need to be at least 1D, but they are 0D and "
            f"{weight.array.ndim}D"
        )
    if bias is None:
        return linear_algebra.matmul(input, weight.t())
    if weight.array.ndim != 2:
        raise RuntimeError(f"linear: the weight must be a matrix, got shape {list(weight.shape)}")
    if not input.is_contiguous():
        return linear_algebra.matmul(input, weight.t()) + bias
    rows = reshape(input, (math.prod(shape[:-1]), shape[-1]))
    return reshape(linear_algebra.linear(rows, weight, bias), (*shape[:-1], weight.shape[0]))


def _linear_of_values(input: Any, weight: Any, bias: Any) -> Any:
    if isinstance(weight, Tensor):
        if not holds_values(input):
            raise _not_a_tensor("linear", input)
        raise TypeError(
            "linear: the input holds Values, but the weight is a Tensor: model.to(Value) turns the "
            "parameters into Values, too"
        )
    x, w = as_values(input), as_values(weight)
    if not x.ndim or x.shape[-1] != w.shape[-1]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied: an input of shape {list(x.shape)} and a "
            f"weight of shape {list(w.shape)}; their last sizes must be equal"
        )
    product = np.matmul(x, w.T)
    return product if bias is None else product + as_values(bias)


# --- activations --------------------------------------------------------------------------------


def sigmoid(input: Any) -> Any:
    """Compute 1 / (1 + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.sigmoid(torch.tensor([0.0, 5.0]))
    tensor([0.5000, 0.9933])
    """
    if isinstance(input, Tensor):
        return _record_one(activations.sigmoid, input)
    return activations.sigmoid(_values("sigmoid", input))


def tanh(input: Any) -> Any:
    """Compute (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) of each element of any shape.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    if isinstance(input, Tensor):
        return _record_one(activations.tanh, input)
    return activations.tanh(_values("tanh", input))


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
        return _of_values("relu", activations.relu, input, inplace)
    return input._in_place(activations.relu) if inplace else _record_one(activations.relu, input)


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
    if not isinstance(input, Tensor):
        return _of_values("leaky_relu", _leaky(negative_slope), input, inplace)
    _insist_on_floating("leaky_relu", input)
    if not inplace:
        return activations.leaky_relu(input, negative_slope)
    return input._in_place(activations.leaky_relu, negative_slope=negative_slope)


def _leaky(negative_slope: float) -> Callable[[Any], Any]:
    return lambda x: activations.leaky_relu(x, negative_slope)


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
    x = input if isinstance(input, Tensor) else as_values(_values(name, input))
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
    if dtype is not None:
        x = x.to(dtype)
    _insist_on_floating(name, x)
    return op(x, dim)


# --- losses -------------------------------------------------------------------------------------


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the squared errors (input − target)², their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        NotImplementedError: for integers.
        RuntimeError: if the shapes do not broadcast.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """
    if isinstance(input, Tensor) and isinstance(target, Tensor):
        if input.array.shape != target.array.shape:
            _warn_of_sizes(input, target)
        if input.array.dtype.kind != "f":
            _insist_on_floating("mse_loss", target)
        parameters = {"reduction": losses.check_reduction(reduction)}
        return _record(losses.mse_loss, (input, target), parameters)
    return losses.mse_loss(*_pair_of_values("mse_loss", input, target), reduction)


def l1_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Compute the absolute errors |input − target|, their mean or their sum.

    Args:
        input: any shape.
        target: the same shape; if it differs, they are broadcast, with a warning.
        reduction: "mean", "sum" or "none" for each error by itself.

    Returns:
        A single number, or with "none" the errors.

    Raises:
        RuntimeError: if the shapes do not broadcast, or for the mean of integers.
        ValueError: for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.l1_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(1.)
    """
    losses.check_reduction(reduction)
    if isinstance(input, Tensor) and isinstance(target, Tensor):
        if input.array.shape != target.array.shape:
            _warn_of_sizes(input, target)
    else:
        input, target = _pair_of_values("l1_loss", input, target)
    errors = selection.absolute(input - target)
    if reduction == "none":
        return errors
    return (reductions.mean if reduction == "mean" else reductions.sum)(errors)


def _warn_of_sizes(input: Any, target: Any) -> None:
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size "
        f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        stacklevel=3,
    )


# --- other --------------------------------------------------------------------------------------


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """Turn class numbers into rows with a 1 at the class.

    Args:
        tensor: int64, any shape.
        num_classes: how many classes there are; −1 for the largest in `tensor` and one.

    Returns:
        int64, shape (…, num_classes).

    Raises:
        RuntimeError: for a class that is negative or too large.

    >>> import tinygrad_edu as torch
    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    index = _index_array("one_hot", tensor)
    if index.size and index.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if not index.size and num_classes < 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    count = num_classes if num_classes >= 0 else int(index.max()) + 1
    if index.size and index.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return Tensor._wrap(np.eye(count, dtype=np.int64)[index])


# --- values, and errors -------------------------------------------------------------------------


def _values(name: str, input: Any) -> Any:
    """Return `Value`s in any form as an array of them, and a single one as it is."""
    if isinstance(input, Value):
        return input
    if not holds_values(input):
        raise _not_a_tensor(name, input)
    return as_values(input)


def _pair_of_values(name: str, input: Any, target: Any) -> tuple[Any, Any]:
    if not holds_values(input) and not holds_values(target):
        raise _not_a_tensor(name, input if not isinstance(input, Tensor) else target)
    x, t = as_values(input), as_values(target)
    if x.shape != t.shape:
        _warn_of_sizes(x, t)
    return x, t


def _of_values(name: str, op: Callable[[Any], Any], input: Any, inplace: bool) -> Any:
    result = op(_values(name, input))
    if not inplace:
        return result
    if not is_array_of_values(input):
        raise NotImplementedError(
            f"{name}: inplace=True is there for tensors and arrays of Values, not for a "
            f"{type(input).__name__}"
        )
    input[...] = result
    return input


def _not_a_tensor(name: str, input: Any) -> TypeError:
    return TypeError(
        f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}: make "
        "one with torch.tensor(...), or give Values"
    )


def _insist_on_floating(name: str, x: Tensor) -> None:
    if x.array.dtype.kind != "f":
        raise NotImplementedError(
            f"\"{name}\" not implemented for '{x.dtype.title}': convert it with .float()"
        )
