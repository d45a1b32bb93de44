"""Comparing what two libraries make of the same program: numbers, dtypes, shapes, names, errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import run

import tinygrad_edu


class Raised:
    """What became of a program that raised: the class of the error, and its message."""

    def __init__(self, error: Exception) -> None:
        self.kind = type(error).__name__.lstrip("_")  # torch has _LinAlgError
        self.message = str(error)

    def __repr__(self) -> str:
        return f"{self.kind}: {self.message}"


def outcome(program: Callable[[], Any]) -> Any:
    """Run a program; an error is an outcome too, but advice (such as not to use `.T`) is not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return program()
    except Exception as error:
        return Raised(error)


def is_tensor(x: Any) -> bool:
    """Tell whether something is a tensor of either library."""
    return hasattr(x, "grad_fn") and hasattr(x, "requires_grad")


def array_of(x: Any) -> Any:
    """Return the numbers of a tensor of either library."""
    return x.array if hasattr(x, "array") else x.numpy(force=True)


def facts(x: Any) -> dict[str, Any]:
    """Return what can be compared of a tensor besides its numbers and how it was computed."""
    return {
        "shape": tuple(x.shape),
        "dtype": str(x.dtype),
        "requires_grad": x.requires_grad,
        "is_leaf": x.is_leaf,
    }


NAMES = {
    ("SumBackward0", "SumBackward1"),  # a.sum(dim=None): torch tells None from nothing
    ("MeanBackward0", "MeanBackward1"),
    ("PowBackward0", "PowBackward1"),  # torch names the node by which operand is a number
    ("PowBackward0", "PowBackward2"),
    ("SubBackward0", "RsubBackward1"),  # 2 - a
    ("DivBackward0", "MulBackward0"),  # 2 / a is a division here, and 2 * (1 / a) in torch
    ("ViewBackward0", "UnsafeViewBackward0"),  # reshape that had to copy
    ("SliceBackward0", "SplitBackward0"),  # a piece is a slice here
    ("SliceBackward0", "SplitWithSizesBackward0"),
    ("SelectBackward0", "UnbindBackward0"),
    ("RepeatBackward0", "ViewBackward0"),
    ("FlipBackward0", "Rot90Backward0"),  # turned by 90°: flipped and transposed
    ("TransposeBackward0", "Rot90Backward0"),
    ("CloneBackward0", "Rot90Backward0"),
    ("CloneBackward0", "DiagonalBackward0_copy"),
    ("BmmBackward0", "ViewBackward0"),  # einsum: one node here, several there
    ("BmmBackward0", "MulBackward0"),
    ("BmmBackward0", "PermuteBackward0"),
    ("BmmBackward0", "SqueezeBackward1"),
    ("BmmBackward0", "UnsafeViewBackward0"),
    ("BmmBackward0", "SumBackward1"),
    ("BmmBackward0", "BaddbmmBackward0"),
    ("PermuteBackward0", "SumBackward1"),
    ("LinalgVectorNormBackward0", "DistBackward0"),
    ("LinalgVectorNormBackward0", "CdistBackward0"),
    ("SumBackward0", "TraceBackward0"),
    ("DotBackward0", "VdotBackward0"),
    ("LinalgCholeskyExBackward0", "CholeskyBackward0"),
    ("TransposeBackward0", "CholeskyBackward0"),
    ("TransposeBackward0", "LinalgCholeskyExBackward0"),
    ("TransposeBackward0", "LinalgSolveExBackward0"),
    ("ViewBackward0", "LinalgSolveExBackward0"),
    ("CofactorsBackward0", "MulBackward0"),
    ("MmBackward0", "ViewBackward0"),
    ("SumBackward1", "AddbmmBackward0"),
    ("MvBackward0", "AddmvBackward0"),
    ("MmBackward0", "AddmmBackward0"),
    ("MulBackward0", "AddrBackward0"),
    ("SliceBackward0", "CloneBackward0"),
    ("PermuteBackward0", "CloneBackward0"),
    ("ExpandBackward0", "CloneBackward0"),
    ("AddBackward0", "AddmmBackward0"),  # a sum and a product here
    ("AddBackward0", "AddmvBackward0"),
    ("AddBackward0", "AddrBackward0"),
    ("AddBackward0", "AddbmmBackward0"),
    ("AddBackward0", "BaddbmmBackward0"),
    ("DiagEmbedBackward0", "DiagonalScatterBackward0"),
    ("WhereBackward0", "DiagonalScatterBackward0"),
    ("ScatterReduceBackward0", "IndexReduceBackward0"),
    ("DivBackward0", "DivBackward1"),  # torch tells numbers from tensors in its own code
    ("MulBackward0", "MulBackward1"),
    ("ViewBackward0", "ReshapeAliasBackward0"),
    ("SqueezeBackward1", "SqueezeBackward4"),  # products of vectors and matrices, in other steps
    ("SqueezeBackward1", "UnsafeViewBackward0"),
    ("UnsafeViewBackward0", "TransposeBackward0"),
    ("LerpBackward1", "SqueezeBackward4"),  # quantiles
    ("LerpBackward0", "SqueezeBackward4"),
    ("TransposeBackward0", "SqueezeBackward4"),
    ("ViewBackward0", "SqueezeBackward4"),
    ("WhereBackward0", "BernoulliBackward0"),  # what is drawn has a gradient of 0
    ("WhereBackward0", "PoissonBackward0"),
    ("WhereBackward0", "NormalBackward1"),
    ("WhereBackward0", "NormalBackward2"),
    ("WhereBackward0", "NormalBackward3"),
    ("VarBackward0", "VarMeanBackward0"),  # var_mean is both here
    ("StdBackward0", "StdMeanBackward0"),
    ("MeanBackward0", "VarMeanBackward0"),
    ("MeanBackward1", "VarMeanBackward0"),
    ("MeanBackward0", "StdMeanBackward0"),
    ("MeanBackward1", "StdMeanBackward0"),
    ("SumBackward0", "NansumBackward0"),  # a sum of what is not nan
    ("SumBackward1", "NansumBackward0"),
    ("AminBackward0", "AminmaxBackward0"),  # aminmax is both here
    ("AmaxBackward0", "AminmaxBackward0"),
    ("CopySlices", "CopyBackwards"),  # x[...] = y
    ("CopySlices", "FillBackward3"),
    ("CopySlices", "ZeroBackward0"),
    ("FmodBackward0", "FmodBackward1"),  # torch tells numbers from tensors
    ("RemainderBackward0", "RemainderBackward1"),
    ("CopysignBackward0", "CopysignBackward1"),
    ("LerpBackward0", "LerpBackward1"),
    ("ClampMinBackward0", "ClampMinBackward1"),
    ("ClampMaxBackward0", "ClampMaxBackward1"),
    ("ClampMinBackward0", "ClampBackward0"),  # a bound on one side, that is a tensor
    ("ClampMaxBackward0", "ClampBackward0"),
    ("SignBackward0", "SgnBackward0"),
    ("SubBackward0", "RsubBackward0"),
    ("MulBackward0", "GluBackward0"),  # a composite here
    ("HardsigmoidBackward0", "DivBackward0"),  # an exact stand-in for torch's
    ("PlaceBackward0", "IndexPutBackward0"),  # `place` is this library's own
    ("PlaceBackward0", "ConstantPadNdBackward0"),
    ("StackBackward0", "MkldnnRnnLayerBackward0"),  # recurrent layers are composed here
    ("StackBackward0", "CatBackward0"),
    ("TransposeBackward0", "TransposeBackward1"),
}
"""Names of nodes that differ: this library's and torch's."""


