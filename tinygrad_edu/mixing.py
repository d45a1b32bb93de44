"""What happens where operands differ: one dtype is found, or an error says what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes

if TYPE_CHECKING:
    from tinygrad_edu.ops import Operation


def adapt(op: Operation, arrays: Sequence[Any]) -> list[Any]:
    """Bring the inputs of an operation to the dtypes that it works on.

    Raises:
        RuntimeError: if the operation insists on equal or on floating dtypes, and they are not.
    """
    first = 1 if op.arity and op.rule(0) is None else 0  # the condition of `where` stays as it is
    mixed = arrays[first:]
    if op.on_bool and any(np.asarray(x).dtype.kind == "b" for x in mixed):
        raise RuntimeError(op.on_bool)
    if op.dtypes == "equal":
        _insist_on_one(op, mixed)
        return list(arrays)
    common = dtypes.common_dtype(mixed)
    if op.dtypes == "floating" and common.kind != "f":
        raise RuntimeError(
            f"{op.name}(): could not infer output dtype. Input dtype must be either a floating "
            f"point or complex dtype. Got: {dtypes.title(common)}"
        )
    if op.dtypes == "float" and common.kind != "f":
        common = dtypes.default_float()
    with np.errstate(all="ignore"):  # 1e308 as float32 is inf
        return [*arrays[:first], *(np.asarray(x).astype(common, copy=False) for x in mixed)]


def _insist_on_one(op: Operation, arrays: Sequence[Any]) -> None:
    kinds = [dtypes.of(x).name for x in arrays]
    if len(set(kinds)) > 1:
        raise RuntimeError(
            f"{op.name}: expected the inputs to have the same dtype, but got: "
            f"{' != '.join(kinds)}. Convert one with .float(), .double() or .to(dtype)"
        )


def operand_error(op: Operation, operands: Sequence[Any], error: Exception) -> Exception:
    """Say why an operation could not be computed: an operand is no number, or its shape not right.

    Args:
        op: the operation.
        operands: arrays and numbers, or what was taken for one.
        error: what numpy said, or the operation itself.
    """
    for x in operands:
        if not isinstance(x, (np.ndarray, np.generic, int, float)):
            kind = type(x).__name__
            return TypeError(f"{op.name}(): an operand must be a Tensor or a number, not {kind}")
    if isinstance(error, ValueError):
        return shape_error(op.name, operands, error, op.explain)
    return error


def shape_error(
    name: str, arrays: Sequence[Any], error: Exception, explain: Any = None
) -> RuntimeError:
    """Say in torch's words which sizes do not fit, when numpy refused to compute."""
    if explain is not None:
        return RuntimeError(explain(*map(np.shape, arrays)))
    shapes = [list(np.shape(x)) for x in arrays]
    if len(shapes) > 1:
        a, b = shapes[-2:]
        for i in range(1, min(len(a), len(b)) + 1):
            if a[-i] != b[-i] and 1 not in (a[-i], b[-i]):
                return RuntimeError(
                    f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) at "
                    f"non-singleton dimension {max(len(a), len(b)) - i}: {name} got shapes {a} and "
                    f"{b}; counted from the last, sizes must be equal or 1"
                )
    return RuntimeError(f"{name}: shapes {', '.join(map(str, shapes))} do not fit: {error}")


def check_grad(x: Any, gradient: Any) -> None:
    """Refuse what cannot be the gradient of a tensor."""
    if not hasattr(gradient, "array"):
        kind = type(gradient).__name__
        raise TypeError(
            f"assigned grad expected to be a Tensor or None but got grad of type {kind}"
        )
    if gradient.array.shape != x.array.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(gradient.shape)}' to a tensor of size "
            f"'{list(x.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )
    if gradient.array.dtype != x.array.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype {gradient.dtype} to a tensor with dtype "
            f"{x.dtype}: the two must be the same"
        )
