"""Optimizer: changes parameters by their gradients; the base of all of them.

What a step does to one parameter is the subclass's business: it gives a rule that works in place on
arrays. Here is what parameters there are, with which options, and how the rule gets at them.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from tinygrad_edu.autograd.recording import enable_grad
from tinygrad_edu.ieee import QUIET, restore, silence
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Value

Array = np.ndarray[Any, Any]
Rule = Callable[[Any, Array, Array], None]
"""Changes a parameter's array in place: `rule(parameter, array, gradient)`."""


class Optimizer:
    """Base of the optimizers (torch.optim.Optimizer).

    Args:
        params: tensors or `Value`s, or pairs of names and these; or dictionaries with such "params"
            and options that hold for them alone.
        defaults: the options of those that have none of their own.

    Attributes:
        param_groups: dictionaries with "params" and the options for these.
        state: what is remembered for each parameter.

    Raises:
        TypeError: if something is no tensor.
        ValueError: if there are no parameters, or one that was computed.
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, (Tensor, Value)):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {type(params).__name__}: write [parameter]"
            )
        _refuse_unsupported(defaults)
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own.

        Args:
            param_group: "params", and options where they are not the defaults.

        Raises:
            TypeError: if something is no tensor, or "params" is a set, which has no order.
            ValueError: if a parameter was computed, or is in another group already.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        group = param_group | _named_params(param_group["params"])
        for name, default in self.defaults.items():
            group.setdefault(name, default)
        for p in group["params"]:
            _check_param(p)
        self._check_members(group)
        _refuse_unsupported(group)
        self.param_groups.append(group)

    def _check_members(self, group: dict[str, Any]) -> None:
        ids = [id(p) for p in group["params"]]
        if len(set(ids)) < len(ids):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error",
                stacklevel=4,
            )
        if any(("param_names" in group) != ("param_names" in other) for other in self.param_groups):
            kind = "with names" if "param_names" in group else "without names"
            raise ValueError(
                "all optimizer param groups should be with/without names. cannot add param group "
                f"{kind} to the optimizer"
            )
        if not {id(p) for p in self._all_params()}.isdisjoint(ids):
            raise ValueError("some parameters appear in more than one parameter group")

    def _all_params(self) -> list[Any]:
        return list(chain.from_iterable(group["params"] for group in self.param_groups))

    # --- steps -----------------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set those that are there to 0."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none or p.grad is None:
                    p.grad = None
                else:
                    p.grad = p.grad.detach().zero_() if isinstance(p, Tensor) else 0.0

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient, in place.

        Args:
            closure: computes the loss anew, and its gradients.

        Returns:
            What the closure returned; None without one.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        token = silence(QUIET)
        try:
            for group in self.param_groups:
                self._step_group(group["params"], self._rule(group))
        finally:
            restore(token)
        return loss

    def _step_group(self, params: list[Any], rule: Rule) -> None:
        for p in params:
            if isinstance(p, Tensor):
                gradient = p._grad
                if gradient is not None:
                    rule(p, p.array, gradient.array)
                    p._changed()
            elif p.grad is not None:  # a Value: for once, an array of a single number
                array = np.array(p.data)
                rule(p, array, np.array(float(p.grad)))
                p.data = array.item()

    def _rule(self, group: dict[str, Any]) -> Rule:
        """Return what a step does to one parameter of a group; to be written by the subclass."""
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is")

    # --- saving and loading ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the options and the state, with a number in the place of each parameter."""
        index: dict[int, int] = {}
        for p in self._all_params():
            index.setdefault(id(p), len(index))
        groups = [
            {
                **{name: option for name, option in group.items() if name != "params"},
                "params": [index[id(p)] for p in group["params"]],
            }
            for group in self.param_groups
        ]
        return {
            "state": {index.get(id(p), p): state for p, state in self.state.items()},
            "param_groups": groups,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over a copy of what `state_dict()` returned, here or for a model like this one.

        Args:
            state_dict: the options and the state.

        Raises:
            ValueError: if the groups differ in number or size.
        """
        groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError(
                "loaded state dict has a different number of parameter groups: "
                f"{len(groups)} instead of {len(self.param_groups)}"
            )
        pairs = list(zip(self.param_groups, groups, strict=True))
        params: dict[Any, Any] = {}
        for own, given in pairs:
            if len(own["params"]) != len(given["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    f"optimizer's group: {len(given['params'])} parameters instead of "
                    f"{len(own['params'])}"
                )
            params.update(zip(given["params"], own["params"], strict=True))
        for own, given in pairs:
            kept = {name: own[name] for name in ("params", "param_names") if name in own}
            own.clear()
            own.update(kept | given | {"params": kept["params"]})
        self.state.clear()
        for i, state in state_dict["state"].items():
            self.state[params.get(i, i)] = _copy_state(params.get(i), state)

    def __getstate__(self) -> dict[str, Any]:
        """A copy is not to step the original: a scheduler may have put its own `step` here."""
        return {name: item for name, item in self.__dict__.items() if name != "step"}

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(
                f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params"
            )
        return text + ")"


def check_options(**options: float) -> None:
    """Refuse options that are negative, or no plain numbers.

    Raises:
        ValueError: for a negative number.
        NotImplementedError: for a tensor.
    """
    titles = {"lr": "learning rate", "eps": "epsilon value"}
    for name, value in options.items():
        if isinstance(value, Tensor):
            raise NotImplementedError(f"{name} as a Tensor is not there; use {name}.item()")
        if not value >= 0.0:
            raise ValueError(f"Invalid {titles.get(name, f'{name} value')}: {value}")


def begin(state: dict[str, Any], array: Array, *names: str) -> dict[str, Any]:
    """Start the state of a parameter that has had no step yet: a count, and zeros in its shape."""
    state["step"] = Tensor._wrap(np.zeros((), np.float32))
    state.update({name: Tensor._wrap(np.zeros(array.shape, array.dtype)) for name in names})
    return state


UNSUPPORTED = ("foreach", "fused", "differentiable", "capturable")
"""Options of torch that choose between implementations, of which there is one here."""


def _refuse_unsupported(options: dict[str, Any]) -> None:
    for name in UNSUPPORTED:
        if options.get(name):
            raise NotImplementedError(
                f"{name}=True is not there: this library has one implementation, on the CPU"
            )


def _named_params(params: Any) -> dict[str, Any]:
    """Sort what was given as "params" into a list of parameters and, if any, one of names."""
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of "
            "tensors in sets will change between runs. Please use a list instead."
        )
    items: list[Any] = [params] if isinstance(params, (Tensor, Value)) else list(params)
    names = [item[0] for item in items if isinstance(item, tuple)]
    if not names:
        return {"params": items}
    if len(names) < len(items):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    return {"params": [item[1] for item in items], "param_names": names}


def _check_param(p: Any) -> None:
    if not isinstance(p, (Tensor, Value)):
        raise TypeError(
            f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
        )
    if not p.is_leaf:
        raise ValueError(f"can't optimize a non-leaf {type(p).__name__}: give what it came from")


def _copy_state(p: Any, state: Any) -> Any:
    """Copy the state of a parameter; its tensors take the parameter's dtype, but for the count."""
    if not isinstance(state, dict) or p is None:
        return deepcopy(state)
    kind = p.array.dtype if isinstance(p, Tensor) else np.dtype(np.float64)
    return {
        name: deepcopy(item) if name == "step" else _copy_as(kind, item)
        for name, item in state.items()
    }


def _copy_as(kind: np.dtype[Any], item: Any) -> Any:
    if isinstance(item, Tensor):
        return Tensor._wrap(np.array(item.array, dtype=kind))
    return [_copy_as(kind, x) for x in item] if isinstance(item, list) else deepcopy(item)
