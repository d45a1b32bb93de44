"""Derivatives of functions: jacobian, hessian, and their products with vectors.

The names of torch.autograd.functional: each calls a function of tensors, and asks `grad` for what
it needs. What was given is read, and strict mode kept, in `functional_arguments.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.autograd.function import Function
from tinygrad_edu.autograd.functional_arguments import (
    Func,
    Tensors,
    as_tuple,
    check_depends,
    check_requires_grad,
    filled,
    outputs_of,
    packed,
    refuse_strategies,
    single_output,
    sources,
    vectors,
    zeros_like,
)
from tinygrad_edu.autograd.gradients import grad
from tinygrad_edu.autograd.recording import enable_grad


def jacobian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Compute the matrix of all ∂ output / ∂ input (torch.autograd.functional.jacobian).

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        create_graph: record it, so that it can be differentiated again.
        strict: refuse an output that does not depend on an input, rather than give zeros.
        vectorize: False; rows are computed one by one.
        strategy: "reverse-mode"; forward mode is not there.

    Returns:
        A tensor of the output's shape followed by the input's; for several outputs a tuple of
        them, for several inputs a tuple (in each).

    Raises:
        TypeError: if inputs or outputs are no tensors.
        RuntimeError: what `strict` refuses.

    >>> import tinygrad_edu as torch
    >>> jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    refuse_strategies(vectorize, strategy)
    with enable_grad():
        several, xs = as_tuple(inputs, "inputs", "jacobian")
        xs = sources(xs, create_graph)
        many, ys = outputs_of(func, xs, "jacobian", strict)
        rows = [_rows(i, y, xs, create_graph, strict) for i, y in enumerate(ys)]
    found = [packed(row, several, create_graph) for row in rows]
    return tuple(found) if many else found[0]


def _rows(i: int, y: Any, xs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """Return the Jacobian of one output with respect to each input."""
    parts: list[list[Any]] = [[] for _ in xs]
    flat = y.reshape(-1)
    for j in range(y.numel()):
        found = _grad((flat[j],), xs, None, create_graph, retain_graph=True)
        for k, (part, gradient, x) in enumerate(zip(parts, found, xs, strict=True)):
            if gradient is None and strict:
                raise RuntimeError(
                    f"Output {i} of the user-provided function is independent of input {k}. "
                    "This is not allowed in strict mode."
                )
            if gradient is not None and strict and create_graph:
                check_depends(gradient, "jacobian", k)
            part.append(zeros_like(x) if gradient is None else gradient)
    shapes = [(*y.shape, *x.shape) for x in xs]
    return tuple(_stack(part).reshape(s) for part, s in zip(parts, shapes, strict=True))


def hessian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Compute the matrix of all second derivatives (torch.autograd.functional.hessian).

    Args:
        func: takes tensors, returns a tensor of one number.
        inputs: a tensor or a tuple of tensors.
        create_graph: record it, so that it can be differentiated again.
        strict: refuse a gradient that does not depend on an input, rather than give zeros.
        vectorize: False; rows are computed one by one.
        outer_jacobian_strategy: "reverse-mode"; forward mode is not there.

    Returns:
        A tensor of the input's shape twice; for several inputs a tuple of tuples, the element
        [i][j] in the shape of input i followed by that of input j.

    Raises:
        TypeError: if inputs or outputs are no tensors.
        RuntimeError: for more than one number, and what `strict` refuses.

    >>> import tinygrad_edu as torch
    >>> hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    refuse_strategies(vectorize, outer_jacobian_strategy)
    several, xs = as_tuple(inputs, "inputs", "hessian")

    def single(*values: Any) -> Any:
        (y,) = single_output(func, values, "hessian", strict)
        return y.squeeze()

    def gradient(*values: Any) -> Any:
        found = jacobian(single, values, create_graph=True)
        if strict:
            for i, part in enumerate(found):
                check_requires_grad(part, "jacobian", i)
        return found

    rows = jacobian(gradient, xs, create_graph=create_graph, strict=strict)
    return rows if several else rows[0][0]


def vjp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Compute vᵀ J: a vector times the Jacobian, by one backward pass.

    As torch.autograd.functional.vjp.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        v: in the shape of the outputs; None for an output of one number.
        create_graph: record both results, so that they can be differentiated.
        strict: refuse an output that does not depend on an input, rather than give zeros.

    Returns:
        What the function returned, and the product in the shape of the inputs.

    Raises:
        TypeError: if inputs, outputs or v are no tensors.
        RuntimeError: for a v of another shape, and what `strict` refuses.

    >>> import tinygrad_edu as torch
    >>> vjp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        several, xs = as_tuple(inputs, "inputs", "vjp")
        xs = sources(xs, create_graph)
        many, ys = outputs_of(func, xs, "vjp", strict)
        vs = vectors(v, ys, many, "vjp", "user-provided function returns")
    found = _grad(ys, xs, vs, create_graph)
    products = filled(found, xs, strict, create_graph, "back")
    return packed(ys, many, create_graph), packed(products, several, create_graph)


def jvp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Compute J v: the Jacobian times a vector, the change of the outputs along v.

    As torch.autograd.functional.jvp: the product uᵀ J is linear in u, and its derivative with
    respect to u, times v, is J v; so two backward passes give it.

    Args:
        func: takes tensors, returns a tensor or a tuple of them.
        inputs: a tensor or a tuple of tensors.
        v: in the shape of the inputs; None for an input of one number.
        create_graph: record both results, so that they can be differentiated.
        strict: refuse an output that does not depend on an input, rather than give zeros.

    Returns:
        What the function returned, and the product in the shape of the outputs.

    Raises:
        TypeError: if inputs, outputs or v are no tensors.
        RuntimeError: for a v of another shape, and what `strict` refuses.

    >>> import tinygrad_edu as torch
    >>> jvp(lambda x: (x**2).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
    (tensor(5.), tensor(42.))
    """
    with enable_grad():
        several, xs = as_tuple(inputs, "inputs", "jvp")
        xs = sources(xs, create_graph)
        vs = vectors(v, xs, several, "jvp", "input to the user-provided function is")
        many, ys = outputs_of(func, xs, "jvp", strict)
        us = tuple(zeros_like(y).requires_grad_() for y in ys)
        pulled = _grad(ys, xs, us, True)
        if strict:
            for i, gradient in enumerate(pulled):
                check_requires_grad(gradient, "grad_inputs", i)
    found = _grad(pulled, us, vs, create_graph)
    products = filled(found, ys, strict, create_graph, "back_trick")
    return packed(ys, many, create_graph), packed(products, many, create_graph)


