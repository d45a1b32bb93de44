"""How a tensor becomes something else: a Python number or list, a numpy array, text."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.autograd.recording import is_grad_enabled
from tinygrad_edu.device import no_device, read_to, read_type
from tinygrad_edu.ops import shapes
from tinygrad_edu.ops.checking import check_tensor
from tinygrad_edu.ops.indexing import piece

Array = np.ndarray[Any, Any]


class Conversions:
    """The ways out of tensors, and to other dtypes."""

    __slots__ = ()

    if TYPE_CHECKING:
        array: Array
        shape: Any
        grad_fn: Any
        _record: Any
        _requires_grad: builtins.bool
        dtype: Any
        requires_grad: Any

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

    def numpy(self, *, force: builtins.bool = False) -> Array:
        """Return the array, which shares memory with the tensor.

        Args:
            force: also where the tensor requires grad: the gradient ends here.

        Raises:
            RuntimeError: if the tensor requires grad, and recording is on: detach it first.
        """
        if self.requires_grad and not force and is_grad_enabled():
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: builtins.bool | None = None) -> Array:
        array = self.numpy()
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __len__(self) -> builtins.int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        record: Any = self._record
        return (record(piece, (self,), {"index": i, "_cut": "Unbind"}) for i in range(len(self)))

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            count = "more than one value" if self.array.size else "no values"
            raise RuntimeError(
                f"Boolean value of Tensor with {count} is ambiguous; use .any() or .all()"
            )
        return bool(self.array.item())

    def __float__(self) -> builtins.float:
        return float(self._only_number())

    def __int__(self) -> builtins.int:
        return int(self._only_number())

    def _only_number(self) -> Any:
        if self.array.size != 1:
            raise ValueError(
                "only one element tensors can be converted to Python scalars, but this one has "
                f"shape {list(self.shape)}"
            )
        return self.array.item()

    def __index__(self) -> builtins.int:
        if self.array.dtype.kind not in "iub" or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.array.item())

    def __contains__(self, element: Any) -> builtins.bool:
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

    # --- other dtypes, and the device ------------------------------------------------------------

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Convert to another dtype: `to(dtype)`, `to(device, dtype)`, `to(other)`.

        Args:
            args: a dtype, the CPU, or a tensor whose dtype is meant; then `non_blocking`, `copy`.
            kwargs: the same by name.

        Returns:
            The tensor itself where it is so already and no copy is asked for.

        Raises:
            RuntimeError: for a device that is not there.
        """
        kind, copy = read_to(*args, **kwargs)
        if (kind is None or kind == self.array.dtype) and not copy:
            return self
        return shapes.to_dtype(self, dtype=kind or self.array.dtype)

    def type(self, dtype: Any = None) -> Any:
        """Return the name of torch's type, such as torch.FloatTensor; or convert to a type."""
        if dtype is None:
            return f"torch.{self.dtype.title}Tensor"
        return self.to(read_type(dtype))

    def type_as(self, other: Any) -> Any:
        """Convert to the dtype of another tensor."""
        check_tensor("type_as", other, "other")
        return self.to(other.dtype)

    def cpu(self) -> Any:
        """Return the tensor, which is on the CPU already."""
        return self

    def cuda(self, device: Any = None) -> Any:
        """Refuse to move to another device: this library computes on the CPU only."""
        raise no_device("cuda")

    def float(self) -> Any:
        """Convert to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """Convert to float64."""
        return self.to(dtypes.float64)

    def long(self) -> Any:
        """Convert to int64."""
        return self.to(dtypes.int64)

    def int(self) -> Any:
        """Convert to int32."""
        return self.to(dtypes.int32)

    def short(self) -> Any:
        """Convert to int16."""
        return self.to(dtypes.int16)

    def char(self) -> Any:
        """Convert to int8."""
        return self.to(dtypes.int8)

    def byte(self) -> Any:
        """Convert to uint8."""
        return self.to(dtypes.uint8)

    def bool(self) -> Any:
        """Convert to bool: whether each number is not 0."""
        return self.to(dtypes.bool_)

    def half(self) -> Any:
        """Refuse to convert to float16, which is not there."""
        return self.to(dtypes.ABSENT["float16"])

    def bfloat16(self) -> Any:
        """Refuse to convert to bfloat16, which is not there."""
        return self.to(dtypes.ABSENT["bfloat16"])
