"""The variables of a program: names of values, made valid."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from tinygrad_edu.trace.graph import Graph, ValueNode
from tinygrad_edu.trace.local import short_names

_NUMBERED = re.compile(r"^((?:\d+\.)+)([A-Za-z_.]+)(\[[\d,]+\])?$")


def is_literal(value: ValueNode) -> bool:
    """Tell whether a value is a number in the code, which the program has in its lines."""
    if value.kind != "constant" or value.name is not None or value.made_by is not None:
        return False
    is_computed = getattr(value.source, "_origin", None) is not None
    return value.number is not None and value.shape is None and not is_computed


def variables(graph: Graph, reserved: Collection[str]) -> list[str]:
    """Turn the names of all values of a graph into variables, each different.

    Args:
        graph: the graph.
        reserved: what no variable may be called.
    """
    taken = set(reserved)
    variables = []
    for value, name in zip(graph.values, short_names(graph), strict=True):
        if is_literal(value):
            number: Any = value.number
            is_whole = 0 < abs(number) < 1e15 and number == round(number)
            variables.append(f"{number:.0f}" if is_whole else repr(number))
            continue
        if value.kind == "constant" and value.name is None and not value.shape:
            name = "number"  # what it is today, it need not be tomorrow
        base = _NUMBERED.sub(r"\2.\1\3", name)  # 0.weight is weight_0, and 0.bias[1] bias_0_1
        base = re.sub(r"\W+", "_", base, flags=re.ASCII).strip("_") or "v"
        base = f"v_{base}" if base[0].isdigit() or re.match(r"d\d*_", base) else base
        variable, copy = base, 1
        while variable in taken:
            copy += 1
            variable = f"{base}_{copy}"
        taken.add(variable)
        variables.append(variable)
    return variables
