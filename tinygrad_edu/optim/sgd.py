"""SGD: a step against the gradient, with momentum if wanted."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.optim.optimizer import Optimizer, check


class SGD(Optimizer):
    """x ← x − lr · g, or with momentum v ← μ v + (1 − dampening) g and x ← x − lr · v.

    As torch.optim.SGD (Sutskever et al., 2013, up to where lr stands).

    Args:
        params: parameters, or dictionaries of parameters and options.
        lr: the learning rate.
        momentum: μ.
        dampening: of the gradient in the momentum.
        weight_decay: added to the gradient times the parameter.
        nesterov: look ahead along the momentum.
        maximize: go up instead of down.

    >>> import tinygrad_edu as torch
    >>> w = torch.tensor(1.0, requires_grad=True)
    >>> (w * w).backward()
    >>> torch.optim.SGD([w], lr=0.1).step()
    >>> w
    tensor(0.8000, requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        check({"momentum": momentum, "weight_decay": weight_decay})
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def update(self, group: dict[str, Any], x: Any, g: Any, state: dict[str, Any]) -> Any:
        """Take one step."""
        if group["maximize"]:
            g = -g
        if group["weight_decay"]:
            g = g + group["weight_decay"] * x
        momentum = group["momentum"]
        if momentum:
            v = state.get("momentum_buffer")
            v = g + 0.0 if v is None else momentum * v + (1 - group["dampening"]) * g
            state["momentum_buffer"] = v
            g = g + momentum * v if group["nesterov"] else v
        x -= group["lr"] * g
        return x
