"""Random graphs over the operation table: everything that computes them gives the same."""

import math
import random
import warnings
from dataclasses import replace

import numpy as np
import pytest
from cases import ours
from javascript import is_near, needs_node, run_javascript
from random_graphs import ScalarRecipe, scalar_recipe, tensor_recipe, values_of

import tinygrad_edu as torch
from tinygrad_edu import Value, trace
from tinygrad_edu.compiling import compile as compiled
from tinygrad_edu.ops import TABLE
from tinygrad_edu.trace.scalar_functions import FUNCTIONS, IEEE

SCALARS = [scalar_recipe(seed) for seed in range(400)]
NUMBERS = dict(zip("abc", (0, 1, 2), strict=True))


def numbers_of(program: object, numbers: object) -> list:
    """Return those of three numbers that a program takes, in its order."""
    return [numbers[NUMBERS[program.names[i]]] for i in program.inputs]


def eager(recipe: ScalarRecipe, program: object, numbers: tuple) -> list:
    """Return the output, and the gradients of what a program takes, as the engine has them."""
    leaves = [Value(x, label) for x, label in zip(numbers, "abc", strict=True)]
    output = recipe.follow(leaves)
    output.backward()
    return [output.data, *(x.grad for x in numbers_of(program, leaves))]


def listed(program: object, result: object) -> list:
    """Return the same of what a program gives."""
    output = program.graph.outputs[0].index
    return [result.values[output], *(result.gradients[i] for i in program.inputs)]


def tolerance(program: object, numbers: list, expected: list) -> float | None:
    """Tell how far functions that err in the last bits take a result; None: anywhere."""
    draw = random.Random(0)

    def erring(function: object) -> object:
        return lambda *x: function(*x) * (1 + draw.choice((-1, 1)) * 1e-14)

    functions = {name: erring(f) if name in FUNCTIONS else f for name, f in IEEE.items()}
    nudged = [np.float64(x * (1 + draw.choice((-1, 1)) * 1e-14)) for x in numbers]
    try:
        with np.errstate(all="ignore"):
            output, gradients = program._lean(functions)(*nudged)
    except ZeroDivisionError:
        return None
    most = 0.0
    for a, b in zip((output, *gradients), expected, strict=True):
        if a is not None and not is_near(a, b):
            if not (math.isfinite(a) and math.isfinite(b)):
                return None
            most = max(most, abs(a - b) / max(abs(a), abs(b)))
    return None if most > 1e-6 else 1e-12 + 10 * most


