"""The chain rule on floats: `Value.backward`, for the usual case.

It does what `autograd.engine.backpropagate` does, for floats that are kept in `.grad`, in a third
of the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tinygrad_edu.value import Value


def apply_rule(rule: Any, upstream: Any, *arguments: Any) -> Any:
    """Apply a rule; where Python's floats would raise, with IEEE's inf and nan."""
    try:
        return rule(upstream, *arguments)
    except ArithmeticError:
        with np.errstate(all="ignore"):
            return float(rule(*map(np.float64, (upstream, *arguments))))


def order_of(root: Value) -> list[Value] | None:
    """List what `root` was computed from and is no leaf, inputs first: a depth-first walk.

    None if there are values in it that were computed of more than two others, by a program.
    """
    order: list[Value] = []
    seen = {root}
    stack = [root] if root.op is not None else []
    while stack:
        value = stack[-1]
        left, right = value.left, value.right
        if left is None:
            return None
        if left.op is not None and left not in seen:
            seen.add(left)
            stack.append(left)
        elif right is not None and right.op is not None and right not in seen:
            seen.add(right)
            stack.append(right)
        else:
            order.append(stack.pop())
    return order


def go_backward(root: Value, order: list[Value]) -> None:
    """Visit the values of an order, the root first, and add to `.grad` of what each came from."""
    for value in order:
        value.grad = None
    root.accumulate(1.0)
    for value in reversed(order):
        upstream, left, right = value.grad, value.left, value.right
        if right is None:
            if left.requires_grad:
                contribution = apply_rule(value.op.rules[0], upstream, value.data, left.data)
                left.grad = contribution if left.grad is None else left.grad + contribution
            continue
        left_rule, right_rule = value.op.rules
        y, a, b = value.data, left.data, right.data
        try:
            to_left = left_rule(upstream, y, a, b) if left.requires_grad else None
            to_right = right_rule(upstream, y, a, b) if right.requires_grad else None
        except ArithmeticError:
            to_left = apply_rule(left_rule, upstream, y, a, b) if left.requires_grad else None
            to_right = apply_rule(right_rule, upstream, y, a, b) if right.requires_grad else None
        if to_left is not None:
            left.grad = to_left if left.grad is None else left.grad + to_left
        if to_right is not None:
            right.grad = to_right if right.grad is None else right.grad + to_right
