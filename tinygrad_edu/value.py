"""Value: one float that remembers how it was computed. The smallest complete autograd engine.

Every arithmetic operation makes a new `Value` that points to the one or two it was computed from.
`backward` walks these pointers from the result to the leaves and applies the chain rule at each.
The derivative rules are in the operation table; the same rules serve tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu.autograd.origins import MOST, UNKNOWN, Origin, same
from tinygrad_edu.autograd.recording import Scope, anomaly, thread
from tinygrad_edu.float_backward import apply_rule, go_backward, order_of
from tinygrad_edu.later import VALUE_HOMES, attach_methods
from tinygrad_edu.ops import TABLE, Operation, activations, arithmetic, powers, selection

_new = object.__new__


class Value:
    """A scalar node of a graph.

    Args:
        data: a number, kept as a Python float.
        label: a name for drawings.

    Attributes:
        data: the number.
        grad: d(the last `backward()` root)/d(this); None until a backward pass reaches it. Leaves
            add up over several passes, as in torch; the others hold the latest.
        op: the operation that made it; None for a leaf.
        left, right: what it was computed from; None where there is nothing.

    >>> from tinygrad_edu import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + a
    >>> c.backward()
    >>> c, a.grad, b.grad
    (Value(-4.0, grad=1.0), -2.0, 2.0)
    """

    # Two slots instead of a tuple of inputs: one object less per node for the garbage collector.
    __slots__ = ("__weakref__", "data", "grad", "label", "left", "op", "right", "scope")

    data: float
    grad: Any
    label: str | None
    left: Any
    op: Any
    right: Any
    scope: Scope | None

    requires_grad = True
    hooks = None
    __array_priority__ = 1000  # numpy leaves `np.float64(2) * value` to the value

    def __init__(self, data: float, label: str | None = None) -> None:
        self.data = data if type(data) is float else _checked(data)
        self.grad = None
        self.op = self.left = self.right = self.scope = None
        self.label = label

    # --- the backward pass -----------------------------------------------------------------------

    def backward(self, create_graph: bool = False) -> None:
        """Find the derivative of this value with respect to everything that it was computed from.

        Args:
            create_graph: make the gradients `Value`s that can be differentiated again.
        """
        order = None if create_graph or anomaly.enabled else order_of(self)
        if order is None:
            from tinygrad_edu.autograd import backward

            return backward(self, create_graph=create_graph)
        return go_backward(self, order)

    # --- what the engine asks of a vertex --------------------------------------------------------

    @property
    def operands(self) -> tuple[Value, ...]:
        """What it was computed from."""
        return tuple(x for x in (self.left, self.right) if x is not None)

    @property
    def inputs(self) -> tuple[Value | None, ...]:
        """What it was computed from, None for a constant."""
        return tuple(x if x.requires_grad else None for x in self.operands)

    @property
    def vertex(self) -> Value:
        """A value is its own vertex in the graph."""
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, rather than an operation."""
        return self.op is None

    def pullback(
        self, upstream: Any, relevant: Collection[Any] | None, create_graph: bool = False
    ) -> list[Any]:
        """Apply the rule of each relevant input to the gradient of this value."""
        y: Any = self if create_graph else self.data
        xs = [x if create_graph else x.data for x in self.operands]
        contributions: list[Any] = []
        for i, source in enumerate(self.inputs):
            if source is None or (relevant is not None and source not in relevant):
                contributions.append(None)
                continue
            rule = self.op.rule(i)
            if create_graph:
                contributions.append(_recorded_contribution(rule, upstream, y, *xs))
            else:
                contributions.append(apply_rule(rule, upstream, y, *xs))
        return contributions

    def run_hooks(self, upstream: Any) -> Any:
        """Values have no hooks."""
        return upstream

    def release(self) -> None:
        """A value keeps no more for the backward pass than it is."""

    def accumulate(self, gradient: Any) -> None:
        """Add to `.grad` of a leaf; the others hold the gradient of the latest pass."""
        before = self.grad if self.op is None else None
        self.grad = gradient if before is None else before + gradient

    def seed(self, gradient: Any, create_graph: bool) -> Any:
        """Check the gradient that a backward pass starts with here; by default 1."""
        start = 1.0 if gradient is None else gradient
        if create_graph:
            return start if isinstance(start, Value) else Constant(start)
        return float(start.data if isinstance(start, Value) else start)

    @staticmethod
    def from_gradient(gradient: Any) -> Any:
        """Give the engine's gradient of a value to the user: a float, or a value."""
        return gradient

    @staticmethod
    def _record(op: Operation, operands: Any, parameters: dict[str, Any]) -> Any:
        """Apply an operation to values and numbers: what `exp(value)` does."""
        if any(isinstance(x, np.ndarray) for x in operands):
            return op.compute([np.asarray(x, dtype=object) for x in operands], parameters)
        if op.on_floats is None:
            raise NotImplementedError(f"{op.name} is not there for Values; tensors have it")
        values = [as_value(x) for x in operands]
        if any(x is NotImplemented for x in values):
            raise TypeError(f"{op.name} of a Value takes Values and numbers, not {operands!r}")
        operation = op.bound(**parameters) if parameters else op
        return (_unary if len(values) == 1 else _binary)(operation)(*values)

    # --- people ----------------------------------------------------------------------------------

    def detach(self) -> Constant:
        """Return the number as a constant, through which no gradient flows."""
        return _computed(self.data, same, self)

    def item(self) -> float:
        """Return the number."""
        return self.data

    def __repr__(self) -> str:
        grad = "" if self.grad is None else f", grad={getattr(self.grad, 'data', self.grad)!r}"
        label = "" if self.label is None else f", label={self.label!r}"
        kind = "Value" if self.requires_grad else "Constant"
        return f"{kind}({self.data!r}{grad}{label})"

    def __float__(self) -> float:
        return self.data

    def __int__(self) -> int:
        return int(self.data)

    def __bool__(self) -> bool:
        return self.data != 0.0

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        _note_choice(self, other)
        return self.data == _number(other)

    def __ne__(self, other: object) -> Any:
        _note_choice(self, other)
        return self.data != _number(other)

    def __lt__(self, other: Any) -> Any:
        _note_choice(self, other)
        return self.data < _number(other)

    def __le__(self, other: Any) -> Any:
        _note_choice(self, other)
        return self.data <= _number(other)

    def __gt__(self, other: Any) -> Any:
        _note_choice(self, other)
        return self.data > _number(other)

    def __ge__(self, other: Any) -> Any:
        _note_choice(self, other)
        return self.data >= _number(other)

    def __pos__(self) -> Value:
        return self

    def max(self, other: Any) -> Any:
        """Return the larger of two."""
        return selection.maximum(self, other)

    def min(self, other: Any) -> Any:
        """Return the smaller of two."""
        return selection.minimum(self, other)

    def leaky_relu(self, negative_slope: float = 0.01) -> Any:
        """Return x where it is positive, else slope · x."""
        return activations.leaky_relu(self, negative_slope)

    if TYPE_CHECKING:  # the operations, attached from the table below

        def __getattr__(self, name: str) -> Callable[..., Any]: ...
        def __add__(self, other: Any) -> Any: ...
        def __radd__(self, other: Any) -> Any: ...
        def __sub__(self, other: Any) -> Any: ...
        def __rsub__(self, other: Any) -> Any: ...
        def __mul__(self, other: Any) -> Any: ...
        def __rmul__(self, other: Any) -> Any: ...
        def __truediv__(self, other: Any) -> Any: ...
        def __rtruediv__(self, other: Any) -> Any: ...
        def __pow__(self, other: Any) -> Any: ...
        def __rpow__(self, other: Any) -> Any: ...
        def __neg__(self) -> Any: ...
        def __abs__(self) -> Any: ...


