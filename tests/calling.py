"""What calls are made of that need more than one expression: modules, optimizers, schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def shown(module: Any, *inputs: Any) -> list[Any]:
    """Show a module, its state and what it makes of inputs."""
    result = module(*inputs)  # first, since a lazy module has no state before
    state = {name: value.detach() for name, value in module.state_dict().items()}
    return [result, repr(module), state, list(module.parameters()), module.training]


def stepped(torch: Any, make: Callable[..., Any]) -> list[Any]:
    """Take three steps with an optimizer of two tensors; show where they lead."""
    p = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    q = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    optimizer = make(p, q)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * p).sum() + (q - p[0]) ** 4
        loss.backward()
        return loss

    losses = [optimizer.step(closure) for _ in range(3)]
    groups = [
        {key: str(value) for key, value in group.items() if key != "params"}
        for group in optimizer.param_groups
    ]
    return [p, q, losses, repr(optimizer), groups]


def rates(torch: Any, make: Callable[..., Any], *metrics: Any) -> list[Any]:
    """Take eight steps with a scheduler of two groups; list learning rates and momenta."""
    p, q = (torch.tensor([1.0], requires_grad=True) for _ in "pq")
    groups = [{"params": [p]}, {"params": [q], "lr": 0.25}]
    optimizer = torch.optim.SGD(groups, lr=0.5, momentum=0.9)
    scheduler = make(optimizer)
    found = []
    for _ in range(8):
        found.append([(group["lr"], group["momentum"]) for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step(*metrics)
    return [found, scheduler.get_last_lr(), scheduler.last_epoch]


def listed(torch: Any, make: Callable[..., Any]) -> list[Any]:
    """List what an iterable gives, twice, and how long it says that it is."""
    x: Iterable[Any] = make()
    return [list(x), list(x), len(x)]  # type: ignore[arg-type]


def into(make: Callable[..., Any], out: Any) -> list[Any]:
    """Tell whether a function returns the tensor that it was given, and what it wrote there."""
    result = make(out)
    return [result is out, out]


HELPERS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (shown, stepped, rates, listed, into)
}
"""What a call may use, by name."""
