"""Anomaly mode: stop the backward pass at the first nan, and name the line that it came from."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from tinygrad_edu.autograd.lines import line_of, remember_lines
from tinygrad_edu.autograd.recording import anomaly


class set_detect_anomaly:  # noqa: N801 - torch's spelling
    """Switch anomaly mode on or off at once; as a context manager, until its end.

    While it is on, operations remember the line of code that they were written in, which makes them
    several times slower, and a backward pass that meets a nan stops there.

    Args:
        mode: whether it is on.
        check_nan: whether a nan stops the backward pass.

    >>> import tinygrad_edu as torch
    >>> x = torch.tensor(0.0, requires_grad=True)
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     (torch.sqrt(x) * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output...
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = _state()
        self._lines: remember_lines | None = None
        if bool(mode) != anomaly.enabled:
            self._lines = remember_lines(mode)
        _switch(mode, check_nan)

    def __enter__(self) -> None:
        """Nothing is left to do: it holds already."""

    def __exit__(self, *problem: object) -> None:
        _switch(*self._before)
        if self._lines is not None:
            self._lines.__exit__(*problem)


class detect_anomaly(set_detect_anomaly):  # noqa: N801 - torch's spelling
    """Find the operation whose derivative is the first nan, inside a `with` block.

    Args:
        check_nan: whether a nan stops the backward pass; otherwise lines are remembered only.
    """

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def is_anomaly_enabled() -> bool:
    """Tell whether anomaly mode is on."""
    return anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Tell whether anomaly mode stops at a nan."""
    return anomaly.check_nan


def check(vertex: Any, contributions: Iterable[Any]) -> None:
    """Refuse a nan among what a vertex sends back to its inputs.

    Raises:
        RuntimeError: names the operation, and the line of the forward pass where it is known.
    """
    if not anomaly.check_nan:
        return
    for i, contribution in enumerate(contributions):
        if contribution is not None and _has_nan(contribution):
            raise RuntimeError(
                f"Function '{_name(vertex)}' returned nan values in its {i}th output: the gradient "
                f"of its input {i} is nan. {_where(vertex)}"
            )


def _has_nan(gradient: Any) -> bool:
    numbers = getattr(gradient, "array", getattr(gradient, "data", gradient))
    found = numbers != numbers
    return bool(found.any() if hasattr(found, "any") else found)


def _name(vertex: Any) -> str:
    return str(vertex.name() if hasattr(vertex, "name") else vertex.op.name)


def _where(vertex: Any) -> str:
    line = line_of(vertex)
    if line is None:
        return "Where it was computed is not known: switch anomaly mode on before the forward pass."
    return f"It was computed in {line}"


def _state() -> tuple[bool, bool]:
    return anomaly.enabled, anomaly.check_nan


def _switch(enabled: bool, check_nan: bool) -> None:
    anomaly.enabled, anomaly.check_nan = bool(enabled), bool(check_nan)
