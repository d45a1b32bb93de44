"""Gradient checking: compare the gradients of backward passes with small finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinygrad_edu.autograd.gradients import as_sequence, grad


class GradcheckError(RuntimeError):
    """Raised where a gradient and its finite difference do not agree."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Check the gradients of a function against central differences (torch.autograd.gradcheck).

    Each input number is moved by ±eps: (f(x + eps) − f(x − eps)) / (2 eps) must equal what the
    backward pass finds.

    Args:
        func: takes the inputs, returns a tensor or value, or several.
        inputs: tensors (float64, or the differences are too coarse) or values.
        eps: the step.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: raise where the two differ, rather than return False.

    Raises:
        GradcheckError: names the output, the input and both matrices of derivatives.
        ValueError: if no input requires grad, or one is not float64.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(torch.sigmoid, x)
    True
    """
    sources = list(as_sequence(inputs))
    checked = [x for x in sources if getattr(x, "requires_grad", False)]
    if not checked:
        raise ValueError("gradcheck expects at least one input tensor to require gradient")
    for x in checked:
        if hasattr(x, "array") and x.array.dtype != np.float64:
            raise ValueError(
                f"gradcheck needs float64 inputs, not {x.array.dtype}: finite differences of less "
                "precise numbers are too coarse. Make them with dtype=torch.float64"
            )
    try:
        for i, output in enumerate(_outputs(func, sources)):
            for x in checked:
                _compare(func, sources, i, output, x, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Check second derivatives: `gradcheck` of the function's gradient.

    Args:
        func: as for `gradcheck`.
        inputs: as for `gradcheck`.
        grad_outputs: the gradients the first pass starts with; random ones if None.
        eps: the step.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: raise where the two differ, rather than return False.
    """
    sources = list(as_sequence(inputs))
    outputs = _outputs(func, sources)
    if grad_outputs is None:
        draw = np.random.default_rng(0)
        starts = [x.from_gradient(draw.standard_normal(np.shape(_numbers(x)))) for x in outputs]
        starts = [x if hasattr(x, "array") else float(x) for x in starts]
    else:
        starts = list(as_sequence(grad_outputs))

    def gradient(*xs: Any) -> tuple[Any, ...]:
        wanted = [x for x in xs if getattr(x, "requires_grad", False)]
        found = grad(_outputs(func, xs), wanted, starts, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.requires_grad)

    if not gradient(*sources):
        return True  # the gradient is constant: so is its finite difference
    return gradcheck(
        gradient, sources, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception
    )


def _outputs(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Any]:
    outputs = as_sequence(func(*inputs))
    return [x for x in outputs if getattr(x, "requires_grad", False)]


def _numbers(x: Any) -> Any:
    return x.array if hasattr(x, "array") else x.data


def _set(x: Any, index: int, number: float) -> None:
    if hasattr(x, "array"):
        x.array[np.unravel_index(index, x.array.shape)] = number
    else:
        x.data = number


def _compare(
    func: Any, inputs: list[Any], i: int, output: Any, x: Any, eps: float, atol: float, rtol: float
) -> None:
    numerical = _differences(func, inputs, i, x, eps)
    analytical = _jacobian(output, x)
    if not analytical.size and not numerical.size:
        return
    if not np.allclose(analytical, numerical, rtol, atol, equal_nan=True):
        position = next(k for k, source in enumerate(inputs) if source is x)
        raise GradcheckError(
            f"Jacobian mismatch for output {i} with respect to input {position},\n"
            f"numerical:{numerical}\nanalytical:{analytical}\n"
            "(a row for each number of the input, a column for each of the output)"
        )


def _differences(func: Any, inputs: list[Any], i: int, x: Any, eps: float) -> Any:
    rows = []
    for index, number in enumerate(np.ravel(_numbers(x)).tolist()):
        sides = []
        for moved in (number + eps, number - eps):
            _set(x, index, moved)
            sides.append(np.array(_numbers(_outputs(func, inputs)[i])).ravel())
        _set(x, index, number)
        with np.errstate(all="ignore"):  # inf − inf is nan, in both matrices
            rows.append((sides[0] - sides[1]) / (2 * eps))
    return np.array(rows)


def _jacobian(output: Any, x: Any) -> Any:
    """Fill the matrix of derivatives, one backward pass for each number of the output."""
    columns = []
    size = np.size(_numbers(output))
    for index in range(size):
        start = np.zeros(size)
        start[index] = 1.0
        seed = (
            output.from_gradient(start.reshape(output.array.shape))
            if hasattr(output, "array")
            else 1.0
        )
        (g,) = grad(output, x, seed, retain_graph=True, allow_unused=True)
        numbers = 0.0 if g is None else getattr(g, "array", g)
        columns.append(np.broadcast_to(numbers, np.shape(_numbers(x))).ravel())
    return np.array(columns).T
