"""What of numpy is written how, and what of it depends on shapes alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.trace.expressions import AND, COMPARISON, OR, PRODUCT, SUM, UNARY


def _infix(sign: str, rank: int, chains: bool = True) -> tuple[str, int, tuple[int, ...]]:
    return f"{{0}} {sign} {{1}}", rank, (rank if chains else rank + 1, rank + 1)


SIGNS: dict[Any, tuple[str, int, tuple[int, ...]]] = {
    np.add: _infix("+", SUM),
    np.subtract: _infix("-", SUM),
    np.multiply: _infix("*", PRODUCT),
    np.true_divide: _infix("/", PRODUCT),
    np.matmul: _infix("@", PRODUCT),
    np.negative: ("-{0}", UNARY, (UNARY,)),
    np.invert: ("~{0}", UNARY, (UNARY,)),
    np.bitwise_and: _infix("&", AND),
    np.bitwise_or: _infix("|", OR),
    np.less: _infix("<", COMPARISON, False),
    np.less_equal: _infix("<=", COMPARISON, False),
    np.greater: _infix(">", COMPARISON, False),
    np.greater_equal: _infix(">=", COMPARISON, False),
    np.equal: _infix("==", COMPARISON, False),
    np.not_equal: _infix("!=", COMPARISON, False),
}
"""The functions of numpy that have a sign."""

REDUCTIONS = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}

FACTS = frozenset({"shape", "ndim", "size", "result_type", "may_share_memory", "shares_memory"})
"""Functions whose answer depends on shapes and dtypes alone."""

_FUNCTIONS = """
    where concatenate stack expand_dims squeeze broadcast_to broadcast_arrays transpose swapaxes
    moveaxis take_along_axis take roll flip cumsum cumprod sum prod max min amax amin mean clip
    tril triu tensordot einsum dot vdot outer zeros_like ones_like full_like sort argsort argmax
    argmin pad repeat tile diagonal trace split array_split rot90 kron cross diff det inv solve
    svd qr cholesky eigh slogdet pinv count_nonzero all any copy reshape ravel round nan_to_num
    atleast_1d atleast_2d atleast_3d var std sinc isclose hstack vstack
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions of numpy whose result has a shape that does not depend on the numbers."""

COUNTED = frozenset(("repeat", "tile", "split", "array_split"))
"""Those of them whose second argument decides about shapes."""

_METHODS = """
    reshape astype sum prod max min mean any all dot transpose swapaxes squeeze copy ravel flatten
    take argmax argmin argsort cumsum cumprod clip round diagonal trace
"""
METHODS = frozenset(_METHODS.split())
