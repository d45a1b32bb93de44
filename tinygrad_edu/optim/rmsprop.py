"""RMSprop: steps divided by the recent size of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.optim.optimizer import Array, Optimizer, Rule, begin, check_options


class RMSprop(Optimizer):
    """v ← α v + (1 − α) g²;  x ← x − lr · g / (√v + ε).

    As torch.optim.RMSprop (Hinton, 2012). With momentum b ← μ b + g / (√v + ε), and x ← x − lr · b.

    Args:
        params: tensors or `Value`s; or dictionaries of these and options.
        lr: the learning rate.
        alpha: α.
        eps: ε.
        weight_decay: adds weight_decay · x to g, which pulls parameters towards 0.
        momentum: μ.
        centered: take the square of the average of g off v, which leaves the variance.
        capturable: False; torch's other implementations are not there.
        foreach: False or None.
        maximize: go up instead of down.
        differentiable: False.

    Raises:
        ValueError: for a negative option.
        NotImplementedError: for an implementation that is not there.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([1.0, 100.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> torch.optim.RMSprop([w], lr=0.01).step()
    >>> w
    tensor([ 0.9000, 99.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _rule(self, group: dict[str, Any]) -> Rule:
        lr, alpha, eps, momentum = (group[name] for name in ("lr", "alpha", "eps", "momentum"))
        maximize, decay, centered = (group[x] for x in ("maximize", "weight_decay", "centered"))
        buffers = ["square_avg"]
        buffers += ["momentum_buffer"] if momentum > 0 else []
        buffers += ["grad_avg"] if centered else []

        def rule(p: Any, array: Array, gradient: Array) -> None:
            state = self.state[p] or begin(self.state[p], array, *buffers)
            step = state["step"].array
            step += 1
            if maximize:
                gradient = -gradient
            if decay:
                gradient = gradient + decay * array
            squares = state["square_avg"].array
            squares *= alpha
            scratch = np.asarray(gradient * gradient)
            scratch *= 1 - alpha
            squares += scratch
            spread = squares
            if centered:
                mean = state["grad_avg"].array
                np.subtract(gradient, mean, scratch)
                scratch *= 1 - alpha
                mean += scratch
                np.multiply(mean, mean, scratch)
                spread = np.subtract(squares, scratch, scratch)
            np.sqrt(spread, scratch)
            scratch += eps
            if momentum > 0:
                velocity = state["momentum_buffer"].array
                velocity *= momentum
                velocity += np.divide(gradient, scratch, scratch)
                array -= lr * velocity
            else:
                change = gradient * lr  # first, as in torch: it matters if it overflows
                change /= scratch
                array -= change

        return rule