def agree(found: list, expected: list, rel: float) -> bool:
    """Tell whether lists of numbers and None agree."""
    return len(found) == len(expected) and all(
        a is b if a is None or b is None else is_near(a, b) or math.isclose(a, b, rel_tol=rel)
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("recipe", SCALARS, ids=str)
def test_programs_of_numbers_equal_eager_to_the_bit(recipe: ScalarRecipe) -> None:
    """Also for numbers that the program was not recorded with."""
    program = trace.program(values_of(recipe)[1])
    asks_signs = any(step[0] == "copysign" for step in recipe.steps)  # that of a nan is open
    special = () if asks_signs else ((0.0, -0.0, 1.0), (math.inf, -800.0, math.nan))
    for numbers in (recipe.numbers, *special):
        expected = eager(recipe, program, numbers)
        given = numbers_of(program, numbers)
        assert agree(listed(program, program(*given)), expected, 0), program.python
        try:
            output, gradients = program.on_floats(*given)
        except (ArithmeticError, ValueError):  # as documented: it raises where Python does
            continue
        assert agree([output, *gradients], expected, 0), program.python


def test_one_program_on_arrays_does_what_it_does_on_each_number() -> None:
    compared = 0
    for seed, recipe in enumerate(SCALARS):
        program = trace.program(values_of(recipe)[1])
        batch = np.random.default_rng(seed).uniform(-2, 2, (3, 5))
        output, gradients = program.on_arrays(*numbers_of(program, batch))
        found = [x if x is None else np.broadcast_to(x, 5) for x in (output, *gradients)]
        for k, numbers in enumerate(batch.T.tolist()):
            expected = eager(recipe, program, numbers)
            rel = tolerance(program, numbers_of(program, numbers), expected)
            if rel is not None:
                compared += 1
                each = [x if x is None else float(x[k]) for x in found]
                assert agree(each, expected, rel), (program.python, numbers, each, expected)
    assert compared > 0.9 * 5 * len(SCALARS)


def second_order(recipe: ScalarRecipe) -> Value:
    """Return a function of the gradients: the output, and the sum of their squares."""
    leaves, output = values_of(recipe)
    slopes = torch.autograd.grad(output, leaves, create_graph=True, allow_unused=True)
    return sum((g * g for g in slopes if g is not None), output)


def second_order_program(recipe: ScalarRecipe) -> object | None:
    """Write it; None where the rules have compared numbers, of which the graph knows one branch."""
    try:
        return trace.program(second_order(recipe))
    except NotImplementedError as error:
        assert "a rule has compared numbers" in str(error)
        return None


def test_second_order_programs_equal_eager_to_the_bit() -> None:
    """Also for numbers that the program was not recorded with."""
    written = 0
    for recipe in map(scalar_recipe, range(1_200)):
        program = second_order_program(recipe)
        if program is None or any(program.names[i] not in NUMBERS for i in program.inputs):
            continue
        written += 1
        for numbers in (recipe.numbers, (0.7, -1.3, 0.2), (-2.5, 0.4, 1.9)):
            found = program(*numbers_of(program, numbers))
            output = second_order(replace(recipe, numbers=numbers))
            output.backward()
            leaves = {x.name: x.source for x in trace.read(output).values if x.name}
            expected = [output.data]
            for i in program.inputs:
                leaf = leaves.get(program.names[i])
                expected.append(None if leaf is None else leaf.grad)
            assert agree(listed(program, found), expected, 0), (program.python, numbers)
    assert written > 100


@needs_node
def test_javascript_computes_them_and_their_second_derivatives() -> None:
    programs = [trace.program(values_of(recipe)[1]) for recipe in SCALARS]
    programs += filter(None, map(second_order_program, SCALARS))
    cases = [(p, [p.graph.values[i].number for i in p.inputs]) for p in programs]
    compared = 0
    for (program, numbers), (values, gradients, _) in zip(
        cases, run_javascript(cases), strict=True
    ):
        expected = listed(program, program(*numbers))
        rel = tolerance(program, numbers, expected)
        if rel is not None:
            compared += 1
            theirs = [values[program.graph.outputs[0].index]]
            theirs += [gradients[i] for i in program.inputs]
            assert agree(theirs, expected, rel), (program.javascript, theirs, expected)
    assert compared > 0.9 * len(cases)


# --- tensors -----------------------------------------------------------------------------------


def same(a: object, b: object) -> bool:
    """Tell whether two arrays are the same to the bit; a nan is a nan."""
    a, b = np.asarray(a), np.asarray(b)
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        return False
    both = np.isnan(a) & np.isnan(b)
    return np.where(both, 0, a).tobytes() == np.where(both, 0, b).tobytes()


@pytest.mark.parametrize("seed", range(150))
def test_programs_of_tensors_equal_eager_to_the_bit(seed: int) -> None:
    """In float32 and float64."""
    recipe = tensor_recipe(seed)
    kind = torch.float32 if seed % 2 else torch.float64
    for turn in range(4):
        arrays = [np.roll(x, turn) for x in recipe.arrays]
        leaves = [torch.tensor(x, dtype=kind, requires_grad=True) for x in arrays]
        for i, x in enumerate(leaves):
            x.name = f"p{i}"
        loss = recipe.follow(leaves, torch, ours)
        program = trace.program(loss)
        found = program()
        loss.backward()
        assert same(found.output, loss.array), program.python
        for x in leaves:
            if x.grad is None:
                assert x.name not in found.gradients
                continue
            assert same(found.gradients[x.name], x.grad.array), program.python


def function_of(recipe: object) -> object:
    """Make a function that follows a recipe and reaches nothing that compile cannot compare."""
    steps = [
        (eval(f"lambda a=None, b=None, c=None: ({ours(call)})", _names(TABLE[row.op])), places)
        for row, call, places in recipe.steps
    ]
    used = {i for _, places in steps for i in places}
    count = len(recipe.arrays)

    def follow(*leaves: torch.Tensor) -> torch.Tensor:
        pool = list(leaves)
        for function, places in steps:
            pool.append(function(*(pool[i] for i in places)))
        ends = [x for i, x in enumerate(pool) if i >= count and i not in used]
        return sum((x * torch.arange(x.numel()).cos().reshape(x.shape)).sum() for x in ends)

    return follow


def _names(op: object) -> dict[str, object]:
    return {"torch": torch, "op": op, "np": np, "inf": math.inf, "nan": math.nan}


def test_compiled_calls_of_tensors_equal_eager_to_the_bit() -> None:
    """Also for other numbers than they were compiled with; and most graphs are compiled."""
    refused = 0
    for seed in range(150):
        recipe = tensor_recipe(seed)
        function = function_of(recipe)
        fast = compiled(function)
        for turn in range(3):
            arrays = [np.roll(x, turn) for x in recipe.arrays]
            leaves, twins = ([torch.tensor(x, requires_grad=True) for x in arrays] for _ in "ab")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loss, again = function(*leaves), fast(*twins)
            loss.backward()
            again.backward()
            assert same(again.array, loss.array), fast.source
            for x, twin in zip(leaves, twins, strict=True):
                assert (x.grad is None) == (twin.grad is None)
                assert x.grad is None or same(twin.grad.array, x.grad.array), fast.source
        refused += not fast.source
    assert refused <= 0.4 * 150  # two of three of these pick by a mask
