"""Every operation of the table: it has a row, and its derivatives are those of its values."""

import numpy as np
import pytest
from cases import ROWS, Row, ours, run

import tinygrad_edu as torch
from tinygrad_edu.autograd import gradcheck, gradgradcheck
from tinygrad_edu.ops import TABLE, Operation

SAMPLES = [
    pytest.param(row, ours(call), shapes, id=f"{row.op}: {ours(call)} on {shapes}")
    for row in ROWS
    for call in row.calls
    for shapes in row.shapes
]
SCALARS = [
    pytest.param(row, parameters, id=f"{row.op} {parameters or ''}")
    for row in ROWS
    if row.scalars is not None
    for parameters in row.scalars
]


def test_every_operation_has_a_row() -> None:
    assert {row.op for row in ROWS} == set(TABLE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.op)
def test_rows_say_which_operations_have_a_scalar_form(row: Row) -> None:
    op = TABLE[row.op]
    assert (row.scalars is not None) == (isinstance(op, Operation) and op.on_floats is not None)


@pytest.mark.parametrize(("row", "call", "shapes"), SAMPLES)
def test_gradients_are_those_of_finite_differences(row: Row, call: str, shapes: tuple) -> None:
    inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(shapes)]
    function = lambda *xs: run(call, torch, xs, TABLE[row.op])
    assert gradcheck(function, inputs, eps=row.step)
    assert gradgradcheck(function, inputs, eps=row.step)


@pytest.mark.parametrize(("row", "parameters"), SCALARS)
def test_gradients_of_values_are_those_of_finite_differences(row: Row, parameters: dict) -> None:
    op = TABLE[row.op]
    for which in range(3):
        inputs = [
            torch.Value(np.interp((which + 1.7) / 5 + i / 7, (0, 1), row.domain(i)))
            for i in range(op.arity)
        ]
        assert gradcheck(lambda *xs: op(*xs, **parameters), inputs)
        assert gradgradcheck(lambda *xs: op(*xs, **parameters), inputs)


@pytest.mark.parametrize("row", [row for row in ROWS if getattr(TABLE[row.op], "exact", False)])
def test_exact_operations_need_no_fitting(row: Row) -> None:
    """What the engine does not look at: a rule's own answer has the input's shape and dtype."""
    for call in row.calls:
        for shapes in row.shapes:
            inputs = [torch.tensor(x, requires_grad=True) for x in row.sample(shapes)]
            node = run(ours(call), torch, inputs, TABLE[row.op]).grad_fn
            upstream = np.ones(node.shape, node.dtype)
            for x, rule in zip(inputs, node.op.rules, strict=True):
                gradient = rule(upstream, node.output, *node.saved, **node.parameters)
                assert (gradient.shape, gradient.dtype) == (x.array.shape, x.array.dtype)
