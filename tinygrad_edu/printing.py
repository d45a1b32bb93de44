"""What a tensor looks like when printed: exactly what torch prints for the same numbers.

An array is read in three steps: choose how all its numbers are written (fixed, scientific, or
as integers), lay them out in brackets and lines, and add what the numbers do not tell (shape,
dtype, gradient). What a tensor or a parameter is, these functions need not know.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["parameter_repr", "set_printoptions", "tensor_repr"]


@dataclass
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
_options = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed. What is not given stays, except ``sci_mode``.

    Args:
        precision: digits after the point (4).
        threshold: a tensor of more elements is summarised (1000).
        edgeitems: how many elements a summary shows at each end of each dimension (3).
        linewidth: characters per line (80).
        profile: ``"default"``, ``"short"`` or ``"full"``; the other arguments override it.
        sci_mode: scientific notation always (True), never (False), or where the numbers need
            it (None), which every call that does not say otherwise returns to.

    >>> set_printoptions(precision=2)
    >>> print(tensor_repr(np.float32([1.12345])))
    tensor([1.12])
    >>> set_printoptions(profile="default")
    """
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"set_printoptions: profile {profile!r} is not one of {list(_PROFILES)}")
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    for name, value in (_PROFILES.get(profile or "", {}) | chosen).items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def tensor_repr(
    array: NDArray[Any],
    *,
    requires_grad: bool = False,
    grad_fn_name: str | None = None,
    default_float: DTypeLike = np.float32,
) -> str:
    """Write an array as torch writes a tensor.

    Args:
        array: the numbers, of any shape.
        requires_grad: whether a leaf asks for its gradient.
        grad_fn_name: for a result, the name of what made it; it replaces ``requires_grad``.
        default_float: the floating dtype that goes without saying.

    >>> print(tensor_repr(np.float32([0.5, 2]), grad_fn_name="SigmoidBackward0"))
    tensor([0.5000, 2.0000], grad_fn=<SigmoidBackward0>)
    >>> print(tensor_repr(np.zeros((0, 3))))
    tensor([], size=(0, 3), dtype=torch.float64)
    """
    notes = _shape_and_dtype_notes(array, np.dtype(default_float))
    if grad_fn_name is not None:
        notes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        notes.append("requires_grad=True")
    prefix = "tensor("
    return _append_notes(prefix + _contents(array, len(prefix)), notes, len(prefix))


def parameter_repr(array: NDArray[Any], requires_grad: bool = True) -> str:
    """Write an array as torch writes a module's parameter.

    >>> print(parameter_repr(np.float32([1, 2])))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """
    return "Parameter containing:\n" + tensor_repr(array, requires_grad=requires_grad)


def _shape_and_dtype_notes(array: NDArray[Any], default_float: np.dtype[Any]) -> list[str]:
    """Return the notes that the brackets and digits leave open."""
    empty = array.size == 0
    notes = []
    if (empty and array.ndim != 1) or not (empty or _options.edgeitems):
        notes.append(f"size={array.shape}")
    self_evident = {default_float} if empty else {default_float, np.dtype("i8"), np.dtype("?")}
    if array.dtype not in self_evident:
        notes.append(f"dtype=torch.{array.dtype.name}")
    return notes


def _append_notes(text: str, notes: Iterable[str], indent: int) -> str:
    """Add the notes and the closing bracket; a note that does not fit starts a line."""
    column = len(text) - text.rfind("\n") + 1
    for note in notes:
        if column + len(note) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + note
            column = indent + len(note)
        else:
            text += ", " + note
            column += len(note) + 2
    return text + ")"


# --- numbers -------------------------------------------------------------------------------------


def _integral(number: float) -> str:
    return f"{number:.0f}." if math.isfinite(number) else f"{number:.0f}"


def _fixed(number: float) -> str:
    return f"{number:.{_options.precision}f}"


def _scientific(number: float) -> str:
    return f"{number:.{_options.precision}e}"


def _float_style(numbers: NDArray[np.float64]) -> Callable[[float], str]:
    """Choose how floats are written, from those that are finite and not zero."""
    if numbers.size == 0:
        return _integral
    smallest, largest = float(np.abs(numbers).min()), float(np.abs(numbers).max())
    wide_range = largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
    if wide_range if _options.sci_mode is None else _options.sci_mode:
        return _scientific
    return _integral if (numbers == np.ceil(numbers)).all() else _fixed


def _style(shown: NDArray[Any]) -> tuple[Callable[[Any], str], int]:
    """Return how each element is written, and how many characters wide."""
    if shown.dtype.kind == "f":
        shown = shown[np.isfinite(shown) & (shown != 0)].astype(np.float64)
        write: Callable[[Any], str] = _float_style(shown)
    else:
        write = str
    return write, max((len(write(element)) for element in shown.ravel().tolist()), default=1)


# --- layout --------------------------------------------------------------------------------------


def _contents(array: NDArray[Any], indent: int) -> str:
    """Write the elements in nested brackets; a large array only by its edges."""
    if array.size == 0:
        return "[]"
    # An edge as long as the array leaves nothing out.
    edge = _options.edgeitems if array.size > _options.threshold else array.size
    shown = array
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            shown = shown.take([*range(edge), *range(length - edge, length)], axis)
    write, width = _style(shown)
    return _layout(array, indent, edge, lambda element: write(element).rjust(width), width)


def _layout(
    array: NDArray[Any], indent: int, edge: int, write: Callable[[Any], str], width: int
) -> str:
    if array.ndim == 0:
        return write(array.item())
    if array.ndim == 1:
        items = _with_gap(array, edge, lambda part: [write(element) for element in part.tolist()])
        return _wrap(items, indent, width)
    rows = _with_gap(
        array, edge, lambda part: [_layout(row, indent + 1, edge, write, width) for row in part]
    )
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(rows) + "]"


def _with_gap(
    array: NDArray[Any], edge: int, texts: Callable[[NDArray[Any]], list[str]]
) -> list[str]:
    """Return the texts of all rows, or of those at both ends with dots between."""
    if len(array) <= 2 * edge:
        return texts(array)
    dots = " ..." if array.ndim == 1 and edge else "..."
    return [*texts(array[:edge]), dots, *texts(array[len(array) - edge :])]


def _wrap(items: list[str], indent: int, width: int) -> str:
    """Join elements with commas, as many to a line as fit."""
    per_line = max(1, (_options.linewidth - indent) // (width + 2))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
