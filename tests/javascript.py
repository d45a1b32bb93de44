"""Running the JavaScript of programs: many of them in one process of Node.js."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="there is no Node.js to run JavaScript"
)

_TEXT = "const text = (x) => (x === null ? null : Object.is(x, -0) ? '-0' : String(x));"
_PARTS = "[r.values, r.gradients, r.locals].map((part) => part.map(text))"


def run_javascript(cases: Sequence[tuple[Any, Sequence[float]]]) -> list[list[list[Any]]]:
    """Run programs on numbers; return values, gradients and local derivatives of each."""
    lines = [_TEXT]
    for program, numbers in cases:
        given = ", ".join(map(json.dumps, numbers))
        call = f"const r = program([{given}]); console.log(JSON.stringify({_PARTS}));"
        lines.append(f"{{ {program.javascript}\n{call} }}")
    run = subprocess.run(
        ["node", "-"], input="\n".join(lines), capture_output=True, text=True, check=True
    )
    found = map(json.loads, run.stdout.splitlines())
    return [[[_number(x) for x in part] for part in parts] for parts in found]


def _number(text: str | None) -> float | None:
    return None if text is None else float(text.replace("Infinity", "inf"))


def is_near(a: float, b: float, ulps: float = 0.0) -> bool:
    """Tell whether two numbers are the same, or differ in their last bits."""
    return (a != a and b != b) or a == b or math.isclose(a, b, rel_tol=ulps * 2.2e-16)
