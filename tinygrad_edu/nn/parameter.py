"""Parameter: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from tinygrad_edu.tensor import Tensor


class Parameter(Tensor):
    """A tensor that, assigned to an attribute of a module, is among its `parameters()`.

    Args:
        data: the tensor whose memory it takes over, of any shape; an empty one if not given.
        requires_grad: whether operations on it are recorded, which training needs.

    Raises:
        TypeError: if data is not a tensor.
        RuntimeError: if gradients are asked for, but the dtype is not floating.

    >>> import tinygrad_edu as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    _is_param = True  # as in torch: what needs no more than this need not import the class

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        """Make a leaf around the memory of `data`."""
        if data is None:
            data = Tensor()
        if not isinstance(data, Tensor):
            raise TypeError(
                f"a Parameter is made from a Tensor, not from a {type(data).__name__}: "
                "write nn.Parameter(torch.tensor(...))"
            )
        self: Parameter = cls._wrap(data.array)
        self.requires_grad = requires_grad
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        """Copy the numbers, but not the gradient, as torch does."""
        result = type(self)(Tensor._wrap(self.array.copy()), self._requires_grad)
        result.name = self.name
        memo[id(self)] = result
        return result

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class UninitializedParameter(Parameter):
    """The parameter of a lazy layer, whose shape is not known before the first call.

    It can be handed to an optimizer, and stays the same object when it gets its numbers.
    """

    __slots__ = ()

    def __new__(cls, requires_grad: bool = True) -> UninitializedParameter:
        """Make one without numbers."""
        self: UninitializedParameter = cls._wrap(np.empty(0, np.float32))
        self._requires_grad = bool(requires_grad)
        return self

    @property
    def array(self) -> Any:
        """There are no numbers yet."""
        raise ValueError(
            "Attempted to use an uninitialized parameter: its lazy layer learns its shape from the "
            "first input. Call the model once, with a batch like those to come, before you use it"
        )

    @array.setter
    def array(self, array: Any) -> None:
        Tensor.array.__set__(self, array)  # type: ignore[attr-defined, misc]

    @property
    def shape(self) -> Any:
        """It is not known yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. Call `forward` to "
            "initialize the parameters before accessing their attributes."
        )

    def detach(self) -> UninitializedParameter:
        """Return itself: there are no numbers to share."""
        return self

    def materialize(self, array: Any) -> None:
        """Become an ordinary parameter with these numbers."""
        self.array = array
        self.__class__ = Parameter  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> UninitializedParameter:
        memo[id(self)] = copy = UninitializedParameter(requires_grad=self._requires_grad)
        return copy

    def __repr__(self) -> str:
        return "<UninitializedParameter>"
