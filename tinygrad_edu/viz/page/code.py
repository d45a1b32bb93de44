"""Which lines of the generated program each step of a graph is in."""

from __future__ import annotations

from tinygrad_edu.trace.scalar_program import Program
from tinygrad_edu.trace.step import Steps


def lines_of_steps(written: Program, ledger: Steps) -> list[list[int]]:
    """Find the lines of `written.python` that do what a step does, for each step.

    Lines are counted from 0. A sum over several uses belongs to the step that adds the last part.

    >>> from tinygrad_edu import Value
    >>> from tinygrad_edu.trace import program, steps
    >>> a = Value(3.0, label="a")
    >>> y = a * a
    >>> lines = program(y).python.splitlines()
    >>> [[lines[i].split("  #")[0].strip() for i in found]
    ...  for found in lines_of_steps(program(y), steps(y))]
    [['y = a * a'], ['d_y = 1.0'], ['d1_a = d_y * a', 'd2_a = d_y * a', 'd_a = d1_a + d2_a']]
    """
    place = _places(written)
    found: list[list[int]] = []
    arrived: dict[int, int] = {}
    last: dict[int, int] = {}  # by value: the step that adds the last part to its gradient
    for k, step in enumerate(ledger):
        name = written.names[step.result.index]
        names = [name] if step.phase == "forward" else []
        if step.phase == "backward" and step.operation is None:
            names = [f"d_{name}"]
        for slot in step.slots:
            i = slot.use.value.index
            if slot.state != "missing":
                arrived[i], last[i] = arrived.get(i, 0) + 1, k
                names.append(f"d{arrived[i]}_{written.names[i]}")
        found.append([place[name] for name in names if name in place])
    for i, k in last.items():
        total = f"d_{written.names[i]}"
        if total in place:
            found[k].append(place[total])
    return found


def _places(written: Program) -> dict[str, int]:
    """Return the line in which each variable gets its number."""
    lines = written.python.splitlines()
    return {line.split(" = ")[0].strip(): i for i, line in enumerate(lines) if " = " in line}
