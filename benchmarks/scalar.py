"""`Value` against micrograd: one step of micrograd's demo (MLP 2-16-16-1 on 100 points)."""

from __future__ import annotations

import gc
import json
import random
import statistics
import subprocess
import sys
import tracemalloc
from typing import Any

from benchmarks.rounds import Row, compared, seconds


def demo_step(library: str) -> Any:
    """Return a function that runs forward, backward and the update, with either library."""
    if library == "micrograd":
        from micrograd.engine import Value  # type: ignore[import-not-found]
        from micrograd.nn import MLP  # type: ignore[import-not-found]
    else:
        from tinygrad_edu import Value
        from tinygrad_edu.nn.scalar import MLP
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    points = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(100)]
    labels = [1 if x * y > 0 else -1 for x, y in points]

    def step() -> Any:
        inputs = [list(map(Value, point)) for point in points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad
        return total

    return step


def nodes(root: Any) -> int:
    """Count the nodes of a graph of either library."""
    seen, stack = set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            stack += node._prev if hasattr(node, "_prev") else node.operands
    return len(seen)


def worker(library: str) -> None:
    """Answer each line on stdin with the seconds of one step; first with the bytes per node."""
    step = demo_step(library)
    gc.collect()
    tracemalloc.start()
    kept = step()
    size = tracemalloc.get_traced_memory()[0] / nodes(kept)
    tracemalloc.stop()
    for _ in range(5):
        kept = step()
    print(json.dumps(size), flush=True)
    held: list[Any] = [kept]

    def run() -> None:
        held[0] = step()

    for _ in sys.stdin:
        print(json.dumps(seconds(run, 2)), flush=True)


def _ask(process: Any) -> float:
    process.stdin.write("\n")
    process.stdin.flush()
    return float(json.loads(process.stdout.readline()))


def rows(rounds: int = 15) -> list[Row]:
    """Measure speed and memory, each library in a process of its own, taking turns."""
    command = [sys.executable, "-m", "benchmarks.scalar"]
    workers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("tinygrad_edu", "micrograd")
    ]
    sizes = [float(json.loads(process.stdout.readline())) for process in workers]  # type: ignore[union-attr]
    pairs = [(_ask(workers[0]), _ask(workers[1])) for _ in range(rounds)]
    for process in workers:
        process.communicate()
    ratios = sorted(b / a for a, b in pairs)
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    what = "`Value`: micrograd's demo step"
    memory = f"{sizes[1] / sizes[0]:.2f}"
    return [
        compared(what, "micrograd", "8", (ours, theirs, ratios)),
        Row("`Value`: memory per node", "micrograd", f"{sizes[0]:.0f} bytes",
            f"{sizes[1]:.0f} bytes", memory, "3"),
    ]  # fmt: skip


if __name__ == "__main__":
    worker(sys.argv[1])
