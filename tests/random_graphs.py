"""Random graphs over the operation table: recipes, which any library can follow.

A recipe is a list of steps. A step names a row of the table of operation tests, one of its calls,
and what is given to it: results of the steps before, counted from the leaves on.
"""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cases import ROWS, Call, Row, ours, run

import tinygrad_edu
from tinygrad_edu import Value
from tinygrad_edu.ops import TABLE, Operation

REFUSED = (RuntimeError, IndexError, TypeError, NotImplementedError, ValueError, Warning)

# --- graphs of single numbers ------------------------------------------------------------------

SCALAR = [
    (row.op, parameters) for row in ROWS if row.scalars is not None for parameters in row.scalars
]


@dataclass(frozen=True)
class ScalarRecipe:
    """A graph of `Value`s.

    Attributes:
        numbers: the leaves.
        steps: for each operation its name, its parameters and what it is given.
    """

    numbers: tuple[float, ...]
    steps: tuple[tuple[str, dict[str, Any], tuple[int, ...]], ...]

    def __str__(self) -> str:
        return "-".join(name for name, _, _ in self.steps)

    def follow(self, leaves: Sequence[Any]) -> Any:
        """Compute the last result."""
        pool = list(leaves)
        for name, parameters, places in self.steps:
            given = [pool[i] for i in places]
            pool.append(TABLE[name](*given, **parameters))
        return pool[-1]


def scalar_recipe(seed: int) -> ScalarRecipe:
    """Draw a graph of three leaves and up to 10 operations; results are used several times."""
    draw = random.Random(seed)
    numbers = tuple(draw.uniform(-2, 2) for _ in range(3))
    pool = list(numbers)
    steps: list[Any] = []
    while len(steps) < 2 + seed % 9:
        name, parameters = draw.choice(SCALAR)
        places = tuple(draw.randrange(len(pool)) for _ in range(TABLE[name].arity))
        if steps:  # so that every result leads to the last one
            places = (len(pool) - 1, *places[1:])
            places = tuple(draw.sample(places, len(places)))
        result = TABLE[name](*(pool[i] for i in places), **parameters)
        if abs(result) < 1e3 or draw.random() < 0.05:  # few infinities, or all would end as nan
            pool.append(result)
            steps.append((name, parameters, places))
    return ScalarRecipe(numbers, tuple(steps))


def values_of(recipe: ScalarRecipe) -> tuple[list[Value], Value]:
    """Return leaves with names, and what a recipe makes of them."""
    leaves = [Value(x, label) for x, label in zip(recipe.numbers, "abc", strict=True)]
    return leaves, recipe.follow(leaves)


# --- graphs of tensors -------------------------------------------------------------------------

SHAPES = ((2, 3), (3,), (3, 2), (2, 1))
MOST_NUMBERS = 64
_CHANGES = re.compile(r"\w_\(|\.data\b|detach|=(?!=)[^,()]*$", re.MULTILINE)


def _calls(row: Row) -> list[Call]:
    """Return the calls that change nothing in place."""
    return [call for call in row.calls if not _CHANGES.search(ours(call))]


TENSOR_ROWS = [row for row in ROWS if isinstance(TABLE[row.op], Operation) and _calls(row)]


@dataclass(frozen=True)
class TensorRecipe:
    """A graph of tensors.

    Attributes:
        arrays: the leaves.
        steps: for each operation its row, the call and what it is given.
    """

    arrays: tuple[Any, ...]
    steps: tuple[tuple[Row, Call, tuple[int, ...]], ...]

    def follow(self, leaves: Sequence[Any], library: Any, spelled: Callable[[Call], str]) -> Any:
        """Compute what the results add up to, each element weighed otherwise."""
        pool = list(leaves)
        for row, call, places in self.steps:
            given = [pool[i] for i in places]
            pool.append(run(spelled(call), library, given, TABLE[row.op]))
        total = None
        used = {i for _, _, places in self.steps for i in places}
        for i, x in enumerate(pool):
            if i not in used and i >= len(leaves):
                count = int(np.prod(x.shape))
                weights = np.cos(np.arange(count) + 1.0).reshape(tuple(x.shape))
                part = (x * library.tensor(weights, dtype=x.dtype)).sum()
                total = part if total is None else total + part
        return total

    def __str__(self) -> str:
        return "; ".join(f"{ours(call)} of {places}" for _, call, places in self.steps)


def tensor_recipe(seed: int) -> TensorRecipe:
    """Draw a graph of four leaves and up to 7 operations, with shapes that broadcast."""
    draw = random.Random(seed)
    numbers = np.random.default_rng(seed)
    arrays = tuple(numbers.uniform(-2, 2, shape) for shape in SHAPES)
    pool = [tinygrad_edu.tensor(x, requires_grad=True) for x in arrays]
    steps: list[Any] = []
    while len(steps) < 2 + seed % 6:
        row = draw.choice(TENSOR_ROWS)
        call = draw.choice(_calls(row))
        count = len(row.shapes[0])
        places = tuple(_place(draw, len(pool)) for _ in range(count))
        shapes = tuple(pool[i].shape for i in places)
        if "op(" in ours(call) and shapes not in row.shapes:
            continue  # the entry itself, without the function that checks what it is given
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("error")
                result = run(ours(call), tinygrad_edu, [pool[i] for i in places], TABLE[row.op])
        except REFUSED:
            continue
        if _is_good(result):
            pool.append(result)
            steps.append((row, call, places))
    return TensorRecipe(arrays, tuple(steps))


def _place(draw: random.Random, count: int) -> int:
    """Choose a result, a late one more often."""
    return max(draw.randrange(count), draw.randrange(count))


def _is_good(x: Any) -> bool:
    if not isinstance(x, tinygrad_edu.Tensor) or not x.requires_grad:
        return False
    array = x.detach().numpy()
    return 0 < array.size <= MOST_NUMBERS and bool((abs(array) < 1e3).all())
