"""Adam: steps of about one size, whatever the size of the gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tinygrad_edu.optim.optimizer import Optimizer


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  x ← x − lr · m̂ / (√v̂ + ε).

    As torch.optim.Adam (Kingma and Ba, 2015); m̂ and v̂ are m and v divided by 1 − βᵗ.

    Args:
        params: parameters, or dictionaries of parameters and options.
        lr: the learning rate.
        betas: β₁ and β₂.
        eps: ε.
        weight_decay: added to the gradient times the parameter.
        amsgrad: divide by the largest v̂ so far (Reddi et al., 2018).
        maximize: go up instead of down.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        if not weight_decay >= 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
            },
        )

    def update(self, group: dict[str, Any], x: Any, g: Any, state: dict[str, Any]) -> Any:
        """Take one step."""
        (beta1, beta2), sqrt = group["betas"], np.sqrt
        if group["maximize"]:
            g = -g
        if group["weight_decay"]:
            g = g + group["weight_decay"] * x
        state["step"] = step = state.get("step", 0) + 1
        m = state.get("exp_avg", 0.0 * x)
        state["exp_avg"] = m = m + (g - m) * (1 - beta1)
        state["exp_avg_sq"] = v = state.get("exp_avg_sq", 0.0 * x) * beta2 + (1 - beta2) * g * g
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = v = np.maximum(state.get("max_exp_avg_sq", 0.0 * x), v)
        root = sqrt(v) / math.sqrt(1 - beta2**step) + group["eps"]
        x -= group["lr"] / (1 - beta1**step) * (m / root)
        return x
