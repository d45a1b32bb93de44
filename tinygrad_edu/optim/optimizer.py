"""Optimizer: changes parameters by their gradients; the base of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tinygrad_edu.autograd.recording import enable_grad
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value


class Optimizer:
    """Base of the optimizers: groups of parameters with options, and a state for each parameter.

    A subclass writes `update(group, parameter, number, gradient, state)`, which works on arrays in
    place; a parameter may be a `Value` too, whose number is a float.

    Attributes:
        param_groups: dictionaries with "params" and the options for these.
        state: what is remembered for each parameter.
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, (Tensor, Value)):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {type(params).__name__}; write [parameter]"
            )
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        params = [given] if isinstance(given, (Tensor, Value)) else list(given)
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if isinstance(p, tuple) and len(p) == 2:
                raise NotImplementedError("named parameters are not there; pass model.parameters()")
            if not isinstance(p, (Tensor, Value)):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one is {type(p).__name__}"
                )
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if id(p) in known:
                raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(
            {
                **param_group,
                "params": params,
                **{name: param_group.get(name, value) for name, value in self.defaults.items()},
            }
        )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to 0."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad = p.grad * 0 if isinstance(p, Value) else p.grad.detach().zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Args:
            closure: computes the loss anew, with its gradients; its result is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                gradient = p.grad
                if gradient is None:
                    continue
                if isinstance(p, Value):
                    p.data = float(self.update(group, p.data, float(gradient), self.state[p]))
                else:
                    p.array = self.update(group, p.array, gradient.array, self.state[p])
                    p._changed()
        return loss

    def update(self, group: dict[str, Any], x: Any, g: Any, state: dict[str, Any]) -> Any:
        """Return the new number(s); arrays are changed in place. To be written by the subclass."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Return the options and the state, with parameters replaced by their position."""
        position = {id(p): i for i, p in enumerate(self._all())}
        groups = [
            {**group, "params": [position[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {
            "state": {position[id(p)]: dict(state) for p, state in self.state.items()},
            "param_groups": groups,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises:
            ValueError: if the groups differ in number or size.
        """
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for own, given in zip(self.param_groups, groups, strict=True):
            if len(own["params"]) != len(given["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    "optimizer's group"
                )
        for own, given in zip(self.param_groups, groups, strict=True):
            own.update({k: v for k, v in given.items() if k != "params"})
        params = self._all()
        self.state.clear()
        for i, state in deepcopy(state_dict["state"]).items():
            self.state[params[i]] = state

    def _all(self) -> list[Any]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines) + "\n)"


def check(options: dict[str, float]) -> None:
    """Refuse a negative option, in torch's words."""
    for name, value in options.items():
        if value < 0.0:
            raise ValueError(f"Invalid {name} value: {value}")
