"""Adadelta: steps as large as the recent steps were, for gradients as large as the recent ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.optim.optimizer import Array, Optimizer, Rule, begin, check_options


class Adadelta(Optimizer):
    """v ← ρ v + (1 − ρ) g²;  d = g · √(u + ε) / √(v + ε);  u ← ρ u + (1 − ρ) d²;  x ← x − lr · d.

    As torch.optim.Adadelta (Zeiler, 2012).

    Args:
        params: tensors or `Value`s; or dictionaries of these and options.
        lr: the learning rate.
        rho: ρ.
        eps: ε.
        weight_decay: adds weight_decay · x to g, which pulls parameters towards 0.
        foreach: False or None; torch's other implementations are not there.
        capturable: False.
        maximize: go up instead of down.
        differentiable: False.

    Raises:
        ValueError: for a negative option, or ρ above 1.
        NotImplementedError: for an implementation that is not there.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor(1.0, requires_grad=True)
    >>> (w * w).backward()
    >>> torch.optim.Adadelta([w]).step()
    >>> w
    tensor(0.9968, requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_options(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _rule(self, group: dict[str, Any]) -> Rule:
        lr, rho, eps = (group[name] for name in ("lr", "rho", "eps"))
        maximize, decay = group["maximize"], group["weight_decay"]

        def rule(p: Any, array: Array, gradient: Array) -> None:
            state = self.state[p] or begin(self.state[p], array, "square_avg", "acc_delta")
            step = state["step"].array
            step += 1
            if maximize:
                gradient = -gradient
            if decay:
                gradient = gradient + decay * array
            squares, steps = state["square_avg"].array, state["acc_delta"].array
            scratch = np.asarray(gradient * gradient)
            scratch *= 1 - rho
            squares *= rho
            squares += scratch
            change = np.sqrt(np.add(steps, eps, scratch), scratch)
            change = np.asarray(change / np.sqrt(squares + eps))
            change *= gradient
            steps *= rho
            np.multiply(change, change, scratch)
            scratch *= 1 - rho
            steps += scratch
            change *= lr
            array -= change

        return rule
