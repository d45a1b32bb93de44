"""Compiled calls of every operation, against eager ones, bit for bit."""

import ast
import warnings

import numpy as np
import pytest
from cases import ROWS, Row, inf, nan, ours

import tinygrad_edu as torch
from tinygrad_edu.compiling import compile as compiled
from tinygrad_edu.ops import TABLE

REFUSED = (RuntimeError, IndexError, TypeError, NotImplementedError, ValueError)


def same(a: object, b: object) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())


def function_of(call: str, op: object) -> object:
    """Make a function of a call of the table, whose names are its own globals."""
    names = {"torch": torch, "op": op, "np": np, "inf": inf, "nan": nan}
    if isinstance(ast.parse(call).body[-1], ast.Expr) and len(ast.parse(call).body) == 1:
        return eval(f"lambda a=None, b=None, c=None: ({call})", names)
    return None


def tensors_in(x: object) -> list:
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for part in x for t in tensors_in(part)] if isinstance(x, (tuple, list)) else []


def outcome(function: object, arrays: list) -> list:
    """Call a function and go backward from all that it returned, each weighed otherwise."""
    inputs = [torch.tensor(x, requires_grad=True) for x in arrays]
    results = tensors_in(function(*inputs))
    total = None
    for x in results:
        if x.requires_grad:
            weights = torch.Tensor._wrap(np.cos(np.arange(x.numel()) + 1).reshape(x.shape))
            part = (x * weights.to(x.dtype)).sum()
            total = part if total is None else total + part
    if total is not None:
        total.backward()
    gradients = [None if x.grad is None else x.grad.array for x in inputs]
    return [x.detach().array for x in results] + gradients


def check(row: Row, call: str, shapes: tuple) -> str:
    """Compare three calls with other numbers each; tell whether a program was run."""
    function = function_of(call, TABLE[row.op])
    if function is None:
        return "several lines"
    fast = compiled(function)
    arrays = [np.asarray(x, np.float32) for x in row.sample(shapes)]
    for turn in (lambda x: x, np.flip, lambda x: np.sort(x, axis=None).reshape(x.shape)):
        given = [np.ascontiguousarray(turn(x)).reshape(x.shape) for x in arrays]
        try:
            expected = outcome(function, given)
        except REFUSED as error:
            with pytest.raises(type(error)):
                outcome(fast, given)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = outcome(fast, given)
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert (a is None) == (b is None), (call, fast.source)
            assert a is None or same(a, b), (call, fast.source, a, b)
    return "program" if fast.source else "eager"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.op)
def test_compiled_equals_eager_to_the_bit(row: Row) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in row.calls:
            check(row, ours(call), next(iter(row.shapes)))