class Constant(Value):
    """A value that no gradient is asked for: a number in an expression, or made under `no_grad`."""

    # How it was computed from others, for programs (see `autograd/origins.py`); None if it was not.
    __slots__ = ("_origin",)

    requires_grad = False

    def __init__(self, data: float, label: str | None = None) -> None:
        super().__init__(data, label)
        self._origin: Origin | None = None

    def __reduce__(self) -> Any:
        return Constant, (self.data, self.label)


def _computed(data: float, function: Any, *operands: Any) -> Constant:
    """Make the constant that was computed of others, or is the number of a value."""
    result = Constant(data)
    if thread.here.scope is None:
        result._origin = UNKNOWN
    else:
        origin = Origin(function, tuple(map(_plain, operands)), {})
        result._origin = origin if origin.depth <= MOST else UNKNOWN
    return result


def as_value(x: Any) -> Any:
    """Return a value as it is, a number as a constant, and NotImplemented for anything else."""
    if isinstance(x, Value):
        return x
    if isinstance(x, (int, float, np.number, np.bool_)):
        return Constant(float(x))
    if hasattr(x, "grad_fn"):
        raise TypeError(
            "a Value is one number of a graph of numbers, and a Tensor is of a graph of tensors: "
            "they do not mix. Take the number out (tensor.item() or value.data), which is a "
            "constant then, or make both tensors"
        )
    return NotImplemented