def vhp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Compute vᵀ H: a vector times the Hessian, by two backward passes.

    As torch.autograd.functional.vhp; arguments, results and errors as of `hvp`.

    >>> import tinygrad_edu as torch
    >>> vhp(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
    (tensor(9.), tensor([  6., 120.]))
    """
    with enable_grad():
        several, xs, ys, slopes, vs = _gradient(func, inputs, v, create_graph, strict, "vhp")
    found = _grad(slopes, xs, vs, create_graph)
    products = filled(found, xs, strict, create_graph, "double_back")
    return packed(ys, False, create_graph), packed(products, several, create_graph)


def hvp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Compute H v: the Hessian times a vector, the change of the gradient along v.

    As torch.autograd.functional.hvp, which does not assume that H is symmetric: `vhp` does, and
    needs one backward pass less.

    Args:
        func: takes tensors, returns a tensor of one number.
        inputs: a tensor or a tuple of tensors.
        v: in the shape of the inputs; None for an input of one number.
        create_graph: record both results, so that they can be differentiated.
        strict: refuse a gradient that does not depend on an input, rather than give zeros.

    Returns:
        What the function returned, and the product in the shape of the inputs.

    Raises:
        TypeError: if inputs, outputs or v are no tensors.
        RuntimeError: for a v of another shape, an output of several numbers, and what `strict`
            refuses.

    >>> import tinygrad_edu as torch
    >>> hvp(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
    (tensor(9.), tensor([  6., 120.]))
    """
    with enable_grad():
        several, xs, ys, slopes, vs = _gradient(func, inputs, v, create_graph, strict, "hvp")
        us = tuple(zeros_like(x).requires_grad_() for x in xs)
        pulled = _grad(slopes, xs, us, True)
    found = _grad(pulled, us, vs, create_graph)
    products = filled(found, xs, strict, create_graph, "double_back_trick")
    return packed(ys, False, create_graph), packed(products, several, create_graph)


def _gradient(
    func: Func, inputs: Any, v: Any, create_graph: bool, strict: bool, name: str
) -> tuple[bool, Tensors, Tensors, Tensors, Tensors]:
    """Do what `hvp` and `vhp` have in common: compute the gradient of a number, recorded."""
    several, xs = as_tuple(inputs, "inputs", name)
    xs = sources(xs, create_graph)
    vs = vectors(v, xs, several, name, "input to the user-provided function is")
    ys = single_output(func, xs, name, strict)
    slopes = _grad(ys, xs, None, True)
    if strict:
        for i, slope in enumerate(slopes):
            check_requires_grad(slope, "jacobian", i)
    return several, xs, ys, slopes, vs


def _grad(
    ys: Tensors,
    xs: Tensors,
    starts: Tensors | None,
    create_graph: bool,
    retain_graph: bool | None = None,
) -> Tensors:
    """Return gradients; None where nothing depends on an input."""
    given = (None,) * len(ys) if starts is None else starts
    pairs = [(y, v) for y, v in zip(ys, given, strict=True) if y is not None and y.requires_grad]
    if not pairs:
        return (None,) * len(xs)
    outputs, begin = zip(*pairs, strict=True)
    return grad(outputs, xs, begin, retain_graph, create_graph, allow_unused=True)


class Stack(Function):
    """Puts tensors of one shape together along a new first dim.

    A `Function` because the operation of that name stands above this package.
    """

    @staticmethod
    def forward(ctx: Any, *rows: Any) -> Any:
        """Stack the rows."""
        return rows[0].from_gradient(np.stack([row.array for row in rows]))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """Give each row its part of the gradient."""
        (gradient,) = gradients
        return tuple(gradient[i] for i in range(gradient.shape[0]))


def _stack(rows: list[Any]) -> Any:
    if not rows:
        raise RuntimeError("stack expects a non-empty TensorList: the output has no elements")
    return Stack.apply(*rows)
