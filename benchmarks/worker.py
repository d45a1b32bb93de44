"""A process in which one library runs: it answers each line on stdin with a line of JSON.

One process for each library, asked in turns: so no library's threads, garbage or caches are in
another's process, and each can be given its number of threads.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from typing import Any

from benchmarks import cases, peers
from benchmarks.cases import Training

ONE_THREAD = os.environ.get("OMP_NUM_THREADS") == "1"

clock = time.process_time if ONE_THREAD else time.perf_counter
"""With one thread, what the processor works for the library: what else runs here costs nobody."""

CHECKED = 3
"""How many losses a runner must share with the others before it is timed."""

SLOW = 4.0
"""Seconds after which no further steps are made before it is timed."""


def make(runner: str, workload: str, arguments: list[Any]) -> Training:
    """Set a workload up.

    Raises:
        NotImplementedError: the library cannot do it; the message says why.
    """
    if why := peers.missing(runner, workload):
        raise NotImplementedError(why)
    make_case = getattr(cases, workload) if workload in ("mlp", "moons", "conv", "lstm") else None
    build = getattr(peers.load(runner), workload)
    return build(make_case(*arguments)) if make_case else build(*arguments)


def seconds(training: Training, calls: int) -> float:
    """Time a step, as the mean of several."""
    if training.prepare is None:
        start = clock()
        for _ in range(calls):
            training.step()
        return (clock() - start) / calls
    total = 0.0
    for _ in range(calls):
        training.prepare()
        start = clock()
        training.step()
        total += clock() - start
    return total / calls


def started(runner: str, workload: str, arguments: list[Any]) -> tuple[Training, dict[str, Any]]:
    """Set a workload up, run its first steps, and tell their losses and how long a step takes."""
    training, losses, begin = make(runner, workload, arguments), [], time.perf_counter()
    while len(losses) < CHECKED and (not losses or time.perf_counter() - begin < SLOW):
        if training.prepare:
            training.prepare()
        loss = training.step()
        losses.append(float(loss.item() if hasattr(loss, "item") else loss))
    return training, {"losses": losses, "seconds": seconds(training, 1)}


def main(runner: str) -> None:
    """Serve: `{"make": […]}`, `{"calls": n, "collector": bool}`, `{}` to forget."""
    answer, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    training: Any = None
    try:
        version = getattr(peers.load(runner), "VERSION", "")
        found: dict[str, Any] = {"version": version}
    except Exception as error:
        found = {"reason": _told(error)}
    print(json.dumps(found), file=answer, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "make" in asked:
                training, found = started(runner, *asked["make"])
            elif "calls" in asked:
                (gc.enable if asked["collector"] else gc.disable)()
                found = {"seconds": seconds(training, asked["calls"])}
                gc.enable()
            else:
                training, found = None, {}
                gc.collect()
        except Exception as error:  # it is the peer's, and is told in the table
            found = {"reason": _told(error)}
        print(json.dumps(found), file=answer, flush=True)


def _told(error: Exception) -> str:
    told = str(error).partition("\n")[0]
    kinds = (NotImplementedError, ImportError)
    return told if isinstance(error, kinds) else f"{type(error).__name__}: {told}"


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity") and ONE_THREAD:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # a pool of threads has one core
    main(sys.argv[1])
