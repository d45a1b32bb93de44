"""What takes a new process each: the time to the first gradient and to import, memory per node."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence

from benchmarks.peers import PEERS
from benchmarks.results import Entry
from benchmarks.rounds import Timing, environment

FIRST_GRADIENT = "from starting Python to the first gradient"
IMPORT = "import"
NODE = "a node of a chain of products"
NODES = 100_000

FIRST = {
    "value": "from tinygrad_edu import Value\nw = Value(3.0)\n(w * w).backward()\n"
    "assert w.grad == 6",
    "tensor": "import tinygrad_edu as torch\n"
    "w = torch.tensor([3.0], requires_grad=True)\n(w * w).sum().backward()\n"
    "assert w.grad.item() == 6",
    "micrograd": "from micrograd.engine import Value\nw = Value(3.0)\n(w * w).backward()\n"
    "assert w.grad == 6",
    "torch": "import torch\nw = torch.tensor([3.0], requires_grad=True)\n(w * w).sum().backward()\n"
    "assert w.grad.item() == 6",
    "autograd": "import autograd\nimport autograd.numpy as np\n"
    "assert autograd.grad(lambda w: np.sum(w * w))(np.array([3.0]))[0] == 6",
    "mygrad": "import mygrad\nw = mygrad.tensor([3.0])\n(w * w).sum().backward()\n"
    "assert w.grad[0] == 6",
    "tinygrad": "from tinygrad import Tensor\nw = Tensor([3.0])\n"
    "assert (w * w).sum().gradient(w)[0].item() == 6",
    "jax": "import jax\nassert jax.grad(lambda w: (w * w).sum())(jax.numpy.array([3.0]))[0] == 6",
}
"""A program for each library that ends when it has checked its first gradient."""

IMPORTS = {
    "package": "import tinygrad_edu",
    "layers": "import tinygrad_edu, tinygrad_edu.nn, tinygrad_edu.optim",
    "numpy": "import numpy",
    **{name: f"import {name}" for name in PEERS},
    "micrograd": "import micrograd.nn",
    "jax": "import jax, jax.numpy",
}

MEMORY = """
import os, sys
{setup}
def now():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
def grown(nodes):
    y = a
    for _ in range(nodes):
        y = y * a
    return y
kept = grown(1000)
before = now()
kept = grown({nodes})
print((now() - before) / {nodes})
sys.stdout.flush()
os._exit(0)  # without freeing what was made
"""
CHAINS = {
    "value": "from tinygrad_edu import Value; a = Value(1.0)",
    "tensor": "import tinygrad_edu as torch\na = torch.tensor(1.0, requires_grad=True)",
    "micrograd": "from micrograd.engine import Value; a = Value(1.0)",
    "torch": "import torch; a = torch.tensor(1.0, requires_grad=True)",
    "mygrad": "import mygrad; a = mygrad.tensor(1.0)",
}
"""What makes the number that a chain is grown from."""


def _run(program: str) -> str:
    variables = {k: v for k, v in environment().items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "it failed").splitlines()[-1])
    return done.stdout


def seconds_of_children() -> float:
    """Return how long the processor has worked for the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(program: str) -> float:
    start = seconds_of_children()
    _run(program)
    return seconds_of_children() - start


def in_turns(programs: dict[str, str], rounds: int) -> dict[str, Timing]:
    """Time new processes in turns; what an empty one takes is subtracted."""
    found = {}
    for name, program in programs.items():
        try:
            _run(program)  # writes the bytecode, and reads the files for the first time
            found[name] = Timing([])
        except RuntimeError as error:
            found[name] = Timing([], 1, str(error))
    nothing = []
    for _ in range(rounds):
        nothing.append(_seconds("pass"))
        for name, timing in found.items():
            if not timing.reason:
                timing.seconds.append(_seconds(programs[name]))
    start = statistics.median(nothing)
    return {
        name: timing._replace(seconds=[max(x - start, 1e-4) for x in timing.seconds])
        for name, timing in found.items()
    }


def memory(programs: dict[str, str], rounds: int) -> dict[str, Timing]:
    """Return the bytes that a node of a chain takes, by how much the process grows."""
    found = {}
    for name, setup in programs.items():
        program = MEMORY.format(setup=setup, nodes=NODES)
        try:
            found[name] = Timing([float(_run(program)) for _ in range(rounds)], NODES)
        except RuntimeError as error:
            found[name] = Timing([], 1, str(error))
    return found


def measured(group: str, wanted: Sequence[str], quick: bool) -> Iterator[Entry]:
    """Measure those of the library and of the peers that are wanted."""
    rounds = 3 if quick else 15
    programs = {
        FIRST_GRADIENT: (FIRST, in_turns, "process"),
        IMPORT: (IMPORTS, in_turns, "process"),
        NODE: (CHAINS, memory, "node"),
    }
    for title, (chosen, measure, unit) in programs.items():
        if (unit == "node") == (group == "memory"):
            some = {x: y for x, y in chosen.items() if x not in PEERS or x in wanted}
            yield Entry(group, title, measure(some, rounds), unit=unit)
