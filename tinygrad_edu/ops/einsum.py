"""Sums of products in Einstein's notation: `einsum("ij,jk->ik", a, b)` is the product of matrices.

Everything comes down to one operation on two tensors, `contract`. What einsum allows besides is
taken away before: an ellipsis gets letters, a letter that is repeated in one operand its diagonal,
one that only one operand has is summed, and a size of 1 that is broadcast is dropped.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from tinygrad_edu.ops.arranging import diagonal
from tinygrad_edu.ops.checking import check_tensors
from tinygrad_edu.ops.operation import Operation, composite
from tinygrad_edu.ops.reductions import sum
from tinygrad_edu.ops.shapes import permute, squeeze

LETTERS = string.ascii_uppercase + string.ascii_lowercase


def _contract(input: Any, other: Any, equation: str) -> Any:
    """Multiply and sum, by one product of (a batch of) matrices."""
    if input.dtype == np.bool_:
        raise NotImplementedError(
            "\"bmm\" not implemented for 'Bool': convert with .int() or .float()"
        )
    left, right, batch, summed, order = _layout(equation)
    a, b = input.transpose(left), other.transpose(right)
    sizes, columns = a.shape[: a.ndim - summed], b.shape[batch + summed :]
    count, terms = math.prod(sizes[:batch]), math.prod(b.shape[batch : batch + summed])
    first = a.reshape(count, math.prod(sizes[batch:]), terms)
    second = b.reshape(count, terms, math.prod(columns))
    # for one pair of matrices `dot` is the quicker way
    product = first @ second if batch else first[0].dot(second[0])
    return product.reshape(sizes + columns).transpose(order)


@lru_cache(maxsize=256)
def _layout(equation: str) -> tuple[list[int], list[int], int, int, list[int]]:
    """Find how to lay out the dims for a product of matrices.

    Returns:
        The order of the first's dims (batch, rows, those summed over), of the second's (batch,
        summed, columns), how many are in the batch and summed, and the order of the result's.
    """
    terms, output = equation.split("->")
    left, right = terms.split(",")
    batch = [c for c in left if c in right and c in output]
    summed = [c for c in left if c not in output]
    rows, columns = ([c for c in x if c in output and c not in batch] for x in (left, right))
    result = [*batch, *rows, *columns]
    return (
        [left.index(c) for c in (*batch, *rows, *summed)],
        [right.index(c) for c in (*batch, *summed, *columns)],
        len(batch),
        len(summed),
        [result.index(c) for c in output],
    )


def _swapped(equation: str, which: int) -> str:
    """Write the equation of a gradient: of g and the other operand to this one."""
    terms, output = equation.split("->")
    left, right = terms.split(",")
    return f"{output},{left if which else right}->{right if which else left}"


contract: Operation = Operation(
    "contract",
    "Σ ∏",
    definition="Σ a · b over the letters that the result does not have",
    derivatives=(
        "Σ g · b over the letters that a lacks",
        "Σ g · a over those that b lacks",
    ),
    on_arrays=_contract,
    on_values=_contract,
    rules=(
        lambda g, _y, _a, b, equation: contract(g, b, _swapped(equation, 0)),
        lambda g, _y, a, _b, equation: contract(g, a, _swapped(equation, 1)),
    ),
    dtypes="equal",
    grad_fn_name="BmmBackward0",
    is_method=False,
)

# --- reading the equation ------------------------------------------------------------------------


def _error(text: str) -> RuntimeError:
    return RuntimeError(f"einsum(): {text}")


def _read_term(term: str, where: str) -> list[str]:
    """Split a term into its letters; an ellipsis is one part."""
    parts: list[str] = []
    rest = term.replace(" ", "")
    while rest:
        size = 3 if rest.startswith("...") else 1
        part, rest = rest[:size], rest[size:]
        if (part == "..." and part in parts) or part == ".":
            raise _error(f"found '.' for {where} that is not part of one ellipsis ('...')")
        if part != "..." and part not in LETTERS:
            raise _error(
                f"invalid subscript {part!r} given for {where} in the equation string, subscripts "
                "must be in [a-zA-Z]"
            )
        parts.append(part)
    return parts


@lru_cache(maxsize=256)
def _read(equation: str, ndims: tuple[int, ...]) -> tuple[list[list[str]], list[str]]:
    """Read the letters of each operand and of the result, an ellipsis as numbers for its dims."""
    left, arrow, right = equation.partition("->")
    terms = [_read_term(term, f"operand {i}") for i, term in enumerate(left.split(","))]
    if len(terms) != len(ndims):
        few = "fewer" if len(ndims) < len(terms) else "more"
        raise _error(
            f"{few} operands were provided than specified in the equation: {len(ndims)} for "
            f"{len(terms)} terms"
        )
    hidden = [ndim - len(term) + 1 for ndim, term in zip(ndims, terms, strict=True)]
    for i, (term, ndim) in enumerate(zip(terms, ndims, strict=True)):
        count = len(term) - ("..." in term)
        if count > ndim or ("..." not in term and count < ndim):
            raise _error(
                f"the number of subscripts in the equation ({count}) does not match the number of "
                f"dimensions ({ndim}) for operand {i}"
                + ("" if "..." in term else " and no ellipsis was given")
            )
    most = max((n for n, term in zip(hidden, terms, strict=True) if "..." in term), default=0)
    dots = [str(n) for n in range(most)]
    filled = [_fill(term, dots[most - n :]) for term, n in zip(terms, hidden, strict=True)]
    if arrow:
        return filled, _check_result(_fill(_read_term(right, "the result"), dots), filled)
    given = [c for term in filled for c in term]
    return filled, [*dots, *sorted(c for c in LETTERS if given.count(c) == 1)]


def _fill(term: list[str], dots: list[str]) -> list[str]:
    return [c for part in term for c in (dots if part == "..." else [part])]


def _check_result(output: list[str], terms: list[list[str]]) -> list[str]:
    for c in output:
        if output.count(c) > 1:
            raise _error(f"output subscript {c} appears more than once in the output")
        if c in LETTERS and not any(c in term for term in terms):
            raise _error(
                f"output subscript {c} does not appear in the equation for any input operand"
            )
    return output


# --- from einsum to contract ---------------------------------------------------------------------


def _without_repeats(x: Any, term: list[str], which: int) -> tuple[Any, list[str]]:
    """Take the diagonal of the dims that share a letter."""
    for c in dict.fromkeys(term):
        while term.count(c) > 1:
            first = term.index(c)
            second = term.index(c, first + 1)
            if x.shape[first] != x.shape[second]:
                raise _error(
                    f"subscript {c} is repeated for operand {which} but the sizes don't match, "
                    f"{x.shape[second]} != {x.shape[first]}"
                )
            x = diagonal(x, 0, first, second)
            term = [d for i, d in enumerate(term) if i not in (first, second)] + [c]
    return x, term


def _without_broadcasting(
    operands: list[Any], terms: list[list[str]]
) -> list[tuple[Any, list[str]]]:
    """Drop the dims of size 1 whose letter has another size elsewhere."""
    sizes: dict[str, int] = {}
    for i, (x, term) in enumerate(zip(operands, terms, strict=True)):
        for c, n in zip(term, x.shape, strict=True):
            known = sizes.setdefault(c, n)
            if n not in (1, known) and known != 1:
                raise _error(
                    f"subscript {c} has size {n} for operand {i} which does not broadcast with "
                    f"previously seen size {known}"
                )
            sizes[c] = n if known == 1 else known
    result = []
    for x, term in zip(operands, terms, strict=True):
        dims = [i for i, c in enumerate(term) if x.shape[i] == 1 != sizes[c]]
        x = squeeze(x, tuple(dims)) if dims else x
        result.append((x, [c for i, c in enumerate(term) if i not in dims]))
    return result


def _keep(x: Any, term: list[str], needed: set[str]) -> tuple[Any, list[str]]:
    """Sum over the letters that nobody else needs."""
    dims = [i for i, c in enumerate(term) if c not in needed]
    return (sum(x, tuple(dims)) if dims else x), [c for c in term if c in needed]


def sum_of_products(operands: Sequence[Any], terms: list[list[str]], output: list[str]) -> Any:
    """Multiply tensors and sum over the letters that are not in the output, from left to right.

    Args:
        operands: the tensors.
        terms: for each the letters of its dims.
        output: the letters of the result.
    """
    pairs = [_without_repeats(*pair, i) for i, pair in enumerate(zip(operands, terms, strict=True))]
    pairs = _without_broadcasting([x for x, _ in pairs], [term for _, term in pairs])
    x, term = pairs[0]
    rest = pairs[1:]
    while rest:
        other, letters = rest.pop(0)
        later = {c for _, each in rest for c in each}.union(output)
        x, term = _keep(x, term, later.union(letters))
        other, letters = _keep(other, letters, later.union(term))
        result = [c for c in dict.fromkeys([*term, *letters]) if c in later] if rest else output
        x = contract(x, other, _equation(term, letters, result))
        term = result
    x, term = _keep(x, term, set(output))
    if len(operands) > 1 and term == output:
        return x
    return permute(x, tuple(term.index(c) for c in output))


def _equation(left: list[str], right: list[str], output: list[str]) -> str:
    """Write an equation, with letters for the dims of an ellipsis too."""
    spare = (c for c in LETTERS if c not in {*left, *right})
    names = {c: c if c in LETTERS else next(spare) for c in dict.fromkeys([*left, *right])}
    left, right, output = ([names[c] for c in term] for term in (left, right, output))
    return f"{''.join(left)},{''.join(right)}->{''.join(output)}"


def _from_lists(args: Sequence[Any]) -> tuple[str, list[Any]]:
    """Turn `(a, [0, 1], b, [1, 2], [0, 2])` into an equation and operands."""
    terms = args[1::2] if len(args) % 2 == 0 else args[1:-1:2]
    written = [_from_list(term) for term in terms]
    output = "->" + _from_list(args[-1]) if len(args) % 2 else ""
    return ",".join(written) + output, list(args[: 2 * len(terms) : 2])


def _from_list(term: Any) -> str:
    if not isinstance(term, (list, tuple)):
        raise TypeError(f"einsum(): a list of subscripts is expected, not {type(term).__name__}")
    wrong = [n for n in term if n is not Ellipsis and not (isinstance(n, int) and 0 <= n < 52)]
    if wrong:
        raise ValueError(
            f"einsum(): the subscript {wrong[0]!r} in a list is not within the valid range [0, 52)"
        )
    return "".join("..." if n is Ellipsis else LETTERS[n] for n in term)


@composite("einsum", "Σ of products, over the letters that the result does not have", False)
def einsum(*args: Any) -> Any:
    """Sum products in Einstein's notation (torch.einsum).

    Args:
        args: an equation such as "ij,jk->ik", then a tensor for each term; "..." stands for dims
            that are broadcast. Without "->", the result has the letters that occur once, in the
            order of the alphabet. Or tensors and lists of subscripts in turn.

    Raises:
        RuntimeError: if the equation does not fit the tensors, or their sizes each other.

    >>> import tinygrad_edu as torch
    >>> a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> torch.einsum("ij,j->i", a, torch.tensor([1.0, 10.0]))
    tensor([21., 43.])
    >>> torch.einsum("ii", a)
    tensor(5.)
    """
    if len(args) < 2 or (isinstance(args[1], (tuple, list)) and not args[1]):
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one "
            "operand and its subscripts list"
        )
    if not isinstance(args[0], str) and not hasattr(args[0], "shape"):
        kind = type(args[0]).__name__
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {kind}")
    equation, operands = (args[0], args[1:]) if isinstance(args[0], str) else _from_lists(args)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    operands = list(operands)
    check_tensors("einsum", operands)
    return sum_of_products(operands, *_read(equation, tuple(len(x.shape) for x in operands)))
