"""Writes one operation of the table: by its form, by its `source`, or by letting results through.

Where none of the first two is there, the kernel itself is run, on results instead of arrays: one
that is arithmetic and other operations writes their nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinygrad_edu.mixing import adapt
from tinygrad_edu.onnx.forms import FORMS, NATIVE
from tinygrad_edu.onnx.formulas import computed
from tinygrad_edu.onnx.layers import LAYERS
from tinygrad_edu.onnx.results import NodeWriter, Result

_FORMS = {**FORMS, **LAYERS}


class OperationWriter(NodeWriter):
    """Writes operations."""

    def operation(self, op: Any, operands: Sequence[Any], parameters: dict[str, Any]) -> Result:
        """Write an operation.

        Args:
            op: the operation.
            operands: results and numbers.
            parameters: those of the operation; results in the place of arrays that change.

        Raises:
            NotImplementedError: names an operation that cannot be written.
        """
        try:
            return self._written(op, self._adapted(op, operands), parameters)
        except NotImplementedError as error:
            if str(error).startswith("onnx.export"):
                raise
            raise NotImplementedError(
                f"onnx.export: {op.name} has no form in ONNX here ({error or op.definition})"
            ) from None

    def _written(self, op: Any, given: list[Any], parameters: dict[str, Any]) -> Result:
        if op.name in _FORMS:
            form = _FORMS[op.name]
            return form(self, *map(self._result, given), **parameters)  # type: ignore[no-any-return]
        if op.name in NATIVE:
            return self.node(NATIVE[op.name], [self._result(x) for x in given], given[-1].dtype)
        if op.source:
            return self._by_source(op, given, parameters)
        if op.dtypes not in ("promote", "float", "numbers"):  # what is no function of numbers
            raise NotImplementedError
        try:
            found = (op.on_values or op.on_arrays)(*given, **parameters)
        except (TypeError, AttributeError, ValueError, ArithmeticError):
            found = None
        if not isinstance(found, Result):
            raise NotImplementedError
        return found

    def _by_source(self, op: Any, given: list[Any], parameters: dict[str, Any]) -> Result:
        names = {f"x{i}": x for i, x in enumerate(given)}
        texts = {name: repr(float(x)) for name, x in parameters.items() if x is not None}
        try:
            text = op.source.format(*(f"({name})" for name in names), **texts)
        except KeyError as error:
            raise NotImplementedError(f"without {error}") from None
        return self._result(computed(text, names))

    def _result(self, x: Any) -> Result:
        return x if isinstance(x, Result) else self.constant(np.asarray(x, self.output.dtype))

    def _adapted(self, op: Any, given: Sequence[Any]) -> list[Any]:
        """Convert operands to the dtypes on which an operation works."""
        if op.dtypes == "as is":
            return list(given)
        arrays = [np.empty(0, x.dtype) if isinstance(x, Result) else x for x in given]
        changed = zip(given, adapt(op, arrays), strict=True)
        return [x.astype(new.dtype) if isinstance(x, Result) else new for x, new in changed]
