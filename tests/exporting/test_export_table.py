"""Every operation of the table in ONNX, run by onnxruntime: the same numbers, or a refusal."""

from __future__ import annotations

import ast
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from cases import ROWS, Row, inf, nan, ours
from exported import assert_same

import tinygrad_edu as torch
from tinygrad_edu.onnx.recording import tensors_in
from tinygrad_edu.ops import TABLE

WITHOUT = """
    atan2 avg_unpool block_diag blocks cholesky cofactors corrcoef cross cummax cummin cumprod diag
    diag_embed diagflat diagonal digamma eigenvalues eigenvectors floor_divide gather heaviside
    index_add index_copy index_fill index_put index_select interleave inverse kthvalue left_vectors
    lgamma linalg_cross log_abs_det logcumsumexp logdet masked_fill masked_scatter masked_select
    max_dim max_unpool median median_all min_dim mode msort nanmean nanmedian nanmedian_all
    nanquantile on_diagonal orthonormal pinverse place polygamma pseudo_inverse put qr quantile
    right_vectors roll scatter scatter_add scatter_reduce select_scatter setitem sign_of_det slogdet
    solve_matrices sort svd take take_along_dim topk trace unfold upper_triangle convolution_input
    convolution_weight singular_values cholesky_factor repeat_interleave
"""
"""Entries without any form in ONNX here; they are refused by name."""


class Calling(torch.nn.Module):
    """A module that makes a call of the table."""

    def __init__(self, call: str, row: Row) -> None:
        super().__init__()
        names = {"torch": torch, "op": TABLE[row.op], "np": np, "inf": inf, "nan": nan}
        self.function = eval(f"lambda a=None, b=None, c=None: ({call})", names)

    def forward(self, a: Any, b: Any = None, c: Any = None) -> Any:
        return self.function(a, b, c)


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
            assert row.op in WITHOUT.split()
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
    assert ("same" not in outcomes) == (name in WITHOUT.split()), outcomes
