"""The operations of the table against torch: values, gradients and theirs, names, errors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import ROWS, Call, Row, Shape, ours, run, torchs
from comparing import assert_same, outcome

import tinygrad_edu
from tinygrad_edu.ops import TABLE

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")


def everything(
    library: Any,
    call: str,
    arrays: list[Any],
    op: Any = None,
    upstream: float | None = None,
    take: Callable[[Any], Any] = lambda x: x,
) -> dict[str, Any]:
    """Return what a call gives: the output, its gradients, and those of the gradients.

    Args:
        library: this library or torch.
        call: the call.
        arrays: the leaves' numbers.
        op: the entry of the table.
        upstream: the number that every gradient starts with; None for different ones.
        take: makes an input of a leaf.
    """
    leaves = [library.tensor(x, requires_grad=True) for x in arrays]
    output = run(call, library, [take(x) for x in leaves], op)
    found: dict[str, Any] = {"output": output}
    outputs = [y for y in _as_tuple(output) if y.requires_grad]
    if not outputs:
        return found
    starts = [_start(library, y, i, upstream) for i, y in enumerate(outputs)]
    options = {"allow_unused": True, "materialize_grads": True}
    first = library.autograd.grad(outputs, leaves, starts, create_graph=True, **options)
    found["gradients"] = [g.detach() for g in first]
    recorded = [g for g in first if g.requires_grad]
    if upstream != np.inf:
        weights = [_start(library, g, 7) for g in recorded]
        second = [library.zeros_like(x) for x in (*leaves, *starts)]
        if recorded:
            second = library.autograd.grad(recorded, [*leaves, *starts], weights, **options)
        found["second derivatives"] = [g.detach() for g in second]
    return found


def _as_tuple(output: Any) -> tuple[Any, ...]:
    return tuple(output) if isinstance(output, (tuple, list)) else (output,)


def _start(library: Any, y: Any, which: int, number: float | None = None) -> Any:
    """Make the gradient that a backward pass starts with at `y`."""
    shape = tuple(y.shape)
    different = np.cos(np.arange(y.numel()) + which).reshape(shape)
    array = different if number is None else np.full(shape, number)
    return library.tensor(array, dtype=y.dtype, requires_grad=True)


def compare(
    row: Row, call: Call, arrays: list[Any], where: str, lenient: str = "", **more: Any
) -> None:
    """Run a call under both libraries; outcomes must be the same, refusals included."""
    found = outcome(lambda: everything(tinygrad_edu, ours(call), arrays, TABLE[row.op], **more))
    expected = outcome(lambda: everything(torch, torchs(call), arrays, **more))
    single = any(x.dtype == np.float32 for x in arrays)
    rtol, atol = (1e-5, 1e-6) if single else (1e-9, 1e-12)
    assert_same(found, expected, rtol, atol, where, lenient)


# A test goes through all shapes or numbers of a call: pytest itself takes longer for each of its
# tests than such a comparison does.


def case(row: Row, call: Call) -> Any:
    """Name a call in the report."""
    return pytest.param(row, call, id=f"{row.op}: {ours(call)}")


CALLS = [case(row, call) for row in ROWS for call in row.calls]
ALL_CALLS = [case(row, call) for row in ROWS for call in (*row.calls, *row.odd_calls)]
SPECIAL_CALLS = [param for param in ALL_CALLS if param.values[0].data]


@pytest.mark.parametrize(("row", "call"), CALLS)
def test_at_smooth_points(row: Row, call: Call) -> None:
    for dtype in ("float64", "float32"):
        for shapes in row.shapes:
            arrays = [x.astype(dtype) for x in row.sample(shapes)]
            compare(row, call, arrays, f"on {shapes} of {dtype}")


@pytest.mark.parametrize(("row", "call"), ALL_CALLS)
def test_of_odd_shapes_and_odd_calls(row: Row, call: Call) -> None:
    for shapes in (*row.shapes, *row.odd_shapes):
        if call in row.odd_calls or shapes in row.odd_shapes:
            compare(row, call, row.sample(shapes), f"on {shapes}", lenient="second derivatives")


@pytest.mark.parametrize(("row", "call"), SPECIAL_CALLS)
def test_at_special_numbers(row: Row, call: Call) -> None:
    for dtype in ("float64", "float32"):
        for data in row.data:
            with np.errstate(over="ignore"):
                arrays = [np.asarray(x).astype(dtype) for x in data]
            for upstream in (1.0, 0.0, np.inf):
                more = {"lenient": "second derivatives", "upstream": upstream}
                compare(row, call, arrays, f"on {arrays}, upstream {upstream}", **more)


def transposed(shape: Shape) -> tuple[Shape, Callable[[Any], Any]]:
    """Lay an input out in the opposite order of dims."""
    return shape[::-1], lambda x: x.permute(tuple(range(x.ndim))[::-1])


def strided(shape: Shape) -> tuple[Shape, Callable[[Any], Any]]:
    """Lay an input out with gaps."""
    return (*shape[:-1], 2 * shape[-1] + 1), lambda x: x[..., 1::2]


def expanded(shape: Shape) -> tuple[Shape, Callable[[Any], Any]]:
    """Lay an input out so that its first dim repeats one slice."""
    return (1, *shape[1:]), lambda x: x.expand(shape)


@pytest.mark.parametrize(("row", "call"), CALLS)
def test_of_any_layout(row: Row, call: Call) -> None:
    for shapes in filter(all, row.shapes):
        for layout in (transposed, strided, expanded):
            laid_out = [layout(shape) for shape in shapes]
            arrays = row.sample(tuple(shape for shape, _ in laid_out))
            take = iter([take for _, take in laid_out] * 2)
            where = f"{layout.__name__}, on {shapes}"
            compare(row, call, arrays, where, take=lambda x, take=take: next(take)(x))
