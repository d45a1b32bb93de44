"""A graph of tensors in which each call of a module is one operation: for one too large to read.

The innermost calls are joined; what calls around them compute beside their inner calls stays as it
is. If that is still too much, calls further out are joined. The result is a `Graph` like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tinygrad_edu.trace.graph import Graph, ModuleCall, OperationNode, Use, ValueNode
from tinygrad_edu.trace.module_factors import added_up, full_title, leaves, titles_of
from tinygrad_edu.trace.roles import is_activation
from tinygrad_edu.trace.waterfall import plural

Unit = ModuleCall | OperationNode
"""What becomes one operation: a call of a module with all that happened in it, or an operation."""

Given = dict[ValueNode, list[Use]]
"""What a unit takes from outside, and where it uses it."""


@dataclass(frozen=True, slots=True)
class CallEntry:
    """What a joined call has where an operation has its entry in the table of operations.

    Attributes:
        title: which call it is: `3.f.0: Linear(8 -> 8), call 2`.
        name: the class of the module.
        symbol: the same.
        group: that of its operations if they are all activations; else nothing.
        count: how many operations were joined.
        reused: which of the results are used inside as well. Their gradient is only what arrives
            from outside, as in `register_full_backward_hook`; `.grad` counts the rest as well.
    """

    title: str
    name: str
    symbol: str
    group: str
    count: int
    reused: tuple[int, ...]

    @property
    def definition(self) -> str:
        """What it is, for a reader."""
        return f"a call of the module {self.title}, {plural(self.count, 'operation')}"

    @property
    def derivatives(self) -> tuple[str, ...]:
        """What takes the place of a rule."""
        return ("chain rule",)


def join_calls(graph: Graph, limit: int) -> Graph:
    """Join the operations of each module call.

    Args:
        graph: a graph of tensors, behind its backward pass.
        limit: the most values that may be left.

    Returns:
        A graph in which a joined call is an operation with a `CallEntry`. Its arguments are what
        it took from outside, each once: data and results, then parameters. What flowed back to
        them is the sum over all their uses in it.

    Raises:
        ValueError: more values are left even if the outermost calls are joined.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> from tinygrad_edu.trace.graph import read
    >>> y = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))(torch.ones(2, 3)).sum()
    >>> [op.operation.name for op in join_calls(read(y), 1000).operations]
    ['Linear', 'LayerNorm', 'sum']
    """
    deepest = max((call.depth for call in graph.calls), default=0)
    for depth in range(deepest, -1, -1):
        found = _Joining(graph, depth).graph
        if len(found.values) <= limit:
            return found
    count = len(found.values)
    raise ValueError(
        f"this graph has {len(graph.values):,} values, and by module it still has {count:,}, more "
        f"than the limit of {limit:,}: pass limit={count} for a page by module anyway, or explore "
        "a part of it (an inner value, fewer steps)"
    )


def unit_of(operation: OperationNode, depth: int) -> Unit:
    """Return what stands for an operation: itself, or the outermost call that is joined.

    Joined are calls that call no others, and those that lie `depth` calls deep or deeper.
    """
    unit: Unit = operation
    call = operation.call
    while call is not None:
        if call.is_innermost or call.depth >= depth:
            unit = call
        call = call.outer
    return unit


class _Joining:
    """Builds the graph."""

    def __init__(self, graph: Graph, depth: int) -> None:
        self.graph = Graph([], [], [], [])
        self._units = {operation: unit_of(operation, depth) for operation in graph.operations}
        self._members: dict[Unit, list[OperationNode]] = defaultdict(list)
        for operation, unit in self._units.items():
            self._members[unit].append(operation)
        self._values: dict[ValueNode, ValueNode] = {}
        self._calls: dict[ModuleCall, ModuleCall] = {}
        units = self._ordered(graph.outputs)
        self._titles = titles_of(units)
        for unit in units:
            if isinstance(unit, ModuleCall):
                self._add_call(unit)
            else:
                self._add_operation(unit)
        self.graph.outputs = [self._value(value) for value in graph.outputs]

    def _ordered(self, outputs: Iterable[ValueNode]) -> list[Unit]:
        """List the units, each after those whose results it takes.

        A call's operations need not stand together in the graph that is read, so its order is of
        no help.
        """
        order: list[Unit] = []
        seen: set[Unit] = set()
        stack: list[Any] = [self._units[x.made_by] for x in outputs if x.made_by is not None]
        while stack:
            unit = stack.pop()
            if unit is None:  # the mark under which a unit waits for those before it
                order.append(stack.pop())
            elif unit not in seen:
                seen.add(unit)
                makers = (value.made_by for value in reversed(self._given(unit)))
                stack += (unit, None)
                stack += [self._units[maker] for maker in makers if maker is not None]
        return order

    def _given(self, unit: Unit) -> Given:
        """Collect what a unit takes from outside, and where it uses it."""
        found: Given = {}
        for operation in self._members[unit]:
            for use in operation.arguments:
                maker = use.value.made_by
                if maker is None or self._units[maker] is not unit:
                    found.setdefault(use.value, []).append(use)
        return found

    def _add_call(self, unit: ModuleCall) -> None:
        members = self._members[unit]
        inside = set(map(id, members))
        given = _bundled(
            {  # numbers in the code of a module are its own affair
                value: uses
                for value, uses in self._given(unit).items()
                if value.made_by is not None or value.is_given or value.name is not None
            },
            inside,
        )
        arguments = sorted(given, key=is_own)
        made = [x for op in members for x in op.results if leaves(x, inside)]
        call = self._call(unit, True)
        call.title = _counted(call.title, self._titles[unit].removeprefix(full_title(unit)))
        joined = OperationNode(
            len(self.graph.operations),
            self._entry(unit, made, inside),
            {},
            call,
            made[-1].source,
            _sent_back=[added_up(use.contribution for use in given[value]) for value in arguments],
            _changed=False,
        )
        self._add(joined, arguments, made)

    def _entry(self, unit: ModuleCall, made: Sequence[ValueNode], inside: set[int]) -> CallEntry:
        members = self._members[unit]
        name = type(unit.module).__name__
        group = "activations" if all(map(is_activation, members)) else ""
        reused = (any(id(use.operation) in inside for use in value.uses) for value in made)
        places = tuple(i for i, is_reused in enumerate(reused) if is_reused)
        return CallEntry(self._titles[unit], name, name, group, len(members), places)

    def _add_operation(self, unit: OperationNode) -> None:
        place = len(self.graph.operations)
        copy = replace(unit, index=place, call=self._around(unit.call), arguments=[], results=[])
        self._add(copy, [use.value for use in unit.arguments], unit.results)

    def _add(
        self, operation: OperationNode, arguments: list[ValueNode], results: list[ValueNode]
    ) -> None:
        self.graph.operations.append(operation)
        for i, value in enumerate(arguments):
            use = Use(self._value(value), operation, i)
            operation.arguments.append(use)
            use.value.uses.append(use)
        for value in results:
            made = self._value(value)
            made.made_by = operation
            operation.results.append(made)
        if isinstance(operation.operation, CallEntry):
            for i in operation.operation.reused:
                operation.results[i].gradient = self._from_outside(results[i])

    def _from_outside(self, value: ValueNode) -> Any:
        """Add up what flowed back to a result of a call from outside of it."""
        own = value.made_by and self._units[value.made_by]
        uses = [use for use in value.uses if self._units[use.operation] is not own]
        return added_up(use.contribution for use in uses)

    def _value(self, value: ValueNode) -> ValueNode:
        found = self._values.get(value)
        if found is None:
            place = len(self.graph.values)
            found = self._values[value] = replace(value, index=place, made_by=None, uses=[])
            self.graph.values.append(found)
        return found

    def _around(self, call: ModuleCall | None) -> ModuleCall | None:
        return None if call is None else self._call(call, False)

    def _call(self, call: ModuleCall, is_joined: bool) -> ModuleCall:
        found = self._calls.get(call)
        if found is None:
            outer = self._around(call.outer)
            place = len(self.graph.calls)
            found = replace(call, index=place, outer=outer, is_innermost=is_joined)
            self._calls[call] = found
            self.graph.calls.append(found)
        return found


def is_own(value: ValueNode) -> bool:
    """Tell whether a value is a parameter, or a buffer of a module."""
    return value.is_member or value.kind == "parameter"


def _counted(title: str, which: str) -> str:
    """Say which call it is right behind the name, for what comes later may be cut off."""
    name, colon, described = title.partition(": ")
    return f"{name}{which}{colon}{described}"


def _bundled(given: Given, inside: set[int]) -> Given:
    """Put data of one shape that go nowhere else together in one value: `30 tensors`.

    What a recurrent network takes at each step is a tensor of its own.
    """
    alike: dict[Any, list[ValueNode]] = defaultdict(list)
    for value in given:
        is_data = value.kind == "constant" and value.name is None and value.shape is not None
        stays = is_data and not leaves(value, inside)
        alike[value.shape if stays else value].append(value)
    return {
        first
        if len(same) == 1
        else replace(first, name=f"{len(same)} tensors", number=None, source=None): given[first]
        for same in alike.values()
        for first in same[:1]
    }