def _number(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _checked(data: Any) -> float:
    """Turn what a value is made of into a float; refuse what is no single number."""
    try:
        if not isinstance(data, (str, bytes)):
            return float(data)
    except (TypeError, ValueError):
        pass
    several = hasattr(data, "__len__") and not isinstance(data, (str, bytes))
    hint = ": make a list of Values, [Value(x) for x in numbers], or a tensor" if several else ""
    raise TypeError(f"a Value is one number, but this is of type {type(data).__name__}{hint}")


def _note_choice(*pair: Any) -> None:
    """Note that a rule compares values while it is recorded: see `RecordedPass`."""
    here = thread.here.recorded_pass
    if here is not None and not all(map(is_number, pair)):
        here.has_chosen = True


def is_number(x: Any) -> bool:
    """Tell whether something is a number in the code, which no other can take the place of."""
    return not isinstance(x, Value) or (
        type(x) is Constant and x.label is None and x._origin is None
    )


def _plain(x: Any) -> Any:
    return x.data if is_number(x) else x


def _recorded_contribution(rule: Any, upstream: Any, *arguments: Any) -> Any:
    """Apply a rule to values; what it chose by comparing them must show in the graph."""
    here = thread.here.recorded_pass
    before = here is not None and here.has_chosen
    if here is not None:
        here.has_chosen = False
    # A rule may answer with a plain 0, which is a constant among recorded gradients.
    found = as_value(apply_rule(rule, upstream, *arguments))
    if here is not None and here.has_chosen:
        if not found.requires_grad:
            found = Constant(found.data)
            found._origin = UNKNOWN
        elif found is upstream:
            found = found * 1.0  # an operation of this pass
    if here is not None and before:
        here.has_chosen = True
    return found


# --- the operations, from the table --------------------------------------------------------------


def _unary(op: Operation) -> Callable[[Value], Any]:
    compute: Any = op.on_floats

    def apply(self: Value) -> Any:
        try:
            data = compute(self.data)
        except (ArithmeticError, ValueError):
            data = op.on_float(self.data)
        scope = thread.here.scope
        if scope is None or not self.requires_grad:
            return _computed(data, op, self)
        result = _new(Value)
        result.data = data
        result.grad = result.right = result.label = None
        result.op = op
        result.left = self
        result.scope = scope
        return result

    return apply


def _binary(op: Operation) -> Callable[[Value, Any], Any]:
    compute: Any = op.on_floats

    def apply(self: Value, other: Any) -> Any:
        if type(other) is not Value:
            other = as_value(other)
            if other is NotImplemented:
                return other
        try:
            data = compute(self.data, other.data)
        except (ArithmeticError, ValueError):
            data = op.on_float(self.data, other.data)
        scope = thread.here.scope
        if scope is None or not (self.requires_grad or other.requires_grad):
            return _computed(data, op, self, other)
        result = _new(Value)
        result.data = data
        result.grad = result.label = None
        result.op = op
        result.left = self
        result.right = other
        result.scope = scope
        return result

    return apply


def _elementwise(method: Callable[[Value, Any], Any]) -> Callable[[Value, Any], Any]:
    """Let `value * array` go through the array, as numpy leaves it to the value."""

    def apply(self: Value, other: Any) -> Any:
        if isinstance(other, np.ndarray) and other.ndim:
            return np.frompyfunc(lambda x: method(self, x), 1, 1)(other)
        return method(self, other.item() if isinstance(other, np.ndarray) else other)

    return apply


def _reflected(method: Callable[[Value, Any], Any]) -> Callable[[Value, Any], Any]:
    def apply(self: Value, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return np.frompyfunc(lambda x: method(as_value(x), self), 1, 1)(other)
        left = as_value(other)
        return left if left is NotImplemented else method(left, self)

    return apply


def _parametrised(op: Operation) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: op(self, *args, **kwargs)


def _attach_operations() -> None:
    for name, op in TABLE.items():
        if isinstance(op, Operation) and op.on_floats and op.is_method:
            if op.parameters:
                setattr(Value, name, _parametrised(op))
            else:
                setattr(Value, name, (_unary if op.arity == 1 else _binary)(op))
    operators = {
        "add": arithmetic.add,
        "sub": arithmetic.sub,
        "mul": arithmetic.mul,
        "truediv": arithmetic.div,
        "pow": powers.pow,
    }
    for name, op in operators.items():
        setattr(Value, f"__{name}__", _binary(op))
        setattr(Value, f"__r{name}__", _reflected(_binary(op)))
    Value.__neg__ = _unary(arithmetic.neg)  # type: ignore[method-assign]
    Value.__abs__ = _unary(selection.absolute)  # type: ignore[method-assign]


_attach_operations()
attach_methods(Value, VALUE_HOMES)
