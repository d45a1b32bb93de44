"""`unroll`: how each element of a tensor was computed from single numbers, and its slopes.

Operations know how to compute on arrays of `Value`s. So one operation is done again on the numbers
that it was given, each a `Value` of its own, and what is recorded is written out: the sum of
products that an element of a matrix product is, say. The slopes come from the rules of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import thread
from tinygrad_edu.trace.graph import Graph, OperationNode, ValueNode
from tinygrad_edu.trace.text import number
from tinygrad_edu.trace.wording import applied, bracketed
from tinygrad_edu.value import Value, as_value

NODES = 400
"""Up to so many operations on single numbers an element is written out."""

SUM, QUOTIENT, PRODUCT, POWER, ATOM = range(5)
"""How strongly the parts of a written formula hold together."""

LEVELS = {"+": SUM, "−": SUM, "÷": QUOTIENT, "×": PRODUCT, "^": POWER}
TO_THE_RIGHT = {"−": SUM, "÷": PRODUCT, "^": POWER}
"""Up to which strength a part needs brackets behind a sign, beyond what is weaker anyway."""


class Marked(float):
    """A float that remembers which number it is, for as long as it is only multiplied by 1.

    A rule that answers with one has found a slope that is the number itself: of w·x with respect to
    w, that is x.

    >>> x = Marked(3.0, 7)
    >>> (1.0 * x).mark, x * 2.0, type(x * 2.0)
    (7, 6.0, <class 'float'>)
    """

    __slots__ = ("mark",)

    mark: int

    def __new__(cls, number: float, mark: int) -> Marked:
        """Make one of a number and what to remember."""
        made = super().__new__(cls, number)
        made.mark = mark
        return made

    def __mul__(self, other: Any) -> Any:
        return self if type(other) is float and other == 1.0 else float.__mul__(self, other)

    __rmul__ = __mul__


@dataclass(frozen=True, slots=True)
class Element:
    """How one element of a result was computed.

    Attributes:
        template: the formula, with a blank {0}, {1}, … for each of `places`, then for `helpers`.
        definitions: the formulas of the helpers, in order.
        places: which numbers went in: counted through the arguments, one after the other.
        helpers: numbers on the way that are used more than once.
        result: the number.
        slopes: the derivative of the result with respect to each of `places`. A `Marked` one is
            the number at the place (an index of `places`) that it is marked with.
    """

    template: str
    definitions: tuple[str, ...]
    places: tuple[int, ...]
    helpers: tuple[float, ...]
    result: float
    slopes: tuple[float, ...]


def numbers_of(graph: Graph) -> dict[int, Any]:
    """Compute the numbers of all tensors of a graph again, as arrays, by the index of the value.

    A value is missing where that cannot be done: behind a custom `Function`.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> y = torch.tensor([2.0, 3.0], requires_grad=True) ** 2 + 1
    >>> [numbers.tolist() for numbers in numbers_of(read(y)).values()]
    [[2.0, 3.0], 2, 1, [4.0, 9.0], [5.0, 10.0]]
    """
    found: dict[int, Any] = {}
    for value in graph.values:
        if value.made_by is None:
            found[value.index] = np.asarray(getattr(value.source, "array", value.source))
    for operation in graph.operations:
        arguments = [found.get(use.value.index) for use in operation.arguments]
        if hasattr(operation.operation, "compute") and not any(x is None for x in arguments):
            result = operation.results[0]
            found[result.index] = _computed_again(operation, arguments)
    return found


def _computed_again(operation: OperationNode, arguments: Sequence[Any]) -> Any:
    vertex = operation.vertex
    if getattr(vertex, "output", None) is not None:
        return vertex.output
    plain = [
        x.item() if use.value.shape is None else x
        for use, x in zip(operation.arguments, arguments, strict=True)
    ]
    with np.errstate(all="ignore"):
        result = operation.operation.compute(plain, vertex.parameters)
    return np.asarray(result, dtype=vertex.dtype)


def starts(operation: OperationNode) -> list[int]:
    """Return where the numbers of each argument begin, counted through all of them.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> x, w = torch.ones(2, 3), torch.ones(3, 4, requires_grad=True)
    >>> starts(read(x @ w).operations[0])
    [0, 6, 18]
    """
    sizes = [size_of(use.value) for use in operation.arguments]
    return [sum(sizes[:i]) for i in range(len(sizes) + 1)]


def size_of(value: ValueNode) -> int:
    """Return how many numbers a value has."""
    return int(np.prod(value.shape or (), dtype=int))


def unroll(operation: OperationNode, arguments: Sequence[Any]) -> list[Element]:
    """Write out each element of the result of an operation on tensors.

    Args:
        operation: the operation.
        arguments: the numbers of its arguments, as arrays; see `numbers_of`.

    Returns:
        The elements, in the order in which they are read, the last dim first.

    Raises:
        NotImplementedError: the operation does not compute on single numbers.
        ValueError: an element takes too many operations on single numbers to be written out.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu.trace.graph import read
    >>> x, w = torch.tensor([[2.0, 5.0]]), torch.tensor([[3.0], [4.0]], requires_grad=True)
    >>> graph = read(x @ w)
    >>> [found] = unroll(graph.operations[0], [x.numpy(), w.detach().numpy()])
    >>> found.template, found.places, found.result
    ('{0}·{1} + {2}·{3}', (0, 2, 1, 3), 26.0)
    >>> [slope.mark for slope in found.slopes]  # the slope with respect to {0} is {1}, …
    [1, 0, 3, 2]
    """
    op, vertex = operation.operation, operation.vertex
    if not hasattr(op, "compute"):
        raise NotImplementedError("is a function of your own, which works on whole tensors only")
    given = [
        _as_values(use.value, numbers, start)
        for use, numbers, start in zip(
            operation.arguments, arguments, starts(operation), strict=False
        )
    ]
    here, before = thread.here, thread.here.scope
    here.scope = vertex.scope
    try:
        with np.errstate(all="ignore"):
            results = np.asarray(op.compute(given, vertex.parameters), dtype=object)
    finally:
        here.scope = before
    return [element(_single(result)) for result in results.ravel()]


def _single(result: Any) -> Value:
    """Take a value out of the arrays without dims that it may be in."""
    while isinstance(result, np.ndarray):
        result = result.item()
    return as_value(result)  # type: ignore[no-any-return]


def _as_values(value: ValueNode, numbers: Any, start: int) -> Any:
    """Make a `Value` of each number of a tensor, labelled by its place; whole numbers stay so."""
    if value.shape is None:
        return numbers.item()
    if numbers.dtype.kind != "f":
        return numbers
    values = np.empty(numbers.shape, dtype=object)
    for i, place in enumerate(np.ndindex(numbers.shape)):
        values[place] = Value(numbers[place], str(start + i))
    return values


def element(result: Value) -> Element:
    """Write out a `Value` that was computed from leaves whose labels are their places.

    >>> a, b = Value(2.0, "0"), Value(3.0, "1")
    >>> element((a - b) * a).template
    '({0} − {1})·{0}'
    """
    order = _order(result)
    leaves = [x for x in order if _is_place(x)]
    places = tuple(int(x.label or 0) for x in leaves)
    uses = Counter(id(x) for value in order for x in value.operands)
    shared = [x for x in order if x.op is not None and uses[id(x)] > 1 and x is not result]
    blanks = {id(x): f"{{{i}}}" for i, x in enumerate([*leaves, *shared])}
    written: dict[int, tuple[str, int]] = {}
    definitions = []
    for x in order:
        written[id(x)] = text = _written(x, blanks, written)
        if x.op is not None and id(x) in blanks:
            definitions.append(text[0])
            written[id(x)] = blanks[id(x)], ATOM
    helpers = tuple(float(x.data) for x in shared)
    slopes = _slopes(result, leaves)
    return Element(
        written[id(result)][0], tuple(definitions), places, helpers, float(result.data), slopes
    )


def _is_place(x: Value) -> bool:
    return x.op is None and x.label is not None


def _order(result: Value) -> list[Value]:
    """List all values behind a result, in the order in which a reader meets them, it the last."""
    order: list[Value] = []
    seen: set[int] = set()
    stack: list[Any] = [result]
    while stack:
        value = stack.pop()
        if value is None:  # the mark under which a value waits for what it was computed from
            order.append(stack.pop())
        elif id(value) not in seen:
            seen.add(id(value))
            stack += (value, None, *reversed(value.operands))
        if len(seen) > NODES:
            raise ValueError("takes too many operations on single numbers to be written out")
    return order


def _written(
    x: Value, blanks: dict[int, str], written: dict[int, tuple[str, int]]
) -> tuple[str, int]:
    """Write a value by what it was computed from, which is written already."""
    if x.op is None:
        return blanks.get(id(x)) or bracketed(number(x.data, 6)), ATOM
    parts = [written[id(operand)] for operand in x.operands]
    symbol = x.op.symbol
    level = LEVELS.get(symbol) if len(parts) == 2 else None
    if level is not None:
        left, right = parts
        a = f"({left[0]})" if left[1] < level or left[1] == level == POWER else left[0]
        closer = right[1] <= TO_THE_RIGHT.get(symbol, level - 1)
        b = f"({right[0]})" if right[1] < level or closer else right[0]
        return (f"{a}·{b}" if symbol == "×" else applied(x.op, [a, b])), level
    whole = applied(x.op, ["x"] * len(parts))
    is_call = whole.endswith(")") and whole.split("(")[0].replace("_", "").isalnum()
    if is_call or whole[0] == whole[-1] == "|":
        return applied(x.op, [text for text, _ in parts]), ATOM
    return applied(x.op, [text if rank == ATOM else f"({text})" for text, rank in parts]), SUM


def _slopes(result: Value, leaves: Sequence[Value]) -> tuple[float, ...]:
    """Differentiate a result with respect to each number that went in, by the rules of the table.

    A slope that is one of these numbers is marked with its position among them.
    """
    numbers = [x.data for x in leaves]
    for i, x in enumerate(leaves):
        x.data, x.grad = Marked(x.data, i), None
    result.backward()
    slopes = [x.grad for x in leaves]
    for x, plain in zip(leaves, numbers, strict=True):  # other elements have them, too
        x.data = plain
    return tuple(slope if isinstance(slope, Marked) else float(slope) for slope in slopes)
