"""How a tensor becomes something else: a Python number or list, a numpy array, text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes

Array = np.ndarray[Any, Any]


class Conversions:
    """The ways out of tensors."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: Array
        shape: Any
        grad_fn: Any
        _requires_grad: bool

        def __getitem__(self, index: Any) -> Any: ...

    def item(self) -> Any:
        """Return the only number in the tensor as Python's.

        Raises:
            RuntimeError: if there is more than one number, or none.
        """
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar; its "
                f"shape is {list(self.shape)}"
            )
        return self.array.item()

    def tolist(self) -> Any:
        """Return the numbers as nested lists."""
        return self.array.tolist()

    def numpy(self) -> Array:
        """Return the array, which shares memory with the tensor.

        Raises:
            RuntimeError: if the tensor requires grad: detach it first.
        """
        if self._requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array = self.numpy()
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __bool__(self) -> bool:
        if self.array.size != 1:
            count = "more than one value" if self.array.size else "no values"
            raise RuntimeError(
                f"Boolean value of Tensor with {count} is ambiguous; use .any() or .all()"
            )
        return bool(self.array.item())

    def __float__(self) -> float:
        return float(self._only_number())

    def __int__(self) -> int:
        return int(self._only_number())

    def _only_number(self) -> Any:
        if self.array.size != 1:
            raise ValueError(
                "only one element tensors can be converted to Python scalars, but this one has "
                f"shape {list(self.shape)}"
            )
        return self.array.item()

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iub" or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.array.item())

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).array.any())

    def __repr__(self) -> str:
        from tinygrad_edu.printing import tensor_repr

        name = None if self.grad_fn is None else self.grad_fn.name()
        return tensor_repr(
            self.array,
            requires_grad=self._requires_grad and name is None,
            grad_fn_name=name,
            default_float=dtypes.default_float(),
        )

    def __format__(self, spec: str) -> str:
        if self.array.ndim == 0:
            return format(self.array.item(), spec)
        if spec:
            raise TypeError(
                "unsupported format string passed to Tensor.__format__: only a tensor of one "
                f"number without dims takes {spec!r}, and this one has shape {list(self.shape)}"
            )
        return repr(self)
