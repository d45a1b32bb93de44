"""torch's oldest constructors: `torch.Tensor(2, 3)`, `torch.FloatTensor([1.0])`, and the like.

Numbers are sizes, a sequence holds the elements, and another tensor gives a tensor that shares its
memory. `torch.tensor`, `torch.zeros` and `torch.empty` say more clearly what they do.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tinygrad_edu import dtypes
from tinygrad_edu.device import check_device
from tinygrad_edu.reading import to_array
from tinygrad_edu.size import Size


def made(cls: Any, kind: np.dtype[Any], data: tuple[Any, ...], device: Any) -> Any:
    """Make a tensor of sizes, of a sequence of numbers, or of the memory of another tensor.

    Raises:
        TypeError: for anything else.
    """
    check_device(device)
    if len(data) == 1 and hasattr(data[0], "array"):
        return cls._wrap(data[0].array)
    if len(data) == 1 and (isinstance(data[0], np.ndarray) or not hasattr(data[0], "__index__")):
        (numbers,) = data
        if isinstance(numbers, Size):
            return cls._wrap(np.zeros(numbers, kind))
        return cls._wrap(np.array(_elements(numbers, kind)))
    return cls._wrap(np.zeros(_sizes(data) if data else (0,), kind))


def _sizes(data: tuple[Any, ...]) -> tuple[int, ...]:
    for size in data:
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise TypeError(f"new(): sizes must be ints, but one is a {type(size).__name__}")
    sizes = tuple(map(operator.index, data))
    if min(sizes) < 0:
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(sizes)}: {list(sizes)}"
        )
    return sizes


def _elements(numbers: Any, kind: np.dtype[Any]) -> Any:
    if isinstance(numbers, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(numbers, range):
        numbers = list(numbers)
    if not isinstance(numbers, (list, tuple, np.ndarray)) or not np.ndim(numbers):
        raise TypeError(f"new(): data must be a sequence (got {type(numbers).__name__})")
    return to_array(numbers, kind)


class TensorType:
    """The constructor of tensors of one dtype; `isinstance(x, torch.LongTensor)` asks for it.

    >>> LongTensor([1.5, 2]), isinstance(LongTensor(3), LongTensor)
    (tensor([1, 2]), True)
    """

    __slots__ = ("dtype",)

    is_cuda = False

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype

    def __call__(self, *data: Any, device: Any = None) -> Any:
        """Make a tensor; arguments as of `torch.Tensor`."""
        from tinygrad_edu.tensor import Tensor

        if len(data) == 1 and isinstance(data[0], Tensor) and data[0].dtype is not self.dtype:
            raise TypeError(
                f"expected a tensor of {self.dtype} (got {data[0].dtype}); use .to({self.dtype})"
            )
        return made(Tensor, self.dtype.numpy, data, device)

    def __instancecheck__(self, x: Any) -> bool:
        return hasattr(x, "array") and getattr(x, "dtype", None) is self.dtype

    def __repr__(self) -> str:
        return f"<class 'torch.{self.dtype.title}Tensor'>"


FloatTensor = TensorType(dtypes.float32)
DoubleTensor = TensorType(dtypes.float64)
CharTensor = TensorType(dtypes.int8)
ShortTensor = TensorType(dtypes.int16)
IntTensor = TensorType(dtypes.int32)
LongTensor = TensorType(dtypes.int64)
ByteTensor = TensorType(dtypes.uint8)
BoolTensor = TensorType(dtypes.bool_)
