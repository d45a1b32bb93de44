"""LBFGS: steps that learn the curvature of the loss from the gradients so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import enable_grad
from tinygrad_edu.ieee import QUIET, restore, silence
from tinygrad_edu.ops.checking import number
from tinygrad_edu.optim.line_search import Point, strong_wolfe
from tinygrad_edu.optim.optimizer import Array, Optimizer, check_options
from tinygrad_edu.tensor import Tensor


class LBFGS(Optimizer):
    """x ← x − t · H g, where H, the inverse of the Hessian, is guessed from the last gradients.

    As torch.optim.LBFGS (Nocedal, 1980): a step is up to `max_iter` such iterations, each of which
    evaluates the loss again; so it takes a closure. For few parameters and the whole data at once.

    Args:
        params: tensors or `Value`s; one group of them.
        lr: t, or where the line search begins.
        max_iter: iterations per step, at most.
        max_eval: evaluations per step, about; by default 1.25 · max_iter.
        tolerance_grad: stop when no gradient is larger than this.
        tolerance_change: stop when neither loss nor a parameter changes by more than this.
        history_size: how many changes of the gradient H is guessed from.
        line_search_fn: "strong_wolfe", or None to go by `lr`.

    Raises:
        ValueError: for a negative rate, or several groups.
        RuntimeError: in `step`, for another line search.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([5.0, 5.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - torch.tensor([1.0, -2.0])) ** 2 * torch.tensor([1.0, 9.0])).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure)
    tensor(457., grad_fn=<SumBackward0>)
    >>> w
    tensor([ 1.0000, -2.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_options(lr=lr)
        number("LBFGS", "tolerance_grad", tolerance_grad)
        number("LBFGS", "tolerance_change", tolerance_change)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter groups): "
                f"it got {len(self.param_groups)} groups"
            )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take up to `max_iter` iterations.

        Args:
            closure: forgets the gradients, computes the loss and its gradients, returns the loss.

        Returns:
            The first loss.

        Raises:
            TypeError: without a closure.
            RuntimeError: for a line search that is not there.
        """
        if closure is None:
            raise TypeError(
                "LBFGS evaluates the loss several times in a step: call step(closure), with a "
                "function that calls zero_grad() and backward() and returns the loss"
            )
        if self.param_groups[0]["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        outside = np.geterr()

        def evaluate() -> Any:
            with enable_grad(), np.errstate(**outside):
                return closure()

        token = silence(QUIET)
        try:
            return self._step(evaluate)
        finally:
            restore(token)

    def _step(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        state = self.state[group["params"][0]]  # torch keeps it all with the first parameter
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        state["func_evals"] += 1
        walk = _Walk(group, state, closure, _number(first_loss))
        if not walk.is_flat():
            walk.run()
            walk.save()
        return first_loss


class _Walk:
    """The iterations of one step; vectors are over all parameters, one behind the other."""

    def __init__(
        self,
        group: dict[str, Any],
        state: dict[str, Any],
        closure: Callable[[], Any],
        loss: float,
    ) -> None:
        self.group, self.state, self.closure = group, state, closure
        self.params: list[Any] = group["params"]
        self.loss, self.gradient, self.evaluations = loss, self._gather(), 1
        self.direction: Array = _plain(state.get("d"))
        self.t: Any = _plain(state.get("t"))
        self.yields: list[Array] = _plain(state.get("old_dirs"))  # changes of the gradient
        self.steps: list[Array] = _plain(state.get("old_stps"))  # changes of the parameters
        self.weights: list[Any] = _plain(state.get("ro"))  # 1 / their products
        self.scale: Any = _plain(state.get("H_diag"))
        self.last_gradient: Array = _plain(state.get("prev_flat_grad"))
        self.last_loss: Any = state.get("prev_loss")

    def save(self) -> None:
        """Remember everything for the next step, under torch's names."""
        self.state.update(
            d=_wrapped(self.direction),
            t=_wrapped(self.t),
            old_dirs=_wrapped(self.yields),
            old_stps=_wrapped(self.steps),
            ro=_wrapped(self.weights),
            H_diag=_wrapped(self.scale),
            prev_flat_grad=_wrapped(self.last_gradient),
            prev_loss=self.last_loss,
        )

    def run(self) -> None:
        """Iterate until something says to stop."""
        most, change = self.group["max_iter"], self.group["tolerance_change"]
        for i in range(1, most + 1):
            self.state["n_iter"] += 1
            self._choose_direction()
            self.last_gradient, self.last_loss = self.gradient.copy(), self.loss
            self.t = self.group["lr"]
            if self.state["n_iter"] == 1:
                self.t = min(1.0, 1.0 / abs(self.gradient).sum()) * self.t
            slope = self.gradient @ self.direction
            if slope > -change:
                return
            self._move_on(slope, last=i == most)
            if i == most or self.evaluations >= self.group["max_eval"] or self.is_flat():
                return
            if abs(self.direction * self.t).max() <= change:
                return
            if abs(self.loss - self.last_loss) < change:
                return

    def is_flat(self) -> bool:
        """Whether no gradient is larger than the tolerance."""
        return bool(abs(self.gradient).max() <= self.group["tolerance_grad"])

    def _choose_direction(self) -> None:
        """Set the direction to −H g, by the recursion in two loops."""
        if self.state["n_iter"] == 1:
            self.direction = -self.gradient
            self.yields, self.steps, self.weights, self.scale = [], [], [], 1
            return
        self._learn_curvature()
        shares = self.state.setdefault("al", [None] * self.group["history_size"])
        direction = -self.gradient
        memory = list(enumerate(zip(self.yields, self.steps, self.weights, strict=True)))
        alphas: dict[int, Any] = {}
        for i, (y, s, weight) in reversed(memory):
            alphas[i] = (s @ direction) * weight
            direction -= alphas[i] * y
            shares[i] = _wrapped(alphas[i])
        direction *= self.scale
        for i, (y, s, weight) in memory:
            direction += (alphas[i] - (y @ direction) * weight) * s
        self.direction = direction

    def _learn_curvature(self) -> None:
        """Keep the last change, where the loss curves upwards along it."""
        y, s = self.gradient - self.last_gradient, self.direction * self.t
        product = y @ s
        if not product > 1e-10:
            return
        if len(self.yields) == self.group["history_size"]:
            for oldest in (self.yields, self.steps, self.weights):
                del oldest[0]
        self.yields.append(y)
        self.steps.append(s)
        self.weights.append(1.0 / product)
        self.scale = product / (y @ y)

    def _move_on(self, slope: Any, last: bool) -> None:
        """Go in the direction, and evaluate there unless it was the last iteration."""
        if self.group["line_search_fn"] is not None:
            self._search(slope)
        else:
            self._move(self.t)
            if not last:
                self.loss, self.gradient = _number(self.closure()), self._gather()
                self._count(1)

    def _search(self, slope: Any) -> None:
        """Find with a line search how far to go, and go there."""
        origin = [p.array.copy() if isinstance(p, Tensor) else p.data for p in self.params]

        def evaluate(t: Any) -> Point:
            self._move(t)
            loss, gradient = _number(self.closure()), self._gather()
            self._return(origin)
            return Point(t, loss, gradient, gradient @ self.direction)

        start = Point(0, self.loss, self.gradient, slope)
        width, tolerance = abs(self.direction).max(), self.group["tolerance_change"]
        most = self.group["max_eval"] - self.evaluations
        found, tried = strong_wolfe(evaluate, self.t, start, width, tolerance, most)
        self.t, self.loss, self.gradient, _ = found
        self._move(self.t)
        self._count(tried)

    def _count(self, evaluations: int) -> None:
        self.evaluations += evaluations
        self.state["func_evals"] += evaluations

    # --- parameters as one vector ----------------------------------------------------------------

    def _gather(self) -> Array:
        """Return the gradients of all parameters; 0 where there is none."""
        parts = []
        for p in self.params:
            if isinstance(p, Tensor):
                given = p._grad
                array = np.zeros(p.array.size, p.array.dtype) if given is None else given.array
                parts.append(array.reshape(-1))
            else:
                parts.append(np.array([0.0 if p.grad is None else float(p.grad)]))
        return np.concatenate(parts)

    def _move(self, t: Any) -> None:
        """Add t times the direction to the parameters."""
        start = 0
        for p in self.params:
            size = p.array.size if isinstance(p, Tensor) else 1
            change = t * self.direction[start : start + size]
            start += size
            if isinstance(p, Tensor):
                array = p.array
                array += change.reshape(array.shape)
                p._changed()
            else:
                p.data += change.item()

    def _return(self, origin: list[Any]) -> None:
        """Set the parameters to what they were."""
        for p, before in zip(self.params, origin, strict=True):
            if isinstance(p, Tensor):
                np.copyto(p.array, before)
                p._changed()
            else:
                p.data = before


def _number(loss: Any) -> float:
    return float(loss.detach() if isinstance(loss, Tensor) else loss)


def _plain(kept: Any) -> Any:
    """Return arrays and numbers for what the state keeps as tensors."""
    if isinstance(kept, list):
        return [_plain(x) for x in kept]
    if isinstance(kept, Tensor):
        return kept.array if kept.ndim else kept.array[()]
    return kept


def _wrapped(plain: Any) -> Any:
    """Return tensors for arrays and for numpy's numbers."""
    if isinstance(plain, list):
        return [_wrapped(x) for x in plain]
    return Tensor._wrap(plain) if isinstance(plain, (np.ndarray, np.generic)) else plain
