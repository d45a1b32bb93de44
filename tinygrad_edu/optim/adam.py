"""Adam and AdamW: steps of about one size, whatever the size of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinygrad_edu.optim.optimizer import Array, Optimizer, Rule, begin, check_options


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  x ← x − lr · m̂ / (√v̂ + ε).

    As torch.optim.Adam (Kingma and Ba, 2015); m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) at step t.

    Args:
        params: tensors or `Value`s; or dictionaries of these and options.
        lr: the learning rate.
        betas: β₁ and β₂.
        eps: ε.
        weight_decay: adds weight_decay · x to g, which pulls parameters towards 0.
        amsgrad: divide by the largest v̂ so far (Reddi et al., 2018).
        foreach: False or None; torch's other implementations are not there.
        maximize: go up instead of down.
        capturable: False.
        differentiable: False.
        fused: False or None.
        decoupled_weight_decay: take lr · weight_decay · x off x instead (AdamW).

    Raises:
        ValueError: for a negative option, or betas that are not in [0, 1).
        NotImplementedError: for an implementation that is not there.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([1.0, 100.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> torch.optim.Adam([w], lr=0.1).step()
    >>> w
    tensor([ 0.9000, 99.9000], requires_grad=True)
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
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps)
        if len(betas) < 2:
            raise IndexError(f"betas must be two numbers, β₁ and β₂, not {betas}")
        for i, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        check_options(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _rule(self, group: dict[str, Any]) -> Rule:
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        eps, maximize, amsgrad = group["eps"], group["maximize"], group["amsgrad"]
        decoupled = group["decoupled_weight_decay"]
        buffers = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if amsgrad else [])]

        def rule(p: Any, array: Array, gradient: Array) -> None:
            state = self.state[p] or begin(self.state[p], array, *buffers)
            step = state["step"].array
            step += 1
            t = step.item()
            if maximize:
                gradient = -gradient
            if decay and decoupled:
                array *= 1 - lr * decay
            elif decay:
                gradient = gradient + decay * array
            m, v = state["exp_avg"].array, state["exp_avg_sq"].array
            scratch = np.asarray(gradient - m)
            scratch *= 1 - beta1
            m += scratch
            v *= beta2
            np.multiply(gradient, gradient, scratch)
            scratch *= 1 - beta2
            v += scratch
            if amsgrad:
                largest = state["max_exp_avg_sq"].array
                v = np.maximum(largest, v, out=largest)
            np.sqrt(v, scratch)
            scratch /= (1 - beta2**t) ** 0.5
            scratch += eps
            change = m * (lr / (1 - beta1**t))  # first, as in torch: it matters if it overflows
            change /= scratch
            array -= change

        return rule


class AdamW(Adam):
    """Adam that takes lr · weight_decay · x off x, instead of adding weight_decay · x to g.

    As torch.optim.AdamW (Loshchilov and Hutter, 2019): all parameters are pulled towards 0 alike,
    however large their gradients were. Arguments and errors as of `Adam`.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor([1.0, 100.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> torch.optim.AdamW([w], lr=0.1, weight_decay=0.1).step()
    >>> w
    tensor([ 0.8900, 98.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of `Optimizer`; the decay stays as it is here, whatever Adam's state says."""
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