def assert_same_name(found: Any, expected: Any, where: str) -> None:
    """Compare the names of the nodes that made two tensors."""
    if found.grad_fn is not None:
        names = found.grad_fn.name(), type(expected.grad_fn).__name__
        assert names[0] == names[1] or names in NAMES, f"{where}: {names}"


def assert_same(
    found: Any,
    expected: Any,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    where: str = "it",
    lenient: str = "",
) -> None:
    """Compare outcomes of this library and of torch, down to each tensor in them.

    Args:
        found: what this library gave.
        expected: what torch gave.
        rtol: relative tolerance of numbers.
        atol: absolute tolerance of numbers.
        where: which part of the outcome this is.
        lenient: the part where a nan on either side is not compared.
    """
    if isinstance(found, Raised) or isinstance(expected, Raised):
        same = isinstance(found, Raised) and isinstance(expected, Raised)
        assert same and found.kind == expected.kind, f"{where}: {found!r}, but torch: {expected!r}"
    elif is_tensor(found) and is_tensor(expected):
        assert facts(found) == facts(expected), where
        x, y = array_of(found), array_of(expected)
        if lenient and where.startswith(lenient):
            x = np.where(np.isnan(y), y, x)
            y = np.where(np.isnan(x), x, y)
        np.testing.assert_allclose(x, y, rtol, atol, err_msg=where)
        assert_same_name(found, expected, where)
    elif isinstance(found, dict) and isinstance(expected, dict):
        assert list(found) == list(expected), where
        for key in found:
            assert_same(found[key], expected[key], rtol, atol, key, lenient)
    elif isinstance(found, (tuple, list)) and isinstance(expected, (tuple, list)):
        assert len(found) == len(expected), where
        for i, (x, y) in enumerate(zip(found, expected, strict=True)):
            assert_same(x, y, rtol, atol, f"{where}[{i}]", lenient)
    elif isinstance(found, float) and isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol, atol, err_msg=where)
    else:
        assert str(found) == str(expected), f"{where}: {found!r}, but torch: {expected!r}"


def programs(table: str) -> Any:
    """Make a test case of each line of a table."""
    lines = [line for line in table.strip().splitlines() if not line.startswith("#")]
    assert len(lines) == len(set(lines))
    return pytest.mark.parametrize("program", lines, ids=lambda line: line)


def same_in_both(program: str, torch: Any) -> None:
    """Run a program under both libraries and compare what it comes to."""
    expected = outcome(lambda: run(program, torch))
    assert_same(outcome(lambda: run(program, tinygrad_edu)), expected, 1e-6, 1e-7)
