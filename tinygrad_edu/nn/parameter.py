"""Parameter: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

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
