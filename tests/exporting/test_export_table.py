"""Every operation of the table in ONNX, run by onnxruntime: the same numbers, or a refusal."""

from __future__ import annotations

import ast
import re
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from cases import ROWS, Row, inf, nan, ours
from exported import assert_same

import tinygrad_edu as torch
from tinygrad_edu.onnx.forms import FORMS, NATIVE
from tinygrad_edu.onnx.formulas import FUNCTIONS
from tinygrad_edu.onnx.layers import LAYERS
from tinygrad_edu.onnx.recording import tensors_in
from tinygrad_edu.ops import TABLE, Operation


class Calling(torch.nn.Module):
    """A module that makes a call of the table."""

    def __init__(self, call: str, row: Row) -> None:
        super().__init__()
        names = {"torch": torch, "op": TABLE[row.op], "np": np, "inf": inf, "nan": nan}
        self.function = eval(f"lambda a=None, b=None, c=None: ({call})", names)

    def forward(self, a: Any, b: Any = None, c: Any = None) -> Any:
        return self.function(a, b, c)


REFUSED_HERE = {"max_dim", "min_dim"}
"""Whose calls in the rows have an index that was looked at: test_export.py has others."""


def is_written(name: str) -> bool:
    """Tell whether an entry should come out the same: it has a form, or is a formula."""
    op = TABLE[name]
    if name in REFUSED_HERE or not isinstance(op, Operation):
        return False
    called = set(re.findall(r"([a-z]\w*)\(", op.source or ""))
    return name in FORMS | LAYERS | NATIVE or (bool(op.source) and called <= set(FUNCTIONS))


def one_line(call: str) -> bool:
    body = ast.parse(call).body
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def outcome(row: Row, call: str, shapes: Any) -> str:
    """Export a call and compare; tell how it came out."""
    model = Calling(call, row)
    args = tuple(torch.tensor(np.asarray(x, np.float32)) for x in row.sample(shapes))
    try:
        model(*args)
    except (RuntimeError, IndexError, AssertionError, TypeError, ValueError, NotImplementedError):
        return "refused anyway"
    if not tensors_in(model(*args)):
        return "nothing"
    try:
        program = torch.onnx.export(model, args)
    except NotImplementedError as error:
        assert str(error).startswith("onnx.export: ")
        return f"no form: {error}"
    assert_same(program, model, args, 1e-4, 1e-5)
    return "same"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.data and row.scalars], ids=lambda r: r.op
)
def test_functions_of_numbers_are_the_same_at_special_numbers(row: Row) -> None:
    model = Calling(ours(row.calls[0]), row)
    for data in row.data:
        args = tuple(torch.tensor(np.asarray(x, np.float32)) for x in data)
        try:
            program = torch.onnx.export(model, args)
        except NotImplementedError:
            assert not is_written(row.op)
            return
        assert_same(program, model, args, 1e-4, 1e-5)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted({row.op for row in ROWS}))
def test_every_entry_of_the_table_runs_the_same_or_is_refused(name: str) -> None:
    outcomes = {
        outcome(row, ours(call), shapes)
        for row in ROWS
        if row.op == name
        for call, shapes in zip(row.calls, cycle(row.shapes[::-1]), strict=False)
        if one_line(ours(call))
    }
    assert "same" in outcomes or not is_written(name), outcomes
