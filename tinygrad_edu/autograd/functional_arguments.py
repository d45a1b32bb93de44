"""What the functions of `functional.py` have in common: reading tensors, and strict mode.

Tensors are known by their array and made by `from_gradient`, as elsewhere in this package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Tensors = tuple[Any, ...]
Func = Callable[..., Any]
OUTPUTS = "outputs of the user-provided function"


def zeros_like(x: Any) -> Any:
    """Make a tensor of zeros in the shape and dtype of another."""
    return x.from_gradient(np.zeros_like(x.array))


def refuse_strategies(vectorize: bool, strategy: str) -> None:
    """Refuse other ways than one backward pass per row."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            f'Expected strategy to be "reverse-mode" (or torch\'s "forward-mode"), not {strategy!r}'
        )
    if strategy == "forward-mode":
        raise NotImplementedError('strategy="forward-mode" is not there; use "reverse-mode"')
    if vectorize:
        raise NotImplementedError(
            "vectorize=True is not there: rows are computed one by one, with the same numbers"
        )


def as_tuple(given: Any, what: str, name: str) -> tuple[bool, Tensors]:
    """Return whether several tensors were given, and a tuple of them."""
    several = isinstance(given, tuple)
    found = given if several else (given,)
    for i, x in enumerate(found):
        if not hasattr(x, "array"):
            which = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                f"{which} has type {type(x)}."
            )
    return several, found


def sources(xs: Tensors, create_graph: bool) -> Tensors:
    """Return the inputs to differentiate by: views of those that are part of a graph."""
    return tuple(
        x.view(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_()
        for x in xs
    )


def outputs_of(func: Func, xs: Sequence[Any], name: str, strict: bool) -> tuple[bool, Tensors]:
    """Call the function; return whether it gave several tensors, and a tuple of them."""
    many, ys = as_tuple(func(*xs), OUTPUTS, name)
    if strict:
        for i, y in enumerate(ys):
            check_requires_grad(y, "outputs", i)
    return many, ys


def single_output(func: Func, xs: Sequence[Any], name: str, strict: bool) -> Tensors:
    """Call the function, and refuse anything but a tensor of one number."""
    many, ys = outputs_of(func, xs, name, strict)
    if many:
        raise RuntimeError(
            f"The function given to {name} should return a single Tensor, not a tuple of {len(ys)}"
        )
    if ys[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element, "
            f"but has the shape {list(ys[0].shape)}"
        )
    return ys


def vectors(v: Any, like: Tensors, several: bool, name: str, single: str) -> Tensors:
    """Check a vector, or make the one of a single number."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if the {single} a single Tensor with a single "
                f"element; the shapes are {[list(x.shape) for x in like]}"
            )
        return (like[0].from_gradient(np.ones_like(like[0].array)),)
    _, vs = as_tuple(v, "v", name)
    if len(vs) != len(like):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(like)} but got {len(vs)}."
            if several
            else "The given v should contain a single Tensor."
        )
    for i, (part, x) in enumerate(zip(vs, like, strict=True)):
        if part.shape != x.shape:
            raise RuntimeError(
                f"{f'Entry {i} in ' if several else ''}v has invalid size: should be {x.shape} "
                f"but got {part.shape}."
            )
    return vs


def packed(results: Tensors, several: bool, create_graph: bool) -> Any:
    """Give results back as inputs or outputs were: alone or in a tuple; without a graph or with."""
    found = results if create_graph else tuple(x.detach() for x in results)
    return found if several else found[0]


# --- strict mode ----------------------------------------------------------------------------------

_INDEPENDENT = {
    "outputs": "Output {} of the user-provided function does not require gradients. The outputs "
    "must be computed in a differentiable manner from the input when running in strict mode.",
    "grad_inputs": "The gradient with respect to input {} is independent of the inputs of the "
    "user-provided function. This is not allowed in strict mode.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided "
    "function with respect to input {} is independent of the input. This is not allowed in strict "
    "mode: the function may be linear.",
    "back": "The output of the user-provided function is independent of input {}. This is not "
    "allowed in strict mode.",
    "back_trick": "The gradient with respect to the input is independent of entry {} in the "
    "grad_outputs. This is not allowed in strict mode.",
    "double_back": "The jacobian of the user-provided function is independent of input {}. This "
    "is not allowed in strict mode.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {} in "
    "the grad_jacobian. This is not allowed in strict mode.",
}


def check_requires_grad(x: Any, stage: str, i: int) -> None:
    """Refuse what does not depend on input or output i."""
    if x is None:
        raise RuntimeError(_INDEPENDENT["back"].format(i))
    if not x.requires_grad:
        raise RuntimeError(_INDEPENDENT[stage].format(i))


def check_depends(gradient: Any, what: str, i: int) -> None:
    """Refuse a gradient that is the same everywhere, where a graph of it is wanted."""
    if not gradient.requires_grad:
        raise RuntimeError(
            f"The {what} of the user-provided function is independent of input {i}. This is not "
            "allowed in strict mode when create_graph=True."
        )


def filled(found: Tensors, like: Tensors, strict: bool, create_graph: bool, stage: str) -> Tensors:
    """Put zeros where there is no gradient, or refuse it."""
    for i, gradient in enumerate(found if strict else ()):
        if gradient is None:
            raise RuntimeError(_INDEPENDENT[stage].format(i))
        if create_graph:
            check_depends(gradient, "hessian" if "double" in stage else "jacobian", i)
    pairs = zip(found, like, strict=True)
    return tuple(zeros_like(x) if gradient is None else gradient for gradient, x in pairs)
