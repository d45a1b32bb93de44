"""Adagrad: steps divided by the size of all gradients so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.optim.optimizer import Array, Optimizer, Rule, begin, check_options


class Adagrad(Optimizer):
    """s ← s + g²;  x ← x − lr / (1 + (t − 1) · lr_decay) · g / (√s + ε) at step t.

    As torch.optim.Adagrad (Duchi, Hazan and Singer, 2011).

    Args:
        params: tensors or `Value`s; or dictionaries of these and options.
        lr: the learning rate.
        lr_decay: by how much the rate falls with the steps.
        weight_decay: adds weight_decay · x to g, which pulls parameters towards 0.
        initial_accumulator_value: what s starts from.
        eps: ε.
        foreach: False or None; torch's other implementations are not there.
        maximize: go up instead of down.
        differentiable: False.
        fused: False or None.

    Raises:
        ValueError: for a negative option.
        NotImplementedError: for an implementation that is not there.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([1.0, 100.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> torch.optim.Adagrad([w], lr=0.1).step()
    >>> w
    tensor([ 0.9000, 99.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_options(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:  # before any step, as torch
            for p in group["params"]:
                self._begin(p, group)

    def _begin(self, p: Any, group: dict[str, Any]) -> dict[str, Any]:
        state = begin(self.state[p], p.array if hasattr(p, "array") else np.array(0.0), "sum")
        state["sum"].array += group["initial_accumulator_value"]
        return state

    def _rule(self, group: dict[str, Any]) -> Rule:
        lr, lr_decay, eps = (group[name] for name in ("lr", "lr_decay", "eps"))
        maximize, decay = group["maximize"], group["weight_decay"]

        def rule(p: Any, array: Array, gradient: Array) -> None:
            state = self.state[p] or self._begin(p, group)
            step = state["step"].array
            step += 1
            if maximize:
                gradient = -gradient
            if decay:
                gradient = gradient + decay * array
            total = state["sum"].array
            scratch = np.asarray(gradient * gradient)
            total += scratch
            np.sqrt(total, scratch)
            scratch += eps
            change = gradient * (lr / (1 + (step.item() - 1) * lr_decay))  # first, as in torch
            change /= scratch
            array -= change

        return rule
